"""The table or the task that a recipe names, prepared."""

from __future__ import annotations

from collections.abc import Callable

from lstm_viz.datasets import Table, coffee, passengers, prices
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.prepare_task import prepare_task
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.recipe import GENERATED, Recipe, RecipeError

BUNDLED: dict[str, Callable[[], Table]] = {"passengers": passengers, "prices": prices, "coffee": coffee}


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
        raise RecipeError("data", "a table with data=table", "none", advice)
    return table


def prepared_of(recipe: Recipe, table: Table | None = None) -> Prepared:
    """Carry out a recipe, whatever its data are: a bundled table, ``table``, or a generated task. Raises RecipeError.

    >>> prepared_of(Recipe()).x.shape, prepared_of(Recipe(data="parity", window=5)).x.shape
    ((132, 12, 1), (1000, 5, 1))
    """
    return prepare_task(recipe) if recipe.data in GENERATED else prepare(recipe, table_of(recipe, table))
