"""How good a network is, in real units, beside two baselines that need no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lstm_viz.amounts import measured_text
from lstm_viz.spec import NetworkSpec, Task
from lstm_viz.training.batches import Layout
from lstm_viz.training.data import Samples, TrainingData, in_order

Metrics = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Report:
    """What came out: ``metrics`` of the network and of each of ``baselines``, on the ``part`` that was judged.

    Regression has MAE and RMSE in real units; classes have accuracy and F1 (of the class 1 where there are two, else
    the mean over the classes). ``confusion`` counts true classes (rows) against predicted ones (columns), ``labels``
    names them; None for regression. ``verdict`` says in a sentence whether the network is better than both.
    """

    part: str
    metrics: Metrics
    baselines: Mapping[str, Metrics]
    verdict: str
    confusion: NDArray[np.int64] | None = None
    labels: tuple[str, ...] = ()


@torch.no_grad()
def predict(model: nn.Module, samples: Samples, network: NetworkSpec | None = None) -> Tensor:
    """What a model gives for all samples, in evaluation mode, samples first: (N, O), (N, T, O), (N, C) or (N, T, C)."""
    was_training = model.training
    model.eval()
    layout = Layout(network) if network else None
    found = []
    for x, _ in in_order(samples, network) or ():
        given = model(x)
        count = x.shape[0 if network is None or network.batch_first else 1]
        found.append(layout.samples_first(given, count) if layout else given)
    model.train(was_training)
    return torch.cat(found)


def evaluator(data: TrainingData, network: NetworkSpec | None = None) -> Callable[[nn.Module], Metrics]:
    """What a training loop calls to measure a model on the watched samples; nothing where there are none."""
    samples = data.watched
    if samples is None:
        return lambda model: {}
    watched = samples
    return lambda model: measured(data, watched, predict(model, watched, network))


def measured(data: TrainingData, samples: Samples, prediction: Tensor) -> dict[str, float]:
    """The metrics of a prediction (N, …) of these samples."""
    if data.task == "regression":
        return errors(data.inverse(samples.target.numpy()), data.inverse(prediction.numpy()))
    return agreements(samples.target.numpy().reshape(-1), decided(data.task, prediction).reshape(-1))


def errors(target: NDArray[np.float64], prediction: NDArray[np.float64]) -> dict[str, float]:
    """MAE and RMSE, in the unit of the target.

    >>> errors(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    {'MAE': 1.0, 'RMSE': 1.4142135623730951}
    """
    from sklearn.metrics import mean_absolute_error, root_mean_squared_error  # here, because it takes a second

    flat, other = target.reshape(-1), prediction.reshape(-1)
    return {"MAE": float(mean_absolute_error(flat, other)), "RMSE": float(root_mean_squared_error(flat, other))}


def agreements(target: NDArray[Any], prediction: NDArray[Any]) -> dict[str, float]:
    """Accuracy and F1: of the class 1 where no other than 0 and 1 occurs, else the mean over the classes.

    >>> agreements(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0]))
    {'accuracy': 0.75, 'F1': 0.8}
    """
    from sklearn.metrics import accuracy_score, f1_score

    two = max(target.max(initial=0), prediction.max(initial=0)) <= 1
    f1 = f1_score(target, prediction, average="binary" if two else "macro", zero_division=0.0)
    return {"accuracy": float(accuracy_score(target, prediction)), "F1": float(f1)}


def decided(task: Task, scores: Tensor) -> NDArray[Any]:
    """The class of each prediction: the largest score, or 1 where a logit is above 0 (a probability above one half)."""
    if task == "classification":
        return scores.argmax(dim=-1).numpy()
    return (scores > 0).float().numpy()


def report(model: nn.Module, data: TrainingData, network: NetworkSpec | None = None) -> Report | None:
    """The metrics on the test samples, else on the validation samples, beside the baselines; None without either."""
    samples = data.judged
    if samples is None:
        return None
    prediction = predict(model, samples, network)
    metrics, plain = measured(data, samples, prediction), baselines(data, samples)
    part = "test" if samples is data.test else "validation"
    confusion, labels = None, data.classes
    if data.task != "regression":
        from sklearn.metrics import confusion_matrix

        target, given = samples.target.numpy().reshape(-1), decided(data.task, prediction).reshape(-1)
        known = 2 if data.task == "binary" else data.sizes.get("outputs", 1)
        count = max(known, int(target.max()) + 1, int(given.max()) + 1)
        confusion = confusion_matrix(target, given, labels=range(count))
        labels = labels or tuple(map(str, range(count)))
    return Report(part, metrics, plain, verdict(data.task, metrics, plain), confusion, labels)


def baselines(data: TrainingData, samples: Samples) -> dict[str, dict[str, float]]:
    """What needs no network: the last value known, and the mean or the most frequent class of the training samples."""
    found = {}
    if data.task == "regression":
        real = data.inverse(samples.target.numpy())
        if samples.before is not None:
            found["last value"] = errors(real, samples.before)
        mean = data.inverse(data.train.target.numpy()).mean()
        return found | {"mean of training": errors(real, np.full(real.shape, mean))}
    target = samples.target.numpy().reshape(-1)
    if samples.before is not None:
        found["last value"] = agreements(target, samples.before.reshape(-1).astype(target.dtype))
    classes, counts = np.unique(data.train.target.numpy(), return_counts=True)
    return found | {"most frequent class": agreements(target, np.full(target.shape, classes[counts.argmax()]))}


def verdict(task: Task, metrics: Metrics, plain: Mapping[str, Metrics]) -> str:
    """Whether a network is better than what needs none, in a sentence."""
    name, better = ("RMSE", "lower") if task == "regression" else ("accuracy", "higher")
    sign = -1 if task == "regression" else 1
    best = max(plain, key=lambda each: sign * plain[each][name])
    ours, theirs = metrics[name], plain[best][name]
    numbers = f"{name} {measured_text(ours)} against {measured_text(theirs)}"
    if sign * ours <= sign * theirs:
        return f"Not better than a baseline, the {best}: {numbers} ({better} is better)."
    if len(plain) == 1:
        return f"Better than the baseline, the {best}: {numbers} ({better} is better)."
    return f"Better than both baselines: {numbers} of the better one, the {best} ({better} is better)."
