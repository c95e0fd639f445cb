"""Inside the cell: gates, states and time, one step at a time."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from lstm_viz.ui.caches import forward_of
from lstm_viz.ui.cell_cache import cell_view, too_large
from lstm_viz.ui.cell_choices import choices, refuse
from lstm_viz.ui.cell_place import clamp, place
from lstm_viz.ui.controls import network_controls
from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.notices import notices
from lstm_viz.ui.settings import current
from lstm_viz.ui.step_by_step import step_by_step
from lstm_viz.ui.tabs import CELL_TABS
from lstm_viz.ui.take_from.cell import take_from_cell

open_page("Inside the cell")
network_controls()
settings = current()
if smaller := too_large(settings.spec):
    keep_address(place(), CELL_TABS)
    refuse(settings.spec, smaller)
    take_from_cell(opened=False)
    st.stop()
forward = forward_of(settings)
if forward.computed:
    keep_address(place(), CELL_TABS)
    notices(settings, forward)
    take_from_cell(opened=False)
    st.stop()
clamp(settings.spec.sizes)
view = cell_view(settings)
take_from_cell(opened=True)
keep_address(place(), CELL_TABS)
choices(view, place())
for word, tab in CELL_TABS.open():
    with tab:
        if word == "step":
            step_by_step()
        else:
            import_module(f"lstm_viz.ui.cell_sections.{word.replace('-', '_')}").section(cell_view(settings))
