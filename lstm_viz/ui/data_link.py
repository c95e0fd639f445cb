"""The entries of an address that are about the data."""

from __future__ import annotations

from collections.abc import Mapping

from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.recipe_link import QUERY_NAMES
from lstm_viz.preparation.text_recipe import TEXT_QUERY_NAMES, TextRecipe
from lstm_viz.ui.link_entries import LinkEntries

KIND = "from"
"""Its value is "text" where words or characters are prepared."""
DATA_NAMES = (KIND, *QUERY_NAMES.values(), *TEXT_QUERY_NAMES.values())
DATA_ENTRIES = LinkEntries("data_entries", DATA_NAMES)


def recipe_of(query: Mapping[str, str]) -> tuple[Recipe | TextRecipe, tuple[str, ...]]:
    """The recipe of an address, and a sentence for each of its entries that could not be used."""
    kind, names = (TextRecipe, TEXT_QUERY_NAMES) if query.get(KIND) == "text" else (Recipe, QUERY_NAMES)
    return kind.from_query({name: text for name, text in query.items() if name in names.values()})
