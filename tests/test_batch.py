"""The batch of a spec: shapes, types, the recipe as documented, and windows that are the real rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler
from torch.nn import functional

from lstm_viz.batch import Batch, make_batch
from lstm_viz.datasets import Table, passengers, prices
from lstm_viz.spec import NetworkSpec

EVERY_STEP = ("every_step", "every_step_3d")
HEADS = ("last_step", "last_hidden", "flatten", *EVERY_STEP)
TABLE = Table("tides", ("height", "wind"), tuple("abcdefghij"), np.arange(20.0).reshape(10, 2))


@st.composite
def specs(draw: st.DrawFn, **fixed: Any) -> NetworkSpec:
    task = draw(st.sampled_from(["regression", "classification", "binary"]))
    settings_of_batch: dict[str, Any] = {
        "batch_size": draw(st.integers(1, 9)),
        "sequence_length": draw(st.integers(1, 14)),
        "features": draw(st.integers(1, 8)),
        "batch_first": draw(st.booleans()),
        "input": draw(st.sampled_from(["numbers", "numbers", "one-hot", "tokens"])),
        "vocabulary_size": draw(st.integers(1, 6)),
        "head": draw(st.sampled_from(HEADS)),
        "outputs": draw(st.integers(2 if task == "classification" else 1, 5)),
        "task": task,
        "data": draw(st.sampled_from(["random", "passengers", "prices", "table"])),
        "seed": draw(st.integers(0, 99)),
    }
    return NetworkSpec(**settings_of_batch | fixed)


def batch_first(spec: NetworkSpec, tensor: torch.Tensor) -> torch.Tensor:
    """A tensor of x's layout, or a target of its head, as (B, S, …)."""
    B, T = spec.batch_size, spec.sequence_length  # noqa: N806
    if spec.head not in EVERY_STEP:
        return tensor[:, None]
    if spec.head == "every_step":
        tensor = tensor.unflatten(0, (B, T) if spec.batch_first else (T, B))
    return tensor if spec.batch_first else tensor.transpose(0, 1)


@given(specs(), st.sampled_from([None, TABLE]))
def test_shapes_and_types(spec: NetworkSpec, table: Table | None) -> None:
    B, T, F, O = spec.batch_size, spec.sequence_length, spec.features, spec.outputs  # noqa: N806, E741
    batch = make_batch(spec, table)
    steps = (B, T) if spec.batch_first else (T, B)
    assert batch.x.shape == (steps if spec.input == "tokens" else (*steps, F))
    assert batch.x.dtype == (torch.int64 if spec.input == "tokens" else torch.float32)
    assert len(batch.columns) == (0 if spec.input == "tokens" else F)
    assert len(set(batch.columns)) == len(batch.columns)
    of_head = {"every_step": (B * T,), "every_step_3d": steps}.get(spec.head, (B,))
    classes = spec.task == "classification"
    assert batch.target.shape == (of_head if classes else (*of_head, O))
    assert batch.target.dtype == (torch.int64 if classes else torch.float32)
    if classes:
        assert 0 <= batch.target.min() <= batch.target.max() < O
    if spec.task == "binary":
        assert set(batch.target.unique().tolist()) <= {0, 1}
    if spec.input == "tokens":
        assert 0 <= batch.x.min() <= batch.x.max() < spec.vocabulary_size
    if spec.input == "one-hot":
        assert (batch.x.sum(-1) == 1).all()
        assert (batch.x.amax(-1) == 1).all()
    assert batch.source.endswith(".")
    assert all(note.endswith(".") for note in batch.notes)


@given(specs())
def test_the_same_spec_gives_the_same_batch_and_leaves_the_random_state(spec: NetworkSpec) -> None:
    states = torch.random.get_rng_state(), np.random.get_state()[1]
    one, two = make_batch(spec, TABLE), make_batch(spec, TABLE)
    assert torch.equal(one.x, two.x)
    assert torch.equal(one.target, two.target)
    assert torch.equal(torch.random.get_rng_state(), states[0])
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])


@given(specs())
def test_layout_is_the_only_difference_that_batch_first_makes(spec: NetworkSpec) -> None:
    other = NetworkSpec(**{name: getattr(spec, name) for name in spec.__dataclass_fields__} | {"batch_first": False})
    first, second = make_batch(spec, TABLE), make_batch(other, TABLE)
    assert torch.equal(first.x if spec.batch_first else first.x.transpose(0, 1), second.x.transpose(0, 1))
    assert torch.equal(batch_first(spec, first.target), batch_first(other, second.target))


@given(specs(batch_first=True, head="every_step_3d"))
def test_random_batches_follow_the_recipe_with_the_global_generator(spec: NetworkSpec) -> None:
    assume(spec.input != "numbers" or spec.data == "random")
    B, T, F, O = spec.batch_size, spec.sequence_length, spec.features, spec.outputs  # noqa: N806, E741
    batch = make_batch(spec)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        count = spec.vocabulary_size if spec.input == "tokens" else F
        if spec.input == "numbers":
            x, classes = torch.randn(B, T, F), None
        else:
            classes = torch.randint(count, (B, T))
            x = classes if spec.input == "tokens" else functional.one_hot(classes, F).float()
        if spec.task == "regression":
            target = torch.randn(B, T, O)
        elif spec.task == "binary":
            target = torch.randint(2, (B, T, O)).float()
        elif classes is not None and count == O:
            target = torch.cat([classes[:, 1:], torch.randint(O, (B, 1))], dim=1)
        else:
            target = torch.randint(O, (B, T))
    assert torch.equal(batch.x, x)
    assert torch.equal(batch.target, target)


@pytest.mark.parametrize("kind", ["one-hot", "tokens"])
def test_the_next_class_is_the_target_where_the_outputs_are_the_classes(kind: Any) -> None:
    spec = NetworkSpec(
        input=kind, features=7, vocabulary_size=7, outputs=7, task="classification", head="every_step_3d"
    )
    batch = make_batch(spec)
    classes = batch.x if kind == "tokens" else batch.x.argmax(-1)
    assert torch.equal(batch.target[:, :-1], classes[:, 1:])
    last = make_batch(NetworkSpec(**vars(spec) | {"head": "last_step"}))
    assert torch.equal(last.x, batch.x)
    assert torch.equal(last.target, batch.target[:, -1])


@given(specs(input="numbers"), st.sampled_from(["passengers", "prices", "table"]))
def test_windows_are_the_real_rows_scaled_by_the_training_rows(spec: NetworkSpec, data: Any) -> None:
    spec = NetworkSpec(**vars(spec) | {"data": data})
    batch = make_batch(spec, TABLE)
    table = {"passengers": passengers(), "prices": prices(), "table": TABLE}[data]
    horizon = 1 if spec.task == "classification" else spec.outputs
    assume(spec.sequence_length + horizon <= table.rows)
    training = {"passengers": 132, "prices": 84, "table": 8}[data]
    scaled = MinMaxScaler((-1, 1)).fit(table.values[:training]).transform(table.values)
    assert batch.training_rows == training
    assert batch.windows == table.rows - spec.sequence_length - horizon + 1
    x = batch.x if spec.batch_first else batch.x.transpose(0, 1)
    target = batch_first(spec, batch.target)
    present = spec.sequence_length - target.shape[1]
    for sample in range(spec.batch_size):
        for step in range(spec.sequence_length):
            row = sample % batch.windows + step
            assert batch.label(sample, step) == table.labels[row]
            for feature, name in enumerate(batch.columns):
                if feature >= len(table.columns):
                    assert (name, batch.raw(sample, step, feature)) == (
                        f"random {feature - len(table.columns) + 1}",
                        None,
                    )
                    continue
                assert name == table.columns[feature]
                assert batch.raw(sample, step, feature) == table.values[row, feature]
                assert x[sample, step, feature].item() == pytest.approx(scaled[row, feature], abs=1e-6)
            if step >= present:
                got = target[sample, step - present]
                after = scaled[row + 1 : row + 1 + horizon, 0]
                if spec.task == "regression":
                    assert got.tolist() == pytest.approx(after, abs=1e-6)
                elif spec.task == "binary":
                    assert (
                        got.tolist() == [value > table.values[row, 0] for value in table.values[row + 1 :, 0]][:horizon]
                    )
                else:
                    edges = np.linspace(-1, 1, spec.outputs + 1)[1:-1]
                    assert got.item() == np.searchsorted(edges, after[0] + 1e-12, side="right")


def test_the_first_window_is_the_first_year() -> None:
    batch = make_batch(NetworkSpec(features=5))
    assert [batch.label(0, step) for step in range(12)] == [f"1949-{month:02d}" for month in range(1, 13)]
    assert batch.label(3, 0) == "1949-04"
    assert batch.raw(0, 0, 0) == 112
    assert (batch.label(0, 12), batch.raw(0, 12, 0)) == ("1950-01", 115)
    assert batch.columns == ("passengers", "month of the year", "year", "random 1", "random 2")
    low, high = 104, 559  # of 1949 to 1959
    assert batch.target[0].item() == pytest.approx((115 - low) / (high - low) * 2 - 1)
    assert batch.source == (
        "x holds 4 windows of 12 rows of airline passengers, each a row later than the one before, "
        "scaled to (−1, 1) by the first 132 rows."
    )
    assert batch.notes == ("The table has 3 columns: the other 2 of x hold random numbers.",)


def test_random_names_do_not_meet_those_of_the_table() -> None:
    table = Table("t", ("random 1", "b"), tuple("abcde"), np.ones((5, 2)))
    spec = NetworkSpec(data="table", features=4, sequence_length=2)
    assert make_batch(spec, table).columns == ("random 1", "b", "random 2", "random 3")


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"batch_size": 200}, "144 rows hold 132 windows: sample 132 starts again at the first."),
        ({"batch_size": 2, "sequence_length": 143}, "144 rows hold 1 window: sample 1 starts again at the first."),
        (
            {"sequence_length": 142, "outputs": 3},
            "T = 142 steps and 3 after them need 145 rows, and the table has 144: x holds random numbers instead.",
        ),
        (
            {"data": "table"},
            "This link was made with an uploaded table, which stays with the person who uploaded it: "
            "x holds random numbers instead.",
        ),
    ],
)
def test_what_the_page_should_know(changes: dict[str, Any], note: str) -> None:
    batch = make_batch(NetworkSpec(**changes))
    assert batch.notes == (note,)
    random = "random" in note
    assert (batch.label(0, 0) is None) == (batch.raw(0, 0, 0) is None) == random
    assert random == (batch.columns == ("feature 1",))
    if random:
        assert torch.equal(batch.x, make_batch(NetworkSpec(**changes | {"data": "random"})).x)


@pytest.mark.parametrize(
    ("changes", "source", "columns"),
    [
        ({"data": "random"}, "x holds random numbers from the normal distribution, seed 0.", ("feature 1",)),
        ({"input": "tokens", "seed": 3}, "x holds random tokens of a vocabulary of 20, seed 3.", ()),
        (
            {"input": "one-hot", "features": 2},
            "x holds random one-hot vectors of 2 classes, seed 0.",
            ("class 0", "class 1"),
        ),
        (
            {"batch_size": 1, "data": "prices"},
            "x holds 1 window of 12 rows of weekly closing prices, scaled to (−1, 1) by the first 84 rows.",
            ("GOOG",),
        ),
    ],
)
def test_where_x_comes_from(changes: dict[str, Any], source: str, columns: tuple[str, ...]) -> None:
    batch: Batch = make_batch(NetworkSpec(**changes))
    assert (batch.source, batch.columns) == (source, columns)


@settings(max_examples=60)
@given(
    arrays(np.float64, (6, 2), elements=st.floats(-3e38, 3e38)),
    st.sampled_from(["regression", "classification", "binary"]),
)
def test_any_table_gives_finite_numbers(values: np.ndarray, task: Any) -> None:
    table = Table("t", ("a", "b"), tuple("abcdef"), values)
    batch = make_batch(NetworkSpec(data="table", features=2, sequence_length=3, outputs=3, task=task), table)
    assert batch.x.isfinite().all()
    assert batch.target.isfinite().all()
    np.testing.assert_allclose(batch.raw(0, 5, 1), values[5, 1])
