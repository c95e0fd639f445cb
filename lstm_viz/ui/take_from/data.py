"""What the Data page offers: the preparation as a script, the table and the windows, and the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_viz.drawing.data_way import data_way
from lstm_viz.drawing.standalone import Block, Code, Drawing, Markup, OnScreen, Prose, Section, Sheet
from lstm_viz.preparation.prepared import Prepared, axes_text
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.spreadsheet import Cell, Grid
from lstm_viz.ui.data_component import is_narrow
from lstm_viz.ui.data_sections.code import script_of
from lstm_viz.ui.data_settings import DataSettings, current_data
from lstm_viz.ui.data_way import said, way_key
from lstm_viz.ui.take_away import script_files, table_file, take_away

_MOST = 1_000
"""Rows of a table, or windows, that a file holds at most: a sample; the script makes them all."""


def take_from_data() -> None:
    """Mount the menu."""
    now = current_data()
    stem = _stem(now)
    files = [
        *script_files(stem, "From the data to batches", lambda: script_of(current_data())),
        table_file(stem, "steps", lambda: steps_grid(current_data())),
        table_file(
            stem,
            "windows" if isinstance(now.ready, Prepared) else "samples",
            lambda: samples_grid(current_data().ready),
        ),
    ]
    if isinstance(now.ready, Prepared) and now.ready.table is not None:
        files.append(table_file(stem, "table", lambda: table_grid(current_data().ready)))
    take_away(stem, files, _sheet)


def steps_grid(now: DataSettings) -> Grid:
    """Every step of the way with its shape."""
    columns = ("step", "made by", "axes", "shape", "dtype", "count", "what it is")
    rows = [
        (each.name, each.expression, axes_text(each.axes), str(each.shape), each.dtype, each.arithmetic, each.sentence)
        for each in now.ready.steps
    ]
    return Grid("", columns, rows)


def table_grid(ready: Prepared | PreparedText) -> Grid:
    """The rows of the table that x is cut from, evenly taken where there are many."""
    assert isinstance(ready, Prepared)
    table = ready.table
    assert table is not None
    places = np.unique(np.linspace(0, table.rows - 1, min(_MOST, table.rows)).round().astype(int)).tolist()
    rows: list[tuple[Cell, ...]] = [(place, table.labels[place], *_numbers(table.values[place])) for place in places]
    return Grid("", ("row", "label", *table.columns), rows)


def samples_grid(ready: Prepared | PreparedText) -> Grid:
    """The first samples of training: a row for each step of a window with its target, or for each message."""
    return _windows(ready) if isinstance(ready, Prepared) else _texts(ready)


def _windows(ready: Prepared) -> Grid:
    count = min(len(ready.parts["train"]), max(1, _MOST // ready.x.shape[1]))
    x, y = ready.samples(np.arange(count))
    target = y.reshape(count, -1).tolist()  # (N, O) or (N, T·O)
    names = [f"target {place}" for place in range(len(target[0]) if count else 0)]
    rows: list[tuple[Cell, ...]] = [
        (sample, step, ready.label(ready.row(sample, step)) or "", *numbers, *target[sample])
        for sample in range(count)
        for step, numbers in enumerate(x[sample].tolist())
    ]
    return Grid("", ("sample", "step", "label", *ready.columns, *names), rows)


def _texts(ready: PreparedText) -> Grid:
    part = ready.parts["train"]
    count = min(len(part.x), _MOST)
    x, target = np.asarray(part.x[:count]), np.asarray(part.target[:count]).reshape(count, -1)
    columns = (
        "sample",
        *(f"x[{step}]" for step in range(x.shape[1])),
        *(f"target[{n}]" for n in range(target.shape[1])),
    )
    return Grid("", columns, [(place, *_numbers(x[place]), *_numbers(target[place])) for place in range(count)])


def _numbers(values: Any) -> list[Cell]:
    plain: list[Cell] = [None if value != value else value for value in np.asarray(values).ravel().tolist()]
    return plain


def _stem(now: DataSettings) -> str:
    sizes = now.ready.sizes
    return "-".join(["data", now.recipe.data, *(f"{letter}{sizes[letter]}" for letter in "BTFV" if letter in sizes)])


def _sheet() -> Sheet:
    now = current_data()
    blocks: list[Block] = [Drawing(data_way(now.ready.steps, tall=is_narrow(way_key()))), Markup(f"<p>{said(now)}</p>")]
    table = isinstance(now.ready, Prepared) and now.ready.table is not None
    windows = [Section("Windows", [OnScreen("window", "A window on the rows of the table")])] if table else []
    return Sheet(
        "From the data to batches · LSTM Shapes",
        [
            Section("", [*blocks, *map(Prose, now.ready.notes)]),
            *windows,
            Section("Steps", [steps_grid(now)]),
            Section("Code", [Prose("The script runs on its own and prints these shapes."), Code(script_of(now))]),
        ],
    )
