"""prepare_task(recipe): a generated task as datasets and batches, in the form that a prepared table has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from lstm_viz.datasets.tasks import SHORTEST, TASKS, SequenceTask, TaskName
from lstm_viz.datasets.tasks import copy as copy_task
from lstm_viz.preparation.prepare import LARGEST_BATCH, check_batches
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.recipe import Recipe, RecipeError
from lstm_viz.preparation.splitting import PARTS, Part, border_rows
from lstm_viz.preparation.way import way

_TARGETS = {
    "adding": "the sum of the marked numbers",
    "parity": "whether the number of ones is odd",
    "copy": "the next symbol",
}


def prepare_task(recipe: Recipe) -> Prepared:
    """Make the task that ``recipe.data`` names: ``samples`` sequences of ``window`` steps, drawn with ``seed``.

    What the task itself settles (target, scaling, task, one target or one for each step) is not taken from the recipe;
    the result's ``recipe`` says what it is. For copy, ``classes`` counts the blank and the symbols. Samples are
    independent, so parts are samples in their order. Raises RecipeError.

    >>> ready = prepare_task(Recipe(data="adding", window=20, samples=100))
    >>> [tuple(tensor.shape) for tensor in ready.batch(0)], len(ready.parts["test"])
    ([(32, 20, 2), (32, 1)], 12)
    """
    task = _made(recipe)
    many = task.kind == "classification"
    recipe = replace(recipe, task=task.kind, horizon=1, target_offset=1, stride=1, many_to_many=many)
    parts = {part.name: part for part in _parts(recipe)}
    check_batches(recipe, parts, task.x.shape[2])
    ready = Prepared(
        recipe=recipe,
        table=None,
        x=task.x,
        y=task.y,
        parts=parts,
        columns=task.columns,
        target_name=_TARGETS[task.name],
        steps=(),
        notes=(task.about, task.chance),
        classes=task.classes,
    )
    return replace(ready, steps=way(ready))


def _made(recipe: Recipe) -> SequenceTask:
    name: TaskName | None = next((name for name in TASKS if name == recipe.data), None)
    if name is None:
        advice = "For a table call prepare(recipe, table)."
        raise RecipeError("data", "one of " + ", ".join(TASKS), recipe.data, advice)
    if name == "copy" and recipe.classes < 2:
        advice = "The blank is one of them, and a symbol to copy another."
        raise RecipeError("classes", "2 or more with data=copy", recipe.classes, advice, ("data",))
    if recipe.window < SHORTEST[name]:
        advice = "Make the window longer."
        raise RecipeError("window", f"{SHORTEST[name]} or more with data={name}", recipe.window, advice, ("data",))
    features = {"adding": 2, "parity": 1, "copy": recipe.classes + 1}[name]
    if recipe.samples * recipe.window * features > LARGEST_BATCH:
        most = LARGEST_BATCH // (recipe.window * features)
        advice = "All samples are held in memory: make them fewer or shorter."
        raise RecipeError("samples", f"at most {most:,} of this length", recipe.samples, advice, ("window", "classes"))
    if name == "copy":
        return copy_task(recipe.samples, recipe.window, recipe.seed, symbols=recipe.classes - 1)
    return TASKS[name](recipe.samples, recipe.window, recipe.seed)


def _parts(recipe: Recipe) -> Iterator[Part]:
    borders = [0, *border_rows(recipe, recipe.samples), recipe.samples]
    counts = [last - first for first, last in pairwise(borders)]
    text = " + ".join(f"{count:,}" for count in counts if count) + f" = {recipe.samples:,}"
    for name, first, count in zip(PARTS, borders, counts, strict=False):
        if count:
            yield Part(name, range(first, first + count), first + np.arange(count), 0, text)
