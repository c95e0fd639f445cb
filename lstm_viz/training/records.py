"""Epoch: what one pass over the training data gave, and the whole curve of them as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch. Losses are means over all that the loss was taken of, each batch as it was met.

    ``validation_loss`` is None without validation data. ``gradient_norm`` is the largest of the epoch's batches, of all
    gradients together and before clipping. ``learning_rate`` is the one the epoch was trained with; ``seconds`` counts
    validation in, ``samples_per_second`` leaves it out. ``metrics`` is empty in epochs that were not measured: see
    ``TrainingSpec.metrics_every``. ``best`` says whether no earlier epoch had a lower validation loss.

    >>> Epoch(1, train_loss=0.5, validation_loss=0.6, gradient_norm=2.0, learning_rate=0.001, seconds=0.1,
    ...       samples_per_second=300.0).best
    False
    """

    epoch: int
    train_loss: float
    validation_loss: float | None
    gradient_norm: float
    learning_rate: float
    seconds: float
    samples_per_second: float
    metrics: Mapping[str, float] = field(default_factory=dict)
    best: bool = False


COLUMNS = (
    "epoch",
    "train_loss",
    "validation_loss",
    "gradient_norm",
    "learning_rate",
    "seconds",
    "samples_per_second",
)


def curves_csv(curve: Sequence[Epoch]) -> str:
    """The whole curve as CSV, a row an epoch, a column a metric; a number is written so that it reads back the same.

    >>> print(curves_csv([Epoch(1, 0.5, None, 2.0, 0.001, 0.1, 300.0, {"RMSE": 12.5})]))
    epoch,train_loss,validation_loss,gradient_norm,learning_rate,seconds,samples_per_second,RMSE
    1,0.5,,2.0,0.001,0.1,300.0,12.5
    <BLANKLINE>
    """
    names = _metric_names(curve)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *names))
    for each in curve:
        writer.writerow((*(getattr(each, name) for name in COLUMNS), *(each.metrics.get(name) for name in names)))
    return text.getvalue()


def _metric_names(curve: Iterable[Epoch]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in curve for name in each.metrics))
