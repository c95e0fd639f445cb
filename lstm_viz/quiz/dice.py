"""Drawing what a question is about: sizes that can be told apart, and choices. Never torch's random state."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from lstm_viz.dims import Axis

_One = TypeVar("_One")
RANGES = {"B": (2, 9), "T": (3, 14), "F": (2, 12), "H": (3, 20), "V": (8, 40), "E": (3, 16), "O": (2, 10)}
"""From what each size is drawn: small enough to be drawn and multiplied in one's head."""


class Dice:
    """A source of random choices that gives the same on every machine."""

    def __init__(self, seed: int, level: int, number: int) -> None:
        self.level = level
        self._random = random.Random(f"{seed}/{level}/{number}")  # a text: hashed alike everywhere  # nosec B311

    def one(self, of: Sequence[_One]) -> _One:
        """One of several."""
        return of[self._random.randrange(len(of))]

    def chance(self, share: float) -> bool:
        """True in ``share`` of all cases."""
        return self._random.random() < share

    def whole(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)

    def shuffled(self, of: Sequence[_One]) -> tuple[_One, ...]:
        """All of them in another order."""
        return tuple(self._random.sample(list(of), len(of)))

    def sizes(self, letters: str, fixed: dict[str, int], apart: Sequence[str] = ()) -> dict[str, int]:
        """Sizes for ``letters`` beside the ``fixed`` ones, and P < H where it is asked for.

        They and the products in ``apart`` all differ, so that an axis in the wrong place is seen to be there.
        """
        products = [Axis.parse(text) for text in apart]
        while True:
            found = {**fixed, **{letter: self.whole(*RANGES[letter]) for letter in letters if letter != "P"}}
            if "P" in letters:
                found["P"] = self.whole(2, found["H"] - 1)
            numbers = [size for letter, size in found.items() if letter not in "LDG"]
            numbers += [size for letter, size in found.items() if letter in "LD" and size > 1]
            numbers += [axis.size(found) for axis in products if all(found[f] > 1 for f in axis.symbols)]
            if len(set(numbers)) == len(numbers):
                return found
