"""The figures of the forum thread on airline passengers, as its lesson has them."""

from __future__ import annotations

import torch
from torch import nn

from lstm_viz.lessons.airline import AIRLINE, counted, every_step, rows_last, shifted, spec, two_axes
from lstm_viz.lessons.records import Values
from lstm_viz.lessons.running import both_ways, shape

STEPS = {step.key: step for step in AIRLINE.steps}


def at(key: str, **sizes: int) -> Values:
    return STEPS[key].values(sizes)


def test_144_months_give_120_pairs() -> None:
    found = counted(at("label"))
    assert (found["rows"], found["train"], found["pairs"]) == (144, 132, 120)
    assert (found["first"], found["last"]) == ("1949-01", "1960-12")
    assert STEPS["label"].measured(at("label"))["x"] == (12, 1)
    assert STEPS["label"].measured(at("label"))["y"] == (1,)


def test_the_shapes_of_the_thread() -> None:
    one = at("batch-size")
    assert [shape(every_step(one), name) for name in ("x", "output", "h_n")] == [(1, 12, 1), (1, 12, 3), (1, 1, 3)]
    two = at("two-sequences", B=2)
    assert [shape(spec(two), name) for name in ("x", "output", "prediction")] == [(2, 12, 1), (2, 12, 3), (2, 1)]
    variables = at("two-variables", F=2)
    assert [shape(spec(variables), name) for name in ("x", "output")] == [(2, 12, 2), (2, 12, 3)]


def test_two_axes_are_one_sequence() -> None:
    assert two_axes(at("batch-size")).happened == "output (12, 3), h_n (1, 3)"


def test_12_predictions_and_one() -> None:
    flatten = STEPS["flatten"]
    counts = [flatten.measured(at("flatten", head=way))["prediction"] for way in range(3)]
    assert counts == [(1, 1), (12, 1), (1, 1)]
    assert flatten.measured(at("flatten", head=2))["inputs"] == 36


def test_two_mistakes_cancel_for_a_batch_of_one_alone() -> None:
    for batch in range(1, 5):
        wrong, right = rows_last(at("two-mistakes", B=batch))
        assert bool(wrong.map.unexpected.any()) == (batch > 1)
        assert wrong.map.depends.any(0).nonzero().flatten().tolist() == list(range(6 * (batch - 1), 6 * batch))
        assert not right.map.unexpected.any()
        assert len(right.map.outputs) == batch


def test_the_two_mistakes_give_what_torch_gives() -> None:
    lstm, fc, x = nn.LSTM(1, 3, batch_first=True), nn.Linear(3, 1), torch.randn(2, 12, 1)
    output, _ = lstm(x)
    wrong = fc(output.reshape(-1, 3))[-1]
    assert torch.equal(wrong, fc(output[:, -1])[1])


def test_shifted_targets_are_as_many_pairs() -> None:
    x, at_once, alone = shifted(at("many-to-many"))
    assert x.tolist() == [1, 2, 3, 4]
    assert torch.allclose(at_once, alone, atol=1e-6)
    assert STEPS["many-to-many"].measured(at("many-to-many"))["target"] == [2, 3, 4, 5]


def test_the_first_output_of_a_flattened_head_sees_the_last_input() -> None:
    wrong, right = both_ways("future-linear", at("future"))
    assert wrong.map.depends[0].sum() == 6
    assert right.map.depends[0].nonzero().flatten().tolist() == [0]
