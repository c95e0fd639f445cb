"""The sentences on what was found in a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lstm_viz.datasets.table import LARGEST_NUMBER
from lstm_viz.preparation.column import Column, DateWay
from lstm_viz.preparation.errors import counted, listing, quoted
from lstm_viz.preparation.sheet import Finding, FindingKind
from lstm_viz.preparation.timing import Timing


@dataclass
class Notes:
    """Collects the findings of one file."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: FindingKind, text: str, column: str = "", row: int | None = None, count: int = 0) -> None:
        """Adds one finding."""
        self.findings.append(Finding(kind, text, self.file, column, row, count))

    def say_empty(self, names: list[str]) -> None:
        """Columns in which every cell is a gap."""
        if names:
            text = f"Left out of {quoted(self.file)}, as every cell is empty: {listing(names)}."
            self.add("left out", text, column=names[0], count=len(names))

    def say_commas(self, columns: dict[str, Column]) -> None:
        """What the commas in numbers are."""
        for name, column in columns.items():
            if column.note:
                self.add("commas", f"In column {self._of(name)} {column.note}.", column=name)

    def say_time(
        self, timing: Timing, columns: dict[str, Column], parts: tuple[str, ...], rows: NDArray[np.int64]
    ) -> None:
        """Which column holds dates, whether the rows were sorted by it, and what is wrong with its dates."""
        if not timing.column:
            return
        if parts:
            verb = "says" if len(parts) == 1 else "say"
            noun = "Column" if len(parts) == 1 else "Columns"
            text = f"{noun} {listing(parts)} of {quoted(self.file)} {verb} when each row was."
        else:
            text = f"Column {self._of(timing.column)} says when each row was."
        self.add("date", text, column=timing.column)
        if timing.order is not None:
            by = listing(parts) if parts else quoted(timing.column)
            was = "stood with the newest first" if timing.backwards else "were not in the order of time"
            text = f"The rows of {quoted(self.file)} {was}, and were sorted by {by}."
            self.add("sorted", text, column=timing.column, count=int((np.diff(rows) != 1).sum()) + 1)
        column = columns[timing.column]
        if column.way and column.either:
            self._say_either_way(timing.column, column.way, column.either)
        if column.way and column.way.offset:
            self.add("date", f"The times of column {self._of(timing.column)} were turned into UTC.", timing.column)
        self._say_duplicates(timing.column, column, rows)

    def say_cells(self, columns: dict[str, Column], rows: NDArray[np.int64]) -> None:
        """Cells that are empty, or hold what does not belong into their column; and columns that say nothing."""
        for name, column in columns.items():
            if column.kind == "date":
                self._say_undated(name, column, rows)
            elif column.kind == "number":
                self._say_numbers(name, column, rows)
        constant = [name for name, column in columns.items() if column.kind == "number" and _is_constant(column)]
        for name in constant:
            self.add("constant", f"Column {self._of(name)} holds the same number in every row.", name, count=len(rows))
        if not any(column.kind == "number" for column in columns.values()):
            text = f"{quoted(self.file)} has no column of numbers: it can only be used for its texts."
            self.add("no numbers", text)

    def _of(self, column: str) -> str:
        return f"{quoted(column)} of {quoted(self.file)}"

    def _say_either_way(self, name: str, way: DateWay, either: DateWay) -> None:
        took, other = _words(way.form), _words(either.form)
        text = f"The dates in column {self._of(name)} were read as {took}, and could be {other}: check which they are."
        self.add("either way", text, column=name)

    def _say_duplicates(self, name: str, column: Column, rows: NDArray[np.int64]) -> None:
        again = column.values.duplicated().to_numpy() & column.values.notna().to_numpy()
        if not again.any():
            return
        place = int(again.argmax())
        count, day = int(again.sum()), column.values.iloc[place]
        first = int((column.values == day).to_numpy().argmax())
        what = "row has a date that another row has" if count == 1 else "rows have a date that another row has"
        where = f"{'in' if count == 1 else 'the first in'} row {rows[place]:,}, as in row {rows[first]:,}"
        text = f"{count:,} {what} in column {self._of(name)}, {where}: is it one series, in one order?"
        self.add("duplicate dates", text, column=name, row=int(rows[place]), count=count)

    def _say_undated(self, name: str, column: Column, rows: NDArray[np.int64]) -> None:
        missing = column.values.isna().to_numpy()
        if not missing.any():
            return
        place, count = int(missing.argmax()), int(missing.sum())
        if len(column.strays):
            place = int(column.strays.index[0])
            cell = f", {quoted(str(column.strays.iloc[0]))}"
        else:
            cell = ", empty"
        what = f"{counted(count, 'cell')} that {'is' if count == 1 else 'are'} no date"
        where = f"{cell} in row {rows[place]:,}" if count == 1 else f", the first{cell} in row {rows[place]:,}"
        text = f"Column {self._of(name)} holds {what}{where}."
        self.add("undated", text, column=name, row=int(rows[place]), count=count)

    def _say_numbers(self, name: str, column: Column, rows: NDArray[np.int64]) -> None:
        values = column.values.to_numpy()
        gaps = np.isnan(values)
        gaps[column.strays.index] = False
        if count := int(gaps.sum()):
            row = int(rows[gaps.argmax()])
            where = f"in row {row:,}" if count == 1 else f"the first in row {row:,}"
            self.add("gaps", f"Column {self._of(name)} has {counted(count, 'gap')}, {where}.", name, row, count)
        if count := len(column.strays):
            row, cell = int(rows[column.strays.index[0]]), quoted(str(column.strays.iloc[0]))
            what = "1 cell that is no number" if count == 1 else f"{count:,} cells that are no numbers"
            where = f"{cell} in row {row:,}" if count == 1 else f"the first {cell} in row {row:,}"
            self.add("text", f"Column {self._of(name)} holds {what}, {where}.", name, row, count)
        large = np.abs(values) > LARGEST_NUMBER
        if count := int(large.sum()):
            place = int(large.argmax())
            row, number = int(rows[place]), f"{values[place]:.3g}"
            what = f"{counted(count, 'number')} that no float32 tensor holds (up to {LARGEST_NUMBER:.1e})"
            where = f"{number} in row {row:,}" if count == 1 else f"the first {number} in row {row:,}"
            self.add("infinite", f"Column {self._of(name)} holds {what}, {where}.", name, row, count)


def _is_constant(column: Column) -> bool:
    values = column.values.dropna()
    return len(values) > 1 and bool((values == values.iloc[0]).all())


def _words(form: str) -> str:
    """A format in a person's words: "day/month/year"."""
    for code, word in (("%d", "day"), ("%m", "month"), ("%Y", "year"), ("%b", "month"), ("%B", "month")):
        form = form.replace(code, word)
    return quoted(form.split(" %")[0])
