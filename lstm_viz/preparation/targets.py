"""What is to be predicted: the numbers that follow a row, whether they are higher, or which class they are in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_viz.preparation.recipe import Recipe, RecipeError
from lstm_viz.preparation.windows import cut

LARGEST_ANSWERS = 100_000_000
"""Answers of a binary task are no view of the rows: so many are held in memory at most."""


def ahead_of(recipe: Recipe, column: NDArray[np.floating[Any]], edges: NDArray[np.float64]) -> NDArray[Any]:
    """What each row's target is, where rows enough come after it: (P, O) float32, or (P,) int64 for classes.

    ``column`` is (rows,): scaled float32 for regression, else the real values. Entry p is made of the rows from
    ``p + target_offset`` on, O of them.

    >>> ahead_of(Recipe(horizon=2), np.arange(5.0), np.array([])).tolist()
    [[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]
    >>> ahead_of(Recipe(task="binary"), np.array([3.0, 1.0, 4.0]), np.array([])).tolist()
    [[0.0], [1.0]]
    """
    later = column[recipe.target_offset :]
    if recipe.task == "classification":
        classes: NDArray[np.int64] = np.digitize(later, edges).astype(np.int64)
        return classes
    ahead = cut(later, recipe.horizon)  # (P, O)
    if recipe.task == "regression":
        return ahead
    if ahead.size > LARGEST_ANSWERS:
        most = LARGEST_ANSWERS // len(ahead)
        advice = f"{len(ahead):,} rows with {recipe.horizon:,} answers each are too many."
        raise RecipeError("horizon", f"at most {most:,} with task=binary on this table", recipe.horizon, advice)
    higher: NDArray[np.float32] = (ahead > column[: len(ahead), None]).astype(np.float32)
    return higher


def class_edges(recipe: Recipe, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The borders between classes, (classes - 1,), for the values that they are computed of; none for other tasks.

    >>> class_edges(Recipe(task="classification", classes=4), np.array([0.0, 1.0, 1.0, 8.0])).tolist()
    [2.0, 4.0, 6.0]
    """
    if recipe.task != "classification":
        return np.empty(0)
    if recipe.bins == "width":
        return np.linspace(values.min(), values.max(), recipe.classes + 1)[1:-1]
    return np.asarray(np.quantile(values, np.linspace(0, 1, recipe.classes + 1)[1:-1]))


def class_names(edges: NDArray[np.float64]) -> tuple[str, ...]:
    """What to call the classes, in their order.

    >>> class_names(np.array([100.0, 250.5]))
    ('below 100', '100 to 250.5', '250.5 and more')
    """
    texts = [f"{edge:.6g}" for edge in edges]
    between = [f"{low} to {high}" for low, high in pairwise(texts)]
    return (f"below {texts[0]}", *between, f"{texts[-1]} and more") if texts else ()
