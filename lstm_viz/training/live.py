"""How far a network is while it learns: its predictions in real units, or its confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from torch import nn

from lstm_viz.spec import NetworkSpec
from lstm_viz.training.data import Samples, TrainingData
from lstm_viz.training.metrics import decided, measured, predict

MOST_SHOWN = 2_000
"""How many samples of a part are predicted at most: the last ones of it."""


@dataclass(frozen=True, eq=False)
class Live:
    """A look at the network after ``epoch``, at the pace of the clock and not of the epochs.

    ``predictions`` holds one step ahead for each part, in real units, (N, O) or (N, T, O), the last MOST_SHOWN samples;
    empty for classes. ``confusion`` counts the watched samples' true classes (rows) against the predicted ones; None
    for regression. ``text`` is a sample of what a character model writes. Where it is not ``whole``, some batches of
    the next epoch were learned too.
    """

    epoch: int
    metrics: Mapping[str, float] = field(default_factory=dict)
    predictions: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    confusion: NDArray[np.int64] | None = None
    text: str = ""
    whole: bool = True


def look(model: nn.Module, data: TrainingData, network: NetworkSpec | None, epoch: int, whole: bool = True) -> Live:
    """Look at a model. Random state and mode stay as they were."""
    return replace(_look(model, data, network, epoch), whole=whole)


def _look(model: nn.Module, data: TrainingData, network: NetworkSpec | None, epoch: int) -> Live:
    if data.task == "regression":
        parts = {"train": data.train, "validation": data.validation, "test": data.test}
        found = {name: predict(model, last(part), network) for name, part in parts.items() if part is not None}
        real = {name: data.inverse(prediction.numpy()) for name, prediction in found.items()}
        return Live(epoch, _metrics(model, data, network), real)
    if data.watched is None:
        return Live(epoch, text=data.sample(model, network) if data.sample else "")
    prediction = predict(model, data.watched, network)
    target, given = data.watched.target.numpy().reshape(-1), decided(data.task, prediction).reshape(-1)
    classes = 2 if data.task == "binary" else prediction.shape[-1]
    counts = np.bincount(target.astype(np.int64) * classes + given.astype(np.int64), minlength=classes**2)
    text = data.sample(model, network) if data.sample else ""
    return Live(epoch, measured(data, data.watched, prediction), {}, counts.reshape(classes, classes), text)


def last(samples: Samples) -> Samples:
    """The last of them, as many as are shown."""
    if len(samples) <= MOST_SHOWN:
        return samples
    before = None if samples.before is None else samples.before[-MOST_SHOWN:]
    return replace(samples, x=samples.x[-MOST_SHOWN:], target=samples.target[-MOST_SHOWN:], before=before)


def _metrics(model: nn.Module, data: TrainingData, network: NetworkSpec | None) -> dict[str, float]:
    if data.watched is None:
        return {}
    return measured(data, data.watched, predict(model, data.watched, network))
