"""What the lesson on the four steps says, against torch."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lstm_viz.lessons.four_steps import FOUR_STEPS, network, share_after
from lstm_viz.lessons.running import forward
from lstm_viz.lessons.valve import by_hand, forget_everything, inside, lasts, memory, opening, rows_of_gates
from lstm_viz.network import build
from lstm_viz.spec import NetworkSpec

STEPS = {step.key: step for step in FOUR_STEPS.steps}


def test_a_valve_is_a_sigmoid() -> None:
    for a in (-8.0, -1.0, 0.0, 2.5):
        assert opening(a) == pytest.approx(torch.sigmoid(torch.tensor(a)).item(), abs=1e-6)


def test_the_numbers_of_a_unit_are_those_of_an_lstmcell() -> None:
    spec = network({"H": 5})
    lstm = build(spec).get_submodule("lstm")
    cell = nn.LSTMCell(1, 5)
    cell.load_state_dict({name.removesuffix("_l0"): weight for name, weight in lstm.state_dict().items()})
    batch = forward(spec).batch
    assert batch is not None
    state = torch.zeros(1, 5), torch.zeros(1, 5)
    for t in range(12):
        before = state[1]
        with torch.no_grad():
            state = cell(batch.x[:, t], state)
        for unit in range(5):
            found = inside(spec, t, unit)
            assert found.before == pytest.approx(before[0, unit].item(), abs=1e-6)
            assert found.c == pytest.approx(state[1][0, unit].item(), abs=1e-6)
            assert found.h == pytest.approx(state[0][0, unit].item(), abs=1e-6)
            assert found.c == pytest.approx(found.kept + found.stored, abs=1e-6)
            assert found.h == pytest.approx(found.o * torch.tensor(found.c).tanh().item(), abs=1e-6)


@pytest.mark.parametrize("hidden", range(1, 7))
def test_four_lines_are_the_whole_lstm(hidden: int) -> None:
    for seed in range(3):
        assert by_hand(NetworkSpec(batch_size=1, hidden_size=hidden, seed=seed)).gap < 1e-6


def test_the_rows_are_i_f_g_o() -> None:
    shape, _ = rows_of_gates(5, 4)
    assert shape == (20, 4)
    lstm = nn.LSTM(1, 1)
    with torch.no_grad():
        for weight in lstm.parameters():
            weight.zero_()
        lstm.bias_ih_l0.copy_(torch.tensor([-20.0, 20.0, 0.0, 20.0]))  # store nothing, keep everything, say everything
    c_0 = torch.full((1, 1, 1), 0.7)
    output, (_, c_n) = lstm(torch.zeros(3, 1, 1), (torch.zeros(1, 1, 1), c_0))
    assert torch.allclose(c_n, c_0)
    assert torch.allclose(output[-1], c_0[0].tanh())


def test_a_memory_lasts_as_long_as_its_gate_is_open() -> None:
    for bias in (0.0, 1.0, 4.0, 8.0):
        kept = memory(bias, 60)
        for step in range(60):
            assert kept[step] / kept[0] == pytest.approx(opening(bias) ** step, rel=1e-3, abs=1e-4)
    assert share_after({"bias": 8}) < 0.5 < share_after({"bias": 10})
    assert opening(2.0) ** lasts(2.0) == pytest.approx(0.5)


def test_a_forget_gate_of_1_forgets_nothing() -> None:
    assert not forget_everything({}).holds
