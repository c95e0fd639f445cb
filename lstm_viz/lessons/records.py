"""What a lesson is made of: steps of one idea each, with a picture that follows the sizes that the reader sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lstm_viz.dims import SYMBOLS
from lstm_viz.lessons.pictures import Picture

Values: TypeAlias = Mapping[str, int]
"""What stands for each letter in one step, ``{"B": 4, "T": 12}``: what is fixed, and what the reader has set."""
Measured: TypeAlias = Mapping[str, object]
"""Numbers and words of the live run, under the names that a template writes in braces."""


@dataclass(frozen=True)
class Knob:
    """A size that the reader may set. ``choices`` are words for the numbers from ``least`` on, where it is not a size.

    ``letter`` is a symbol of the vocabulary, or a lower-case word of the step's own, which needs a ``name``. What is
    not a whole number is counted in parts: (value − ``zero``) · ``part`` is what it means, and what is shown.
    """

    letter: str
    start: int
    least: int
    most: int
    name: str = ""
    choices: tuple[str, ...] = ()
    part: float = 1
    zero: int = 0

    def __post_init__(self) -> None:
        if not self.name and self.letter in SYMBOLS:
            object.__setattr__(self, "name", SYMBOLS[self.letter].name)
        if not self.name or not self.least <= self.start <= self.most:
            raise ValueError(f"expected a name and {self.least} ≤ {self.start} ≤ {self.most} for knob {self.letter!r}")
        if self.choices and len(self.choices) != self.most - self.least + 1:
            raise ValueError(f"knob {self.letter!r}: expected a word for each number, got {self.choices}")

    def meaning(self, values: Values) -> float:
        """What its value stands for.

        >>> Knob("bias", 3, 0, 8, "forget bias", part=0.5).meaning({"bias": 3})
        1.5
        """
        return round((values[self.letter] - self.zero) * self.part, 6)


def choice(letter: str, name: str, *words: str, start: int = 0) -> Knob:
    """A knob that is one of some words; its value is the place of the word."""
    return Knob(letter, start, 0, len(words) - 1, name, words)


@dataclass(frozen=True)
class Task:
    """A question that is answered by doing. ``solution`` is what a test sets; at the start it is not ``reached``.

    ``sentence`` and ``done`` are templates.
    """

    sentence: str
    reached: Callable[[Values], bool]
    done: str
    solution: Mapping[str, int]


@dataclass(frozen=True)
class Verdict:
    """What came of running a claim: ``happened`` is PyTorch's own text or numbers, ``meaning`` a template on it."""

    happened: str
    meaning: str
    raised: bool = False
    holds: bool = False


@dataclass(frozen=True)
class Claim:
    """Something that ``who`` says. ``code`` is what is run to see, ``prove`` runs it. Texts are templates."""

    says: str
    code: str
    prove: Callable[[Values], Verdict]
    who: str = "The source says"


@dataclass(frozen=True)
class Behind:
    """The full page behind a step, a key of ``PAGES``, and the settings with which it is opened."""

    page: str
    query: Callable[[Values], Mapping[str, str]] = lambda values: {}


def at_place(**numbers: int) -> dict[str, str]:
    """The entries of a link to a place inside the cell: what is not 0.

    >>> at_place(step=3, unit=0)
    {'step': '3'}
    """
    return {name: str(number) for name, number in numbers.items() if number}


def nothing_measured(values: Values) -> Measured:
    """Of a step whose words hold no measured numbers."""
    return {}


@dataclass(frozen=True)
class Step:
    """One idea. ``words`` and ``code`` are templates: ``{B·T}`` is a size, ``{gap:.4f}`` a number of ``measured``.

    ``fixed`` are sizes that the reader does not set, for the words and the picture.
    """

    key: str
    title: str
    words: str
    code: str
    picture: Callable[[Values], Picture]
    behind: Behind
    sizes: tuple[Knob, ...] = ()
    fixed: Mapping[str, int] = field(default_factory=dict)
    measured: Callable[[Values], Measured] = nothing_measured
    task: Task | None = None
    claim: Claim | None = None

    def values(self, chosen: Values | None = None) -> dict[str, int]:
        """The values that were chosen, within their bounds, over those at the start."""
        given = chosen or {}
        known = {
            knob.letter: min(max(int(given.get(knob.letter, knob.start)), knob.least), knob.most) for knob in self.sizes
        }
        return {**self.fixed, **known}

    def changed(self, values: Values) -> dict[str, int]:
        """What of ``values`` the reader has set otherwise than at the start."""
        return {knob.letter: values[knob.letter] for knob in self.sizes if values[knob.letter] != knob.start}


@dataclass(frozen=True)
class Lesson:
    """Steps in their order. ``source`` names what is read along, ``about`` says what is learnt."""

    key: str
    title: str
    about: str
    source: str
    steps: tuple[Step, ...]

    def place(self, step: str) -> int:
        """The place of a step by its key, or by its number from 1; the first where there is none such."""
        keys = [each.key for each in self.steps]
        if step in keys:
            return keys.index(step)
        number = int(step) if step.isascii() and step.isdigit() and len(step) < 3 else 1
        return min(max(number, 1), len(keys)) - 1
