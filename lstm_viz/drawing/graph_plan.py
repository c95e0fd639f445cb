"""What a diagram of any trace shows: which modules are opened, and which tensor goes to which call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from lstm_viz.grouping import Group, Part, Step, tree_of
from lstm_viz.trace import TensorRecord, Trace

LEGIBLE = 30
"""So many calls are opened unasked."""
MOST = 300
"""More are never drawn: what is beyond is folded, whatever was asked."""


@dataclass(frozen=True)
class Plan:
    """The parts to draw; ``folded`` are the groups that are drawn as one block.

    ``shown`` says of each tensor which one is drawn for it: of a loop's runs the first. ``readers`` holds the calls
    that read each drawn tensor, and ``maker`` the call that made it, both by the calls that are drawn. ``whole`` is
    the module whose inside this is, None for the whole model.
    """

    parts: tuple[Part, ...]
    folded: frozenset[int]
    shown: Mapping[str, str]
    readers: Mapping[str, tuple[int, ...]]
    maker: Mapping[str, int]
    returned: frozenset[str]
    whole: Group | None = None

    def is_folded(self, part: Part) -> bool:
        """Whether a part is one block."""
        return isinstance(part, Step) or id(part) in self.folded

    def leaving(self, part: Part) -> list[TensorRecord]:
        """The tensors of a part that are read outside of it, or returned; all of a single call."""
        if isinstance(part, Step):
            return list(part.records)
        calls = calls_in(part)
        seen = [record for record in part.records if self.shown.get(record.name, record.name) == record.name]
        return [
            record
            for record in seen
            if record.name in self.returned or any(call not in calls for call in self.readers.get(record.name, ()))
        ]

    def entering(self, part: Part) -> list[str]:
        """The names of the tensors that a part reads and did not make, in the order in which it reads them."""
        calls = calls_in(part)
        read = (self.shown.get(name, name) for record in part.records for name in record.parents)
        return [name for name in dict.fromkeys(read) if self.maker.get(name) not in calls]


def calls_in(part: Part) -> frozenset[int]:
    """The calls of a part, of a loop those of its first run."""
    if isinstance(part, Step):
        return frozenset([part.records[0].call])
    return frozenset().union(*(calls_in(inner) for inner in part.parts))


def plan_of(trace: Trace, fold: str | Sequence[str] = (), depth: int | None = None) -> Plan:
    """Decide what is opened. Raises ValueError for a module in ``fold`` that the trace does not have."""
    wanted = [fold] if isinstance(fold, str) else list(fold)
    return _planned(trace, _bounded(tree_of(trace.tensors)), wanted, depth)


def plan_inside(trace: Trace, group: Group) -> Plan:
    """The same for what is inside one module, opened as deep as stays legible."""
    return _planned(trace, _bounded(group.parts), (), None, group)


def _planned(
    trace: Trace, parts: tuple[Part, ...], wanted: Sequence[str], depth: int | None, whole: Group | None = None
) -> Plan:
    closed = set(_chosen(parts, wanted))
    level = depth if depth is not None else _legible_depth(parts, closed)  # 0: the outermost modules stay shut
    while level > 0 and _visible(parts, closed, level) > MOST:
        level -= 1
    largest = sorted((group for group, _ in groups_in(parts)), key=lambda group: -group.count)
    for group in largest:
        if _visible(parts, closed, level) <= MOST:
            break
        closed.add(id(group))
    closed |= set(_deeper(parts, level))
    shown = dict(_stands_for(tree_of(trace.tensors)))
    shown = {name: _resolved(shown, name) for name in shown}
    call_of = {record.name: record.call for record in trace}
    readers: dict[str, dict[int, None]] = {}
    for record in trace:
        reader = call_of[shown.get(record.name, record.name)]
        for parent in record.parents:
            readers.setdefault(shown.get(parent, parent), {})[reader] = None
    maker = {name: call for name, call in call_of.items() if shown.get(name, name) == name}
    returned = frozenset(shown.get(name, name) for name in trace.returned)
    calls = {name: tuple(found) for name, found in readers.items()}
    return Plan(parts, frozenset(closed), shown, calls, maker, returned, whole)


def groups_in(parts: Iterable[Part], level: int = 0) -> Iterator[tuple[Group, int]]:
    """Every group with how many modules stand around it."""
    for part in parts:
        if isinstance(part, Group):
            yield part, level
            yield from groups_in(part.parts, level + (part.kind != "loop"))


def _chosen(parts: Sequence[Part], wanted: Sequence[str]) -> Iterator[int]:
    modules = [group for group, _ in groups_in(parts) if group.kind == "module"]
    for path in wanted:
        found = [group for group in modules if group.path == path]
        found = found or [group for group in modules if group.path.startswith(f"{path}.")]
        if not found:
            known = ", ".join(dict.fromkeys(group.path for group in modules)) or "none in this trace"
            raise ValueError(f"fold: expected a module that has others inside, one of {known}; got {path!r}.")
        yield from map(id, found)


def _legible_depth(parts: Sequence[Part], closed: Collection[int]) -> int:
    deepest = max((level for _, level in groups_in(parts)), default=0) + 1
    fitting = [level for level in range(1, deepest + 1) if _visible(parts, closed, level) <= LEGIBLE]
    return max(fitting, default=0)


def _visible(parts: Iterable[Part], closed: Collection[int], level: int) -> int:
    count = 0
    for part in parts:
        if isinstance(part, Step) or id(part) in closed or part.kind == "rest" or (part.kind == "module" and level < 1):
            count += 1
        else:
            count += _visible(part.parts, closed, level - (part.kind == "module"))
    return count


def _deeper(parts: Iterable[Part], level: int) -> Iterator[int]:
    """The groups that are not opened: modules below ``level``, and whatever is only joined."""
    for group, around in groups_in(parts):
        if group.kind == "rest" or (group.kind == "module" and around >= level):
            yield id(group)


def _bounded(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The same with at most ``MOST`` parts side by side: those in the middle are joined."""
    bounded = tuple(_inside_bounded(part) for part in parts)
    if len(bounded) <= MOST:
        return bounded
    first, last = MOST // 2, MOST // 2 - 1
    return (*bounded[:first], Group("rest", "", bounded[first:-last]), *bounded[-last:])


def _inside_bounded(part: Part) -> Part:
    return part if isinstance(part, Step) else replace(part, parts=_bounded(part.parts))


def _stands_for(parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """(a tensor of a further run, the one of the first run that is drawn for it)"""
    for part in parts:
        if isinstance(part, Step):
            continue
        first = [record for inner in part.parts for record in inner.records]
        for run in part.others:
            later = [record for inner in run for record in inner.records]
            yield from ((b.name, a.name) for a, b in zip(first, later, strict=True))
        yield from _stands_for(part.parts)


def _resolved(shown: Mapping[str, str], name: str) -> str:
    while name in shown:
        name = shown[name]
    return name


def alike(groups: Iterable[Group]) -> list[tuple[Group, int]]:
    """Groups that differ in nothing but their path, once each, with how many there are."""
    keyed = sorted(groups, key=lambda group: str(_without_paths(group)))
    joined = [(next(found), 1 + sum(1 for _ in found)) for _, found in groupby(keyed, key=_without_paths)]
    return sorted(joined, key=lambda pair: pair[0].records[0].call)


def _without_paths(part: Part) -> tuple[object, ...]:
    if isinstance(part, Step):
        return tuple((record.operation, record.layer, record.shape, str(record.axes)) for record in part.records)
    return part.kind, part.times, tuple(_without_paths(inner) for inner in part.parts)
