"""Shapes: every tensor of a real forward pass, drawn live."""

from __future__ import annotations

import streamlit as st

from lstm_viz.ui.controls import network_controls
from lstm_viz.ui.details import details
from lstm_viz.ui.frame import adopt_link, open_page, write_address
from lstm_viz.ui.picture import opened, picture, picture_now
from lstm_viz.ui.room import keep_room
from lstm_viz.ui.tabs import DETAIL_TABS
from lstm_viz.ui.take_from.shapes import take_from_shapes
from lstm_viz.ui.weights_input import weights_input


@st.fragment
def what_settings_change() -> None:
    """A change of the settings runs this alone: half of what the whole page takes."""
    network_controls()
    forward, svg = picture_now()
    at = opened(forward)
    write_address(at, DETAIL_TABS)
    picture(forward, svg, at)
    details(forward)


open_page("Shapes")
what_settings_change()
keep_room(adopt_link)
take_from_shapes()
weights_input()
