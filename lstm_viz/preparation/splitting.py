"""Which rows are training, validation and test, and which windows belong to each part."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_viz.preparation.errors import counted
from lstm_viz.preparation.recipe import Recipe, RecipeError
from lstm_viz.preparation.windows import count_text, count_windows

PARTS = ("train", "validation", "test")
_FIELDS = {"train": "test", "validation": "validation", "test": "test"}


@dataclass(frozen=True, eq=False)
class Part:
    """One part: its rows, and its windows in the order of time.

    ``rows`` are the rows that are this part's own: every target lies in them. ``starts`` holds the first row of each
    window, (N,), ascending; ``looks_back`` says how many rows before its own the windows begin. ``arithmetic`` is how N
    came about ("132 − 12 = 120"). With a shuffled split ``rows`` are all rows.
    """

    name: str
    rows: range
    starts: NDArray[np.int64]
    looks_back: int
    arithmetic: str

    def __len__(self) -> int:
        return len(self.starts)


def split(recipe: Recipe, rows: int) -> dict[str, Part]:
    """The parts of a table of ``rows`` rows that are not empty, train first.

    Windows of validation and test begin up to T rows before their part, with ``look_back``; a window whose targets
    would lie on both sides of a border is not cut. Raises RecipeError where a part has no window.

    >>> [(part.name, part.rows, len(part)) for part in split(Recipe(), 144).values()]
    [('train', range(0, 132), 120), ('test', range(132, 144), 12)]
    """
    needed = recipe.window + recipe.reach
    if needed > rows:
        allowed = f"a window that fits into {counted(rows, 'row')} with its target"
        advice = f"{_need(recipe)}: make it {max(1, rows - recipe.reach):,} or less, or bring more rows."
        raise RecipeError("window", allowed, recipe.window, advice, ("horizon", "target_offset"))
    return _shuffled(recipe, rows) if recipe.split_shuffle else _in_order(recipe, rows)


def border_rows(recipe: Recipe, rows: int) -> tuple[int, int]:
    """The first row of validation and the first row of test.

    >>> border_rows(Recipe(validation=0.1, test=0.2), 253)
    (176, 202)
    """
    validation, test = amount(recipe.validation, rows), amount(recipe.test, rows)
    if validation + test >= rows:
        allowed = f"fewer than {rows:,} rows for validation and test together"
        advice = "Nothing is left to train on: make them smaller."
        raise RecipeError("test", allowed, f"{validation + test:,}", advice, ("validation",))
    return rows - test - validation, rows - test


def amount(wanted: int | float, count: int) -> int:
    """A number as it is; a fraction of ``count``, rounded up, as scikit-learn's train_test_split does.

    >>> amount(0.2, 253), amount(12, 253)
    (51, 12)
    """
    return wanted if isinstance(wanted, int) else math.ceil(round(wanted * count, 6))


def rows_held(starts: NDArray[np.int64], length: int, rows: int) -> NDArray[np.bool_]:
    """Whether each of ``rows`` rows lies in one of the pieces of ``length`` rows that begin at ``starts``: (rows,).

    >>> rows_held(np.array([0, 3]), 2, 6).tolist()
    [True, True, False, True, True, False]
    """
    changes = np.zeros(rows + 1, dtype=np.int64)
    np.add.at(changes, starts, 1)
    np.add.at(changes, starts + length, -1)
    held: NDArray[np.bool_] = changes.cumsum()[:rows] > 0
    return held


def _in_order(recipe: Recipe, rows: int) -> dict[str, Part]:
    first, second = border_rows(recipe, rows)
    borders = {"train": range(first), "validation": range(first, second), "test": range(second, rows)}
    return {name: _part(recipe, name, own) for name, own in borders.items() if own}


def _part(recipe: Recipe, name: str, own: range) -> Part:
    back = recipe.target_offset + (0 if recipe.many_to_many else recipe.window - 1)
    looks_back = min(back, own.start) if recipe.look_back else 0
    count = count_windows(recipe, len(own) + looks_back)
    if count == 0:
        raise _without_window(recipe, name, len(own), looks_back)
    starts = own.start - looks_back + recipe.stride * np.arange(count)
    return Part(name, own, starts, looks_back, count_text(recipe, len(own), looks_back))


def _shuffled(recipe: Recipe, rows: int) -> dict[str, Part]:
    every = count_windows(recipe, rows)
    first, second = border_rows(recipe, every)
    order = np.random.default_rng(recipe.seed).permutation(every)  # (every,)
    drawn = {"train": order[:first], "validation": order[first:second], "test": order[second:]}
    text = f"{count_text(recipe, rows, 0)}, dealt out at random"
    return {
        name: Part(name, range(rows), recipe.stride * np.sort(windows), 0, f"{len(windows):,} of {text}")
        for name, windows in drawn.items()
        if len(windows)
    }


def _need(recipe: Recipe) -> str:
    return f"T = {recipe.window:,} and {recipe.reach:,} after it are {recipe.window + recipe.reach:,} rows"


def _without_window(recipe: Recipe, name: str, rows: int, looks_back: int) -> RecipeError:
    field = _FIELDS[name]
    allowed = f"a {name} part with at least one window"
    got = f"{counted(rows, 'row')}" + (f" and {looks_back:,} before them" if looks_back else "")
    smaller = "make validation and test smaller" if name == "train" else f"give {name} more rows"
    back = "" if recipe.look_back or name == "train" else ", let its windows look back"
    advice = f"{_need(recipe)}: {smaller}{back}, or make the window shorter."
    return RecipeError(field, allowed, got, advice, ("window", "horizon", "target_offset", "validation", "look_back"))
