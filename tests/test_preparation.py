"""From a table to batches: the worked examples to the number, the steps, the notes, and what cannot be done."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from lstm_viz.batch import make_batch
from lstm_viz.datasets import Table, coffee, passengers, prices
from lstm_viz.preparation.loading import batches_text, count_batches
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.recipe import Recipe, RecipeError
from lstm_viz.preparation.sources import prepared_of, table_of
from lstm_viz.preparation.targets import class_names
from lstm_viz.preparation.windows import count_text
from lstm_viz.spec import NetworkSpec
from tests.support.recipe_cases import VOLUME


def tides(rows: int = 30) -> Table:
    values = np.random.default_rng(1).normal(size=(rows, 2)).cumsum(axis=0)
    return Table("tides", ("height", "wind"), tuple(f"day {row}" for row in range(rows)), values)


def test_the_airline_passengers_of_the_thread() -> None:
    ready = prepare(Recipe(), passengers())
    assert {name: len(part) for name, part in ready.parts.items()} == {"train": 120, "test": 12}
    assert ready.parts["train"].arithmetic == "132 − 12 = 120"
    assert ready.parts["test"].arithmetic == "12 + 12 − 12 = 12"
    x, y = ready.train[0]
    assert tuple(x.shape) == (12, 1)
    assert tuple(y.shape) == (1,)
    scaler = MinMaxScaler((-1, 1)).fit(passengers().values[:132, :1])
    by_hand = torch.tensor(scaler.transform(passengers().values[:, :1]), dtype=torch.float32)  # (144, 1)
    for sample in range(120):
        assert torch.equal(ready.train[sample][0], by_hand[sample : sample + 12])
        assert torch.equal(ready.train[sample][1], by_hand[sample + 12])
    targets = [ready.label(row) for k in range(12) for row in ready.target_rows(k, "test")]
    assert targets == [f"1960-{month:02}" for month in range(1, 13)]
    assert ready.parts["test"].looks_back == 12
    assert (
        "The first test window begins 12 rows before its part, in rows of training; its target does not." in ready.notes
    )
    np.testing.assert_allclose(ready.inverse(ready.test[0][1]), [417.0], rtol=1e-6)


def test_the_volume_of_the_starbucks_article() -> None:
    ready = prepare(VOLUME, coffee())
    x, y = ready.samples(np.arange(200))
    test_x, test_y = ready.samples(np.arange(53), "test")
    assert tuple(x.shape) == (200, 1, 5)
    assert tuple(test_x.shape) == (53, 1, 5)
    assert tuple(y.shape) == (200, 1)
    assert ready.parts["train"].arithmetic == "200 − 1 + 1 = 200"
    assert ready.target_rows(0, "test") == range(200, 201)
    assert ready.row(0, 0, "test") == 200
    features = StandardScaler().fit(coffee().values[:200, :5]).transform(coffee().values[:, :5])
    volume = MinMaxScaler().fit(coffee().values[:200, 5:]).transform(coffee().values[:, 5:])
    np.testing.assert_allclose(torch.cat([x, test_x])[:, 0], features, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(torch.cat([y, test_y]), volume, rtol=1e-5, atol=1e-6)
    assert any(note.startswith("With T = 1 each row is a sequence of its own") for note in ready.notes)


def test_seven_days_predict_the_eighth() -> None:
    ready = prepare(Recipe(data="prices", window=7, test=0.2), prices())
    assert ready.parts["train"].arithmetic == "84 − 7 = 77"
    assert ready.target_rows(0) == range(7, 8)
    assert [ready.row(0, step) for step in range(7)] == list(range(7))


def test_many_to_many_is_shifted_by_one() -> None:
    table = Table("counting", ("n",), tuple("abcdefgh"), np.arange(1.0, 9.0)[:, None])
    recipe = Recipe(data="table", window=4, test=0, many_to_many=True, scaling="none", target_scaling="none")
    x, y = prepare(recipe, table).train[0]
    assert x[:, 0].tolist() == [1, 2, 3, 4]
    assert y[:, 0].tolist() == [2, 3, 4, 5]
    last = prepare(replace(recipe, many_to_many=False, window=1), table)
    assert [last.train[k][1].item() for k in range(4)] == y[:, 0].tolist()


def test_the_batch_of_the_shapes_page_is_the_same() -> None:
    recipe = Recipe(batch_size=4, shuffle=False)
    for task, outputs in (("regression", 1), ("binary", 1), ("classification", 3)):
        spec = NetworkSpec(task=task, outputs=outputs)
        batch = make_batch(spec)
        x, target = prepare(replace(recipe, task=task), passengers()).batch(0)
        torch.testing.assert_close(x, batch.x)
        torch.testing.assert_close(target, batch.target)


def test_batches_of_every_head_have_the_shape_of_its_target() -> None:
    for many in (False, True):
        for task, outputs in (("regression", 2), ("binary", 2), ("classification", 4)):
            spec = NetworkSpec(head="every_step_3d" if many else "last_step", task=task, outputs=outputs)
            horizon, classes = (1, outputs) if task == "classification" else (outputs, 3)
            recipe = Recipe(task=task, horizon=horizon, classes=classes, many_to_many=many, batch_size=4, test=0)
            ready = prepare(recipe, passengers())
            assert ready.batch(0)[1].shape == make_batch(spec).target.shape
            assert ready.batch(0)[1].dtype == make_batch(spec).target.dtype
            assert ready.sizes["O"] == outputs


def test_every_step_of_the_way() -> None:
    ready = prepare(VOLUME, coffee())
    shapes = {(step.stage, step.name): (step.shape, step.axes, step.dtype) for step in ready.steps}
    assert shapes["table", "table"] == ((253, 6), ("rows", "columns"), "float64")
    assert shapes["columns", "features"] == ((253, 5), ("rows", "F"), "float64")
    assert shapes["columns", "target_column"] == ((253, 1), ("rows", "1"), "float64")
    assert shapes["split", "train_rows"] == ((200, 5), ("rows", "F"), "float64")
    assert shapes["scaled", "x_rows"] == ((253, 5), ("rows", "F"), "float32")
    assert shapes["windows", "x_train"] == ((200, 1, 5), ("N", "T", "F"), "float32")
    assert shapes["windows", "y_test"] == ((53, 1), ("N", "O"), "float32")
    assert shapes["tensors", "train, x"] == ((200, 1, 5), ("N", "T", "F"), "float32")
    assert shapes["loader", "train_loader"] == ((7,), ("batches",), "")
    assert shapes["batches", "x"] == ((32, 1, 5), ("B", "T", "F"), "float32")
    assert shapes["batches", "last x"] == ((8, 1, 5), ("B", "T", "F"), "float32")
    sentences = {step.name: step.sentence for step in ready.steps}
    assert sentences["last x"] == "The last batch: 8 samples, 24 fewer than the others."
    assert next(s.arithmetic for s in ready.steps if s.name == "train_rows") == "200 + 53 = 253"
    loader = next(step for step in ready.steps if step.name == "train_loader")
    assert loader.arithmetic == "200 = 6·32 + 8: 6 batches of 32 and a last one of 8"
    assert loader.expression == "DataLoader(train, batch_size=32, shuffle=True, generator=g)"


@pytest.mark.parametrize("data", ["passengers", "prices", "coffee", "adding", "parity", "copy"])
def test_what_is_said_of_each_step_holds(data: Any) -> None:
    ready = prepared_of(Recipe(data=data, window=8, validation=0.1, test=0.2))
    for step in ready.steps:
        assert len(step.axes) == len(step.shape)
        assert step.sentence.endswith(".")
        assert step.expression
        assert step.code
        if step.values is not None:
            assert step.values.size <= 4_000
            assert step.values.shape[1:] == step.shape[1:]
            assert len(step.values) <= step.shape[0]
            assert str(step.values.dtype) == step.dtype
    shown = {step.name: step.values for step in ready.steps}
    assert np.array_equal(shown["x"], ready.batch(0)[0])
    first = next(step for step in ready.steps if step.name == "train, x")
    assert first.values is not None
    assert np.array_equal(first.values[0], ready.train[0][0])


def test_scaled_rows_are_those_of_the_windows() -> None:
    ready = prepare(Recipe(features=(0, 1)), passengers())
    rows = next(step.values for step in ready.steps if step.name == "x_rows")
    assert rows is not None
    assert np.array_equal(rows[:12], ready.x[0])


def test_a_random_split_spoils_the_test() -> None:
    honest, random = (prepare(Recipe(test=0.2, split_shuffle=mixed), passengers()) for mixed in (False, True))
    assert not [note for note in honest.notes if "at random" in note]
    note = next(note for note in random.notes if "at random" in note)
    held = {start + step for start in random.parts["train"].starts.tolist() for step in range(12)}
    known = sum(random.target_rows(k, "test")[0] in held for k in range(len(random.parts["test"])))
    assert f"{known} of 27 targets outside training lie wholly in rows that training windows hold" in note
    assert known >= 25


def test_the_answer_in_the_input_is_said() -> None:
    notes = prepare(Recipe(target_offset=0), passengers()).notes
    assert (
        "'passengers' is a feature and, in the same row, the target: the answer stands in the last step of x." in notes
    )


def test_without_looking_back_a_test_part_keeps_its_own_rows() -> None:
    recipe = Recipe(test=30, look_back=False)
    ready = prepare(recipe, passengers())
    assert ready.row(0, 0, "test") == 114
    assert ready.parts["test"].arithmetic == "30 − 12 = 18"
    with pytest.raises(RecipeError) as raised:
        prepare(replace(recipe, test=12), passengers())
    assert raised.value.field == "test"
    assert str(raised.value) == (
        "test: expected a test part with at least one window, got '12 rows'. T = 12 and 1 after it are 13 rows: "
        "give test more rows, let its windows look back, or make the window shorter."
    )


def test_classes_of_equal_count_are_balanced() -> None:
    ready = prepare(Recipe(task="classification", classes=4, bins="count"), passengers())
    column = passengers().values[:132, 0]
    assert ready.edges is not None
    counts = np.bincount(np.digitize(column, ready.edges), minlength=4)
    assert counts.max() - counts.min() <= 2
    assert class_names(ready.edges)[0].startswith("below ")
    assert ready.inverse(ready.batch(0)[1]).tolist() == ready.batch(0)[1].tolist()


def test_classes_have_names() -> None:
    ready = prepare(Recipe(task="classification", classes=3), passengers())
    assert ready.classes == ("below 255.667", "255.667 to 407.333", "407.333 and more")
    sentence = next(step.sentence for step in ready.steps if step.name == "y_train")
    assert sentence.startswith(
        "For each window: the class of 'passengers' in the next row: 0 below 255.667; 1 255.667 to"
    )
    assert prepare(Recipe(), passengers()).classes == ()


def test_windows_across_a_border_are_counted() -> None:
    ready = prepare(Recipe(horizon=3), passengers())
    assert {name: len(part) for name, part in ready.parts.items()} == {"train": 118, "test": 10}
    assert "2 windows belong to no part, as a target would lie on both sides of a border." in ready.notes


def test_one_class_alone_is_said() -> None:
    year = prepare(Recipe(target="year", task="binary", horizon=1, window=3, target_offset=12), passengers())
    assert "Every train target is 1: a network that always answers 1 is always right there." in year.notes


def test_a_constant_feature_is_said() -> None:
    table = Table("flat", ("a", "b"), tuple("abcdefgh"), np.stack([np.arange(8.0), np.ones(8)], axis=1))
    notes = prepare(Recipe(data="table", features=("a", "b"), window=2, test=2), table).notes
    assert "The same number in every training row: 'b'. It tells a network nothing." in notes


@pytest.mark.parametrize(
    ("recipe", "field", "text"),
    [
        (
            Recipe(window=30),
            "window",
            "window: expected a window that fits into 30 rows with its target, got 30. T = 30 and 1 after it are 31 "
            "rows: make it 29 or less, or bring more rows.",
        ),
        (Recipe(window=5, horizon=40), "window", "T = 5 and 40 after it are 45 rows"),
        (
            Recipe(window=5, test=30),
            "test",
            "test: expected fewer than 30 rows for validation and test together, got '30'. Nothing is left to train "
            "on: make them smaller.",
        ),
        (Recipe(window=5, test=26), "test", "a train part with at least one window, got '4 rows'."),
        (
            Recipe(window=3, test=5, horizon=6),
            "test",
            "a test part with at least one window, got '5 rows and 3 before them'",
        ),
        (Recipe(window=3, validation=2, horizon=4, test=4), "validation", "give validation more rows"),
        (
            Recipe(window=3, test=12, drop_last=True),
            "batch_size",
            "batch_size: expected at most 15 with drop_last=True and 15 training windows, got 32. The only batch would "
            "be dropped: make it smaller, or keep the last batch.",
        ),
        (
            Recipe(window=3, features=("depth",)),
            "features",
            "features: expected one of its columns, 'height' and 'wind', got 'depth'. Choose one of them.",
        ),
        (Recipe(window=3, target=2), "target", "target: expected a place from 0 to 1, got 2. The table has 2 columns."),
        (Recipe(window=3, features=(0, "height")), "features", "'height' is there by name and by place."),
        (Recipe(data="adding"), "data", "It is made sample by sample: call prepare_task(recipe)."),
    ],
)
def test_what_cannot_be_done_with_a_table(recipe: Recipe, field: str, text: str) -> None:
    with pytest.raises(RecipeError) as raised:
        prepare(recipe, tides())
    assert raised.value.field == field
    assert text in str(raised.value)
    assert str(raised.value).endswith(".")


def test_a_constant_target_is_refused() -> None:
    table = Table("flat", ("a",), tuple("abcdefgh"), np.array([[3.0]] * 6 + [[4.0]] * 2))
    with pytest.raises(RecipeError) as raised:
        prepare(Recipe(data="table", window=2, test=2), table)
    assert str(raised.value) == (
        "target: expected a column whose training rows differ, got '3 in every row'. Column 'a' holds nothing to learn "
        "there: choose another target."
    )


def test_a_batch_that_is_too_large_is_refused() -> None:
    with pytest.raises(RecipeError, match="batch_size: expected 25 or less, got 32"):
        prepare(Recipe(data="table", features=(), window=500_000, test=0), _long(500_100))


def _long(rows: int) -> Table:
    return Table("long", ("a", "b"), ("row",) * rows, np.random.default_rng(0).normal(size=(rows, 2)))


def test_few_windows_make_one_small_batch() -> None:
    ready = prepare(Recipe(window=3), tides())
    assert "15 training windows do not fill one batch of 32: there is a single, smaller one." in ready.notes
    assert batches_text(ready.recipe, 15) == "15 < 32: a single batch of 15"
    assert [len(x) for x, _ in ready.loader()] == [15]


def test_the_last_batch_is_smaller_or_dropped() -> None:
    kept, dropped = (prepare(Recipe(drop_last=drop), passengers()) for drop in (False, True))
    assert [len(x) for x, _ in kept.loader()] == [32, 32, 32, 24]
    assert [len(x) for x, _ in dropped.loader()] == [32, 32, 32]
    assert [len(x) for x, _ in dropped.loader("test")] == [12]
    assert count_batches(dropped.recipe, 120, "test") == 4
    assert sorted(np.concatenate(kept.order()).tolist()) == list(range(120))
    assert not np.array_equal(kept.order(epoch=0)[0], kept.order(epoch=1)[0])
    with pytest.raises(IndexError):
        kept.batch(4)


def test_parts_that_are_not_there_are_empty() -> None:
    ready = prepare(Recipe(test=0), passengers())
    assert list(ready.parts) == ["train"]
    assert len(ready.test) == len(ready.validation) == 0  # type: ignore[arg-type]


def test_values_beyond_float32_stay_finite() -> None:
    values = np.array([[1.0], [1.0 + 1e-9], [1.0], [1.0 + 1e-9], [1.0], [3e38], [-3e38]])
    ready = prepare(Recipe(data="table", window=2, test=2), Table("wild", ("a",), tuple("abcdefg"), values))
    assert np.isfinite(ready.x).all()
    assert np.isfinite(ready.y).all()


def test_the_random_state_is_left_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    np.random.seed(3)
    state = np.random.get_state()[1].copy()  # type: ignore[union-attr, index]
    ready = prepare(Recipe(split_shuffle=True), passengers())
    ready.order()
    assert torch.equal(torch.rand(2), expected)
    assert np.array_equal(np.random.get_state()[1], state)  # type: ignore[index]


def test_a_table_of_a_million_rows_in_bounded_memory() -> None:
    rows, columns = 1_000_000, 6
    values = np.random.default_rng(0).standard_normal((rows, columns))
    values.flags.writeable = False
    table = Table("long", tuple("abcdef"), ("row",) * rows, values)
    recipe = Recipe(data="table", features=(), window=100, test=0.2, scaling="standard")
    prepare(recipe, passengers())
    tracemalloc.start()
    try:
        ready = prepare(recipe, table)
        ready.batch(5)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ready.x.shape == (999_900, 100, 6)
    assert held < 60e6  # scaled columns (24 + 4 MB), starts of windows (8 MB)
    assert peak < 250e6


def test_the_table_that_a_recipe_names() -> None:
    assert table_of(Recipe(data="coffee")) is coffee()
    with pytest.raises(RecipeError, match="An uploaded table stays with the person who uploaded it"):
        table_of(Recipe(data="table"))
    with pytest.raises(RecipeError, match="call prepare_task"):
        table_of(Recipe(data="copy"))


def test_general_counts() -> None:
    assert count_text(Recipe(horizon=3, target_offset=2), 132) == "132 − 12 − 4 + 1 = 117"
    assert count_text(Recipe(horizon=3, stride=4), 132) == "(132 − 12 − 3) // 4 + 1 = 30"
