"""The spectral radius of W_hh: what a step does to h, and so, going back, to its gradient, before any activation."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from lstm_viz.recurrent import Recurrent, cell_of, gates_of
from lstm_viz.spec import Cell


@dataclass(frozen=True)
class Radius:
    """The largest size of an eigenvalue of one gate's (H, H) block of W_hh."""

    cell: Cell
    gate: str
    name: str
    value: float


def radii(module: Recurrent, layer: int = 0) -> tuple[Radius, ...]:
    """One for each gate of a layer, in the order of the rows of W_hh. A projection has none: its W_hh is not square.

    >>> from torch import nn
    >>> [radius.gate for radius in radii(nn.LSTM(3, 5))]
    ['i', 'f', 'g', 'o']
    """
    weights = getattr(module, f"weight_hh_l{layer}").detach().double()  # (G·H, H)
    blocks = weights.split(module.hidden_size)
    if blocks[0].shape[0] != blocks[0].shape[1]:
        return ()
    return tuple(
        Radius(cell_of(module), gate.letter, gate.name, float(torch.linalg.eigvals(block).abs().max()))
        for gate, block in zip(gates_of(module), blocks, strict=True)
    )
