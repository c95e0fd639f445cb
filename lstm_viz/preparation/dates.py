"""Which columns say when a row was: they become the rows' labels, and never features."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lstm_viz.preparation.errors import listing, quoted
from lstm_viz.preparation.numbers import Numbers

_ISO = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d{2}:\d{2}.*)?")
_DAYS = (
    *("%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y"),
    *("%b %Y", "%B %Y", "%b-%Y", "%Y %b", "%Y %B", "%Y-%b", "%Y/%m", "%m/%Y", "%m.%Y"),
)
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_FORMATS = tuple(day + time for day, time in product(_DAYS, _TIMES))
DATE_NAMES = frozenset({"date", "day", "datetime", "time", "timestamp"})
"""Names of columns whose whole numbers may be dates."""
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS = {text: month for month, name in enumerate(_MONTH_NAMES, start=1) for text in (name, name[:3])}


@dataclass(frozen=True, eq=False)
class Labels:
    """A label for each row, from the columns at the places ``used``; ``order`` sorts the rows by time, if they are not.

    ``notes`` hold a sentence for each thing that was found.
    """

    texts: tuple[str, ...]
    used: tuple[int, ...] = ()
    order: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()


def looks_like_date(cell: str) -> bool:
    """Whether one cell is a date with a year of four digits, with or without a time.

    >>> [looks_like_date(cell) for cell in ("1949-01", "11.12.2019 10:00", "Dec 11, 2019", "1949")]
    [True, True, True, False]
    """
    return next(formats_of(cell), None) is not None


def read_labels(names: Sequence[str], frame: pd.DataFrame, numbers: Mapping[int, Numbers]) -> Labels:
    """The labels of the rows of ``frame``, whose columns are ``names``. Never raises.

    The first column whose every cell is a date; or columns named year and month (and day); or a column named year
    without repetition; or else the rows' numbers as the file counts them.
    """
    refused = []
    for place in frame.columns:
        cells = frame[place]
        if _may_be_dates(names[place], cells, numbers[place]):
            readings = _readings(cells)
            if readings:
                return _labels_of_dates(names[place], place, cells, readings)
            refused += _first_that_is_none(names[place], cells)
    return _labels_of_parts(names, frame, numbers) or Labels(
        texts=tuple(f"row {row}" for row in frame.index), notes=tuple(refused)
    )


def _may_be_dates(name: str, cells: pd.Series, numbers: Numbers) -> bool:
    if numbers.found == 0:
        return True
    return name.lower() in DATE_NAMES and bool(cells.str.fullmatch(r"(?:19|20)\d{6}").all())  # 20191231


def formats_of(cell: str) -> Iterator[str]:
    """Every format, as pandas writes it, in which ``cell`` is a date.

    >>> list(formats_of("1/2/2020")), list(formats_of("soon"))
    (['%d/%m/%Y', '%m/%d/%Y'], [])
    """
    if len(cell) > 40 or not any(character.isdigit() for character in cell):
        return
    if _ISO.fullmatch(cell):
        yield "ISO8601"
    elif re.fullmatch(r"\d{8}", cell):
        yield "%Y%m%d"
    for form in _FORMATS:
        try:
            datetime.strptime(cell, form)
        except ValueError:
            continue
        yield form


def _parsed(cells: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(cells, format=form, errors="coerce", utc=True)


def _readings(cells: pd.Series) -> list[pd.Series]:
    """Every way to read all cells as dates: 1/2/2020 has two."""
    readings = (_parsed(cells, form) for form in formats_of(cells.iloc[0]))
    return [reading for reading in readings if reading.notna().all()]


def _first_that_is_none(name: str, cells: pd.Series) -> list[str]:
    """A sentence where most cells are dates and some are not."""
    for form in formats_of(cells.iloc[0]):
        none = _parsed(cells, form).isna()
        if none.sum() * 2 < len(cells):
            row = none.idxmax()
            what = f"Row {row:,} of column {quoted(name)} holds {quoted(cells[row])}, which is no date like those above"
            return [f"{what}: the rows are labelled by their numbers."]
    return []


def _labels_of_dates(name: str, place: int, cells: pd.Series, readings: list[pd.Series]) -> Labels:
    texts = cells
    if cells.str.endswith(" 00:00:00").all():
        texts = cells.str.removesuffix(" 00:00:00")
    notes, order = [f"Column {quoted(name)} labels the rows."], None
    if not any(reading.is_monotonic_increasing for reading in readings):
        backwards = [reading for reading in readings if reading.is_monotonic_decreasing]
        if len(readings) == 1 or backwards:
            order = (backwards or readings)[0].argsort(kind="stable").to_numpy(dtype=np.int64)
            texts = texts.iloc[order]
            notes.append(f"The rows were not in the order of time, and were sorted by {quoted(name)}.")
        else:
            what = f"Column {quoted(name)} can be read as day and month or as month and day"
            notes.append(f"{what}, and neither is in order: the rows were left as they are.")
    return Labels(tuple(texts), (place,), order, tuple(notes))


def _labels_of_parts(names: Sequence[str], frame: pd.DataFrame, numbers: Mapping[int, Numbers]) -> Labels | None:
    places = {names[place].lower(): place for place in reversed(frame.columns)}
    year, month, day = (places.get(name, -1) for name in ("year", "month", "day"))
    if year < 0 or not _whole(numbers[year], 1000, 2999):
        return None
    years = numbers[year].values.astype(np.int64)
    if month < 0:
        alone = sum(column.found > 0 for column in numbers.values()) == 1
        return None if alone or len(set(years)) < len(years) else _labels_in_order(names, (year,), years[:, None])
    months = _months(frame[month], numbers[month])
    if months is None:
        return None
    if day < 0 or not _whole(numbers[day], 1, 31):
        return _labels_in_order(names, (year, month), np.stack([years, months], axis=1))
    days = numbers[day].values.astype(np.int64)
    return _labels_in_order(names, (year, month, day), np.stack([years, months, days], axis=1))


def _labels_in_order(names: Sequence[str], used: tuple[int, ...], parts: NDArray[np.int64]) -> Labels:
    """Labels such as 1949-01 from parts (rows, 1 to 3): year, month, day."""
    order = np.lexsort(parts.T[::-1])
    texts = ["-".join(f"{part:02d}" for part in row) for row in parts[order].tolist()]
    columns = listing([names[place] for place in used])
    notes = [f"Column {columns} labels the rows." if len(used) == 1 else f"Columns {columns} label the rows."]
    if (np.diff(order) > 0).all():
        return Labels(tuple(texts), used, None, tuple(notes))
    notes.append(f"The rows were not in the order of time, and were sorted by {columns}.")
    return Labels(tuple(texts), used, order, tuple(notes))


def _whole(numbers: Numbers, low: int, high: int) -> bool:
    values = numbers.values
    return bool(((values >= low) & (values <= high) & (values == np.floor(values))).all())


def _months(cells: pd.Series, numbers: Numbers) -> NDArray[np.int64] | None:
    if _whole(numbers, 1, 12):
        return numbers.values.astype(np.int64)
    months = cells.str.lower().map(MONTHS)
    return months.to_numpy(dtype=np.int64) if months.notna().all() else None
