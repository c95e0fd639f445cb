"""Grid: a table of plain values, and its text as CSV that a spreadsheet cannot take for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Cell: TypeAlias = str | int | float | None

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
# what Excel, LibreOffice and Google Sheets begin a formula with, the wide forms of East Asian keyboards among them
_FORMULA = re.compile(r"\s*[=+\-@|%\t\r\n＝＋－＠]|[\t\r\n]")


@dataclass(frozen=True)
class Grid:
    """``name`` says what it is, each row has a cell for each column."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def to_csv(grid: Grid) -> str:
    """The grid as CSV. Numbers stay numbers; every text is in quotes.

    A text that a spreadsheet would take for a formula gets an apostrophe before it, as OWASP advises ("CSV Injection").

    >>> print(to_csv(Grid("", ["day", "=HYPERLINK(1)"], [["-1.5", -2.5], ["+cmd", None]])), end="")
    "day","'=HYPERLINK(1)"
    "-1.5",-2.5
    "'+cmd",""
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(map(_guarded, grid.columns))
    writer.writerows(map(_guarded, row) for row in grid.rows)
    return text.getvalue()


def _guarded(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return "" if cell is None else cell
    if _NUMBER.fullmatch(cell) or not _FORMULA.match(cell):
        return cell
    return f"'{cell}"
