"""The vocabulary: symbols such as B and H, axes such as B·T, and shapes as tuples of axes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Sizes: TypeAlias = Mapping[str, int]
"""What each symbol stands for in one run, ``{"B": 4, "T": 12}``."""


@dataclass(frozen=True)
class Symbol:
    """One letter of the vocabulary, with its name and PyTorch's word for it."""

    letter: str
    name: str
    torch_word: str


SYMBOLS: dict[str, Symbol] = {
    symbol.letter: symbol
    for symbol in (
        Symbol("B", "batch size", "batch, N"),
        Symbol("T", "sequence length", "seq_len, L"),
        Symbol("F", "features", "input_size, H_in"),
        Symbol("H", "hidden size", "hidden_size, H_cell"),
        Symbol("L", "layers", "num_layers"),
        Symbol("D", "directions", "num_directions"),
        Symbol("P", "projection size", "proj_size, H_out"),
        Symbol("V", "vocabulary size", "num_embeddings"),
        Symbol("E", "embedding size", "embedding_dim"),
        Symbol("O", "outputs", "out_features, C"),
        Symbol("G", "gates", "the 4 in 4*hidden_size"),
        Symbol("N", "packed steps", "the sum of the lengths"),
    )
}

_FACTOR = re.compile(r"[A-Z][0-9]*|[1-9][0-9]*|0")
_OFFSET = re.compile(r"[+-]\s*[0-9]+$")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉−", "0123456789-")


@dataclass(frozen=True)
class Axis:
    """A product of symbols and small integers, and rarely an offset (a convolution's ``T-2``).

    A symbol may carry a number where a model has several of a kind: ``H2`` is its second hidden size.

    >>> str(Axis.parse("B*T"))
    'B·T'
    >>> Axis.parse("4·H").size({"H": 5})
    20
    """

    factors: tuple[str | int, ...]
    offset: int = 0

    def __post_init__(self) -> None:
        for factor in self.factors:
            if isinstance(factor, str) and (not _FACTOR.fullmatch(factor) or factor[0] not in SYMBOLS):
                known = ", ".join(SYMBOLS)
                raise ValueError(f"an axis is made of the symbols {known} and integers, got {factor!r}")

    @classmethod
    def of(cls, *factors: str | int) -> Axis:
        """The product of ``factors``; ones and zeros collapse as in arithmetic."""
        constant = math.prod(factor for factor in factors if isinstance(factor, int))
        symbols = tuple(factor for factor in factors if isinstance(factor, str))
        if not symbols or constant == 0:
            return cls((constant,))
        return cls(symbols if constant == 1 else (constant, *symbols))

    @classmethod
    def parse(cls, text: str) -> Axis:
        """Read ``B·T``, ``B*T``, ``4·H``, ``H₂``, ``T−2`` or ``12``. Raises ValueError for anything else."""
        plain = text.strip().translate(_DIGITS)
        offset = _OFFSET.search(plain)
        product = plain[: offset.start()] if offset else plain
        parts = [part.strip() for part in re.split(r"[·*]", product)]
        if not all(_FACTOR.fullmatch(part) for part in parts):
            raise ValueError(f"expected symbols and integers joined by '·', got {text!r}")
        axis = cls.of(*(int(part) if part.isdigit() else part for part in parts))
        return cls(axis.factors, int(re.sub(r"\s", "", offset[0]))) if offset else axis

    def __mul__(self, other: Axis) -> Axis:
        if self.offset or other.offset:
            raise ValueError(f"cannot multiply {self} by {other}: one of them is a sum")
        return Axis.of(*self.factors, *other.factors)

    def __str__(self) -> str:
        product = "·".join(f[0] + f[1:].translate(_SUBSCRIPTS) if isinstance(f, str) else str(f) for f in self.factors)
        if not self.offset:
            return product
        return f"{product}{'+' if self.offset > 0 else '−'}{abs(self.offset)}"

    @property
    def spoken(self) -> str:
        """It with the names of its symbols, for who hears it.

        >>> Axis.parse("D·H").spoken
        'directions times hidden size D·H'
        """
        names = " times ".join(SYMBOLS[symbol[0]].name for symbol in self.symbols)
        return f"{names} {self}" if names else str(self)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols in it, in their order: ``("B", "T")`` for ``B·T``."""
        return tuple(factor for factor in self.factors if isinstance(factor, str))

    def size(self, sizes: Sizes) -> int:
        """Its length in numbers. Raises KeyError for a symbol that ``sizes`` does not hold."""
        return math.prod(sizes[factor] if isinstance(factor, str) else factor for factor in self.factors) + self.offset


Shape: TypeAlias = tuple[Axis, ...]
"""The axes of one tensor, first axis first."""


def shape(text: str) -> Shape:
    """The shape written as ``"B, T, D·H"``; an empty text is the shape of a scalar.

    >>> [str(axis) for axis in shape("B, T, D*H")]
    ['B', 'T', 'D·H']
    """
    return tuple(Axis.parse(part) for part in text.split(",") if part.strip())


def shape_size(axes: Shape, sizes: Sizes) -> tuple[int, ...]:
    """The numbers of a shape, as torch prints them."""
    return tuple(axis.size(sizes) for axis in axes)


def describe(axes: Shape) -> str:
    """``(B, T, D·H)``, and ``(B,)`` for one axis, as Python writes tuples."""
    if len(axes) == 1:
        return f"({axes[0]},)"
    return f"({', '.join(map(str, axes))})"
