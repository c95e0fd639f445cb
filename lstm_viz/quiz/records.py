"""What a quiz is made of: a question with the code that settles it, the mistakes that it invites, and a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from lstm_viz.dims import Shape, shape_size
from lstm_viz.pitfalls.filling import code_pieces, fill
from lstm_viz.spec import DEFAULT, NetworkSpec

Settles = Literal["shape", "number", "axis", "raises", "runs", "mixes", "equals"]
"""How running PyTorch decides: a printed shape or number, an axis that grows, a line, a gradient, a difference."""
Numbers = tuple[int, ...]
LABELS = "1234"
"""What the choices are called."""


class AnswerError(ValueError):
    """An answer that cannot be read: what was expected, what was got, what to type."""


@dataclass(frozen=True)
class Slip:
    """A mistake that people make: the shape they would write, the letters of the axes concerned, what to say then."""

    axes: Shape
    names: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class Option:
    """One of four things to choose from, as code, and what to say to whoever chooses it although it is wrong."""

    text: str
    says: str = ""


@dataclass(frozen=True)
class Question:
    """One question. ``asked`` and ``program`` are templates in which ``{D·H}`` stands for a size.

    ``look`` is the expression that is looked at once the program has run, ``axes`` are the names of what it gives,
    where it is a shape or a number. ``options`` are empty where the answer is typed. ``slips`` are the mistakes that
    the question invites, ``why`` is the rule behind it, ``spec`` a network on which it can be seen.
    """

    asked: str
    program: str
    sizes: tuple[tuple[str, int], ...]
    settles: Settles
    why: str
    look: str = ""
    axes: Shape = ()
    options: tuple[Option, ...] = ()
    slips: tuple[Slip, ...] = ()
    spec: NetworkSpec = DEFAULT
    kind: str = ""
    topic: str = ""
    level: int = 1
    seed: int = 0
    number: int = 1

    @property
    def size_of(self) -> Mapping[str, int]:
        """What each symbol stands for."""
        return dict(self.sizes)

    @property
    def words(self) -> str:
        """What is asked."""
        return fill(self.asked, self.size_of)

    @property
    def code(self) -> str:
        """The code that it is asked about."""
        return "".join(text for text, _ in code_pieces(self.program, self.size_of))

    @property
    def choices(self) -> tuple[str, ...] | None:
        """What there is to choose from; None where the answer is typed."""
        return tuple(fill(option.text, self.size_of) for option in self.options) or None

    @property
    def named(self) -> Numbers:
        """The numbers that the names of the axes give: what PyTorch is expected to say."""
        return shape_size(self.axes, self.size_of)

    def check(self, answer: str) -> Verdict:
        """Run PyTorch and say whether ``answer`` is right, and which axis was wrong. Raises AnswerError."""
        from lstm_viz.quiz.checking import check

        return check(self, answer)

    def __str__(self) -> str:
        lines = [f"Question {self.number} · level {self.level} · {self.topic}", "", self.words]
        lines += ["", *(f"    {line}" for line in self.code.splitlines())]
        for label, choice in zip(LABELS, self.choices or (), strict=False):
            lines += [*[""] * (label == "1"), *f"{label}  {choice}".splitlines()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Ran:
    """A program that has run, and what it printed."""

    code: str
    printed: str


@dataclass(frozen=True)
class Verdict:
    """Whether an answer was right, by the run that settles it.

    ``truth`` is the right answer as PyTorch gave it, ``read`` the answer as it was understood, ``explanation`` says
    which axis was wrong, and why. ``said`` and ``true`` are the same as numbers; of a choice, its place from 0.
    """

    right: bool
    truth: str
    read: str
    explanation: str
    ran: Ran
    said: Numbers
    true: Numbers
    said_axes: Shape = field(default=())

    def __str__(self) -> str:
        head = f"Right: {self.truth}" if self.right else f"Not right: it is {self.truth}, you wrote {self.read}"
        printed = "\n".join(f"    {line}" for line in self.ran.printed.splitlines())
        return f"{head}\n{self.explanation}\nPyTorch printed:\n{printed}"


def labelled(options: tuple[Option, ...]) -> Iterator[tuple[str, Option]]:
    """The options with what they are called by."""
    return zip(LABELS, options, strict=False)
