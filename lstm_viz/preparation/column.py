"""From the text of one column to numbers, dates or text, with what does not fit set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lstm_viz.preparation.dates import DATE_NAMES, formats_of
from lstm_viz.preparation.numbers import Numbers, read_numbers

_OFFSET = r"\d[T ]\d{2}:\d{2}.*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)"
_NO_TEXT = pd.Series([], dtype=str)
_TRIED = 20
"""So many cells are looked at for the way in which dates are written: the first may be a slip."""


@dataclass(frozen=True)
class DateWay:
    """How a column's dates are written: a format of pandas, "ISO8601" or "seconds" or "milliseconds" since 1970.

    ``offset`` says that times carry an offset from UTC. ``parts`` are the columns for year, month and day where a date
    is made of several, and ``months`` how the second is written: "number" or "name".
    """

    form: str
    offset: bool = False
    parts: tuple[str, ...] = ()
    months: Literal["number", "name"] = "number"


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of one column, with a type.

    ``values`` is (rows,): float64, datetime64 without time zone, or str. ``strays`` are the cells that do not fit,
    by their place: a gap stands there in ``values``. ``either`` is the other way to read the dates, where there is one.
    ``written`` says that the cells were text in the file.
    """

    kind: Literal["number", "date", "text", "empty"]
    values: pd.Series
    strays: pd.Series
    commas: Literal["", "decimal", "thousands"] = ""
    note: str = ""
    dots: bool = False
    gap_words: tuple[str, ...] = ()
    way: DateWay | None = None
    either: DateWay | None = None
    written: bool = True

    def taken(self, order: NDArray[np.int64]) -> Column:
        """The column with its rows in another order, where row i is row ``order[i]`` of this one."""
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        strays = self.strays.set_axis(places[self.strays.index.to_numpy(dtype=np.int64)], axis=0).sort_index()
        return replace(self, values=self.values.take(order).reset_index(drop=True), strays=strays)


def type_column(name: str, cells: pd.Series, delimiter: str = ",", day_first: bool | None = None) -> Column:
    """The column called ``name`` whose cells are the texts ``cells``, counted from 0. Never raises.

    A column is of numbers, or of dates, where that is what at least half of its filled cells are. ``day_first`` says
    how to read dates such as 1/2/2020; without it the order of the rows decides.

    >>> column = type_column("price", pd.Series(["1.5", "n/a", "much"]))
    >>> column.kind, column.values.tolist(), column.strays.to_dict()
    ('number', [1.5, nan, nan], {2: 'much'})
    """
    numbers = read_numbers(cells, delimiter)
    filled = len(cells) - int(numbers.gaps.sum())
    if filled == 0:
        return Column("empty", cells, cells.iloc[:0])
    dates = None
    if numbers.found * 2 < filled or name.lower() in DATE_NAMES:
        dates = _dates(name, cells, numbers, day_first)
    if dates is not None:
        return dates
    if numbers.text.sum() > numbers.found:
        return Column("text", cells, cells.iloc[:0])
    return _number_column(cells, numbers)


def date_column(values: pd.Series, offset: bool = False) -> Column:
    """The column of dates that were dates in the file."""
    return Column("date", values, _NO_TEXT, way=DateWay("ISO8601", offset), written=False)


def number_column(values: pd.Series) -> Column:
    """The column of numbers that were numbers in the file."""
    return Column("number", values, _NO_TEXT, written=False)


def empty_column(rows: int) -> Column:
    """The column of nothing but gaps."""
    return Column("empty", pd.Series([""] * rows, dtype=str), _NO_TEXT)


def parse_dates(cells: pd.Series, way: DateWay) -> pd.Series:
    """The dates that ``cells`` hold, without time zone; NaT where there is none.

    >>> parse_dates(pd.Series(["31.12.2020", "soon"]), DateWay("%d.%m.%Y")).isna().tolist()
    [False, True]
    """
    if way.form in ("seconds", "milliseconds"):
        numbers = pd.to_numeric(cells, errors="coerce")
        return pd.to_datetime(numbers, unit="s" if way.form == "seconds" else "ms", errors="coerce")
    return pd.to_datetime(cells, format=way.form, errors="coerce", utc=True).dt.tz_localize(None)


def _number_column(cells: pd.Series, numbers: Numbers) -> Column:
    commas: Literal["", "decimal", "thousands"] = ""
    if numbers.note:
        commas = "decimal" if "decimal" in numbers.note else "thousands"
    found = cells[~(numbers.gaps | numbers.text)]
    return Column(
        kind="number",
        values=pd.Series(numbers.values),
        strays=cells[numbers.text],
        commas=commas,
        note=numbers.note,
        dots=bool(found.str.contains(".", regex=False).any()),
        gap_words=tuple(str(word) for word in cells[numbers.gaps].unique()),
    )


def _dates(name: str, cells: pd.Series, numbers: Numbers, day_first: bool | None) -> Column | None:
    filled = cells[~numbers.gaps]
    readings = [(way, parse_dates(filled, way)) for way in _ways(name, filled, numbers)]
    counts = [int(values.notna().sum()) for _, values in readings]
    if not counts or max(counts) * 2 < len(filled):
        return None
    best = [reading for reading, count in zip(readings, counts, strict=True) if count == max(counts)]
    (way, values), either = _choose(best, day_first)
    return Column(
        kind="date",
        values=values.reindex(cells.index),
        strays=filled[values.isna()],
        way=way,
        either=either,
        gap_words=tuple(str(word) for word in cells[numbers.gaps].unique()),
    )


def _ways(name: str, filled: pd.Series, numbers: Numbers) -> list[DateWay]:
    """Every way in which one of the first cells can be read as a date."""
    if numbers.found * 2 >= len(filled):
        return _ways_of_numbers(filled)
    offset = bool(filled.str.fullmatch(f".*{_OFFSET}").any())
    kinds = {_shape(cell): cell for cell in reversed(filled.iloc[:_TRIED].tolist())}
    forms = dict.fromkeys(form for cell in reversed(kinds.values()) for form in formats_of(cell))
    return [DateWay(form, offset and form == "ISO8601") for form in forms]


def _shape(cell: str) -> str:
    """What cells have in common that are the same kind of date: trying all formats on each takes a while."""
    letters = re.sub("[A-Za-z]+", "a", cell[:50])
    return re.sub("[0-9]+", lambda digits: "1" if int(digits.group()) <= 12 else f"{len(digits.group())}9", letters)


def _ways_of_numbers(filled: pd.Series) -> list[DateWay]:
    """20191231, and seconds or milliseconds since 1970 from 1990 on: only in a column that is called date or time."""
    if filled.str.fullmatch(r"(?:19|20)\d{6}").all():
        return [DateWay("%Y%m%d")]
    numbers = pd.to_numeric(filled, errors="coerce")
    for form, second in (("seconds", 1), ("milliseconds", 1000)):
        if numbers.between(631_152_000 * second, 4_102_444_800 * second).all():
            return [DateWay(form)]
    return []


def _choose(
    readings: list[tuple[DateWay, pd.Series]], day_first: bool | None
) -> tuple[tuple[DateWay, pd.Series], DateWay | None]:
    """The reading to take: as asked for, else one in the order of time, else the one with the evenest steps.

    Beside it the other way, where nothing in the file decides between them.
    """
    if len(readings) == 1:
        return readings[0], None
    if day_first is not None:
        asked = [reading for reading in readings if _is_day_first(reading[0].form) == day_first]
        if asked:
            return asked[0], None
    forwards = [reading for reading in readings if reading[1].dropna().is_monotonic_increasing]
    backwards = [reading for reading in readings if reading[1].dropna().is_monotonic_decreasing]
    candidates = forwards or backwards or readings
    chosen = min(candidates, key=lambda reading: _unevenness(reading[1]))
    others = [way for way, values in candidates if way != chosen[0] and not values.equals(chosen[1])]
    return chosen, others[0] if others else None


def _is_day_first(form: str) -> bool:
    return re.search("%[dmbB]", form) is not None and form.find("%d") < max(form.find("%m"), 0)


def _unevenness(values: pd.Series) -> float:
    """The longest step between two dates, as a multiple of the middle one."""
    steps = np.diff(np.unique(values.dropna().to_numpy(dtype="datetime64[s]"))).astype(np.int64)
    return float(steps.max() / np.median(steps)) if len(steps) else 1.0
