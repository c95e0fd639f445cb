"""The state between batches: reset, carried, or carried with its history, and what torch says of the last."""

from __future__ import annotations

import html

import streamlit as st
import torch

from lstm_viz.spec import SpecError
from lstm_viz.training.job import start
from lstm_viz.training.state import undetached_error
from lstm_viz.ui.text import html_table, literal
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_settings import take_training

_WAYS = {
    "reset": ("zeros before each batch", "Samples may be shuffled. Nothing is known of the batch before."),
    "carried": (
        "the last state of the batch before, detached",
        "Sample b goes on where sample b of the batch before ended: no shuffling. The gradient stops at the border.",
    ),
    "undetached": (
        "the same with its history",
        "backward() would go back into the batch before, whose graph is gone: torch raises.",
    ),
}


def section(offer: Offer | None, run_id: str | None) -> None:
    """The three ways, which of them is set, and the mistake run live."""
    if offer is None:
        return
    now = offer.job.spec.state
    rows = [
        (f"<b>{name}</b> ← set" if name == now else name, f"h and c start at {begin}. {html.escape(what)}")
        for name, (begin, what) in _WAYS.items()
    ]
    st.html(html_table(("state", "what it is"), rows).replace("lv-table", "lv-table wrapped", 1))
    with st.container(horizontal=True):
        for name in _WAYS:
            if name != now:
                st.button(f"Set {name}", key=f"state_{name}", on_click=take_training, args=({"state": name},))
        tried = st.button("Run the mistake", key="state_mistake", type="primary")
    if tried:
        _mistake(offer)
    st.code("h, c = h.detach(), c.detach()  # the same numbers, without their history", language="python")


def _mistake(offer: Offer) -> None:
    random = torch.get_rng_state()
    try:
        begun = start(offer.job)
        found = undetached_error(begun.training.model, begun.batches, begun.loss_function)
    except (SpecError, ValueError) as error:
        st.error(literal(str(error)))
        return
    finally:
        torch.set_rng_state(random)
    if found is None:
        st.info("There is only one batch, so nothing is handed on: choose a smaller batch size.")
        return
    st.error(f"backward() of batch {found.batch} raised, with the state handed on undetached:")
    st.code(found.error, language=None, wrap_lines=True)
