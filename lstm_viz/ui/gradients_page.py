"""The Gradients page beside its controls: a tab for each picture, which computes when it is open."""

from __future__ import annotations

from importlib import import_module

import streamlit as st

from lstm_viz.ui.charts import page_theme
from lstm_viz.ui.gradients_settings import TAB, TABS, current_gradients, take_tab
from lstm_viz.ui.gradients_slides import gradients_slides
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.text import literal

_MODULES = {"through-time": "gradients_through", "clipping": "gradients_clipping", "learning": "gradients_learning"}


def gradients_page() -> None:
    """Everything beside the sidebar."""
    now = current_gradients()
    for sentence in now.problems:
        st.warning(literal(sentence), icon=":material/link_off:")
    if presenting():
        gradients_slides(now.spec, page_theme())
        return
    tabs = st.tabs(list(TABS), key=TAB, on_change=take_tab)
    for tab, view in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                import_module(f"lstm_viz.ui.{_MODULES[view]}").section(now.spec, page_theme())
