"""Training steps in a row on a copy: which weights learn, and whether anything of the first is left in the second."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lstm_viz.arguments import Arguments
from lstm_viz.audit.isolating import Program
from lstm_viz.running import Loss, silent
from lstm_viz.seen import replaced, tensors_in


@dataclass(frozen=True)
class Stepped:
    """``unused`` are the parameters that the first step gave no gradient, of ``parameters`` in all.

    ``undetached`` is what PyTorch said to the second backward pass where the first one's graph was still in it;
    ``no_graph`` what it said where the first had none; ``carries`` is the largest difference that an earlier batch
    made to the output, 0 for a model that starts anew each time.
    """

    unused: tuple[str, ...] = ()
    parameters: int = 0
    undetached: str = ""
    no_graph: str = ""
    carries: float = 0.0


def train_twice(
    copied: Callable[[], nn.Module],
    arguments: Arguments,
    loss: Loss | None,
    target: Any,
    same_draws: Callable[[], None],
) -> Stepped:
    """Two training steps in a row on one copy, two predictions in a row on another. Raises what the model raises."""
    module = copied()
    module.train()
    names = {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}
    undetached, no_graph = "", ""
    unused: tuple[str, ...] = ()
    with warnings.catch_warnings(), silent(), torch.enable_grad():
        warnings.simplefilter("ignore")
        for step in range(2):
            result = _call(module, arguments)
            scalar = _scalar(result, loss, target)
            try:
                scalar.backward()  # type: ignore[no-untyped-call]
            except RuntimeError as error:
                if "second time" in str(error) or "modified by an inplace operation" in str(error):
                    undetached = str(error).splitlines()[0] if step else ""
                elif "does not require grad" in str(error):
                    no_graph = str(error).splitlines()[0]
                break
            if step == 0:
                unused = tuple(name for name, parameter in names.items() if parameter.grad is None)
        carries = 0.0 if undetached else _carried(copied(), arguments, same_draws)
    return Stepped(unused, len(names), undetached, no_graph, carries)


def _carried(module: nn.Module, arguments: Arguments, same_draws: Callable[[], None]) -> float:
    """How far a prediction moves when another batch went before it, beyond what it moves by itself."""
    module.eval()
    with torch.no_grad():
        other: Arguments = replaced(arguments, _other)
        runs = []
        for before in (arguments, other):
            if isinstance(module, Program):
                module.rewind()
            start = dict(_state(module))
            same_draws()
            _call(module, before)
            same_draws()
            runs.append(_first(_call(module, arguments)))
            for name, value in start.items():
                _put_back(module, name, value)
    first, second = runs
    if first is None or second is None or first.shape != second.shape:
        return 0.0
    gap = (first - second).abs().nan_to_num(0.0)
    scale = float(first.abs().max()) if first.numel() else 0.0
    return float(gap.max()) if first.numel() and float(gap.max()) > 1e-6 * max(1.0, scale) else 0.0


def _state(module: nn.Module) -> Iterable[tuple[tuple[nn.Module, str], Any]]:
    for part in module.modules():
        for name, value in list(vars(part).items()):
            if not name.startswith("_") or name == "_buffers":
                yield (part, name), dict(value) if name == "_buffers" else value


def _put_back(module: nn.Module, place: tuple[nn.Module, str], value: Any) -> None:
    part, name = place
    if name == "_buffers":
        part._buffers.update(value)
    else:
        vars(part)[name] = value


def _other(part: Any) -> Any:
    if isinstance(part, Tensor) and part.is_floating_point():
        return -part.flip(0) - 0.5
    return part.flip(0) if isinstance(part, Tensor) and part.ndim >= 2 else part


def _call(module: nn.Module, arguments: Arguments) -> Any:
    inputs, keywords = replaced(arguments, _fresh)
    return module(*inputs, **keywords)


def _fresh(part: Any) -> Any:
    return part.detach().clone() if isinstance(part, Tensor) else part


def _first(result: Any) -> Tensor | None:
    floats = (tensor for tensor in tensors_in(result) if tensor.is_floating_point())
    return next((tensor.clone() for tensor in floats), None)


def _scalar(result: Any, loss: Loss | None, target: Any) -> Tensor:
    if loss is not None:
        found = loss(result, target)
        if isinstance(found, Tensor):
            return found.mean()
    floats = [tensor for tensor in tensors_in(result) if tensor.is_floating_point()]
    ordered = [tensor * torch.linspace(0.5, 1.5, tensor.numel()).view(tensor.shape) for tensor in floats]
    return torch.stack([tensor.sum() for tensor in ordered]).sum()
