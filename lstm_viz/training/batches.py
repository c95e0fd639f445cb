"""Batches of samples that lie in memory: what a DataLoader gives, without looking at each sample on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from lstm_viz.spec import NetworkSpec

Pair: TypeAlias = tuple[Tensor, Tensor]
"""x and its target."""


@dataclass(frozen=True)
class Layout:
    """Turns samples (B, T, …) and targets (B, …) to what a network of ``spec`` takes and its loss compares.

    Classes become one-hot vectors where it takes those. T comes first where it is not batch_first. For the head
    every_step, targets become rows in the order of ``output.reshape``.
    """

    spec: NetworkSpec

    def __call__(self, x: Tensor, target: Tensor) -> Pair:
        """(B, T, F) and (B, O), or (B, T, O) where the head has every step."""
        spec = self.spec
        if spec.input == "one-hot" and not x.is_floating_point():
            x = functional.one_hot(x, spec.features).float()  # (B, T, F)
        if spec.head in ("every_step", "every_step_3d"):
            target = target if spec.batch_first else target.transpose(0, 1)  # (B, T, …) or (T, B, …)
            target = target.flatten(0, 1) if spec.head == "every_step" else target
        return (x if spec.batch_first else x.transpose(0, 1)), target

    def samples_first(self, prediction: Tensor, samples: int) -> Tensor:
        """A prediction with its samples first again: (B, O), or (B, T, O) where the head has every step."""
        spec = self.spec
        if spec.head == "every_step":
            sizes = (samples, -1) if spec.batch_first else (-1, samples)
            prediction = prediction.reshape(*sizes, *prediction.shape[1:])  # (B, T, O) or (T, B, O)
        if spec.head in ("every_step", "every_step_3d") and not spec.batch_first:
            prediction = prediction.transpose(0, 1)
        return prediction


@dataclass(eq=False)
class Batches:
    """Batches of ``x`` (N, …) and ``target`` (N, …), as often as they are asked for.

    ``shuffling`` draws a new order for each pass; without it, samples keep their order. ``order`` names other places
    than all of them, in batches one after another (see ``side_by_side``). ``layout`` turns each batch to what the
    network takes.

    >>> [x.tolist() for x, _ in Batches(torch.arange(5), torch.zeros(5), 2)]
    [[0, 1], [2, 3], [4]]
    """

    x: Tensor
    target: Tensor
    batch_size: int
    shuffling: torch.Generator | None = None
    order: Tensor | None = None
    layout: Callable[[Tensor, Tensor], Pair] | None = None

    def __len__(self) -> int:
        count = len(self.x) if self.order is None else len(self.order)
        return -(-count // self.batch_size)

    def __iter__(self) -> Iterator[Pair]:
        order = self.order if self.shuffling is None else torch.randperm(len(self.x), generator=self.shuffling)
        for first in range(0, len(self.x) if order is None else len(order), self.batch_size):
            chosen = slice(first, first + self.batch_size)
            x, target = (self.x[chosen], self.target[chosen]) if order is None else self._at(order[chosen])
            x, target = x.contiguous(), target.contiguous()  # large data are views
            yield (x, target) if self.layout is None else self.layout(x, target)

    def _at(self, places: Tensor) -> Pair:
        return self.x[places], self.target[places]


def side_by_side(count: int, batch_size: int, apart: int = 1) -> Tensor:
    """The order in which sample b of each batch goes on where sample b of the batch before ended: (batches · B,).

    Windows that are ``apart`` places from each other follow without a gap or an overlap; those between are left out.
    The rest is cut into B equal runs, one for each place in the batch; what does not fill a whole batch is left out.

    >>> side_by_side(7, 2).reshape(-1, 2).tolist()
    [[0, 3], [1, 4], [2, 5]]
    >>> side_by_side(120, 4, apart=12).reshape(-1, 4).tolist()
    [[0, 24, 48, 72], [12, 36, 60, 84]]
    """
    following = torch.arange(0, count, apart)
    B = min(batch_size, len(following))  # noqa: N806
    steps = len(following) // B if B else 0
    return following[: steps * B].reshape(B, steps).T.reshape(-1)
