"""Scaling by scikit-learn's own scalers, fitted on the rows that a recipe says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lstm_viz.datasets.table import LARGEST_NUMBER
from lstm_viz.preparation.recipe import Recipe, Scaling
from lstm_viz.preparation.splitting import Part, rows_held

SCALER_CODE: dict[Scaling, str] = {
    "minmax": "MinMaxScaler((-1, 1))",
    "minmax01": "MinMaxScaler()",
    "standard": "StandardScaler()",
    "none": "FunctionTransformer()",
}
"""How a script writes each; scikit-learn's FunctionTransformer without a function leaves numbers as they are."""

_AT_ONCE = 100_000


class Scaler(Protocol):
    """What is used of a scaler of scikit-learn. Values are (rows, columns)."""

    def fit(self, values: NDArray[np.float64]) -> Any: ...

    def transform(self, values: NDArray[np.float64]) -> NDArray[np.float64]: ...

    def inverse_transform(self, values: NDArray[np.float64]) -> NDArray[np.float64]: ...


def make_scaler(kind: Scaling) -> Scaler:
    """A scaler that is not fitted yet.

    >>> make_scaler("minmax")
    MinMaxScaler(feature_range=(-1, 1))
    """
    from sklearn.preprocessing import (  # takes a second to import, and the first page does without
        FunctionTransformer,
        MinMaxScaler,
        StandardScaler,
    )

    made: dict[Scaling, Scaler] = {
        "minmax": MinMaxScaler((-1, 1)),
        "minmax01": MinMaxScaler(),
        "standard": StandardScaler(),
        "none": FunctionTransformer(),
    }
    return made[kind]


def fit_rows(recipe: Recipe, parts: Mapping[str, Part], rows: int) -> slice | NDArray[np.bool_]:
    """The rows that scalers are fitted on: those of training, or all.

    After a shuffled split no rows are for training as such: it is each row that a training window or its target has.
    """
    if recipe.fitted_on == "all":
        return slice(0, rows)
    if not recipe.split_shuffle:
        return slice(0, len(parts["train"].rows))
    return rows_held(parts["train"].starts, recipe.window + recipe.reach, rows)


def to_float32(scaler: Scaler, values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The scaled values as float32, (rows, columns), made piece by piece so that no second float64 table is needed.

    What float32 cannot hold becomes the largest number that it can.
    """
    scaled = np.empty(values.shape, dtype=np.float32)
    for first in range(0, len(values), _AT_ONCE):
        piece = scaler.transform(values[first : first + _AT_ONCE])
        scaled[first : first + _AT_ONCE] = np.clip(piece, -LARGEST_NUMBER, LARGEST_NUMBER)
    return scaled
