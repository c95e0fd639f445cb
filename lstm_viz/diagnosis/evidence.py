"""Everything a rule may look at: the paste, what could be read from code, and the sizes that are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from lstm_viz.diagnosis.code_facts import Code
from lstm_viz.dims import Axis

_PRODUCTS = (
    "B", "T", "F", "H", "P", "E", "V", "O", "N", "L", "D",
    "L·D", "D·H", "D·P", "L·H", "L·D·H", "4·H", "3·H", "2·H",
    "B·T", "T·H", "T·D·H", "T·F", "T·E", "B·F", "B·H", "B·O", "T·O", "B·T·F", "B·T·H", "B·T·D·H", "B·T·O", "B·T·E",
    "T-1", "T+1", "B-1", "V-1", "V+1",
)  # fmt: skip
_AXES = tuple(Axis.parse(text) for text in _PRODUCTS)


@dataclass(frozen=True)
class Evidence:
    """``text`` is the whole paste on one line, ``code`` what the person's code and the traceback's lines say.

    ``sizes`` are those the person entered, and behind them what the code says.
    """

    text: str
    code: Code
    sizes: Mapping[str, int]

    def has(self, *words: str) -> bool:
        """Whether the paste or the code has one of these words, letters of any case."""
        return any(word.lower() in self.lowered for word in words)

    @cached_property
    def lowered(self) -> str:
        """Paste and code in small letters."""
        return f"{self.text}\n{self.code.text}".lower()

    def is_size(self, number: int, *symbols: str) -> bool:
        """Whether ``number`` is known to be one of these symbols' size."""
        return any(self.sizes.get(symbol) == number for symbol in symbols)

    def meanings(self, number: int) -> tuple[str, ...]:
        """What ``number`` could be, from the sizes that are known: ``B·T = 64·19``, shortest first.

        One and two are never explained by a product: they are everywhere.
        """
        found = []
        for axis in _AXES:
            if all(symbol in self.sizes for symbol in axis.symbols) and axis.size(self.sizes) == number:
                simple = len(axis.factors) == 1 and not axis.offset
                if number > 2 or simple:
                    found.append(str(axis) if simple else f"{axis} = {_spelled(axis, self.sizes)}")
        return tuple(found)

    def named(self, number: int, words: str, likely: str = "") -> str:
        """``words``, with what else is known of the number in brackets: ``its batch (B)``.

        Of several meanings one of the symbols in ``likely`` is taken, where one is among them.
        """
        names = self.meanings(number)
        names = tuple(name for name in names if set(name.split(" ")[0]) & set(likely)) or names
        return f"{words} ({names[0]})" if names and f"({names[0].split(' ')[0]})" not in words else words


def pair_products(numbers: tuple[int, ...]) -> dict[int, tuple[int, int]]:
    """Which of the numbers are products of two others of them: ``{1216: (64, 19)}``.

    >>> pair_products((1216, 64, 19, 1))
    {1216: (64, 19)}
    """
    plain = sorted({number for number in numbers if 1 < number < 10**9})[:24]
    return {first * second: (second, first) for first, second in combinations(plain, 2) if first * second in plain}


def _spelled(axis: Axis, sizes: Mapping[str, int]) -> str:
    factors = "·".join(str(sizes[factor] if isinstance(factor, str) else factor) for factor in axis.factors)
    sign = "" if not axis.offset else f" {'+' if axis.offset > 0 else '−'} {abs(axis.offset)}"
    return f"{factors}{sign}"
