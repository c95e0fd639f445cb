"""From the text of a file to its cells, still as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pandas as pd

from lstm_viz.preparation.decoding import line_ends
from lstm_viz.preparation.errors import TableError, counted, quoted
from lstm_viz.preparation.limits import MOST_CELLS, MOST_COLUMNS, MOST_SHEET_ROWS, WIDEST

_DELIMITERS = ("\t", ";", "|", ",")  # a comma is often part of a number or a sentence, so it comes last
_NAMES = {"\t": "tab", ";": "semicolon", "|": "vertical bar", ",": "comma"}
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+(,\d+)?\s*")
_SAMPLE_ROWS, _SAMPLE_CHARACTERS = 50, 60_000
_CHUNK_ROWS = 100_000
"""As many rows are Python objects at once; after that they are packed."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Every cell as text without space around it; the frame's index is the row as counted in the file, from 1.

    ``spaced`` says that there was a space after a delimiter, or one around a cell.
    """

    frame: pd.DataFrame
    delimiter: str
    notes: tuple[str, ...] = ()
    spaced: bool = False


def read_cells(name: str, text: str) -> Cells:
    """The cells of a text with commas, semicolons, tabs or vertical bars between them; empty rows are left out.

    Raises TableError where every cell is empty, a row is longer than the first one, a quotation mark is not closed, or
    there are too many columns. Rows that are too short end in empty cells.

    >>> cells = read_cells("a.csv", "day;price\\n1;2,5")
    >>> cells.delimiter, cells.frame.values.tolist()
    (';', [['day', 'price'], ['1', '2,5']])
    """
    filled = len(text) - len(text.lstrip())
    start = max(text.rfind("\n", 0, filled), text.rfind("\r", 0, filled)) + 1
    empty_rows, text = line_ends(text[:start]), text[start:]
    delimiter = _find_delimiter(text)
    _refuse_wide(name, text, delimiter)
    frame, trimmed = _parse(name, text, delimiter, empty_rows)
    frame.index = pd.RangeIndex(empty_rows + 1, empty_rows + len(frame) + 1)
    return replace(without_empty_rows(name, frame, delimiter), spaced=trimmed or f"{delimiter} " in text)


def _find_delimiter(text: str) -> str:
    rows = {delimiter: _sample(text, delimiter) for delimiter in _DELIMITERS}
    widths = {delimiter: [len(row) for row in rows[delimiter]] for delimiter in _DELIMITERS}
    for delimiter in _DELIMITERS:
        if len(set(widths[delimiter])) == 1 and widths[delimiter][0] > 1:
            return delimiter
    wide_names = [delimiter for delimiter in _DELIMITERS if widths[delimiter] and widths[delimiter][0] > 1]
    if wide_names:
        return max(wide_names, key=lambda delimiter: widths[delimiter].count(widths[delimiter][0]))
    if all(_DECIMAL_COMMA.fullmatch(row[0]) for row in rows[";"][1:] if len(row) == 1):
        return ";"  # one column of numbers such as 1,5
    return max(reversed(_DELIMITERS), key=lambda delimiter: sum(width > 1 for width in widths[delimiter]))


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """The first rows that are not empty."""
    rows = [row for row in islice(_records(text[:_SAMPLE_CHARACTERS], delimiter), _SAMPLE_ROWS) if any(row)]
    whole = len(text) <= _SAMPLE_CHARACTERS or len(rows) < 2
    return rows if whole else rows[:-1]  # the last one may be cut in the middle


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    except csv.Error:  # a cell of over 131,072 characters: mostly a quotation mark that is not closed
        return


def _refuse_wide(name: str, text: str, delimiter: str) -> None:
    width = len(next(_records(text, delimiter), []))
    if width > WIDEST:
        limit = f"at most {WIDEST:,} are read, {MOST_COLUMNS} of them numbers"
        raise TableError(f"{quoted(name)} has {width:,} columns, and {limit}: keep the columns that you need.", 1)
    rows = min(line_ends(text), MOST_SHEET_ROWS)  # no more than these are read
    if width * rows > MOST_CELLS and len(text) >= 2 * width * rows:
        what = f"{width:,} columns and {rows:,} rows, and at most {MOST_CELLS:,} cells are read"
        raise TableError(f"{quoted(name)} has {what}: keep fewer rows, or only the columns that you need.")
    if width * rows > MOST_CELLS:
        what = f"{counted(width, 'column')} in its first row and mostly shorter rows below"
        raise TableError(f"{quoted(name)} has {what}: make every row as long as the first.")


def _parse(name: str, text: str, delimiter: str, empty_rows: int) -> tuple[pd.DataFrame, bool]:
    """The cells without space around them, and whether there was any."""
    chunks: list[pd.DataFrame] = []
    trimmed, count = False, 0
    try:
        for chunk in pd.read_csv(
            io.BytesIO(text.encode()),  # a StringIO would take four bytes a character
            sep=delimiter,
            header=None,
            index_col=False,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            low_memory=False,
            chunksize=_CHUNK_ROWS,
        ):
            chunks.append(chunk.apply(lambda column: column.str.strip()))
            trimmed = trimmed or not chunks[-1].equals(chunk)
            count += len(chunk)
            if count > MOST_SHEET_ROWS + 1:  # 1: the names
                refuse_long(name, max(count, line_ends(text)) - 1, MOST_SHEET_ROWS)
    except TableError:
        raise
    except (ValueError, OverflowError) as error:  # ValueError: pandas' ParserError is one
        raise _explained(name, delimiter, str(error), empty_rows) from None
    return pd.concat(chunks, ignore_index=True), trimmed


def refuse_long(name: str, rows: int, most: int) -> None:
    """Raises TableError for a table of more than ``most`` rows."""
    if rows > most:
        advice = "keep the latest ones, or every second one"
        raise TableError(f"{quoted(name)} has {rows:,} rows, and at most {most:,} are read: {advice}.")


def _explained(name: str, delimiter: str, problem: str, empty_rows: int) -> TableError:
    if found := re.search(r"EOF inside string starting at row (\d+)", problem):
        row = int(found[1]) + 1 + empty_rows
        message = f"A quotation mark that opens in row {row:,} of {quoted(name)} is never closed: close or remove it."
        return TableError(message, row)
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", problem):
        width, row, got = map(int, found.groups())
        row += empty_rows
        what = f"has {counted(got, 'column')} and the first row {width:,}, with a {_NAMES[delimiter]} between columns"
        advice = "put quotation marks around text that holds one, or delete the lines above the names of the columns"
        return TableError(f"Row {row:,} of {quoted(name)} {what}: {advice}.", row)
    return TableError(f"{quoted(name)} cannot be cut into rows and columns: save the table as CSV again.")


def without_empty_rows(name: str, frame: pd.DataFrame, delimiter: str) -> Cells:
    """The cells without the rows in which every one is empty. Raises TableError where that is every row."""
    filled = np.logical_or.reduce([(frame[place] != "").to_numpy(dtype=bool) for place in frame.columns])  # (rows,)
    if not filled.any():
        raise TableError(f"{quoted(name)} holds only empty cells: bring a table with names and rows of numbers.")
    first, end = int(filled.argmax()), len(filled) - int(filled[::-1].argmax())
    frame, filled = frame.iloc[first:end], filled[first:end]
    empty = frame.index[~filled]
    if frame.shape[1] == 1 or empty.empty:  # in a single column an empty row is a gap
        return Cells(frame, delimiter)
    what = "1 empty row was left out:" if len(empty) == 1 else f"{len(empty):,} empty rows were left out, the first is"
    return Cells(frame[filled], delimiter, (f"{what} row {empty[0]:,}.",))
