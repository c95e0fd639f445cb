"""What a visitor's session holds of their link, from the first time that it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st


def kept(key: str, adopt: Callable[[Mapping[str, str]], object]) -> Any:
    """What the session holds under ``key``; at the visitor's first page ``adopt`` takes it from the address.

    One look for what is there nearly always: Streamlit takes 30 µs for each, and a page asks fifty times.
    """
    try:
        return st.session_state[key]
    except KeyError:
        adopt(st.query_params.to_dict())
        return st.session_state[key]
