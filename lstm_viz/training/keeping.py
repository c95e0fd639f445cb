"""What a training run carries from epoch to epoch, and a checkpoint of it that another run goes on from."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from lstm_viz.training.parts import make_optimizer, make_scheduler
from lstm_viz.training.spec import TrainingSpec


class Best:
    """The weights of the epoch with the lowest loss so far."""

    def __init__(self, model: nn.Module) -> None:
        self.loss, self.epoch = math.inf, 0
        self._now = list(model.state_dict().values())
        self._kept = [tensor.clone() for tensor in self._now]
        self._names = tuple(model.state_dict())

    def offer(self, loss: float, epoch: int) -> bool:
        """Keep the present weights if no epoch had a lower loss."""
        if not loss < self.loss:
            return False
        self.loss, self.epoch = loss, epoch
        torch._foreach_copy_(self._kept, self._now)
        return True

    @torch.no_grad()
    def put_back(self) -> None:
        """Give the model the weights that were kept."""
        torch._foreach_copy_(self._now, self._kept)

    @property
    def weights(self) -> dict[str, Tensor]:
        """They, as a state_dict."""
        return dict(zip(self._names, self._kept, strict=True))

    def restore(self, loss: float, epoch: int, weights: dict[str, Tensor]) -> None:
        """Take over what another run kept."""
        self.loss, self.epoch = loss, epoch
        torch._foreach_copy_(self._kept, [weights[name] for name in self._names])


@dataclass(eq=False)
class Training:
    """A model with its optimizer, its schedule and its best weights, after ``epoch`` epochs.

    >>> training = Training(nn.Linear(1, 1), TrainingSpec())
    >>> training.epoch, training.best.epoch
    (0, 0)
    """

    model: nn.Module
    spec: TrainingSpec
    epoch: int = 0
    optimizer: torch.optim.Optimizer = field(init=False)
    best: Best = field(init=False)

    def __post_init__(self) -> None:
        self.optimizer = make_optimizer(self.model.parameters(), self.spec)
        self._scheduler = make_scheduler(self.optimizer, self.spec)
        self.best = Best(self.model)

    def schedule(self, loss: float) -> None:
        """Set the learning rate of the next epoch."""
        if isinstance(self._scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            self._scheduler.step(loss)
        elif self._scheduler is not None:
            self._scheduler.step()

    def checkpoint(self, shuffling: torch.Generator | None = None) -> bytes:
        """All that a run needs to go on as if it had not been interrupted; ``shuffling`` draws the order of samples."""
        parts: dict[str, Any] = {
            "epoch": self.epoch,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": None if self._scheduler is None else self._scheduler.state_dict(),
            "best": {"loss": self.best.loss, "epoch": self.best.epoch, "weights": self.best.weights},
            "random": torch.get_rng_state(),
            "shuffling": None if shuffling is None else shuffling.get_state(),
        }
        return to_bytes(parts)

    def go_on(self, checkpoint: bytes, shuffling: torch.Generator | None = None, from_best: bool = False) -> None:
        """Take over a checkpoint. ``from_best`` takes only its best weights, and the optimizer starts afresh."""
        parts = from_bytes(checkpoint)
        best = parts["best"]
        self.best.restore(best["loss"], best["epoch"], best["weights"])
        if from_best:
            self.epoch = best["epoch"]
            self.best.put_back()
            return
        self.epoch = parts["epoch"]
        self.model.load_state_dict(parts["model"])
        rates = [group["lr"] for group in self.optimizer.param_groups]
        self.optimizer.load_state_dict(parts["optimizer"])
        if parts["scheduler"] is not None and self._scheduler is not None:
            self._scheduler.load_state_dict(parts["scheduler"])
        elif self._scheduler is None:
            for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
                group["lr"] = rate  # other settings may have been chosen for the rest
        torch.set_rng_state(parts["random"])
        if shuffling is not None and parts["shuffling"] is not None:
            shuffling.set_state(parts["shuffling"])


def to_bytes(value: Any) -> bytes:
    """As torch.save writes it."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def from_bytes(content: bytes) -> Any:
    """The value again; tensors, numbers, texts and containers of them, and nothing that could run."""
    return torch.load(io.BytesIO(content), weights_only=True)


def weights_of(checkpoint: bytes, which: str = "last") -> dict[str, Tensor]:
    """The state_dict in a checkpoint: that of its epoch ("last"), or the one with the lowest loss ("best")."""
    parts = from_bytes(checkpoint)
    weights: dict[str, Tensor] = parts["best"]["weights"] if which == "best" else parts["model"]
    return weights


Evaluate = Callable[[nn.Module], dict[str, float]]
