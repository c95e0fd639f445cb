"""Windows by a recipe against naive loops: shapes, every number traced to its row, parts that do not touch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lstm_viz.datasets import Table
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.recipe import Recipe, RecipeError
from lstm_viz.preparation.splitting import amount, split
from lstm_viz.preparation.windows import count_formula, count_text, count_windows
from tests.support.recipe_cases import CASES, RECIPES, random_case


def naive_starts(recipe: Recipe, rows: int) -> dict[str, list[int]]:
    """The first rows of the windows of each part, by plain loops over all rows."""
    last_target = recipe.window - 1 + recipe.target_offset + recipe.horizon - 1
    first_target = recipe.target_offset + (0 if recipe.many_to_many else recipe.window - 1)
    test, validation = amount(recipe.test, rows), amount(recipe.validation, rows)
    borders = {"train": (0, rows - test - validation), "validation": (rows - test - validation, rows - test)}
    borders["test"] = (rows - test, rows)
    found: dict[str, list[int]] = {}
    for name, (first, end) in borders.items():
        legal = []
        for start in range(rows):
            own_inputs = start >= first or (recipe.look_back and name != "train")
            if own_inputs and start + first_target >= first and start + last_target < end:
                legal.append(start)
        if first < end:
            found[name] = legal[:: recipe.stride]
    return found


def scaled(kind: str, values: NDArray[np.float64], fitted: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high, mean, std = fitted.min(0), fitted.max(0), fitted.mean(0), fitted.std(0)
    return {
        "minmax": lambda: (values - low) / (high - low) * 2 - 1,
        "minmax01": lambda: (values - low) / (high - low),
        "standard": lambda: (values - mean) / std,
        "none": lambda: values,
    }[kind]()


def fitted_values(ready: Prepared) -> NDArray[np.float64]:
    """The rows that the recipe fits on, found by loops."""
    assert ready.table is not None
    recipe, rows = ready.recipe, ready.table.rows
    if recipe.fitted_on == "all":
        return ready.table.values
    if not recipe.split_shuffle:
        return ready.table.values[: rows - amount(recipe.test, rows) - amount(recipe.validation, rows)]
    held = {int(start) + step for start in ready.parts["train"].starts for step in range(recipe.window + recipe.reach)}
    return ready.table.values[sorted(held)]


def test_parts_are_those_of_plain_loops() -> None:
    for recipe, table, _ in CASES:
        parts = split(recipe, table.rows)
        if recipe.split_shuffle:
            every = [start for part in parts.values() for start in part.starts.tolist()]
            last = table.rows - recipe.window - recipe.reach
            assert sorted(every) == list(range(0, last + 1, recipe.stride))
        else:
            assert {name: part.starts.tolist() for name, part in parts.items()} == naive_starts(recipe, table.rows)


def test_shapes_and_types() -> None:
    for recipe, _, ready in CASES:
        T, F, O = recipe.window, len(recipe.features), recipe.horizon  # noqa: N806, E741
        for name, part in ready.parts.items():
            x, y = ready.samples(np.arange(len(part)), name)
            steps = (T,) if recipe.many_to_many else ()
            assert tuple(x.shape) == (len(part), T, F)
            assert tuple(y.shape) == (len(part), *steps, *(() if recipe.task == "classification" else (O,)))
            assert x.dtype == torch.float32
            assert y.dtype == (torch.int64 if recipe.task == "classification" else torch.float32)
            assert len(ready.y_axes("N")) == y.ndim


def test_every_number_of_x_is_that_of_its_row() -> None:
    for recipe, table, ready in CASES:
        fitted = fitted_values(ready)[:, ready.feature_places]
        real = scaled(recipe.scaling, table.values[:, ready.feature_places], fitted)  # (rows, F)
        for name, part in ready.parts.items():
            x, _ = ready.samples(np.arange(len(part)), name)
            rows = [[ready.row(sample, step, name) for step in range(recipe.window)] for sample in range(len(part))]
            np.testing.assert_allclose(x, real[np.array(rows)], rtol=2e-5, atol=2e-5 * max(1, np.abs(real).max()))
            assert ready.raw(0, 0, 0, name) == table.values[part.starts[0], ready.feature_places[0]]


def naive_target(ready: Prepared, real: NDArray[np.float64], rows: range) -> Any:
    assert ready.table is not None
    column = ready.table.values[:, ready.target_place]
    recipe = ready.recipe
    if recipe.task == "regression":
        return [real[row] for row in rows]
    if recipe.task == "binary":
        present = rows.start - recipe.target_offset
        return [float(column[row] > column[present]) for row in rows]
    assert ready.edges is not None
    return sum(column[rows.start] >= edge for edge in ready.edges)


def test_every_target_is_that_of_its_rows() -> None:
    for recipe, table, ready in CASES:
        column, fitted = table.values[:, ready.target_place], fitted_values(ready)[:, ready.target_place]
        real = scaled(recipe.target_scaling, column, fitted)
        steps = range(recipe.window) if recipe.many_to_many else [-1]
        for name, part in ready.parts.items():
            _, y = ready.samples(np.arange(len(part)), name)
            for sample in range(len(part)):
                found = [naive_target(ready, real, ready.target_rows(sample, name, step)) for step in steps]
                expected = np.array(found if recipe.many_to_many else found[0])
                np.testing.assert_allclose(y[sample], expected, rtol=2e-5, atol=2e-5 * max(1, np.abs(real).max()))


def test_no_target_of_a_later_part_is_a_training_row() -> None:
    for recipe, _, ready in CASES:
        if recipe.split_shuffle:
            continue
        training = len(ready.parts["train"].rows)
        steps = range(recipe.window) if recipe.many_to_many else [-1]
        for name, part in ready.parts.items():
            rows = {row for k in range(len(part)) for step in steps for row in ready.target_rows(k, name, step)}
            assert rows <= set(part.rows)
            assert name == "train" or min(rows) >= training
            inputs = {ready.row(k, step, name) for k in range(len(part)) for step in range(recipe.window)}
            assert max(row for row in inputs if row is not None) < part.rows.stop
            assert name != "train" or inputs <= set(part.rows)


def test_the_way_back_from_a_row() -> None:
    for recipe, table, ready in CASES[:80]:
        span = recipe.window - 1
        for name, part in ready.parts.items():
            holding: dict[int, list[tuple[int, int]]] = {row: [] for row in range(table.rows)}
            aimed: dict[int, list[tuple[int, int]]] = {row: [] for row in range(table.rows)}
            for sample, start in enumerate(part.starts.tolist()):
                for step in range(recipe.window):
                    holding[start + step].append((sample, step))
                first = recipe.target_offset + (0 if recipe.many_to_many else span)
                for after in range(first, span + recipe.reach + 1):
                    aimed[start + after].append((sample, after))
            for row in range(table.rows):
                assert list(ready.samples_of_row(row, name)) == holding[row]
                assert list(ready.targets_of_row(row, name)) == aimed[row]


def test_inverse_undoes_the_scaling() -> None:
    for recipe, table, ready in CASES:
        if recipe.task != "regression":
            continue
        column = table.values[:, ready.target_place]
        _, y = ready.batch(0)
        samples = ready.chosen(0)
        back = ready.inverse(y)
        assert back.shape == tuple(y.shape)
        rows = np.array([list(ready.target_rows(int(sample))) for sample in samples])  # (B, O)
        last = back if not recipe.many_to_many else back[:, -1]
        np.testing.assert_allclose(last, column[rows], rtol=1e-5, atol=1e-5 * np.abs(column).max())
        assert ready.y_scaler is not None
        scaled_ = ready.y_scaler.transform(column[:, None])
        np.testing.assert_allclose(ready.y_scaler.inverse_transform(scaled_)[:, 0], column, rtol=1e-9, atol=1e-9)


def test_the_loader_gives_the_samples_in_the_order_that_is_told() -> None:
    for _, _, ready in CASES[:60]:
        for name in ready.parts:
            loader = ready.loader(name)
            for epoch in range(2):
                batches = list(loader)
                assert len(batches) == ready.batches(name) == len(ready.order(name, epoch))
                for number, (x, y) in enumerate(batches):
                    expected_x, expected_y = ready.batch(number, name, epoch)
                    assert torch.equal(x, expected_x)
                    assert torch.equal(y, expected_y)


def test_counts_as_arithmetic() -> None:
    for seed in range(RECIPES):
        recipe, table = random_case(seed)
        count = count_windows(recipe, table.rows)
        assert count == len(range(0, max(0, table.rows - recipe.window - recipe.reach + 1), recipe.stride))
        if count:
            sum_, equal = count_text(recipe, table.rows, 0).split(" = ")
            assert eval(sum_.replace("−", "-")) == int(equal) == count  # our own text, numbers and signs
            symbols = {"rows": table.rows, "T": recipe.window, "O": recipe.horizon}
            assert eval(count_formula(recipe).replace("−", "-"), symbols) == count


def test_windows_take_no_memory_of_their_own() -> None:
    table = Table("long", ("a",), tuple(map(str, range(500))), np.random.default_rng(0).normal(size=(500, 1)))
    ready = prepare(Recipe(data="table", window=100), table)
    assert np.shares_memory(ready.x[0], ready.x[99])
    assert ready.x.base is not None
    first = ready.train[0][0]
    assert first.shape == (100, 1)
    assert torch.equal(first[1:], ready.train[1][0][:-1])


@pytest.mark.parametrize("many_to_many", [False, True])
def test_one_window_exactly(many_to_many: bool) -> None:
    table = Table("short", ("a",), tuple("abcdef"), np.arange(6.0)[:, None])
    recipe = Recipe(data="table", window=5, test=0, many_to_many=many_to_many)
    assert len(prepare(recipe, table).parts["train"]) == 1
    with pytest.raises(RecipeError, match="window: expected a window that fits into 6 rows with its target, got 6"):
        prepare(replace(recipe, window=6), table)
