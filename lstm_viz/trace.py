"""trace(model, x): every tensor of a real forward pass, its shape, the name of each axis, and the code that made it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from lstm_viz.alignment import axis_of
from lstm_viz.arguments import Arguments, Labels
from lstm_viz.capture import Recorder
from lstm_viz.dims import Axis
from lstm_viz.naming import Naming, name_axes
from lstm_viz.random_state import preserved
from lstm_viz.resizing import Layout, find_layout
from lstm_viz.restoring import untouched
from lstm_viz.running import Loss, argument_names, eager, materialised, run_once, silent
from lstm_viz.seen import Call, Capture
from lstm_viz.subject import Subject, class_name
from lstm_viz.traced import Packed as Packed
from lstm_viz.traced import TensorRecord as TensorRecord
from lstm_viz.traced import Trace as Trace
from lstm_viz.traced import TraceError as TraceError
from lstm_viz.wording import Name, expressions, failed_expression, merge_packing, module_text, names_of

VALUES = 1_000_000
"""How many elements a trace keeps in all, unless it is told otherwise."""


def trace(
    module: nn.Module,
    *inputs: Any,
    axes: str | None = None,
    target: Any = None,
    loss: Loss | None = None,
    values: int = VALUES,
    names: bool = True,
    training: bool = False,
    gradients: bool = False,
    **keywords: Any,
) -> Trace:
    """Run ``module(*inputs, **keywords)`` and return every tensor that was made.

    The axes get their names by running it again at small other sizes; what it prints then is not shown. ``axes`` states
    those of the first sequence among the inputs where that cannot find them: ``"B, T, F"``. ``names=False`` leaves the
    other runs out, and every axis is its number. With ``loss``, a function of (prediction, target), the loss is traced
    too. ``values`` is how many elements are kept in all. The model runs in evaluation mode without gradients unless
    ``training`` and ``gradients`` say otherwise, and its modes, buffers, parameters and attributes, like the random
    state of torch and of Python, are left as they were. One trace runs at a time in a process; others wait.

    Raises TraceError if the forward pass or the loss raises, and ValueError for ``axes`` that do not fit.

    >>> from lstm_viz.dims import describe
    >>> lstm = nn.LSTM(1, 5, batch_first=True)
    >>> found = trace(lstm, torch.zeros(4, 12, 1))
    >>> [(record.name, record.shape, describe(record.axes)) for record in found][1:3]
    [('output', (4, 12, 5), '(B, T, H)'), ('h_n', (1, 4, 5), '(L·D, B, H)')]
    """
    labels = None if axes is None else _labels(axes)
    arguments: Arguments = (inputs, keywords)
    module = materialised(_checked(module, loss, target), arguments)
    subject, called = Subject(module), argument_names(module, arguments)
    parts = list(subject.parts.values())
    with preserved() as same_draws, torch.set_grad_enabled(gradients), eager(), untouched(parts) as snapshot:

        def again(resized: Arguments) -> Capture:
            snapshot.restore()
            same_draws()
            module.train(training)
            return run_once(module, called, resized, Recorder(subject, None, snapshot.before_writing))

        module.train(training)
        recorder = Recorder(subject, values, snapshot.before_writing)
        started = time.perf_counter()
        main = run_once(module, called, arguments, recorder, loss, target)
        seconds = time.perf_counter() - started
        layout, naming = Layout(), Naming()
        if names:
            with silent():
                layout = find_layout(arguments, main, again, labels)
            naming = name_axes(module, main, layout)
    traced = _assemble(module, main, layout, naming, seconds)
    if main.error is not None:
        raise TraceError(_error_text(main, traced), traced) from main.error
    return traced


def _checked(module: nn.Module, loss: Loss | None, target: Any) -> nn.Module:
    if not isinstance(module, nn.Module):
        advice = "Pass the model itself, and its inputs after it: trace(model, x)."
        raise TypeError(f"trace: expected a torch.nn.Module, got {type(module).__name__}. {advice}")
    if target is not None and loss is None:
        advice = "If it is an argument of the model's own forward, pass it by its place: trace(model, x, target)."
        raise TypeError(f"trace: target goes with loss, and no loss was given. {advice}")
    return module._orig_mod if type(module).__name__ == "OptimizedModule" else module  # type: ignore[return-value]


@lru_cache(maxsize=64)
def _labels(axes: str) -> Labels:
    try:
        parts = [Axis.parse(part) for part in axes.split(",")]
    except ValueError as error:
        raise ValueError(f"axes: {error}") from None
    if not all(len(part.factors) == 1 and not part.offset for part in parts):
        raise ValueError(f"axes: expected one symbol or number for each axis, got {axes!r}")
    return tuple(str(part.factors[0]) for part in parts)


def _error_text(main: Capture, traced: Trace) -> str:
    what = "the loss" if main.forward < len(main.calls) else "the forward pass"
    expression = failed_expression(main.error)
    place = f" in {expression}" if expression else ""
    last = traced.tensors[-1].name if traced.tensors else "its start"
    return f"{what} raised {type(main.error).__name__}{place}, after {last}: {main.error}"


def _assemble(module: nn.Module, main: Capture, layout: Layout, naming: Naming, seconds: float) -> Trace:
    calls = merge_packing(main.calls)
    names = names_of(calls, main.loss)
    written = expressions(calls, {index: name.unique for index, name in names.items()})
    owned = _weights_owned(calls)
    records = tuple(
        record
        for place, call in enumerate(calls)
        for record in _records(place, call, written[id(call)], names, naming, owned.get(place, 0))
    )
    returned = tuple(names[seen.index].unique for seen in main.returned if seen.index in names)
    pinned = {symbol: layout.sizes[symbol] for symbol in layout.pinned}
    about = (*_pinned_notes(layout), *_scripted_notes(main))
    weights = _weights(module)
    counted = sum(map(_count, weights)), sum(_count(weight) for weight in weights if weight.requires_grad)
    classes = {path: class_name(part) for path, part in module.named_modules() if path}
    return Trace(records, naming.sizes, class_name(module), returned, pinned, about, seconds, *counted, classes)


def _weights(module: nn.Module) -> list[Tensor]:
    """The parameters, shared ones once: half the time of ``module.parameters()``, which tells their names."""
    owned = {
        id(weight): weight for part in module.modules() for weight in part._parameters.values() if weight is not None
    }
    return list(owned.values())


def _count(weight: Tensor) -> int:
    return 0 if is_lazy(weight) else weight.numel()


def _weights_owned(calls: Sequence[Call]) -> dict[int, int]:
    """How many weights the layer of a call has, for the first call of each layer."""
    first: dict[int, int] = {}
    for place, call in enumerate(calls):
        if call.module is not None:
            first.setdefault(id(call.module), place)
    return {
        place: sum(map(_count, _weights(call.module)))
        for place, call in enumerate(calls)
        if call.module is not None and first[id(call.module)] == place
    }


def _records(
    place: int, call: Call, expression: str, names: Mapping[int, Name], naming: Naming, weights: int
) -> Iterator[TensorRecord]:
    layer = module_text(call.module) if call.module is not None and call.outputs else ""
    parents = tuple(dict.fromkeys(names[seen.index].unique for seen in call.inputs if seen.index in names))
    for position, seen in enumerate(call.outputs):
        yield TensorRecord(
            name=names[seen.index].unique,
            variable=names[seen.index].variable,
            kind=call.kind,
            operation=call.name,
            expression=expression,
            module=call.path if call.module is not None else "",
            layer=layer,
            shape=seen.shape,
            axes=naming.names.get(seen.index) or tuple(map(axis_of, seen.shape)),
            dtype=seen.dtype,
            nbytes=seen.nbytes,
            parents=parents,
            values=seen.values,
            corner=seen.corner,
            packed=Packed(seen.batch_sizes, seen.lengths) if seen.batch_sizes and seen.lengths else None,
            notes=(_MIXED.format(expression),) if seen.index in naming.mixed else (),
            call=place,
            inside=call.inside,
            weights=0 if position else weights,
        )


_MIXED = (
    "{} cuts across the axes: the numbers are counted off in their old order and cut anew, so the new rows mix what "
    "the old axes kept apart. To turn axes, use transpose or permute."
)


def _pinned_notes(layout: Layout) -> Iterator[str]:
    for symbol, others in layout.pinned.items():
        tried = " and at ".join(f"{symbol} = {other}" for other in others)
        yield f"This model only accepts {symbol} = {layout.sizes[symbol]}: at {tried} its forward pass raises."


def _scripted_notes(main: Capture) -> Iterator[str]:
    for path in dict.fromkeys(main.scripted):
        what = path or "The model"
        yield f"{what} is a scripted module: it cannot be entered, so only what goes in and comes out is shown."
