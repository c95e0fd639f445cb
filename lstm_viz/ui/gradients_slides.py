"""The Gradients page on a projector: one picture a screen, by Page Up and Page Down or a presenter's clicker."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from lstm_viz.figures.gradients import Theme
from lstm_viz.gradients.spec import GradientSpec, View
from lstm_viz.ui.gradients_settings import take_gradients
from lstm_viz.ui.slides import screen, turn_bar

SLIDES: tuple[tuple[View, str, str], ...] = (
    ("through-time", "gradients_through", "inputs"),
    ("through-time", "gradients_through", "states"),
    ("through-time", "gradients_through", "radii"),
    ("clipping", "gradients_clipping", "norms"),
    ("clipping", "gradients_clipping", "losses"),
    ("learning", "gradients_learning", "section"),
)
"""Of each screen the tab that its picture is on, and the module and the function that draw it."""
_KEY = "gradients_slide"


def gradients_slides(spec: GradientSpec, theme: Theme) -> None:
    """The picture that the presenter has come to; at first, and after another tab was asked for, the tab's first."""
    place = place_of(spec.view, st.session_state.get(_KEY, 0))
    turn_bar(place, len(SLIDES), _turn, key="gradients_turn")
    _, module, name = SLIDES[place]
    with screen("gradients"):
        getattr(import_module(f"lstm_viz.ui.{module}"), name)(spec, theme)


def place_of(view: View, place: int) -> int:
    """Which screen is shown, where ``place`` was the last one: the first of its tab, if that is another tab.

    >>> place_of("through-time", 2), place_of("clipping", 2)
    (2, 3)
    """
    return place if SLIDES[place][0] == view else next(n for n, slide in enumerate(SLIDES) if slide[0] == view)


def _turn(place: int) -> None:
    st.session_state[_KEY] = place
    take_gradients({"view": SLIDES[place][0]})
