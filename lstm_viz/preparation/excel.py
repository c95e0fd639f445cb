"""From an Excel workbook to the cells of one worksheet, as text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lstm_viz.preparation.decoding import refuse_large
from lstm_viz.preparation.errors import TableError, counted, listing, quoted
from lstm_viz.preparation.limits import (
    LARGEST_EXCEL_BYTES,
    LARGEST_UNPACKED_BYTES,
    MOST_CELLS,
    MOST_ELEMENTS,
    MOST_EXCEL_CELLS,
    WIDEST,
)

_ROW_TAG = re.compile(rb"<(?:\w+:)?row[\s/>]")
_SAVE = "open it in Excel, save the worksheet as CSV and bring that file"
_MOST_IN_A_PIECE = 200_000
"""Tags between the starts of two rows, and in parts without rows: openpyxl holds these in memory at once."""
_LAST_ROW = 1_048_576
"""Of a worksheet, by Excel's own rules."""


@dataclass(frozen=True, eq=False)
class Workbook:
    """The cells of the worksheet that was read, as text, by the numbers of their rows; and all worksheets' names."""

    frame: pd.DataFrame
    worksheet: str
    worksheets: tuple[str, ...]


def holds_workbook(content: bytes) -> bool:
    """Whether the content is a ZIP archive with a workbook of Excel's newer kind in it, whole or damaged."""
    return content.startswith(b"PK\x03\x04") and (b"xl/workbook" in content or b"xl/worksheets" in content)


def read_workbook(name: str, content: bytes, worksheet: str = "") -> Workbook:
    """The worksheet called ``worksheet``, or else the first that is not empty.

    Raises TableError for a damaged workbook, one without cells, and one that would take too long or too much memory:
    its archive is measured before anything in it is read.
    """
    advice = "save the worksheet as CSV, which may have more"
    refuse_large(name, len(content), LARGEST_EXCEL_BYTES, advice)
    try:
        _refuse_huge(name, zipfile.ZipFile(io.BytesIO(content)))
        return _read(name, content, worksheet)
    except (TableError, MemoryError):
        raise
    except Exception as error:  # openpyxl raises whatever a damaged file makes it stumble over: KeyError, TypeError …
        raise TableError(f"{quoted(name)} is a damaged Excel workbook: {_SAVE}.") from error


def _refuse_huge(name: str, archive: zipfile.ZipFile) -> None:
    """A few kilobytes can unpack to gigabytes, and each XML tag takes memory and time."""
    size = sum(part.file_size for part in archive.infolist())
    if size > LARGEST_UNPACKED_BYTES:
        what = f"{size / 1e6:,.0f} MB unpacked, and at most {LARGEST_UNPACKED_BYTES / 1e6:,.0f} MB are read"
        raise TableError(f"{quoted(name)} has {what}: save the worksheet as CSV, with fewer rows or columns.")
    elements = 0
    for part in archive.infolist():
        data = archive.read(part)  # no more than file_size
        elements += data.count(b"<")
        if elements > MOST_ELEMENTS or max(piece.count(b"<") for piece in _ROW_TAG.split(data)) > _MOST_IN_A_PIECE:
            raise _too_many_cells(name)


def _too_many_cells(name: str) -> TableError:
    what = f"more cells than the {MOST_EXCEL_CELLS:,} that are read from a workbook"
    return TableError(f"{quoted(name)} has {what}: save the worksheet as CSV, which may have more.")


def _read(name: str, content: bytes, worksheet: str) -> Workbook:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    sheets = {str(sheet.title): sheet for sheet in book.worksheets}
    if worksheet and worksheet not in sheets:
        raise TableError(f"{quoted(name)} has no worksheet {quoted(worksheet)}: it has {listing(list(sheets))}.")
    for title in [worksheet] if worksheet else sheets:
        rows = dict(_rows(name, sheets[title]))
        if rows:
            return Workbook(_frame(name, rows), title, tuple(sheets))
    where = f"Worksheet {quoted(worksheet)} of {quoted(name)}" if worksheet else quoted(name)
    raise TableError(f"{where} holds only empty cells: bring a table with names and rows of numbers.")


def _frame(name: str, rows: dict[int, list[str]]) -> pd.DataFrame:
    """The rows from the first to the last, all as long as the longest, with the empty ones between them."""
    width, numbers = max(map(len, rows.values())), range(min(rows), max(rows) + 1)
    if width * len(numbers) > MOST_CELLS:
        raise _too_many_cells(name)
    cells = [rows.get(number, []) for number in numbers]
    return pd.DataFrame([row + [""] * (width - len(row)) for row in cells], index=list(numbers), dtype=str)


def _rows(name: str, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, by their numbers, without the empty cells at their end."""
    sheet.reset_dimensions()  # what the file says of its size may be anything
    count = padding = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        texts = [_text(cell) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if len(texts) > WIDEST:
            what = f"{counted(len(texts), 'column')} in row {number:,}, and at most {WIDEST:,} are read"
            raise TableError(f"{quoted(name)} has {what}: keep the columns that you need.", number)
        count, padding = count + len(texts), padding + len(row)
        if count > MOST_EXCEL_CELLS or padding > 20 * MOST_EXCEL_CELLS or number > _LAST_ROW:
            raise _too_many_cells(name)
        if texts and number > MOST_EXCEL_CELLS:
            what = f"a filled cell in row {number:,}, and at most {MOST_EXCEL_CELLS:,} rows of a workbook are read"
            raise TableError(f"{quoted(name)} has {what}: save the worksheet as CSV, which may have more.", number)
        if texts:
            yield number, texts


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell).strip()
