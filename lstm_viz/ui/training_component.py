"""The live part of the Training page in the browser: it asks by itself how the runs are, and draws them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import streamlit as st

from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.base_path import served_at
from lstm_viz.ui.components import component
from lstm_viz.ui.presence import present
from lstm_viz.ui.told import state_of, told, word
from lstm_viz.ui.training_desk import desk
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_route import HEADER, ROUTE

_LIVE = component(
    "training",
    '<div class="training"><p class="lead"></p>'
    '<div class="head"><div class="acts" role="toolbar" aria-label="Training"></div><p class="detail"></p></div>'
    '<div class="status"><div class="bar" role="progressbar" aria-label="Epochs" aria-valuemin="0" '
    'aria-valuemax="100"><i></i></div><p class="facts"></p></div><p class="said" role="status"></p>'
    '<div class="panels"><section class="loss" aria-label="Loss"></section>'
    '<section class="seen" aria-label="Prediction"></section></div>'
    '<div class="below"><div class="report"></div><div class="runs"></div></div></div>',
    parts=("parts", "training_chart", "training_loss", "training_seen", "training_runs"),
)
_KEY, _WORD, _ANSWER, _BEHIND = "training", "training_visitor", "training_answer", "training_behind"
_FALLBACK_SECONDS = 0.5


def visitor() -> str:
    """The word by which this visitor is known at the desk."""
    if _WORD not in st.session_state:
        st.session_state[_WORD] = secrets.token_urlsafe(24)
    found: str = st.session_state[_WORD]
    return found


def live(offer: Offer | None, error: str) -> None:
    """The button, the curves, the predictions and the runs. Nothing here reruns while a run goes on.

    Where the server has no route (a page that is run alone), a fragment stands in for it.
    """
    if not state_of(_KEY).get("alone"):
        with st.container():  # where the fragment will be: the browser keeps what it has drawn, and shows it once
            _mount(offer, error, None)
        return
    ticking = _active()
    st.session_state.pop(_BEHIND, None)
    st.fragment(_answered, run_every=_FALLBACK_SECONDS if ticking else None)(offer, error, ticking)


def chosen_run() -> str | None:
    """The run that the browser shows; None before there is one."""
    shown = (word(_KEY, "shown") or "").split(" ")[0]
    views = desk().views(visitor())
    return next((view.id for view in views if view.id == shown), views[-1].id if views else None)


def _active() -> bool:
    return any(not view.is_over for view in desk().views(visitor()))


def _answered(offer: Offer | None, error: str, ticking: bool) -> None:
    if _active() != ticking or st.session_state.pop(_BEHIND, False):
        st.rerun()  # only a run of the whole page starts and ends the fragment's clock, and shows another run's tabs
    said = st.session_state.pop(_ANSWER, None) or desk().answer(visitor(), {"chosen": chosen_run()})
    _mount(offer, error, said)


def _mount(offer: Offer | None, error: str, answer: Mapping[str, Any] | None) -> None:
    data = {
        "route": served_at(ROUTE),
        "header": HEADER,
        "visitor": visitor(),
        "lead": offer.lead if offer else "",
        "detail": offer.detail if offer else "",
        "data": offer.data_key if offer else "",
        "epochs": offer.job.spec.epochs if offer else 0,
        "cell": offer is not None and isinstance(offer.job.model, NetworkSpec),
        "scene": dict(offer.scene) if offer else None,
        "error": error,
        "answer": answer,
    }
    _LIVE(
        key=_KEY,
        data=data,
        default={"shown": "", "alone": False, "ask": None, "lost": 0, "claim": ""},
        on_shown_change=lambda: st.session_state.update({_BEHIND: True}),
        on_alone_change=lambda: None,
        on_lost_change=lambda: None,
        on_claim_change=_claim,
        on_ask_change=_ask,
    )


def _ask() -> None:
    """What the browser would have asked the route."""
    if asked := told(_KEY, "ask"):
        st.session_state[_ANSWER] = desk().answer(visitor(), asked)


def _claim() -> None:
    """The browser was here before, by another word: it has its runs again."""
    claimed = word(_KEY, "claim")
    if claimed and desk().claim(claimed, present()):
        st.session_state[_WORD] = claimed
