"""What a component in the browser says, read with care: anybody can send anything over a websocket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

_MOST = 2**53  # to here a browser counts exactly; its clock in milliseconds is a number too


def told(key: str, name: str, *numbers: str) -> dict[str, Any]:
    """The object that the component ``key`` says under ``name``; {} where it says something else, or nothing.

    Each of ``numbers`` stands in it, as a whole number from 0.
    """
    said = state_of(key).get(name)
    if not isinstance(said, Mapping):
        return {}
    found = {str(each): value for each, value in said.items()}
    whole = {each: whole_number(found.get(each)) for each in numbers}
    return {} if None in whole.values() else found | whole


def word(key: str, name: str) -> str | None:
    """The text that the component ``key`` says under ``name``; None where it says something else, or nothing."""
    said = state_of(key).get(name)
    return said if isinstance(said, str) else None


def whole_number(value: object) -> int | None:
    """A whole number from 0 as it is meant.

    >>> whole_number(3.0), whole_number(-1), whole_number("3"), whole_number(float("nan")), whole_number(True)
    (3, None, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _MOST:
        return None
    return int(value)


def state_of(key: str) -> Mapping[str, Any]:
    """All that a component says; empty before it has said anything."""
    found = st.session_state.get(key)
    return found if isinstance(found, Mapping) else {}
