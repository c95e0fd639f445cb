"""prepare(recipe, table): the whole way from a table to batches, with the shape at each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lstm_viz.datasets import Table
from lstm_viz.preparation.errors import counted, listing, quoted
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.recipe import GENERATED, Column, Recipe, RecipeError
from lstm_viz.preparation.scaling import fit_rows, make_scaler, to_float32
from lstm_viz.preparation.splitting import Part, rows_held, split
from lstm_viz.preparation.targets import ahead_of, class_edges, class_names
from lstm_viz.preparation.way import way
from lstm_viz.preparation.windows import cut_pairs

LARGEST_BATCH = 25_000_000
"""Numbers in a batch at most: 100 MB."""
_AT_ONCE = 1_000


def prepare(recipe: Recipe, table: Table) -> Prepared:
    """Carry out ``recipe`` on ``table``. Windows stay views: memory is that of the scaled columns, 4 bytes a number.

    Raises RecipeError where the recipe cannot be carried out on this table: a column that it has not, a window longer
    than it, a part without a window, a target that never changes, fewer windows than one batch with ``drop_last``.

    >>> from lstm_viz.datasets import passengers
    >>> ready = prepare(Recipe(), passengers())
    >>> [(step.name, step.shape) for step in ready.steps if step.stage == "windows"]
    [('x_train', (120, 12, 1)), ('y_train', (120, 1)), ('x_test', (12, 12, 1)), ('y_test', (12, 1))]
    >>> ready.batch(-1)[0].shape
    torch.Size([24, 12, 1])
    """
    if recipe.data in GENERATED:
        advice = "It is made sample by sample: call prepare_task(recipe)."
        raise RecipeError("data", "a table", recipe.data, advice)
    places, target_place = _places(recipe, table)
    parts = split(recipe, table.rows)
    check_batches(recipe, parts, len(places))
    fitted = fit_rows(recipe, parts, table.rows)
    target = table.values[:, target_place]  # (rows,)
    _check_target(table.columns[target_place], target[fitted])
    features = table.values[:, places]  # (rows, F)
    x_scaler = make_scaler(recipe.scaling).fit(features[fitted])
    y_scaler = make_scaler(recipe.target_scaling).fit(target[fitted, None])
    edges = class_edges(recipe, target[fitted])
    scaled = to_float32(y_scaler, target[:, None])[:, 0] if recipe.task == "regression" else None  # (rows,)
    x, y = cut_pairs(
        recipe, to_float32(x_scaler, features), ahead_of(recipe, target if scaled is None else scaled, edges)
    )
    ready = Prepared(
        recipe=recipe,
        table=table,
        x=x,
        y=y,
        parts=parts,
        columns=tuple(table.columns[place] for place in places),
        target_name=table.columns[target_place],
        steps=(),
        feature_places=tuple(places),
        target_place=target_place,
        x_scaler=x_scaler,
        y_scaler=y_scaler,
        edges=edges,
        classes=class_names(edges),
    )
    notes = (*_column_notes(ready, features[fitted]), *_part_notes(ready), *_class_notes(ready))
    ready = replace(ready, notes=notes)
    return replace(ready, steps=way(ready))


def _places(recipe: Recipe, table: Table) -> tuple[list[int], int]:
    """The places of the features' columns and of the target's."""
    wanted: tuple[Column, ...] = recipe.features or tuple(range(len(table.columns)))
    places = [_place("features", column, table) for column in wanted]
    for place in places:
        if places.count(place) > 1:
            name = quoted(table.columns[place])
            raise RecipeError("features", "each column once", recipe.features, f"{name} is there by name and by place.")
    return places, _place("target", recipe.target, table)


def _place(field: str, column: Column, table: Table) -> int:
    if isinstance(column, str):
        if column in table.columns:
            return table.columns.index(column)
        raise RecipeError(field, f"one of its columns, {listing(table.columns)}", column, "Choose one of them.")
    if column < len(table.columns):
        return column
    allowed = f"a place from 0 to {len(table.columns) - 1}"
    raise RecipeError(field, allowed, column, f"The table has {counted(len(table.columns), 'column')}.")


def _check_target(name: str, values: NDArray[np.float64]) -> None:
    if values.min() == values.max():
        got = f"{values[0]:g} in every row"
        advice = f"Column {quoted(name)} holds nothing to learn there: choose another target."
        raise RecipeError("target", "a column whose training rows differ", got, advice)


def check_batches(recipe: Recipe, parts: Mapping[str, Part], features: int) -> None:
    """Raises RecipeError for a batch that takes too much memory, or that ``drop_last`` leaves none of."""
    count = len(parts["train"])
    numbers = recipe.window * max(features, recipe.horizon)
    if min(recipe.batch_size, count) * numbers > LARGEST_BATCH:
        most = LARGEST_BATCH // numbers
        advice = f"Each sample holds {numbers:,} numbers: make the batch, the window or the features fewer."
        allowed = f"{most:,} or less" if most else f"samples of at most {LARGEST_BATCH:,} numbers"
        raise RecipeError("batch_size", allowed, recipe.batch_size, advice, ("window", "horizon"))
    if recipe.drop_last and count < recipe.batch_size:
        allowed = f"at most {count:,} with drop_last=True and {counted(count, 'training window')}"
        advice = "The only batch would be dropped: make it smaller, or keep the last batch."
        raise RecipeError("batch_size", allowed, recipe.batch_size, advice, ("drop_last",))


def _column_notes(ready: Prepared, fitted: NDArray[np.float64]) -> Iterator[str]:
    constant = [name for name, same in zip(ready.columns, np.ptp(fitted, axis=0) == 0, strict=True) if same]
    if constant:
        yield f"The same number in every training row: {listing(constant)}. It tells a network nothing."
    if ready.recipe.target_offset == 0 and ready.target_place in ready.feature_places:
        name = quoted(ready.target_name)
        yield f"{name} is a feature and, in the same row, the target: the answer stands in the last step of x."


def _part_notes(ready: Prepared) -> Iterator[str]:
    recipe, parts = ready.recipe, ready.parts
    if recipe.window == 1:
        yield "With T = 1 each row is a sequence of its own: a network carries nothing from one row to the next."
    if recipe.split_shuffle:
        yield _overlap_note(ready)
    for name, part in parts.items():
        if part.looks_back:
            back = counted(part.looks_back, "row")
            before = "training" if name == "validation" or "validation" not in parts else "earlier parts"
            yield f"The first {name} window begins {back} before its part, in rows of {before}; its target does not."
    left = len(ready.x) - sum(map(len, parts.values()))
    if left and recipe.stride == 1 and recipe.look_back:
        count = f"{counted(left, 'window')} {'belongs' if left == 1 else 'belong'}"
        yield f"{count} to no part, as a target would lie on both sides of a border."
    if len(parts["train"]) < recipe.batch_size:
        count = counted(len(parts["train"]), "training window")
        yield f"{count} do not fill one batch of {recipe.batch_size:,}: there is a single, smaller one."


def _overlap_note(ready: Prepared) -> str:
    recipe, rows = ready.recipe, len(ready.parts["train"].rows)
    known = np.append(0, rows_held(ready.parts["train"].starts, recipe.window, rows).cumsum())  # (rows + 1,)
    first = recipe.target_offset + (0 if recipe.many_to_many else recipe.window - 1)
    length = recipe.window + recipe.reach - first
    starts = np.concatenate(
        [part.starts for name, part in ready.parts.items() if name != "train"] or [np.empty(0, int)]
    )
    count = int((known[starts + first + length] - known[starts + first] == length).sum())
    return (
        f"Dealt out at random, windows overlap across the parts: {count:,} of {counted(len(starts), 'target')} outside "
        "training lie wholly in rows that training windows hold as inputs."
    )


def _class_notes(ready: Prepared) -> Iterator[str]:
    if ready.recipe.task == "regression":
        return
    for name, part in ready.parts.items():
        found: set[float] = set()
        for first in range(0, len(part), _AT_ONCE):
            found |= set(np.unique(ready.y[part.starts[first : first + _AT_ONCE]]).tolist())
            if len(found) > 1:
                break
        else:
            answer = f"{found.pop():g}"
            yield f"Every {name} target is {answer}: a network that always answers {answer} is always right there."
