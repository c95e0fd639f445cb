"""Templates: code and sentences in which ``{B}`` or ``{4·H}`` stands for a size."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from string import Formatter
from typing import TypeAlias

from lstm_viz.dims import SYMBOLS, Axis, Sizes
from lstm_viz.pitfalls.records import Pitfall

Piece: TypeAlias = tuple[str, Axis | None]
"""A stretch of text, and the axis whose size it is."""

LIMITS: dict[str, tuple[int, int]] = {
    "B": (1, 64),
    "T": (1, 64),
    "F": (1, 64),
    "H": (1, 128),
    "L": (1, 4),
    "P": (1, 64),
    "V": (2, 1000),
    "E": (1, 64),
    "O": (2, 50),
}
"""The least and the most that a size can be set to: every program runs in well under a second."""
_RULE = re.compile(r"(\w+) (<|!=) (\S+)")


class SizeError(ValueError):
    """A size that a mistake's programs cannot be run with. ``letter`` says which."""

    def __init__(self, letter: str, message: str) -> None:
        self.letter = letter
        super().__init__(message)


def pieces(template: str, sizes: Sizes) -> tuple[Piece, ...]:
    """A template with its sizes filled in, in stretches that know which axis they are.

    >>> [(text, str(axis)) for text, axis in pieces("Linear({2·H}, 1)", {"H": 5})]
    [('Linear(', 'None'), ('10', '2·H'), (', 1)', 'None')]
    """
    found: list[Piece] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            found.append((literal, None))
        if name is not None:
            axis = Axis.parse(name)
            found.append((str(axis.size(sizes)), axis))
    return tuple(found)


def fill(template: str, sizes: Sizes) -> str:
    """A template with its sizes filled in: ``"{T} steps"`` becomes ``"12 steps"``."""
    return "".join(text for text, _ in pieces(template, sizes))


def code_pieces(template: str, sizes: Sizes) -> tuple[Piece, ...]:
    """The same of code: the comments of neighbouring lines begin in one column, however wide the sizes are.

    >>> print("".join(text for text, _ in code_pieces("x = {B}  # one\\nnumber = {B}  # two", {"B": 10})))
    x = 10       # one
    number = 10  # two
    """
    lines: list[list[Piece]] = [[]]
    for text, axis in pieces(template, sizes):
        first, *others = text.split("\n")
        lines[-1].append((first, axis))
        lines += [[(other, axis)] for other in others]
    for commented, block in itertools.groupby(lines, key=lambda line: _code_width(line) > 0):
        if commented:
            _align(list(block))
    joined = [*lines[0]]
    for line in lines[1:]:
        joined += [("\n", None), *line]
    return tuple(piece for piece in joined if piece[0])


def _code_width(line: list[Piece]) -> int:
    """How wide the code before a comment is; 0 for a line without one, or with nothing before it."""
    code, sign, _ = "".join(text for text, _ in line).partition("#")
    return len(code.rstrip()) if sign else 0


def _align(block: list[list[Piece]]) -> None:
    column = max(map(_code_width, block)) + 2
    for line in block:
        place = next(place for place, (text, axis) in enumerate(line) if axis is None and "#" in text)
        code, _, comment = line[place][0].partition("#")
        gap = " " * (column - _code_width(line))
        line[place] = (f"{code.rstrip()}{gap}#{comment}", None)


def limits(pitfall: Pitfall, letter: str) -> tuple[int, int]:
    """The least and the most that a size of a mistake can be set to."""
    least, most = LIMITS[letter[0]]
    return pitfall.least.get(letter, least), pitfall.most.get(letter, most)


def size_name(letter: str) -> str:
    """``batch size`` for B; a numbered one is another of its kind."""
    return SYMBOLS[letter[0]].name if len(letter) == 1 else f"another {SYMBOLS[letter[0]].name}"


def checked(pitfall: Pitfall, sizes: Mapping[str, int] | None) -> dict[str, int]:
    """The sizes to run a mistake with: its own, changed by ``sizes``. Raises SizeError for what cannot be."""
    chosen = dict(pitfall.sizes) | dict(sizes or {})
    for letter, value in chosen.items():
        if letter not in pitfall.sizes:
            raise SizeError(letter, f"{letter}: this mistake has the sizes {', '.join(pitfall.sizes)} only.")
        least, most = limits(pitfall, letter)
        if type(value) is not int or not least <= value <= most:
            raise SizeError(letter, f"{letter}: expected a whole number from {least} to {most}, got {value!r}.")
    for rule in pitfall.rules:
        left, sign, right = _parts(rule)
        if not _holds(chosen, rule):
            wanted = "less" if sign == "<" else "other"
            bound = f"{right} = {right.size(chosen)}"
            raise SizeError(left, f"{left}: expected a number {wanted} than {bound}, got {chosen[left]}.")
    return chosen


def nearest(pitfall: Pitfall, sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes nearest to ``sizes`` that a mistake can be run with; letters that it does not have are left out."""
    chosen = dict(pitfall.sizes)
    for letter in chosen:
        least, most = limits(pitfall, letter)
        chosen[letter] = min(max(int(sizes.get(letter, chosen[letter])), least), most)
    for rule in pitfall.rules:
        left, sign, right = _parts(rule)
        if _holds(chosen, rule):
            continue
        least, most = limits(pitfall, left)
        if sign == "!=":
            chosen[left] += 1 if chosen[left] < most else -1
        else:
            chosen[left] = max(right.size(chosen) - 1, least)
    return chosen


def _parts(rule: str) -> tuple[str, str, Axis]:
    found = _RULE.fullmatch(rule)
    if not found:
        raise ValueError(f"expected a rule such as 'P < H' or 'T != B', got {rule!r}")
    return found[1], found[2], Axis.parse(found[3])


def _holds(sizes: Mapping[str, int], rule: str) -> bool:
    left, sign, right = _parts(rule)
    bound = right.size(sizes)
    return sizes[left] < bound if sign == "<" else sizes[left] != bound
