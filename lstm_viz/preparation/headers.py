"""The names of the columns, and the rows below them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lstm_viz.preparation.dates import looks_like_date
from lstm_viz.preparation.errors import TableError, listing, quoted
from lstm_viz.preparation.numbers import GAPS, looks_like_number


@dataclass(frozen=True, eq=False)
class Header:
    """A name for each column by its place, none twice, and the rows below the names; ``notes`` are sentences.

    ``written`` says whether the first row held names; ``counter`` whether a first column that counts the rows was left
    out; ``changed`` are the names that were made; ``renamed`` says that any differs from what is in the file.
    """

    names: tuple[str, ...]
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    written: bool = True
    counter: bool = False
    changed: tuple[str, ...] = ()
    renamed: bool = False


def split_names(name: str, frame: pd.DataFrame) -> Header:
    """The header of a frame of text. Raises TableError where there is no row below the names.

    >>> header = split_names("a.csv", pd.DataFrame([["a", "a"], ["1", "2"]]))
    >>> header.names, len(header.frame)
    (('a', 'a (2)'), 1)
    """
    first = [str(cell) for cell in frame.iloc[0]]
    if not _is_header(first):
        names = tuple(f"column {number}" for number in range(1, len(first) + 1))
        note = f"The first row holds numbers and no names: the columns are called {listing(names)}."
        header = Header(names, frame, (note,), written=False, renamed=True)
    else:
        header = _from_names(first, frame.iloc[1:])
    if header.frame.empty:
        what = f"has only one row, {quoted(', '.join(first))}"
        raise TableError(f"{quoted(name)} {what}: it needs rows of numbers below the names of the columns.", 1)
    return header


def _from_names(first: list[str], frame: pd.DataFrame) -> Header:
    notes, counter = [], len(first) > 1 and not first[0] and _counts_rows(frame[0])
    if counter:
        frame = frame.drop(columns=0)
        notes.append("Left out, as it has no name and counts the rows: the first column.")
    names, changes = _distinct(first)
    if changed := tuple(new for place, new in enumerate(changes) if new and place in frame.columns):
        notes.append(f"Names that were empty or there before were made different: {listing(changed)}.")
    return Header(names, frame, tuple(notes), counter=counter, changed=changed, renamed=list(names) != first)


def _is_header(first: list[str]) -> bool:
    filled = [cell for cell in first if cell.lower() not in GAPS]
    numbers = [cell for cell in filled if looks_like_number(cell)]
    return not numbers or any(cell not in numbers and not looks_like_date(cell) for cell in filled)


def _distinct(first: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """A name for each column, none of them twice; and for each that was changed its new name, else an empty text."""
    plain = [" ".join(cell.split()) or f"column {number}" for number, cell in enumerate(first, start=1)]
    taken, names = set(plain), []
    for name in plain:
        new, copy = name, 2
        while new in names or (copy > 2 and new in taken):
            new, copy = f"{name} ({copy})", copy + 1
        names.append(new)
    changed = [new if not cell or new != name else "" for cell, name, new in zip(first, plain, names, strict=True)]
    return tuple(names), changed


def _counts_rows(cells: pd.Series) -> bool:
    return any(cells.tolist() == [str(row + start) for row in range(len(cells))] for start in (0, 1))
