"""Mistakes: found by their message, run live, explained; and the visitor's own network checked."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.pitfall_place import TAB, TABS, pitfall_place
from lstm_viz.ui.take_from.mistakes import take_from_mistakes

open_page("Mistakes")
tabs = st.tabs(list(TABS), key=TAB, on_change="rerun")
for tab, module in zip(tabs, TABS.values(), strict=True):
    if tab.open:
        with tab:
            import_module(f"lstm_viz.ui.{module}").section()
keep_address(pitfall_place())
take_from_mistakes()
