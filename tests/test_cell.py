"""The cell's arithmetic against PyTorch's own, over many configurations; what is refused; what is left alone."""

from __future__ import annotations

import pickle
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstm_viz.cell import LayerPass, Unrolled, unroll
from lstm_viz.recurrent import RecurrentError
from lstm_viz.unit import explain_unit
from tests.support.recurrent_cases import Case, cases, parts

LSTM = Case("lstm", 0, 3, 5, 2, 4, 2, True, True, True, "batched", True, 0, 0.0, False)


def assert_same(ours: Tensor, torchs: Tensor) -> None:
    tight = torchs.dtype == torch.float64
    torch.testing.assert_close(ours, torchs, atol=1e-13 if tight else 1e-6, rtol=1e-12 if tight else 1e-6)


def padded(output: Tensor | PackedSequence, batch_first: bool) -> Tensor:
    """(B, T, D·H), or (T, D·H) as (1, T, D·H)."""
    if isinstance(output, PackedSequence):
        return pad_packed_sequence(output, batch_first=True)[0]
    if output.dim() == 2:
        return output.unsqueeze(0)
    return output if batch_first else output.transpose(0, 1)


def run(case: Case) -> tuple[Unrolled, Tensor | PackedSequence, tuple[Tensor, ...]]:
    module, x, state = case.make()
    with torch.no_grad():
        output, last = module(x, state)
    return unroll(module, x, state), output, parts(last)


@given(cases())
@settings(max_examples=250)
def test_unroll_equals_torch(case: Case) -> None:
    unrolled, output, state = run(case)
    assert type(unrolled.output) is type(output)
    if isinstance(output, PackedSequence) and isinstance(unrolled.output, PackedSequence):
        assert_same(unrolled.output.data, output.data)
        for ours, torchs in zip(unrolled.output[1:], output[1:], strict=True):
            assert ours is torchs is None or (ours is not None and torchs is not None and torch.equal(ours, torchs))
    elif isinstance(output, Tensor) and isinstance(unrolled.output, Tensor):
        assert_same(unrolled.output, output)
    assert_same(unrolled.h_n, state[0])
    assert (unrolled.c_n is None) == (len(state) == 1)
    if unrolled.c_n is not None:
        assert_same(unrolled.c_n, state[1])


def tensors_of(done: LayerPass) -> dict[str, Tensor]:
    single = {name: getattr(done, name) for name in ("x", "h_before", "c_before", "c", "tanh_c", "unprojected", "h")}
    groups = {name: getattr(done, name) for name in ("input_share", "recurrent_share", "pre_activation", "gates")}
    flat = {f"{name} {letter}": tensor for name, group in groups.items() for letter, tensor in group.items()}
    return {name: tensor for name, tensor in (single | flat).items() if tensor is not None}


@given(cases())
@settings(max_examples=80)
def test_every_pass_is_in_the_order_of_time_and_fits_together(case: Case) -> None:
    unrolled, output, _ = run(case)
    D, mask = unrolled.sizes["D"], unrolled.mask  # noqa: N806
    steps = padded(output, case.batch_first)
    for index, done in enumerate(unrolled.passes):
        assert (done.layer, done.direction) == divmod(index, D)
        assert unrolled.at(done.layer, done.direction) is done
        for name, tensor in tensors_of(done).items():
            assert tensor.shape[:2] == mask.shape, name
            assert not tensor[~mask].any(), f"{name} is not zero past a sample's end"
        if done.layer == case.L - 1:
            assert_same(done.h, steps.chunk(D, dim=-1)[done.direction])
        for sample, length in enumerate(unrolled.lengths):
            later, earlier = (slice(1, length), slice(length - 1))
            into, out_of = (earlier, later) if done.direction else (later, earlier)
            assert torch.equal(done.h_before[sample, into], done.h[sample, out_of])
            assert torch.equal(done.h_last[sample], done.h[sample, 0 if done.direction else length - 1])
    below = torch.cat([unrolled.at(0, direction).h for direction in range(D)], dim=-1)
    if case.L > 1:
        assert torch.equal(unrolled.at(1).x, below)


@given(cases())
@settings(max_examples=60)
def test_shares_and_gates_are_what_the_weights_make_of_them(case: Case) -> None:
    module, x, state = case.make()
    unrolled = unroll(module, x, state)
    done = unrolled.passes[-1]
    end = f"_l{case.L - 1}{'_reverse' if case.bidirectional else ''}"
    share = done.x @ getattr(module, "weight_ih" + end).T
    recurrent = done.h_before @ getattr(module, "weight_hh" + end).T
    if case.bias:
        share, recurrent = share + getattr(module, "bias_ih" + end), recurrent + getattr(module, "bias_hh" + end)
    mask = unrolled.mask[..., None]
    letters = tuple(done.gates)
    assert letters == {"lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}.get(case.kind, ("h",))
    assert_same(torch.cat(tuple(done.input_share.values()), dim=-1), share.detach() * mask)
    assert_same(torch.cat(tuple(done.recurrent_share.values()), dim=-1), recurrent.detach() * mask)
    for letter in letters:
        scale: Any = done.gates["r"] if letter == "n" else 1
        assert_same(done.pre_activation[letter], done.input_share[letter] + scale * done.recurrent_share[letter])
        activation = {"g": torch.tanh, "n": torch.tanh, "h": getattr(torch, case.kind, None)}.get(letter, torch.sigmoid)
        assert activation is not None
        assert_same(done.gates[letter], activation(done.pre_activation[letter]) * mask)


def test_layers_can_be_given_a_batch_of_none_or_of_other_orders() -> None:
    module = nn.LSTM(2, 3, batch_first=True)
    empty = unroll(module, torch.zeros(0, 4, 2))
    assert isinstance(empty.output, Tensor)
    assert (empty.output.shape, empty.h_n.shape, empty.lengths) == ((0, 4, 3), (1, 0, 3), ())
    strided = torch.randn(4, 2, 3).permute(2, 0, 1)
    with torch.no_grad():
        expected = module(strided)[0]
    ours = unroll(module, strided).output
    assert isinstance(ours, Tensor)
    assert_same(ours, expected)


def test_lengths_and_mask_mark_the_steps_that_were_read() -> None:
    packed = pack_padded_sequence(torch.randn(3, 4, 2), [2, 4, 1], batch_first=True, enforce_sorted=False)
    unrolled = unroll(nn.GRU(2, 3), packed)
    assert unrolled.lengths == (2, 4, 1)
    assert unrolled.mask.sum(1).tolist() == [2, 4, 1]
    assert unrolled.sizes == {"B": 3, "T": 4, "F": 2, "H": 3, "L": 1, "D": 1, "G": 3}


# What is left alone


@pytest.mark.parametrize("training", [True, False])
def test_module_and_random_state_are_left_as_they_were(training: bool) -> None:
    module = nn.LSTM(2, 4, num_layers=2, dropout=0.9, batch_first=True).train(training)
    module.register_buffer("kept", torch.ones(2))
    calls: list[object] = []
    module.register_forward_hook(lambda *_: calls.append(_))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    random_state, x = torch.get_rng_state(), torch.randn(3, 5, 2, requires_grad=True)
    random_state = torch.get_rng_state()
    unrolled = unroll(module, x)
    assert torch.equal(torch.get_rng_state(), random_state)
    assert module.training is training
    assert not calls
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in module.parameters())
    assert torch.is_grad_enabled()
    kept = [tensor for done in unrolled.passes for tensor in tensors_of(done).values()]
    assert not any(tensor.requires_grad or tensor.is_inference() for tensor in [*kept, unrolled.h_n])
    assert not any(done.h_last.is_inference() for done in unrolled.passes)
    with torch.no_grad():
        expected = module.eval()(x)[0]
    assert isinstance(unrolled.output, Tensor)
    assert_same(unrolled.output, expected)


def test_what_was_unrolled_stays_when_the_weights_and_x_change() -> None:
    module, x = nn.LSTM(2, 4, batch_first=True), torch.randn(3, 5, 2)
    unrolled = unroll(module, x)
    before = pickle.dumps(unrolled)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
        x.zero_()
    assert pickle.dumps(unrolled) == before
    by_hand = explain_unit(unrolled, unit=1, step=2).result.computed
    assert by_hand == pytest.approx(float(unrolled.at(0).h[0, 2, 1]), abs=1e-6)


def test_several_threads_unroll_one_module_at_once() -> None:
    module, x = nn.GRU(2, 4, num_layers=2), torch.randn(9, 3, 2)
    alone = unroll(module, x).h_n
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: unroll(module, x).h_n, range(8)))
    assert all(torch.equal(alone, one) for one in together)


def test_unroll_takes_less_than_15_times_torchs_own_pass() -> None:
    module, x = nn.LSTM(64, 64, num_layers=2, batch_first=True).eval(), torch.randn(1, 64, 64)

    def seconds(call: Callable[[], object]) -> float:
        start = time.process_time()  # not the clock: other tests run beside this one
        with torch.no_grad():
            call()
        return time.process_time() - start

    pairs = [(seconds(lambda: unroll(module, x)), seconds(lambda: module(x))) for _ in range(30)]
    ours, torchs = (min(times) for times in zip(*pairs, strict=True))
    assert ours < 15 * torchs, f"{ours / torchs:.1f} times"


# One unit


@given(cases(), st.data())
@settings(max_examples=150)
def test_one_units_arithmetic_ends_in_torchs_number(case: Case, data: st.DataObject) -> None:
    unrolled, output, _ = run(case)
    sample = data.draw(st.integers(0, unrolled.sizes["B"] - 1), "sample")
    step = data.draw(st.integers(0, unrolled.lengths[sample] - 1), "step")
    unit = data.draw(st.integers(0, case.H - 1), "unit")
    direction = data.draw(st.integers(0, unrolled.sizes["D"] - 1), "direction")
    found = explain_unit(unrolled, unit, step, case.L - 1, direction, sample)
    for equation in found.equations:
        assert equation.computed == pytest.approx(equation.value, abs=2e-6, rel=1e-5), equation.name
    if not case.proj_size or unit < case.proj_size:
        width = case.proj_size or case.H
        torchs = float(padded(output, case.batch_first)[sample, step, direction * width + unit])
        assert found.result.name == f"h_t[{unit}]"
        assert found.result.value == pytest.approx(torchs, abs=1e-6, rel=1e-6)
    else:
        assert found.result.name == f"m_t[{unit}]"


def test_one_lstm_unit_can_be_followed_by_hand() -> None:
    lstm = nn.LSTM(1, 1)
    with torch.no_grad():
        for name, values in {"weight_ih_l0": [[1], [2], [3], [4]], "weight_hh_l0": [[1], [1], [1], [1]]}.items():
            getattr(lstm, name).copy_(torch.tensor(values))
        for name, bias in {"bias_ih_l0": 0.5, "bias_hh_l0": -0.25}.items():
            getattr(lstm, name).fill_(bias)
    state = torch.full((1, 1), 0.5), torch.full((1, 1), 2.0)
    found = explain_unit(unroll(lstm, torch.tensor([[-1.0]]), state), unit=0, step=0)
    assert [(gate.letter, gate.name, gate.row) for gate in found.gates] == [
        ("i", "input gate", 0),
        ("f", "forget gate", 1),
        ("g", "candidate", 2),
        ("o", "output gate", 3),
    ]
    lines = [f"{equation.name} = {equation.formula} = {equation.filled()}" for equation in found.equations]
    assert lines[4:8] == [
        "W_if x_t + b_if = Σ_j W_if[0, j] · x_t[j] + b_if[0] = 2.0000·(-1.0000) + 0.5000",
        "W_hf h_{t-1} + b_hf = Σ_j W_hf[0, j] · h_{t-1}[j] + b_hf[0] = 1.0000·0.5000 + (-0.2500)",
        "a_f = (W_if x_t + b_if) + (W_hf h_{t-1} + b_hf) = (-1.5000) + 0.2500",
        "f = σ(a_f) = σ((-1.2500))",
    ]
    assert lines[-3:] == [
        "c_t[0] = f ⊙ c_{t-1} + i ⊙ g = 0.2227·2.0000 + 0.4378·(-0.9780)",
        "tanh(c_t)[0] = tanh(c_t[0]) = tanh(0.0172)",
        "h_t[0] = o ⊙ tanh(c_t) = 0.0373·0.0172",
    ]
    assert found.note == ""


def test_gru_and_rnn_units_have_their_own_equations() -> None:
    gru = explain_unit(unroll(nn.GRU(2, 3, bias=False), torch.randn(4, 2)), unit=1, step=2)
    assert gru.gates[2].pre_activation.formula == "(W_in x_t) + r ⊙ (W_hn h_{t-1})"
    assert [equation.formula for equation in gru.state] == ["(1 − z) ⊙ n + z ⊙ h_{t-1}"]
    rnn = explain_unit(unroll(nn.RNN(2, 3, nonlinearity="relu"), torch.randn(4, 2)), unit=1, step=2)
    assert (rnn.state, rnn.result.name, rnn.result.formula) == ((), "h_t[1]", "relu(a_h)")


def test_a_projected_units_note_says_where_its_number_goes() -> None:
    unrolled = unroll(nn.LSTM(2, 3, proj_size=2), torch.randn(4, 2))
    assert explain_unit(unrolled, 2, 0).note == (
        "The projection keeps P = 2 numbers: unit 2 has no h of its own, its m_t enters each of the 2."
    )
    assert (
        explain_unit(unrolled, 1, 0).note == "The projection makes P = 2 numbers of all the m_t: h_t[1] is one of them."
    )
    assert explain_unit(unrolled, 1, 0).result.formula == "Σ_j W_hr[1, j] · m_t[j]"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"unit": 4}, "unit: expected 0 to 3 as H = 4, got 4. Counting starts at 0."),
        ({"step": -1}, "step: expected 0 to 4 as T = 5, got -1. Counting starts at 0."),
        ({"layer": 2}, "layer: expected 0 to 1 as L = 2, got 2. Counting starts at 0."),
        ({"direction": 2}, "direction: expected 0 to 1 as D = 2, got 2. Counting starts at 0."),
        ({"sample": 3}, "sample: expected 0 to 2 as B = 3, got 3. Counting starts at 0."),
    ],
)
def test_a_unit_that_is_not_there_is_refused(place: dict[str, int], message: str) -> None:
    with pytest.raises(RecurrentError, match=f"^{re.escape(message)}$"):
        explain_unit(unroll(*LSTM.make()), **({"unit": 0, "step": 0} | place))


def test_a_step_past_a_samples_end_is_refused() -> None:
    packed = pack_padded_sequence(torch.randn(2, 4, 2), [2, 4], batch_first=True, enforce_sorted=False)
    message = "step: expected 0 to 1, as sample 0 has 2 steps, got 3. Past its end nothing was read."
    with pytest.raises(RecurrentError, match=f"^{re.escape(message)}$"):
        explain_unit(unroll(nn.GRU(2, 3), packed), unit=0, step=3)


# What is refused

X = torch.zeros(3, 5, 2)
H_0, C_0 = torch.zeros(4, 3, 4), torch.zeros(4, 3, 4)
GRU = nn.GRU(2, 4, num_layers=2, bidirectional=True, batch_first=True)
PAIR = (
    "a pair (h_0, c_0), h_0 of shape (L·D, B, H) = (4, 3, 4) and c_0 of shape (L·D, B, H) = (4, 3, 4), for an nn.LSTM"
)
TWO = "An LSTM carries two tensors: pass (h_0, c_0); torch.zeros_like(h_0) can stand in for c_0."
REFUSED: list[tuple[Any, Any, Any, str]] = [
    (
        nn.Linear(2, 3),
        X,
        None,
        "module: expected an nn.LSTM, nn.GRU or nn.RNN, got nn.Linear. Pass the recurrent layer itself (model.lstm,"
        " say), not the model around it.",
    ),
    (
        nn.LSTMCell(2, 3),
        X,
        None,
        "module: expected an nn.LSTM, nn.GRU or nn.RNN, got nn.LSTMCell. A cell does one step only: build an nn.LSTM of"
        " the same sizes and copy the weights into it.",
    ),
    (
        "lstm",
        [[1.0]],
        None,
        "x: expected a tensor or a PackedSequence, got a list of 1. torch.as_tensor(x, dtype=torch.float32) makes a"
        " tensor of an array or a list.",
    ),
    (
        "lstm",
        torch.zeros(5),
        None,
        "x: expected (B, T, F) as batch_first=True wants it, or (T, F) without a batch, got one axis, (5,)."
        " x.unsqueeze(-1) gives one series of T numbers its F = 1.",
    ),
    (
        "lstm",
        torch.zeros(3, 5, 1, 2),
        None,
        "x: expected (B, T, F) as batch_first=True wants it, or (T, F) without a batch, got 4 axes, (3, 5, 1, 2). Every"
        " sample must be T steps of F numbers: x.flatten(2) joins all axes after the first two.",
    ),
    (
        "lstm",
        torch.zeros(3, 0, 2),
        None,
        "x: expected at least one time step, got T = 0 in (3, 0, 2). An empty sequence has no last step: leave it out"
        " of the batch.",
    ),
    (
        "lstm",
        torch.zeros(3, 5, 7),
        None,
        "x: expected F = 2 numbers on the last axis, got 7 in (3, 5, 7). Give every step 2 numbers, or build the module"
        " with input_size=7.",
    ),
    (
        "lstm",
        torch.zeros(3, 2, 5),
        None,
        "x: expected F = 2 numbers on the last axis, got 5 in (3, 2, 5). Axis 1 has 2: if that is F, x.movedim(1, -1)"
        " puts it last.",
    ),
    (
        "lstm",
        X.long(),
        None,
        "x: expected torch.float32 on cpu, as the module's weights are, got torch.int64 on cpu. x.to('cpu',"
        " torch.float32) makes it so.",
    ),
    (
        "lstm",
        pack_padded_sequence(torch.zeros(3, 5), [5, 4, 2], batch_first=True),
        None,
        "x: expected packed steps (N, F), got one axis, (11,). Pack (B, T, F) tensors: x.unsqueeze(-1) gives a series"
        " of single numbers its F = 1.",
    ),
    ("lstm", X, H_0, f"state: expected {PAIR}, got one tensor of shape (4, 3, 4). {TWO}"),
    ("lstm", X, (H_0,), f"state: expected {PAIR}, got a tuple of 1. {TWO}"),
    (
        GRU,
        X,
        (H_0, C_0),
        "state: expected one tensor h_0 of shape (L·D, B, H) = (4, 3, 4) for an nn.GRU, got a tuple of 2. Only an LSTM"
        " has a c: pass h_0 alone.",
    ),
    (
        "lstm",
        X,
        (H_0.transpose(0, 1), C_0),
        "state: expected h_0 of shape (L·D, B, H) = (4, 3, 4), got (3, 4, 4). The state is never batch first, whatever"
        " batch_first says: transpose(0, 1) puts L·D in front.",
    ),
    (
        "lstm",
        X,
        (H_0, torch.zeros(4, 8, 4)),
        "state: expected c_0 of shape (L·D, B, H) = (4, 3, 4), got (4, 8, 4). The state belongs to a batch of 8: start"
        " this batch of 3 with a new one.",
    ),
    (
        "lstm",
        X[0],
        (H_0, C_0),
        "state: expected h_0 of shape (L·D, H) = (4, 4), got (4, 3, 4). x has no batch axis, so the state has none:"
        " it needs 2 axes.",
    ),
    (
        GRU,
        X,
        torch.zeros(2, 3, 4),
        "state: expected h_0 of shape (L·D, B, H) = (4, 3, 4), got (2, 3, 4). torch.zeros(4, 3, 4) is the state that"
        " PyTorch starts with by itself.",
    ),
    (
        GRU,
        X,
        H_0.double(),
        "state: expected h_0 torch.float32 on cpu, as the module's weights are, got torch.float64 on cpu."
        " h_0.to('cpu', torch.float32) makes it so.",
    ),
    (
        nn.LSTM(2, 4, proj_size=3),
        X.transpose(0, 1),
        torch.zeros(1, 3, 3),
        "state: expected a pair (h_0, c_0), h_0 of shape (L·D, B, P) = (1, 3, 3) and c_0 of shape (L·D, B, H) ="
        " (1, 3, 4), for an nn.LSTM, got one tensor of shape (1, 3, 3). An LSTM carries two tensors: pass (h_0, c_0);"
        " torch.zeros(1, 3, 4) can be c_0.",
    ),
]


@pytest.mark.parametrize(("module", "x", "state", "message"), REFUSED)
def test_what_torch_would_refuse_is_explained_before(module: Any, x: Any, state: Any, message: str) -> None:
    module = LSTM.make()[0] if module == "lstm" else module
    with pytest.raises(RecurrentError, match=f"^{re.escape(message)}$"):
        unroll(module, x, state)
    if isinstance(module, nn.RNNBase):
        with pytest.raises((RuntimeError, ValueError, AttributeError, TypeError, AssertionError, IndexError)):
            module(x, state)
