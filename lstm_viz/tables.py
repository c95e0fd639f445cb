"""The values of a tensor as a table with names on both sides: months and columns where x is real data."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lstm_viz.dims import Axis
from lstm_viz.forward import Forward
from lstm_viz.narration import state_row
from lstm_viz.trace import TensorRecord

MOST_ROWS, MOST_COLUMNS, MOST_SLICES = 400, 64, 1000


@dataclass(frozen=True, eq=False)
class ValueTable:
    """A slice of a tensor with names, and a sentence on what of it is not shown."""

    frame: pd.DataFrame
    note: str


def slice_names(forward: Forward, record: TensorRecord) -> list[str]:
    """A name for each slice along the first of three axes; a single entry where there is nothing to choose."""
    if len(record.shape) < 3:
        return [""]
    return _names(forward, record, 0, expression=True)[:MOST_SLICES]


def value_table(forward: Forward, record: TensorRecord, chosen: int = 0) -> ValueTable:
    """The tensor, or its slice ``chosen`` along the first axis, at most 400 by 64 values."""
    values = record.values
    if values is None:
        raise ValueError(f"{record.name} has no values: it was computed, or is past the budget of the trace")
    axes = list(range(len(record.shape)))
    if len(axes) >= 3:
        values, axes = values[chosen], axes[1:]
    while values.ndim > 2:
        values, axes = values[..., 0], axes[:-1]
    rows = _names(forward, record, axes[0]) if axes else [record.name]
    columns = _names(forward, record, axes[1]) if len(axes) > 1 else [record.variable or record.name]
    grid = values.reshape(len(rows), len(columns))[:MOST_ROWS, :MOST_COLUMNS]
    frame = pd.DataFrame(grid.detach().numpy(), index=rows[:MOST_ROWS], columns=columns[:MOST_COLUMNS])
    if record.name == "x":
        frame = _with_real_values(frame, forward, chosen)
    cut = len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS
    shown = (
        f"{min(len(rows), MOST_ROWS):,} of {len(rows):,} rows, {min(len(columns), MOST_COLUMNS)} of {len(columns):,}"
    )
    return ValueTable(frame, f"The first {shown} columns." if cut else "")


def _names(forward: Forward, record: TensorRecord, place: int, *, expression: bool = False) -> list[str]:
    axis, size = record.axes[place], record.shape[place]
    letters = [symbol[0] for symbol in axis.symbols]
    name = record.variable or record.name
    if letters == ["L", "D"]:
        texts = [state_row(forward, row) for row in range(size)]
        return [f"{name}[{row}], {text}" if expression else text for row, text in enumerate(texts)]
    if expression:
        kind = {"B": "sample", "T": "step"}.get(letters[0] if letters else "", "index")
        return [f"{name}[{index}], {kind} {index}" for index in range(min(size, MOST_SLICES))]
    if letters == ["F"] and forward.batch is not None and record.name == "x":
        return [*forward.batch.columns]
    if letters == ["T"] and forward.batch is not None and forward.batch.table is not None:
        return [f"step {index}" for index in range(size)]
    if len(letters) == 2 and set(letters) == {"B", "T"}:
        return _folded(axis, size, forward)
    word = {"B": "sample", "T": "step", "H": "unit", "P": "unit", "E": "number", "O": "output", "N": "packed step"}
    return [f"{word.get(letters[-1], 'index') if letters else 'index'} {index}" for index in range(size)]


def _folded(axis: Axis, size: int, forward: Forward) -> list[str]:
    inner = forward.trace.sizes[axis.symbols[1]]
    outer, within = ("sample", "step") if axis.symbols[0] == "B" else ("step", "sample")
    return [f"{outer} {index // inner}, {within} {index % inner}" for index in range(size)]


def _with_real_values(frame: pd.DataFrame, forward: Forward, chosen: int) -> pd.DataFrame:
    """Months and the numbers as they were before the scaling, where x is from a table."""
    batch, spec = forward.batch, forward.spec
    if batch is None or batch.table is None:
        return frame
    places = [(chosen, row) if spec.batch_first else (row, chosen) for row in range(len(frame))]
    labels = [batch.label(sample, step) for sample, step in places]
    frame = frame.copy()
    for number, column in enumerate(batch.columns[: len(batch.places or batch.table.columns)][:MOST_COLUMNS]):
        frame[f"{column}, as it was"] = [batch.raw(sample, step, number) for sample, step in places]
    frame.index = pd.Index([f"{name} ({label})" for name, label in zip(frame.index, labels, strict=True)])
    return frame
