"""A rule: the words that give a kind of mistake away, in any version's wording, and what is reasoned from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.reading import shape_in

SHAPE = r"\((-?\d{1,12}(?:, -?\d{1,12}){0,8}|)\)"
"""One shape as ``reading.one_line`` writes it; a group."""


def shape_as(name: str) -> str:
    """The same as a group with a name."""
    return rf"\((?P<{name}>(?:-?\d{{1,12}}(?:, -?\d{{1,12}}){{0,8}})?)\)"


_LIMITS = {r"\w+": r"\w{1,60}", r"\d+": r"\d{1,12}", r"\S*": r"\S{0,60}", "[A-Za-z]+": "[A-Za-z]{1,40}"}

_MARK = re.compile(r"«(\w+)(?:\|([^»]*))?»")

Found = re.Match[str]
Reason = Callable[[Found, Evidence], Iterable[Diagnosis]]


@dataclass(frozen=True)
class Rule:
    """Where the pattern is found in a message, ``reason`` says what it means."""

    pattern: re.Pattern[str]
    reason: Reason

    def answers(self, text: str, seen: Evidence) -> list[Diagnosis]:
        """What it has to say of a message; nothing where its words are not in it."""
        found = self.pattern.search(text)
        return list(self.reason(found, seen)) if found else []


def rules(*pairs: tuple[str, Reason]) -> tuple[Rule, ...]:
    """The rules of a family, from patterns (letters of any case) and reasons.

    Every repetition in a pattern is bounded, so that no text takes long: ``\\w+`` stands for 60 letters at most.
    """
    return tuple(Rule(re.compile(_bounded(pattern), re.IGNORECASE), reason) for pattern, reason in pairs)


def _bounded(pattern: str) -> str:
    for short, limit in _LIMITS.items():
        pattern = pattern.replace(short, limit)
    return pattern


def shape(found: Found, group: int | str) -> tuple[int, ...]:
    """The shape that a group of the pattern caught."""
    return shape_in(found[group])


def number(found: Found, group: int | str) -> int:
    """The number that a group of the pattern caught."""
    return int(found[group])


def written(sizes: tuple[int, ...]) -> str:
    """A shape as torch prints it: ``(16, 7)``, ``(16,)``, ``()``."""
    return str(tuple(sizes))


_DTYPES = {
    "float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16",
    "long": "int64", "int": "int32", "short": "int16", "byte": "uint8", "char": "int8", "bool": "bool",
}  # fmt: skip
_CASTS = {"float32": "float()", "int64": "long()", "float64": "double()", "float16": "half()", "int32": "int()"}


def dtype(name: str) -> str:
    """The dtype that any version's word means.

    >>> dtype("Long"), dtype("FloatTensor"), dtype("float64"), dtype("DoubleType")
    ('int64', 'float32', 'float64', 'float64')
    """
    plain = re.sub(r"(Tensor|Type)$", "", name, flags=re.IGNORECASE).lower()
    return _DTYPES.get(plain, plain)


def cast(name: str) -> str:
    """The call that gives a tensor this dtype: ``.float()``."""
    return f".{_CASTS.get(name, f'to(torch.{name})')}"


def worded(answer: Diagnosis, **meanings: str) -> Reason:
    """A reason that always gives ``answer``, with «name» in its texts replaced by the pattern's group of that name.

    ``meanings`` says what the numbers in groups are: ``got="the features of x"``.
    """

    def reason(found: Found, seen: Evidence) -> list[Diagnosis]:
        groups = {name: text for name, text in found.groupdict().items() if text is not None}

        def filled(text: str) -> str:
            return _MARK.sub(lambda mark: groups.get(mark[1], mark[2] or ""), text)

        numbers = tuple(
            (int(groups[name]), filled(words))
            for name, words in meanings.items()
            if re.fullmatch(r"-?\d{1,18}", groups.get(name, ""))
        )
        texts = {
            part.name: filled(value) for part in fields(answer) if isinstance(value := getattr(answer, part.name), str)
        }
        return [replace(answer, **texts, numbers=(*answer.numbers, *numbers))]  # type: ignore[arg-type]

    return reason
