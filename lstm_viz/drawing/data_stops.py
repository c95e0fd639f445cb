"""The stages on the way of the data: what is drawn of each, the words on the arrow to it, and the notes below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from lstm_viz.drawing.data_bars import LinesItem, LoaderItem, SplitItem
from lstm_viz.drawing.data_captions import Item
from lstm_viz.drawing.data_items import BlockItem, SheetItem
from lstm_viz.drawing.svg import text_width, wrapped
from lstm_viz.preparation.prepared import Step

MARGIN, CODE, SOFT = 16.0, 13.0, 12.5
RISE = 34.0
"""How high the arrows run above the base of the items."""
BESIDE = 18.0
_PROSE = 0.56
_LONGEST, _MOST_LINES = 20, 4
_WORDS = {
    "columns": "choose the columns",
    "split": "in the order of time",
    "scaled": "fit, then transform",
    "windows": "cut windows",
    "tensors": "to tensors",
    "loader": "group into batches",
    "batches": "one batch at a time",
    "tokens": "cut into tokens",
    "vocabulary": "number the entries",
    "indices": "tokens to numbers",
    "padded": "to one length",
}


@dataclass(frozen=True)
class Stop:
    """All that is drawn of one stage: two rows of items, the words on the arrow to it, and notes below."""

    stage: str
    rows: tuple[tuple[Item, ...], tuple[Item, ...]]
    code: tuple[str, ...]
    words: tuple[str, ...]
    notes: tuple[str, ...]

    def row_width(self, row: int) -> float:
        """The room of a row of items."""
        items = self.rows[row]
        return sum(item.left + item.right for item in items) + BESIDE * max(len(items) - 1, 0)

    def row_height(self, row: int) -> float:
        """How high its items reach."""
        return max((item.up for item in self.rows[row]), default=0.0)

    @property
    def width(self) -> float:
        """The room of its items and notes."""
        notes = max((len(note) * SOFT * _PROSE for note in self.notes), default=0.0)
        return max(self.row_width(0), self.row_width(1), notes)

    @property
    def code_height(self) -> float:
        """How high the code on its arrow reaches."""
        return RISE + 10 + 16 * len(self.code)

    @property
    def arrow(self) -> float:
        """The room of the arrow to it, with what is written on it."""
        code = max((text_width(line, CODE) for line in self.code), default=0.0)
        words = max((len(line) * SOFT * _PROSE for line in self.words), default=0.0)
        return max(code, words, 40.0) + 24


def stages(steps: Sequence[Step]) -> dict[str, list[Step]]:
    """The steps of each stage, in the order of the way."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.stage, []).append(step)
    return found


def stop_of(stage: str, steps: list[Step], part: str, width: float) -> Stop:
    """A stage as it is drawn; where its items need more than ``width``, the targets stand in a row of their own."""
    own = [step for step in steps if step.part in ("", part)] or steps
    if stage == "split":
        items: list[Item] = [SplitItem(steps)]
    elif stage == "loader":
        items = [_loader(own[0])]
    else:
        items = [_item(step) for step in own]
    expression = _closed(own[0].expression) if stage != "split" else ""
    words = own[0].arithmetic if stage == "windows" and own[0].arithmetic else _WORDS.get(stage, "")
    if stage == "split" and own[0].axes[0] != "rows":
        words = "in their order"
    if stage == "split" and any("random" in f"{step.sentence} {step.arithmetic}" for step in steps):
        words = "dealt out at random"
    code = _code_lines(expression) if expression else ()
    stop = Stop(
        stage, (tuple(items), ()), code, tuple(wrap(words, _LONGEST + 8)), tuple(_notes(stage, steps, own, part))
    )
    if stop.row_width(0) + stop.arrow > width - 2 * MARGIN and len(items) == len(own):
        above, below = (
            tuple(item for item, step in zip(items, own, strict=True) if _is_target(step) == target)
            for target in (False, True)
        )
        if above and below:
            return replace(stop, rows=(above, below))
    return stop


def _notes(stage: str, steps: Sequence[Step], own: Sequence[Step], part: str) -> Iterator[str]:
    """What is written below a stage: the shapes of the other parts, how batches add up, that the last is smaller."""
    if stage == "split":
        return
    others = [step for step in steps if step not in own]
    if stage == "loader":
        yield from wrap(own[0].arithmetic, 26)
        yield from (f"{step.part}: {step.shape[0]:,} batch{'' if step.shape[0] == 1 else 'es'}" for step in others)
        return
    for name in _parts(others):
        yield ", ".join(f"{step.name} {step.shape}" for step in others if step.part == name)
    sizes = [step.shape[0] for step in own]
    if stage == "batches" and min(sizes) < max(sizes):
        yield f"The last batch is smaller: B = {min(sizes):,} instead of {max(sizes):,}."


def _code_lines(expression: str) -> tuple[str, ...]:
    """An expression in lines as code is broken; where that leaves long ones, also between words; four at most."""
    lines = [
        piece
        for line in wrapped(expression, _LONGEST)
        for piece in wrap(line, _LONGEST + 8, break_long_words=False, break_on_hyphens=False)
    ]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]} …"]
    return tuple(lines)


def _parts(steps: Sequence[Step]) -> list[str]:
    return list(dict.fromkeys(step.part for step in steps))


def _closed(expression: str) -> str:
    """An expression of which the script's first line is known only, with what is left open closed: ``table[[…]]``."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    missing: list[str] = []
    for letter in expression:
        if letter in pairs:
            missing.append(pairs[letter])
        elif missing and letter == missing[-1]:
            missing.pop()
    return f"{expression}…{''.join(reversed(missing))}" if missing else expression


def _is_target(step: Step) -> bool:
    return "target" in step.name or "length" in step.name or step.name.startswith("y")


def _item(step: Step) -> Item:
    if step.values is not None and step.values.dtype.kind not in "fiub":
        return LinesItem(step)
    if step.axes[0] in ("N", "B") and len(step.shape) <= 3:
        return BlockItem(step)
    if len(step.shape) > 2:
        return LinesItem(step)
    return SheetItem(step)


def _loader(step: Step) -> LoaderItem:
    """Its batches; how large they are stands in its arithmetic: 108 = 3·32 + 12."""
    samples, _, rest = step.arithmetic.partition(" = ")
    total = _number(samples.split(" < ")[0])
    whole = _number(rest.partition("·")[2].partition(":")[0].partition(" + ")[0]) or total
    last = total - whole * (step.shape[0] - 1)
    return LoaderItem(step, whole, last if 0 < last <= whole else whole)


def _number(text: str) -> int:
    digits = "".join(letter for letter in text if letter.isdigit())
    return int(digits) if digits else 0
