"""The place at the top right of every page, for what all pages offer."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_KEY = "toolbar_place"
TOOLBAR_STYLE = """
[data-testid="stLayoutWrapper"]:has(>.st-key-toolbar){position:absolute}
.st-key-toolbar{position:fixed;top:.95rem;right:1.6rem;z-index:999991;width:auto}
@media(max-width:640px){.st-key-toolbar{right:.8rem}}
"""


def open_toolbar() -> None:
    """Make the place, at the start of a page."""
    st.session_state[_KEY] = st.container(key="toolbar", horizontal=True, horizontal_alignment="right", width="content")


def toolbar() -> DeltaGenerator:
    """The place, to be used in a ``with``."""
    found: DeltaGenerator = st.session_state[_KEY]
    return found
