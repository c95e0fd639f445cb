"""What stands at the top right of every page; below it, as a slim bar, while the page is presented."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lstm_viz.ui.embed import is_embedded
from lstm_viz.ui.projector import projector
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.room import Adopt

_KEY = "toolbar_place"
TOOLBAR_STYLE = """
.st-key-toolbar{position:fixed;top:.5rem;right:1.6rem;z-index:999991;width:auto;gap:.4rem;align-items:center;flex-wrap:nowrap}
.st-key-toolbar>*{width:auto;min-width:0;flex:none}
[data-testid=stLayoutWrapper]:has(>.st-key-toolbar),[data-testid=stLayoutWrapper]:has(>.st-key-sizes),
.st-key-room{position:absolute}
[data-testid=stStatusWidget]{margin-right:var(--lv-toolbar,22.4rem)}
[data-testid=stTopNav]{margin-right:var(--lv-toolbar,22.4rem)}
@media(max-width:640px){.st-key-toolbar{right:.8rem}}
"""


def open_toolbar(title: str, pages: Mapping[str, str], adopt: Adopt) -> None:
    """Make the place on the page ``title`` of ``pages``, with the projector's buttons; ``adopt`` takes a link."""
    st.session_state[_KEY] = st.container(key="toolbar", horizontal=True, horizontal_alignment="right", width="content")
    if is_embedded() and not presenting():  # there is a picture on somebody's page, and a link to all of it
        return
    with toolbar():
        projector(title, pages, adopt)


def toolbar() -> DeltaGenerator:
    """The place, to be used in a ``with``: what is put in later stands further to the right."""
    found: DeltaGenerator = st.session_state[_KEY]
    return found
