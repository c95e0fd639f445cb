"""The tabs of the pages: which one is open is in the link, by a word that stays when its label changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lstm_viz.links import shortened
from lstm_viz.ui.kept import kept


@dataclass(frozen=True)
class Tabs:
    """``labels`` by their words in a link, where the entry is called ``name``; the first is open if it says nothing.

    ``key`` holds the label of the open tab in the session.
    """

    name: str
    key: str
    labels: Mapping[str, str]

    def to_query(self) -> dict[str, str]:
        """The entry of a link: what is not the first."""
        word = self.open_word()
        return {} if word == self._first else {self.name: word}

    def open_word(self) -> str:
        """The word of the tab that is open."""
        kept(self._problem, self.adopt)
        label = st.session_state.get(self.key)
        return next((word for word, each in self.labels.items() if each == label), self._first)

    @property
    def problems(self) -> Sequence[str]:
        """What of a link could not be used."""
        problem = kept(self._problem, self.adopt)
        return [problem] if problem else []

    def adopt(self, query: Mapping[str, str]) -> None:
        """Open the tab of an address, the first where it names none."""
        word = query.get(self.name, self._first)
        known = word in self.labels
        st.session_state[self.key] = self.labels[word if known else self._first]
        st.session_state[self._problem] = "" if known else self._left_out(word)

    def among(self, words: Sequence[str]) -> Tabs:
        """Those that the page has now; where another one was open, the first of them is."""
        return replace(self, labels={word: self.labels[word] for word in words})

    def open(self) -> Sequence[tuple[str, DeltaGenerator]]:
        """Show the tabs; returns word and tab of the one that is open."""
        kept(self._problem, self.adopt)
        if st.session_state.get(self.key) not in self.labels.values():
            st.session_state[self.key] = self.labels[self._first]
        tabs = st.tabs(list(self.labels.values()), key=self.key, on_change=self._chosen)
        return [(word, tab) for word, tab in zip(self.labels, tabs, strict=True) if tab.open]

    @property
    def _first(self) -> str:
        return next(iter(self.labels))

    @property
    def _problem(self) -> str:
        return f"{self.key}_problem"

    def _chosen(self) -> None:
        st.session_state[self._problem] = ""

    def _left_out(self, word: str) -> str:
        known = ", ".join(self.labels)
        return f"The link's {self.name}={shortened(repr(word)[1:-1])} was left out: expected one of {known}."


CELL_TABS = Tabs(
    "tab",
    "cell_tab",
    {
        "step": "Step by step",
        "over-time": "Over time",
        "weights": "Weights",
        "one-at-a-time": "One at a time",
        "what-leaves": "What leaves",
        "initial-state": "Initial state",
        "by-hand": "By hand",
    },
)
DETAIL_TABS = Tabs(
    "details",
    "details",
    {"tensors": "Tensors", "parameters": "Parameters", "code": "Code", "cost": "Cost"},
)
MISTAKE_TABS = Tabs(
    "mistakes",
    "pitfall_tab",
    {"find": "Find a mistake", "explain": "Explain a message", "check": "Check my network"},
)
DATA_TABS = Tabs(
    "part",
    "data_tab",
    {
        "windows": "Windows",
        "table": "Table",
        "scaling": "Split and scaling",
        "samples": "Samples",
        "words": "Words",
        "padding": "Padding and packing",
        "characters": "Characters",
        "losses": "Cross-entropy",
        "loader": "Loader",
        "layouts": "view and permute",
        "code": "Steps and code",
    },
)
TRAINING_TABS = Tabs(
    "about",
    "training_tab",
    {
        "take": "Take it along",
        "predict": "Predict further",
        "write": "Let it write",
        "message": "Type a message",
        "batches": "Batch by batch",
        "code": "The code that runs",
        "state": "State between batches",
    },
)
ALL_TABS = (CELL_TABS, DETAIL_TABS, MISTAKE_TABS, DATA_TABS, TRAINING_TABS)
TAB_NAMES = tuple(tabs.name for tabs in ALL_TABS)
"""Their names in a link."""
