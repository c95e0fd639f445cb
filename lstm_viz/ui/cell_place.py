"""The place that a visitor looks at on the Cell page: sample, layer, direction, unit and step. It is in the link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import streamlit as st

from lstm_viz.ui.kept import kept

_KEY = "cell_place"


@dataclass(frozen=True)
class Place:
    """Which numbers of a run are shown. All count from 0."""

    sample: int = 0
    layer: int = 0
    direction: int = 0
    unit: int = 0
    step: int = 0

    def to_query(self) -> dict[str, str]:
        """The entries of a link: what is not 0."""
        return {name: str(value) for name in PLACE_NAMES if (value := getattr(self, name))}

    def within(self, sizes: Mapping[str, int]) -> Place:
        """The nearest place that a run of these sizes has."""
        most = {"sample": "B", "layer": "L", "direction": "D", "unit": "H", "step": "T"}
        return replace(self, **{name: min(getattr(self, name), sizes[letter] - 1) for name, letter in most.items()})


PLACE_NAMES = tuple(field.name for field in fields(Place))
"""Their names in a link, and in this order."""


def place() -> Place:
    """Where this visitor is; at their first page, what the address says."""
    found: Place = kept(_KEY, adopt_place)
    return found


def move(**values: int) -> None:
    """Go somewhere else: ``move(step=3)``."""
    st.session_state[_KEY] = replace(place(), **values)


def adopt_place(query: Mapping[str, str]) -> None:
    """Take the place of an address; what is no number counts as not written."""
    given = {name: query[name] for name in PLACE_NAMES if name in query}
    numbers = {name: int(text) for name, text in given.items() if text.isascii() and text.isdigit() and len(text) < 9}
    st.session_state[_KEY] = Place(**numbers)


def clamp(sizes: Mapping[str, int]) -> Place:
    """Stay within a run of these sizes: the settings may have shrunk since."""
    st.session_state[_KEY] = place().within(sizes)
    return place()
