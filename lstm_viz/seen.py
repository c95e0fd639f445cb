"""What is written down of one run: its tensors, the calls that made them, and the nested values that they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_viz.source import Written

_PLAIN = {int, float, bool, str, slice, type(None), type(...), torch.dtype, torch.Size}
Holder = Tensor | PackedSequence
Inside = tuple[tuple[str, int], ...]
"""The modules whose forward pass is running, the outermost first: the path of each, and a number of this run of it."""
_DEEPEST = 16
"""Values that are nested deeper are not looked into: one may hold itself."""


@dataclass(eq=False, slots=True)
class Seen:
    """One tensor that was seen: what is needed of it after it is gone."""

    index: int
    shape: tuple[int, ...]
    dtype: torch.dtype
    nbytes: int
    values: Tensor | None = None
    corner: Tensor | None = None
    batch_sizes: tuple[int, ...] | None = None
    lengths: tuple[int, ...] | None = None


@dataclass(eq=False, slots=True)
class Call:
    """One function, module call, input or parameter, with the tensors that went in and came out.

    ``kind`` is input, parameter, buffer, constant (another tensor that the model holds), function, module, or unseen:
    made by code that no mode is told of. ``place`` is where the person's code called it: the code object, and an
    instruction in it. ``structure`` is the result with a record in each tensor's place; ``inside`` says which modules
    were running.
    """

    kind: str
    name: str
    path: str
    arguments: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    inputs: tuple[Seen, ...] = ()
    outputs: tuple[Seen, ...] = ()
    function: Callable[..., Any] | None = None
    module: nn.Module | None = None
    place: tuple[CodeType, int] | None = None
    packing: tuple[str, int, int] | None = None
    structure: Any = None
    written: Written | None = None
    inside: Inside = ()

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """The same for the same line of the model in every run of it."""
        code, instruction = self.place or (None, 0)
        return self.kind, self.name, self.path, id(code), instruction


@dataclass(eq=False, slots=True)
class Reading:
    """The size of the axis that a recurrent or attention layer reads as the batch; None where there is no such axis."""

    batch_first: bool | None
    batch: int | None


@dataclass(eq=False)
class Capture:
    """All calls of one forward pass in their order, what it returned, and the error that ended it, if any.

    ``forward`` counts the calls before those of the loss; ``entered`` are the ids of the inputs.
    """

    calls: list[Call]
    forward: int
    entered: tuple[int, ...] = ()
    returned: tuple[Seen, ...] = ()
    loss: Seen | None = None
    scripted: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    error: Exception | None = None


def holders_in(value: Any) -> list[Holder]:
    """The tensors and packed sequences in any nested value, in order. A nested tensor has no shape and is left out."""
    found: list[Holder] = []
    _collect((value,), found, 0)
    return found


def tensors_in(value: Any) -> list[Tensor]:
    """The same, with a packed sequence's data in its place."""
    return [data_of(holder) for holder in holders_in(value)]


def data_of(holder: Holder) -> Tensor:
    """A tensor itself, or a packed sequence's data."""
    return holder.data if isinstance(holder, PackedSequence) else holder


def replaced(value: Any, swap: Callable[[Any], Any], kinds: Any = (Tensor, PackedSequence), depth: int = 0) -> Any:
    """The same nesting with ``swap(part)`` in the place of each part of ``kinds``; a dataclass becomes a dict."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, kinds):
        return swap(value)
    parts = _parts(value) if depth < _DEEPEST else None
    if not parts:
        return value
    if isinstance(parts, dict):
        return {key: replaced(part, swap, kinds, depth + 1) for key, part in parts.items()}
    done = [replaced(part, swap, kinds, depth + 1) for part in parts]
    return done if isinstance(value, list) else tuple(done)


def _collect(values: Iterable[Any], found: list[Holder], depth: int) -> None:
    for value in values:
        if type(value) in _PLAIN:
            continue
        if isinstance(value, (Tensor, PackedSequence)):
            if not (isinstance(value, Tensor) and value.is_nested):
                found.append(value)
        elif depth < _DEEPEST and (parts := _parts(value)):
            _collect(parts.values() if isinstance(parts, dict) else parts, found, depth + 1)


def _parts(value: Any) -> dict[Any, Any] | tuple[Any, ...] | list[Any] | None:
    if isinstance(value, (Tensor, PackedSequence)):
        return None
    if isinstance(value, (tuple, list, dict)):
        return value
    fields = getattr(type(value), "__dataclass_fields__", None)
    if fields is None or isinstance(value, nn.Module):
        return None
    return {name: getattr(value, name, None) for name in fields}
