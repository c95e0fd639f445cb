"""The entries of an address that are one page's. The other pages keep them as they are, unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from lstm_viz.ui.kept import kept


@dataclass(frozen=True)
class LinkEntries:
    """What a visitor's address says under ``names``, kept in their session as ``key``."""

    key: str
    names: tuple[str, ...]

    def now(self) -> dict[str, str]:
        """The entries; at the visitor's first page, those of the address."""
        found: dict[str, str] = kept(self.key, self.adopt)
        return found

    def keep(self, entries: Mapping[str, str]) -> None:
        """Say it anew."""
        st.session_state[self.key] = dict(entries)

    def adopt(self, query: Mapping[str, str]) -> None:
        """Take the entries of an address; their page reads them when it is opened."""
        self.keep({name: text for name, text in query.items() if name in self.names})
