"""Generated tasks: their targets by plain loops, what chance reaches, and the way to batches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lstm_viz.datasets.tasks import SHORTEST, TASKS, adding, copy, parity
from lstm_viz.preparation.prepare_task import prepare_task
from lstm_viz.preparation.recipe import Recipe, RecipeError


@pytest.mark.parametrize("steps", [2, 3, 10, 51])
def test_the_adding_problem(steps: int) -> None:
    task = adding(samples=300, steps=steps, seed=4)
    assert task.x.shape == (300, steps, 2)
    for x, y in zip(task.x, task.y, strict=True):
        marked = [step for step in range(steps) if x[step, 1]]
        assert len(marked) == 2
        assert marked[0] < steps // 2 <= marked[1]
        assert y[0] == pytest.approx(sum(x[step, 0] for step in marked))
    many = adding(20_000, steps, seed=1)
    assert float(np.mean((many.y - 1) ** 2)) == pytest.approx(1 / 6, rel=0.05)


@pytest.mark.parametrize("steps", [1, 2, 9])
def test_parity(steps: int) -> None:
    task = parity(samples=400, steps=steps, seed=4)
    for x, y in zip(task.x, task.y, strict=True):
        assert y[0] == len([bit for bit in x[:, 0] if bit == 1]) % 2
    assert 0.4 < task.y.mean() < 0.6


@pytest.mark.parametrize(("steps", "length"), [(3, 1), (4, 1), (5, 2), (9, 4), (20, 4)])
@pytest.mark.parametrize("symbols", [1, 8])
def test_copy(steps: int, length: int, symbols: int) -> None:
    task = copy(samples=50, steps=steps, seed=4, symbols=symbols)
    assert task.x.shape == (50, steps, symbols + 2)
    assert len(task.columns) == symbols + 2
    assert (task.x.sum(axis=2) == 1).all()
    shown = task.x.argmax(axis=2)
    assert (shown[:, :length] == task.y[:, steps - length :]).all()
    assert (task.y[:, : steps - length] == 0).all()
    assert (shown == symbols + 1).sum(axis=1).tolist() == [1] * 50
    assert (shown[:, steps - length - 1] == symbols + 1).all()
    assert 1 <= task.y[:, steps - length :].min() <= task.y.max() <= symbols


@pytest.mark.parametrize("name", list(TASKS))
def test_the_same_seed_gives_the_same_samples(name: str) -> None:
    make = TASKS[name]  # type: ignore[index]
    assert np.array_equal(make(20, 9, 1).x, make(20, 9, 1).x)
    assert not np.array_equal(make(20, 9, 1).x, make(20, 9, 2).x)
    with pytest.raises(ValueError, match="steps: expected"):
        make(20, SHORTEST[name] - 1, 1)  # type: ignore[index]
    with pytest.raises(ValueError, match="samples: expected 1 or more, got 0"):
        make(0, 9, 1)


def test_a_task_is_prepared_like_a_table() -> None:
    ready = prepare_task(
        Recipe(data="copy", window=11, classes=5, samples=200, validation=0.1, test=0.2, batch_size=64)
    )
    assert {name: len(part) for name, part in ready.parts.items()} == {"train": 140, "validation": 20, "test": 40}
    x, y = ready.batch(0)
    assert tuple(x.shape) == (64, 11, 6)
    assert tuple(y.shape) == (64, 11)
    assert y.dtype == torch.int64
    assert ready.sizes == {"B": 64, "T": 11, "F": 6, "O": 5}
    assert ready.y_axes("B") == ("B", "T")
    assert (ready.recipe.task, ready.recipe.many_to_many) == ("classification", True)
    assert ready.parts["train"].arithmetic == "140 + 20 + 40 = 200"
    for number, (loaded_x, loaded_y) in enumerate(ready.loader()):
        assert torch.equal(loaded_x, ready.batch(number)[0])
        assert torch.equal(loaded_y, ready.batch(number)[1])
    assert ready.row(0, 0) is None
    assert ready.label(ready.row(0, 0)) is None
    assert ready.samples_of_row(3) == ready.targets_of_row(3) == ()
    assert len(ready.target_rows(0)) == 0
    assert ready.raw(1, 2, 3, "test") == ready.test[1][0][2, 3]
    assert np.array_equal(ready.inverse(y), y)


@pytest.mark.parametrize(("data", "task"), [("adding", "regression"), ("parity", "binary")])
def test_tasks_settle_what_is_theirs(data: str, task: str) -> None:
    wanted = Recipe(window=6, samples=50, horizon=3, target_offset=2, stride=2, many_to_many=True)
    ready = prepare_task(replace(wanted, data=data))  # type: ignore[arg-type]
    assert ready.recipe.task == task
    assert tuple(ready.batch(0)[1].shape) == (32, 1)
    assert ready.sizes["O"] == 1


@pytest.mark.parametrize(
    ("recipe", "text"),
    [
        (Recipe(), "data: expected one of adding, parity, copy, got 'passengers'. For a table call prepare"),
        (
            Recipe(data="adding", window=1),
            "window: expected 2 or more with data=adding, got 1. Make the window longer.",
        ),
        (Recipe(data="copy", window=2), "window: expected 3 or more with data=copy, got 2."),
        (Recipe(data="copy", classes=1), "classes: expected 2 or more with data=copy, got 1."),
        (Recipe(data="adding", samples=10_000, window=10_000), "samples: expected at most 1,250 of this length"),
        (Recipe(data="parity", samples=10), "test: expected fewer than 10 rows for validation and test together"),
        (Recipe(data="parity", samples=20, drop_last=True), "batch_size: expected at most 8 with drop_last=True"),
    ],
)
def test_what_cannot_be_made(recipe: Recipe, text: str) -> None:
    with pytest.raises(RecipeError) as raised:
        prepare_task(recipe)
    assert text in str(raised.value)
