"""The Training page below its controls: the live part, what can be taken away, and the tabs."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from lstm_viz.preparation.prepared import Prepared
from lstm_viz.spec import SpecError
from lstm_viz.ui.embed import is_embedded
from lstm_viz.ui.presence import present
from lstm_viz.ui.tabs import TRAINING_TABS
from lstm_viz.ui.take_from.training import take_from_training
from lstm_viz.ui.text import literal
from lstm_viz.ui.training_component import chosen_run, live, visitor
from lstm_viz.ui.training_desk import desk
from lstm_viz.ui.training_offer import Offer, current_offer, whats_wrong
from lstm_viz.ui.training_settings import current_training, preset_of

_ALWAYS = ("batches", "code", "state")


def training_page() -> None:
    """Everything beside the sidebar."""
    now = current_training()
    with st.container():  # one place, however many there are: what stands below is not drawn anew
        for sentence in now.problems:
            st.warning(literal(sentence), icon=":material/link_off:")
        for sentence in whats_wrong():
            st.error(literal(sentence), icon=":material/block:")
    offer, error = _offer()
    desk().offer(visitor(), offer, present())
    live(offer, error)
    if (preset := preset_of(now)) is not None:
        st.caption(f"What to expect: {preset.expect}")
    for note in offer.data.notes if offer else ():
        st.caption(literal(note))
    run_id = chosen_run()
    take_from_training(offer)
    if is_embedded():
        return
    for word, tab in TRAINING_TABS.among(_sections(offer, run_id)).open():
        with tab:
            import_module(f"lstm_viz.ui.training_sections.{word}").section(offer, run_id)


def _offer() -> tuple[Offer | None, str]:
    try:
        return current_offer(), ""
    except SpecError as error:
        return None, f"This network does not go with this data. {error}"


def _sections(offer: Offer | None, run_id: str | None) -> tuple[str, ...]:
    """The tabs: what the chosen run's data can be asked, among others."""
    found = desk().offer_of(visitor(), run_id) if run_id else None
    return ("take", *_asked(found or offer), *_ALWAYS)


def _asked(offer: Offer | None) -> tuple[str, ...]:
    prepared = offer.data.prepared if offer else None
    if isinstance(prepared, Prepared):
        series = prepared.table is not None and prepared.recipe.task == "regression"
        return ("predict",) if series else ()
    if prepared is None:
        return ()
    return ("write",) if prepared.recipe.unit == "characters" else ("message",)
