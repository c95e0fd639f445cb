"""A series predicted: one step ahead from true values, or running free on its own predictions. In real units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lstm_viz.preparation.prepared import Prepared
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.batches import Layout
from lstm_viz.training.data import from_prepared
from lstm_viz.training.metrics import predict


class PredictionError(ValueError):
    """What cannot be predicted: expected, got, what to do."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """A part of a series, all of it (N,) long.

    ``rows`` of the table, of which some may lie past its end, with their ``labels`` and ``parts``; ``actual`` (NaN
    where it is not known) and ``predicted`` in real units. ``kind`` tells the two ways apart, and ``notes`` say what
    was assumed.
    """

    kind: str
    target_name: str
    rows: NDArray[np.int64]
    labels: tuple[str, ...]
    parts: tuple[str, ...]
    actual: NDArray[np.float64]
    predicted: NDArray[np.float64]
    notes: tuple[str, ...] = ()


def one_step_ahead(model: nn.Module, prepared: Prepared, network: NetworkSpec | None = None) -> Predicted:
    """Each row that is a target, predicted from the true values before it; of a horizon of many its first row.

    Raises PredictionError for anything but a table and regression.
    """
    _check_regression(prepared)
    recipe, data = prepared.recipe, from_prepared(prepared)
    found: list[tuple[int, str, float]] = []
    for name, part in (("train", data.train), ("validation", data.validation), ("test", data.test)):
        if part is not None:
            values = prepared.inverse(_first_of_last(predict(model, part, network)))  # (N,)
            rows = prepared.parts[name].starts + recipe.window - 1 + recipe.target_offset
            found += [(int(row), name, float(value)) for row, value in zip(rows, values, strict=True)]
    found.sort()
    rows = np.array([row for row, _, _ in found])
    values = np.array([value for _, _, value in found])
    return _series("one step ahead", prepared, rows, tuple(name for _, name, _ in found), values)


@torch.no_grad()
def free_running(
    model: nn.Module,
    prepared: Prepared,
    steps: int,
    network: NetworkSpec | None = None,
    start: int | None = None,
) -> Predicted:
    """So many rows from ``start`` on, the network's own predictions fed back into its window.

    ``start`` is the first row to predict: the first after training unless given. It may run past the end of the table.
    Other features keep the table's values as far as it goes, and then those of its last row; a note says so. Raises
    PredictionError where the target is no feature, so that nothing can be fed back, or is not the next row's.
    """
    _check_regression(prepared)
    recipe, table = prepared.recipe, prepared.table
    assert table is not None
    T, places = recipe.window, prepared.feature_places  # noqa: N806
    if prepared.target_place not in places:
        advice = "Its own predictions can only be fed back if the target is one of the features: choose it there."
        wanted = f"{prepared.target_name!r} among them"
        raise PredictionError(f"features: expected {wanted}, got {', '.join(prepared.columns)}. {advice}")
    if recipe.target_offset != 1:
        raise PredictionError(f"target_offset: expected 1, the next row, got {recipe.target_offset}. Set it to 1.")
    first = prepared.parts["train"].rows.stop if start is None else start
    first = min(first, table.rows) if start is None else first
    if not T <= first <= table.rows:
        raise PredictionError(f"start: expected a row from {T} to {table.rows}, with a window before it, got {first}.")
    window = table.values[first - T : first, places].copy()  # (T, F), real units
    own = places.index(prepared.target_place)
    predicted: list[float] = []
    was_training = model.training
    model.eval()
    try:
        while len(predicted) < steps:
            ahead = _ahead(model, _scaled(prepared, window), prepared, network)  # (O,)
            for value in ahead.tolist():
                row = min(first + len(predicted), table.rows - 1)
                following = table.values[row, places].copy()  # (F,)
                following[own] = value
                window = np.vstack([window[1:], following])
                predicted.append(value)
    finally:
        model.train(was_training)
    rows = np.arange(first, first + steps)
    notes = []
    if len(places) > 1:
        past = " and then those of its last row" if first + steps > table.rows else ""
        notes.append(f"The other features have the table's own values{past}: only {prepared.target_name} is fed back.")
    parts = tuple(_part_of(prepared, int(row)) for row in rows)
    return _series("running free", prepared, rows, parts, np.array(predicted[:steps]), tuple(notes))


def _check_regression(prepared: Prepared) -> None:
    if prepared.table is None or prepared.recipe.task != "regression":
        what = prepared.recipe.task if prepared.table is not None else f"the task {prepared.recipe.data}"
        advice = "Classes are shown by a confusion matrix."
        raise PredictionError(f"task: expected regression on a table, got {what}. {advice}")


def _first_of_last(prediction: Tensor) -> Tensor:
    """(N, O) → (N,), (N, T, O) → (N,): the next row, as said at the last step."""
    return prediction[:, 0] if prediction.ndim == 2 else prediction[:, -1, 0]


def _scaled(prepared: Prepared, window: NDArray[np.float64]) -> Tensor:
    values = window if prepared.x_scaler is None else prepared.x_scaler.transform(window)
    return torch.from_numpy(values.astype(np.float32))  # (T, F)


def _ahead(model: nn.Module, x: Tensor, prepared: Prepared, network: NetworkSpec | None) -> NDArray[np.float64]:
    """The next O rows in real units, (O,), after one window (T, F)."""
    every = network is not None and network.head in ("every_step", "every_step_3d")
    target = torch.zeros((1, len(x), 1) if every else (1, 1))
    layout = Layout(network) if network else None
    given, _ = layout(x[None], target) if layout else (x[None], target)
    prediction = model(given)
    prediction = layout.samples_first(prediction, 1) if layout else prediction  # (1, O) or (1, T, O)
    return prepared.inverse((prediction[0] if prediction.ndim == 2 else prediction[0, -1]).numpy())


def _series(
    kind: str,
    prepared: Prepared,
    rows: NDArray[np.int64],
    parts: tuple[str, ...],
    predicted: NDArray[np.float64],
    notes: tuple[str, ...] = (),
) -> Predicted:
    table = prepared.table
    assert table is not None
    inside = rows < table.rows
    actual = np.full(len(rows), np.nan)
    actual[inside] = table.values[rows[inside], prepared.target_place]
    labels = tuple(table.labels[row] if row < table.rows else f"+{row - table.rows + 1}" for row in rows.tolist())
    return Predicted(kind, prepared.target_name, rows, labels, parts, actual, predicted, notes)


def _part_of(prepared: Prepared, row: int) -> str:
    return next((name for name, part in prepared.parts.items() if row in part.rows), "")
