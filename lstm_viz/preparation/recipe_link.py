"""A recipe's entries in a link: their names, and values from text and to text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

QUERY_NAMES = {
    "data": "dd",
    "gaps": "dgap",
    "features": "df",
    "target": "dy",
    "window": "dT",
    "horizon": "dO",
    "target_offset": "dk",
    "stride": "ds",
    "many_to_many": "dmm",
    "validation": "dval",
    "test": "dtest",
    "split_shuffle": "dmix",
    "look_back": "dback",
    "scaling": "dsx",
    "target_scaling": "dsy",
    "fitted_on": "dfit",
    "task": "dtask",
    "classes": "dC",
    "bins": "dbins",
    "batch_size": "dB",
    "shuffle": "dsh",
    "drop_last": "dlast",
    "seed": "dseed",
    "samples": "dn",
}
"""Field → its name in a link. Links are kept by people: a name here never changes its meaning."""

_LONGEST_SHOWN = 60
_BOOLEANS = {"0": False, "1": True, "false": False, "true": True}


def to_text(value: object, name: str = "") -> str:
    """One value as a link writes it: columns by place as ``#0``, by name with what would be read otherwise escaped.

    >>> to_text(("Adj Close", 3)), to_text(True), to_text(0.2)
    ('Adj Close,#3', '1', '0.2')
    """
    if isinstance(value, tuple):
        return ",".join(_column_text(column) for column in value)
    if name == "target" and isinstance(value, (str, int)):
        return _column_text(value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def value_of(name: str, kind: object, text: str) -> object:
    """The value that ``text`` stands for. Raises ValueError, with what was expected, where it stands for none.

    >>> value_of("features", None, "Adj Close,#3"), value_of("test", None, "0.2")
    (('Adj Close', 3), 0.2)
    """
    if name == "features":
        return tuple(_column(part) for part in text.split(",") if part)
    if name == "target":
        return _column(text)
    if name in ("validation", "test"):
        return _number(text, "a number of rows such as 12, or a fraction from 0 to below 1 such as 0.2")
    if kind is bool:
        if text.strip().lower() not in _BOOLEANS:
            raise ValueError("0 or 1")
        return _BOOLEANS[text.strip().lower()]
    if kind is int:
        return _whole(text, "a whole number")
    return text


def when_unknown(query: Mapping[str, str], ignore: Iterable[str]) -> list[str]:
    """A sentence for each entry that is nobody's."""
    known = {*QUERY_NAMES.values(), *ignore}
    return [
        f"The link has an entry {_shortened(repr(short))} that is not known here."
        for short in query
        if short not in known
    ]


def left_out(short: str, text: str, error: ValueError) -> str:
    """The sentence on an entry that could not be used."""
    return f"The link's {short}={_shortened(repr(text)[1:-1])} was left out: {error}"


def _column_text(column: str | int) -> str:
    return f"#{column}" if isinstance(column, int) else quote(column, safe=" ()/.-_")


def _column(text: str) -> str | int:
    if text.startswith("#"):
        return _whole(text[1:], "the name of a column, or its place as #0")
    return unquote(text)


def _whole(text: str, expected: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(expected) from None


def _number(text: str, expected: str) -> int | float:
    try:
        return int(text) if text.strip().lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise ValueError(expected) from None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
