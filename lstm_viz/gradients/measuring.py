"""measure(module, x, loss): the norms of ∂loss/∂x_t, ∂loss/∂h_t and ∂loss/∂c_t at every step of a real module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log, nan

import torch
from torch import Tensor, nn

from lstm_viz.recurrent import Recurrent, RecurrentError, cell_of, check_input
from lstm_viz.spec import Cell


@dataclass(frozen=True)
class Flow:
    """How much of the loss reaches each step: T norms, each over the whole batch and all of its numbers.

    ``x`` is |∂loss/∂x_t|; ``h`` is |∂loss/∂h_t| by every way on which h_t itself reaches the loss, all layers
    together; ``c``, an LSTM's alone and else empty, is |∂loss/∂c_t| by what step t + 1 makes of c_t, so that it is 0 at
    the last step. ``loss`` is the loss that they are of.
    """

    cell: Cell
    loss: float
    x: tuple[float, ...]
    h: tuple[float, ...]
    c: tuple[float, ...] = ()

    @property
    def factor(self) -> float:
        """By what |∂loss/∂h_t| is multiplied at each step back in time, on average (geometric mean).

        nan where a norm at an end is 0 or no number, or T is 1.
        """
        return step_factor(self.h)


def measure(module: Recurrent, x: Tensor, loss: Callable[[Tensor], Tensor]) -> Flow:
    """Run ``module`` step by step, so that each h_t is a tensor of its own, and differentiate the loss by all of them.

    ``x`` is (B, T, F), or (T, B, F) without batch_first. ``loss`` takes the output, laid out as the module's own and
    equal to it, and returns one number. The module's gradients, weights and mode stay as they are. The module must
    read in one direction: a reverse one begins at the end, and has no state to hand on from step to step. Raises
    RecurrentError.

    >>> lstm = nn.LSTM(3, 5, batch_first=True)
    >>> flow = measure(lstm, torch.randn(4, 12, 3), lambda output: output[:, -1].pow(2).mean())
    >>> len(flow.x), len(flow.h), len(flow.c)
    (12, 12, 12)
    """
    _check(module, x)
    time = 1 if module.batch_first else 0
    with torch.enable_grad():
        whole = x.detach().clone().requires_grad_()
        states = _states(module, whole, time)
        hidden = [state[0] for state in states]  # T times (L, B, H)
        output = torch.stack([h[-1] for h in hidden], dim=time)  # (B, T, H)
        value = loss(output)
        memory = [state[1] for state in states if len(state) == 2]
        found = torch.autograd.grad(value, [whole, *hidden, *memory], allow_unused=True)
    T = len(hidden)  # noqa: N806
    by_x = torch.zeros_like(whole) if found[0] is None else found[0]
    return Flow(
        cell_of(module),
        float(value.detach()),
        _norms(by_x.unbind(time)),
        _norms(found[1 : T + 1]),
        _norms(found[T + 1 :]),
    )


def step_factor(norms: tuple[float, ...]) -> float:
    """By what ``norms`` are multiplied at each step back, on average.

    >>> step_factor((1.0, 2.0, 4.0))
    0.5
    """
    first, last = norms[0], norms[-1]
    if len(norms) < 2 or not 0 < first < float("inf") or not 0 < last < float("inf"):
        return nan
    return float(torch.tensor((log(first) - log(last)) / (len(norms) - 1), dtype=torch.float64).exp())


def _states(module: Recurrent, x: Tensor, time: int) -> list[tuple[Tensor, ...]]:
    """What the module hands on after each step: (h,), or (h, c) for an LSTM."""
    states: list[tuple[Tensor, ...]] = []
    state = None
    for step in x.unbind(time):
        _, state = module(step.unsqueeze(time), state)
        states.append(state if isinstance(state, tuple) else (state,))
    return states


def _norms(gradients: Sequence[Tensor | None]) -> tuple[float, ...]:
    return tuple(0.0 if gradient is None else _norm(gradient) for gradient in gradients)


def _norm(gradient: Tensor) -> float:
    """The length of all numbers together; their squares would leave float64 long before they do."""
    largest = gradient.abs().max()
    if largest == 0 or not largest.isfinite():
        return float(largest)
    return float(largest * (gradient / largest).norm())


def _check(module: Recurrent, x: Tensor) -> None:
    cell_of(module)
    check_input(module, x)
    if module.bidirectional:
        advice = "Build it with bidirectional=False: its forward half alone hands a state from step to step."
        raise RecurrentError("module", "one direction", "a bidirectional module", advice)
    if x.dim() != 3:
        raise RecurrentError("x", "three axes", str(tuple(x.shape)), "x.unsqueeze(0) makes a batch of one.")
    if isinstance(module, nn.Module) and module.training and module.dropout and module.num_layers > 1:
        advice = "module.eval() switches it off: drawn anew at each step it would not be the module's own run."
        raise RecurrentError("module", "no dropout at work", f"dropout={module.dropout} in training mode", advice)
