"""From a file of any kind, or a pasted text, to a Sheet, or to one sentence on why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

import numpy as np
import pandas as pd

from lstm_viz.preparation.cells import Cells, read_cells, without_empty_rows
from lstm_viz.preparation.column import Column, type_column
from lstm_viz.preparation.decoding import holds_control_bytes, refuse_large, to_text
from lstm_viz.preparation.errors import TableError, quoted
from lstm_viz.preparation.excel import holds_workbook, read_workbook
from lstm_viz.preparation.finding import Notes
from lstm_viz.preparation.headers import Header, split_names
from lstm_viz.preparation.limits import LARGEST_SHEET_BYTES, WIDEST
from lstm_viz.preparation.parquet import read_parquet
from lstm_viz.preparation.sheet import Finding, Origin, Sheet
from lstm_viz.preparation.timing import Timing, date_of_parts, find_timing

_ENDINGS = {"excel": (".xlsx", ".xlsm"), "parquet": (".parquet", ".pq"), "text": ()}
_KINDS = {"excel": "an Excel workbook", "parquet": "a Parquet file", "text": "a text"}


def read_sheet(name: str, content: bytes | str, *, day_first: bool | None = None, worksheet: str = "") -> Sheet:
    """The table in ``content``: a text with commas, semicolons, tabs or bars, an Excel workbook, or a Parquet file.

    The content decides which, not the ending of ``name``, the file's name, by which messages call it. ``day_first``
    says how to read dates such as 1/2/2020, ``worksheet`` which one of a workbook; without them the file decides, and
    a finding says what was done. Raises TableError with one sentence on what was found, where, and what to do.

    >>> sheet = read_sheet("tides.csv", "day;height\\n02.01.2024;1,5\\n01.01.2024;\\n03.01.2024;2,0")
    >>> sheet.labels(), sheet.frame["height"].tolist()
    (('2024-01-01', '2024-01-02', '2024-01-03'), [nan, 1.5, 2.0])
    >>> for finding in sheet.findings:
    ...     print(finding.text)
    In column 'height' of 'tides.csv' commas are decimal, as in '1,5'.
    Column 'day' of 'tides.csv' says when each row was.
    The rows of 'tides.csv' were not in the order of time, and were sorted by 'day'.
    Column 'height' of 'tides.csv' has 1 gap, in row 3.
    """
    refuse_large(name, len(content), LARGEST_SHEET_BYTES)
    kind = _kind(content)
    notes = Notes(name)
    _say_ending(notes, name, kind)
    if isinstance(content, bytes) and kind == "parquet":
        columns, indexed = read_parquet(name, content, notes, day_first)
        count = len(next(iter(columns.values())).values)
        written = tuple(column for column, typed in columns.items() if typed.written)
        origin = Origin("parquet", tuple(columns), indexed=indexed, written=written)
        return _sheet(name, columns, np.arange(1, count + 1), notes, origin)
    if isinstance(content, bytes) and kind == "excel":
        book = read_workbook(name, content, worksheet)
        if len(book.worksheets) > 1:
            text = f"{quoted(name)} has {len(book.worksheets)} worksheets, and {quoted(book.worksheet)} was read."
            notes.add("worksheet", text, count=len(book.worksheets))
        origin = Origin("excel", (), worksheet=book.worksheet, worksheets=book.worksheets)
        return _from_cells(name, without_empty_rows(name, book.frame, ","), notes, origin, day_first)
    decoded = to_text(name, content, LARGEST_SHEET_BYTES)
    for note in decoded.notes:
        row = decoded.other_rows[0] if decoded.other_rows else None
        notes.add("encoding", note.replace("The file", quoted(name), 1), row=row, count=len(decoded.other_rows))
    cells = read_cells(name, decoded.text)
    origin = Origin("text", (), cells.delimiter, decoded.encoding, bool(decoded.other_rows), spaced=cells.spaced)
    return _from_cells(name, cells, notes, origin, day_first)


def _kind(content: bytes | str) -> str:
    if isinstance(content, str) or not holds_control_bytes(content):
        return "text"
    if content.startswith(b"PAR1"):
        return "parquet"
    return "excel" if holds_workbook(content) else "text"


def _say_ending(notes: Notes, name: str, kind: str) -> None:
    ending = PurePath(name).suffix.lower()
    says = next((other for other, endings in _ENDINGS.items() if ending in endings), "text")
    if says != kind and (ending or kind != "text"):
        notes.add("ending", f"{quoted(name)} is {_KINDS[kind]}, whatever its name ends in, and was read as one.")


def _from_cells(name: str, cells: Cells, notes: Notes, origin: Origin, day_first: bool | None) -> Sheet:
    _refuse_wide(name, cells.frame)
    for note in cells.notes:
        notes.add("empty rows", f"{quoted(name)}: {note}")
    header = split_names(name, cells.frame)
    _say_header(notes, name, header)
    rows = header.frame.index.to_numpy(dtype=np.int64)
    frame = header.frame.reset_index(drop=True)
    columns = {
        header.names[place]: type_column(header.names[place], frame[place], cells.delimiter, day_first)
        for place in frame.columns
    }
    origin = replace(
        origin,
        names=header.names,
        skipped=int(cells.frame.index[0]) - 1,
        header=header.written,
        counter=header.counter,
        empty_rows=bool(cells.notes),
        renamed=header.renamed or cells.spaced,
    )
    return _sheet(name, columns, rows, notes, origin)


def _refuse_wide(name: str, frame: pd.DataFrame) -> None:
    if frame.shape[1] > WIDEST:
        what = f"{frame.shape[1]:,} columns, and at most {WIDEST:,} are read"
        raise TableError(f"{quoted(name)} has {what}: keep the columns that you need.")


def _say_header(notes: Notes, name: str, header: Header) -> None:
    for note in header.notes:
        if header.changed and note.startswith("Names"):
            notes.add("names", f"{quoted(name)}: {note}", column=header.changed[0], count=len(header.changed))
        else:
            notes.add("left out" if note.startswith("Left out") else "header", f"{quoted(name)}: {note}", row=1)


def _sheet(name: str, columns: dict[str, Column], rows: np.ndarray, notes: Notes, origin: Origin) -> Sheet:
    """The sheet of typed columns whose rows have the numbers ``rows`` in the file."""
    notes.say_empty([column for column, typed in columns.items() if typed.kind == "empty"])
    columns = {column: typed for column, typed in columns.items() if typed.kind != "empty"}
    if not columns:
        raise TableError(f"{quoted(name)} holds only gaps below the names of its columns: bring rows of numbers.")
    timing, columns, parts = _with_time(columns)
    if timing.order is not None:
        rows = rows[timing.order]
        columns = {column: typed.taken(timing.order) for column, typed in columns.items()}
    notes.say_commas(columns)
    notes.say_time(timing, columns, parts, rows)
    notes.say_cells(columns, rows)
    frame = pd.DataFrame({column: typed.values for column, typed in columns.items()})
    return Sheet(
        name=name,
        frame=frame,
        rows=rows,
        findings=tuple(notes.findings),
        origin=_with_columns(origin, columns),
        time=timing.column,
        unit=timing.unit,
        parts=parts,
        ways={column: typed.way for column, typed in columns.items() if typed.way is not None},
        strays={column: typed.strays for column, typed in columns.items() if len(typed.strays)},
    )


def _with_time(columns: dict[str, Column]) -> tuple[Timing, dict[str, Column], tuple[str, ...]]:
    """When the rows were, the columns with that one among them, and the columns that it was made of."""
    timing = find_timing(columns)
    whole = timing.column and columns[timing.column].values.notna().all()
    made = None if whole else date_of_parts(columns)
    if made is None or made.way is None:
        return timing, columns, ()
    new = next(
        name for name in ("date", "date (made)", *(f"date ({n})" for n in range(2, 2000))) if name not in columns
    )
    columns = {new: made, **columns}
    return find_timing({new: made}), columns, made.way.parts


def _with_columns(origin: Origin, columns: dict[str, Column]) -> Origin:
    numbers = {name: column for name, column in columns.items() if column.kind == "number"}
    words = {word for column in columns.values() if column.kind != "text" for word in column.gap_words if word}
    return replace(
        origin,
        gap_words=tuple(sorted(words)),
        commas={name: column.commas for name, column in numbers.items() if column.commas},
        dots=tuple(name for name, column in numbers.items() if column.dots),
    )


__all__ = ["Finding", "Sheet", "TableError", "read_sheet"]
