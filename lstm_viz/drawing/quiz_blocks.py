"""The tensor of an answer beside the true one: what was written wrong is seen as another block."""

from __future__ import annotations

import torch
from torch import Tensor

from lstm_viz.dims import Shape, Sizes
from lstm_viz.drawing.block import Block, make_block
from lstm_viz.drawing.block_drawing import draw_block
from lstm_viz.drawing.svg import SANS, Element, add, picture, text_width, to_text
from lstm_viz.trace import TensorRecord

_MARGIN, _GAP, _HEAD, _BELOW = 16.0, 44.0, 30.0, 76.0
_MOST_AXES, _LARGEST = 4, 1_000_000


def can_draw(shape: tuple[int, ...]) -> bool:
    """Whether a block can have this shape: an answer may be anything."""
    return len(shape) <= _MOST_AXES and all(0 < size <= _LARGEST for size in shape)


def shape_record(name: str, shape: tuple[int, ...], axes: Shape, values: Tensor | None = None) -> TensorRecord:
    """A tensor to be drawn: with its values where it was really made, without them where it was only written."""
    dtype = torch.float32 if values is None else values.dtype
    return TensorRecord(name, None, "", "", name, "", "", shape, axes, dtype, 0, (), values)


def compared_blocks(true: TensorRecord, said: TensorRecord | None, sizes: Sizes) -> str:
    """Both blocks as SVG text, the answer's first; the true one alone where ``said`` is None."""
    truth = make_block(true, sizes)
    titled = [("PyTorch", truth)]
    if said is not None:  # axis by axis: one that is in the wrong place is seen to be there
        like = truth if len(said.axes) == len(true.axes) else None
        titled.insert(0, ("You wrote", make_block(said, sizes, like)))
    ground = _HEAD + max(block.height for _, block in titled) + 18
    root = picture(100, ground + _BELOW, _label(true, said))
    x = _MARGIN
    for title, block in titled:
        x = _draw(root, title, block, x, ground) + _GAP
    width = x - _GAP + _MARGIN
    root.set("viewBox", f"0 0 {width:.0f} {ground + _BELOW:.0f}")
    root.set("style", f"max-width:{width * 1.25:.0f}px")
    _still(root)
    return to_text(root)


def _draw(root: Element, title: str, block: Block, x: float, ground: float) -> float:
    """Draw one block with its title from ``x`` on; returns where it ends."""
    left = max(block.overhang, (block.width - block.front[0] - block.shift[0]) / 2)
    middle = x + left + block.front[0] / 2
    anchor = {"x": max(middle, x + text_width(title, 15) / 2), "y": 18.0, "text_anchor": "middle"}
    add(root, "text", title, **anchor, font_size=15, font_weight=650, font_family=SANS, class_="soft")
    draw_block(root, block, x + left, ground)
    return max(x + left + block.front[0] + block.shift[0] + 8, middle + block.width / 2)


def _label(true: TensorRecord, said: TensorRecord | None) -> str:
    start = f"PyTorch: {true.name} {true.shape}"
    return start if said is None else f"You wrote {said.shape}. {start}"


def _still(root: Element) -> None:
    """Nothing here is chosen by clicking."""
    for element in root.iter():
        if element.get("class") == "block":
            element.set("role", "img")
            for name in ("tabindex", "aria-pressed"):
                element.attrib.pop(name, None)
