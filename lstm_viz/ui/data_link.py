"""The entries of an address that are about the data. Pages that show none keep them as they are, unread."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.recipe_link import QUERY_NAMES
from lstm_viz.preparation.text_recipe import TEXT_QUERY_NAMES, TextRecipe

KIND = "from"
"""Its value is "text" where words or characters are prepared."""
DATA_NAMES = (KIND, *QUERY_NAMES.values(), *TEXT_QUERY_NAMES.values())
_KEY = "data_entries"


def data_entries() -> dict[str, str]:
    """What this visitor's address says of the data."""
    if _KEY not in st.session_state:
        adopt_entries(st.query_params.to_dict())
    found: dict[str, str] = st.session_state[_KEY]
    return found


def keep_entries(entries: Mapping[str, str]) -> None:
    """Say it anew."""
    st.session_state[_KEY] = dict(entries)


def adopt_entries(query: Mapping[str, str]) -> None:
    """Take the entries of an address; the Data page reads them when it is opened."""
    keep_entries({name: text for name, text in query.items() if name in DATA_NAMES})


def recipe_of(query: Mapping[str, str]) -> tuple[Recipe | TextRecipe, tuple[str, ...]]:
    """The recipe of an address, and a sentence for each of its entries that could not be used."""
    kind, names = (TextRecipe, TEXT_QUERY_NAMES) if query.get(KIND) == "text" else (Recipe, QUERY_NAMES)
    return kind.from_query({name: text for name, text in query.items() if name in names.values()})
