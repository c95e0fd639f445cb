"""A recurrent module as facts: its gates, sizes and weights by name, and what it may be given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_viz.dims import describe, shape, shape_size
from lstm_viz.spec import Cell

Recurrent: TypeAlias = nn.LSTM | nn.GRU | nn.RNN
State: TypeAlias = Tensor | tuple[Tensor, Tensor]
"""``(h, c)`` for an LSTM, ``h`` alone for a GRU or RNN."""


class RecurrentError(ValueError):
    """Something that a recurrent module cannot be given: what was expected, what was got, what to do."""

    def __init__(self, argument: str, expected: str, got: str, advice: str) -> None:
        self.argument = argument
        super().__init__(f"{argument}: expected {expected}, got {got}. {advice}")


@dataclass(frozen=True)
class Gate:
    """One of the G blocks of rows in the weights: its letter, its name and the function that closes it."""

    letter: str
    name: str
    activation: str


_GATES: dict[Cell, tuple[Gate, ...]] = {
    "lstm": (
        Gate("i", "input gate", "sigmoid"),
        Gate("f", "forget gate", "sigmoid"),
        Gate("g", "candidate", "tanh"),
        Gate("o", "output gate", "sigmoid"),
    ),
    "gru": (
        Gate("r", "reset gate", "sigmoid"),
        Gate("z", "update gate", "sigmoid"),
        Gate("n", "candidate", "tanh"),
    ),
}


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of one layer in one direction, under PyTorch's names without their ending.

    ``weight_ih`` (G·H, F), ``weight_hh`` (G·H, H), ``bias_ih`` and ``bias_hh`` (G·H,) or None without bias,
    ``weight_hr`` (P, H) or None without projection; with one, ``weight_hh`` is (G·H, P). ``suffix`` is the ending,
    ``_l0`` or ``_l1_reverse``.
    """

    suffix: str
    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None
    bias_hh: Tensor | None
    weight_hr: Tensor | None


def cell_of(module: Recurrent) -> Cell:
    """The kind of cell: ``lstm``, ``gru`` or ``rnn``. Raises RecurrentError for any other module.

    >>> cell_of(nn.GRU(3, 5))
    'gru'
    """
    kinds: tuple[tuple[type[nn.Module], Cell], ...] = ((nn.LSTM, "lstm"), (nn.GRU, "gru"), (nn.RNN, "rnn"))
    for kind, cell in kinds:
        if isinstance(module, kind):
            return cell
    advice = "Pass the recurrent layer itself (model.lstm, say), not the model around it."
    if isinstance(module, (nn.LSTMCell, nn.GRUCell, nn.RNNCell)):
        whole = type(module).__name__.removesuffix("Cell")
        advice = f"A cell does one step only: build an nn.{whole} of the same sizes and copy the weights into it."
    raise RecurrentError("module", "an nn.LSTM, nn.GRU or nn.RNN", _kind(module), advice)


def gates_of(module: Recurrent) -> tuple[Gate, ...]:
    """The gates in the order of the rows of ``weight_ih_l0``: i, f, g, o, or r, z, n, or the RNN's only one, h.

    >>> [gate.letter for gate in gates_of(nn.LSTM(3, 5))]
    ['i', 'f', 'g', 'o']
    """
    cell = cell_of(module)
    return (Gate("h", "hidden state", str(module.nonlinearity)),) if cell == "rnn" else _GATES[cell]


def sizes_of(module: Recurrent) -> dict[str, int]:
    """What F, H, L, D, G, and P where there is a projection, stand for.

    >>> sizes_of(nn.LSTM(3, 5, bidirectional=True))
    {'F': 3, 'H': 5, 'L': 1, 'D': 2, 'G': 4}
    """
    gates = len(gates_of(module))
    sizes = {"F": module.input_size, "H": module.hidden_size, "L": module.num_layers}
    sizes |= {"D": 2 if module.bidirectional else 1, "G": gates}
    return sizes | {"P": module.proj_size} if module.proj_size else sizes


def weights_of(module: Recurrent, layer: int, direction: int) -> Weights:
    """A copy of the weights of one layer, 0 to L-1, in one direction, 0 forward or 1 reverse.

    >>> weights_of(nn.LSTM(3, 5, bidirectional=True), 0, 1).weight_ih.shape
    torch.Size([20, 3])
    """
    suffix = f"_l{layer}{'_reverse' if direction else ''}"

    def copy(name: str, exists: bool = True) -> Tensor | None:
        return getattr(module, name + suffix).detach().clone() if exists else None

    weight_ih, weight_hh = copy("weight_ih"), copy("weight_hh")
    assert weight_ih is not None
    assert weight_hh is not None
    biases = copy("bias_ih", module.bias), copy("bias_hh", module.bias)
    return Weights(suffix, weight_ih, weight_hh, *biases, copy("weight_hr", module.proj_size > 0))


def check_input(module: Recurrent, x: Tensor | PackedSequence) -> None:
    """Raise RecurrentError unless ``module`` can read ``x``: (B, T, F), (T, B, F), (T, F) or packed."""
    sizes = sizes_of(module)
    if not isinstance(x, (Tensor, PackedSequence)):
        advice = "torch.as_tensor(x, dtype=torch.float32) makes a tensor of an array or a list."
        raise RecurrentError("x", "a tensor or a PackedSequence", _kind(x), advice)
    values = x.data if isinstance(x, PackedSequence) else x
    if isinstance(x, Tensor):
        _check_axes(module, x)
    elif values.dim() != 2:
        advice = "Pack (B, T, F) tensors: x.unsqueeze(-1) gives a series of single numbers its F = 1."
        raise RecurrentError("x", "packed steps (N, F)", f"{_axes(values.dim())}, {tuple(values.shape)}", advice)
    if values.shape[-1] != sizes["F"]:
        _refuse_features(module, values, sizes["F"])
    weight = module.weight_ih_l0
    if values.dtype != weight.dtype or values.device != weight.device:
        expected = f"{weight.dtype} on {weight.device}, as the module's weights are"
        advice = f"x.to({str(weight.device)!r}, {weight.dtype}) makes it so."
        raise RecurrentError("x", expected, f"{values.dtype} on {values.device}", advice)


def check_state(module: Recurrent, state: State | None, batch: int | None) -> None:
    """Raise RecurrentError unless ``state`` can start ``module``; ``batch`` is B, or None without a batch axis."""
    if state is None:
        return
    sizes = sizes_of(module) | ({} if batch is None else {"B": batch})
    axes = "L*D, H" if batch is None else "L*D, B, H"
    h_axes = axes.replace("H", "P") if "P" in sizes else axes
    if cell_of(module) != "lstm":
        if not isinstance(state, Tensor):
            expected = f"one tensor h_0 {_shape(h_axes, sizes)} for an nn.{cell_of(module).upper()}"
            raise RecurrentError("state", expected, _kind(state), "Only an LSTM has a c: pass h_0 alone.")
        _check_part(module, "h_0", state, h_axes, sizes)
        return
    if not isinstance(state, (tuple, list)) or len(state) != 2 or not all(isinstance(part, Tensor) for part in state):
        expected = f"a pair (h_0, c_0), h_0 {_shape(h_axes, sizes)} and c_0 {_shape(axes, sizes)}, for an nn.LSTM"
        advice = "An LSTM carries two tensors: pass (h_0, c_0); torch.zeros_like(h_0) can stand in for c_0."
        if "P" in sizes:
            advice = f"An LSTM carries two tensors: pass (h_0, c_0); torch.zeros{_numbers(axes, sizes)} can be c_0."
        raise RecurrentError("state", expected, _kind(state), advice)
    _check_part(module, "h_0", state[0], h_axes, sizes)
    _check_part(module, "c_0", state[1], axes, sizes)


def _check_axes(module: Recurrent, x: Tensor) -> None:
    order = "(B, T, F)" if module.batch_first else "(T, B, F)"
    if x.dim() not in (2, 3):
        advice = "x.unsqueeze(-1) gives one series of T numbers its F = 1."
        if x.dim() != 1:
            advice = "Every sample must be T steps of F numbers: x.flatten(2) joins all axes after the first two."
        expected = f"{order} as batch_first={module.batch_first} wants it, or (T, F) without a batch"
        raise RecurrentError("x", expected, f"{_axes(x.dim())}, {tuple(x.shape)}", advice)
    time = 0 if x.dim() == 2 or not module.batch_first else 1
    if x.shape[time] == 0:
        advice = "An empty sequence has no last step: leave it out of the batch."
        raise RecurrentError("x", "at least one time step", f"T = 0 in {tuple(x.shape)}", advice)


def _refuse_features(module: Recurrent, values: Tensor, features: int) -> None:
    got = values.shape[-1]
    advice = f"Give every step {features} numbers, or build the module with input_size={got}."
    if features in values.shape[:-1]:
        axis = tuple(values.shape).index(features)
        advice = f"Axis {axis} has {features}: if that is F, x.movedim({axis}, -1) puts it last."
    raise RecurrentError("x", f"F = {features} numbers on the last axis", f"{got} in {tuple(values.shape)}", advice)


def _check_part(module: Recurrent, name: str, part: Tensor, axes: str, sizes: dict[str, int]) -> None:
    wanted = shape_size(shape(axes), sizes)
    if tuple(part.shape) != wanted:
        raise RecurrentError("state", f"{name} {_shape(axes, sizes)}", str(tuple(part.shape)), _advice(part, wanted))
    weight = module.weight_hh_l0
    if part.dtype != weight.dtype or part.device != weight.device:
        expected = f"{name} {weight.dtype} on {weight.device}, as the module's weights are"
        advice = f"{name}.to({str(weight.device)!r}, {weight.dtype}) makes it so."
        raise RecurrentError("state", expected, f"{part.dtype} on {part.device}", advice)


def _advice(part: Tensor, wanted: tuple[int, ...]) -> str:
    if len(wanted) == 3 and tuple(part.shape) == (wanted[1], wanted[0], wanted[2]):
        return "The state is never batch first, whatever batch_first says: transpose(0, 1) puts L·D in front."
    if part.dim() != len(wanted):
        so = "a batch axis, so the state has one too" if len(wanted) == 3 else "no batch axis, so the state has none"
        return f"x has {so}: it needs {_axes(len(wanted))}."
    if len(wanted) == 3 and (part.shape[0], part.shape[2]) == (wanted[0], wanted[2]):
        return f"The state belongs to a batch of {part.shape[1]}: start this batch of {wanted[1]} with a new one."
    return f"torch.zeros{wanted} is the state that PyTorch starts with by itself."


def _shape(axes: str, sizes: dict[str, int]) -> str:
    return f"of shape {describe(shape(axes))} = {_numbers(axes, sizes)}"


def _numbers(axes: str, sizes: dict[str, int]) -> str:
    return str(shape_size(shape(axes), sizes))


def _axes(count: int) -> str:
    return "one axis" if count == 1 else f"{count} axes"


def _kind(value: object) -> str:
    if isinstance(value, Tensor):
        return f"one tensor of shape {tuple(value.shape)}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, nn.Module):
        in_torch = type(value).__module__.startswith(torch.nn.__name__)
        return f"{'nn.' if in_torch else ''}{type(value).__name__}"
    return type(value).__name__
