"""What came of the answers: score, streak, weak spots by topic, and a card that can be copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TEN = 10
"""So many questions make a round."""


@dataclass(frozen=True)
class Answered:
    """One answer that was checked: which question it was of, and whether it was right."""

    seed: int
    level: int
    number: int
    topic: str
    right: bool


@dataclass(frozen=True)
class Spot:
    """A topic: how many of its questions were answered, how many of them rightly, and the last that was missed."""

    topic: str
    right: int
    asked: int
    missed: Answered | None

    @property
    def share(self) -> float:
        """How many of its answers were right."""
        return self.right / self.asked


def streak(answers: Sequence[Answered]) -> int:
    """How many answers in a row were right, up to the last.

    >>> streak([Answered(1, 1, n, "output", n != 2) for n in (1, 2, 3, 4)])
    2
    """
    count = 0
    for answer in reversed(answers):
        if not answer.right:
            break
        count += 1
    return count


def spots(answers: Sequence[Answered]) -> tuple[Spot, ...]:
    """Every topic that was asked about, the weakest first."""
    found = []
    for topic in dict.fromkeys(answer.topic for answer in answers):
        of = [answer for answer in answers if answer.topic == topic]
        missed = [answer for answer in of if not answer.right]
        found.append(Spot(topic, len(of) - len(missed), len(of), missed[-1] if missed else None))
    return tuple(sorted(found, key=lambda spot: (spot.share, -spot.asked)))


def round_of(number: int) -> range:
    """The numbers of the ten questions that ``number`` is one of.

    >>> round_of(13)
    range(11, 21)
    """
    first = (number - 1) // TEN * TEN + 1
    return range(first, first + TEN)


def of_round(answers: Sequence[Answered], seed: int, level: int, number: int) -> tuple[Answered, ...]:
    """The answers to the ten questions that ``number`` is one of."""
    numbers = round_of(number)
    return tuple(each for each in answers if (each.seed, each.level) == (seed, level) and each.number in numbers)


def card(answers: Sequence[Answered], seed: int, level: int, number: int) -> str:
    """The result of ten questions as one line: ``8 of 10 · level 2 · room 4711 · missed: h_n and c_n, packing``."""
    own = of_round(answers, seed, level, number)
    right = sum(each.right for each in own)
    missed = dict.fromkeys(each.topic for each in sorted(own, key=lambda each: each.number) if not each.right)
    parts = [f"{right} of {TEN}", f"level {level}", f"room {seed}"]
    first = round_of(number)[0]
    parts += [f"questions {first} to {first + TEN - 1}"] * (first > 1)
    parts += [f"missed: {', '.join(missed)}"] * bool(missed)
    parts += [f"{TEN - len(own)} not answered"] * (len(own) < TEN)
    return " · ".join(parts)
