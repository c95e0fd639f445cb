"""The figures of the article on a company's volume, as its lesson has them."""

from __future__ import annotations

import pytest
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn

from lstm_viz.lessons.coffee import COFFEE, days_seen, errors, leaking, series, spec, stacked, trained, view_for_batch
from lstm_viz.lessons.records import Values
from lstm_viz.lessons.running import shape
from lstm_viz.preparation.sources import BUNDLED

STEPS = {step.key: step for step in COFFEE.steps}


def at(key: str, **sizes: int) -> Values:
    return STEPS[key].values(sizes)


def test_253_days_of_which_200_train() -> None:
    found = STEPS["table"].measured(at("table"))
    assert (found["rows"], found["columns"], found["train"]) == (253, 6, 200)
    assert found["names"] == "open, high, low, close, adj close"
    assert shape(spec(at("reshape")), "x") == (200, 1, 5)


def test_both_fits_are_those_of_scikit_learn() -> None:
    values = BUNDLED["coffee"]().values[:, :5]
    for fitted, of in ((values[:200], "honest"), (values, "leaking")):
        means = StandardScaler().fit(fitted).mean_
        found = [getattr(column, of).mean for column in leaking(53).columns if column.role == "feature"]
        assert found == pytest.approx(means)


@pytest.mark.parametrize("T", range(1, 7))
def test_a_prediction_knows_the_days_of_its_window(T: int) -> None:  # noqa: N803
    found = days_seen({"T": T})[0].map
    assert found.depends.sum(1).tolist() == [T] * (9 - T)
    assert not found.unexpected.any()


def test_the_network_has_the_source_s_shapes() -> None:
    found = STEPS["network"].measured(at("network"))
    assert [found[name] for name in ("h_n", "last", "wide", "prediction")] == [
        (1, 200, 2),
        (200, 2),
        (200, 128),
        (200, 1),
    ]


@pytest.mark.parametrize("L", [1, 2, 3])
def test_the_view_stacks_the_layers(L: int) -> None:  # noqa: N803
    values = at("view", L=L)
    assert stacked(values).shape == (L * 4, 2)
    assert view_for_batch(values).holds == (L == 1)


def test_it_is_trained_as_the_source_trains() -> None:
    trained.cache_clear()
    series.cache_clear()
    with torch.no_grad():  # whoever asks first
        losses = trained(2).losses
    assert len(losses) == 2
    assert losses[1] < losses[0] / 3
    assert [type(layer) for layer in trained(2).network.children()] == [nn.LSTM, nn.Linear, nn.Linear]
    actual, predicted = series(2)
    assert len(actual) == len(predicted) == 253
    assert actual == pytest.approx(BUNDLED["coffee"]().values[:, 5], rel=1e-5)
    assert all(error > 0 for error in errors(2))
