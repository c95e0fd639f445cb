"""Settings in a link: what a value's fields are called there, and reading them back without ever failing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

_Settings = TypeVar("_Settings")
_LONGEST_SHOWN = 60
_BOOLEANS = {"0": False, "1": True, "false": False, "true": True}


class SpecError(ValueError):
    """A value or a combination that settings cannot have.

    ``field`` names the setting to change, ``involved`` the others that it does not go together with.

    >>> from lstm_viz.spec import NetworkSpec
    >>> try:
    ...     NetworkSpec(hidden_size=0)
    ... except SpecError as error:
    ...     print(error.field)
    hidden_size
    """

    def __init__(self, field: str, allowed: str, got: object, advice: str = "", involved: tuple[str, ...] = ()) -> None:
        self.field = field
        self.involved = involved
        message = f"{field}: expected {allowed}, got {shortened(repr(got))}."
        super().__init__(f"{message} {advice}" if advice else message)


def to_entries(
    settings: object, default: object, names: Mapping[str, str], write: Callable[[str, object], str] | None = None
) -> dict[str, str]:
    """What of ``settings`` differs from ``default``, under the short names of ``names`` (field → name)."""
    values = {name: getattr(settings, name) for name in names}
    differing = {name: value for name, value in values.items() if value != getattr(default, name)}
    return {names[name]: write(name, value) if write else to_text(value) for name, value in differing.items()}


def from_entries(
    make: Callable[..., _Settings],
    names: Mapping[str, str],
    read: Callable[[str, str], object],
    query: Mapping[str, str],
    ignore: Iterable[str] = (),
) -> tuple[_Settings, tuple[str, ...]]:
    """The settings of a link, and a sentence for each entry that could not be used. Never raises.

    ``read`` makes a field's value of its text. What is wrong counts as not written; the rest of the link still holds.
    Names in ``ignore`` are somebody else's. ``make`` and ``read`` raise SpecError.
    """
    known = {*names.values(), *ignore}
    unknown = [short for short in query if short not in known]
    problems = [f"The link has an entry {shortened(repr(short))} that is not known here." for short in unknown]
    values: dict[str, object] = {}
    for name, short in names.items():
        if short in query:
            try:
                values[name] = read(name, query[short])
            except SpecError as error:
                problems.append(_left_out(short, query[short], error))
    while True:
        try:
            return make(**values), tuple(problems)
        except SpecError as error:
            culprit = next(name for name in (error.field, *error.involved) if name in values)
            problems.append(_left_out(names[culprit], query[names[culprit]], error))
            del values[culprit]


def to_text(value: object) -> str:
    """A value as a link writes it.

    >>> to_text(True), to_text(0.2)
    ('1', '0.2')
    """
    return str(int(value)) if isinstance(value, bool) else str(value)


def plain_value(name: str, kind: object, text: str) -> object:
    """The bool, int or float that ``text`` stands for; for other kinds the text. Raises SpecError."""
    try:
        if kind is bool:
            return _BOOLEANS[text.strip().lower()]
        if kind in (int, float):
            return int(text) if kind is int else float(text)
    except (KeyError, ValueError):
        raise SpecError(name, {bool: "0 or 1", int: "a whole number", float: "a number"}[kind], text) from None  # type: ignore[index]
    return text


def shortened(text: str) -> str:
    """``text``, cut where it is long: a link may hold anything."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _left_out(short: str, text: str, error: SpecError) -> str:
    return f"The link's {short}={shortened(repr(text)[1:-1])} was left out: {error}"
