"""The state that a recurrent module starts with: making one, what it changes, and what PyTorch says to a wrong one."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from lstm_viz.dims import Shape, shape, shape_size
from lstm_viz.equalities import gaps
from lstm_viz.recurrent import Recurrent, State, cell_of, check_input, check_state, sizes_of


@dataclass(frozen=True, eq=False)
class Effect:
    """What another start changes: ``output`` (B, T, D·H) from it, and how far it is from a start with zeros.

    ``by_direction`` has, for each of the D directions, the greatest absolute difference of each step;
    ``state_difference`` is that of the states at the end.
    """

    output: Tensor
    by_direction: tuple[tuple[float, ...], ...]
    state_difference: float
    rounding: float


def state_axes(module: Recurrent) -> dict[str, Shape]:
    """The axes of each part of the state: ``{"h_0": (L·D, B, H), "c_0": (L·D, B, H)}``; h_0 has P where there is one.

    >>> [str(axis) for axis in state_axes(torch.nn.GRU(3, 5))["h_0"]]
    ['L·D', 'B', 'H']
    """
    parts = {"h_0": shape(f"L*D, B, {'P' if module.proj_size else 'H'}")}
    return parts | ({"c_0": shape("L*D, B, H")} if cell_of(module) == "lstm" else {})


def zero_state(module: Recurrent, batch: int) -> State:
    """What PyTorch starts with by itself: zeros (L·D, B, H)."""
    return _state(tuple(torch.zeros(size) for size in _sizes(module, batch)))


def random_state(module: Recurrent, batch: int, seed: int) -> State:
    """A state of normal random numbers (L·D, B, H), h_0 first, from a generator of its own."""
    generator = Generator().manual_seed(seed)
    return _state(tuple(torch.randn(size, generator=generator) for size in _sizes(module, batch)))


def carried_state(module: Recurrent, x: Tensor) -> State:
    """The state that ``module`` leaves after reading ``x`` from zeros, in eval mode and without its gradient."""
    return run_quietly(module, x, None)[1]


def effect_of(module: Recurrent, x: Tensor, state: State) -> Effect:
    """Run ``module`` on ``x`` (B, T, F), or (T, B, F), from ``state`` and from zeros, and compare.

    Raises RecurrentError for what does not fit together.

    >>> lstm = torch.nn.LSTM(3, 5, batch_first=True)
    >>> found = effect_of(lstm, torch.randn(4, 12, 3), zero_state(lstm, 4))
    >>> found.by_direction[0][:2], found.state_difference
    ((0.0, 0.0), 0.0)
    """
    check_input(module, x)
    check_state(module, state, x.shape[0 if module.batch_first else 1])
    (output, end), (reference, from_zeros) = run_quietly(module, x, state), run_quietly(module, x, None)
    if not module.batch_first:
        output, reference = output.transpose(0, 1), reference.transpose(0, 1)  # (B, T, D·H)
    halves = gaps(output, reference).chunk(sizes_of(module)["D"], dim=-1)
    by_direction = tuple(tuple(half.amax(dim=(0, 2)).tolist()) for half in halves)  # D times T
    pairs = zip(_parts(end), _parts(from_zeros), strict=True)
    state_difference = max(float(gaps(mine, theirs).max()) for mine, theirs in pairs)
    rounding = 100 * torch.finfo(output.dtype).eps * max(1.0, float(reference.abs().max()))
    return Effect(output, by_direction, state_difference, rounding)


def refusal(module: Recurrent, x: Tensor, state: State) -> str:
    """The words of PyTorch's own error for this ``x`` and ``state``; empty where it takes them."""
    try:
        run_quietly(module, x, state)
    except (RuntimeError, ValueError, AttributeError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def resized_batch(x: Tensor, batch: int, dim: int) -> Tensor:
    """``x`` with ``batch`` samples on axis ``dim``: its first ones, and again from the first where it has too few."""
    return x.index_select(dim, torch.arange(batch) % x.shape[dim])


def _sizes(module: Recurrent, batch: int) -> list[tuple[int, ...]]:
    sizes = sizes_of(module) | {"B": batch}
    return [shape_size(axes, sizes) for axes in state_axes(module).values()]


def _state(parts: tuple[Tensor, ...]) -> State:
    return (parts[0], parts[1]) if len(parts) == 2 else parts[0]


def _parts(state: State) -> tuple[Tensor, ...]:
    return (state,) if isinstance(state, Tensor) else tuple(state)


def run_quietly(module: Recurrent, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
    """``output, state = module(x, state)`` as in eval mode and without gradients; the module stays as it was."""
    # A shallow copy shares the weights but not the mode: module.eval() would switch off another thread's dropout.
    quiet = copy.copy(module)
    quiet.training = False
    with torch.no_grad():
        run: tuple[Tensor, State] = quiet.forward(x, state)  # type: ignore[arg-type]
    return run
