"""Reshapes that cut across axes: found by counting where each number came from."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import torch
from torch import Tensor

from lstm_viz.audit.evidence import Evidence
from lstm_viz.audit.findings import Finding
from lstm_viz.dims import Shape, describe
from lstm_viz.moving import CUTS
from lstm_viz.seen import Call, Seen

_LARGEST = 2_000_000


def permuted(name: str, parent: Seen, made: Seen) -> str:
    order = _as_permutation(parent.shape, made.shape)
    if order is not None:
        return f"{name}.permute({', '.join(map(str, order))})"
    return f"{name}.transpose(0, 1).reshape({', '.join(map(str, made.shape))})  # first turn the axes, then join them"


def _as_permutation(old: tuple[int, ...], new: tuple[int, ...]) -> tuple[int, ...] | None:
    orders = (order for order in itertools.permutations(range(len(old))) if tuple(old[axis] for axis in order) == new)
    return next(orders, None) if len(old) == len(new) <= 5 else None


def _cuts(evidence: Evidence) -> Iterator[Call]:
    for call in evidence.mapped.capture.calls[: evidence.mapped.capture.forward]:
        cuts = call.kind == "function" and call.name in CUTS and call.inputs and call.outputs
        if cuts and 0 < torch.Size(call.inputs[0].shape).numel() <= _LARGEST:
            yield call


def regrouping(evidence: Evidence) -> Call | None:
    """The first reshape after which no axis tells the samples apart."""
    for call in _cuts(evidence):
        parent, made = call.inputs[0].shape, call.outputs[0].shape
        axes = evidence.reading.of(evidence.mapped, call.inputs[0])
        samples = numbered(axes, parent, "B")
        if samples is not None and not _tells_apart(samples.reshape(made)):
            return call
    return None


def numbered(axes: Shape, shape: tuple[int, ...], letter: str) -> Tensor | None:
    """For each number of a tensor its place along the axis of that letter."""
    place = next(
        (place for place, axis in enumerate(axes) if axis.symbols == (letter,) and len(axis.factors) == 1), None
    )
    if place is None or shape[place] < 2:
        return None
    along = [-1 if axis == place else 1 for axis in range(len(shape))]
    return torch.arange(shape[place]).view(along).expand(shape)


def _tells_apart(numbers: Tensor) -> bool:
    """Whether along some axis every index holds one number alone. The last axis does not count: it holds features."""
    for axis in range(max(1, numbers.ndim - 1)):
        rows = numbers.movedim(axis, 0).flatten(1)
        if bool((rows == rows[:, :1]).all()):
            return True
    return False


def torn_inside(evidence: Evidence) -> list[Finding]:
    """A view that only turns the sizes of the axes, (B, T, F) into (B, F, T): what stands there is torn apart."""
    for call in _cuts(evidence):
        old, new = tuple(call.inputs[0].shape), tuple(call.outputs[0].shape)
        axes = evidence.reading.of(evidence.mapped, call.inputs[0])
        letters = {letter for axis in axes for letter in axis.symbols}
        if old == new or sorted(old) != sorted(new) or not letters & {"B", "T"} or len(old) > 5:
            continue
        counted = torch.arange(torch.Size(old).numel())
        orders = [o for o in itertools.permutations(range(len(old))) if tuple(old[axis] for axis in o) == new]
        if any(torch.equal(counted.view(old).permute(order), counted.view(new)) for order in orders):
            continue
        code = evidence.expression_in_map(call)
        seen = f"{code} turns {describe(axes)} {old} into {new} by counting the numbers off in their old order."
        why = (
            "The axes have the sizes that were wanted, but the numbers did not move: steps and features are torn apart."
        )
        fix = permuted(evidence.name_in_map(call.inputs[0]), call.inputs[0], call.outputs[0])
        return [
            Finding("view-for-permute", "A view stands where a permute was meant", seen, why, fix, "view-for-permute")
        ]
    return []
