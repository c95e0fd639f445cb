"""The small view for other people's pages: ``?embed=true`` leaves the picture and its sentences."""

from __future__ import annotations

import streamlit as st

EMBED_STYLE = """
[data-testid="stSidebar"],[data-testid="stExpandSidebarButton"],[data-testid="stHeader"],
.stTabs [role=tablist],.st-key-cell_choices{display:none!important}
.stMainBlockContainer{padding:2.6rem .8rem .6rem}
.st-key-toolbar{position:absolute;top:.5rem;right:.8rem}
"""


def is_embedded() -> bool:
    """Whether this is the view for an iframe."""
    return bool(st.context.is_embedded)
