"""From a sheet with a column of texts and one of labels to messages that a network can learn to tell apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lstm_viz.preparation.errors import TableError, counted, listing, quoted
from lstm_viz.preparation.sheet import Sheet, require_columns

MOST_CLASSES = 100


@dataclass(frozen=True, eq=False)
class TextTable:
    """Texts and their labels, one of each a row; ``rows`` is (texts,) int64, the row of each in the file.

    ``classes`` are the different labels in the order of the alphabet; ``notes`` say what was left out.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def texts(sheet: Sheet, text_column: str, label_column: str) -> TextTable:
    """The texts in ``text_column`` with the labels in ``label_column``.

    Rows without one of the two are left out, which ``notes`` say. Raises TableError for a column that is missing or
    empty, and for labels of one class or of more than 100.

    >>> from lstm_viz.preparation.reading_sheets import read_sheet
    >>> table = texts(read_sheet("a.csv", 'type,text\\nham,"Ok, see you"\\nspam,WIN NOW\\nham,Later'), "text", "type")
    >>> table.texts[0], table.labels, table.classes
    ('Ok, see you', ('ham', 'spam', 'ham'), ('ham', 'spam'))
    """
    require_columns(sheet, (text_column, label_column))
    if text_column == label_column:
        what = f"Column {quoted(text_column)} of {quoted(sheet.name)} was chosen for the texts and for the labels"
        raise TableError(f"{what}: choose two columns.", column=text_column)
    words, labels = _as_text(sheet, text_column), _as_text(sheet, label_column)
    _refuse_empty(sheet, text_column, words)
    _refuse_empty(sheet, label_column, labels)
    kept = ((words != "") & (labels != "")).to_numpy(dtype=bool)
    left = labels[kept]
    classes = tuple(sorted(map(str, left.unique())))
    _refuse_classes(sheet, label_column, left, classes)
    dropped = len(kept) - int(kept.sum())
    note = f"{counted(dropped, 'row')} without a text or a label {'was' if dropped == 1 else 'were'} left out."
    return TextTable(
        texts=tuple(words[kept].tolist()),
        labels=tuple(left.tolist()),
        classes=classes,
        rows=sheet.rows[kept],
        notes=(note,) if dropped else (),
    )


def suggest_columns(sheet: Sheet) -> tuple[str, str] | None:
    """The columns that look like texts and their labels: the longest texts, and the column with the fewest values.

    None where the sheet has no two such columns.

    >>> from lstm_viz.preparation.reading_sheets import read_sheet
    >>> suggest_columns(read_sheet("a.csv", "type,text\\nham,see you\\nspam,WIN NOW\\nham,later"))
    ('text', 'type')
    """
    if not sheet.texts:
        return None
    text = max(sheet.texts, key=lambda column: float(sheet.frame[column].str.len().mean()))
    others = [column for column in (*sheet.texts, *sheet.numbers) if column != text]
    kinds = {column: int(sheet.frame[column].nunique()) for column in others}
    usable = [column for column in others if 2 <= kinds[column] <= MOST_CLASSES]
    return (text, min(usable, key=lambda column: kinds[column])) if usable else None


def _as_text(sheet: Sheet, column: str) -> pd.Series:
    """The cells of a column as text, empty where there is none; whole numbers without a point."""
    cells = sheet.frame[column]
    if column in sheet.texts:
        return cells.fillna("")
    if column in sheet.dates:
        return cells.dt.strftime("%Y-%m-%d").fillna("")
    written = cells.map(lambda number: "" if pd.isna(number) else f"{number:.15g}")
    if column in sheet.strays:
        written = written.astype(str)
        written.iloc[sheet.strays[column].index.to_numpy()] = sheet.strays[column].to_numpy()
    return written


def _refuse_empty(sheet: Sheet, column: str, cells: pd.Series) -> None:
    if (cells == "").all():
        what = f"Column {quoted(column)} of {quoted(sheet.name)} is empty in every row"
        raise TableError(f"{what}: choose another one.", column=column)


def _refuse_classes(sheet: Sheet, column: str, labels: pd.Series, classes: tuple[str, ...]) -> None:
    of = f"{quoted(column)} of {quoted(sheet.name)}"
    if not classes:
        raise TableError(f"No row of {quoted(sheet.name)} has both a text and a label: choose other columns.")
    if len(classes) == 1:
        what = f"holds only {quoted(classes[0])}, in all {len(labels):,} rows"
        raise TableError(f"Column {of} {what}: a label needs at least two classes to tell apart.", column=column)
    if len(classes) > MOST_CLASSES:
        what = f"has {len(classes):,} different values, such as {listing(classes, 3)}"
        message = f"Column {of} {what}: choose a column of at most {MOST_CLASSES} classes."
        raise TableError(message, column=column)
