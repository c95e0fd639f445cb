"""What the catalogue is made of: a mistake with its two programs, and what came of running them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any, Literal, TypeAlias

from lstm_viz.audit.dependency import DependencyMap
from lstm_viz.pitfalls.keys import TITLES

Kind = Literal["error", "warning", "silent"]
Namespace: TypeAlias = Mapping[str, Any]
"""The variables of a program that has run."""

HARMLESS = 1e-5
"""A measure up to here is rounding: both orders of a float32 sum differ by less."""


@dataclass(frozen=True)
class Measure:
    """A number that shows the harm: 0, but for rounding, where there is none. ``of`` takes a program's variables."""

    what: str
    of: Callable[[Namespace], float]


@dataclass(frozen=True)
class Pitfall:
    """One mistake. ``given`` is what both programs begin with; every text is a template with sizes in braces.

    ``problem`` answers "is this my problem?", ``symptom`` is how a silent one shows, ``says`` is the core of PyTorch's
    text, ``older`` what other versions said, ``shows`` the variables whose shapes are looked at. With ``maps``, both
    programs define ``predict`` and ``x``, and which steps a prediction depends on is worth drawing. ``rules`` are what
    the sizes must also fulfil: ``"P < H"``. ``most`` and ``least`` narrow the limits of a size.
    """

    key: str
    kind: Kind
    group: str
    problem: str
    sizes: Mapping[str, int]
    wrong: str
    right: str
    why: str
    fix: str
    given: str = ""
    imports: str = ""
    symptom: str = ""
    says: str = ""
    older: tuple[str, ...] = ()
    misleads: str = ""
    shows: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    maps: bool = False
    rules: tuple[str, ...] = ()
    least: Mapping[str, int] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("given", "wrong", "right", "imports"):
            object.__setattr__(self, name, cleandoc(getattr(self, name)))

    @property
    def title(self) -> str:
        """The mistake as the person who meets it would say it."""
        return TITLES[self.key]


@dataclass(frozen=True)
class Ran:
    """One program that has run: its text, and what PyTorch said.

    ``raised`` is the exception's type and message, ``line`` the number of the line that raised it (from 1, 0 for
    none), ``warned`` the warnings, ``shapes`` the variables that are looked at with their shapes.
    """

    program: str
    raised: str = ""
    line: int = 0
    warned: tuple[str, ...] = ()
    shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def clean(self) -> bool:
        """Whether PyTorch had nothing to say."""
        return not self.raised and not self.warned


@dataclass(frozen=True)
class Harm:
    """One measure of both programs; 0 is harmless."""

    what: str
    wrong: float
    right: float

    @property
    def shown(self) -> bool:
        """Whether the wrong program does harm that the right one does not."""
        return abs(self.wrong) > HARMLESS >= abs(self.right)


@dataclass(frozen=True)
class Outcome:
    """Both programs of a mistake at some sizes. ``harms`` is empty where PyTorch says enough.

    ``maps`` shows, of the wrong and of the right program, which steps each prediction depends on.
    """

    pitfall: Pitfall
    sizes: Mapping[str, int]
    wrong: Ran
    right: Ran
    harms: tuple[Harm, ...] = ()
    maps: tuple[DependencyMap, DependencyMap] | None = None
