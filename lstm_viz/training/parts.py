"""The parts that a TrainingSpec chooses: optimizer, schedule and loss, and the lines of code that make them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import LRScheduler

from lstm_viz.spec import NetworkSpec
from lstm_viz.training.spec import Loss, TrainingSpec

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]

_OPTIMIZERS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "sgd": torch.optim.SGD,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}
OF_TASK: Mapping[str, Loss] = {"regression": "mse", "classification": "cross-entropy", "binary": "bce"}
"""The loss that "auto" stands for."""
_LOSSES: Mapping[str, LossFunction] = {
    "mse": functional.mse_loss,
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
    "cross-entropy": functional.cross_entropy,
    "bce": functional.binary_cross_entropy_with_logits,
}
LOSS_NAMES: Mapping[str, str] = {
    "mse": "nn.MSELoss()",
    "mae": "nn.L1Loss()",
    "huber": "nn.HuberLoss()",
    "cross-entropy": "nn.CrossEntropyLoss()",
    "bce": "nn.BCEWithLogitsLoss()",
}
"""Each loss as a person writes it."""


class LossError(ValueError):
    """A prediction and a target that this loss cannot compare; the message gives both shapes and what to do."""


def make_optimizer(weights: Iterable[nn.Parameter], spec: TrainingSpec) -> torch.optim.Optimizer:
    """The optimizer of a spec.

    >>> make_optimizer(nn.Linear(1, 1).parameters(), TrainingSpec(optimizer="sgd")).defaults["momentum"]
    0.9
    """
    options = {"lr": spec.learning_rate, "weight_decay": spec.weight_decay}
    if spec.optimizer == "sgd":
        options["momentum"] = spec.momentum
    return _OPTIMIZERS[spec.optimizer](weights, **options)


def make_scheduler(
    optimizer: torch.optim.Optimizer, spec: TrainingSpec
) -> LRScheduler | torch.optim.lr_scheduler.ReduceLROnPlateau | None:
    """torch's own scheduler of a spec; None where the learning rate stays."""
    schedules = torch.optim.lr_scheduler
    if spec.schedule == "step":
        return schedules.StepLR(optimizer, spec.schedule_every, spec.schedule_factor)
    if spec.schedule == "cosine":
        return schedules.CosineAnnealingLR(optimizer, spec.epochs)
    if spec.schedule == "plateau":
        return schedules.ReduceLROnPlateau(optimizer, factor=spec.schedule_factor, patience=spec.schedule_every)
    return None


def loss_name(spec: TrainingSpec, network: NetworkSpec | None = None, target: Tensor | None = None) -> Loss:
    """Which loss "auto" stands for: that of the network's task, else cross-entropy for class indices, else MSE.

    >>> loss_name(TrainingSpec(), NetworkSpec(task="binary")), loss_name(TrainingSpec(), target=torch.tensor([1]))
    ('bce', 'cross-entropy')
    """
    if spec.loss != "auto":
        return spec.loss
    if network is not None:
        return OF_TASK[network.task]
    return "cross-entropy" if target is not None and not target.is_floating_point() else "mse"


def make_loss(name: Loss) -> LossFunction:
    """The loss as a function of prediction and target that refuses what torch would broadcast without a word.

    Scores of every step, (B, T, C), are turned to the (B, C, T) that cross-entropy wants. Raises LossError.

    >>> make_loss("mse")(torch.zeros(4, 1), torch.zeros(4))
    Traceback (most recent call last):
    lstm_viz.training.parts.LossError: The prediction has the shape (4, 1) and the target (4,): mse compares number \
with number, so expected the same shape. Add an axis to the target with target.unsqueeze(-1), or drop the prediction's.
    """
    compare = _LOSSES[name]
    if name == "cross-entropy":
        return lambda prediction, target: compare(classes_second(prediction, target), target)

    def same_shape(prediction: Tensor, target: Tensor) -> Tensor:
        if prediction.shape != target.shape:
            shapes = f"The prediction has the shape {tuple(prediction.shape)} and the target {tuple(target.shape)}"
            advice = "Add an axis to the target with target.unsqueeze(-1), or drop the prediction's."
            raise LossError(f"{shapes}: {name} compares number with number, so expected the same shape. {advice}")
        if not target.is_floating_point():
            kinds = f"{name} compares numbers, and the target holds {target.dtype}"
            advice = "Write target.float(), or choose loss=cross-entropy for classes."
            raise LossError(f"{kinds}: expected float32. {advice}")
        return compare(prediction, target)

    return same_shape


def classes_second(prediction: Tensor, target: Tensor) -> Tensor:
    """Scores (N, …, C) turned to (N, C, …), as cross-entropy wants them; others stay. Raises LossError."""
    if target.is_floating_point() or prediction.ndim != target.ndim + 1:
        expected = "cross-entropy: expected scores with an axis of classes and class indices"
        found = f"a prediction {tuple(prediction.shape)} and a target {tuple(target.shape)} of {target.dtype}"
        advice = "Give the target one index a prediction, without the axis of the classes: target.long()."
        raise LossError(f"{expected}, got {found}. {advice}")
    turn = prediction.ndim > 2 and prediction.shape[:-1] == target.shape
    return prediction.movedim(-1, 1) if turn else prediction


def gradient_norm(weights: list[nn.Parameter], clip: float) -> Tensor:
    """The norm of all gradients together; they are then scaled down to ``clip``, if that is not 0."""
    if clip:
        return nn.utils.clip_grad_norm_(weights, clip)
    norms = torch._foreach_norm([weight.grad for weight in weights if weight.grad is not None])
    norm: Tensor = torch.linalg.vector_norm(torch.stack(norms))  # as nn.utils.get_total_norm does, in half the time
    return norm
