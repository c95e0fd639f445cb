"""From the text of a file to its cells, still as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from lstm_viz.preparation.errors import TableError, counted, quoted
from lstm_viz.preparation.limits import MOST_CELLS, MOST_COLUMNS, WIDEST

_DELIMITERS = ("\t", ";", "|", ",")  # a comma is often part of a number or a sentence, so it comes last
_NAMES = {"\t": "tab", ";": "semicolon", "|": "vertical bar", ",": "comma"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+(,\d+)?\s*")
_SAMPLE_ROWS, _SAMPLE_CHARACTERS = 50, 60_000


@dataclass(frozen=True, eq=False)
class Cells:
    """Every cell as text without space around it; the frame's index is the row as counted in the file, from 1."""

    frame: pd.DataFrame
    delimiter: str
    notes: tuple[str, ...] = ()


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
    empty_rows, text = len(_LINE_END.findall(text[:start])), text[start:]
    delimiter = _find_delimiter(text)
    _refuse_wide(name, text, delimiter)
    frame = _parse(name, text, delimiter, empty_rows)
    frame.index = pd.RangeIndex(empty_rows + 1, empty_rows + len(frame) + 1)
    return _without_empty_rows(name, frame.apply(lambda column: column.str.strip()), delimiter)


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
    if width * len(_LINE_END.findall(text)) > MOST_CELLS:
        what = f"{counted(width, 'column')} in its first row and mostly shorter rows below"
        raise TableError(f"{quoted(name)} has {what}: make every row as long as the first.")


def _parse(name: str, text: str, delimiter: str, empty_rows: int) -> pd.DataFrame:
    try:
        return pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            index_col=False,
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            low_memory=False,
        )
    except (ValueError, OverflowError) as error:  # ValueError: pandas' ParserError is one
        raise _explained(name, delimiter, str(error), empty_rows) from None


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


def _without_empty_rows(name: str, frame: pd.DataFrame, delimiter: str) -> Cells:
    filled = (frame != "").any(axis=1)
    rows = frame.index[filled]
    if rows.empty:
        raise TableError(f"{quoted(name)} holds only empty cells: bring a table with names and rows of numbers.")
    frame, filled = frame.loc[rows[0] : rows[-1]], filled.loc[rows[0] : rows[-1]]
    empty = frame.index[~filled]
    if frame.shape[1] == 1 or empty.empty:  # in a single column an empty row is a gap
        return Cells(frame, delimiter)
    what = "1 empty row was left out:" if len(empty) == 1 else f"{len(empty):,} empty rows were left out, the first is"
    return Cells(frame[filled], delimiter, (f"{what} row {empty[0]:,}.",))
