"""Data that comes with the program, prepared: a room that opens one link prepares it once."""

from __future__ import annotations

from functools import lru_cache

from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.sources import prepared_of, prepared_text_of
from lstm_viz.preparation.text_recipe import TextRecipe


@lru_cache(maxsize=64)
def prepared_bundled(recipe: Recipe | TextRecipe) -> Prepared | PreparedText:
    """A recipe carried out on data that comes with the program. Raises SpecError where it does not fit."""
    return prepared_text_of(recipe) if isinstance(recipe, TextRecipe) else prepared_of(recipe)
