"""Run a module once and write down every call that made a tensor: measured here, named and drawn elsewhere."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.nn.utils.rnn import PackedSequence
from torch.overrides import TorchFunctionMode, _get_current_function_mode

from lstm_viz.keeping import Keeper
from lstm_viz.locating import local_name, locate
from lstm_viz.seen import Call, Holder, Reading, Seen, data_of, holders_in, replaced, tensors_in
from lstm_viz.subject import Subject, class_name

_WRITERS = {"__setitem__", "__set__"}


class Recorder(TorchFunctionMode):
    """Writes down the calls of the thread that made it. Use ``watching`` around it to see modules too.

    ``budget`` is how many elements are kept; None keeps the shapes alone. ``before_writing`` is called with each tensor
    that is about to be written.
    """

    def __init__(
        self, subject: Subject, budget: int | None = None, before_writing: Callable[[Any], None] = lambda _: None
    ) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.scripted: list[str] = []
        self.readings: list[Reading] = []
        self.entered: list[int] = []
        self._subject = subject
        self._keeper = Keeper(budget)
        self._tell = before_writing
        self._path = [""]
        self._inside: list[tuple[str, int]] = []
        self._runs = 0
        self._atomic = 0
        self._paused = False
        self._thread = threading.get_ident()
        self._seen: dict[int, tuple[weakref.ref[Tensor], Seen]] = {}
        self._count = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        # inside torch.func's transforms tensors are wrapped, and nothing can be kept of them
        if self._atomic or torch._C._functorch.peek_interpreter_stack() is not None:
            return func(*args, **kwargs)
        name = _name_of(func)
        written = _written(name, args, kwargs)
        if written:
            self._before_writing(written)
        call = Call("function", name, self._path[-1], function=func)
        frame = sys._getframe(1)
        if written:  # what a tensor held before must be seen before
            self._take_arguments(call, args, kwargs, frame)
        result = func(*args, **kwargs)
        made = args[0] if name in _WRITERS else result
        if name != "requires_grad_" and (type(made) is Tensor or holders_in(made)):
            if not written:
                self._take_arguments(call, args, kwargs, frame)
            locate(call, frame)
            self._finish(call, made)
        return result

    def enter(self, module: nn.Module, args: Any) -> None:
        """Before a module's forward."""
        if threading.get_ident() != self._thread:  # another thread may be running the same model
            return
        self._path.append(self._subject.paths.get(id(module), self._path[-1]))
        self._inside.append((self._path[-1], self._runs))
        self._runs += 1
        if self._subject.is_atomic(module):
            own = vars(module)
            if own.get("max_norm") is not None:  # an embedding that shortens its own rows
                self._before_writing(module.weight)
            if own.get("inplace") or isinstance(module, torch.jit.ScriptModule):
                self._before_writing(args)
            self._atomic += 1
            self._pause()

    def leave(self, module: nn.Module, args: Any, kwargs: Any, result: Any) -> None:
        """After a module's forward, or after it raised: then ``result`` is None."""
        if threading.get_ident() != self._thread:
            return
        path = self._path.pop()
        self._inside.pop()
        atomic = self._subject.is_atomic(module)
        self._atomic -= atomic
        if self._atomic:
            return
        with torch._C.DisableTorchFunction():
            if atomic or "batch_first" in vars(module):
                self._note_module(module, path, atomic, args, kwargs, result)
        self.resume()

    def settle(self) -> None:
        """When all is over: make what was kept nobody else's."""
        self._keeper.settle()

    def _before_writing(self, targets: Any) -> None:
        with torch._C.DisableTorchFunction():
            for target in tensors_in(targets):
                self._tell(target)
                self._keeper.before_writing(target)

    def _pause(self) -> None:
        """Let torch run without us inside a layer, where nothing is recorded: each call would cost microseconds."""
        if not self._paused and _get_current_function_mode() is self:  # type: ignore[no-untyped-call]
            self._paused = True
            self.__exit__(None, None, None)

    def resume(self) -> None:
        """Watch again."""
        if self._paused:
            self._paused = False
            self.__enter__()  # type: ignore[no-untyped-call]

    def _note_module(self, module: nn.Module, path: str, atomic: bool, args: Any, kwargs: Any, result: Any) -> None:
        if (reading := _reading(module, args, kwargs)) is not None:
            self.readings.append(reading)
        if not atomic:
            return
        if isinstance(module, torch.jit.ScriptModule):
            self.scripted.append(path)
        call = Call("module", class_name(module), path, module=module)
        frame = sys._getframe(1)
        self._take_arguments(call, args, kwargs, frame)
        if module is not self._subject.root:
            locate(call, frame)
        self._finish(call, result)

    def add_input(self, name: str, value: Any) -> None:
        """One argument of the model, before it runs."""
        holders = holders_in(value)
        for position, holder in enumerate(holders):
            call = Call("input", name if len(holders) == 1 else f"{name}[{position}]", "")
            self._finish(call, holder)
            self.entered.append(id(holder))

    def returned(self, value: Any) -> tuple[Seen, ...]:
        """The records of what the model returned."""
        return tuple(self._find(data_of(holder), None) for holder in holders_in(value))

    def _take_arguments(self, call: Call, args: Any, kwargs: Any, frame: FrameType) -> None:
        """Keep the arguments with a record in each tensor's place, so that no tensor lives longer for being seen."""
        inputs: list[Seen] = []

        def record(holder: Holder) -> Seen | Tensor:
            if isinstance(holder, Tensor) and holder.is_nested:  # it has no shape
                return holder
            inputs.append(_noted(self._find(data_of(holder), frame), holder))
            return inputs[-1]

        call.arguments = replaced(args, record)
        call.keywords = replaced(kwargs, record)
        call.inputs = tuple(inputs)

    def _finish(self, call: Call, result: Any) -> None:
        outputs: list[Seen] = []
        fresh = isinstance(call.module, nn.RNNBase)

        def record(holder: Holder) -> Seen | Tensor:
            if isinstance(holder, Tensor) and holder.is_nested:
                return holder
            outputs.append(_noted(self._see(data_of(holder), fresh), holder))
            return outputs[-1]

        call.structure = replaced(result, record)
        call.outputs = tuple(outputs)
        call.inside = tuple(self._inside[1:])  # the first is the model itself
        self.calls.append(call)

    def _see(self, tensor: Tensor, fresh: bool) -> Seen:
        nbytes = tensor.numel() * tensor.element_size()
        seen = Seen(self._count, tuple(tensor.shape), tensor.dtype, nbytes)
        self._count += 1
        self._keeper.keep(seen, tensor, fresh)
        self._seen[id(tensor)] = (weakref.ref(tensor), seen)
        return seen

    def _find(self, tensor: Tensor, frame: FrameType | None) -> Seen:
        """The record of a tensor; one that no call made is the model's, or was made where no mode is told."""
        reference, seen = self._seen.get(id(tensor), (None, None))
        if seen is not None and reference is not None and reference() is tensor:
            return seen
        held = self._subject.holder_of(tensor)
        kind, name = held or ("unseen", local_name(tensor, frame) or ("unseen" if frame else "result"))
        self._finish(Call(kind, name, self._path[-1]), tensor)
        return self.calls[-1].outputs[0]


@contextmanager
def watching(recorder: Recorder) -> Iterator[None]:
    """Record the calls inside. Hooks are global and not on the model, so that the model itself stays untouched."""

    def enter(module: nn.Module, args: Any) -> None:
        recorder.enter(module, args)

    def leave(module: nn.Module, args: Any, *rest: Any) -> None:
        # (kwargs, result), but only (result) where the forward pass raised
        recorder.leave(module, args, rest[0] if len(rest) == 2 else {}, rest[-1])

    hooks = [
        register_module_forward_pre_hook(enter),
        register_module_forward_hook(leave, with_kwargs=True, always_call=True),
    ]
    try:
        with recorder:
            try:
                yield
            finally:
                recorder.resume()  # an interrupt runs no hooks
    finally:
        for hook in hooks:
            hook.remove()


def _name_of(function: Any) -> str:
    name: str = getattr(function, "__name__", "") or str(function)
    return f".{function.__self__.__name__}" if name == "__get__" else name


def _written(name: str, args: Any, kwargs: Any) -> list[Any]:
    """The tensors that a call of this name writes into."""
    written = [kwargs["out"]] if "out" in kwargs else []
    if args and (name in _WRITERS or (name.endswith("_") and not name.endswith("__")) or kwargs.get("inplace")):
        written.append(args[0])
    if len(args) > 1 and kwargs.get("max_norm") is not None:
        written.append(args[1])
    return written


def _reading(module: nn.Module, args: Any, kwargs: Any) -> Reading | None:
    cell = isinstance(module, nn.RNNCellBase)
    batch_first = None if cell else vars(module).get("batch_first")
    if batch_first is None and not cell:
        return None
    first = next(iter(holders_in((args, kwargs))), None)
    if isinstance(first, PackedSequence):
        return Reading(None, int(first.batch_sizes[0]))
    if first is None:
        return None
    batched = first.ndim == (2 if cell else 3)
    return Reading(batch_first, first.shape[0 if batch_first or cell else 1] if batched else None)


def _noted(seen: Seen, holder: Holder) -> Seen:
    """The record, with the lengths of a packed sequence."""
    if isinstance(holder, PackedSequence):
        seen.batch_sizes = tuple(holder.batch_sizes.tolist())
        lengths = _sorted_lengths(seen.batch_sizes)
        order = range(len(lengths)) if holder.unsorted_indices is None else holder.unsorted_indices.tolist()
        seen.lengths = tuple(lengths[place] for place in order)
    return seen


def _sorted_lengths(batch_sizes: tuple[int, ...]) -> list[int]:
    """How long each sample is, the longest first: ``batch_sizes`` falls, and each fall is where some end."""
    ends = zip(batch_sizes, (*batch_sizes[1:], 0), strict=True)
    return [step + 1 for step, (now, then) in enumerate(ends) for _ in range(now - then)][::-1]
