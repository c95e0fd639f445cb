"""Windows as views of the rows, and their number as arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from lstm_viz.preparation.recipe import Recipe


def cut(values: NDArray[Any], length: int) -> NDArray[Any]:
    """Every window of ``length`` rows: (rows, …) → (rows - length + 1, length, …), a view that takes no memory.

    It can be written to only because torch warns of tensors that cannot; windows overlap, so nobody should.

    >>> cut(np.arange(5.0)[:, None], 3)[:, :, 0].tolist()
    [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]
    """
    windows: NDArray[Any] = sliding_window_view(values, length, axis=0, writeable=True)
    return np.moveaxis(windows, -1, 1)


def cut_pairs(recipe: Recipe, x_rows: NDArray[np.float32], ahead: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """x (M, T, F) and y of each window: the last row of ``ahead`` in it, or with ``many_to_many`` all T of them.

    ``ahead`` has an entry for each row that has rows enough after it: (P, O), or (P,) for classes.
    """
    y = cut(ahead, recipe.window) if recipe.many_to_many else ahead[recipe.window - 1 :]
    return cut(x_rows, recipe.window)[: len(y)], y


def count_windows(recipe: Recipe, rows: int) -> int:
    """How many windows with their targets ``rows`` rows hold.

    >>> count_windows(Recipe(), 132), count_windows(Recipe(stride=5), 132)
    (120, 24)
    """
    spare = rows - recipe.window - recipe.reach
    return spare // recipe.stride + 1 if spare >= 0 else 0


def count_text(recipe: Recipe, rows: int, looks_back: int = 0) -> str:
    """That number as a sum that can be followed.

    >>> count_text(Recipe(), 132), count_text(Recipe(), 12, 12)
    ('132 − 12 = 120', '12 + 12 − 12 = 12')
    >>> count_text(Recipe(horizon=3), 132), count_text(Recipe(window=1, target_offset=0), 200)
    ('132 − 12 − 3 + 1 = 118', '200 − 1 + 1 = 200')
    >>> count_text(Recipe(stride=5), 132)
    '(132 − 12 − 1) // 5 + 1 = 24'
    """
    sum_ = f"{rows:,}" + (f" + {looks_back:,}" if looks_back else "") + f" − {recipe.window:,}"
    count = count_windows(recipe, rows + looks_back)
    if recipe.stride > 1:
        return f"({sum_}{f' − {recipe.reach:,}' if recipe.reach else ''}) // {recipe.stride:,} + 1 = {count:,}"
    if recipe.reach == 1:
        return f"{sum_} = {count:,}"
    return f"{sum_}{f' − {recipe.reach:,}' if recipe.reach else ''} + 1 = {count:,}"


def count_formula(recipe: Recipe) -> str:
    """The same in symbols: ``rows`` are those of the part and those before it that its windows may begin in.

    >>> count_formula(Recipe()), count_formula(Recipe(horizon=3)), count_formula(Recipe(horizon=3, target_offset=0))
    ('rows − T', 'rows − T − O + 1', 'rows − T − O + 2')
    >>> count_formula(Recipe(stride=5, target_offset=3))
    '(rows − T − 3) // 5 + 1'
    """
    symbols = "rows − T" + (" − O" if recipe.horizon > 1 else "")
    rest = recipe.reach - (recipe.horizon if recipe.horizon > 1 else 0)
    if recipe.stride == 1:
        return symbols + _signed(1 - rest)
    return f"({symbols}{_signed(-rest)}) // {recipe.stride:,} + 1"


def _signed(number: int) -> str:
    return f" {'+' if number > 0 else '−'} {abs(number):,}" if number else ""
