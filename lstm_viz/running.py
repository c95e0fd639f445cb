"""One watched run of a module, and of the loss after it."""

from __future__ import annotations

import copy
import inspect
import io
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from types import FunctionType
from typing import Any, TextIO

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from lstm_viz.arguments import Arguments
from lstm_viz.capture import Recorder, watching
from lstm_viz.random_state import preserved
from lstm_viz.seen import Capture, Seen

_LAZY = (UninitializedParameter, UninitializedBuffer)
Loss = Callable[[Any, Any], Tensor]


def run_once(
    module: nn.Module,
    names: list[str],
    arguments: Arguments,
    recorder: Recorder,
    loss: Loss | None = None,
    target: Any = None,
) -> Capture:
    """Run ``module`` and, with ``loss``, take ``loss(result, target)``. What is raised is kept."""
    inputs, keywords = arguments
    for name, value in zip(names, (*inputs, *keywords.values()), strict=True):
        recorder.add_input(name, value)
    entered = tuple(recorder.entered)
    result, forward, error = None, None, None
    loss_record: Seen | None = None
    returned: tuple[Seen, ...] = ()
    with watching(recorder):
        try:
            result = module(*inputs, **keywords)
            with torch._C.DisableTorchFunction():
                returned = recorder.returned(result)
                forward = len(recorder.calls)
                if loss is not None:
                    recorder.add_input("target", target)
            if loss is not None:
                taken = loss(result, target)
                with torch._C.DisableTorchFunction():
                    loss_record = next(iter(recorder.returned(taken)), None)
        except Exception as raised:  # the person's own code: whatever it raises is what they want to see
            error = raised
    del result
    recorder.settle()
    ended = len(recorder.calls) if forward is None else forward
    scripted, readings = tuple(recorder.scripted), tuple(recorder.readings)
    return Capture(recorder.calls, ended, entered, returned, loss_record, scripted, readings, error)


@contextmanager
def silent() -> Iterator[None]:
    """Nothing that this thread prints is shown: a model that prints its shapes would print those of other sizes."""
    shown = sys.stdout
    sys.stdout = _Silent(shown)
    try:
        yield
    finally:
        sys.stdout = shown


class _Silent(io.TextIOBase):
    def __init__(self, shown: TextIO) -> None:
        self._shown = shown
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self._thread else self._shown.write(text)

    def flush(self) -> None:
        self._shown.flush()


@contextmanager
def eager() -> Iterator[None]:
    """Nothing is compiled: what torch.compile has put together can no longer be watched."""
    if "torch._dynamo" not in sys.modules:  # importing it takes seconds, and then nobody has compiled anything
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


def materialised(module: nn.Module, arguments: Arguments) -> nn.Module:
    """A lazy module's copy that has run once, as that turns it into another class for good; any other as it is."""
    held = (chain(part._parameters.values(), part._buffers.values()) for part in module.modules())
    if not any(type(tensor) in _LAZY for tensors in held for tensor in tensors):
        return module
    copied = copy.deepcopy(module)
    with preserved(), torch.no_grad(), silent(), suppress(Exception):  # if it raises, it will do so again, and be seen
        copied(*arguments[0], **arguments[1])
    return copied


def argument_names(module: nn.Module, arguments: Arguments) -> list[str]:
    """What ``forward`` calls each of its arguments."""
    count = len(arguments[0])
    names, rest = _parameter_names(module)
    names = names[:count]
    if rest is not None:
        names += [f"{rest}[{place}]" for place in range(count - len(names))]
    return [*names, *(f"input {place}" for place in range(len(names), count)), *arguments[1]]


def _parameter_names(module: nn.Module) -> tuple[list[str], str | None]:
    """The names of what ``forward`` takes by place, and that of its ``*args``."""
    schema = getattr(module.forward, "schema", None)  # a scripted module's own signature is (*args, **kwargs)
    if schema is not None:
        return [argument.name for argument in schema.arguments[1:]], None
    function = getattr(module.forward, "__func__", None)
    if type(function) is FunctionType and not hasattr(function, "__wrapped__"):  # the usual, and ten times as fast
        code = function.__code__
        rest = code.co_argcount + code.co_kwonlyargcount
        starred = code.co_varnames[rest] if code.co_flags & inspect.CO_VARARGS else None
        return list(code.co_varnames[1 : code.co_argcount]), starred
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return [], None
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return names, next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
