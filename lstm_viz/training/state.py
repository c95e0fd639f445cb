"""The recurrent state between batches: started afresh, carried on, or carried on with its whole history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from lstm_viz.training.spec import State

RecurrentState: TypeAlias = Tensor | tuple[Tensor, Tensor]
"""h_n of an RNN or a GRU, (h_n, c_n) of an LSTM: each (L·D, B, H)."""


def recurrent_layer(model: nn.Module) -> nn.RNNBase | None:
    """The first nn.LSTM, nn.GRU or nn.RNN in a model; None where there is none."""
    return next((layer for layer in model.modules() if isinstance(layer, nn.RNNBase)), None)


def batch_axis(model: nn.Module) -> int:
    """Which axis of x counts the samples: 1 where the recurrent layer is not batch_first, else 0."""
    layer = recurrent_layer(model)
    return 0 if layer is None or layer.batch_first else 1


@contextmanager
def between_batches(model: nn.Module, state: State) -> Iterator[None]:
    """Inside, every forward pass of the model's recurrent layer starts as ``state`` says; the first one at zeros.

    "reset": at zeros each time, as torch does. "carried": where the last pass ended, detached, so that the gradient
    stops there. "undetached": with the history of all passes before, so the second backward() raises torch's error.
    A batch of another size than the one before starts at zeros again. Raises ValueError where there is no such layer.
    """
    if state == "reset":
        yield
        return
    layer = recurrent_layer(model)
    if layer is None:
        expected = "expected a model with an nn.LSTM, nn.GRU or nn.RNN in it"
        raise ValueError(f"state={state}: {expected}, got {type(model).__name__}. Choose state=reset.")
    kept: list[RecurrentState] = []

    def hand_on(module: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...] | None:
        x = given[0]
        fits = kept and len(given) == 1 and first(kept[0]).shape[1] == x.shape[0 if layer.batch_first else 1]
        return (x, kept[0]) if fits else None

    def keep(module: nn.Module, given: tuple[Any, ...], result: tuple[Tensor, RecurrentState]) -> None:
        kept[:] = [detached(result[1]) if state == "carried" else result[1]]

    hooks = (layer.register_forward_pre_hook(hand_on), layer.register_forward_hook(keep))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def first(state: RecurrentState) -> Tensor:
    """h of a state."""
    return state[0] if isinstance(state, tuple) else state


def detached(state: RecurrentState) -> RecurrentState:
    """The same numbers without their history."""
    return (state[0].detach(), state[1].detach()) if isinstance(state, tuple) else state.detach()


@dataclass(frozen=True)
class Undetached:
    """What torch says when a state is handed on with its history: at which batch, and its own words."""

    batch: int
    error: str


def undetached_error(model: nn.Module, batches: Any, loss_function: Any, most: int = 3) -> Undetached | None:
    """Run backward() over some batches with the state carried undetached, and catch what torch raises at the second.

    Weights are not changed and gradients are left as they were. None where there is only one batch.

    >>> from lstm_viz.training.parts import make_loss
    >>> pair = (torch.zeros(2, 3, 1), torch.zeros(2, 3, 4))
    >>> class Plain(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.gru = nn.GRU(1, 4, batch_first=True)
    ...     def forward(self, x):
    ...         return self.gru(x)[0]
    >>> found = undetached_error(Plain(), [pair, pair], make_loss("mse"))
    >>> found.batch, found.error[:53]
    (2, 'Trying to backward through the graph a second time (o')
    """
    before = [weight.grad for weight in model.parameters()]
    model.zero_grad()  # else backward() would add to the very tensors that are put back
    try:
        with between_batches(model, "undetached"), torch.enable_grad():
            for number, (x, target) in zip(range(1, most + 1), batches, strict=False):
                try:
                    loss_function(model(x), target).backward()
                except RuntimeError as error:
                    return Undetached(number, str(error))
    finally:
        for weight, gradient in zip(model.parameters(), before, strict=True):
            weight.grad = gradient
    return None
