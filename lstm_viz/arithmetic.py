"""Counts that can be followed: a sum of products, once in symbols and once in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lstm_viz.dims import Axis, Sizes

Factors: TypeAlias = tuple[str | int, ...]
"""One product, symbols and integers in the order in which they are written: ``(4, "H", "F")``."""


@dataclass(frozen=True)
class Sum:
    """A count as text, in symbols ``4·H·F + 4·H·H + 2·4·H`` and in numbers ``4·5·1 + 4·5·5 + 2·4·5 = 160``."""

    formula: str
    arithmetic: str
    count: int
    label: str = ""


def sum_of(terms: Sequence[Factors], sizes: Sizes, times: Factors = (), label: str = "") -> Sum:
    """The sum of ``terms``, as a whole multiplied by ``times``. Raises KeyError for a symbol without a size.

    >>> sum_of([(4, "H", "F"), (4, "H", "H")], {"B": 2, "H": 5, "F": 1}, times=("B",))
    Sum(formula='B·(4·H·F + 4·H·H)', arithmetic='2·(4·5·1 + 4·5·5) = 240', count=240, label='')
    """
    numbers = [_numbers(term, sizes) for term in terms]
    factor = _numbers(times, sizes)
    count = math.prod(factor) * sum(map(math.prod, numbers))
    arithmetic = _text(numbers, factor)
    equation = arithmetic if arithmetic == f"{count:,}" else f"{arithmetic} = {count:,}"
    return Sum(_text(terms, times), equation, count, label)


def _numbers(factors: Factors, sizes: Sizes) -> tuple[int, ...]:
    return tuple(sizes[factor] if isinstance(factor, str) else factor for factor in factors)


def _text(terms: Sequence[Factors], times: Factors) -> str:
    inner = " + ".join(map(_product, terms)) or "0"
    if not times or not terms:
        return inner
    return _product((*times, *terms[0])) if len(terms) == 1 else f"{_product(times)}·({inner})"


def _product(factors: Factors) -> str:
    return "·".join(f"{f:,}" if isinstance(f, int) else str(Axis.of(f)) for f in factors) or "1"
