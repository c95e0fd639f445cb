"""From a sheet to a Table without gaps, by choices that a person makes, and what each choice would touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lstm_viz.datasets.table import LARGEST_NUMBER, Table
from lstm_viz.preparation.errors import TableError, counted, listing, quoted
from lstm_viz.preparation.limits import FEWEST_ROWS, MOST_COLUMNS
from lstm_viz.preparation.recipe import Gaps
from lstm_viz.preparation.sheet import Sheet, require_columns

Choice = Literal["text", "infinite", "undated", "drop", "forward", "interpolate"]


@dataclass(frozen=True)
class Cleaning:
    """What is done about the cells of a sheet that are no numbers. The defaults change nothing and refuse such cells.

    ``columns`` are those of the table, in this order; () stands for the sheet's ``features``. ``gaps``: "drop" the rows
    that have one, carry the last number "forward", or "interpolate": a straight line from the number before to the one
    after. ``text_as_gaps`` and ``infinite_as_gaps`` make text within numbers, and numbers that no float32 tensor holds,
    into gaps. ``undated``: what to do with rows without a date, "drop" them, or "keep" them: where they stand in the
    file, or last, if the rows were sorted.
    """

    columns: tuple[str, ...] = ()
    gaps: Gaps = "refuse"
    text_as_gaps: bool = False
    infinite_as_gaps: bool = False
    undated: Literal["refuse", "drop", "keep"] = "refuse"


@dataclass(frozen=True)
class Touched:
    """What one choice would change: so many cells, in so many rows, of which ``dropped`` would be left out."""

    choice: Choice
    cells: int
    rows: int
    dropped: int
    text: str


def clean(sheet: Sheet, cleaning: Cleaning | None = None) -> Table:
    """The table that ``cleaning`` makes of ``sheet``: float64 without gaps, labels, and notes on what was done.

    Raises TableError for a column that is missing or holds no numbers, for cells about which nothing was chosen, and
    where fewer than 3 rows are left; ``row`` and ``column`` say where.

    >>> from lstm_viz.preparation.reading_sheets import read_sheet
    >>> sheet = read_sheet("a.csv", "day,price\\n2024-01-01,2\\n2024-01-02,\\n2024-01-03,5\\n2024-01-04,6")
    >>> clean(sheet, Cleaning(gaps="interpolate")).values[:, 0].tolist()
    [2.0, 3.5, 5.0, 6.0]
    >>> clean(sheet)
    Traceback (most recent call last):
    lstm_viz.preparation.errors.TableError: Row 3 of column 'price' of 'a.csv' is empty, the only gap: choose to drop \
its row, to carry the number before it forward, or to interpolate.
    """
    cleaning = cleaning or Cleaning()
    columns = _chosen(sheet, cleaning)
    _refuse_undecided(sheet, columns, cleaning)
    kept = _dated(sheet, cleaning)
    holed = _with_gaps(sheet, columns, cleaning)[kept]
    _refuse_empty(sheet, holed)
    filled = _filled(holed, cleaning.gaps)
    whole = filled.notna().all(axis=1).to_numpy()
    if whole.sum() < FEWEST_ROWS:
        what = f"{counted(int(whole.sum()), 'row')} of numbers left, and it needs at least {FEWEST_ROWS}"
        raise TableError(f"{quoted(sheet.name)} has {what}: add rows, or leave out the columns that are mostly gaps.")
    labels = sheet.labels()
    places = np.flatnonzero(kept)[whole]
    done = tuple(touch.text for touch in touched(sheet, cleaning) if _is_chosen(touch, cleaning) and touch.cells)
    return Table(
        name=sheet.name,
        columns=columns,
        labels=labels if len(places) == len(labels) else tuple(labels[place] for place in places.tolist()),
        values=filled.to_numpy(dtype=np.float64)[whole],
        source=f"{sheet.name}, a table that you brought.",
        notes=(*(finding.text for finding in sheet.findings if finding.weight != "decide"), *done),
    )


def touched(sheet: Sheet, cleaning: Cleaning | None = None) -> tuple[Touched, ...]:
    """What each choice would touch if it were made, given the others in ``cleaning``; only those that touch anything.

    For the choices about gaps, text and infinite numbers count as such: something has to be done about them first.

    >>> from lstm_viz.preparation.reading_sheets import read_sheet
    >>> for touch in touched(read_sheet("a.csv", "a,b\\n,1\\n2,2\\n,x\\n4,4\\n5,5")):
    ...     print(touch.choice, touch.cells, touch.rows, touch.dropped)
    text 1 1 0
    drop 3 2 2
    forward 3 2 1
    interpolate 3 2 1
    """
    cleaning = cleaning or Cleaning()
    columns = _chosen(sheet, cleaning)
    return tuple(touch for touch in _touches(sheet, columns, cleaning) if touch.cells)


def _touches(sheet: Sheet, columns: tuple[str, ...], cleaning: Cleaning) -> Iterator[Touched]:
    strays = np.zeros((len(sheet.frame), len(columns)), dtype=bool)
    for number, column in enumerate(columns):
        if column in sheet.strays:
            strays[sheet.strays[column].index, number] = True
    cells, rows = _count(strays)
    what = "that is no number becomes a gap" if cells == 1 else "that are no numbers become gaps"
    yield Touched("text", cells, rows, 0, f"{counted(cells, 'cell')} {what}, in {counted(rows, 'row')}.")
    cells, rows = _count(sheet.frame[list(columns)].abs().to_numpy() > LARGEST_NUMBER)
    what = "becomes a gap" if cells == 1 else "become gaps"
    yield Touched("infinite", cells, rows, 0, f"{counted(cells, 'number')} too large for float32 {what}.")
    missing = int(sheet.frame[sheet.time].isna().sum()) if sheet.time else 0
    yield Touched("undated", missing, missing, missing, _undated_text(sheet, missing, cleaning))
    holed = _with_gaps(sheet, columns, replace(cleaning, infinite_as_gaps=True))[_dated(sheet, cleaning)]
    cells, rows = _count(holed.isna().to_numpy())
    for gaps in ("drop", "forward", "interpolate"):
        left = _filled(holed, gaps).isna().any(axis=1)
        dropped = int(left.sum())
        yield Touched(gaps, cells, rows, dropped, _gap_text(gaps, cells, rows, dropped))


def _count(where: NDArray[np.bool_]) -> tuple[int, int]:
    """How many cells, and in how many rows."""
    return int(where.sum()), int(where.any(axis=1).sum())


def _undated_text(sheet: Sheet, missing: int, cleaning: Cleaning) -> str:
    verb = "is" if missing == 1 else "are"
    if cleaning.undated == "keep":
        return f"{counted(missing, 'row')} without a date in {quoted(sheet.time)} {verb} kept."
    return f"{counted(missing, 'row')} without a date in {quoted(sheet.time)} {verb} left out."


def _gap_text(gaps: Gaps, cells: int, rows: int, dropped: int) -> str:
    found = f"{counted(cells, 'gap')} in {counted(rows, 'row')}"
    were = "was" if dropped == 1 else "were"
    if gaps == "drop":
        return f"{found}: {'the row is' if rows == 1 else 'the rows are'} left out."
    if gaps == "forward":
        text = f"{found}: filled with the last number before."
        reason = f"{counted(dropped, 'row')} at the start, before the first number, {were} left out."
    else:
        text = f"{found}: filled on a straight line to the number after, which a forecast could not know."
        reason = f"{counted(dropped, 'row')} at the start or end, with a number on one side only, {were} left out."
    return f"{text} {reason}" if dropped else text


def _is_chosen(touch: Touched, cleaning: Cleaning) -> bool:
    if touch.choice == "text":
        return cleaning.text_as_gaps
    if touch.choice == "infinite":
        return cleaning.infinite_as_gaps
    return touch.choice == "undated" or touch.choice == cleaning.gaps


def _chosen(sheet: Sheet, cleaning: Cleaning) -> tuple[str, ...]:
    columns = cleaning.columns or sheet.features or sheet.numbers
    require_columns(sheet, columns)
    if not columns:
        has = f"only {listing([*sheet.dates, *sheet.texts])}, which hold dates or text"
        raise TableError(f"{quoted(sheet.name)} has no column of numbers, {has}: add a column of numbers.")
    for column in columns:
        if column not in sheet.numbers:
            kind = "dates" if column in sheet.dates else "text"
            advice = f"choose from {listing(sheet.numbers)}" if sheet.numbers else "add a column of numbers"
            raise TableError(f"Column {_of(sheet, column)} holds {kind}, not numbers: {advice}.", column=column)
    if len(columns) > MOST_COLUMNS:
        what = f"{len(columns):,} columns of numbers, and at most {MOST_COLUMNS} are taken"
        raise TableError(f"{quoted(sheet.name)} has {what}: choose those that you need.")
    if len(set(columns)) < len(columns):
        raise TableError(f"Expected every column once, got {listing(columns)}: name each one once.")
    return columns


def _of(sheet: Sheet, column: str) -> str:
    return f"{quoted(column)} of {quoted(sheet.name)}"


def _refuse_undecided(sheet: Sheet, columns: tuple[str, ...], cleaning: Cleaning) -> None:
    """Raises TableError for the first kind of cells about which nothing was chosen."""
    if sheet.time and cleaning.undated == "refuse" and sheet.frame[sheet.time].isna().any():
        row = int(sheet.rows[int(sheet.frame[sheet.time].isna().argmax())])
        advice = "choose to drop or to keep the rows without one"
        raise TableError(f"Row {row:,} of column {_of(sheet, sheet.time)} holds no date: {advice}.", row, sheet.time)
    for column in columns:
        if column in sheet.strays and not cleaning.text_as_gaps:
            place, cell = int(sheet.strays[column].index[0]), str(sheet.strays[column].iloc[0])
            what = f"holds {quoted(cell)} where a number was expected"
            advice = "choose to treat text as gaps, or leave the column out"
            raise _at(sheet, column, place, f"{what}: {advice}")
        values = sheet.frame[column].to_numpy()
        if not cleaning.infinite_as_gaps and (large := np.abs(values) > LARGEST_NUMBER).any():
            place = int(large.argmax())
            what = f"holds {values[place]:.3g}, and a float32 tensor holds numbers up to {LARGEST_NUMBER:.1e}"
            advice = "choose to treat such numbers as gaps, or leave the column out"
            raise _at(sheet, column, place, f"{what}: {advice}")
    gaps = _with_gaps(sheet, columns, cleaning).isna().to_numpy() & _dated(sheet, cleaning)[:, None]
    if cleaning.gaps == "refuse" and gaps.any():
        place, number = map(int, np.argwhere(gaps)[0])
        count = int(gaps.sum())
        which = "the only gap" if count == 1 else f"the first of {count:,} gaps"
        its, it = ("its row", "it") if count == 1 else ("their rows", "each")
        advice = f"choose to drop {its}, to carry the number before {it} forward, or to interpolate"
        raise _at(sheet, columns[number], place, f"is empty, {which}: {advice}")


def _at(sheet: Sheet, column: str, place: int, what: str) -> TableError:
    row = int(sheet.rows[place])
    return TableError(f"Row {row:,} of column {_of(sheet, column)} {what}.", row, column)


def _dated(sheet: Sheet, cleaning: Cleaning) -> NDArray[np.bool_]:
    """(rows,): whether a row stays, as far as its date goes."""
    if not sheet.time or cleaning.undated != "drop":
        return np.ones(len(sheet.frame), dtype=bool)
    return np.asarray(sheet.frame[sheet.time].notna(), dtype=np.bool_)


def _with_gaps(sheet: Sheet, columns: tuple[str, ...], cleaning: Cleaning) -> pd.DataFrame:
    frame = sheet.frame[list(columns)]
    return frame.where(frame.abs() <= LARGEST_NUMBER) if cleaning.infinite_as_gaps else frame


def _refuse_empty(sheet: Sheet, holed: pd.DataFrame) -> None:
    for column in holed.columns:
        if holed[column].isna().all():
            raise TableError(f"Column {_of(sheet, column)} has no number in any row: leave it out.", column=column)


def _filled(frame: pd.DataFrame, gaps: Gaps) -> pd.DataFrame:
    """The frame with its gaps filled as far as they can be; rows that still have one are to be left out."""
    if gaps == "forward":
        return frame.ffill()
    if gaps == "interpolate":
        return frame.interpolate(limit_area="inside")
    return frame
