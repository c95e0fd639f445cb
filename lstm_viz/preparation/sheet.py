"""Sheet: a person's table as it was read, before any choice about its gaps, and a sentence for each thing found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lstm_viz.preparation.column import DateWay
from lstm_viz.preparation.errors import TableError, listing, quoted

FindingKind = Literal[
    "ending",
    "worksheet",
    "encoding",
    "header",
    "names",
    "empty rows",
    "left out",
    "commas",
    "date",
    "sorted",
    "either way",
    "undated",
    "duplicate dates",
    "gaps",
    "text",
    "infinite",
    "constant",
    "no numbers",
]
_TO_DECIDE = frozenset({"undated", "gaps", "text", "infinite"})
_TO_KNOW = frozenset({"encoding", "either way", "duplicate dates", "constant", "no numbers"})


@dataclass(frozen=True)
class Finding:
    """One thing that was found or done when a table was read.

    ``text`` is a sentence. ``column`` is empty and ``row`` None where no single one is meant; ``row`` is the first, as
    counted in the file from 1; ``count`` is how many cells or rows it is about, 0 where that says nothing.
    """

    kind: FindingKind
    text: str
    file: str
    column: str = ""
    row: int | None = None
    count: int = 0

    @property
    def weight(self) -> Literal["decide", "warning", "note"]:
        """Whether a choice has to be made before there are numbers, or it is a warning, or only worth knowing."""
        if self.kind in _TO_DECIDE:
            return "decide"
        return "warning" if self.kind in _TO_KNOW else "note"


@dataclass(frozen=True)
class Origin:
    """How the file was read, so that ``reading_code`` can write it down.

    ``names`` are those of all columns in the file, in its order. ``skipped`` rows stand above the first that was read;
    ``mixed`` says that some rows are Windows-1252 in a file of UTF-8; ``gap_words`` are what gaps were marked by;
    ``commas`` says of which columns the commas are "decimal" or "thousands"; ``dots`` are the columns of numbers that
    hold a dot. ``spaced``: there was space around cells; ``renamed``: some names are others than in the file;
    ``written``: columns that were text in a file that has types.
    """

    kind: Literal["text", "excel", "parquet"]
    names: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    mixed: bool = False
    worksheet: str = ""
    worksheets: tuple[str, ...] = ()
    skipped: int = 0
    header: bool = True
    counter: bool = False
    indexed: bool = False
    empty_rows: bool = False
    gap_words: tuple[str, ...] = ()
    commas: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dots: tuple[str, ...] = ()
    spaced: bool = False
    renamed: bool = False
    written: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table with a type for each column, its rows in the order of time. Two are equal only if they are the same.

    ``frame`` has float64 columns (``numbers``), datetime64 columns (``dates``) and str columns (``texts``); ``rows`` is
    (rows,) int64, the number of each in the file, whose first row is 1. ``time`` is the column of ``dates`` that the
    rows are in the order of, or empty; ``parts`` are the columns that say the same (year, month). ``strays`` holds, for
    a column of numbers or dates, the cells that are neither that nor empty, by their place in the frame: there the
    frame has a gap.

    >>> from lstm_viz.preparation.reading_sheets import read_sheet
    >>> sheet = read_sheet("a.csv", "day,price\\n2024-01-02,x\\n2024-01-01,2\\n2024-01-03,5")
    >>> sheet.numbers, sheet.time, sheet.rows.tolist(), sheet.frame["price"].tolist()
    (('price',), 'day', [3, 2, 4], [2.0, nan, 5.0])
    >>> print(sheet.findings[-1].text)
    Column 'price' of 'a.csv' holds 1 cell that is no number, 'x' in row 2.
    """

    name: str
    frame: pd.DataFrame
    rows: NDArray[np.int64]
    findings: tuple[Finding, ...]
    origin: Origin
    time: str = ""
    unit: Literal["Y", "M", "D", "m", "s", "us"] = "D"
    parts: tuple[str, ...] = ()
    ways: Mapping[str, DateWay] = field(default_factory=lambda: MappingProxyType({}))
    strays: Mapping[str, pd.Series] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns of numbers."""
        return self._of_kind("f")

    @property
    def dates(self) -> tuple[str, ...]:
        """The columns of dates."""
        return self._of_kind("M")

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns of text."""
        return tuple(str(name) for name in self.frame.columns if name not in {*self.numbers, *self.dates})

    @property
    def features(self) -> tuple[str, ...]:
        """The columns of numbers that are taken where none are named: all but those that say when a row was."""
        return tuple(name for name in self.numbers if name not in self.parts)

    def labels(self) -> tuple[str, ...]:
        """What each row is called: its date, or "row 7" by its number in the file."""
        if not self.time:
            return tuple(f"row {row}" for row in self.rows.tolist())
        times = self.frame[self.time].to_numpy(dtype="datetime64[us]")
        texts = np.datetime_as_string(times, unit=self.unit).tolist()
        named = (
            f"row {row}" if text == "NaT" else text.replace("T", " ")
            for text, row in zip(texts, self.rows.tolist(), strict=True)
        )
        return tuple(named)

    def _of_kind(self, kind: str) -> tuple[str, ...]:
        return tuple(str(name) for name, dtype in self.frame.dtypes.items() if dtype.kind == kind)


@dataclass(frozen=True, eq=False)
class Preview:
    """Some rows of a sheet: ``frame``'s index is the row's number in the file; ``note`` says which rows they are."""

    frame: pd.DataFrame
    note: str


def preview(sheet: Sheet, rows: int = 200) -> Preview:
    """At most ``rows`` rows: all of them, or the first and last quarter and between them rows at even distances.

    Raises ValueError for fewer than 4 rows.

    >>> from lstm_viz.preparation.reading_sheets import read_sheet
    >>> few = preview(read_sheet("a.csv", "a\\n" + "\\n".join(map(str, range(100)))), rows=8)
    >>> few.frame["a"].tolist(), few.note
    ([0.0, 1.0, 20.0, 40.0, 59.0, 79.0, 98.0, 99.0], '8 of 100 rows: the first 2, the last 2, and 4 at even \
distances between them.')
    """
    if rows < 4:
        raise ValueError(f"rows: expected at least 4, got {rows}")
    total = len(sheet.frame)
    if total <= rows:
        places, note = np.arange(total), f"All {total:,} rows."
    else:
        end = rows // 4
        between = np.linspace(end - 1, total - end, rows - 2 * end + 2).round().astype(np.int64)[1:-1]
        places = np.concatenate([np.arange(end), between, np.arange(total - end, total)])
        ends = f"the first {end:,}, the last {end:,}"
        note = f"{rows:,} of {total:,} rows: {ends}, and {len(between):,} at even distances between them."
    frame = sheet.frame.iloc[places].set_axis(pd.Index(sheet.rows[places], name="row"), axis=0)
    return Preview(frame, note)


def require_columns(sheet: Sheet, columns: tuple[str, ...]) -> None:
    """Raises TableError for a column that the sheet does not have."""
    for column in columns:
        if column not in sheet.frame.columns:
            has = f"it has {listing([str(name) for name in sheet.frame.columns])}"
            raise TableError(f"{quoted(sheet.name)} has no column {quoted(column)}: {has}.", column=column)
