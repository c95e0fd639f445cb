"""The table, the task or the texts that a recipe names, prepared."""

from __future__ import annotations

from collections.abc import Callable

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

BUNDLED: dict[str, Callable[[], Table]] = {"passengers": passengers, "prices": prices, "coffee": coffee}
_TEXTS: dict[str, Callable[[], Texts]] = {"messages": messages, "zen": zen}


def table_of(recipe: Recipe, table: Table | None = None) -> Table:
    """The bundled table that ``recipe.data`` names; for "table" the given one.

    Raises RecipeError where there is none.

    >>> table_of(Recipe(data="coffee")).rows
    253
    """
    if recipe.data in BUNDLED:
        return BUNDLED[recipe.data]()
    if recipe.data in GENERATED:
        raise RecipeError("data", "a table", recipe.data, "It is made sample by sample: call prepare_task(recipe).")
    if table is None:
        advice = "An uploaded table stays with the person who uploaded it: choose a bundled one, or bring yours."
        raise RecipeError("data", "a table with data=table", None, advice)
    return table


def prepared_of(recipe: Recipe, table: Table | None = None) -> Prepared:
    """Carry out a recipe, whatever its data are: a bundled table, ``table``, or a generated task. Raises RecipeError.

    >>> prepared_of(Recipe()).x.shape, prepared_of(Recipe(data="parity", window=5)).x.shape
    ((132, 12, 1), (1000, 5, 1))
    """
    return prepare_task(recipe) if recipe.data in GENERATED else prepare(recipe, table_of(recipe, table))


def prepared_text_of(recipe: TextRecipe, texts: Texts | None = None) -> PreparedText:
    """The same of texts: bundled ones, or ``texts``. Raises TextError and TextRecipeError.

    >>> prepared_text_of(TextRecipe()).x.shape
    torch.Size([4, 5])
    """
    chosen = _TEXTS[recipe.data]() if recipe.data in _TEXTS else texts
    if chosen is None:
        advice = "An uploaded text stays with the person who uploaded it: choose a bundled one, or bring yours."
        raise TextRecipeError("data", "a text with data=text", None, advice)
    return prepare_text(recipe, chosen.texts, chosen.labels)
