"""The table or the texts that a recipe names, prepared."""

from __future__ import annotations

from lstm_viz.datasets import Table, coffee, passengers, prices
from lstm_viz.datasets.messages import messages
from lstm_viz.datasets.texts import Texts
from lstm_viz.datasets.zen import zen
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.prepare_task import prepare_task
from lstm_viz.preparation.prepare_text import prepare_text
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.recipe import GENERATED, Recipe, RecipeError
from lstm_viz.preparation.text_recipe import TextRecipe, TextRecipeError

_TABLES = {"passengers": passengers, "prices": prices, "coffee": coffee}
_TEXTS = {"messages": messages, "zen": zen}
_STAYS = "What is uploaded stays with the person who uploaded it: choose what is bundled, or bring yours."


def prepared_of(recipe: Recipe, table: Table | None = None) -> Prepared:
    """The table that a recipe names, or the given one where it names none, prepared. Raises RecipeError.

    >>> prepared_of(Recipe()).x.shape
    (132, 12, 1)
    """
    if recipe.data in GENERATED:
        return prepare_task(recipe)
    chosen = _TABLES[recipe.data]() if recipe.data in _TABLES else table
    if chosen is None:
        raise RecipeError("data", "a table with data=table", None, _STAYS)
    return prepare(recipe, chosen)


def prepared_text_of(recipe: TextRecipe, texts: Texts | None = None) -> PreparedText:
    """The same of texts. Raises TextError and TextRecipeError.

    >>> prepared_text_of(TextRecipe()).x.shape
    torch.Size([4, 5])
    """
    chosen = _TEXTS[recipe.data]() if recipe.data in _TEXTS else texts
    if chosen is None:
        raise TextRecipeError("data", "a text with data=text", None, _STAYS)
    return prepare_text(recipe, chosen.texts, chosen.labels)
