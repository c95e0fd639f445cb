"""The way of the data as steps: each thing that is there on it, with shape, code and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_viz.datasets import Table
from lstm_viz.preparation.errors import counted, listing
from lstm_viz.preparation.loading import batches_text
from lstm_viz.preparation.prepared import SHOWN, Prepared, Stage, Step
from lstm_viz.preparation.recipe import Scaling
from lstm_viz.preparation.scaling import to_float32
from lstm_viz.preparation.script import code_lines
from lstm_viz.preparation.script_lines import stage_lines
from lstm_viz.preparation.script_loading import Line
from lstm_viz.preparation.splitting import Part

_SCALED: dict[Scaling, str] = {
    "minmax": "the least of them becomes −1 and the largest 1",
    "minmax01": "the least of them becomes 0 and the largest 1",
    "standard": "their mean becomes 0 and their standard deviation 1",
    "none": "and left as they are",
}


_PLACES = {"train": "Training: the first", "validation": "Validation: the next", "test": "Test: the last"}


def way(ready: Prepared) -> tuple[Step, ...]:
    """The steps from the table to the last batch, in their order."""
    lines = stage_lines(ready)
    if ready.table is None:
        before = _generated(ready)
    else:
        before = chain(_rows(ready, ready.table), _split(ready, ready.table), _scaled(ready), _windows(ready))
    steps = chain(before, _tensors(ready), _batches(ready))
    return tuple(_with_code(step, lines[step.stage]) for step in steps)


def _with_code(step: Step, lines: list[Line]) -> Step:
    name = step.name.split(",")[0]
    written = next(
        (code.split(" = ", 1)[1] for code, _ in lines if name in code.split(" = ")[0].split(", ")), step.name
    )
    written = written.replace("pd.DataFrame({", "pd.DataFrame({…})")
    return replace(step, expression=step.expression or written, code=tuple(code_lines(lines)))


def _step(stage: Stage, name: str, values: NDArray[Any], axes: tuple[str, ...], sentence: str, **more: Any) -> Step:
    """A step that holds ``values`` or, where a shape is given, these as the first of more numbers."""
    first = SHOWN // max(1, int(np.prod(values.shape[1:])))
    shown = np.array(values[:first]) if first else None
    shape, dtype = values.shape, str(values.dtype)
    about = {"shape": shape, "dtype": dtype, "expression": "", "values": shown} | more
    return Step(stage=stage, name=name, axes=axes, sentence=sentence, **about)


def _generated(ready: Prepared) -> Iterator[Step]:
    count = counted(len(ready.x), "sample")
    sentence = (
        f"{count} of {counted(ready.recipe.window, 'step')}, each made by itself: nothing to scale, nothing to cut."
    )
    shown = slice(0, SHOWN // ready.x[0].size + 1)
    yield _step("table", "x_all", ready.x[shown], ready.x_axes("N"), sentence, shape=ready.x.shape)
    yield _step(
        "table", "y_all", ready.y[shown], ready.y_axes("N"), f"The target: {ready.target_name}.", shape=ready.y.shape
    )
    for name, part in ready.parts.items():
        shape, text = (len(part), *ready.x.shape[1:]), part.arithmetic
        sentence = f"{_PLACES[name]} {counted(len(part), 'sample')}."
        yield Step("split", f"x_{name}", shape, ready.x_axes("N"), "float32", "", sentence, name, text)


def _rows(ready: Prepared, table: Table) -> Iterator[Step]:
    rows, columns = counted(table.rows, "row"), counted(len(table.columns), "column")
    sentence = f"{table.name}: {rows} of {columns}, {table.labels[0]} to {table.labels[-1]}."
    yield _step("table", "table", table.values, ("rows", "columns"), sentence)
    sentence = f"What x is made of: {listing(ready.columns)}."
    features = table.values[: SHOWN // len(ready.columns) + 1, list(ready.feature_places)]
    shape = (table.rows, len(ready.columns))
    yield _step("columns", "features", features, ("rows", "F"), sentence, shape=shape)
    target = table.values[:, ready.target_place, None]
    yield _step(
        "columns", "target_column", target, ("rows", "1"), f"What is to be predicted: {listing([ready.target_name])}."
    )


def _split(ready: Prepared, table: Table) -> Iterator[Step]:
    parts = ready.parts.values()
    counts = [len(part) if ready.recipe.split_shuffle else len(part.rows) for part in parts]
    text = f"{' + '.join(f'{count:,}' for count in counts)} = {sum(counts):,}"
    if ready.recipe.split_shuffle:
        sentence = "No row belongs to a part: windows are cut of all rows and then dealt out at random."
        yield Step("split", "order", (sum(counts),), ("windows",), "int64", "", sentence, arithmetic=text)
        return
    for part in parts:
        first, last = table.labels[part.rows.start], table.labels[part.rows.stop - 1]
        sentence = f"{_PLACES[part.name]} {counted(len(part.rows), 'row')}, {first} to {last}."
        shape, name = (len(part.rows), len(ready.columns)), f"{part.name}_rows"
        yield Step("split", name, shape, ("rows", "F"), "float64", "", sentence, part.name, text)


def _scaled(ready: Prepared) -> Iterator[Step]:
    recipe = ready.recipe
    rows = len(ready.x) + recipe.window - 1 + recipe.reach
    fitted = "every row, those of test too" if recipe.fitted_on == "all" else "the training rows alone"
    sentence = f"Each column on its own, fitted on {fitted}: {_SCALED[recipe.scaling]}. Others may lie outside."
    yield _step("scaled", "x_rows", _scaled_rows(ready), ("rows", "F"), sentence, shape=(rows, len(ready.columns)))
    if ready.y_scaler is not None and recipe.task == "regression" and ready.table is not None:
        column = ready.table.values[:SHOWN, ready.target_place, None]
        scaled = to_float32(ready.y_scaler, column)[:, 0]
        sentence = f"The target, fitted on {fitted}: {_SCALED[recipe.target_scaling]}."
        yield _step("scaled", "y_rows", scaled, ("rows",), sentence, shape=(rows,))


def _scaled_rows(ready: Prepared) -> NDArray[np.float32]:
    assert ready.table is not None
    assert ready.x_scaler is not None
    first = ready.table.values[: SHOWN // len(ready.columns) + 1, list(ready.feature_places)]
    return to_float32(ready.x_scaler, first)


def _windows(ready: Prepared) -> Iterator[Step]:
    for name, part in ready.parts.items():
        x, y = _some(ready, part)
        shapes = (len(part), *ready.x.shape[1:]), (len(part), *ready.y.shape[1:])
        about = {"part": name, "arithmetic": part.arithmetic}
        yield _step(
            "windows", f"x_{name}", x, ready.x_axes("N"), _window_sentence(ready, part), shape=shapes[0], **about
        )
        yield _step("windows", f"y_{name}", y, ready.y_axes("N"), _target_sentence(ready), shape=shapes[1], **about)


def _some(ready: Prepared, part: Part) -> tuple[NDArray[Any], NDArray[Any]]:
    """The first windows of a part, as many as are shown."""
    x = ready.x[part.starts[: SHOWN // ready.x[0].size + 1]]
    return x, ready.y[part.starts[: SHOWN // max(1, ready.y[0].size) + 1]]


def _window_sentence(ready: Prepared, part: Part) -> str:
    count, length = counted(len(part), "window"), counted(ready.recipe.window, "row")
    apart = "" if len(part) == 1 else f", each {counted(ready.recipe.stride, 'row')} after the one before"
    if ready.recipe.split_shuffle:
        apart = ", drawn at random"
    back = f". The first begins {counted(part.looks_back, 'row')} before the part" if part.looks_back else ""
    return f"{count} of {length}{apart}{back}."


def _target_sentence(ready: Prepared) -> str:
    recipe, name = ready.recipe, listing([ready.target_name])
    rows = "row" if recipe.horizon == 1 else f"{recipe.horizon:,} rows"
    where = {0: f"the same {rows}", 1: f"the next {rows}"}
    later = where.get(recipe.target_offset, f"the {rows} from {recipe.target_offset:,} rows later on")
    of_what = "For each step of a window" if recipe.many_to_many else "For each window"
    if recipe.task == "regression":
        return f"{of_what}: {name} in {later}."
    if recipe.task == "binary":
        now = "at that step" if recipe.many_to_many else "in the window's last row"
        return f"{of_what}: 1 where {name} in {later} is higher than {now}, else 0."
    classes = "; ".join(f"{number} {text}" for number, text in enumerate(ready.classes[:6]))
    return f"{of_what}: the class of {name} in {later}: {classes}{'; …' if len(ready.classes) > 6 else ''}."


def _tensors(ready: Prepared) -> Iterator[Step]:
    for name, part in ready.parts.items():
        x, y = _some(ready, part)
        kind = "int64, since classes are indices" if y.dtype == np.int64 else "float32"
        sentence = f"{counted(len(part), 'sample')}: x as float32, the target as {kind}."
        about = {"part": name, "arithmetic": part.arithmetic}
        shapes = (len(part), *ready.x.shape[1:]), (len(part), *ready.y.shape[1:])
        yield _step("tensors", f"{name}, x", x, ready.x_axes("N"), sentence, shape=shapes[0], **about)
        yield _step("tensors", f"{name}, target", y, ready.y_axes("N"), sentence, shape=shapes[1], **about)


def _batches(ready: Prepared) -> Iterator[Step]:
    for name, part in ready.parts.items():
        text, count = batches_text(ready.recipe, len(part), name), ready.batches(name)
        shuffled = ready.recipe.shuffle and name == "train"
        sentence = (
            "The windows are shuffled, the rows in each are not." if shuffled else "In their order, as every time."
        )
        yield Step("loader", f"{name}_loader", (count,), ("batches",), "", "", sentence, name, text)
    yield from _batch(ready, "x", "target", ready.chosen(0), "The first batch: {}.")
    if ready.batches() > 1:
        last = ready.chosen(-1)
        fewer = ready.recipe.batch_size - len(last)
        sentence = f"The last batch: {{}}, {fewer:,} fewer than the others." if fewer else "The last batch: {}."
        yield from _batch(ready, "last x", "last target", last, sentence)


def _batch(ready: Prepared, x_name: str, y_name: str, samples: NDArray[np.int64], sentence: str) -> Iterator[Step]:
    x, y = ready.samples(samples)
    sentence = sentence.format(counted(len(samples), "sample"))
    expression = "next(iter(train_loader))" if x_name == "x" else "list(train_loader)[-1]"
    for name, values, axes in ((x_name, x, ready.x_axes("B")), (y_name, y, ready.y_axes("B"))):
        yield _step("batches", name, values.numpy(), axes, sentence, part="train", expression=expression)
