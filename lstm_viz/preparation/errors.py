"""TableError, and the wording that its sentences share."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 40


class TableError(ValueError):
    """What a person brought is no table that a batch can be made of.

    The message is one sentence: what was found, where, and what to do. ``row`` is counted as in the file, whose first
    row is 1; ``column`` is a column's name. Both are None where no single place is at fault.
    """

    def __init__(self, message: str, row: int | None = None, column: str | None = None) -> None:
        self.row = row
        self.column = column
        super().__init__(message)


def quoted(text: str) -> str:
    """``text`` in quotation marks, on one line, and cut where it is long.

    >>> quoted("a\\nb"), len(quoted("x" * 500))
    ("'a b'", 42)
    """
    line = " ".join(text[: 4 * _LONGEST].split())
    return f"'{line[: _LONGEST - 1]}…'" if len(line) > _LONGEST else f"'{line}'"


def listing(names: Sequence[str], longest: int = 4) -> str:
    """The names in a sentence: all of a few, the first ones of many.

    >>> listing(["a", "b"]), listing([str(number) for number in range(9)])
    ("'a' and 'b'", "'0', '1', '2' and 6 others")
    """
    shown = [quoted(name) for name in names]
    if len(shown) > longest:
        shown = [*shown[: longest - 1], f"{len(shown) - longest + 1:,} others"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def counted(number: int, noun: str) -> str:
    """``1 row``, ``2 rows``, ``1,000 rows``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
