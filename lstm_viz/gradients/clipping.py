"""clip_grad_norm_ at work: the same training twice, with it and without."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import torch
from torch import nn

from lstm_viz.gradients.networks import batch_of, seeded_reader
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.spec import Cell

TRAINED, RATE = 16, 0.05
"""Batches, and the learning rate of plain SGD, in which a step is as large as its gradient."""


@dataclass(frozen=True)
class Clipped:
    """Some batches of training. ``before`` and ``after`` are the norms of all gradients together around the clipping.

    ``loss`` are the losses with clipping, ``unclipped`` those of the same batches without. Each ends where there is no
    number any more: where float32 overflows there is nothing left to clip.
    """

    cell: Cell
    clip: float
    before: tuple[float, ...]
    after: tuple[float, ...]
    loss: tuple[float, ...]
    unclipped: tuple[float, ...]

    @property
    def cut(self) -> int:
        """How many of the batches were clipped."""
        return sum(norm > self.clip for norm in self.before)


def clipped(spec: GradientSpec, cell: Cell) -> Clipped:
    """Train on TRAINED batches of the adding problem, in float32 as one trains, with clipping and without.

    >>> found = clipped(GradientSpec(steps=10, clip=0.05), "rnn")
    >>> max(found.after) <= 0.05 < max(found.before)
    True
    """
    with_it, without = _train(spec, cell, spec.clip), _train(spec, cell, None)
    before, after, loss = (tuple(step[place] for step in with_it) for place in range(3))
    return Clipped(cell, spec.clip, before, after, loss, tuple(step[2] for step in without))


def _train(spec: GradientSpec, cell: Cell, clip: float | None) -> list[tuple[float, float, float]]:
    """Norm before, norm after and loss of each batch, until one of them is no number."""
    reader = seeded_reader(spec, cell)
    parameters = list(reader.parameters())
    optimizer = torch.optim.SGD(parameters, lr=RATE)
    steps: list[tuple[float, float, float]] = []
    for draw in range(TRAINED):
        x, y = batch_of(spec, draw)
        loss = nn.functional.mse_loss(reader(x), y)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        before = float(nn.utils.clip_grad_norm_(parameters, float("inf") if clip is None else clip))
        after = float(nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None]))
        if not isfinite(loss.item()) or not isfinite(before):
            break
        steps.append((before, after, loss.item()))
        optimizer.step()
    return steps
