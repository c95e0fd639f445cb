"""Shapes: every tensor of a real forward pass, drawn live."""

from __future__ import annotations

import streamlit as st

from lstm_viz.ui.controls import network_controls
from lstm_viz.ui.details import details
from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.picture import opened, picture, picture_now
from lstm_viz.ui.tabs import DETAIL_TABS
from lstm_viz.ui.take_from.shapes import take_from_shapes
from lstm_viz.ui.weights_input import weights_input


@st.fragment
def what_settings_change() -> None:
    """A change of the settings runs this alone: half of what the whole page takes."""
    network_controls()
    forward, svg = picture_now()
    keep_address(opened(forward), DETAIL_TABS)
    picture(forward, svg)
    details(forward)


open_page("Shapes")
what_settings_change()
take_from_shapes()
weights_input()
