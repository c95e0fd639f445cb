"""Cross-entropy's legal layouts, and the others that people try: each run on the same scores, and what torch said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from lstm_viz.dims import Shape, describe, shape

TOLERANCE = 1e-5
_DTYPES = {torch.float32: "float32", torch.int64: "int64"}


@dataclass(frozen=True)
class LossLayout:
    """One way to hand scores and target to cross-entropy, as it ran.

    ``scores`` and ``target`` are the expressions, made of ``scores`` (B, T, O) and ``target`` (B, T); beside them are
    the shape, the axes and for the target the dtype that they have. ``loss`` is what came out, None where torch
    refused: then ``error`` is the exception's class and ``message`` its text. ``meant`` is the loss that is meant: the
    mean over all samples and steps of −log softmax at the right class, worked out without cross-entropy.
    """

    scores: str
    target: str
    scores_shape: tuple[int, ...]
    scores_axes: Shape
    target_shape: tuple[int, ...]
    target_axes: Shape
    target_dtype: str
    loss: float | None
    meant: float
    error: str
    message: str
    sentence: str

    @property
    def code(self) -> str:
        """The call."""
        return f"functional.cross_entropy({self.scores}, {self.target})"

    @property
    def accepted(self) -> bool:
        """True where torch gave a loss, right or wrong."""
        return self.loss is not None

    @property
    def right(self) -> bool:
        """True where torch gave the loss that is meant."""
        return self.loss is not None and abs(self.loss - self.meant) <= TOLERANCE * max(1.0, abs(self.meant))

    @property
    def silent(self) -> bool:
        """True for the worst case: a loss, no error, and another loss than the one that is meant."""
        return self.accepted and not self.right


@dataclass(frozen=True)
class _Try:
    scores: str
    target: str
    scores_axes: str
    target_axes: str
    every_step: bool
    scored: Callable[[Tensor], Tensor]
    targeted: Callable[[Tensor], Tensor]


def cross_entropy_layouts(B: int, T: int, C: int, seed: int = 0) -> tuple[LossLayout, ...]:  # noqa: N803
    """Try the layouts on random scores (B, T, C) and classes (B, T); C is the number of classes, O in the axes.

    The legal ones come first: (N, C) with (N,), and (N, C, T) with (N, T). Nothing here raises what torch raises: its
    text is in the record. Raises ValueError unless all three sizes are 1 or more.

    >>> layouts = cross_entropy_layouts(4, 5, 7)
    >>> [layout.code for layout in layouts if layout.right][1]
    'functional.cross_entropy(scores.transpose(1, 2), target)'
    >>> layouts[3].message
    'Expected target size [4, 7], got [4, 5]'
    >>> cross_entropy_layouts(4, 7, 7)[3].silent
    True
    """
    if min(B, T, C) < 1:
        raise ValueError(f"B, T, C: expected 1 or more each, got {(B, T, C)}. Give the sizes of a batch of scores.")
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(B, T, C, generator=generator)  # (B, T, O)
    target = torch.randint(C, (B, T), generator=generator)  # (B, T)
    return tuple(_run(attempt, scores, target) for attempt in _tries(B, T, C))


def _tries(B: int, T: int, C: int) -> Iterator[_Try]:  # noqa: N803
    yield _Try(
        "scores.flatten(0, 1)",
        "target.flatten()",
        "B*T, O",
        "B*T",
        True,
        lambda scores: scores.flatten(0, 1),
        lambda target: target.flatten(),
    )
    yield _Try(
        "scores.transpose(1, 2)",
        "target",
        "B, O, T",
        "B, T",
        True,
        lambda scores: scores.transpose(1, 2),
        lambda target: target,
    )
    yield _Try("scores[:, -1]", "target[:, -1]", "B, O", "B", False, _last, _last)
    yield _Try("scores", "target", "B, T, O", "B, T", True, lambda scores: scores, lambda target: target)
    yield _Try(
        f"scores.reshape({B}, {C}, {T})",
        "target",
        "B, O, T",
        "B, T",
        True,
        lambda scores: scores.reshape(B, C, T),
        lambda target: target,
    )
    yield _Try("scores[:, -1]", "target[:, -1:]", "B, O", "B, 1", False, _last, lambda target: target[:, -1:])
    one_hot = f"functional.one_hot(target[:, -1], {C})"
    yield _Try(
        "scores[:, -1]", one_hot, "B, O", "B, O", False, _last, lambda target: functional.one_hot(_last(target), C)
    )
    yield _Try(
        "scores[:, -1]",
        f"{one_hot}.float()",
        "B, O",
        "B, O",
        False,
        _last,
        lambda target: functional.one_hot(_last(target), C).float(),
    )
    yield _Try(
        "scores[:, -1]", "target[:, -1].float()", "B, O", "B", False, _last, lambda target: _last(target).float()
    )


def _last(values: Tensor) -> Tensor:
    return values[:, -1]


def _run(attempt: _Try, scores: Tensor, target: Tensor) -> LossLayout:
    given, wanted = attempt.scored(scores), attempt.targeted(target)
    meant = float(_meant(scores, target) if attempt.every_step else _meant(scores[:, -1:], target[:, -1:]))
    loss, error, message = None, "", ""
    try:
        loss = functional.cross_entropy(given, wanted).item()
    except (RuntimeError, IndexError, ValueError) as refused:
        error, message = type(refused).__name__, str(refused).splitlines()[0]
    layout = LossLayout(
        scores=attempt.scores,
        target=attempt.target,
        scores_shape=tuple(given.shape),
        scores_axes=shape(attempt.scores_axes),
        target_shape=tuple(wanted.shape),
        target_axes=shape(attempt.target_axes),
        target_dtype=_DTYPES[wanted.dtype],
        loss=loss,
        meant=meant,
        error=error,
        message=message,
        sentence="",
    )
    return _with_sentence(layout, scores.shape[1], scores.shape[2])


def _meant(scores: Tensor, target: Tensor) -> Tensor:
    chances = scores.log_softmax(dim=-1)  # (B, T, O)
    return -chances.gather(-1, target[..., None]).mean()


def _with_sentence(layout: LossLayout, steps: int, classes: int) -> LossLayout:
    return replace(layout, sentence=_sentence(layout, steps, classes))


def _sentence(layout: LossLayout, steps: int, classes: int) -> str:
    given = f"{describe(layout.scores_axes)} with {describe(layout.target_axes)}"
    if layout.right and layout.target_dtype == "float32":
        return "Accepted: a float target of the scores' own shape is read as probabilities, and one-hot is such a case."
    if layout.right and layout.scores == "scores":
        return f"With {steps} step and {classes} class there is nothing to confuse."
    if layout.right and "reshape" in layout.scores:
        return "Right here, because an axis of size 1 leaves nothing to scramble; with any other size it is not."
    if layout.right:
        rows = {"B*T, O": "one row for each step of each sample", "B, O": "one row for each sample"}
        axes = ", ".join(str(axis) for axis in layout.scores_axes).replace("·", "*")
        return f"Legal, {given}: {rows.get(axes, 'the classes are on axis 1 and the steps behind them')}."
    if layout.silent and "reshape" in layout.scores:
        return (
            "Accepted and wrong: reshape keeps the order in memory, so scores of one step are read as those of "
            "several. transpose(1, 2) moves the axis."
        )
    if layout.silent:
        return (
            f"Accepted and wrong, because T = O = {classes}: axis 1 holds the steps and is read as the classes. "
            "With any other T torch would refuse it."
        )
    if layout.scores == "scores":
        B = layout.scores_shape[0]  # noqa: N806
        return (
            f"Refused: axis 1 is read as the classes, so {layout.scores_shape} asks for a target of shape "
            f"({B}, {classes}), and got ({B}, {steps}). transpose(1, 2) puts the classes on axis 1."
        )
    if layout.target.endswith("-1:]"):
        return "Refused: one class for each sample is (B,), without an axis of 1: target[:, -1] or target.squeeze(1)."
    if layout.target_dtype == "float32":
        return "Refused: classes are whole numbers, int64. Convert them with .long()."
    return "Refused: a target of the scores' own shape is read as probabilities, and those are float. Use the indices."
