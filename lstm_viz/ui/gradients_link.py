"""The entries of an address that are about gradients. Pages that show none keep them as they are, unread."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

GRADIENT_NAMES = ("gT", "gB", "gH", "gstart", "gscale", "gact", "gfb", "gclip", "gseed", "gview", "gtask")
"""``GradientSpec``'s names, written out: the first page need not import it."""
_KEY = "gradient_entries"


def gradient_entries() -> dict[str, str]:
    """What this visitor's address says of gradients."""
    if _KEY not in st.session_state:
        adopt_gradient_entries(st.query_params.to_dict())
    found: dict[str, str] = st.session_state[_KEY]
    return found


def keep_gradient_entries(entries: Mapping[str, str]) -> None:
    """Say it anew."""
    st.session_state[_KEY] = dict(entries)


def adopt_gradient_entries(query: Mapping[str, str]) -> None:
    """Take the entries of an address; the Gradients page reads them when it is opened."""
    keep_gradient_entries({name: text for name, text in query.items() if name in GRADIENT_NAMES})
