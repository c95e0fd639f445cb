"""From a file or a pasted text to a Table, or to one sentence on why not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lstm_viz.datasets.table import LARGEST_NUMBER, Table
from lstm_viz.preparation.cells import read_cells, refuse_long
from lstm_viz.preparation.dates import read_labels
from lstm_viz.preparation.decoding import to_text
from lstm_viz.preparation.errors import TableError, counted, listing, quoted
from lstm_viz.preparation.headers import split_names
from lstm_viz.preparation.limits import FEWEST_ROWS, MOST_COLUMNS, MOST_ROWS
from lstm_viz.preparation.numbers import Numbers, read_numbers

__all__ = ["TableError", "read_table"]


def read_table(name: str, content: bytes | str) -> Table:
    """The table of numbers in ``content``, a text with commas, semicolons, tabs or vertical bars between its columns.

    Columns of numbers become the table's columns, in their order; dates become the rows' labels; columns of text are
    left out. The table's notes say what was found and changed. ``name`` is what its messages call it, the file's name.
    Raises TableError with one sentence: what was found, in which row and column (the first row of the file is row 1),
    and what to do.

    >>> table = read_table("tides.csv", "day;height\\n2024-01-01;1,5\\n2024-01-02;2,5\\n2024-01-03;2,0")
    >>> table.columns, table.labels[0], table.values[0].tolist()
    (('height',), '2024-01-01', [1.5])
    >>> read_table("tides.csv", "day,height\\nMon,1.5\\nTue,high\\nWed,2.0")
    Traceback (most recent call last):
    lstm_viz.preparation.errors.TableError: Row 3 of column 'height' holds 'high' where a number was expected: \
replace it by a number, or leave the column out.
    """
    decoded = to_text(name, content)
    cells = read_cells(name, decoded.text)
    header = split_names(name, cells.frame)
    names, frame = header.names, header.frame
    refuse_long(name, len(frame), MOST_ROWS)
    numbers = {place: read_numbers(frame[place], cells.delimiter) for place in frame.columns}
    labels = read_labels(names, frame, numbers)
    kept, kept_notes = _choose_columns(name, names, frame, numbers, labels.used)
    _check_numbers(name, names, frame, {place: numbers[place] for place in kept})
    values = np.column_stack([numbers[place].values for place in kept])  # (rows, columns)
    columns = tuple(names[place] for place in kept)
    return Table(
        name=name,
        columns=columns,
        labels=labels.texts,
        values=values if labels.order is None else values[labels.order],
        source=f"{name}, a table that you brought.",
        notes=(*decoded.notes, *cells.notes, *header.notes, *labels.notes, *kept_notes, *_constant(columns, values)),
    )


def _choose_columns(
    name: str, names: tuple[str, ...], frame: pd.DataFrame, numbers: dict[int, Numbers], used: tuple[int, ...]
) -> tuple[list[int], tuple[str, ...]]:
    """The places of the columns of numbers, and a sentence for each kind of column that was left out."""
    others = [place for place in frame.columns if place not in used]
    empty = [place for place in others if numbers[place].gaps.all()]
    text = [place for place in others if place not in empty and numbers[place].text.sum() > numbers[place].found]
    kept = [place for place in others if place not in empty and place not in text]
    if not kept:
        row, column, cell = _first(names, frame, {place: numbers[place].text for place in text}) or (0, "", "")
        only = f"only text ({quoted(cell)} in row {row:,} of column {quoted(column)})" if text else "only dates or gaps"
        raise TableError(f"{quoted(name)} has no column of numbers, {only}: add a column of numbers.")
    if len(kept) > MOST_COLUMNS:
        what = f"{len(kept):,} columns of numbers, and at most {MOST_COLUMNS} are taken"
        raise TableError(f"{quoted(name)} has {what}: keep the columns that you need.")
    if len(frame) < FEWEST_ROWS:
        what = f"{counted(len(frame), 'row')} of numbers, and it needs at least {FEWEST_ROWS}"
        raise TableError(f"{quoted(name)} has {what}: add rows.")
    notes = []
    for places, reason in ((text, "text"), (empty, "empty")):
        if places:
            notes.append(f"Left out, as {reason}: {listing([names[place] for place in places])}.")
    notes += [f"In column {quoted(names[place])} {note}." for place in kept if (note := numbers[place].note)]
    return kept, tuple(notes)


def _check_numbers(name: str, names: tuple[str, ...], frame: pd.DataFrame, numbers: dict[int, Numbers]) -> None:
    """Raises TableError for the first cell that is text, a gap, or too large."""
    text = {place: column.text for place, column in numbers.items()}
    if found := _first(names, frame, text):
        row, column, cell = found
        advice = "replace it by a number, or leave the column out"
        message = f"Row {row:,} of column {quoted(column)} holds {quoted(cell)} where a number was expected: {advice}."
        raise TableError(message, row, column)
    gaps = {place: column.gaps for place, column in numbers.items()}
    if found := _first(names, frame, gaps):
        row, column, cell = found
        count = sum(int(where.sum()) for where in gaps.values())
        what = f"holds {quoted(cell)} where a number was expected" if cell else "is empty"
        which = f"the first of {count:,} gaps" if count > 1 else "the only gap"
        advice = "fill it or delete the row" if count == 1 else "fill them or delete their rows"
        message = f"Row {row:,} of column {quoted(column)} {what}, {which} in {quoted(name)}: {advice}."
        raise TableError(message, row, column)
    large = {place: np.abs(column.values) > LARGEST_NUMBER for place, column in numbers.items()}
    if found := _first(names, frame, large):
        row, column, cell = found
        what = f"beyond the numbers that a float32 tensor holds (up to {LARGEST_NUMBER:.1e})"
        message = f"Row {row:,} of column {quoted(column)} holds {quoted(cell)}, {what}: replace it by a number."
        raise TableError(message, row, column)


def _first(
    names: tuple[str, ...], frame: pd.DataFrame, where: dict[int, NDArray[np.bool_]]
) -> tuple[int, str, str] | None:
    """Row, column and cell of the first true place, by rows."""
    found = [(int(rows.argmax()), place) for place, rows in where.items() if rows.any()]
    if not found:
        return None
    index, place = min(found)
    return int(frame.index[index]), names[place], str(frame[place].iloc[index])


def _constant(columns: tuple[str, ...], values: NDArray[np.float64]) -> tuple[str, ...]:
    constant = [name for name, column in zip(columns, values.T, strict=True) if (column == column[0]).all()]
    return (f"The same number in every row: {listing(constant)}.",) if constant else ()
