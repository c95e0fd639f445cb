"""One at a time or all at once: what agrees, what does not, and the fifth worked example to its last decimal."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_viz.cell import unroll
from lstm_viz.feeding import (
    EXAMPLE_FIVE_CODE,
    PRINTED_AT_ONCE,
    PRINTED_C_N,
    PRINTED_ONE_BY_ONE,
    Way,
    compare_feeding,
    example_five,
)
from lstm_viz.recurrent import RecurrentError
from tests.support.recurrent_cases import Case, cases, parts

ONE_AT_A_TIME = ("batched", "unbatched")


@given(cases(ONE_AT_A_TIME))
@settings(max_examples=150)
def test_only_carrying_the_state_agrees_with_all_at_once(case: Case) -> None:
    module, x, state = case.make()
    assert isinstance(x, Tensor)
    feeding = compare_feeding(module, x, state)
    unrolled = unroll(module, x, state)
    reference = torch.cat([unrolled.at(case.L - 1, direction).h for direction in range(unrolled.sizes["D"])], dim=-1)
    torch.testing.assert_close(feeding.at_once.output, reference, atol=1e-6, rtol=1e-6)
    assert (feeding.at_once.greatest, feeding.at_once.state_difference) == (0, 0)
    for way in feeding.ways:
        assert len(way.differences) == case.T
        assert len(way.by_direction) == unrolled.sizes["D"]
        assert way.differences == pytest.approx([max(halves) for halves in zip(*way.by_direction, strict=True)])
        gaps = (way.output - feeding.at_once.output).abs().amax((0, 2))
        assert way.differences == pytest.approx(gaps.tolist())
    if not case.bidirectional:
        assert feeding.carried.agrees
        assert feeding.carried.state_difference <= feeding.carried.rounding
        assert feeding.same_state.differences[0] <= feeding.same_state.rounding
    elif case.L == 1:
        assert max(feeding.carried.by_direction[0]) <= feeding.carried.rounding


@given(cases(ONE_AT_A_TIME))
@settings(max_examples=50)
def test_the_code_shown_gives_the_numbers_shown(case: Case) -> None:
    module, x, state = case.make()
    assert isinstance(x, Tensor)
    for way in compare_feeding(module, x, state).ways:
        kind = case.kind if case.kind in ("lstm", "gru") else "rnn"
        names: dict[str, Any] = {"torch": torch, kind: module, "x": x, "state": state}
        with torch.no_grad():
            exec(way.code, names)
        output = names["output"].unsqueeze(0) if x.dim() == 2 else names["output"]
        output = output if case.batch_first or x.dim() == 2 else output.transpose(0, 1)
        torch.testing.assert_close(way.output, output, atol=1e-6, rtol=1e-6)
        if "state = " in way.code:
            for ours, theirs in zip((way.h_n, way.c_n), parts(names["state"]), strict=False):
                torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)


def test_the_sentences_say_what_was_measured() -> None:
    torch.manual_seed(0)
    x = torch.randn(6, 2, 3)
    one_way = compare_feeding(nn.LSTM(3, 5), x)
    assert one_way.sentences == (
        f"Carrying the state on gives what all at once gives: greatest difference {one_way.carried.greatest:.2g}.",
        "From the same state each time, no step knows of the one before: step 1 is the first to differ, the greatest"
        f" difference is {one_way.same_state.greatest:.2g}.",
    )
    both = compare_feeding(nn.GRU(3, 5, bidirectional=True), x)
    assert both.carried.first_difference == 0
    assert both.sentences[0] == (
        "The reverse direction begins at the last step: fed one step at a time it never sees what comes after, so even"
        f" carrying the state does not give the same (greatest difference {both.carried.greatest:.2g}). The forward"
        f" half does agree (greatest difference {max(both.carried.by_direction[0]):.2g})."
    )
    assert "The forward half" not in compare_feeding(nn.GRU(3, 5, 2, bidirectional=True), x).sentences[0]
    assert compare_feeding(nn.RNN(3, 5), x[:1]).sentences == (
        "With one step there is nothing to carry: all three ways are one.",
    )


def test_a_network_that_forgets_says_so() -> None:
    rnn = nn.RNN(3, 5)
    with torch.no_grad():
        rnn.get_parameter("weight_hh_l0").zero_()
    feeding = compare_feeding(rnn, torch.randn(6, 2, 3))
    assert feeding.same_state.first_difference is None
    assert feeding.sentences[1] == (
        "From the same state each time the numbers are the same too: here h_t hardly depends on h_{t-1}."
    )


def test_a_module_in_training_is_left_as_it_was() -> None:
    module = nn.LSTM(3, 5, num_layers=2, dropout=0.9)
    calls: list[object] = []
    module.register_forward_hook(lambda *_: calls.append(_))
    x = torch.randn(6, 2, 3, requires_grad=True)
    before, flat = torch.get_rng_state(), [id(weight) for weight in module._flat_weights]
    feeding = compare_feeding(module, x)
    assert torch.equal(torch.get_rng_state(), before)
    assert (module.training, calls) == (True, [])
    assert [id(weight) for weight in module._flat_weights] == flat
    assert feeding.carried.agrees
    assert not any(way.output.requires_grad for way in feeding.ways)
    with torch.no_grad():
        expected = module.eval()(x)[0].transpose(0, 1)
    torch.testing.assert_close(feeding.at_once.output, expected, atol=0, rtol=0)


@pytest.mark.parametrize(
    ("module", "x", "state", "message"),
    [
        (
            nn.LSTM(2, 3),
            pack_padded_sequence(torch.zeros(4, 1, 2), [4]),
            None,
            "x: expected a tensor, got a PackedSequence. pad_packed_sequence(x) unpacks it; or compare one sample,"
            " x[:length], at a time.",
        ),
        (
            nn.GRU(2, 3),
            torch.zeros(4, 1, 2),
            torch.zeros(1, 4, 3),
            "state: expected h_0 of shape (L·D, B, H) = (1, 1, 3), got (1, 4, 3). The state belongs to a batch of 4:"
            " start this batch of 1 with a new one.",
        ),
        (
            nn.Linear(2, 3),
            torch.zeros(4, 1, 2),
            None,
            "module: expected an nn.LSTM, nn.GRU or nn.RNN, got nn.Linear. Pass the recurrent layer itself (model.lstm,"
            " say), not the model around it.",
        ),
    ],
)
def test_what_cannot_be_fed_is_explained(module: Any, x: Any, state: Any, message: str) -> None:
    with pytest.raises(RecurrentError, match=f"^{re.escape(message)}$"):
        compare_feeding(module, x, state)


def test_example_five_is_reproduced_to_all_four_decimals() -> None:
    example = example_five()
    for run, printed in (
        (example.one_by_one, PRINTED_ONE_BY_ONE),
        (example.at_once, PRINTED_AT_ONCE),
        (example.c_n, PRINTED_C_N),
    ):
        rows = tuple(tuple(f"{number:.4f}" for number in row) for row in run.flatten(0, 1).tolist())
        assert rows == tuple(tuple(f"{number:.4f}" for number in row) for row in printed)
    assert example.reproduced
    assert (example.x.shape, example.c_n.shape, example.at_once.shape) == ((5, 1, 4), (1, 1, 3), (5, 1, 3))


def test_example_fives_loop_is_the_same_state_each_time_and_carrying_repairs_it() -> None:
    example = example_five()
    assert torch.equal(example.feeding.same_state.output[0], example.one_by_one[:, 0])
    assert example.feeding.carried.greatest <= 1e-6
    assert example.feeding.same_state.greatest > 0.1
    both: list[Way] = [compare_feeding(example.lstm, example.x, state).carried for state in (None, example.fresh_state)]
    assert all(way.greatest <= 1e-6 for way in both), "another initial state is not what makes the difference"


def test_example_fives_code_prints_the_same_and_the_random_state_is_left() -> None:
    before = torch.get_rng_state()
    example = example_five()
    assert torch.equal(torch.get_rng_state(), before)
    names: dict[str, Any] = {"torch": torch, "nn": nn}
    printed: list[Any] = []
    with torch.random.fork_rng(devices=[]):
        exec(EXAMPLE_FIVE_CODE, names | {"print": lambda *values: printed.extend(values)})
    for text, run in (
        (torch.cat(printed[:5]), example.one_by_one),
        (printed[5], example.at_once),
        (printed[6], example.c_n),
    ):
        torch.testing.assert_close(text.detach(), run, atol=1e-6, rtol=0)  # PyTorch rounds otherwise with gradients
