"""Diagnosis: one answer of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

from lstm_viz.display import Shown

Numbers = tuple[tuple[int, str], ...]
"""Numbers of the message, each with what it is."""


@dataclass(frozen=True)
class Diagnosis(Shown):
    """What a message means, and what to do.

    ``numbers`` says of each number what it is; ``axis`` which axis of which tensor is wrong; ``misleading`` why the
    message's own words point elsewhere; ``fix`` what to change in words, ``fixed_code`` the same as code.
    ``confidence`` lies between 0 and 1. ``tells_apart`` says how to know this cause from others that give the same
    message, ``pitfall`` is its key in the catalogue of mistakes. What does not apply is an empty text.

    >>> from lstm_viz.diagnosis import diagnose
    >>> found = diagnose("RuntimeError: input.size(-1) must be equal to input_size. Expected 1, got 2")[0]
    >>> found.axis
    'the last axis of x (F)'
    """

    key: str
    title: str
    explanation: str
    fix: str
    numbers: Numbers = ()
    axis: str = ""
    misleading: str = ""
    fixed_code: str = ""
    confidence: float = 0.9
    tells_apart: str = ""
    pitfall: str = ""

    def __str__(self) -> str:
        numbers = "\n".join(f"  {number}: {what}" for number, what in self.numbers)
        parts = (self.title, self.explanation, numbers, self.axis, self.misleading, self.fix)
        return "\n".join([*filter(None, parts), *([indent(self.fixed_code, "    ")] if self.fixed_code else [])])


class Diagnoses(list[Diagnosis], Shown):
    """The answers to one message, best first: a list that prints and shows itself.

    >>> from lstm_viz.diagnosis import diagnose
    >>> found = diagnose("RuntimeError: Expected hidden[0] size (2, 4, 128), got [2, 64, 128]")
    >>> found[0].key, len(found) > 1
    ('hidden-last-batch', True)
    """

    def __str__(self) -> str:
        return "\n\nOr: ".join(map(str, self))
