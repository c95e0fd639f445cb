"""Which of many units are shown, and the words that say so."""

from __future__ import annotations

from typing import Literal

Spread = Literal["evenly", "around"]


def shown(size: int, chosen: int, most: int, spread: Spread = "evenly") -> tuple[int, ...]:
    """At most ``most`` of 0 to size-1, in order, always with ``chosen``: spread evenly, or it and its neighbours.

    >>> shown(128, 40, 4), shown(128, 40, 5, "around"), shown(3, 0, 4)
    ((0, 40, 85, 127), (38, 39, 40, 41, 42), (0, 1, 2))
    """
    if size <= most:
        return tuple(range(size))
    if spread == "around":
        start = min(max(chosen - most // 2, 0), size - most)
        return tuple(range(start, start + most))
    even = [round(place * (size - 1) / (most - 1)) for place in range(most)]
    nearest = min(range(most), key=lambda place: abs(even[place] - chosen))
    even[nearest] = chosen
    return tuple(even)


def shown_note(units: tuple[int, ...], size: int, what: str = "units") -> str:
    """What a reader should know where only some are shown; empty where all are."""
    if len(units) == size:
        return ""
    neighbours = units[-1] - units[0] == len(units) - 1
    where = f"{units[0]} to {units[-1]}" if neighbours else "evenly apart, the chosen one among them"
    return f"Shown are {len(units)} of the {size:,} {what}: {where}."
