"""A recorder that keeps the tensors themselves, with the graph behind them, and can make the graph complete."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence

from lstm_viz.capture import Recorder
from lstm_viz.seen import Call, Seen, holders_in
from lstm_viz.subject import Subject

_FACTORIES = {"zeros", "ones", "full", "empty", "rand", "randn", "eye", "linspace"}
_REDUCED = {"max", "min", "amax", "amin", "median", "topk", "kthvalue"}
_CLIPPED = {"relu", "relu6", "clamp", "clip", "hardtanh", "leaky_relu", "elu", "hardsigmoid", "threshold"}
_POOLED: dict[type[nn.Module], Callable[..., Tensor]] = {
    nn.MaxPool1d: functional.avg_pool1d,
    nn.MaxPool2d: functional.avg_pool2d,
}
_ADAPTIVE: dict[type[nn.Module], Callable[..., Tensor]] = {
    nn.AdaptiveMaxPool1d: functional.adaptive_avg_pool1d,
    nn.AdaptiveMaxPool2d: functional.adaptive_avg_pool2d,
}
_CLIPPING = (nn.ReLU, nn.ReLU6, nn.Hardtanh, nn.LeakyReLU, nn.ELU, nn.Hardsigmoid, nn.Threshold)


class LiveRecorder(Recorder):
    """Keeps every tensor of a run alive, and what the model returned.

    ``taps`` are the floating tensors that were made of an integer input, by an embedding or as one-hot vectors: the
    gradient is taken there. With ``structure`` what a max or a ReLU happens to shut off passes gradients all the same:
    what could matter counts, not what did this time. With ``double`` all is computed in double precision.
    """

    def __init__(
        self, subject: Subject, before_writing: Callable[[Any], None], structure: bool = False, double: bool = False
    ) -> None:
        super().__init__(subject, None, before_writing)
        self.tensors: dict[int, Tensor] = {}
        self.taps: list[tuple[int, int]] = []
        self.makers: dict[int, Call] = {}
        self.result: Any = None
        self._structure = structure
        self._double = double
        self._whole: set[int] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if self._structure and not self._atomic:
            args, kwargs = _in_double(func, args, kwargs) if self._double else (args, kwargs)
            func = _completed(func, args, kwargs)
        return super().__torch_function__(func, types, args, kwargs)

    def add_input(self, name: str, value: Any) -> None:
        super().add_input(name, value)
        if name != "target":
            for call in self.calls:
                self._whole |= {seen.index for seen in call.outputs if call.kind == "input" and _is_integer(seen)}

    def returned(self, value: Any) -> tuple[Seen, ...]:
        self.result = value if self.result is None else self.result
        return super().returned(value)

    def _see(self, tensor: Tensor, fresh: bool) -> Seen:
        seen = super()._see(tensor, fresh)
        self.tensors[seen.index] = tensor
        return seen

    def _finish(self, call: Call, result: Any) -> None:
        super()._finish(call, result)
        made_of = next((seen.index for seen in call.inputs if seen.index in self._whole), None)
        for seen, holder in zip(call.outputs, holders_in(result), strict=False):
            self.makers[seen.index] = call
            if made_of is None:
                continue
            if _is_integer(seen):
                self._whole.add(seen.index)
            elif seen.dtype.is_floating_point and isinstance(holder, Tensor):
                if not holder.requires_grad:
                    holder.requires_grad_()
                self.taps.append((made_of, seen.index))


def open_up(module: nn.Module) -> None:
    """Make the parts of a copy whose gradient is cut off by chance, such as a max pool, pass it on."""
    for part in module.modules():
        if type(part) in _POOLED:
            average = _POOLED[type(part)]
            options: tuple[Any, ...] = (part.kernel_size, part.stride, part.padding, part.ceil_mode)
            part.forward = functools.partial(_pooled, average, options)
        elif type(part) in _ADAPTIVE:
            part.forward = functools.partial(_pooled, _ADAPTIVE[type(part)], (part.output_size,))
        elif isinstance(part, _CLIPPING):
            vars(part)["forward"] = part.forward  # the recorder enters it now


def _pooled(average: Callable[..., Tensor], options: tuple[Any, ...], x: Tensor) -> Tensor:
    return average(x, *options)


def _in_double(func: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
    """The arguments of the same call in double precision."""
    name = getattr(func, "__name__", "")
    if name in _FACTORIES and kwargs.get("dtype") is None:
        whole = name == "full" and not any(isinstance(part, float) for part in (*args, *kwargs.values()))
        kwargs = kwargs if whole else {**kwargs, "dtype": torch.float64}
    if name.endswith("_") or "out" in kwargs:  # what is written must stay the tensor that it is
        return args, kwargs
    return tuple(map(_doubled, args)), {key: _doubled(value) for key, value in kwargs.items()}


def _completed(func: Any, args: Any, kwargs: Any) -> Any:
    """The same function, with a gradient for everything that goes in; ``float()`` leaves double precision as it is."""
    name = getattr(func, "__name__", "")
    first = args[0] if args else None
    if not isinstance(first, Tensor):
        return func
    if name == "float" and first.dtype == torch.float64:
        return _wrapped(func, lambda tensor, *_, **__: tensor.double())
    if name in _REDUCED and first.is_floating_point():
        return _wrapped(func, functools.partial(_spread, func))
    if name in _CLIPPED and not kwargs.get("inplace"):
        return _wrapped(func, functools.partial(_passed_on, func))
    return func


def _doubled(value: Any) -> Any:
    if value is torch.float32:
        return torch.float64
    if isinstance(value, (tuple, list)) and type(value) in (tuple, list):
        return type(value)(map(_doubled, value))
    if type(value) is Tensor and value.dtype == torch.float32:
        return value.double()
    return value


def _wrapped(func: Any, instead: Callable[..., Any]) -> Any:
    functools.update_wrapper(instead, func, assigned=("__name__",), updated=())
    return instead


def _spread(func: Any, tensor: Tensor, *args: Any, **kwargs: Any) -> Any:
    """A largest value, unchanged, whose gradient goes to everything that it was the largest of."""
    result = func(tensor, *args, **kwargs)
    values = result if isinstance(result, Tensor) else result[0]
    name = func.__name__
    place = 1 if name in ("topk", "kthvalue") else 0
    dim = kwargs.get("dim", args[place] if len(args) > place else None)
    if isinstance(dim, Tensor) or not isinstance(values, Tensor):  # the larger of two tensors
        return result
    if name in ("topk", "kthvalue") and dim is None:
        dim = -1
    alone = values.ndim == tensor.ndim
    finite = torch.where(tensor.isfinite(), tensor, 0.0)  # masked with -inf: that would make all of it nan
    total = finite.sum() if dim is None else finite.sum(dim=dim, keepdim=alone)
    values = values + (total - total.detach())
    return values if isinstance(result, Tensor) else type(result)((values, *result[1:]))


def _passed_on(func: Any, tensor: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    result: Tensor = func(tensor, *args, **kwargs)
    finite = torch.where(tensor.isfinite(), tensor, 0.0)
    return result + (finite - finite.detach()) if result.is_floating_point() else result


def _is_integer(seen: Seen) -> bool:
    return not (seen.dtype.is_floating_point or seen.dtype.is_complex or seen.dtype == torch.bool)


def live(value: Any, double: bool, leaves: dict[int, Tensor], change: Callable[[Tensor], Tensor]) -> Any:
    """An argument whose floating tensors have a leaf behind them; ``leaves`` gets it by the id of what stands there."""
    if isinstance(value, PackedSequence):
        if not value.data.is_floating_point():
            return value
        data = _leaf(value.data, double, change)
        packed = PackedSequence(data.clone(), value.batch_sizes, value.sorted_indices, value.unsorted_indices)
        leaves[id(packed)] = data
        return packed
    if isinstance(value, Tensor):
        if not value.is_floating_point():
            return value.clone()
        data = _leaf(value, double, change)
        copied = data.clone()  # a model may write into its input, which a leaf does not allow
        leaves[id(copied)] = data
        return copied
    return value


def _leaf(tensor: Tensor, double: bool, change: Callable[[Tensor], Tensor]) -> Tensor:
    plain = tensor.detach()
    return change(plain.double() if double else plain.clone()).requires_grad_()
