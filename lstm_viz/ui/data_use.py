"""Taking prepared data to the other pages, as the network's settings and its batch."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.errors import StreamlitAPIException

from lstm_viz.preparation.as_batch import spec_of
from lstm_viz.spec import SpecError
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.settings import current, use_spec
from lstm_viz.ui.text import literal

_PAGES = {"Shapes": "pages/shapes.py", "Inside the cell": "pages/cell.py", "Training": "pages/training.py"}


def use_buttons(now: DataSettings) -> None:
    """A button for each page that can show this data."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Use this data:**", width="content")
        for title, path in _PAGES.items():
            if st.button(f"{title} →", key=f"use_{title}"):
                _use(now, path)


def _use(now: DataSettings, path: str) -> None:
    try:
        spec = replace(spec_of(now.ready, current().spec), data="prepared")
    except SpecError as error:
        st.error(literal(str(error)))
        return
    use_spec(spec)
    try:
        st.switch_page(path)
    except StreamlitAPIException:  # a page that is tested alone has no others
        st.success("The other pages show it now.")
