"""Which prediction depends on which input of a few lines of code, by their gradients in double precision."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from lstm_viz.audit.dependency import DependencyMap, Place


def depends_on(
    predict: Callable[[Tensor], Tensor], x: Tensor, modules: tuple[nn.Module, ...], *, future: bool = False
) -> DependencyMap:
    """The map of ``predict(x)``, (N, O) with a row for each prediction or (B, T, O) with one for each step.

    ``x`` is (B, T, F). Row k is expected to depend on sample k alone, and a step on no later one unless ``future``. The
    ``modules`` that it uses are made double for a moment, since a small gradient could vanish in float32.

    >>> lstm = nn.LSTM(1, 2, batch_first=True)
    >>> found = depends_on(lambda x: lstm(x)[0][:, -1], torch.randn(2, 3, 1), (lstm,))
    >>> found.depends.int().tolist()
    [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]
    """
    numbers = x.detach().double().requires_grad_()
    try:
        for module in modules:
            module.double()
        y = predict(numbers)
    finally:
        for module in modules:
            module.float()
    B, T, _ = x.shape  # noqa: N806
    weights = torch.linspace(0.5, 1.5, y.shape[-1], dtype=y.dtype)  # no two outputs cancel
    rows = (y * weights).sum(-1)  # (N,) or (B, T)
    gradients = [torch.autograd.grad(row, numbers, retain_graph=True)[0] for row in rows.flatten()]
    strength = torch.stack(gradients).abs().sum(-1).flatten(1)  # (outputs, B·T)
    outputs = _places("y", *rows.shape) if rows.dim() == 2 else [Place(k, None, f"y[{k}]") for k in range(len(rows))]
    inputs = _places("x", B, T)
    right = [[_expected(output, each, future) for each in inputs] for output in outputs]
    padding = torch.zeros(len(inputs), dtype=torch.bool)
    return DependencyMap(
        tuple(outputs), tuple(inputs), strength != 0, strength, torch.tensor(right), padding, samples=B, steps=T
    )


def _places(name: str, samples: int, steps: int) -> list[Place]:
    return [Place(b, t, f"{name}[{b}, {t}]") for b in range(samples) for t in range(steps)]


def _expected(output: Place, each: Place, future: bool) -> bool:
    if output.sample != each.sample:
        return False
    return future or output.step is None or each.step is None or each.step <= output.step
