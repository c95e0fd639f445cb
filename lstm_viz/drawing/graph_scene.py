"""A laid-out diagram: blocks and frames with their places, and the edges between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from lstm_viz.amounts import count_text
from lstm_viz.drawing.graph_nodes import CODE, SOFT, Node, call_node, folded_node
from lstm_viz.drawing.graph_plan import Plan, calls_in
from lstm_viz.drawing.layered import Box, Edge, Layout, layered
from lstm_viz.drawing.svg import Element, add, text_width
from lstm_viz.grouping import Group, Part, Step
from lstm_viz.printing import shortened
from lstm_viz.trace import Trace

_TITLE, _SIDE, _FOOT = 14.0, 16.0, 0.0
_PORT, _LANE = 12.0, 16.0
_BETWEEN = 34.0


@dataclass(frozen=True)
class Carried:
    """A tensor that a loop hands to its next run: from the block that made it back up to the one that reads it."""

    source: str
    target: str
    leaves: float


@dataclass(frozen=True)
class Frame:
    """What is inside a model, an opened module or a loop, laid out; ports are where edges come in and go out."""

    title: str
    kind: str
    blocks: Mapping[str, Block]
    boxes: Mapping[str, Box]
    layout: Layout
    edges: tuple[Edge, ...]
    carried: tuple[Carried, ...]
    entering: tuple[str, ...]
    leaving: tuple[str, ...]

    @property
    def drawn_width(self) -> float:
        """What is inside, with the lanes that lead back."""
        return self.layout.width + _LANE * len(self.carried) + (6 if self.carried else 0)

    @property
    def width(self) -> float:
        return max(self.drawn_width, text_width(self.title, CODE)) + 2 * _SIDE

    @property
    def height(self) -> float:
        return self.layout.height + _TITLE + _FOOT + (_LANE if self.carried else 0)

    @property
    def arrives(self) -> dict[str, float]:
        """Where each tensor from outside comes in, from the middle."""
        return {name: self._port(f"in {name}") for name in self.entering}

    @property
    def leaves(self) -> dict[str, float]:
        """Where each tensor goes out, from the middle."""
        return {name: self._port(f"out {name}") for name in self.leaving}

    def _port(self, key: str) -> float:
        return _SIDE + self._middle(key, 0.0) - self.width / 2

    def draw(self, parent: Element, x: float, y: float) -> None:
        """Draw it with its upper left corner at (x, y)."""
        group = add(parent, "g", class_=f"frame {self.kind}")
        add(group, "rect", class_="frame", x=x, y=y, width=self.width, height=self.height, rx=12)
        self.draw_inside(group, x + _SIDE, y + _TITLE, y, y + self.height)
        add(group, "text", self.title, x=x + _SIDE, y=y + 19, font_size=CODE, font_weight=700, class_="frame-title")

    def draw_names(self, group: Element, x: float, top: float, foot: float) -> None:
        """Write the names of the tensors that come in above and go out below."""
        for key, y in [
            *((f"in {name}", top) for name in self.entering),
            *((f"out {name}", foot) for name in self.leaving),
        ]:
            text = port_text(key.partition(" ")[2])
            add(group, "text", text, x=self._middle(key, x), y=y, text_anchor="middle", font_size=SOFT, class_="soft")

    def draw_inside(self, group: Element, x: float, y: float, top: float, foot: float) -> None:
        """Draw what is inside with its upper left corner at (x, y); ports reach to ``top`` and ``foot``."""
        lines = add(group, "g", class_="edges", aria_hidden="true")
        arrivals = self._arrivals(x)
        for number, edge in enumerate(self.edges):
            self._draw_edge(lines, edge, number, arrivals[number], (x, y), (top, foot))
        for number, carried in enumerate(self.carried):
            self._draw_carried(lines, carried, number, x, y)
        for key, block in self.blocks.items():
            left, above = self.layout.places[key]
            block.draw(group, x + left, y + above)

    def _middle(self, key: str, x: float) -> float:
        return x + self.layout.places[key][0] + self.boxes[key].width / 2

    def _arrivals(self, x: float) -> list[float]:
        """Where each edge ends: where its port is, and else side by side in the order in which they come."""
        ends = [self._middle(edge.target, x) + edge.arrives for edge in self.edges]
        at: dict[str, list[int]] = {}
        for number, edge in enumerate(self.edges):
            if isinstance(self.blocks.get(edge.target), Node):
                at.setdefault(edge.target, []).append(number)
        for target, numbers in at.items():
            numbers.sort(key=lambda number: self._last_place(number, x))
            gap = min(26.0, (self.blocks[target].width - 24) / len(numbers))
            for place, number in enumerate(numbers):
                ends[number] += gap * (place - (len(numbers) - 1) / 2)
        return ends

    def _last_place(self, number: int, x: float) -> float:
        way = self.layout.ways[number]
        return x + way[-1][0] if way else self._middle(self.edges[number].source, x) + self.edges[number].leaves

    def _draw_edge(
        self, lines: Element, edge: Edge, number: int, end: float, at: tuple[float, float], rims: tuple[float, float]
    ) -> None:
        x, y = at
        enters, exits = edge.source not in self.blocks, edge.target not in self.blocks
        start = self._middle(edge.source, x) + edge.leaves
        above = self.layout.places[edge.source][1] + (0 if enters else self.blocks[edge.source].height)
        points = [(start, rims[0] if enters else y + above), (start, y + self.layout.feet[edge.source])]
        points += [(x + across, y + down) for across, down in self.layout.ways[number]]
        stop = y + self.layout.places[edge.target][1]
        points += [(end, stop), (end, rims[1])] if exits else [(end, stop - 7)]
        add(lines, "path", class_="arrow", d=_smooth(points))
        if not exits and isinstance(self.blocks[edge.target], Node):
            _head(lines, end, stop - 1)
        elif not exits:
            add(lines, "path", class_="arrow", d=f"M{end:.1f},{stop - 7:.1f}V{stop:.1f}")

    def _draw_carried(self, lines: Element, carried: Carried, number: int, x: float, y: float) -> None:
        source, target = self.blocks[carried.source], self.blocks[carried.target]
        start = self._middle(carried.source, x) + carried.leaves
        foot = y + self.layout.places[carried.source][1] + source.height
        lane = x + self.layout.width + 10 + _LANE * number
        end = self._middle(carried.target, x) + target.width / 2 - 14 - 10 * number
        top = y + self.layout.places[carried.target][1]
        low, high = foot + 8 + 3 * number, top - 12 - 3 * number
        path = f"M{start:.1f},{foot:.1f}V{low:.1f}H{lane:.1f}V{high:.1f}H{end:.1f}V{top - 6:.1f}"
        line = add(lines, "path", class_="arrow", d=path, stroke_dasharray="5 4", stroke_linejoin="round")
        add(line, "title", "handed to the next run")
        _head(lines, end, top - 1)


Block: TypeAlias = Node | Frame


def scene_of(trace: Trace, plan: Plan) -> Frame:
    """The whole trace, laid out."""
    return _frame("", "model", plan.parts, plan.whole, trace, plan)


def _frame(title: str, kind: str, parts: Sequence[Part], whole: Group | None, trace: Trace, plan: Plan) -> Frame:
    blocks = {f"part {number}": _block(part, trace, plan) for number, part in enumerate(parts)}
    home = {call: f"part {number}" for number, part in enumerate(parts) for call in calls_in(part)}
    entering = tuple(plan.entering(whole)) if whole else ()
    leaving = tuple(record.name for record in plan.leaving(whole)) if whole else ()
    boxes = {f"in {name}": Box(_port_width(name, kind), 0, "first") for name in entering}
    boxes |= {key: Box(block.width, block.height) for key, block in blocks.items()}
    boxes |= {f"out {name}": Box(_port_width(name, kind), 0, "last") for name in leaving}
    edges = tuple(dict.fromkeys(_edges(blocks, home, plan, entering, leaving)))
    order = {key: number for number, key in enumerate(blocks)}
    forward = tuple(edge for edge in edges if order.get(edge.source, -1) < order.get(edge.target, len(order)))
    back = dict.fromkeys(
        Carried(edge.source, edge.target, edge.leaves)
        for edge in edges
        if edge.source in order and order.get(edge.target, len(order)) <= order[edge.source]
    )
    layout = layered(boxes, forward, between=_BETWEEN)
    return Frame(title, kind, blocks, boxes, layout, forward, tuple(back), entering, leaving)


def _port_width(name: str, kind: str) -> float:
    """Room for the tensor's name where the drawing begins and ends at its ports."""
    return max(text_width(port_text(name), SOFT), _PORT) if kind == "model" else _PORT


def port_text(name: str) -> str:
    """A tensor's name at a port."""
    return shortened(name, 22)


def _edges(
    blocks: Mapping[str, Block], home: Mapping[int, str], plan: Plan, entering: Sequence[str], leaving: Sequence[str]
) -> Iterator[Edge]:
    for name, maker in plan.maker.items():
        source = home.get(maker)
        if source is None:
            continue
        for reader in plan.readers.get(name, ()):
            target = home.get(reader)
            if target is None or (target == source and not _repeats(plan, name, maker, reader, blocks[source])):
                continue
            yield Edge(source, target, blocks[source].leaves.get(name, 0.0), blocks[target].arrives.get(name, 0.0))
    for name in entering:
        for reader in plan.readers.get(name, ()):
            if target := home.get(reader):
                yield Edge(f"in {name}", target, 0.0, blocks[target].arrives.get(name, 0.0))
    for name in leaving:
        source = home[plan.maker[name]]
        yield Edge(source, f"out {name}", blocks[source].leaves.get(name, 0.0), 0.0)


def _repeats(plan: Plan, name: str, maker: int, reader: int, block: Block) -> bool:
    """Whether a call's own result comes back to it in the next run: within one block only that is an edge."""
    return isinstance(block, Node) and block.kind != "folded" and maker == reader


def _block(part: Part, trace: Trace, plan: Plan) -> Block:
    if isinstance(part, Step):
        return call_node(part.records, trace.sizes, plan.returned)
    if plan.is_folded(part):
        title = trace.group_title(part)
        return folded_node(title, _about(part), plan.leaving(part), trace.sizes, plan.returned)
    return _frame(trace.group_title(part), part.kind, part.parts, part, trace, plan)


def _about(part: Group) -> str:
    tensors = f"{len(part.records)} tensors inside"
    weights = sum(record.weights for record in part.records)
    return f"{tensors}, {count_text(weights)} weights" if weights else tensors


def _smooth(points: Sequence[tuple[float, float]]) -> str:
    """Through all points, upright at each."""
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        if abs(x1 - x0) < 0.5:
            path += f"L{x1:.1f},{y1:.1f}"
        else:
            half = (y0 + y1) / 2
            path += f"C{x0:.1f},{half:.1f} {x1:.1f},{half:.1f} {x1:.1f},{y1:.1f}"
    return path


def _head(lines: Element, x: float, y: float) -> None:
    corners = [(x, y), (x - 4.5, y - 9), (x + 4.5, y - 9)]
    add(lines, "polygon", class_="head", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in corners))
