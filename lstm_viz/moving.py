"""Where the axes of a function's inputs go: read off from a run on stand-ins, or from how a reshape cuts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import torch

from lstm_viz.alignment import Runs, Vector, axis_of
from lstm_viz.dims import Axis, Shape
from lstm_viz.seen import Call, Seen, data_of, holders_in, replaced

Names = dict[int, Shape]
"""Index of a captured tensor → its axes."""

CUTS = {"view", "reshape", "view_as", "reshape_as", "flatten", "unflatten"}
"""What counts the numbers off in their order and cuts them anew."""

_PRIMES = (1009, 1151, 1301, 1451, 1601, 1753, 1901, 2053, 2203, 2351, 2503, 2657, 2801, 2953, 3109, 3251)
_SMALL = 4
_LARGEST_OFFSET = 64
# The sizes are written as numbers in the call, so that it runs on nothing else.
_SIZED = {*CUTS, "expand", "expand_as", "broadcast_to", "as_strided", "resize_"}
# They run step by step on a stand-in, or on a real device alone.
_UNSUITED = {"lstm", "gru", "rnn_tanh", "rnn_relu", "one_hot", "to", "cpu", "cuda", "__set__"}
_CATS = {"cat", "concat", "concatenate"}
_JOINS = {*_CATS, "hstack"}
_PARTS = {"unbind", "__iter__"}


def carried(call: Call, position: int, names: Names, measured: Sequence[Vector], runs: Runs) -> Shape | None:
    """The axes of a function's result, from running it on empty tensors whose sizes are large primes, one a symbol.

    First every symbol has its prime; then L and D keep their size, as they may be taken apart; then all small ones
    do, as a squeeze or a broadcast may rest on a 1; then symbols of one size share a prime, as an addition may rest on
    that.
    None where it does not run.
    """
    if call.function is None or call.packing or call.name in _SIZED | _UNSUITED or call.name.startswith("new_"):
        return None
    axes = [axis for seen in call.inputs for axis in names.get(seen.index, ())]
    found: Shape | None = None
    for values in _stand_in_sizes(axes, runs):
        sizes = _run_on_stand_ins(call, position, names, values)
        if sizes is not None and len(sizes) == len(measured):
            found = tuple(_sides(call, _read(size, axes, values), runs) for size in sizes)
            if all(runs.fits(axis, vector) for axis, vector in zip(found, measured, strict=True)):
                break
    return found


def refolded(parent: Shape, measured: Sequence[Vector], runs: Runs) -> list[Axis | None]:
    """The axes after a reshape: each takes the next factors of the old axes that make its size; None for a cut one."""
    factors = [axis_of(factor) for axis in parent for factor in axis.factors]
    if any(axis.offset for axis in parent):
        return [None] * len(measured)
    start = _taken(factors, measured, runs)
    left = len(factors) - sum(map(len, start))
    if len(start) == len(measured):
        start[-1:] = [[*group, *factors[len(factors) - left :]] for group in start[-1:]]
        return [_rejoined(group) for group in start]
    end = _taken(factors[::-1][:left], measured[len(start) :][::-1], runs)[::-1]
    cut: list[Axis | None] = [None] * (len(measured) - len(start) - len(end))
    return [*map(_rejoined, start), *cut, *(_rejoined(group[::-1]) for group in end)]


def product(axes: Iterable[Axis]) -> Axis:
    """The product of axes; 1 of none."""
    return math.prod(axes, start=axis_of(1))


def _rejoined(group: list[Axis]) -> Axis | None:
    """The product of factors; None for numbers alone: they may be parts of something that was cut before."""
    return product(group) if len(group) < 2 or any(axis.symbols for axis in group) else None


def _taken(factors: list[Axis], measured: Sequence[Vector], runs: Runs) -> list[list[Axis]]:
    """For each size the fewest of the next factors that make it, as far as that goes; none for a new 1."""
    groups: list[list[Axis]] = []
    for vector in measured:
        tried = (factors[:count] for count in range(1, len(factors) + 1))
        group = next((some for some in tried if runs.fits(product(some), vector)), None)
        if group is None and not runs.fits(axis_of(1), vector):
            break
        groups.append(group or [])
        factors = factors[len(groups[-1]) :]
    return groups


def _stand_in_sizes(axes: Sequence[Axis], runs: Runs) -> Iterator[Mapping[str, int]]:
    symbols = list(dict.fromkeys(symbol for axis in axes for symbol in axis.symbols))
    if not symbols or len(symbols) > len(_PRIMES):
        return
    primes = dict(zip(symbols, _PRIMES, strict=False))
    yield primes
    vectors = {symbol: runs.vector(axis_of(symbol)) or () for symbol in symbols}
    small = {symbol: vector[0] for symbol, vector in vectors.items() if len({*vector}) == 1 and vector[0] <= _SMALL}
    counts = {symbol: size for symbol, size in small.items() if symbol[0] in "LD"}
    for real in (counts, small):
        if real:
            yield primes | real
    first = {vector: symbol for symbol, vector in reversed(vectors.items())}
    if len(first) < len(symbols):
        yield {symbol: primes[first[vector]] for symbol, vector in vectors.items()} | small


def _run_on_stand_ins(call: Call, position: int, names: Names, values: Mapping[str, int]) -> tuple[int, ...] | None:
    if any(seen.index not in names for seen in call.inputs):
        return None
    if call.name in _CATS:  # torch would import its compiler first: 1.7 s, once
        return _joined(call, names, values)
    if call.name in _PARTS:  # L·D primes are a million parts
        return _taken_apart(call, names, values)
    stand_ins = {id(seen): _stand_in(seen, names[seen.index], values) for seen in call.inputs}
    arguments, keywords = replaced((call.arguments, call.keywords), lambda seen: stand_ins[id(seen)], Seen)
    try:
        result = call.function(*arguments, **keywords)  # type: ignore[misc]
        made = arguments[0] if call.name == "__setitem__" else data_of(holders_in(result)[position])
        return tuple(made.shape)
    except Exception:  # whatever torch raises of a stand-in: then there is nothing to read off
        return None


def _joined(call: Call, names: Names, values: Mapping[str, int]) -> tuple[int, ...]:
    """The sizes of a cat on stand-ins: those of its first part, and along ``dim`` the sum."""
    given = dict(zip(("tensors", "dim"), call.arguments, strict=False)) | call.keywords
    dim = int(given.get("dim", given.get("axis", 0)))
    parts = [[axis.size(values) for axis in names[seen.index]] for seen in given["tensors"]]
    sizes = list(parts[0])
    sizes[dim] = sum(part[dim] for part in parts)
    return tuple(sizes)


def _taken_apart(call: Call, names: Names, values: Mapping[str, int]) -> tuple[int, ...]:
    """The sizes of one part of an unbind on stand-ins: all but that along ``dim``."""
    given = dict(zip(("input", "dim"), call.arguments, strict=False)) | call.keywords
    sizes = [axis.size(values) for axis in names[given["input"].index]]
    del sizes[int(given.get("dim", 0))]
    return tuple(sizes)


def _stand_in(seen: Seen, axes: Shape, values: Mapping[str, int]) -> torch.Tensor:
    return torch.empty([axis.size(values) for axis in axes], dtype=seen.dtype, device="meta")


def _read(size: int, axes: Sequence[Axis], values: Mapping[str, int]) -> Axis:
    """The axis that a size on stand-ins stands for: an old one, an old one and a few, or a product of symbols."""
    own = {axis: axis.size(values) for axis in axes}
    for axis, value in own.items():
        if value == size and axis.symbols:
            return axis
    for axis, value in own.items():
        if value >= min(_PRIMES) and abs(size - value) <= _LARGEST_OFFSET and not axis.offset:
            return Axis(axis.factors, size - value)
    found = []
    for symbol in dict.fromkeys(symbol for axis in axes for symbol in axis.symbols):
        if values[symbol] >= min(_PRIMES) and size % values[symbol] == 0:
            found.append(symbol)
            size //= values[symbol]
    return axis_of(size, *found)


def _sides(call: Call, axis: Axis, runs: Runs) -> Axis:
    """Two states side by side are the two directions, where there are two: D·H."""
    directions = runs.symbols.sizes.get("D", 1)
    if call.name in _JOINS and axis.factors[0] == directions > 1 and axis.symbols and axis.symbols[0][0] in "HP":
        return axis_of("D", *axis.symbols)
    return axis
