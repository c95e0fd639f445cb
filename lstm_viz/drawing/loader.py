"""What a loader hands out: each batch as the row of its samples, in the order in which they are seen."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from lstm_viz.drawing.data_style import data_style, sample_class
from lstm_viz.drawing.svg import Element, add, picture, text_width, to_text

MARGIN, HIGH, LABEL, SOFT = 16.0, 26.0, 13.5, 12.5
MOST_BATCHES = 10
_GAP = 6.0


def loader_diagram(
    order: Sequence[int], batch_size: int, *, drop_last: bool = False, shuffled: bool = False, width: float = 1080.0
) -> str:
    """The picture as SVG text: ``order`` holds the numbers of the samples as they are seen in one epoch.

    A row is a batch of ``batch_size`` samples; the last one may be smaller, which is marked, and is struck through
    where ``drop_last`` leaves it out. Of many batches the first ones and the last are drawn, of many samples in a batch
    too. A colour stands for a sixth of the samples in their own order, so that a shuffle is seen. Cells carry
    ``data-sample``. Raises ValueError where the batch size is below 1.

    >>> "2 batches of B = 4, and a last one of 2" in loader_diagram(range(10), 4)
    True
    """
    if batch_size < 1:
        raise ValueError(f"batch_size: expected 1 or more, got {batch_size}")
    count = -(-len(order) // batch_size)
    rest = len(order) - (count - 1) * batch_size if count else 0
    smaller = 0 < rest < batch_size
    dropped = drop_last and smaller
    said = _said(len(order), batch_size, count, rest, dropped)
    root = picture(width, 100, said)
    root.set("class", "lv data-lv")
    add(root, "style", data_style())
    y = _heading(root, said, shuffled, width)
    names = text_width(f"batch {max(count - 1, 0)}", LABEL) + 14
    shapes = text_width(f"({batch_size},)", LABEL) + 14
    cell = max(text_width(str(max(order, default=0)), LABEL) + 12, 30.0)
    room = max(int((width - 2 * MARGIN - names - shapes) // cell), 3)
    for batch in _picked(count, MOST_BATCHES):
        if batch is None:
            text = f"⋮ {count - MOST_BATCHES + 1:,} more batches of {batch_size:,}"
            add(root, "text", text, x=MARGIN + names, y=y + 15, font_size=SOFT, class_="soft prose")
            y += 24
            continue
        samples = list(order[batch * batch_size : (batch + 1) * batch_size])
        last = smaller and batch == count - 1
        at = (MARGIN, y, names, cell)
        _batch(root, batch, samples, len(order), at, room, struck=dropped and last, smaller=last)
        y += HIGH + _GAP + (18 if last else 0)
    root.set("viewBox", f"0 0 {width:g} {y + MARGIN:.0f}")
    return to_text(root)


def _said(samples: int, batch_size: int, count: int, rest: int, dropped: bool) -> str:
    whole = count - (0 < rest < batch_size)
    if dropped:
        left = f"{rest:,} sample{'s are' if rest > 1 else ' is'} left out by drop_last"
        return f"{samples:,} samples: {whole:,} batch{'es' if whole != 1 else ''} of B = {batch_size:,}; {left}"
    if 0 < rest < batch_size:
        first = f"{whole:,} batch{'es' if whole > 1 else ''} of B = {batch_size:,}, and " if whole else ""
        return f"{samples:,} samples: {first}a last one of {rest:,}"
    return f"{samples:,} samples: {count:,} batch{'es' if count != 1 else ''} of B = {batch_size:,}"


def _heading(root: Element, said: str, shuffled: bool, width: float) -> float:
    order = "shuffle=True: in another order every epoch" if shuffled else "shuffle=False: in their order, every epoch"
    order += ". A colour stands for a sixth of the samples, in their own order."
    y = MARGIN + 8
    for text, size, kind in ((said, 14.0, "prose"), (order, SOFT, "prose soft")):
        for line in wrap(text, int((width - 2 * MARGIN) / (size * 0.56))):
            add(root, "text", line, x=MARGIN, y=y, font_size=size, class_=kind)
            y += size + 5
    return y + 2


def _picked(size: int, most: int) -> tuple[int | None, ...]:
    return tuple(range(size)) if size <= most else (*range(most - 2), None, size - 1)


def _batch(
    root: Element,
    batch: int,
    samples: list[int],
    total: int,
    at: tuple[float, float, float, float],
    room: int,
    *,
    struck: bool,
    smaller: bool,
) -> None:
    x, y, names, cell = at
    middle = y + HIGH / 2 + 4.5
    group = add(root, "g", data_batch=batch, opacity=0.55 if struck else None)
    add(group, "title", f"batch {batch}: {len(samples):,} samples" + (", left out by drop_last" if struck else ""))
    add(group, "text", f"batch {batch}", x=x, y=middle, font_size=LABEL, class_="soft")
    left = x + names
    for place in _picked(len(samples), room):
        if place is None:
            dots = add(group, "text", "⋯", x=left + cell / 2, y=middle, text_anchor="middle", font_size=LABEL)
            add(dots, "title", f"{len(samples) - room + 1:,} more")
        else:
            sample = samples[place]
            box = add(group, "g", data_sample=sample)
            add(box, "title", f"sample {sample}: batch {batch}, place {place}")
            shade = f"cell {sample_class(sample * 6 // total)}"
            add(box, "rect", class_=shade, x=left, y=y, width=cell, height=HIGH, rx=3)
            add(box, "text", str(sample), x=left + cell / 2, y=middle, text_anchor="middle", font_size=LABEL)
        left += cell
    shape = add(group, "text", "(", x=left + 10, y=middle, font_size=LABEL)
    add(shape, "tspan", f"{len(samples)}", class_="s B", data_axis="B")
    add(shape, "tspan", ", …)")
    if struck:
        line: dict[str, Any] = {"x1": x + names - 6, "x2": left + 4, "y1": y + HIGH / 2, "y2": y + HIGH / 2}
        add(root, "line", stroke="var(--O)", stroke_width=2.4, class_="strike", **line)
    if smaller:
        text = "left out: drop_last=True" if struck else "the last batch is smaller"
        kind = "wrong prose" if struck else "prose"
        add(root, "text", text, x=x + names, y=y + HIGH + 15, font_size=SOFT, class_=kind)
