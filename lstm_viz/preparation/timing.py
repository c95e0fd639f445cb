"""When each row of a sheet was: which column says so, and the order that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lstm_viz.preparation.column import Column, DateWay
from lstm_viz.preparation.dates import MONTHS

Unit: TypeAlias = Literal["Y", "M", "D", "m", "s", "us"]
_MICROSECONDS: tuple[tuple[Unit, int], ...] = (("D", 86_400_000_000), ("m", 60_000_000), ("s", 1_000_000), ("us", 1))


@dataclass(frozen=True, eq=False)
class Timing:
    """The column that says when a row was, and ``order``, which sorts the rows by it: None where they are sorted.

    Rows without a date come last. ``unit`` is how exactly a date is written: "M" is 1949-01. ``backwards`` says that
    the rows were in the opposite order.
    """

    column: str = ""
    unit: Unit = "D"
    order: NDArray[np.int64] | None = None
    backwards: bool = False


def date_of_parts(columns: dict[str, Column]) -> Column | None:
    """The dates that columns called year and month (and day) make together, or a column called year alone.

    None where there are no such columns, or they hold anything else; a year alone must not come twice, and not be the
    only column of numbers. Neither case nor place matters.
    """
    places = {name.lower(): name for name in reversed(list(columns))}
    year, month, day = (places.get(part, "") for part in ("year", "month", "day"))
    if not year or not _whole(columns[year], 1000, 2999):
        return None
    years = columns[year].values.to_numpy(dtype=np.int64)
    if not month:
        alone = sum(column.kind == "number" for column in columns.values()) == 1
        return None if alone or len(np.unique(years)) < len(years) else _date(years, DateWay("%Y", parts=(year,)))
    months = _month_numbers(columns[month])
    if months is None:
        return None
    way = DateWay("%Y-%m", parts=(year, month), months="number" if columns[month].kind == "number" else "name")
    if not day or not _whole(columns[day], 1, 31):
        return _date(years, way, months)
    days = columns[day].values.to_numpy(dtype=np.int64)
    return _date(years, replace(way, form="%Y-%m-%d", parts=(year, month, day)), months, days)


def find_timing(columns: dict[str, Column]) -> Timing:
    """The first column whose every cell is a date, or else the first column of dates; and what order follows."""
    dates = {name: column for name, column in columns.items() if column.kind == "date"}
    if not dates:
        return Timing()
    whole = [name for name, column in dates.items() if column.values.notna().all()]
    name = whole[0] if whole else next(iter(dates))
    values = dates[name].values
    timing = Timing(name, _unit(dates[name]))
    dated = values.dropna()
    if dated.is_monotonic_increasing:
        return timing
    order = values.argsort(kind="stable").to_numpy(dtype=np.int64)
    if values.isna().any():
        order = values.reset_index(drop=True).sort_values(kind="stable", na_position="last").index.to_numpy(np.int64)
    return replace(timing, order=order, backwards=bool(dated.is_monotonic_decreasing))


def _unit(column: Column) -> Unit:
    values = column.values.dropna()
    if column.way and column.way.form in ("%Y", "%Y-%m"):
        return "Y" if column.way.form == "%Y" else "M"
    numbers = values.to_numpy(dtype="datetime64[us]").astype(np.int64)
    unit = next(unit for unit, length in _MICROSECONDS if (numbers % length == 0).all())
    named_day = column.way is None or "%d" in column.way.form or column.way.form == "ISO8601"
    return "M" if unit == "D" and not named_day else unit


def _date(
    years: NDArray[np.int64],
    way: DateWay,
    months: NDArray[np.int64] | None = None,
    days: NDArray[np.int64] | None = None,
) -> Column | None:
    parts = {
        "year": years,
        "month": np.ones_like(years) if months is None else months,
        "day": np.ones_like(years) if days is None else days,
    }
    values = pd.to_datetime(pd.DataFrame(parts), errors="coerce")
    if values.isna().any():  # such as the 31st of February
        return None
    return Column("date", values, pd.Series([], dtype=str), way=way)


def _whole(column: Column, low: int, high: int) -> bool:
    if column.kind != "number":
        return False
    values = column.values
    return bool((values.between(low, high) & (values == np.floor(values))).all())


def _month_numbers(column: Column) -> NDArray[np.int64] | None:
    if _whole(column, 1, 12):
        return np.asarray(column.values, dtype=np.int64)
    if column.kind != "text":
        return None
    months = column.values.str.lower().map(MONTHS)
    return np.asarray(months, dtype=np.int64) if months.notna().all() else None
