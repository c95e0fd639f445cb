"""The three networks that are compared, and the data that all of them read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from lstm_viz.datasets.tasks import make_adding
from lstm_viz.gradients.measuring import Flow, measure
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.random_state import seeded
from lstm_viz.recurrent import Recurrent
from lstm_viz.spec import Cell

CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")
GATES: dict[Cell, str] = {"rnn": "h", "gru": "rzn", "lstm": "ifgo"}
"""The blocks of rows in W_hh, in their order."""
ADDED = 2
"""F of the adding problem: the number and the mark."""


class Reader(nn.Module):
    """A recurrent layer and a Linear: x (B, T, F) → (B, O) after the last step, or (B, T, O) with ``every_step``."""

    def __init__(self, recurrent: Recurrent, outputs: int = 1, *, every_step: bool = False) -> None:
        super().__init__()
        self.recurrent = recurrent
        self.linear = nn.Linear(recurrent.hidden_size, outputs)
        self.every_step = every_step

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.recurrent(x)  # (B, T, H)
        read: Tensor = self.linear(output if self.every_step else output[:, -1])
        return read


def make_reader(
    spec: GradientSpec, cell: Cell, features: int = ADDED, outputs: int = 1, *, every_step: bool = False
) -> Reader:
    """The network of one cell in float32, drawn with torch's present random state, with the spec's scale and bias.

    >>> reader = make_reader(GradientSpec(hidden_size=4, forget_bias=1), "lstm")
    >>> (reader.recurrent.bias_ih_l0 + reader.recurrent.bias_hh_l0)[4:8].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    H = spec.hidden_size  # noqa: N806
    if cell == "rnn":
        recurrent: Recurrent = nn.RNN(features, H, nonlinearity=spec.activation, batch_first=True)
    else:
        recurrent = {"gru": nn.GRU, "lstm": nn.LSTM}[cell](features, H, batch_first=True)
    weights = dict(recurrent.named_parameters())
    with torch.no_grad():
        for block in torch.split(weights["weight_hh_l0"], H):  # (H, H), one for each gate
            if spec.start == "orthogonal":
                nn.init.orthogonal_(block)
            block *= spec.weight_scale
        if cell == "lstm":
            weights["bias_ih_l0"][H : 2 * H] = spec.forget_bias
            weights["bias_hh_l0"][H : 2 * H] = 0
    return Reader(recurrent, outputs, every_step=every_step)


def seeded_reader(spec: GradientSpec, cell: Cell) -> Reader:
    """The same with the weights of the spec's seed; torch's random state stays as it was."""
    with seeded(spec.seed):
        return make_reader(spec, cell)


def batch_of(spec: GradientSpec, draw: int = 0) -> tuple[Tensor, Tensor]:
    """A batch of the adding problem, x (B, T, 2) and y (B, 1) float32; each ``draw`` is another one."""
    x, y = make_adding(spec.batch_size, spec.steps, spec.seed + draw)
    return torch.from_numpy(x), torch.from_numpy(y)


def flow_of(spec: GradientSpec, cell: Cell) -> Flow:
    """The gradients of one of the three networks before any training, in float64: 10⁻⁶⁰ is a number there.

    The loss is the mean squared error of the adding problem, after the last step.

    >>> flow = flow_of(GradientSpec(steps=30), "rnn")
    >>> flow.x[0] < 1e-6 < flow.x[-1]
    True
    """
    reader = seeded_reader(replace(spec, view="through-time"), cell).double()
    x, y = (tensor.double() for tensor in batch_of(spec))
    mse = partial(nn.functional.mse_loss, target=y)
    return measure(reader.recurrent, x, lambda output: mse(reader.linear(output[:, -1])))
