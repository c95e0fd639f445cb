"""A recipe's entries in a link: their names, and values from text and to text."""

from __future__ import annotations

from urllib.parse import quote, unquote

from lstm_viz import links

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

_AMOUNT = "a number of rows such as 12, or a fraction from 0 to below 1 such as 0.2"


def to_text(name: str, value: object) -> str:
    """One value as a link writes it: columns by place as ``#0``, by name with what would be read otherwise escaped.

    >>> to_text("features", ("Adj Close", 3)), to_text("shuffle", True), to_text("test", 0.2)
    ('Adj Close,#3', '1', '0.2')
    """
    if isinstance(value, tuple):
        return ",".join(_column_text(column) for column in value)
    return _column_text(value) if name == "target" and isinstance(value, (str, int)) else links.to_text(value)


def value_of(name: str, kind: object, text: str) -> object:
    """The value that ``text`` stands for. Raises SpecError where it stands for none.

    >>> value_of("features", None, "Adj Close,#3"), value_of("test", None, "0.2")
    (('Adj Close', 3), 0.2)
    """
    try:
        if name == "features":
            return tuple(_column(part) for part in text.split(",") if part)
        if name == "target":
            return _column(text)
    except ValueError:
        raise links.SpecError(name, "the name of a column, or its place as #0", text) from None
    if name in ("validation", "test"):
        try:
            return int(text) if text.strip().lstrip("+-").isdecimal() else float(text)
        except ValueError:
            raise links.SpecError(name, _AMOUNT, text) from None
    return links.plain_value(name, kind, text)


def _column_text(column: str | int) -> str:
    return f"#{column}" if isinstance(column, int) else quote(column, safe=" ()/.-_")


def _column(text: str) -> str | int:
    return int(text[1:]) if text.startswith("#") else unquote(text)
