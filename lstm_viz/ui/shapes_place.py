"""What a visitor has opened in the picture of the Shapes page: a tensor, and time unrolled. It is in the link."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import streamlit as st

from lstm_viz.links import shortened
from lstm_viz.ui.kept import kept
from lstm_viz.ui.told import told

SHAPES_NAMES = ("tensor", "unrolled")
"""Their names in a link."""
_KEY = "shapes_place"
_UNROLLED = {"0": False, "1": True}


@dataclass(frozen=True)
class ShapesPlace:
    """The name of the tensor in the inspector, empty for none; whether each step has a cell of its own.

    ``problems`` are the entries of a link that could not be used. ``linked``: it comes from a link, unseen so far.
    """

    tensor: str = ""
    unrolled: bool = False
    problems: tuple[str, ...] = ()
    linked: bool = False

    def to_query(self) -> dict[str, str]:
        """The entries of a link: ``tensor=h_n&unrolled=1``."""
        return ({"tensor": self.tensor} if self.tensor else {}) | ({"unrolled": "1"} if self.unrolled else {})

    def within(self, tensors: Collection[str]) -> ShapesPlace:
        """The same in a network that has these tensors; a link that asked for another is told."""
        if not self.tensor or self.tensor in tensors:
            return replace(self, linked=False)
        said = f"The link's tensor={shortened(self.tensor)} was left out: expected one of {', '.join(tensors)}."
        return replace(self, tensor="", problems=(*self.problems, *([said] if self.linked else [])), linked=False)


def shapes_place() -> ShapesPlace:
    """What this visitor has opened; at their first page, what the address says."""
    found: ShapesPlace = kept(_KEY, adopt_shapes)
    return found


def adopt_shapes(query: Mapping[str, str]) -> None:
    """Take what an address opens; its tensor is looked for when the page is."""
    unrolled = query.get("unrolled", "0")
    problems = () if unrolled in _UNROLLED else (_not_unrolled(unrolled),)
    st.session_state[_KEY] = ShapesPlace(query.get("tensor", ""), _UNROLLED.get(unrolled, False), problems, True)


def clamp_shapes(tensors: Collection[str]) -> ShapesPlace:
    """Stay within a network that has these tensors: the settings may have changed since."""
    found = st.session_state[_KEY] = shapes_place().within(tensors)
    return found


def take_shapes(key: str) -> None:
    """Open what the browser says that was chosen in the picture ``key``."""
    said = told(key, "place")
    tensor = said.get("tensor")
    st.session_state[_KEY] = ShapesPlace(tensor if isinstance(tensor, str) else "", said.get("unrolled") is True)


def _not_unrolled(text: str) -> str:
    return f"The link's unrolled={shortened(repr(text)[1:-1])} was left out: expected 0 or 1."
