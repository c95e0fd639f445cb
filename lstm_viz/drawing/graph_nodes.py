"""The blocks of a diagram of any trace: a call with the tensors that it made, or a folded module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lstm_viz.dims import SYMBOLS, Sizes
from lstm_viz.drawing.block import Block, make_block
from lstm_viz.drawing.block_drawing import draw_faces, draw_shape
from lstm_viz.drawing.svg import SANS, Element, add, coloured_axis, letters, text_width, wrapped
from lstm_viz.printing import shortened
from lstm_viz.trace import TensorRecord

CODE, SOFT, NAME, SHAPE = 13.0, 12.0, 13.0, 14.5
_PAD, _LINE, _BETWEEN = 12.0, 17.0, 18.0
_FACE = (78.0, 50.0)
"""How wide and how high a tensor's own picture is at most."""
_MOST_CARDS = 4
_LONGEST_NAME = 26
_PROSE = 0.55
_IN_WORDS = {"parameter": "a weight that the model uses by itself", "buffer": "a buffer of the model"}


@dataclass(frozen=True)
class Card:
    """One tensor: a small picture of it, its name, its shape and its axes beside it."""

    record: TensorRecord
    block: Block
    returned: bool

    @cached_property
    def scale(self) -> float:
        """How much smaller its picture is than on the Shapes page."""
        width, height = self.block.front[0] + self.block.shift[0], self.block.height
        return min(0.8, _FACE[0] / max(width, 1.0), _FACE[1] / max(height, 1.0))

    @property
    def picture(self) -> tuple[float, float]:
        """Width and height of the small picture."""
        return (self.block.front[0] + self.block.shift[0]) * self.scale, self.block.height * self.scale

    @property
    def name(self) -> str:
        """Its name, without its middle where it is long."""
        return shortened(self.record.name, _LONGEST_NAME)

    @property
    def axes_width(self) -> float:
        text = ", ".join(map(str, self.record.axes))
        return text_width(f"({text})", SOFT)

    @property
    def width(self) -> float:
        texts = text_width(self.name, NAME), text_width(self.block.shape_text, SHAPE), self.axes_width
        return self.picture[0] + 10 + max(*texts, text_width("returned", SOFT) if self.returned else 0.0)

    @property
    def height(self) -> float:
        return max(self.picture[1], 3 * _LINE + 2 + (15 if self.returned else 0))

    def draw(self, parent: Element, x: float, y: float) -> None:
        """Draw it with its upper left corner at (x, y)."""
        record = self.record
        meaning = ", ".join(f"{axis} = {size}" for axis, size in zip(record.axes, record.shape, strict=True))
        label = f"{record.name}, shape {self.block.shape_text}: {meaning or 'one number'}. Made by {record.expression}."
        group = add(parent, "g", class_="block", data_tensor=record.name, data_axis=letters(record.axes))
        add(group, "title", label)
        wide, high = self.picture
        foot = y + (self.height + high) / 2
        face = add(group, "g", transform=f"translate({x:.1f} {foot:.1f}) scale({self.scale:.3f})")
        draw_faces(face, self.block, 0, 0)
        left, line = x + wide + 10, y + NAME - 1
        add(group, "text", self.name, x=left, y=line, font_size=NAME, font_weight=700)
        draw_shape(group, record, left, line + _LINE + 1, anchor="start", size=SHAPE)
        _draw_axes(group, record, left, line + 2 * _LINE + 1)
        if self.returned:
            add(group, "text", "returned", x=left, y=line + 3 * _LINE, font_size=SOFT, class_="good prose")


@dataclass(frozen=True)
class Node:
    """A block of the diagram: what is written above, what it does, and the tensors that come out of it."""

    head: tuple[str, ...]
    soft: tuple[str, ...]
    cards: tuple[Card, ...]
    more: int
    kind: str

    @cached_property
    def width(self) -> float:
        heads = max((text_width(line, CODE) for line in self.head), default=0.0)
        softs = max((len(line) * SOFT * _PROSE for line in self._below), default=0.0)
        cards = sum(card.width for card in self.cards) + _BETWEEN * max(len(self.cards) - 1, 0)
        return max(heads, softs, cards, 60.0) + 2 * _PAD

    @cached_property
    def height(self) -> float:
        return self._cards_at + max((card.height for card in self.cards), default=0.0) + _PAD - 2

    @property
    def _below(self) -> tuple[str, ...]:
        return (*self.soft, *((f"and {self.more} more tensors",) if self.more else ()))

    @property
    def _cards_at(self) -> float:
        texts = len(self.head) * _LINE + len(self._below) * 15
        return _PAD - 2 + texts + (8 if texts and self.cards else 0)

    @cached_property
    def leaves(self) -> dict[str, float]:
        """Where each of its tensors leaves, from its middle."""
        found, x = {}, self._first
        for card in self.cards:
            found[card.record.name] = x + card.width / 2 - self.width / 2
            x += card.width + _BETWEEN
        return found

    @property
    def arrives(self) -> dict[str, float]:
        """Everything arrives in the middle, and is spread when all else is placed."""
        return {}

    @property
    def _first(self) -> float:
        inside = sum(card.width for card in self.cards) + _BETWEEN * max(len(self.cards) - 1, 0)
        return (self.width - inside) / 2

    def draw(self, parent: Element, x: float, y: float) -> None:
        """Draw it with its upper left corner at (x, y)."""
        group = add(parent, "g", class_=f"call {self.kind}")
        add(group, "rect", class_="card", x=x, y=y, width=self.width, height=self.height, rx=9)
        if self.kind == "folded":
            add(group, "rect", class_="card", x=x + 4, y=y + 4, width=self.width - 8, height=self.height - 8, rx=6)
        line = y + _PAD + CODE - 3
        for text in self.head:
            middle = x + self.width / 2
            add(group, "text", text, x=middle, y=line, text_anchor="middle", font_size=CODE, font_weight=600)
            line += _LINE
        for text in self._below:
            style = {"font_size": SOFT, "class_": "soft prose", "font_family": SANS}
            add(group, "text", text, x=x + self.width / 2, y=line - 1, text_anchor="middle", **style)
            line += 15
        at = x + self._first
        for card in self.cards:
            card.draw(group, at, y + self._cards_at)
            at += card.width + _BETWEEN


def call_node(records: Sequence[TensorRecord], sizes: Sizes, returned: frozenset[str]) -> Node:
    """A call and everything that it made."""
    first = records[0]
    plain = first.kind in ("input", *_IN_WORDS)
    written = () if plain or first.expression == first.name else _cut(wrapped(first.expression, 34), 3, 44)
    about = ("input",) if first.kind == "input" else (_IN_WORDS.get(first.kind, ""),)
    soft = _cut(wrapped(first.layer, 38), 2, 52) if first.layer else tuple(text for text in about if text)
    cards, more = _cards(records, sizes, returned)
    return Node(written, soft, cards, more, "given" if plain else "made")


def folded_node(
    title: str, about: str, records: Sequence[TensorRecord], sizes: Sizes, returned: frozenset[str]
) -> Node:
    """A folded module and what comes out of it."""
    cards, more = _cards(records, sizes, returned)
    return Node((shortened(title, 44),), (about,), cards, more, "folded")


def _cards(records: Sequence[TensorRecord], sizes: Sizes, returned: frozenset[str]) -> tuple[tuple[Card, ...], int]:
    shown = records if len(records) <= _MOST_CARDS else records[: _MOST_CARDS - 1]
    cards = tuple(Card(record, make_block(record, sizes), record.name in returned) for record in shown)
    return cards, len(records) - len(shown)


def _cut(lines: tuple[str, ...], most: int, longest: int) -> tuple[str, ...]:
    kept = lines if len(lines) <= most else (*lines[: most - 1], " ".join(lines[most - 1 :]))
    return tuple(shortened(line, longest) for line in kept)


def _draw_axes(group: Element, record: TensorRecord, x: float, y: float) -> None:
    text = add(group, "text", x=x, y=y, font_size=SOFT, class_="soft")
    add(text, "title", ", ".join(_meaning(axis.symbols) for axis in record.axes))
    add(text, "tspan", "(")
    for place, axis in enumerate(record.axes):
        coloured_axis(text, axis, ", " if place < len(record.axes) - 1 else "")
    add(text, "tspan", ",)" if len(record.axes) == 1 else ")")


def _meaning(symbols: Sequence[str]) -> str:
    return " · ".join(SYMBOLS[symbol[0]].name for symbol in symbols) or "a size that the code fixes"
