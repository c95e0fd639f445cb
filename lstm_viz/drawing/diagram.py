"""The whole way from x to the loss as one picture."""

from __future__ import annotations

from lstm_viz.drawing.arrows import draw_tall_arrows, draw_wide_arrows
from lstm_viz.drawing.block import FAR, make_block
from lstm_viz.drawing.block_drawing import draw_block, outline
from lstm_viz.drawing.layout import tall_layout, wide_layout
from lstm_viz.drawing.svg import SANS, Element, add, picture, to_text
from lstm_viz.drawing.way import PROSE, Placed, fact_lines, find_way, shown_facts
from lstm_viz.forward import Forward


def shapes_diagram(forward: Forward, *, tall: bool = False, far: bool = False) -> str:
    """The picture of a forward pass as SVG text.

    ``tall`` stacks the blocks for a narrow screen. Read from ``far``, its words are large beside its blocks.
    """
    way = find_way(forward)
    spec, sizes = forward.spec, forward.trace.sizes
    drawn = (*way.chain, *way.states, way.target, way.loss)
    blocks = {
        record.name: make_block(record, sizes, scale=FAR if far else 1.0) for record in drawn if record is not None
    }
    label = f"{spec.cell.upper()} network: " + ", then ".join(f"{r.name} {r.shape}" for r in way.chain)
    if tall:
        placed, width, height, facts_at = tall_layout(forward, way, blocks)
    else:
        placed, width, height, facts_at = wide_layout(forward, way, blocks, spare=60.0 if far else 30.0)
    root = picture(width, height, label)
    arrows = add(root, "g", class_="arrows", aria_hidden="true")
    (draw_tall_arrows if tall else draw_wide_arrows)(arrows, forward, way, placed)
    tensors = add(root, "g", role="list", aria_label="Tensors")
    for name, item in placed.items():
        draw_block(add(tensors, "g", role="listitem"), item.block, item.x, item.y, _note(forward, name))
    _draw_readings(root, forward, placed)
    _draw_facts(root, forward, *facts_at)
    return to_text(root)


def _draw_readings(root: Element, forward: Forward, placed: dict[str, Placed]) -> None:
    """Frame what the head reads, and what the rows of h_n are."""
    spec = forward.spec
    output, state = placed["output"], placed["h_n"]
    along = "right" if spec.batch_first else "depth"
    steps = spec.sequence_length
    if spec.head == "last_step" and along == "right":
        outline(root, output.block, output.x, output.y, "read", steps - 1)
    rows = spec.layers * spec.directions
    if spec.head == "last_hidden":
        for row in range(rows - spec.directions, rows):
            outline(root, state.block, state.x, state.y, "read", row)
    half = spec.step_size // spec.directions
    if spec.bidirectional and spec.batch_first and steps > 1:
        outline(root, output.block, output.x, output.y, "equal", steps - 1, range(half))
        outline(root, output.block, output.x, output.y, "equal", 0, range(half, 2 * half))
        for row in (rows - 2, rows - 1):
            outline(root, state.block, state.x, state.y, "equal", row)
    for name in ("h_n", "c_n"):
        if name in placed:
            _row_names(root, placed[name], spec.directions)


def _row_names(root: Element, item: Placed, directions: int) -> None:
    """L0→ L0← L1→ L1← above the columns of a state."""
    places = item.block.places["right"]
    if item.block.axes.get("right") is None or "L" not in item.block.axes["right"].symbols:
        return
    group = add(root, "g", aria_hidden="true")
    for place, row in enumerate(places.indices):
        if row is not None:
            arrow = "" if directions == 1 else "→" if row % 2 == 0 else "←"
            x = item.x + places.offsets[place] + places.unit / 2
            text = f"L{row // directions}{arrow}"
            add(group, "text", text, x=x, y=item.y - 5, text_anchor="middle", font_size=11, class_="row")


def _note(forward: Forward, name: str) -> str:
    state = "after the last step, a row for each layer and direction."
    return {"h_n": f"The hidden state {state}", "c_n": f"The cell state, the memory, {state}"}.get(name, "")


def _draw_facts(root: Element, forward: Forward, x: float, y: float, width: float) -> None:
    group = add(root, "g", class_="facts", font_family=SANS)
    for fact in shown_facts(forward.facts):
        mark = "✓" if fact.holds else "≠"
        add(group, "text", mark, x=x, y=y, font_size=PROSE, class_="prose good" if fact.holds else "prose")
        for line in fact_lines(fact.statement, width):
            add(group, "text", line, x=x + 20, y=y, font_size=PROSE, class_="prose soft")
            y += 20
        y += 4
