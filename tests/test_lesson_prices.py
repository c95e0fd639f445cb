"""The figures of the article on prices and characters, as its lesson has them."""

from __future__ import annotations

import math

import pytest

from lstm_viz.lessons.prices import PRICES, characters, column_target, one_hot_target, spec, without_batch_first
from lstm_viz.lessons.records import Values
from lstm_viz.lessons.running import shape

STEPS = {step.key: step for step in PRICES.steps}


def at(key: str, **sizes: int) -> Values:
    return STEPS[key].values(sizes)


def test_seven_prices_predict_the_eighth() -> None:
    found = STEPS["windows"].measured(at("windows"))
    assert (found["rows"], found["train"], found["pairs"]) == (105, 84, 77)


def test_the_four_shapes_and_the_sliced_one() -> None:
    rows = spec(at("rows", B=4, T=7))
    assert [shape(rows, name) for name in ("x", "output", "steps", "prediction")] == [
        (4, 7, 1),
        (4, 7, 10),
        (28, 10),
        (28, 1),
    ]
    layer = spec(at("layer"))
    assert (shape(layer), shape(layer, "h_n")) == ((4, 7, 100), (2, 4, 100))
    assert shape(spec(at("sliced", head=1)), "prediction") == (4, 1)


def test_fifty_classes_in_and_fifty_scores_out() -> None:
    values = at("scores")
    shapes = [shape(characters(values), name) for name in ("x", "output", "prediction", "target")]
    assert shapes == [(4, 12, 50), (4, 12, 100), (48, 50), (48,)]
    found = STEPS["scores"].measured(values)
    assert (found["x_dtype"], found["dtype"]) == ("float32", "int64")
    assert found["guess"] == pytest.approx(math.log(50))
    assert found["loss"] == pytest.approx(math.log(50), rel=0.05)  # untrained


def test_a_column_is_refused_as_target() -> None:
    verdict = column_target(at("target"))
    assert verdict.raised
    assert "0D or 1D target tensor expected, multi-target not supported" in verdict.happened
    assert "(48,)" in verdict.meaning


def test_one_hot_targets_are_refused() -> None:
    assert "RuntimeError" in one_hot_target(at("one-hot")).happened


def test_without_batch_first_nothing_is_raised_and_samples_mix() -> None:
    verdict = without_batch_first(at("batch-first"))
    assert verdict.happened == "no error; output (3, 5, 5), h_n (1, 5, 5)"
    assert not verdict.holds
    assert "its batch is 5" in verdict.meaning
