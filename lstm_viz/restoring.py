"""A person's model is left as it was found: its modes, attributes, buffers and parameters, after every run of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import is_
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

_PLAIN = {int, float, bool, str, type(None)}
_OWN = {"_parameters", "_modules"}
_DEEPEST = 8
_LONGEST = 1000
"""A longer container is restored too, but what lies in it is not looked into."""
_LARGEST = 1_000_000
"""A buffer of more elements is copied only when it is about to be written, as parameters are."""

_CONTAINERS = (dict, list, set, deque)
Container = list[Any] | dict[Any, Any] | set[Any] | deque[Any]


class Snapshot:
    """How a module stands, told by all its parts, and the way back to it.

    Parameters are large, and a forward pass that writes into one is rare: whoever watches the run says so with
    ``before_writing``, and the copy is made then. What may change unseen, such as a BatchNorm's buffers, is copied at
    once.
    """

    def __init__(self, parts: Sequence[nn.Module]) -> None:
        self._attributes: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._modes: list[tuple[nn.Module, bool]] = []
        self._containers: list[tuple[Container, Container]] = []
        self._empty: list[Container] = []
        self._large: list[Tensor] = []
        self._copies: list[tuple[Tensor, Tensor, Tensor]] = []
        self._known: set[int] = set()
        for part in parts:
            if isinstance(part, torch.jit.ScriptModule):
                self._keep_scripted(part)
                continue
            attributes, parameters = vars(part), part._parameters
            self._attributes.append((attributes, attributes.copy()))
            self._large += [tensor for tensor in parameters.values() if tensor is not None and not is_lazy(tensor)]
            self._containers += [(held, held.copy()) for held in (parameters, part._modules) if held]
            self._look_into((value for name, value in attributes.items() if name not in _OWN), 0)
        held = (*self._large, *(tensor for tensor, _, _ in self._copies))
        self._leaves = [(tensor, tensor.requires_grad, tensor.grad) for tensor in held if tensor.is_leaf]

    def before_writing(self, target: Any) -> None:
        """Keep what the model holds at the place that is about to be written."""
        if isinstance(target, Tensor) and (place := _storage(target)) is not None:
            written = [tensor for tensor in self._large if _storage(tensor) == place]
            self._copies += [_copied(tensor) for tensor in written]
            self._large = [tensor for tensor in self._large if _storage(tensor) != place] if written else self._large

    def restore(self) -> None:
        """Put back everything that has changed."""
        for now, was in self._attributes:
            if not _same(now, was):
                _refill(now, was)
        for part, mode in self._modes:
            part.training = mode
        for container in self._empty:
            if container:
                container.clear()
        for container, held in self._containers:
            if not _same(container, held):
                _refill(container, held)
        for tensor, data, values in self._copies:
            # not told by the version counter: a BatchNorm's running mean is written without it
            if data.layout != torch.strided or not torch.equal(data, values):
                data.copy_(values)
            if tensor.shape != data.shape or _storage(tensor) != _storage(data):
                tensor.data = data
        for tensor, requires_grad, grad in self._leaves:
            if tensor.requires_grad != requires_grad:
                tensor.requires_grad_(requires_grad)
            if tensor.grad is not grad:
                tensor.grad = grad

    def _keep_scripted(self, part: nn.Module) -> None:
        self._large += part.parameters(recurse=False)
        for buffer in part.buffers(recurse=False):
            self._keep(buffer)
        if hasattr(part, "training"):  # a frozen one has none
            self._modes.append((part, part.training))

    def _keep(self, tensor: Tensor) -> None:
        if id(tensor) in self._known:
            return
        self._known.add(id(tensor))
        if tensor.numel() > _LARGEST or tensor.is_meta:
            self._large.append(tensor)
        else:
            self._copies.append(_copied(tensor))

    def _look_into(self, values: Iterable[Any], depth: int) -> None:
        for value in values:
            if type(value) in _PLAIN:
                continue
            if isinstance(value, _CONTAINERS):
                if not value:
                    self._empty.append(value)
                    continue
                self._containers.append((value, _copy(value)))
                if depth < _DEEPEST and len(value) <= _LONGEST:
                    self._look_into(value.values() if isinstance(value, dict) else value, depth + 1)
            elif isinstance(value, Tensor):
                if type(value) is not nn.Parameter and not is_lazy(value):  # which has been seen to already
                    self._keep(value)
            elif isinstance(value, tuple) and depth < _DEEPEST:
                self._look_into(value, depth + 1)


@contextmanager
def untouched(parts: Sequence[nn.Module]) -> Iterator[Snapshot]:
    """Give all parts of a module back as they were, whatever happens inside."""
    snapshot = Snapshot(parts)
    try:
        yield snapshot
    finally:
        snapshot.restore()


def _copied(tensor: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """A tensor, its memory, and what is in it."""
    return tensor, tensor.data, tensor.data.clone()


def _storage(tensor: Tensor) -> int | None:
    return tensor.untyped_storage().data_ptr() if tensor.layout == torch.strided and not tensor.is_meta else None


def _copy(container: Container) -> Container:
    return dict(container) if isinstance(container, dict) else container.copy()


def _same(now: Container, was: Container) -> bool:
    if len(now) != len(was):
        return False
    if isinstance(now, dict) and isinstance(was, dict):
        return all(map(is_, now.values(), was.values())) and all(map(is_, now, was))
    return now == was if isinstance(now, set) else all(map(is_, now, was))


def _refill(now: Any, was: Any) -> None:
    """In place, and one by one: another thread may be running the same model."""
    if isinstance(now, dict):
        for key in [key for key in now if key not in was]:
            del now[key]
        now.update(was)
    elif isinstance(now, list):
        now[:] = was
    else:
        now.clear()
        now.update(was) if isinstance(now, set) else now.extend(was)
