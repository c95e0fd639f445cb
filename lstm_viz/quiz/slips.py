"""The mistakes that a shape invites: another order, a factor left out, one letter for another, an axis too many."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from lstm_viz.dims import SYMBOLS, Axis, Shape, Sizes, describe, shape_size
from lstm_viz.quiz.records import Slip

_MADE_OF = {
    "D": "both directions are in it",
    "L": "every layer has its rows",
    "G": "the gates are stacked in it",
    "B": "the samples are folded into it",
    "T": "the time steps are folded into it",
    "H": "the hidden units are in it",
    "P": "the projected state is in it",
    "F": "the features are in it",
    "E": "the embedding is in it",
}
_TAKEN_FOR = {
    "H": "FPO",
    "F": "HE",
    "P": "HF",
    "E": "VH",
    "V": "EH",
    "O": "HF",
    "B": "T",
    "T": "B",
    "N": "BT",
}
"""Which letters are written where another belongs."""


def slips(
    name: str, axes: Shape, sizes: Sizes, batch_first: bool | None = None, more: Iterable[Slip] = ()
) -> tuple[Slip, ...]:
    """The mistakes that ``name`` with these axes invites: ``more`` first, none equal to the truth or to another."""
    truth = shape_size(axes, sizes)
    makers = (_swapped(name, axes, batch_first), _left_out(name, axes, sizes), _doubled(name, axes, sizes))
    others = (_dropped(name, axes), _added(name, axes, sizes), _taken_for(name, axes, sizes))
    found: dict[tuple[int, ...], Slip] = {}
    for slip in itertools.chain(more, *makers, *others):
        numbers = shape_size(slip.axes, sizes)
        if numbers != truth:
            found.setdefault(numbers, slip)
    return tuple(found.values())


def is_state(axes: Shape) -> bool:
    """Whether these are the axes of h_n or c_n."""
    return len(axes) > 1 and "L" in axes[0].symbols and axes[1] == Axis.of("B")


def letters_of(axes: Iterable[Axis]) -> tuple[str, ...]:
    """The letters in some axes, each once."""
    return tuple(dict.fromkeys(symbol for axis in axes for symbol in axis.symbols))


def _swapped(name: str, axes: Shape, batch_first: bool | None) -> Iterator[Slip]:
    for one, other in itertools.combinations(range(len(axes)), 2):
        wrong = list(axes)
        wrong[one], wrong[other] = wrong[other], wrong[one]
        yield Slip(
            tuple(wrong),
            letters_of(wrong[:1]) if one == 0 else letters_of((axes[one], axes[other])),
            _order(name, axes, tuple(wrong), batch_first),
        )


def _order(name: str, axes: Shape, wrong: Shape, batch_first: bool | None) -> str:
    first, given = axes[0], wrong[0]
    if first == given:
        one, other = (axis for axis, there in zip(axes, wrong, strict=True) if axis != there)
        return f"You swapped {one} and {other}: `{name}` is {describe(axes)}."
    if is_state(axes) and given == Axis.of("B"):
        reason = "batch_first does not move" if batch_first else "the layers stand first in"
        return f"You wrote B first: {reason} `{name}`, which is {describe(axes)}."
    expected = None if batch_first is None else "B" if batch_first else "T"
    if str(first) == expected and {str(first), str(given)} == {"B", "T"}:
        rule = (
            "with batch_first=True the batch stands first" if batch_first else "without batch_first, time stands first"
        )
        return f"You wrote {given} first: {rule}, so `{name}` is {describe(axes)}."
    return f"You wrote {given} first: `{name}` begins with {first}, it is {describe(axes)}."


def _left_out(name: str, axes: Shape, sizes: Sizes) -> Iterator[Slip]:
    for place, axis in enumerate(axes):
        for factor in axis.symbols if len(axis.factors) > 1 else ():
            rest = Axis.of(*(each for each in axis.factors if each != factor))
            whole = f"that axis is {axis} = {axis.size(sizes)}"
            sentence = f"{factor} is missing: {_MADE_OF.get(factor, 'it counts as well')}, so {whole}."
            yield Slip((*axes[:place], rest, *axes[place + 1 :]), (factor,), sentence)


def _doubled(name: str, axes: Shape, sizes: Sizes) -> Iterator[Slip]:
    """D where it does not belong: beside the units of a state, or at all."""
    if sizes.get("D", 1) == 1 or "D" in axes[-1].symbols or not set(axes[-1].symbols) & {"H", "P"}:
        return
    wrong = (*axes[:-1], Axis.of("D") * axes[-1])
    if is_state(axes) or axes[0] == Axis.of("L", "D"):
        reason = f"the directions are rows of the first axis of `{name}`, they do not widen its last"
    elif any("D" in axis.symbols for axis in axes):
        reason = f"the directions have an axis of their own in `{name}`"
    else:
        reason = f"`{name}` holds one direction"
    yield Slip(wrong, ("D",), f"D is too much: {reason}. It ends with {axes[-1]} = {axes[-1].size(sizes)}.")


def _dropped(name: str, axes: Shape) -> Iterator[Slip]:
    for place, axis in enumerate(axes if len(axes) > 1 else ()):
        rest = (*axes[:place], *axes[place + 1 :])
        what = f"{axis} ({SYMBOLS[axis.symbols[0][0]].name})" if len(axis.symbols) == 1 else str(axis)
        yield Slip(
            rest, letters_of((axis,)), f"{what} is missing: `{name}` has {count_axes(len(axes))}, {describe(axes)}."
        )


def _added(name: str, axes: Shape, sizes: Sizes) -> Iterator[Slip]:
    letters = letters_of(axes)
    if "T" not in letters and "B" in letters and "T" in sizes:
        place = axes.index(Axis.of("B")) + 1 if Axis.of("B") in axes else 1
        sentence = f"T is too much: `{name}` has nothing for each step. It is {describe(axes)}."
        yield Slip((*axes[:place], Axis.of("T"), *axes[place:]), ("T",), sentence)
    if sizes.get("L", 1) > 1 and "L" not in letters and "T" in letters:
        sentence = f"L is too much: `{name}` holds the top layer alone. It is {describe(axes)}."
        yield Slip((Axis.of("L"), *axes), ("L",), sentence)


def _taken_for(name: str, axes: Shape, sizes: Sizes) -> Iterator[Slip]:
    for place, axis in reversed(list(enumerate(axes))):
        what = f"axis {place} of `{name}` is {axis} = {axis.size(sizes)}"
        for letter in axis.symbols:
            meaning = f", the {SYMBOLS[letter].name}" if len(axis.factors) == 1 else ""
            for other in _TAKEN_FOR.get(letter, ""):
                if other in sizes:
                    wrong = Axis.of(*(other if each == letter else each for each in axis.factors))
                    sentence = f"You wrote {other} where {letter} belongs: {what}{meaning}."
                    yield Slip((*axes[:place], wrong, *axes[place + 1 :]), (letter, other), sentence)


def count_axes(number: int) -> str:
    """``1 axis``, ``3 axes``."""
    return f"{number} {'axis' if number == 1 else 'axes'}"
