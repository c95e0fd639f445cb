"""The first batches, step by step: what has which shape, and what each step does to the weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from torch import Tensor, nn

from lstm_viz.dims import Shape, describe, shape
from lstm_viz.parameters import parameters
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.job import Job, Started, start
from lstm_viz.training.parts import gradient_norm
from lstm_viz.training.state import batch_axis, between_batches, recurrent_layer

STEPS = ("zero_grad", "forward", "loss", "backward", "step")


@dataclass(frozen=True)
class Seen:
    """A tensor at one step: its name in the code, its shape, and its axes where they are known (else empty)."""

    name: str
    shape: tuple[int, ...]
    axes: Shape
    dtype: str

    def __str__(self) -> str:
        """``x (8, 12, 1) = (B, T, F)``."""
        known = f" = {describe(self.axes)}" if self.axes else ""
        return f"{self.name} {self.shape}{known}"


@dataclass(frozen=True)
class WeightSeen:
    """A weight beside its gradient, which has its shape. ``gradient_norm`` is None where there is no gradient.

    ``norm`` is the weight's own before the step, ``change`` the norm of what the step adds to it.
    """

    name: str
    shape: tuple[int, ...]
    axes: Shape
    gradient_shape: tuple[int, ...] | None
    gradient_norm: float | None
    norm: float
    change: float | None = None


@dataclass(frozen=True)
class LessonStep:
    """One of STEPS: its line of code, what it does in a sentence, its tensors, and the weights after it."""

    name: str
    code: str
    sentence: str
    tensors: tuple[Seen, ...] = ()
    weights: tuple[WeightSeen, ...] = ()


@dataclass(frozen=True)
class BatchLesson:
    """One batch: its number from 1, its samples, its five steps, its loss, the norm of all gradients."""

    number: int
    samples: int
    steps: tuple[LessonStep, ...]
    loss: float
    gradient_norm: float


def first_batches(job: Job, count: int = 3) -> tuple[BatchLesson, ...]:
    """The first batches of the first epoch of a job, as they are trained: the same weights, order and losses.

    >>> from lstm_viz.preparation.recipe import Recipe
    >>> from lstm_viz.training.job import TableData
    >>> lesson = first_batches(Job(NetworkSpec(), TableData(Recipe())), 1)[0]
    >>> [str(tensor) for tensor in lesson.steps[1].tensors]
    ['x (32, 12, 1) = (B, T, F)', 'output (32, 12, 5) = (B, T, H)', 'prediction (32, 1) = (B, O)']
    """
    started = start(job)
    started.training.model.train()
    with between_batches(started.training.model, job.spec.state):
        return tuple(
            _lesson(started, number, x, target)
            for number, (x, target) in enumerate(islice(started.batches, count), start=1)
        )


def _lesson(started: Started, number: int, x: Tensor, target: Tensor) -> BatchLesson:
    model, optimizer, spec = started.training.model, started.training.optimizer, started.training.spec
    axes = {row.name: row.axes for row in parameters(model, _steps(model, x)).rows}
    optimizer.zero_grad()
    cleared = _weights(model, axes)
    output: list[Tensor] = []
    layer = recurrent_layer(model)
    hook = layer.register_forward_hook(lambda _, __, result: output.append(result[0])) if layer else None
    prediction = model(x)
    if hook:
        hook.remove()
    loss = started.loss_function(prediction, target)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = gradient_norm(list(model.parameters()), 0.0).item()
    after_backward = _weights(model, axes)
    if spec.clip:
        gradient_norm(list(model.parameters()), spec.clip)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    optimizer.step()
    stepped = _weights(model, axes, before)
    names = _axes_of(started.network, model, x, prediction, target)
    forward = (_seen("x", x, names), *(_seen("output", each, names) for each in output[:1]))
    turned = " Its classes come second: (B, C, T)." if prediction.ndim == 3 and target.ndim == 2 else ""
    clipped = f" Then they are scaled to a norm of {spec.clip:g}." if 0 < spec.clip < norm else ""
    steps = (
        LessonStep("zero_grad", "optimizer.zero_grad()", "Forget the gradients of the batch before.", (), cleared),
        LessonStep(
            "forward",
            "prediction = model(x)",
            "Run the network; every step that a gradient needs is remembered.",
            (*forward, _seen("prediction", prediction, names)),
        ),
        LessonStep(
            "loss",
            "loss = loss_function(prediction, target)",
            f"One number for the whole batch: {loss.item():.4g}.{turned}",
            (_seen("prediction", prediction, names), _seen("target", target, names), _seen("loss", loss, names)),
        ),
        LessonStep(
            "backward",
            "loss.backward()",
            f"Each weight gets a gradient of its own shape; all together have the norm {norm:.4g}.{clipped}",
            (),
            after_backward,
        ),
        LessonStep("step", "optimizer.step()", "Change each weight a little, against its gradient.", (), stepped),
    )
    return BatchLesson(number, x.shape[batch_axis(model)], steps, loss.item(), norm)


def _weights(
    model: nn.Module, axes: dict[str, Shape], before: dict[str, Tensor] | None = None
) -> tuple[WeightSeen, ...]:
    found = []
    for name, weight in model.named_parameters():
        gradient, old = weight.grad, weight.detach() if before is None else before[name]
        found.append(
            WeightSeen(
                name=name,
                shape=tuple(weight.shape),
                axes=axes.get(name, ()),
                gradient_shape=None if gradient is None else tuple(gradient.shape),
                gradient_norm=None if gradient is None else float(gradient.norm()),
                norm=float(old.norm()),
                change=None if before is None else float((weight.detach() - old).norm()),
            )
        )
    return tuple(found)


def _seen(name: str, tensor: Tensor, names: dict[str, str]) -> Seen:
    axes = shape(names[name]) if name in names else ()
    fits = axes if len(axes) == tensor.ndim else ()
    return Seen(name, tuple(tensor.shape), fits, str(tensor.dtype).removeprefix("torch."))


def _steps(model: nn.Module, x: Tensor) -> int | None:
    return int(x.shape[1 - batch_axis(model)]) if x.ndim > 1 else None


def _axes_of(
    network: NetworkSpec | None, model: nn.Module, x: Tensor, prediction: Tensor, target: Tensor
) -> dict[str, str]:
    """The axes of each tensor as text. Of a module of one's own the prediction's are (B, O), if it has two."""
    layer: Any = recurrent_layer(model)
    rows = "B, T" if batch_axis(model) == 0 else "T, B"
    names = {"x": rows if x.ndim == 2 else f"{rows}, F"}
    if layer is not None:
        hidden = "P" if layer.proj_size else "H"
        names["output"] = f"{rows}, {'D·' if layer.bidirectional else ''}{hidden}"
    head = network.head if network else ""
    start_of = {"every_step": "B·T" if rows == "B, T" else "T·B", "every_step_3d": rows}.get(head, "B")
    names["prediction"] = f"{start_of}, O"
    names["target"] = names["prediction"] if target.ndim == prediction.ndim else start_of
    return names
