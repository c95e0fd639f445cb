"""Asking: the same question for the same seed, level and number, on every machine."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

from lstm_viz.dims import SYMBOLS, shape_size
from lstm_viz.links import SpecError
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds import KINDS, Kind
from lstm_viz.quiz.limits import LEVELS
from lstm_viz.quiz.records import Option, Question

CHOICES = 4
_CHOSEN = 0.5
"""How many of the first level's shapes are chosen from four instead of typed."""


def question(seed: int, level: int, number: int) -> Question:
    """The question ``number``, from 1, of a seed and a level. Raises SpecError for a level that does not exist.

    >>> question(7, 2, 1) == question(7, 2, 1)
    True
    """
    if level not in LEVELS:
        raise SpecError("level", "1, 2 or 3", level)
    if type(number) is not int or number < 1:
        raise SpecError("question", "a whole number from 1", number)
    kind = kind_of(seed, level, number)
    dice = Dice(seed, level, number)
    drawn = kind.make(dice)
    sizes = tuple((letter, size) for letter in SYMBOLS if (size := drawn.size_of.get(letter)))
    made = replace(drawn, sizes=sizes, kind=kind.name, topic=kind.topic, level=level, seed=seed, number=number)
    if level == 1 and made.settles == "shape" and len(made.slips) >= CHOICES - 1 and dice.chance(_CHOSEN):
        return _as_choice(made, dice)
    return made


def questions(seed: int | None = None, level: int = 1) -> Iterator[Question]:
    """Endless questions. Without a seed nobody has had them before."""
    chosen = new_seed() if seed is None else seed
    question(chosen, level, 1)
    return (question(chosen, level, number) for number in itertools.count(1))


def new_seed() -> int:
    """A seed short enough to be called across a room."""
    return random.SystemRandom().randint(1000, 9999)


def kind_of(seed: int, level: int, number: int) -> Kind:
    """Every kind of the level comes up once before any comes again."""
    kinds = [kind for kind in KINDS if level in kind.levels]
    turn, place = divmod(number - 1, len(kinds))
    drawn = random.Random(f"{seed}/{level}/turn {turn}")  # the same for everyone is what is wanted  # nosec B311
    return drawn.sample(kinds, len(kinds))[place]


def _as_choice(made: Question, dice: Dice) -> Question:
    wrong = [Option(str(shape_size(slip.axes, made.size_of))) for slip in dice.shuffled(made.slips)[: CHOICES - 1]]
    return replace(made, options=dice.shuffled([Option(str(made.named)), *wrong]))
