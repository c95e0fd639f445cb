"""What leaks when scalers are fitted on every row: both fits side by side, and what it does to the test values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstm_viz.datasets import Table
from lstm_viz.preparation.errors import counted, quoted
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.recipe import Recipe, RecipeError, Scaling
from lstm_viz.preparation.scaling import make_scaler

_RANGES: dict[Scaling, tuple[float, float]] = {"minmax": (-1, 1), "minmax01": (0, 1)}


@dataclass(frozen=True)
class Fit:
    """What a scaler may be computed of, in real units. ``std`` is the population's, as StandardScaler takes it."""

    rows: int
    least: float
    largest: float
    mean: float
    std: float


@dataclass(frozen=True)
class ColumnLeak:
    """One column, scaled honestly (training rows) and with a leak (all rows).

    ``difference`` is the largest between both scaled test values, at the row ``row`` with the label ``label``.
    ``test_least`` and ``test_largest`` are those of the honestly scaled test values, and ``outside`` counts how many of
    the ``test_rows`` lie outside ``train_range``, that of the honestly scaled training values. ``sentence`` says it.
    """

    name: str
    role: str
    scaling: Scaling
    honest: Fit
    leaking: Fit
    difference: float
    row: int
    label: str
    train_range: tuple[float, float]
    test_least: float
    test_largest: float
    outside: int
    test_rows: int
    sentence: str


@dataclass(frozen=True)
class Leak:
    """The columns of x, then the target; ``sentence`` says what happened to all of them."""

    columns: tuple[ColumnLeak, ...]
    sentence: str


def leak(recipe: Recipe, table: Table) -> Leak:
    """What changes where the scalers of ``recipe`` are fitted on all rows instead of those of training.

    Test rows are those of the last part. The split is in the order of time. Raises RecipeError as ``prepare`` does, and
    where all rows are for training.

    >>> from lstm_viz.datasets import passengers
    >>> found = leak(Recipe(), passengers()).columns[0]
    >>> found.honest.largest, found.leaking.largest, round(found.difference, 3), found.outside
    (559.0, 622.0, 0.277, 2)
    """
    ready = prepare(replace(recipe, split_shuffle=False, fitted_on="train"), table)
    if len(ready.parts) == 1:
        advice = "Nothing can leak from rows that are not there: set test to 0.2, for example."
        raise RecipeError("test", "rows that are not for training", recipe.test, advice)
    test = list(ready.parts.values())[-1].rows
    columns = [(table.columns[place], "feature", place, recipe.scaling) for place in ready.feature_places]
    if recipe.task == "regression":
        columns.append((ready.target_name, "target", ready.target_place, recipe.target_scaling))
    training = len(ready.parts["train"].rows)
    found = tuple(_column(table, training, test, *about) for about in columns)
    return Leak(found, _all_columns(found))


def _column(table: Table, training: int, test: range, name: str, role: str, place: int, kind: Scaling) -> ColumnLeak:
    values = table.values[:, place, None]  # (rows, 1)
    honest = make_scaler(kind).fit(values[:training]).transform(values)[:, 0]  # (rows,)
    leaking = make_scaler(kind).fit(values).transform(values[test.start : test.stop])[:, 0]  # (test rows,)
    tested = honest[test.start : test.stop]  # (test rows,)
    apart = np.abs(tested - leaking)
    row = test.start + int(apart.argmax())
    low, high = _RANGES.get(kind, (float(honest[:training].min()), float(honest[:training].max())))
    outside = int(((tested < low - 1e-9) | (tested > high + 1e-9)).sum())
    made = ColumnLeak(
        name=name,
        role=role,
        scaling=kind,
        honest=_fit(values[:training]),
        leaking=_fit(values),
        difference=float(apart.max()),
        row=row,
        label=table.labels[row],
        train_range=(low, high),
        test_least=float(tested.min()),
        test_largest=float(tested.max()),
        outside=outside,
        test_rows=len(test),
        sentence="",
    )
    return replace(made, sentence=" ".join(_sentences(made)))


def _fit(values: NDArray[np.float64]) -> Fit:
    return Fit(len(values), float(values.min()), float(values.max()), float(values.mean()), float(values.std()))


def _sentences(found: ColumnLeak) -> Iterator[str]:
    if found.difference < 1e-12:
        if found.scaling == "none":
            yield f"{quoted(found.name)} is not scaled: nothing is fitted, so nothing leaks."
        else:
            yield f"{quoted(found.name)}: both fits are the same, as no later value goes beyond those of training."
    else:
        knows = f"a scaler fitted on all {found.leaking.rows:,} rows knows {_known(found)}"
        moved = f"scaled test values move by up to {found.difference:.3g} ({found.label})"
        yield f"{quoted(found.name)}: {knows}, and {moved}."
    if found.outside:
        count = f"{found.outside:,} of {counted(found.test_rows, 'test value')}"
        span = f"{_plain(found.test_least)} to {_plain(found.test_largest)}"
        left = f"({', '.join(map(_plain, found.train_range))}), the range of training"
        leave = "leaves" if found.outside == 1 else "leave"
        yield f"Fitted honestly, {count} {leave} {left}: they go from {span}, as new data may."


def _plain(number: float) -> str:
    text = f"{number:,.0f}" if 1e3 <= abs(number) < 1e15 else f"{number:.3g}"
    return text.replace("-", "−")


def _real(number: float) -> str:
    """A number of the table: six digits, and large ones without an exponent."""
    return f"{number:,.0f}" if 1e5 <= abs(number) < 1e15 else f"{number:.6g}"


def _known(found: ColumnLeak) -> str:
    """What later rows tell a scaler of this kind."""
    honest, leaking = found.honest, found.leaking
    if found.scaling == "standard":
        return (
            f"the mean {_real(leaking.mean)} and the deviation {_real(leaking.std)} of all of them "
            f"(training: {_real(honest.mean)} and {_real(honest.std)})"
        )
    known = []
    if leaking.least != honest.least:
        known.append(f"the least {_real(leaking.least)} (training: {_real(honest.least)})")
    if leaking.largest != honest.largest:
        known.append(f"the largest {_real(leaking.largest)} (training: {_real(honest.largest)})")
    return " and ".join(known)


def _all_columns(found: tuple[ColumnLeak, ...]) -> str:
    moved = [column for column in found if column.difference >= 1e-12]
    if not moved:
        return "On this split nothing leaks: both fits are the same. On another split it may."
    worst = max(moved, key=lambda column: column.difference)
    which = f"most of all {quoted(worst.name)} ({worst.role}), by {worst.difference:.3g} in scaled units"
    return f"Fitting on all rows changes {len(moved):,} of {counted(len(found), 'scaled column')}, {which}."
