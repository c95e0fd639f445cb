"""Mistakes in cutting windows that raise no error: a pair too few, a target that stands in x, a shuffle too early."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lstm_viz.datasets import Table
from lstm_viz.preparation.errors import counted
from lstm_viz.preparation.recipe import RecipeError
from lstm_viz.preparation.windows import cut

RowPair: TypeAlias = tuple[tuple[int, ...], int | None]
"""The rows of x, and the row of its target; None where there is no such row."""

MOST_ROWS = 1_000
"""The code is run on so many rows at most: what it does wrong it does at the end of any number."""

_CODE = {
    "right": "for i in range(len(data) - T):\n    pairs.append((data[i : i + T], data[i + T]))",
    "lost": "for i in range(len(data) - T - 1):\n    pairs.append((data[i : i + T], data[i + T]))",
    "leaking": "for i in range(len(data) - T):\n    pairs.append((data[i : i + T], data[i + T - 1]))",
    "beyond": "for i in range(len(data) - T + 1):\n    pairs.append((data[i : i + T], data[i + T]))",
}
_TITLES = {
    "right": "Right",
    "lost": "One pair too few",
    "leaking": "The target is the last input",
    "beyond": "One pair too many",
}


@dataclass(frozen=True)
class Cutting:
    """One way to cut windows of a column: ``code`` was run on the numbers of the rows, and ``pairs`` is what came out.

    ``count`` is the number of pairs on ``rows`` rows. ``lost`` is the pair that the right code has beyond these,
    ``leaking`` how many of the pairs have their target in x. ``error`` is what Python said where the code raised.
    """

    name: str
    title: str
    code: str
    rows: int
    pairs: tuple[RowPair, ...]
    count: int
    lost: RowPair | None
    leaking: int
    error: str
    sentence: str


def off_by_one(rows: int, window: int) -> tuple[Cutting, ...]:
    """The right way to cut ``rows`` rows into windows with the next row as target, and three that are one off.

    At most MOST_ROWS rows are cut. Raises RecipeError where they hold no window with a row after it.

    >>> [(way.title, way.count) for way in off_by_one(132, 12)]
    [('Right', 120), ('One pair too few', 119), ('The target is the last input', 120), ('One pair too many', 120)]
    """
    if not 1 <= window < rows:
        advice = "A pair is a window and the row after it: make the window shorter."
        raise RecipeError("window", f"1 to {rows - 1:,} with {counted(rows, 'row')}", window, advice)
    rows = max(min(rows, MOST_ROWS), min(rows, window + 10))
    right, _ = _run(_CODE["right"], rows, window)
    return tuple(_cutting(name, rows, window, right) for name in _CODE)


def _cutting(name: str, rows: int, window: int, right: tuple[RowPair, ...]) -> Cutting:
    pairs, error = _run(_CODE[name], rows, window)
    missing = sorted(set(right) - set(pairs)) if name == "lost" else []
    leaking = sum(target in inputs for inputs, target in pairs)
    lost = missing[0] if missing else None
    sentences = {
        "right": f"{rows:,} − {window:,} = {len(pairs):,} pairs: the last target is the last row.",
        "lost": f"{rows:,} − {window:,} − 1 = {len(pairs):,} pairs: the last row is never a target. Nothing says so.",
        "leaking": f"{leaking:,} of {len(pairs):,} targets stand in their own x, at its last step: the loss "
        "gets small, and nothing was predicted.",
        "beyond": f"After {len(pairs):,} pairs there is no row left for a target: {error}. With a slice, "
        "data[i + T : i + T + 1], there is no error but an empty target.",
    }
    return Cutting(name, _TITLES[name], _CODE[name], rows, pairs, len(pairs), lost, leaking, error, sentences[name])


def _run(code: str, rows: int, window: int) -> tuple[tuple[RowPair, ...], str]:
    """The pairs that ``code`` makes of row numbers, and what was raised."""
    pairs: list[tuple[NDArray[np.int64], np.int64]] = []
    error = ""
    try:
        exec(code, {"data": np.arange(rows), "T": window, "pairs": pairs})  # our own, from _CODE  # nosec B102
    except IndexError as raised:
        error = f"IndexError: {raised}"
    return tuple((tuple(inputs.tolist()), int(target)) for inputs, target in pairs), error


@dataclass(frozen=True)
class Shuffling:
    """Windows cut after a shuffle, or shuffled after the cut.

    ``windows`` holds the rows of the first windows, in the order in which a network meets them, and ``labels`` those of
    these rows. ``correlation`` is that of each value with the next one in its window, over all windows: near 1 where
    neighbours are alike, near 0 where they are strangers. NaN for a column that never changes.
    """

    title: str
    code: str
    windows: tuple[tuple[int, ...], ...]
    labels: tuple[tuple[str, ...], ...]
    correlation: float
    sentence: str


def in_order(table: Table, column: int, window: int, shown: int = 4) -> Shuffling:
    """No shuffle at all, to compare with."""
    starts = np.arange(table.rows - _checked(table, window) + 1)
    code = "windows = sliding_window_view(values, T)"
    return _shuffling("In order", code, table, column, window, np.arange(table.rows), starts, shown)


def shuffle_before(table: Table, column: int, window: int, seed: int = 0, shown: int = 4) -> Shuffling:
    """The mistake: rows are shuffled and then cut into windows, whose steps no longer follow each other.

    ``column`` is the place of the one that the correlation is taken of. Raises RecipeError for a window too long.
    """
    starts = np.arange(table.rows - _checked(table, window) + 1)
    rows = np.random.default_rng(seed).permutation(table.rows)  # (rows,)
    code = f"rng = np.random.default_rng({seed})\nwindows = sliding_window_view(rng.permutation(values), T)"
    return _shuffling("Rows shuffled, then cut", code, table, column, window, rows, starts, shown)


def shuffle_after(table: Table, column: int, window: int, seed: int = 0, shown: int = 4) -> Shuffling:
    """Harmless: windows are cut in the order of time and then shuffled; each stays as it is.

    >>> from lstm_viz.datasets import passengers
    >>> before, after = (way(passengers(), 0, 12) for way in (shuffle_before, shuffle_after))
    >>> round(before.correlation, 2), round(after.correlation, 2), after.labels[0][:3]
    (0.01, 0.96, ('1957-05', '1957-06', '1957-07'))
    """
    starts = np.random.default_rng(seed).permutation(table.rows - _checked(table, window) + 1)
    code = f"rng = np.random.default_rng({seed})\nwindows = rng.permutation(sliding_window_view(values, T))"
    return _shuffling("Cut, then windows shuffled", code, table, column, window, np.arange(table.rows), starts, shown)


def _checked(table: Table, window: int) -> int:
    if not 2 <= window <= table.rows:
        advice = "An order can only be lost among two steps or more."
        raise RecipeError("window", f"2 to {table.rows:,} with {counted(table.rows, 'row')}", window, advice)
    return window


def _shuffling(
    title: str,
    code: str,
    table: Table,
    column: int,
    window: int,
    rows: NDArray[np.int64],
    starts: NDArray[np.int64],
    shown: int,
) -> Shuffling:
    cut_rows = cut(rows, window)[starts[:shown]]  # (shown, T)
    correlation = _neighbours(table.values[rows, column], window)
    windows = tuple(tuple(map(int, line)) for line in cut_rows)
    labels = tuple(tuple(table.labels[row] for row in line) for line in windows)
    kept = all(later == earlier + 1 for line in windows for earlier, later in pairwise(line))
    order = "Each step is the row after the one before" if kept else "Steps are rows from anywhere"
    sentence = f"{order}: a value and the next one in its window correlate with {correlation:.2f}."
    return Shuffling(title, code, windows, labels, correlation, sentence)


def _neighbours(values: NDArray[np.float64], window: int) -> float:
    """The correlation of neighbours within the windows of ``values``.

    Each pair of neighbours counts as often as there are windows that hold it.
    """
    place = np.arange(len(values) - 1)
    weights = np.minimum(place, len(values) - window) - np.maximum(0, place - window + 2) + 1
    earlier, later = values[:-1], values[1:]
    means = np.average(earlier, weights=weights), np.average(later, weights=weights)
    apart = earlier - means[0], later - means[1]
    spread = np.sqrt(np.average(apart[0] ** 2, weights=weights) * np.average(apart[1] ** 2, weights=weights))
    return float(np.average(apart[0] * apart[1], weights=weights) / spread) if spread > 0 else float("nan")


__all__ = ["Cutting", "Shuffling", "in_order", "off_by_one", "shuffle_after", "shuffle_before"]
