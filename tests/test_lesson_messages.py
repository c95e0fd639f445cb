"""The figures of the article on unwanted messages, as its lesson has them."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_viz.lessons.messages import MESSAGES, inside, one_tensor, readings, spec, squeezed
from lstm_viz.lessons.records import Values
from lstm_viz.lessons.running import shape
from lstm_viz.preparation.last_states import AT_THE_END, GATHERED, PACKED

STEPS = {step.key: step for step in MESSAGES.steps}


def at(key: str, **sizes: int) -> Values:
    return STEPS[key].values(sizes)


def test_words_are_cut_or_filled_to_five_and_split_in_order() -> None:
    found = STEPS["indices"].measured(at("indices"))
    assert found["x"] == (4, 5)
    assert (found["train"], found["test"]) == (489, 123)
    assert int(0.8 * int(str(found["messages"]))) == found["train"]


def test_the_shapes_of_the_source() -> None:
    names = ("x", "embedded", "output", "h_n", "c_n", "last", "prediction")
    shapes = [(4, 5), (4, 5, 10), (4, 5, 3), (2, 4, 3), (2, 4, 3), (4, 3), (4, 1)]
    assert [shape(spec(at("layers")), name) for name in names] == shapes


def test_output_s_last_step_is_h_n_s_last_layer_to_the_last_digit() -> None:
    assert STEPS["last"].measured(at("last"))["fact"] == "h_n[-1] equals output[:, -1]: max difference 0"


def test_the_state_is_a_pair() -> None:
    verdict = one_tensor(at("pair"))
    assert verdict.happened == "AttributeError: 'tuple' object has no attribute 'shape'"
    assert "tuple of 2 tensors, h_n and c_n, each (2, 4, 3)" in verdict.meaning


@pytest.mark.parametrize("side", ["right", "left"])
def test_padding_is_read_as_data(side: str) -> None:
    found = readings(8, side)
    assert max(found.alone) < 1e-6
    assert found[AT_THE_END].wrong_samples == tuple(k for k, length in enumerate(found.lengths) if length < 8)
    if side == "right":
        assert found[GATHERED].right


def test_packing_is_torch_s_own() -> None:
    torch.manual_seed(0)
    lstm, x, lengths = nn.LSTM(2, 3, batch_first=True), torch.randn(2, 4, 2), torch.tensor([4, 2])
    packed = lstm(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))[1][0][-1]
    assert not torch.allclose(packed[1], lstm(x)[0][1, -1])
    assert torch.allclose(packed[1], lstm(x[1:, :2])[1][0][-1, 0], atol=1e-6)
    assert readings(8, "right")[PACKED].exact


def test_index_0_is_a_word_unless_it_is_reserved() -> None:
    assert STEPS["zero"].measured(at("zero"))["entry"] == "the"
    assert STEPS["zero"].measured(at("zero", reserved=1))["entry"] == "<pad>"


def test_squeeze_drops_the_batch_of_one() -> None:
    assert "torch.Size([])" in squeezed(at("squeeze", B=1)).happened
    assert squeezed(at("squeeze", B=1)).raised
    assert squeezed(at("squeeze")).happened == "(4, 1) → (4,)"


@pytest.mark.parametrize("step", range(5))
def test_gates_are_sigmoids(step: int) -> None:
    assert "greatest difference 0." in inside(at("inside", step=step)).meaning
