"""The training loop. It knows no user interface: it is a generator of epochs, and whoever listens draws."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

import torch
from torch import Tensor, nn

from lstm_viz.training.keeping import Training
from lstm_viz.training.measures import finite, mean_loss
from lstm_viz.training.parts import LossFunction, gradient_norm
from lstm_viz.training.records import Epoch
from lstm_viz.training.state import batch_axis, between_batches


def epochs(
    training: Training,
    batches: Iterable[tuple[Tensor, Tensor]],
    validation: Iterable[tuple[Tensor, Tensor]] | None,
    loss_function: LossFunction,
    evaluate: Callable[[nn.Module], Mapping[str, float]] = lambda model: {},
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Epoch]:
    """Train, and yield an Epoch after each. Raises NotFinite where the loss is no number any more."""
    model, optimizer, spec = training.model, training.optimizer, training.spec
    weights, samples_axis = list(model.parameters()), batch_axis(model)
    for epoch in range(training.epoch + 1, spec.epochs + 1):
        began, losses, norms, compared, samples = clock(), 0.0, [], 0, 0
        model.train()
        with between_batches(model, spec.state):
            for x, target in batches:
                optimizer.zero_grad()  # forget the gradients of the batch before
                prediction = model(x)
                loss = loss_function(prediction, target)
                loss.backward()  # type: ignore[no-untyped-call]  # a gradient for each weight
                norms.append(gradient_norm(weights, spec.clip))
                losses += finite(loss.item(), epoch) * target.numel()
                optimizer.step()  # change each weight against its gradient
                compared += target.numel()
                samples += x.shape[samples_axis]
        trained = clock() - began

        train_loss = losses / compared
        validation_loss = mean_loss(model, validation, loss_function) if validation else None
        learning_rate = optimizer.param_groups[0]["lr"]
        watched = train_loss if validation_loss is None else validation_loss
        is_best = training.best.offer(watched, epoch)
        training.schedule(watched)
        training.epoch = epoch
        yield Epoch(
            epoch=epoch,
            train_loss=train_loss,
            validation_loss=validation_loss,
            gradient_norm=torch.stack(norms).max().item(),
            learning_rate=learning_rate,
            seconds=clock() - began,
            samples_per_second=samples / max(trained, 1e-9),
            metrics=evaluate(model) if spec.is_measured(epoch) else {},
            best=is_best,
        )
        if 0 < spec.patience <= epoch - training.best.epoch:
            break
    if spec.patience:
        training.best.put_back()
