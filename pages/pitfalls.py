"""Mistakes: found by their message, run live, explained; and the visitor's own network checked."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.pitfall_place import pitfall_place
from lstm_viz.ui.tabs import MISTAKE_TABS
from lstm_viz.ui.take_from.mistakes import take_from_mistakes

MODULES = {"find": "pitfall_catalogue", "explain": "pitfall_doctor", "check": "pitfall_check"}

open_page("Mistakes")
top = st.container()
for word, tab in MISTAKE_TABS.open():
    with tab:
        import_module(f"lstm_viz.ui.{MODULES[word]}").section()
with top:
    keep_address(pitfall_place(), MISTAKE_TABS)
take_from_mistakes()
