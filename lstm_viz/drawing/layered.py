"""A layered layout of an acyclic graph: rows by the longest way, few crossings, long edges straight."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

SWEEPS = 8
LANE = 14.0
"""The room that a long edge takes in a row that it only passes."""
_STRAIGHT = 8.0

Key: TypeAlias = str | tuple[int, int]
"""A node's name, or (edge, row) for the place where a long edge passes a row."""


@dataclass(frozen=True)
class Box:
    """A node's size; ``pinned`` puts it into the first row or the last, whatever its edges say."""

    width: float
    height: float
    pinned: str = ""


@dataclass(frozen=True)
class Edge:
    """From one node to another; the offsets say where it leaves and arrives, from each node's middle."""

    source: str
    target: str
    leaves: float = 0.0
    arrives: float = 0.0


@dataclass(frozen=True)
class Layout:
    """Where each node's upper left corner is, and the points where each edge passes rows, from above to below.

    ``feet`` says where the row of each node ends.
    """

    places: Mapping[str, tuple[float, float]]
    feet: Mapping[str, float]
    ways: tuple[tuple[tuple[float, float], ...], ...]
    width: float
    height: float


def layered(boxes: Mapping[str, Box], edges: Sequence[Edge], *, across: float = 26.0, between: float = 40.0) -> Layout:
    """Lay a graph out from top to bottom; ``across`` and ``between`` are the gaps in a row and between rows.

    Raises ValueError for a graph with a cycle.

    >>> found = layered({"x": Box(10, 10), "y": Box(10, 10)}, [Edge("x", "y")])
    >>> found.places["y"]
    (0.0, 50.0)
    """
    rank = ranks(boxes, edges)
    chains = [_chain(number, edge, rank) for number, edge in enumerate(edges)]
    rows = _rows(boxes, rank, chains)
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    above, below = _neighbours(pairs)
    order = _ordered(rows, above, below)
    widths = {key: boxes[key].width if isinstance(key, str) else LANE for row in order for key in row}
    middles = _middles(order, widths, _pulls(chains, edges), across)
    heights = [max((boxes[key].height for key in row if isinstance(key, str)), default=0.0) for row in order]
    tops = [sum(heights[:number]) + between * number for number in range(len(heights))]
    left = min((middles[key] - widths[key] / 2 for key in middles), default=0.0)
    right = max((middles[key] + widths[key] / 2 for key in middles), default=0.0)
    places = {key: (middles[key] - box.width / 2 - left, tops[rank[key]]) for key, box in boxes.items()}
    spans = [(top, top + height) for top, height in zip(tops, heights, strict=True)]
    ways = tuple(tuple(_way(chain, middles, spans, left)) for chain in chains)
    feet = {key: tops[rank[key]] + heights[rank[key]] for key in boxes}
    return Layout(places, feet, ways, right - left, sum(heights) + between * max(len(heights) - 1, 0))


def ranks(boxes: Mapping[str, Box], edges: Sequence[Edge]) -> dict[str, int]:
    """The row of each node: below all that it needs; what needs nothing stands right above its first reader."""
    import networkx  # a tenth of a second that only diagrams of any model need

    graph = networkx.DiGraph()
    graph.add_nodes_from(boxes)
    graph.add_edges_from((edge.source, edge.target) for edge in edges)
    try:
        generations = list(networkx.topological_generations(graph))
    except networkx.NetworkXUnfeasible:
        raise ValueError("layered: expected a graph without cycles, got one with a cycle") from None
    rank = {node: number for number, row in enumerate(generations) for node in row}
    for node in boxes:
        if not graph.in_degree(node) and graph.out_degree(node) and boxes[node].pinned != "first":
            rank[node] = min(rank[after] for after in graph.successors(node)) - 1
    last = max(rank.values(), default=0)
    lowest = max((rank[node] for node in boxes if boxes[node].pinned != "last"), default=0)
    for node, box in boxes.items():
        if box.pinned == "last":
            rank[node] = max(lowest + 1, last) if lowest >= last else last
    return rank


def _chain(number: int, edge: Edge, rank: Mapping[str, int]) -> list[Key]:
    passed = range(rank[edge.source] + 1, rank[edge.target])
    return [edge.source, *((number, row) for row in passed), edge.target]


def _way(
    chain: Sequence[Key], middles: Mapping[Key, float], spans: Sequence[tuple[float, float]], left: float
) -> Iterator[tuple[float, float]]:
    """Where an edge enters and leaves each row that it passes."""
    for key in chain[1:-1]:
        if isinstance(key, tuple):
            yield from ((middles[key] - left, y) for y in spans[key[1]])


def _rows(boxes: Mapping[str, Box], rank: Mapping[str, int], chains: Iterable[Sequence[Key]]) -> list[list[Key]]:
    rows: list[list[Key]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for node in boxes:
        rows[rank[node]].append(node)
    for chain in chains:
        for key in chain[1:-1]:
            if isinstance(key, tuple):
                rows[key[1]].append(key)
    return rows


def _neighbours(pairs: Iterable[tuple[Key, Key]]) -> tuple[dict[Key, list[Key]], dict[Key, list[Key]]]:
    above: dict[Key, list[Key]] = {}
    below: dict[Key, list[Key]] = {}
    for upper, lower in pairs:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _ordered(rows: list[list[Key]], above: Mapping[Key, list[Key]], below: Mapping[Key, list[Key]]) -> list[list[Key]]:
    """The rows in the order with the fewest crossings that some sweeps of the barycentre rule find."""
    best, fewest = rows, crossings(rows, below)
    current = [list(row) for row in rows]
    for sweep in range(SWEEPS):
        if not fewest:
            break
        downward = sweep % 2 == 0
        numbers = range(1, len(current)) if downward else range(len(current) - 2, -1, -1)
        for number in numbers:
            fixed = {key: place for place, key in enumerate(current[number - 1 if downward else number + 1])}
            _sort(current[number], fixed, above if downward else below)
        count = crossings(current, below)
        if count < fewest:
            best, fewest = [list(row) for row in current], count
    return best


def _sort(row: list[Key], fixed: Mapping[Key, int], neighbours: Mapping[Key, list[Key]]) -> None:
    wanted: dict[Key, float] = {}
    for place, key in enumerate(row):
        beside = [fixed[other] for other in neighbours.get(key, ()) if other in fixed]
        wanted[key] = sum(beside) / len(beside) if beside else place
    row.sort(key=wanted.__getitem__)


def crossings(rows: Sequence[Sequence[Key]], below: Mapping[Key, Sequence[Key]]) -> int:
    """How often two edges between neighbouring rows cross."""
    count = 0
    for upper, lower in pairwise(rows):
        place = {key: number for number, key in enumerate(lower)}
        seen: list[int] = []
        for key in upper:
            ends = sorted(place[other] for other in below.get(key, ()) if other in place)
            count += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return count


_Pull = tuple[Key, float, float]
"""(neighbour, offset between the two middles, weight)"""


def _pulls(chains: Sequence[Sequence[Key]], edges: Sequence[Edge]) -> tuple[dict[Key, list[_Pull]], ...]:
    """What draws each node sideways: its neighbours above, and those below."""
    up: dict[Key, list[_Pull]] = {}
    down: dict[Key, list[_Pull]] = {}
    for chain, edge in zip(chains, edges, strict=True):
        for upper, lower in pairwise(chain):
            leaves = edge.leaves if upper == edge.source else 0.0
            arrives = edge.arrives if lower == edge.target else 0.0
            straight = isinstance(upper, tuple) + isinstance(lower, tuple)
            weight = (1.0, 2.0, _STRAIGHT)[straight]
            up.setdefault(lower, []).append((upper, leaves - arrives, weight))
            down.setdefault(upper, []).append((lower, arrives - leaves, weight))
    return up, down


def _middles(
    rows: Sequence[Sequence[Key]],
    widths: Mapping[Key, float],
    pulls: tuple[dict[Key, list[_Pull]], ...],
    across: float,
) -> dict[Key, float]:
    middle: dict[Key, float] = {}
    for row in rows:
        at = 0.0
        for key in row:
            middle[key] = at + widths[key] / 2
            at += widths[key] + across
        for key in row:
            middle[key] -= at / 2
    up, down = pulls
    for sweep in range(2 * SWEEPS):
        both = sweep >= SWEEPS
        for row in rows if sweep % 2 == 0 else reversed(rows):
            sides = (up, down) if both else (up,) if sweep % 2 == 0 else (down,)
            _settle(
                row, widths, [[pull for side in sides for pull in side.get(key, ())] for key in row], middle, across
            )
    return middle


def _settle(
    row: Sequence[Key],
    widths: Mapping[Key, float],
    pulls: Sequence[Sequence[_Pull]],
    middle: dict[Key, float],
    across: float,
) -> None:
    """Put a row where its neighbours want it, in its order and with its gaps: least squares, by pooling neighbours."""
    shift, shifts = 0.0, []
    for before, key in zip([None, *row[:-1]], row, strict=True):
        shift += 0.0 if before is None else (widths[before] + widths[key]) / 2 + across
        shifts.append(shift)
    pools: list[list[float]] = []  # [sum of weight × place, weight, how many]
    for key, offset, drawn in zip(row, shifts, pulls, strict=True):
        weight = sum(pull[2] for pull in drawn) or 0.01
        wanted = sum((middle[other] + away) * heavy for other, away, heavy in drawn) if drawn else middle[key] * weight
        pools.append([wanted - offset * weight, weight, 1])
        while len(pools) > 1 and pools[-2][0] * pools[-1][1] > pools[-1][0] * pools[-2][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    places = [total / weight for total, weight, count in pools for _ in range(int(count))]
    for key, place, offset in zip(row, places, shifts, strict=True):
        middle[key] = place + offset
