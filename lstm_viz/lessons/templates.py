"""Sentences and code of a step: sizes and measured numbers filled in, and which axis each number is."""

from __future__ import annotations

from string import Formatter

from lstm_viz.dims import Axis
from lstm_viz.lessons.records import Measured, Values
from lstm_viz.pitfalls.filling import Piece


def pieces(template: str, values: Values, measured: Measured) -> tuple[Piece, ...]:
    """The text in stretches that know which axis they are.

    >>> [(text, str(axis)) for text, axis in pieces("({B·T},), {gap:.1f}", {"B": 2, "T": 3}, {"gap": 0.25})]
    [('(', 'None'), ('6', 'B·T'), (',), ', 'None'), ('0.2', 'None')]
    """
    found: list[Piece] = []
    for literal, name, form, _ in Formatter().parse(template):
        if literal:
            found.append((literal, None))
        if name is None:
            continue
        if name in measured:
            found.append((format(measured[name], form or ""), None))
        elif name in values and not name[0].isupper():
            found.append((str(values[name]), None))
        else:
            axis = Axis.parse(name)
            found.append((str(axis.size(values)), axis))
    return tuple(found)


def filled(template: str, values: Values, measured: Measured | None = None) -> str:
    """The text as it is read."""
    return "".join(text for text, _ in pieces(template, values, measured or {}))
