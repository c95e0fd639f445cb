"""The parts of the picture: which tensors are in it, what is written at its arrows, and which facts are stated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lstm_viz.drawing.block import Block
from lstm_viz.drawing.svg import text_width, wrapped
from lstm_viz.equalities import Equality
from lstm_viz.forward import Forward
from lstm_viz.trace import TensorRecord

CODE, SOFT, PROSE = 14.0, 12.5, 14.0
PROSE_ADVANCE = 0.55
_wrapped = lru_cache(maxsize=1024)(wrapped)  # of networks alone: no word of a visitor is kept here


@dataclass(frozen=True)
class Placed:
    """A block and where the lower left corner of its front is."""

    block: Block
    x: float
    y: float

    @property
    def left(self) -> float:
        """Where an arrow that comes from the left ends."""
        return self.x - self.block.overhang

    @property
    def right(self) -> float:
        """Where an arrow to the right begins."""
        return self.x + self.block.front[0] + self.block.shift[0] + 6

    @property
    def top(self) -> float:
        """The upper end of its back."""
        return self.y - self.block.height

    @property
    def span(self) -> tuple[float, float]:
        """From where to where block and texts reach."""
        half = self.block.width / 2 + 4
        return min(self.left, self.middle - half), max(self.right, self.middle + half)

    @property
    def middle(self) -> float:
        """Halfway between left and right."""
        return self.x + (self.block.front[0] + self.block.shift[0]) / 2


@dataclass(frozen=True)
class Way:
    """The tensors of a forward pass by their part in the picture."""

    chain: tuple[TensorRecord, ...]
    states: tuple[TensorRecord, ...]
    target: TensorRecord | None
    loss: TensorRecord | None

    def before(self, name: str) -> TensorRecord:
        """What stands before a tensor in the chain."""
        names = [record.name for record in self.chain]
        return self.chain[names.index(name) - 1]


def find_way(forward: Forward) -> Way:
    """Which tensors are in the main row, which hang below output, and what the loss is compared with."""
    records = forward.trace.tensors
    states = tuple(record for record in records if record.name in ("h_n", "c_n"))
    target, loss = (next((r for r in records if r.name == name), None) for name in ("target", "loss"))
    turned = [record for record in records if record.operation == "transpose" and record.parents == ("prediction",)]
    apart = (*states, target, loss)
    chain = tuple(r for r in records if r not in apart and (r.variable or r.kind == "input" or r in turned))
    return Way(chain, states, target, loss)


def shown_facts(facts: tuple[Equality, ...]) -> list[Equality]:
    """The equalities that hold, and the one inequality that people trip over."""
    tripping = [fact for fact in facts if not fact.holds and fact.left == "h_n[-1]"]
    return [fact for fact in facts if fact.holds] + tripping[:1]


def expression_lines(forward: Forward, record: TensorRecord) -> tuple[str, ...]:
    return _wrapped(record.expression, 14)


def text_room(forward: Forward, record: TensorRecord) -> float:
    """The width of what is written at the arrow to a tensor."""
    widest = max(text_width(line, CODE) for line in expression_lines(forward, record))
    under = max(len(line) * SOFT * PROSE_ADVANCE for line in lines_under(forward, record))
    return max(widest, under, 50.0)


def lines_under(forward: Forward, record: TensorRecord) -> tuple[str, ...]:
    """What stands below an arrow: the layer as it was made, or what the expression does in three words."""
    layer = forward.layers.get(record.module) if record.module else forward.layers.get(record.variable or "")
    if record.name == "loss":
        layer = forward.layers["loss_fn"]
    if layer:
        return _wrapped(layer, 15)
    return (_in_words(forward, record),)


def _in_words(forward: Forward, record: TensorRecord) -> str:
    if record.variable == "last" and forward.spec.head == "last_hidden":
        return "both directions' last states" if forward.spec.bidirectional else "the top layer's last state"
    words = {
        "last": "keep the last step",
        "steps": "every step a row",
        "flat": "all steps in one row",
        "transpose": "classes to axis 1",
    }
    return words.get(record.variable or record.operation, "")


def fact_lines(sentence: str, width: float) -> list[str]:
    lines, line = [], ""
    for word in sentence.split():
        if line and (len(line) + 1 + len(word)) * PROSE * PROSE_ADVANCE > width - 20:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]
