"""What it costs to work out every gate of every step, against torch's own forward pass."""

from __future__ import annotations

import torch
from torch import nn

from lstm_viz.cell import unroll
from tests.benchmarks.figure import Figure, ratio
from tests.benchmarks.timing import by_turns

B, T, H, L = 1, 64, 64, 2


def unrolling(rounds: int) -> list[Figure]:
    """unroll, which keeps everything, against the module itself, on one thread."""
    torch.set_num_threads(1)
    module, x = nn.LSTM(H, H, num_layers=L, batch_first=True).eval(), torch.randn(B, T, H)

    def plain() -> None:
        with torch.no_grad():
            module(x)

    ours, floor = by_turns(rounds, lambda: unroll(module, x), plain)
    return [ratio("unroll over torch's own forward pass", ours, floor, 15, "`module(x)`")]
