"""The entries of an address that are about training. Pages that show none keep them as they are, unread."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

MODEL = "tnet"
"""Its value names an example's own network; without it, the network is that of the settings."""
TRAINING_NAMES = (
    MODEL,
    *("topt", "tlr", "tmom", "twd", "tsched", "tevery", "tfac", "tB", "tep", "tshuf"),
    *("tclip", "tpat", "tloss", "tstate", "tseed"),
)
"""``TrainingSpec``'s names and MODEL, written out: importing them takes the first page half a second."""
_KEY = "training_entries"


def training_entries() -> dict[str, str]:
    """What this visitor's address says of training."""
    if _KEY not in st.session_state:
        adopt_training_entries(st.query_params.to_dict())
    found: dict[str, str] = st.session_state[_KEY]
    return found


def keep_training_entries(entries: Mapping[str, str]) -> None:
    """Say it anew."""
    st.session_state[_KEY] = dict(entries)


def adopt_training_entries(query: Mapping[str, str]) -> None:
    """Take the entries of an address; the Training page reads them when it is opened."""
    keep_training_entries({name: text for name, text in query.items() if name in TRAINING_NAMES})
