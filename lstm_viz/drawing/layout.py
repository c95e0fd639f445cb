"""Where each block stands: in one row with the states below output, or from top to bottom for a narrow screen."""

from __future__ import annotations

from lstm_viz.drawing.block import Block
from lstm_viz.drawing.way import Placed, Way, expression_lines, fact_lines, lines_under, shown_facts, text_room
from lstm_viz.forward import Forward
from lstm_viz.trace import TensorRecord

MARGIN = 18.0
NARROWEST_FACTS = 190.0
BELOW = 78.0
"""What stands below a block's front: the name of its edge, its own name, its shape."""

Layout = tuple[dict[str, Placed], float, float, tuple[float, float, float]]


def wide_layout(forward: Forward, way: Way, blocks: dict[str, Block], spare: float = 30.0) -> Layout:
    """The chain in one row; below it the states under output, and the loss with its target under the prediction.

    ``spare`` is the room beside the words at an arrow.
    """
    placed: dict[str, Placed] = {}
    row = max(blocks[record.name].height for record in way.chain) + 40
    x = MARGIN
    low = row + BELOW + 34 + max(blocks[state.name].height for state in way.states)
    if way.loss is not None and way.target is not None:  # what is written at the arrow to the loss stands above them
        texts = 17 * (len(expression_lines(forward, way.loss)) + len(lines_under(forward, way.loss)))
        low = max(low, row + BELOW + 30 + texts + max(blocks[way.loss.name].height, blocks[way.target.name].height))
    for record in way.chain:
        block = blocks[record.name]
        x += max(block.overhang, (block.width - block.front[0] - block.shift[0]) / 2)
        placed[record.name] = Placed(block, x, row)
        if record.variable == "last" and forward.spec.head == "last_hidden":
            clear = placed["h_n"].span[1] + text_room(forward, record) + 16 - placed[record.name].middle
            placed[record.name] = Placed(block, x + max(clear, 0), row)
        if record.name == "output":
            _place_states(forward, way, blocks, placed, low)
        x = placed[record.name].span[1]
        if record is not way.chain[-1]:
            x += text_room(forward, way.chain[way.chain.index(record) + 1]) + spare
    width = x + MARGIN
    if way.loss is not None and way.target is not None:
        last = placed[way.chain[-1].name]
        loss, target = blocks[way.loss.name], blocks[way.target.name]
        placed[way.loss.name] = Placed(loss, centred(loss, last.middle), low)
        x = placed[way.loss.name].x - 70 - target.front[0] - target.shift[0]
        taken = placed[states_in_order(forward, way)[-1].name].span[1] + target.overhang + 6
        placed[way.target.name] = Placed(target, max(x, taken), low)
        overlap = placed[way.target.name].right + 40 - placed[way.loss.name].x
        if overlap > 0:
            placed[way.loss.name] = Placed(loss, placed[way.loss.name].x + overlap, low)
            width = max(width, placed[way.loss.name].span[1] + MARGIN)
    room = placed[way.before("output").name].right - MARGIN
    height = low + BELOW + 6
    lines = sum(len(fact_lines(fact.statement, room)) for fact in shown_facts(forward.facts))
    if room >= NARROWEST_FACTS and row + BELOW + 26 + 24 * lines <= height:
        return placed, width, height, (MARGIN, row + BELOW + 30, room)
    return placed, width, height + 26 * len(shown_facts(forward.facts)), (MARGIN, height + 18, width - 2 * MARGIN)


def _place_states(forward: Forward, way: Way, blocks: dict[str, Block], placed: dict[str, Placed], y: float) -> None:
    x = placed["output"].x
    for state in states_in_order(forward, way):
        placed[state.name] = Placed(blocks[state.name], x, y)
        x = placed[state.name].span[1] + 20 + max(blocks[other.name].overhang for other in way.states)


def states_in_order(forward: Forward, way: Way) -> tuple[TensorRecord, ...]:
    """h_n last where the head reads it: its arrow leaves to the right."""
    return way.states[::-1] if forward.spec.head == "last_hidden" else way.states


def tall_layout(forward: Forward, way: Way, blocks: dict[str, Block]) -> Layout:
    width = 400.0
    placed: dict[str, Placed] = {}
    y = 20.0
    for place, record in enumerate(way.chain):
        block = blocks[record.name]
        texts = 16 * (len(expression_lines(forward, record)) + len(lines_under(forward, record)))
        y += block.height + (34 if place == 0 else 46 + texts)
        placed[record.name] = Placed(block, centred(block, width / 2), y)
        y += BELOW
        if record.name == "output":
            y = _stack_states(way, blocks, placed, width, y)
    if way.loss is not None and way.target is not None:
        loss, target = blocks[way.loss.name], blocks[way.target.name]
        beside = target.overhang + target.front[0] + target.shift[0] < width * 0.4
        y += max(loss.height, target.height if beside else 0) + 100
        placed[way.loss.name] = Placed(loss, centred(loss, width / 2), y)
        if not beside:
            y += BELOW + target.height + 46
        middle = width * 0.5 if not beside else width * 0.84
        placed[way.target.name] = Placed(target, centred(target, middle), y)
        y += BELOW
    facts = (MARGIN, y + 18, width - 2 * MARGIN)
    lines = sum(len(fact_lines(fact.statement, facts[2])) for fact in shown_facts(forward.facts))
    return placed, width, y + 28 + 20 * lines, facts


def _stack_states(way: Way, blocks: dict[str, Block], placed: dict[str, Placed], width: float, y: float) -> float:
    """The states below output, side by side if they fit."""
    states = [blocks[state.name] for state in way.states]
    side_by_side = sum(block.overhang + block.front[0] + block.shift[0] + 16 for block in states) < width
    share = width / len(states)
    for number, block in enumerate(states):
        if side_by_side:
            at = y + max(other.height for other in states) + 30
            placed[block.record.name] = Placed(block, centred(block, share * (number + 0.5) + 8), at)
        else:
            y += block.height + 30 + (BELOW if number else 0)
            at = y
            placed[block.record.name] = Placed(block, centred(block, width / 2), at)
    return at + BELOW


def centred(block: Block, middle: float) -> float:
    return middle - (block.front[0] + block.shift[0]) / 2
