"""What predictions are drawn upon, and the predictions as the browser gets them: short, and in real units."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_viz.preparation.prepared import Prepared
from lstm_viz.training.data import TrainingData
from lstm_viz.training.live import MOST_SHOWN, Live
from lstm_viz.training.metrics import Report
from lstm_viz.training.thinning import thin_by

_MOST_ROWS, _MOST_POINTS = 1_200, 500
_DIGITS = 6


def scene(data: TrainingData) -> dict[str, Any]:
    """``kind`` "series": the target's column with the rows of each part; "pairs": nothing but its name; "classes"."""
    prepared = data.prepared
    if data.task != "regression":
        part = "validation" if data.validation is not None else "test" if data.test is not None else "train"
        return {"kind": "classes", "labels": list(data.classes) or _numbered(data), "part": part}
    if not isinstance(prepared, Prepared) or prepared.table is None:
        return {"kind": "pairs", "name": data.target_name}
    table = prepared.table
    column = table.values[:, prepared.target_place]
    kept = thin_by(range(table.rows), lambda row: float(column[row]), _MOST_ROWS)
    return {
        "kind": "series",
        "name": data.target_name,
        "ahead": prepared.recipe.target_offset,
        "rows": list(kept),
        "values": numbers(column[list(kept)]),
        "labels": [table.labels[row] for row in kept],
        "parts": [[name, part.rows.start, part.rows.stop] for name, part in prepared.parts.items() if len(part.rows)],
    }


def shown(live: Live, data: TrainingData) -> dict[str, Any]:
    """A look at the network, for the scene of its data."""
    found: dict[str, Any] = {"epoch": live.epoch, "whole": live.whole, "metrics": dict(live.metrics)}
    if live.text:
        found["text"] = live.text
    if live.confusion is not None:
        found["confusion"] = live.confusion.tolist()
    if live.predictions:
        kind = "series" if isinstance(data.prepared, Prepared) and data.prepared.table is not None else "pairs"
        draw = _series if kind == "series" else _pairs
        found[kind] = {name: draw(name, values, data) for name, values in live.predictions.items()}
    return found


def reported(report: Report) -> dict[str, Any]:
    """What a run is worth at its end, beside the baselines."""
    return {
        "part": report.part,
        "metrics": dict(report.metrics),
        "baselines": {name: dict(metrics) for name, metrics in report.baselines.items()},
        "verdict": report.verdict,
        "confusion": None if report.confusion is None else report.confusion.tolist(),
    }


def numbers(values: Iterable[float]) -> list[float | None]:
    """Numbers as JSON has them, rounded to what a picture shows; None where there is no number.

    >>> numbers([1 / 3, float("nan")])
    [0.333333, None]
    """
    return [float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None for value in values]


def _series(name: str, values: NDArray[np.float64], data: TrainingData) -> list[list[Any]]:
    """Rows and what was predicted for them: of many steps the last, of many numbers the first."""
    prepared: Prepared = data.prepared
    recipe = prepared.recipe
    rows = prepared.parts[name].starts[-len(values) :] + recipe.window - 1 + recipe.target_offset
    return _thinned(rows, _first(values))


def _pairs(name: str, values: NDArray[np.float64], data: TrainingData) -> list[list[Any]]:
    """What was so, and what was predicted."""
    samples = getattr(data, name)
    actual = data.inverse(samples.target.numpy()[-MOST_SHOWN:])
    every = max(1, len(values) // _MOST_POINTS)
    return [numbers(_first(actual)[::every]), numbers(_first(values)[::every])]


def _first(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[:, 0] if values.ndim == 2 else values[:, -1, 0]


def _thinned(rows: NDArray[np.int64], values: NDArray[np.float64]) -> list[list[Any]]:
    kept = list(thin_by(range(len(values)), lambda place: float(values[place]), _MOST_POINTS))
    return [rows[kept].tolist(), numbers(values[kept])]


def _numbered(data: TrainingData) -> list[str]:
    count = 2 if data.task == "binary" else int(data.sizes.get("outputs", 2))
    prepared = data.prepared
    if isinstance(prepared, Prepared) and len(prepared.classes) == count:
        return list(prepared.classes)
    return [str(number) for number in range(count)]
