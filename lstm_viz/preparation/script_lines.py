"""The lines of a preparation's script, stage by stage: plain torch, numpy, pandas and scikit-learn."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from lstm_viz.datasets import Table
from lstm_viz.preparation.prepared import Prepared, Stage, axes_text
from lstm_viz.preparation.scaling import SCALER_CODE
from lstm_viz.preparation.script_loading import Line, loading_lines, stays_view
from lstm_viz.preparation.script_tasks import task_imports, task_lines
from lstm_viz.preparation.splitting import Part

__all__ = ["LARGEST_WRITTEN", "Line", "imports", "stage_lines"]

LARGEST_WRITTEN = 5_000
"""A table of more numbers is not written into a script: it reads a file."""
_WIDTH = 100


def stage_lines(ready: Prepared, reading_code: str | None = None) -> dict[Stage, list[Line]]:
    """The code of each stage. ``reading_code`` makes ``table``, a DataFrame of numbers with a row for each row.

    Without it a small table is written down number by number, and a large one read from a file to be named.
    """
    if ready.table is None:
        return {**task_lines(ready), **loading_lines(ready)}
    return {
        "table": list(_table(ready, reading_code)),
        "columns": list(_columns(ready)),
        "split": list(_split(ready)),
        "scaled": list(_scaled(ready)),
        "windows": list(_windows(ready)),
        **loading_lines(ready),
    }


def imports(ready: Prepared) -> list[str]:
    """The import lines that the stages need."""
    if ready.table is None:
        return task_imports()
    used = {ready.recipe.scaling} | ({ready.recipe.target_scaling} if ready.recipe.task == "regression" else set())
    scalers = sorted({SCALER_CODE[kind].split("(")[0] for kind in used})
    preprocessing = [f"from sklearn.preprocessing import {', '.join(scalers)}"]
    return [
        *("import numpy as np", "import pandas as pd", "import torch"),
        "from numpy.lib.stride_tricks import sliding_window_view",
        *preprocessing,
        "from torch.utils.data import DataLoader, TensorDataset",
    ]


def _table(ready: Prepared, reading_code: str | None) -> Iterator[Line]:
    table = ready.table
    assert table is not None
    if reading_code is not None:
        yield from ((line, "") for line in reading_code.strip("\n").splitlines())
    elif table.rows * len(_used(ready)) <= LARGEST_WRITTEN:
        yield from _written(table, _used(ready))
    else:
        yield 'table = pd.read_csv("your_file.csv")', "put the name of your file here"
    width = len(_used(ready)) if reading_code is None else len(table.columns)
    yield 'print("table", table.shape)', f"({table.rows}, {width}) = (rows, columns)"


def _used(ready: Prepared) -> list[int]:
    """The places of the columns that the recipe needs, in the table's order."""
    return sorted({*ready.feature_places, ready.target_place})


def _written(table: Table, places: list[int]) -> Iterator[Line]:
    yield "table = pd.DataFrame({", ""
    for place in places:
        numbers = ", ".join(map(_number, table.values[:, place].tolist()))
        yield f"    {_text(table.columns[place])}: [", ""
        yield from (
            (line, "") for line in textwrap.wrap(numbers, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8)
        )
        yield "    ],", ""
    yield "})", ""


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _text(name: str) -> str:
    """A column's name as a text in Python: what JSON writes is that, too."""
    return json.dumps(name, ensure_ascii=False)


def _columns(ready: Prepared) -> Iterator[Line]:
    rows, F = len(ready.table.labels) if ready.table else 0, len(ready.columns)  # noqa: N806
    names = ", ".join(map(_text, ready.columns))
    comment = f"({rows}, {F}) = (rows, F)"
    if len(names) <= _WIDTH // 2:
        yield f"features = table[[{names}]].to_numpy(dtype=np.float64)", comment
    else:
        yield "columns = [", ""
        yield from ((f"    {_text(name)},", "") for name in ready.columns)
        yield "]", ""
        yield "features = table[columns].to_numpy(dtype=np.float64)", comment
    yield f"target_column = table[[{_text(ready.target_name)}]].to_numpy(dtype=np.float64)", f"({rows}, 1)"


def _split(ready: Prepared) -> Iterator[Line]:
    recipe, parts = ready.recipe, ready.parts
    if not recipe.split_shuffle:
        yield from (
            (f"{name}_rows = slice({part.rows.start}, {part.rows.stop})", f"{len(part.rows):,} rows, in order")
            for name, part in parts.items()
        )
        if recipe.fitted_on == "all":
            yield "fitted_rows = slice(None)", "every row, those of test too: what is to be predicted leaks in"
        else:
            yield "fitted_rows = train_rows", "what scalers and classes are computed of"
        return
    every = sum(map(len, parts.values()))
    yield f"order = np.random.default_rng({recipe.seed}).permutation({every})", "windows at random: not for series"
    borders = [0, *np.cumsum([len(part) for part in parts.values()]).tolist()]
    stride = f"{recipe.stride} * " if recipe.stride > 1 else ""
    for name, (first, last) in zip(parts, pairwise(borders), strict=True):
        yield f"{name}_starts = {stride}np.sort(order[{first}:{last}])", f"({last - first},): first row of each window"
    if recipe.fitted_on == "all":
        yield "fitted_rows = slice(None)", "every row, those of test too: what is to be predicted leaks in"
    else:
        length = recipe.window + recipe.reach
        yield (
            f"fitted_rows = np.unique(train_starts[:, None] + np.arange({length}))",
            "rows that training windows touch",
        )


def _scaled(ready: Prepared) -> Iterator[Line]:
    recipe, rows = ready.recipe, ready.table.rows if ready.table else 0
    yield f"x_scaler = {SCALER_CODE[recipe.scaling]}.fit(features[fitted_rows])", ""
    yield "x_rows = x_scaler.transform(features).astype(np.float32)", f"({rows}, {len(ready.columns)}) = (rows, F)"
    if recipe.task == "regression":
        yield f"y_scaler = {SCALER_CODE[recipe.target_scaling]}.fit(target_column[fitted_rows])", ""
        yield "y_rows = y_scaler.transform(target_column)[:, 0].astype(np.float32)", f"({rows},) = (rows,)"


def _windows(ready: Prepared) -> Iterator[Line]:
    recipe = ready.recipe
    writeable = ", writeable=True" if stays_view(ready) else ""
    yield f"T, O = {recipe.window}, {recipe.horizon}", "window, horizon"
    x = f"sliding_window_view(x_rows, T, axis=0{writeable}).transpose(0, 2, 1)"
    yield f"x_windows = {x}", "(windows, T, F), a view"
    yield from _ahead(ready, writeable)
    if not recipe.many_to_many:
        yield "y_windows = ahead[T - 1 :]", f"{ready.y.shape}: what follows the last row of each window"
    elif ready.y.ndim == 2:
        yield f"y_windows = sliding_window_view(ahead, T{writeable})", f"{ready.y.shape}: a target for each step"
    else:
        y = f"sliding_window_view(ahead, T, axis=0{writeable}).transpose(0, 2, 1)"
        yield f"y_windows = {y}", f"{ready.y.shape}: a target for each step"
    yield "x_windows = x_windows[: len(y_windows)]", f"{ready.x.shape}: those that have a target"
    for name, part in ready.parts.items():
        chosen = f"{name}_starts" if recipe.split_shuffle else _slice(part, recipe.stride)
        N = len(part)  # noqa: N806
        yield f"x_{name} = x_windows[{chosen}]", f"{(N, *ready.x.shape[1:])} = {axes_text(ready.x_axes('N'))}"
        yield f"y_{name} = y_windows[{chosen}]", f"{(N, *ready.y.shape[1:])} = {axes_text(ready.y_axes('N'))}"
        yield f'print("x_{name}", x_{name}.shape, "y_{name}", y_{name}.shape)', ""


def _slice(part: Part, stride: int) -> str:
    first, last = int(part.starts[0]), int(part.starts[-1])
    return f"{first}:{last + 1}" + (f":{stride}" if stride > 1 else "")


def _ahead(ready: Prepared, writeable: str) -> Iterator[Line]:
    recipe = ready.recipe
    from_ = f"{recipe.target_offset}:" if recipe.target_offset else ":"
    after = f"{_ahead_shape(ready)}: from {_offset_text(recipe.target_offset)} on"
    if recipe.task == "regression":
        yield f"ahead = sliding_window_view(y_rows[{from_}], O{writeable})", after
    elif recipe.task == "binary":
        yield f"later = sliding_window_view(target_column[{from_}, 0], O)", after
        yield (
            "ahead = (later > target_column[: len(later)]).astype(np.float32)",
            "1 where it is higher than now, else 0",
        )
    else:
        if recipe.bins == "width":
            yield "low, high = target_column[fitted_rows].min(), target_column[fitted_rows].max()", ""
            yield (
                f"edges = np.linspace(low, high, {recipe.classes + 1})[1:-1]",
                f"{recipe.classes} classes of equal width",
            )
        else:
            shares = f"np.linspace(0, 1, {recipe.classes + 1})[1:-1]"
            yield (
                f"edges = np.quantile(target_column[fitted_rows], {shares})",
                f"{recipe.classes} classes of equal count",
            )
        yield f"ahead = np.digitize(target_column[{from_}, 0], edges)", after


def _ahead_shape(ready: Prepared) -> tuple[int, ...]:
    rows = len(ready.x) + ready.recipe.window - 1
    return (rows,) if ready.recipe.task == "classification" else (rows, ready.recipe.horizon)


def _offset_text(offset: int) -> str:
    return {0: "the same row", 1: "the next row"}.get(offset, f"{offset:,} rows later")
