"""The small view for other people's pages: ``?embed=true`` leaves the picture and its sentences."""

from __future__ import annotations

import streamlit as st

EMBED_STYLE = """
[data-testid="stSidebar"],[data-testid="stExpandSidebarButton"],[data-testid="stHeader"],
.stTabs [role=tablist],.st-key-cell_choices{display:none!important}
.stMainBlockContainer.block-container{padding:2.3rem .8rem .6rem}
.st-key-toolbar{top:.4rem;right:.8rem}
"""


def is_embedded() -> bool:
    """Whether this is the view for an iframe."""
    return bool(st.context.is_embedded)
