"""Numbers that show a harm which PyTorch does not mention. Each is 0 where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

from lstm_viz.audit.dependency import DependencyMap, Place
from lstm_viz.pitfalls.records import Measure, Namespace


def gap(what: str, first: Callable[[Namespace], Tensor], second: Callable[[Namespace], Tensor]) -> Measure:
    """The greatest difference of two tensors that should be equal."""
    return Measure(what, lambda names: _greatest(first(names), second(names)))


def value(what: str, of: Callable[[Namespace], Any]) -> Measure:
    """Any number of a program's variables."""
    return Measure(what, lambda names: float(of(names)))


def alone() -> Measure:
    """How far the predictions move when each sample of ``x`` (B, T, F) is sent through ``predict`` alone."""
    return Measure("how far a prediction moves when its sample is alone in the batch", _alone)


def mixed() -> Measure:
    """Places where a prediction depends on another sample than its own."""
    return Measure("places where a prediction depends on another sample", lambda names: _count(names, "mixed"))


def unseen() -> Measure:
    """Steps of a sample that its own prediction does not depend on, of the worst sample."""
    return Measure("steps of its own sample that a prediction never sees", lambda names: _count(names, "unseen"))


def future() -> Measure:
    """Places where the prediction of a step depends on a later one."""
    return Measure("places where a prediction sees a later step", lambda names: _count(names, "future"))


def without_gradient() -> Measure:
    """Parameters of ``model`` that the loss gives no gradient."""
    return Measure(
        "weights and biases that get no gradient",
        lambda names: sum(each.grad is None for each in names["model"].parameters()),
    )


DEPENDS = "depends on"
"""Among a program's variables: its ``reach``, taken once for all measures."""


def reach(names: Namespace) -> Tensor:
    """Which step of which sample each prediction depends on: (B, T_out, B, T), True where a gradient is not zero.

    ``predict(x)`` is (B, O) with one prediction a sample, or (B, T, O) with one a step.
    """
    modules = [each for each in names.values() if isinstance(each, nn.Module)]
    x = names["x"].detach().double().requires_grad_()  # in float32 a small gradient could vanish
    try:
        for module in modules:
            module.double()
        y = cast(Tensor, names["predict"](x))
    finally:
        for module in modules:
            module.float()
    steps = y if y.dim() == 3 else y.unsqueeze(1)  # (B, T_out, O)
    rows = (steps * (torch.rand(steps.shape, dtype=y.dtype) + 0.5)).sum(2)  # (B, T_out): no two outputs cancel
    gradients = [torch.autograd.grad(row, x, retain_graph=True)[0] for row in rows.flatten()]
    depends = torch.stack(gradients).abs().sum(-1) != 0
    return depends.reshape(*rows.shape, *x.shape[:2])


def dependency(names: Namespace) -> DependencyMap:
    """What was reached, as a map that can be drawn."""
    found = names[DEPENDS]
    samples, answers, _, steps = found.shape
    outputs = [
        Place(b, t, f"y[{b}, {t}]") if answers > 1 else Place(b, None, f"y[{b}]") for b, t in _grid(samples, answers)
    ]
    inputs = [Place(b, t, f"x[{b}, {t}]") for b, t in _grid(samples, steps)]
    depends = found.reshape(len(outputs), len(inputs))
    expected = torch.tensor([[_expected(output, each) for each in inputs] for output in outputs])
    padding = torch.zeros(len(inputs), dtype=torch.bool)
    return DependencyMap(tuple(outputs), tuple(inputs), depends, depends.double(), expected, padding, samples, steps)


def _expected(output: Place, each: Place) -> bool:
    """A prediction may know its own sample, up to its own step."""
    return output.sample == each.sample and (output.step is None or cast(int, each.step) <= output.step)


def _grid(rows: int, columns: int) -> list[tuple[int, int]]:
    return [(row, column) for row in range(rows) for column in range(columns)]


def _count(names: Namespace, what: str) -> float:
    found = names[DEPENDS]
    samples = torch.arange(found.shape[0])
    own = found[samples, :, samples]  # (B, T_out, T)
    if what == "mixed":
        return float(found.sum() - own.sum())
    if what == "unseen":
        return float((~own.any(1)).sum(1).max())
    return float(own.triu(1).sum())


def _alone(names: Namespace) -> float:
    predict, x = names["predict"], names["x"]
    with torch.no_grad():
        together = predict(x)
        return max(_greatest(together[place], predict(x[place : place + 1])[0]) for place in range(len(x)))


def _greatest(first: Tensor, second: Tensor) -> float:
    return float((first.detach() - second.detach()).abs().max())
