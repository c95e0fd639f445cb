"""One run of the copy that is audited, with its graph, its axis names, and which axes of x are samples and steps."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lstm_viz.arguments import Arguments, Inputs, Labels, Leaf, leading_input, shape_of
from lstm_viz.audit.isolating import Program
from lstm_viz.audit.recording import LiveRecorder, live
from lstm_viz.capture import Recorder
from lstm_viz.dims import Axis, Shape
from lstm_viz.naming import Naming, name_axes
from lstm_viz.resizing import Layout, find_layout
from lstm_viz.restoring import Snapshot, untouched
from lstm_viz.running import Loss, argument_names, run_once, silent
from lstm_viz.seen import Call, Capture, Seen, replaced
from lstm_viz.subject import Subject

Change = Callable[[Tensor], Tensor]


@dataclass(eq=False)
class Watched:
    """A run: its calls, its live tensors, and what its axes are.

    ``labels`` are those of the leading input, ``y`` the record of the tensor that is judged: the first floating one
    that the model returned.
    """

    module: nn.Module
    capture: Capture
    recorder: LiveRecorder
    inputs: Inputs
    leaves: dict[int, Tensor]
    layout: Layout
    naming: Naming
    leading: int | None
    labels: Labels
    y: Seen | None

    @property
    def x(self) -> Leaf | None:
        """The leading input, as the model got it."""
        return None if self.leading is None else self.inputs.leaves[self.leading]

    @property
    def prediction(self) -> Tensor | None:
        """The live tensor of ``y``."""
        return None if self.y is None else self.recorder.tensors[self.y.index]

    def axes(self, seen: Seen) -> Shape:
        """The axis names of a tensor, its numbers where it has none."""
        return self.naming.names.get(seen.index) or tuple(map(Axis.of, seen.shape))

    def recurrent(self) -> list[Call]:
        """The calls of recurrent layers, in their order."""
        calls = self.capture.calls[: self.capture.forward]
        return [call for call in calls if isinstance(call.module, nn.RNNBase) and len(call.outputs) >= 2]


@dataclass(frozen=True)
class Way:
    """How to run: ``structure`` with open gradients, ``double`` in that precision; ``names`` to find the axes."""

    structure: bool = False
    double: bool = False
    names: bool = True
    training: bool = False
    change: Change = torch.clone
    axes: Labels | None = None


def run_watched(
    module: nn.Module, arguments: Arguments, way: Way, loss: Loss | None = None, target: Any = None
) -> Watched:
    """Run a copy once. What it raises is in ``capture.error``."""
    leaves: dict[int, Tensor] = {}
    given: Arguments = replaced(arguments, lambda part: live(part, way.double, leaves, way.change))
    subject = Subject(module)
    called = module.names(given) if isinstance(module, Program) else argument_names(module, given)
    with untouched(list(subject.parts.values())) as snapshot, quiet(given):
        module.train(way.training)
        recorder = LiveRecorder(subject, snapshot.before_writing, way.structure, way.double)
        with torch.enable_grad():
            capture = run_once(module, called, given, recorder, loss, target)
        layout, naming = Layout(), Naming()
        if way.names:
            again = _again(module, called, subject, snapshot, way)
            with silent(), torch.no_grad():
                layout = find_layout(given, capture, again, way.axes)
                read = _as_layers_read(capture)
                if way.axes is None and read is not None and read not in (*layout.labels, ()):
                    layout = find_layout(given, capture, again, read)
            naming = name_axes(module, capture, layout)
        if isinstance(module, Program):
            module.rewind()
    inputs = Inputs(given)
    leading, labels = _leading(inputs, capture, layout, way.axes)
    return Watched(
        module, capture, recorder, inputs, leaves, layout, naming, leading, labels, _judged(capture, recorder)
    )


@contextmanager
def quiet(arguments: Arguments) -> Iterator[None]:
    """No warning is shown, and a recurrent layer on a GPU can be gone back through in evaluation mode."""
    on_gpu = any(isinstance(leaf, Tensor) and leaf.is_cuda for leaf in Inputs(arguments).leaves)
    with warnings.catch_warnings(), torch.backends.cudnn.flags(enabled=False) if on_gpu else nullcontext():
        warnings.simplefilter("ignore")
        yield


def _again(
    module: nn.Module, called: list[str], subject: Subject, snapshot: Snapshot, way: Way
) -> Callable[[Arguments], Capture]:
    def again(resized: Arguments) -> Capture:
        snapshot.restore()
        if isinstance(module, Program):
            module.rewind()
        module.train(way.training)
        return run_once(module, called, resized, Recorder(subject, None, snapshot.before_writing))

    return again


def _as_layers_read(capture: Capture) -> Labels | None:
    """The labels of an input that a recurrent layer reads as it is: a size that is fixed in the code can mislead."""
    entered = {seen.index for call in capture.calls if call.kind == "input" for seen in call.outputs}
    for call in capture.calls:
        seen = call.inputs[0] if call.inputs else None
        if isinstance(call.module, nn.RNNBase) and seen is not None and seen.index in entered and len(seen.shape) == 3:
            return ("B", "T", None) if call.module.batch_first else ("T", "B", None)
    return None


def _leading(inputs: Inputs, capture: Capture, layout: Layout, axes: Labels | None) -> tuple[int | None, Labels]:
    """Which input is x, and its labels: those that were found, else as the first recurrent layer reads it."""
    floating = [place for place, leaf in enumerate(inputs.leaves) if not isinstance(leaf, list)]
    entered = dict(zip(capture.entered, layout.labels, strict=False))
    wide = [place for place in floating if {"B", "T"} <= set(entered.get(id(inputs.leaves[place]), ()))]
    leading = next(iter(wide), None)
    if leading is None:
        leading = leading_input(inputs.leaves, {}) if floating else None
    if leading is None:
        return None, ()
    leaf = inputs.leaves[leading]
    found = axes or entered.get(id(leaf), ())
    if found and any(found):
        return leading, found
    count = len(shape_of(leaf))
    first = next((reading for reading in capture.readings if reading.batch_first is not None), None)
    pair = ("T", "B") if first is not None and not first.batch_first else ("B", "T")
    if count >= 3 or (count == 2 and isinstance(leaf, Tensor) and not leaf.is_floating_point()):
        return leading, (*pair, *(None,) * (count - 2))
    return leading, ("B", *(None,) * (count - 1))


def _judged(capture: Capture, recorder: LiveRecorder) -> Seen | None:
    for seen in capture.returned:
        if seen.dtype.is_floating_point and seen.index in recorder.tensors:
            return seen
    return None
