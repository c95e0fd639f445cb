"""What an audit of the reference model costs, with its loss and its training steps."""

from __future__ import annotations

import time
from statistics import median

import torch
from torch import Tensor, nn

from lstm_viz.audit import audit
from tests.benchmarks.figure import Figure, spread
from tests.support.sound_models import Model

B, T, F, H, L = 8, 32, 16, 64, 2
TARGET = 1.0


def auditing(rounds: int) -> list[Figure]:
    """audit(model, x, target, loss) of the last step, and of every step."""
    torch.set_num_threads(1)  # as the app does
    torch.manual_seed(0)
    x = torch.randn(B, T, F)
    heads = {
        "last step": (_model(lambda output: output[:, -1]), torch.randn(B, 1)),
        "every step": (_model(lambda output: output), torch.randn(B, T, 1)),
    }
    figures = []
    for name, (model, target) in heads.items():
        seconds = []
        for _ in range(3 + rounds):
            started = time.perf_counter()
            audit(model, x, target, nn.MSELoss())
            seconds.append(time.perf_counter() - started)
        figures.append(Figure(f"audit, {name}", median(seconds[3:]), "s", TARGET, parts=spread(seconds[3:])))
    return figures


def _model(pick: object) -> nn.Module:
    def forward(self: Model, x: Tensor) -> Tensor:
        output, _ = self.rnn(x)
        return self.fc(pick(output))  # type: ignore[operator, no-any-return]

    return Model(forward, rnn=nn.LSTM(F, H, L, batch_first=True), fc=nn.Linear(H, 1))
