"""What the axes of x and of the output mean to the person: what the layers read, but where a layer was misled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from lstm_viz.arguments import Labels, shape_of
from lstm_viz.audit.watching import Watched
from lstm_viz.dims import Axis, Shape
from lstm_viz.seen import Seen

Predicts = Literal["next step"]
_CHANCE = 1e-6
_TURNED = {"B": "T", "T": "B"}


@dataclass(frozen=True)
class Reading:
    """``labels`` of x and ``axes`` of the output as the person means them.

    ``turned`` is True where the recurrent layer takes samples for steps: then the letters are the other way round than
    the layer reads them. ``because`` says what shows it. ``next_step`` is True where the target is x, a step later.
    """

    labels: Labels
    axes: Shape
    turned: bool = False
    because: str = ""
    next_step: bool = False

    def of(self, run: Watched, seen: Seen) -> Shape:
        """The axes of any tensor of the run, in the person's letters."""
        axes = run.axes(seen)
        return tuple(map(_turned, axes)) if self.turned else axes


def read(run: Watched, target: Any, predicts: Predicts | None, stated: bool, lengths: Sequence[int] | None) -> Reading:
    """Decide what B and T are, from the output's axes, the target, and what was stated."""
    axes = () if run.y is None else _named(run, run.axes(run.y))
    labels = run.labels
    shifted = shifted_axis(run.x, target)
    turned, because = False, ""
    if not stated and {"B", "T"} <= set(labels[:2]) and isinstance(run.x, Tensor):
        turned, because = _is_turned(run, axes, target, shifted, lengths)
    if turned:
        labels = tuple(_TURNED.get(label or "", label) for label in labels)
        axes = tuple(map(_turned, axes))
    along = "T" in labels and shifted == labels.index("T")
    return Reading(labels, axes, turned, because, predicts == "next step" or along)


def _is_turned(
    run: Watched, axes: Shape, target: Any, shifted: int | None, lengths: Sequence[int] | None
) -> tuple[bool, str]:
    x, labels = run.x, run.labels
    assert isinstance(x, Tensor)
    samples, steps = labels.index("B"), labels.index("T")
    read_first = [getattr(call.module, "batch_first", False) for call in run.recurrent()]
    letters = [symbol for axis in axes for symbol in axis.symbols]
    sizes = x.shape[samples], x.shape[steps]
    if shifted == samples and sizes[0] > 1:
        return True, f"the target is x one place later along axis {samples}"
    if lengths is not None and len(lengths) == sizes[1] != sizes[0]:
        return True, f"there are {len(lengths)} lengths, as many as axis {steps} of x is long"
    if read_first and not read_first[0] and "T" in letters and "B" not in letters and axes[0].symbols[:1] == ("T",):
        return True, f"the output has a row for each place of axis {steps} of x"
    first = run.y.shape[0] if run.y is not None and run.y.shape else 0
    rows = target.shape[0] if isinstance(target, Tensor) and target.ndim else 0
    if rows == sizes[1] != sizes[0] == first and not (read_first and read_first[0]):
        return True, f"the target has {rows} rows, as axis {steps} of x has"
    return False, ""


def _turned(axis: Axis) -> Axis:
    return Axis(tuple(_TURNED.get(f, f) if isinstance(f, str) else f for f in axis.factors), axis.offset)


def _named(run: Watched, axes: Shape) -> Shape:
    """The axes of the output, its first one by its size where it could not be named."""
    known = {letter for axis in axes for letter in axis.symbols}
    if not axes or known & {"B", "T"} or (len(axes) == 1 and axes[0].symbols) or run.y is None or run.x is None:
        return axes
    sizes = dict(zip(run.labels, shape_of(run.x), strict=False))
    first, batch, steps = run.y.shape[0], sizes.get("B"), sizes.get("T")
    if first == batch:
        return (Axis.of("B"), *axes[1:])
    if first == steps and steps != 1:
        return (Axis.of("T"), *axes[1:])
    if batch and steps and first == batch * steps:
        pair = ("T", "B") if run.labels[:1] == ("T",) else ("B", "T")
        return (Axis.of(*pair), *axes[1:])
    return axes


def shifted_axis(x: Any, target: Any) -> int | None:
    """The axis of x along which the target is x one place later; None where it is not, or could be by chance.

    >>> x = torch.arange(20).view(2, 10)
    >>> shifted_axis(x[:, :-1], x[:, 1:])
    1
    """
    if isinstance(x, PackedSequence) or not isinstance(x, Tensor) or not isinstance(target, Tensor) or x.ndim < 2:
        return None
    for plain in _as_values(x, target):
        if target.numel() != plain.numel():
            continue
        goal = target.reshape(plain.shape)
        for axis in (1, 0):
            count = plain.shape[axis]
            if count < 2:
                continue
            later, now = plain.narrow(axis, 1, count - 1), goal.narrow(axis, 0, count - 1)
            kinds = len(set(now.flatten().tolist()))
            if kinds > 1 and kinds ** -float(now.numel()) < _CHANCE and torch.equal(later.to(now.dtype), now):
                return axis
    return None


def _as_values(x: Tensor, target: Tensor) -> list[Tensor]:
    """x as what a target may hold of it: its tokens, the classes of one-hot vectors, one column, or all of it."""
    if x.ndim == 2:
        return [x]
    if not target.is_floating_point():
        return [x.argmax(dim=-1)] if x.is_floating_point() else [x]
    return [x, *(x[..., column] for column in range(min(x.shape[-1], 8)))]
