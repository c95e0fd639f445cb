"""How far the gates of a cell are open over a sequence: where they are nearly shut, and where nearly open."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lstm_viz.cell import LayerPass
from lstm_viz.recurrent import Gate

SHUT, OPEN = 0.1, 0.9


@dataclass(frozen=True, eq=False)
class Valve:
    """One sigmoid gate of one sample: ``values`` (T, H), where it is nearly shut and nearly open, bool (T, H) each."""

    gate: Gate
    values: Tensor
    shut: Tensor
    open: Tensor

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many values are nearly shut, nearly open, and how many there are."""
        return int(self.shut.sum()), int(self.open.sum()), self.values.numel()

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest value."""
        return float(self.values.min()), float(self.values.max())


def valves(found: LayerPass, sample: int, length: int) -> tuple[Valve, ...]:
    """The sigmoid gates of one sample over its ``length`` steps; none for an RNN.

    >>> import torch
    >>> from lstm_viz.cell import unroll
    >>> unrolled = unroll(torch.nn.LSTM(3, 5), torch.randn(12, 4, 3))
    >>> [valve.gate.letter for valve in valves(unrolled.at(0), sample=0, length=12)]
    ['i', 'f', 'o']
    """
    gates = [gate for gate in found.gate_kinds if gate.activation == "sigmoid"]
    return tuple(_valve(gate, found.gates[gate.letter][sample, :length]) for gate in gates)


def _valve(gate: Gate, values: Tensor) -> Valve:
    return Valve(gate, values, values < SHUT, values > OPEN)  # (T, H)
