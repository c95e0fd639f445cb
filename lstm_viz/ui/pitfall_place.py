"""Which mistake a visitor looks at, and at which sizes. It is in the link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from lstm_viz.pitfalls.keys import TITLES
from lstm_viz.ui.kept import kept
from lstm_viz.ui.tabs import MISTAKE_TABS

PITFALL_NAMES = ("pitfall", "sizes")
"""Their names in a link."""
_KEY = "pitfall_place"
_SIZE = re.compile(r"([A-Z]\d?)-(\d{1,4})")


@dataclass(frozen=True)
class PitfallPlace:
    """A mistake's key, empty for none, and the sizes that differ from its own."""

    key: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)

    def to_query(self) -> dict[str, str]:
        """The entries of a link: ``pitfall=batch-first-forgotten&sizes=B-8_T-6``."""
        if not self.key:
            return {}
        sizes = "_".join(f"{letter}-{size}" for letter, size in self.sizes.items())
        return {"pitfall": self.key} | ({"sizes": sizes} if sizes else {})


def pitfall_place() -> PitfallPlace:
    """Where this visitor is; at their first page, what the address says."""
    found: PitfallPlace = kept(_KEY, adopt_pitfall)
    return found


def go_to(key: str, sizes: Mapping[str, int] | None = None) -> None:
    """Look at a mistake; at its own sizes where none are given."""
    st.session_state[_KEY] = PitfallPlace(key if key in TITLES else "", dict(sizes or {}))


def open_pitfall(key: str) -> None:
    """Go to a mistake from another tab."""
    go_to(key)
    MISTAKE_TABS.adopt({})


def adopt_pitfall(query: Mapping[str, str]) -> None:
    """Take the mistake of an address; one that is not known counts as not written."""
    parts = query.get("sizes", "").split("_")
    sizes = {found[1]: int(found[2]) for part in parts if (found := _SIZE.fullmatch(part))}
    go_to(query.get("pitfall", ""), sizes)
