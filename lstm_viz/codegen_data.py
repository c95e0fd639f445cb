"""The lines of a spec's script that make x and target: the very numbers of ``make_batch``, by readable torch code."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from lstm_viz.batch import Batch
from lstm_viz.datasets import Table
from lstm_viz.spec import NetworkSpec

LARGEST_TABLE_ROWS = 500
LARGEST_TABLE_NUMBERS = 5_000
"""A table beyond these is not written into a script: random numbers of the same shape stand in for it."""

_WIDTH = 88
_A_LINE = (12, 10, 8, 6, 5, 4, 3, 2, 1)
# names that a column's list must not take from the lines after it
_TAKEN = {"torch", "nn", "print", "tuple", "columns", "table", "low", "high", "span", "scaled", "first", "rows"}
_TAKEN |= {"extra", "real", "x", "ahead", "parts", "higher", "target", "g", "model", "loss"}
_EPSILON = 10 * float(np.finfo(np.float64).eps)

Line: TypeAlias = tuple[str, str]
"""A line of code and the comment at its end."""


def data_lines(spec: NetworkSpec, batch: Batch | None) -> list[Line]:
    """The lines that make ``x`` and ``target``, whose comments are left to the caller. They need torch and nn.

    ``batch`` is what ``make_batch(spec, table)`` gave; without it, or with a table too long to be written down, x is
    random numbers.
    """
    source = batch.source if batch else "x holds random numbers."
    if spec.data == "prepared" and batch is not None:
        source = "x is random here, in the shape of the prepared data: the Data page has the script that prepares it."
    if spec.input != "numbers":
        return [*_remark(source), *_sizes(spec), _generator(spec), *_classes(spec)]
    if batch is None or batch.table is None or batch.starts:
        return [*_remark(source), *_sizes(spec), _generator(spec), *_random(spec)]
    if _is_short(spec, batch.table):
        return [*_remark(source), *_from_table(spec, batch, batch.table)]
    source = f"x is random here, in the shape of the real data: its {batch.table.rows:,} rows would fill pages."
    return [*_remark(source), *_sizes(spec), _generator(spec), *_random(spec)]


def _is_short(spec: NetworkSpec, table: Table) -> bool:
    numbers = table.rows * min(spec.features, len(table.columns))
    return table.rows <= LARGEST_TABLE_ROWS and numbers <= LARGEST_TABLE_NUMBERS


def _remark(text: str) -> list[Line]:
    """Comment lines. What a person called a table or a column may hold a line break, which must not end the comment."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return [(line, "") for line in textwrap.wrap(f"# {' '.join(plain.split())}", _WIDTH, subsequent_indent="# ")]


def _sizes(spec: NetworkSpec) -> list[Line]:
    if spec.input == "numbers":
        numbers = f"{spec.batch_size}, {spec.sequence_length}, {spec.features}"
        return [(f"B, T, F = {numbers}  # batch size, sequence length, features", "")]
    return [(f"B, T = {spec.batch_size}, {spec.sequence_length}  # batch size, sequence length", "")]


def _generator(spec: NetworkSpec) -> Line:
    return f"g = torch.Generator().manual_seed({spec.seed})", ""


def _random(spec: NetworkSpec) -> list[Line]:
    return [(f"x = torch.randn(B, T, F, generator=g){_turn(spec)}", ""), *_random_target(spec)]


def _classes(spec: NetworkSpec) -> Iterator[Line]:
    one_hot = spec.input == "one-hot"
    count = spec.features if one_hot else spec.vocabulary_size
    follows = spec.task == "classification" and spec.outputs == count and _every_step(spec)
    name = "classes" if one_hot else "tokens"
    drawn = f"torch.randint({count}, (B, T), generator=g)"
    if one_hot or follows:
        yield f"{name} = {drawn}", f"{(spec.batch_size, spec.sequence_length)} = (B, T)"
        drawn = f"nn.functional.one_hot({name}, {count}).float()" if one_hot else name
    yield f"x = {drawn}{_turn(spec)}", ""
    if follows:
        yield f"after = torch.randint({count}, (B, 1), generator=g)", "what comes after the last"
        yield f"target = torch.cat([{name}[:, 1:], after], dim=1){_shape_of_head(spec)}", ""
    else:
        yield from _random_target(spec)


def _random_target(spec: NetworkSpec) -> Iterator[Line]:
    rows = "B, T" if _every_step(spec) else "B"
    end = _shape_of_head(spec)
    match spec.task:
        case "classification":
            size = f"({rows})" if _every_step(spec) else "(B,)"
            yield f"target = torch.randint({spec.outputs}, {size}, generator=g){end}", ""
        case "binary":
            yield f"answers = torch.randint(2, ({rows}, {spec.outputs}), generator=g)", "0 or 1"
            yield f"target = answers.float(){end}", ""
        case "regression":
            yield f"target = torch.randn({rows}, {spec.outputs}, generator=g){end}", ""


def _from_table(spec: NetworkSpec, batch: Batch, table: Table) -> Iterator[Line]:
    names = _identifiers(table.columns[: spec.features])
    for name, column, values in zip(names, table.columns, table.values.T, strict=False):
        if name.startswith("column_"):
            yield from _remark(column)
        yield from ((line, "") for line in (f"{name} = [", *_number_lines(values), "]"))
    yield from ((line, "") for line in _wrapped("columns = [", ", ".join(names), "]"))
    yield "table = torch.tensor(columns, dtype=torch.float64).T", f"{(table.rows, len(names))}: rows, columns"
    training = table.values[: batch.training_rows, : spec.features]
    yield f"low = table[:{batch.training_rows}].amin(dim=0)", "of the rows to train on"
    yield f"high = table[:{batch.training_rows}].amax(dim=0)", ""
    span = "high - low"
    if (training.max(axis=0) - training.min(axis=0) < _EPSILON).any():
        yield f"span = torch.where(high - low < {_EPSILON!r}, 1.0, high - low)", "1 for a constant column"
        span = "span"
    yield f"scaled = (table - low) / {span if span == 'span' else f'({span})'} * 2 - 1", "from -1 to 1"
    yield "", ""
    yield from _windows(spec, batch, extra=spec.features - len(names))


def _wrapped(start: str, inner: str, end: str) -> list[str]:
    if len(start + inner + end) <= _WIDTH:
        return [start + inner + end]
    return [start, *textwrap.wrap(inner, _WIDTH, initial_indent="    ", subsequent_indent="    "), end]


def _windows(spec: NetworkSpec, batch: Batch, extra: int) -> Iterator[Line]:
    B, T = spec.batch_size, spec.sequence_length  # noqa: N806
    yield f"B, T = {B}, {T}  # batch size, sequence length", ""
    first = "torch.arange(B)"
    if batch.windows < B:
        yield f"first = torch.arange(B) % {batch.windows}", "after the last window the first again"
        first = "first"
    yield f"rows = {first}[:, None] + torch.arange(T)", f"{(B, T)} = (B, T), the rows of each window"
    if extra:
        yield _generator(spec)
        yield f"extra = torch.randn(B, T, {extra}, generator=g)", "the table has no more columns"
        yield "real = scaled[rows].float()", f"{(B, T, spec.features - extra)}: what the table has"
        yield f"x = torch.cat([real, extra], dim=2){_turn(spec)}", ""
    else:
        yield f"x = scaled[rows].float(){_turn(spec)}", ""
    yield from _table_target(spec)


def _table_target(spec: NetworkSpec) -> Iterator[Line]:
    end, every = _shape_of_head(spec), _every_step(spec)
    after = "the row after each step" if every else "the row after each window"
    if spec.task == "classification":
        yield f"ahead = {'rows' if every else 'rows[:, -1]'} + 1", after
        yield f"parts = (scaled[ahead, 0] + 1) / 2 * {spec.outputs}", f"from 0 to {spec.outputs}"
        yield f"target = parts.floor().clamp(0, {spec.outputs - 1}).long(){end}", ""
        return
    present = "rows[:, :, None]" if every else "rows[:, -1:]"
    if spec.outputs == 1:
        yield f"ahead = {present} + 1", after
    else:
        yield f"ahead = {present} + torch.arange(1, {spec.outputs + 1})", after.replace("row", f"{spec.outputs} rows")
    if spec.task == "regression":
        yield f"target = scaled[ahead, 0].float(){end}", ""
    else:
        yield f"higher = table[ahead, 0] > table[{present}, 0]", "than the present one"
        yield f"target = higher.float(){end}", ""


def _every_step(spec: NetworkSpec) -> bool:
    return spec.head in ("every_step", "every_step_3d")


def _turn(spec: NetworkSpec) -> str:
    return "" if spec.batch_first else ".transpose(0, 1)"


def _shape_of_head(spec: NetworkSpec) -> str:
    """What brings a target of (B, T, …) into the order and shape of the predictions."""
    if not _every_step(spec):
        return ""
    return f"{_turn(spec)}.flatten(0, 1)" if spec.head == "every_step" else _turn(spec)


def _identifiers(columns: tuple[str, ...]) -> list[str]:
    """A Python name for each column: its own name where that can be one."""
    names: list[str] = []
    for number, column in enumerate(columns, start=1):
        name = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
        usable = column.isascii() and name.isidentifier() and not keyword.iskeyword(name) and len(name) <= 30
        names.append(name if usable and name not in _TAKEN.union(names) else f"column_{number}")
    return names


def _number_lines(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Iterator[str]:
    texts = [str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value) for value in values.tolist()]
    widest = max(map(len, texts)) + 2
    count = next(count for count in _A_LINE if 4 + count * widest <= _WIDTH or count == 1)
    for start in range(0, len(texts), count):
        yield f"    {', '.join(texts[start : start + count])},"
