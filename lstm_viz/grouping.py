"""The calls of a trace as a tree: the modules that they ran in, and loops whose runs are alike as one with a count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from lstm_viz.traced import TensorRecord

FEWEST_RUNS = 3
LONGEST_BODY = 64
_NUMBER = re.compile(r" #\d+")


@dataclass(frozen=True)
class Step:
    """One call with the tensors that it made."""

    records: tuple[TensorRecord, ...]

    @cached_property
    def signature(self) -> tuple[object, ...]:
        """The same for calls that do the same in the same place."""
        first, made = self.records[0], tuple((record.shape, record.axes, record.dtype) for record in self.records)
        return first.kind, first.operation, plain(first.expression), first.module, made

    @property
    def count(self) -> int:
        """How many calls."""
        return 1


@dataclass(frozen=True)
class Group:
    """Calls that belong together: one run of a module, or a loop.

    ``parts`` are what is in it, of a loop in its first run; ``others`` are the parts of its further runs. ``path`` is
    a module's path in the model. ``kind`` is rest where calls are only joined because they are too many.
    """

    kind: Literal["module", "loop", "rest"]
    path: str
    parts: tuple[Part, ...]
    others: tuple[tuple[Part, ...], ...] = ()

    @property
    def times(self) -> int:
        """How often a loop runs; 1 for all else."""
        return 1 + len(self.others)

    @cached_property
    def signature(self) -> tuple[object, ...]:
        """The same for groups that do the same in the same place."""
        return self.kind, self.path, self.times, tuple(part.signature for part in self.parts)

    @cached_property
    def records(self) -> tuple[TensorRecord, ...]:
        """Every tensor that was made in it, in all its runs."""
        return tuple(record for part in self.all_parts for record in part.records)

    @property
    def all_parts(self) -> Iterator[Part]:
        """The parts of every run."""
        yield from self.parts
        for run in self.others:
            yield from run

    @property
    def count(self) -> int:
        """How many calls there are in it, a loop's body once."""
        return sum(part.count for part in self.parts)


Part: TypeAlias = Step | Group


def plain(text: str) -> str:
    """``h #3`` is ``h``: a name without the number that tells it from others of the same name."""
    return _NUMBER.sub("", text)


def tree_of(records: Iterable[TensorRecord]) -> tuple[Part, ...]:
    """The calls of a trace in their order, grouped by module and by loop.

    A group is a stretch of the calls in the order in which they ran, so what is drawn of groups has no cycles.
    """
    steps = [Step(tuple(made)) for _, made in groupby(records, key=lambda record: record.call)]
    return _grouped(steps, 0)


def loops_folded(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same with each stretch that repeats, three times or more, as one loop."""
    numbers: dict[object, int] = {}
    signs = np.array([numbers.setdefault(part.signature, len(numbers)) for part in parts], dtype=np.int64)
    if len(numbers) == len(parts):
        return tuple(parts)
    alike = {period: _run_lengths(signs, period) for period in range(1, min(LONGEST_BODY, len(parts) // 2) + 1)}
    found: list[Part] = []
    place = 0
    while place < len(parts):
        period, runs = _best_loop(alike, place)
        if runs < FEWEST_RUNS:
            found.append(parts[place])
            place += 1
            continue
        bodies = [tuple(parts[place + run * period : place + (run + 1) * period]) for run in range(runs)]
        found.append(Group("loop", "", bodies[0], tuple(bodies[1:])))
        place += runs * period
    return tuple(found)


@dataclass(frozen=True)
class Line:
    """A line of a table of a tree: a group's title, or a tensor; ``above`` is the path of the module around it.

    ``first`` is True for the first tensor of its call.
    """

    level: int
    above: str
    group: Group | None = None
    record: TensorRecord | None = None
    first: bool = False

    def below(self, name: str) -> str:
        """A name as it is called in the module around it."""
        return name.removeprefix(f"{self.above}.") if self.above else name


def lines_of(parts: Iterable[Part], level: int = 0, above: str = "") -> Iterator[Line]:
    """The lines of a table, a loop's first run alone."""
    for part in parts:
        if isinstance(part, Group):
            yield Line(level, above, group=part)
            yield from lines_of(part.parts, level + 1, part.path or above)
        else:
            for place, record in enumerate(part.records):
                yield Line(level, above, record=record, first=place == 0)


def _grouped(steps: Sequence[Step], depth: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    for frame, inside in groupby(steps, key=lambda step: _frame(step, depth)):
        own = list(inside)
        if frame is None:
            parts += own
            continue
        inner = _grouped(own, depth + 1)
        parts += inner if len(inner) == 1 else [Group("module", frame[0], inner)]
    return loops_folded(parts)


def _frame(step: Step, depth: int) -> tuple[str, int] | None:
    inside = step.records[0].inside
    return inside[depth] if len(inside) > depth else None


def _run_lengths(signs: np.ndarray, period: int) -> np.ndarray:
    """For each place, how many places from there on are the same as those ``period`` later."""
    same = signs[:-period] == signs[period:]
    lengths = np.zeros(len(signs), dtype=np.int64)
    ends = np.flatnonzero(~np.append(same, False))
    places = np.arange(len(same))
    lengths[: len(same)] = ends[np.searchsorted(ends, places)] - places
    return lengths


def _best_loop(alike: dict[int, np.ndarray], place: int) -> tuple[int, int]:
    """(period, runs) of the loop that begins at a place and covers most; the shortest body of equals."""
    best, covered = (1, 1), 0
    for period, lengths in alike.items():
        runs = int(lengths[place]) // period + 1
        if runs >= FEWEST_RUNS and runs * period > covered:
            best, covered = (period, runs), runs * period
    return best
