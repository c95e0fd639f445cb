"""The loss over data that is not trained on, and the check that a loss is still a number."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from lstm_viz.training.parts import LossFunction


class NotFinite(ArithmeticError):  # noqa: N818
    """A loss became infinite or no number: at which ``epoch``. The message says what to change."""

    def __init__(self, value: float, epoch: int) -> None:
        self.value, self.epoch = value, epoch
        what = "no number (nan)" if math.isnan(value) else "infinite"
        advice = "Lower the learning rate, clip the gradients, or scale the data."
        super().__init__(f"The loss became {what} in epoch {epoch:,}: expected a finite number. {advice}")

    def __reduce__(self) -> tuple[type[NotFinite], tuple[float, int]]:
        return NotFinite, (self.value, self.epoch)


def finite(loss: float, epoch: int) -> float:
    """``loss`` itself. Raises NotFinite."""
    if not math.isfinite(loss):
        raise NotFinite(loss, epoch)
    return loss


@torch.no_grad()
def mean_loss(model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], loss_function: LossFunction) -> float:
    """The loss over all batches in evaluation mode: the mean over all that it was taken of. NaN without batches."""
    model.eval()
    losses, compared = 0.0, 0
    for x, target in batches:
        losses += loss_function(model(x), target).item() * target.numel()
        compared += target.numel()
    return losses / compared if compared else math.nan
