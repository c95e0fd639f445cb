"""What the lesson on recurrence says, against torch."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lstm_viz.gradients.networks import flow_of
from lstm_viz.lessons.plain import (
    MADE_FOR,
    by_position,
    clipping,
    counts,
    losses,
    packed,
    readings,
    sentence,
    shares,
    too_long,
)
from lstm_viz.lessons.running import unrolled
from lstm_viz.lessons.why_recurrent import WHY_RECURRENT, network, through_time

STEPS = {step.key: step for step in WHY_RECURRENT.steps}


def test_a_linear_reads_one_length_alone() -> None:
    for steps in range(1, 9):
        found = too_long({"T": steps, "F": 4})
        assert found.raised == (steps != MADE_FOR)
        if found.raised:
            said = f"RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x{4 * steps} and 16x1)"
            assert found.happened == said


def test_the_mean_cannot_tell_the_sentence_from_its_swap() -> None:
    assert sentence(False) == ("I", "am", "Ahmad", "not", "Hassan")
    assert sentence(True) == ("I", "am", "Hassan", "not", "Ahmad")
    mean, recurrent = readings(0), readings(1)
    assert mean[0] == pytest.approx(mean[1], abs=1e-6)
    assert abs(recurrent[0] - recurrent[1]) > 0.01


def test_the_parameters_are_those_that_torch_counts() -> None:
    for steps in (1, 4, 40):
        plain, recurrent = nn.Linear(4 * steps, 3), nn.RNN(4, 3)
        assert counts(steps) == tuple(sum(each.numel() for each in m.parameters()) for m in (plain, recurrent))


def test_only_the_place_of_the_word_learns() -> None:
    for place in range(4):
        plain, shared = by_position(place)
        assert [each > 0 for each in plain] == [other == place for other in range(4)]
        assert shared > 0


def test_the_step_is_the_equation() -> None:
    spec = network(STEPS["step"].values())
    found = unrolled(spec).at(0)
    weights = found.weights
    h = torch.zeros(1, spec.hidden_size)
    for t in range(spec.sequence_length):
        h = torch.tanh(
            h @ weights.weight_hh.T + found.x[:, t] @ weights.weight_ih.T + weights.bias_ih + weights.bias_hh
        )
        assert torch.allclose(h, found.h[:, t], atol=1e-6)


def test_the_sum_of_the_losses_is_what_torch_gives() -> None:
    torch.manual_seed(0)
    rnn, fc, series = nn.RNN(1, 3, batch_first=True), nn.Linear(3, 1), torch.randn(1, 6, 1)
    prediction, target = fc(rnn(series[:, :-1])[0]), series[:, 1:]
    each = losses(5)
    assert sum(each) == pytest.approx(nn.MSELoss(reduction="sum")(prediction, target).item(), rel=1e-5)
    assert sum(each) / 5 == pytest.approx(nn.MSELoss()(prediction, target).item(), rel=1e-5)


def test_the_shares_add_up_to_the_gradient() -> None:
    for steps in (2, 8, 20):
        found = shares(steps)
        assert found.gap < 1e-5
        assert len(found.norms) == steps
        assert found.norms[0] == 0, "at the first step W_hh meets zeros"
        assert found.norms[-1] == max(found.norms)


def test_it_vanishes_and_explodes() -> None:
    assert flow_of(through_time({"T": 40, "scale": 10}), "rnn").factor < 0.7
    assert flow_of(through_time({"T": 40, "scale": 30}), "rnn").factor > 1


def test_clipping_keeps_the_direction() -> None:
    before, after, cosine = clipping(1.0)
    assert before > 1
    assert after == pytest.approx(1, abs=1e-4)
    assert cosine == pytest.approx(1, abs=1e-5)
    assert clipping(4.0)[1] == pytest.approx(before, abs=1e-4)


def test_packing_reads_no_padding() -> None:
    for short in range(1, 7):
        found = packed(short)
        assert found.steps == 6 + short
        assert found.padded == 12
        assert found.gap < 1e-6
        assert all(row == (0, 0, 0) for row in found.output[short:])
