"""Which axis of an answer was wrong: a mistake that the question invites, or else each axis by itself."""

from __future__ import annotations

import itertools
from collections import Counter

from lstm_viz.dims import Axis, Shape, Sizes, describe, shape_size
from lstm_viz.quiz.records import Numbers, Question, Slip
from lstm_viz.quiz.slips import count_axes

_PRODUCTS = ("D·H", "L·D", "B·T", "G·H", "D·P", "L·H", "T·H", "D·F", "T·F")


def slip_of(question: Question, said: Numbers) -> Slip | None:
    """The mistake of ``question`` that gives these numbers."""
    sizes = question.size_of
    return next((slip for slip in question.slips if shape_size(slip.axes, sizes) == said), None)


def explain(question: Question, said: Numbers) -> str:
    """A sentence or two on a wrong answer, with the axis that is wrong by its name."""
    if slip := slip_of(question, said):
        return slip.sentence
    if question.settles == "number":
        return f"It is {describe_number(question)}."
    axes, truth, name = question.axes, question.named, question.look
    if len(said) != len(truth):
        return _other_count(question, said)
    if Counter(said) == Counter(truth):
        return f"The numbers are right, their order is not: `{name}` is {describe(axes)}."
    wrong = [place for place, (one, other) in enumerate(zip(said, truth, strict=True)) if one != other]
    parts = [_wrong_axis(place, axes[place], said[place], question.size_of) for place in wrong]
    return f"`{name}` is {describe(axes)}: {'; '.join(parts)}."


def named_axes(question: Question, said: Numbers) -> Shape:
    """The axes of an answer under the names that its numbers most likely have."""
    if slip := slip_of(question, said):
        return slip.axes
    if said == question.named:
        return question.axes
    in_place = dict(enumerate(question.axes))
    sizes = question.size_of
    return tuple(
        in_place[place] if place in in_place and in_place[place].size(sizes) == number else name_of(number, sizes)
        for place, number in enumerate(said)
    )


def name_of(number: int, sizes: Sizes) -> Axis:
    """What a number probably stands for: a letter, a product of two, else nothing but itself."""
    letters = [letter for letter, size in sizes.items() if size == number and (letter not in "LDG" or size > 1)]
    if letters:
        return Axis.of(letters[0])
    for axis in map(Axis.parse, _PRODUCTS):
        if all(symbol in sizes for symbol in axis.symbols) and axis.size(sizes) == number:
            return axis
    return Axis.of(number)


def describe_number(question: Question) -> str:
    """``D·H = 2·5 = 10`` of a question for a number."""
    (axis,) = question.axes
    if not axis.symbols:
        return str(axis)
    factors = "·".join(str(question.size_of[each]) if isinstance(each, str) else str(each) for each in axis.factors)
    size = axis.size(question.size_of)
    return f"{axis} = {size}" if factors == str(size) else f"{axis} = {factors} = {size}"


def _other_count(question: Question, said: Numbers) -> str:
    axes, sizes = question.axes, question.size_of
    start = f"You wrote {count_axes(len(said))}, `{question.look}` has {len(axes)}: {describe(axes)}."
    spare = Counter(said)
    missing = []
    for axis in axes:
        if spare[axis.size(sizes)] > 0:
            spare[axis.size(sizes)] -= 1
        else:
            missing.append(str(axis))
    over = list(itertools.islice(spare.elements(), 4))
    absent = f" {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing." if missing else ""
    extra = (
        f" {', '.join(_named(number, sizes) for number in over)} {'does' if len(over) == 1 else 'do'} not belong there."
        if over
        else ""
    )
    return start + absent + extra


def _wrong_axis(place: int, axis: Axis, said: int, sizes: Sizes) -> str:
    return f"axis {place} is {axis} = {axis.size(sizes)}, you wrote {_named(said, sizes)}"


def _named(number: int, sizes: Sizes) -> str:
    axis = name_of(number, sizes)
    return f"{axis} = {number}" if axis.symbols else str(number)
