"""Data that comes with the program, prepared: a room that opens one link prepares it once."""

from __future__ import annotations

from functools import lru_cache

from lstm_viz.datasets.messages import messages
from lstm_viz.datasets.zen import zen
from lstm_viz.preparation.prepare_text import prepare_text
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.sources import prepared_of
from lstm_viz.preparation.text_recipe import TextRecipe

_TEXTS = {"messages": messages, "zen": zen}


@lru_cache(maxsize=64)
def prepared_bundled(recipe: Recipe | TextRecipe) -> Prepared | PreparedText:
    """A recipe carried out on data that comes with the program. Raises SpecError where it does not fit."""
    if isinstance(recipe, TextRecipe):
        found = _TEXTS[recipe.data]()
        return prepare_text(recipe, found.texts, found.labels)
    return prepared_of(recipe)
