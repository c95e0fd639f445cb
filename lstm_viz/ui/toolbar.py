"""What stands at the top right of every page; below it, as a slim bar, while the page is presented."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lstm_viz.ui.projector import projector
from lstm_viz.ui.room import Adopt

_STYLE = """
.st-key-toolbar{position:fixed;top:.45rem;right:1.6rem;z-index:999990;width:auto;gap:.4rem;align-items:center;flex-wrap:nowrap}
.st-key-toolbar>*{width:auto;min-width:0;flex:none}
[data-testid=stLayoutWrapper]:has(>.st-key-toolbar),[data-testid=stLayoutWrapper]:has(>.st-key-sizes),
.st-key-room{position:absolute}
[data-testid=stStatusWidget]{margin-right:var(--lv-toolbar,14rem)}
[data-testid=stTopNav]{margin-right:var(--lv-toolbar,14rem)}
"""


def toolbar(title: str, pages: Mapping[str, str], adopt: Adopt) -> None:
    """Everything in it, from left to right, on the page ``title`` of ``pages``. ``adopt`` takes a link's settings."""
    st.html(f"<style>{_STYLE}</style>")
    with st.container(horizontal=True, horizontal_alignment="right", key="toolbar"):
        # another entry has its line here; while presenting() is true, it steps aside
        projector(title, pages, adopt)
