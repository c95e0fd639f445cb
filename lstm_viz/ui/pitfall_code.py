"""Code as HTML: sizes in the colours of their axes, what differs marked, the line that raises pointed at."""

from __future__ import annotations

import difflib
import html
import io
import itertools
import keyword
import tokenize

from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.pitfalls.filling import code_pieces
from lstm_viz.pitfalls.records import Outcome, Ran
from lstm_viz.pitfalls.running import template

_SHOWN_AFTER = "torch.manual_seed(0)\n"


def both_as_html(outcome: Outcome) -> tuple[str, str]:
    """The wrong and the right program, without their imports."""
    lines = {side: _lines(outcome, side) for side in ("wrong", "right")}
    texts = {side: [text for text, _ in found] for side, found in lines.items()}
    same = difflib.SequenceMatcher(None, texts["wrong"], texts["right"], autojunk=False).get_matching_blocks()
    alike = {
        "wrong": {block.a + step for block in same for step in range(block.size)},
        "right": {block.b + step for block in same for step in range(block.size)},
    }
    shown = []
    for side, ran in (("wrong", outcome.wrong), ("right", outcome.right)):
        raises = ran.line - 1 - _hidden(ran)
        marked = [
            _marked(markup, number not in alike[side] and text.strip() != "", number == raises)
            for number, (text, markup) in enumerate(lines[side])
        ]
        shown.append("".join(marked))
    return shown[0], shown[1]


def _hidden(ran: Ran) -> int:
    """How many lines at the top are not shown."""
    head, _, rest = ran.program.partition(_SHOWN_AFTER)
    blank = len(rest) - len(rest.lstrip("\n"))
    return head.count("\n") + 1 + blank


def _marked(markup: str, differs: bool, raises: bool) -> str:
    kinds = "line" + (" differs" if differs else "") + (" raises" if raises else "") + ("" if markup else " blank")
    return f'<span class="{kinds}">{markup or " "}</span>'


def _lines(outcome: Outcome, side: str) -> list[tuple[str, str]]:
    """Each shown line as text and as HTML."""
    stretches = code_pieces(template(outcome.pitfall, side), outcome.sizes)
    text = "".join(part for part, _ in stretches)
    kinds = _kinds_of_tokens(text)
    place = 0
    for part, axis in stretches:
        symbol = leading_symbol(axis) if axis else None
        if symbol:
            kinds[place : place + len(part)] = [f"s-{symbol}"] * len(part)
        place += len(part)
    start = text.index(_SHOWN_AFTER) + len(_SHOWN_AFTER)
    start += len(text[start:]) - len(text[start:].lstrip("\n"))
    found = []
    for line in text[start:].rstrip("\n").split("\n"):
        found.append((line, _coloured(line, kinds[start : start + len(line)])))
        start += len(line) + 1
    return found


def _coloured(line: str, kinds: list[str]) -> str:
    parts = []
    for kind, run in itertools.groupby(zip(line, kinds, strict=True), key=lambda pair: pair[1]):
        text = html.escape("".join(letter for letter, _ in run))
        parts.append(f'<span class="{kind}">{text}</span>' if kind else text)
    return "".join(parts)


def _kinds_of_tokens(text: str) -> list[str]:
    """For each character, the kind of its token: comment, string, keyword or nothing."""
    starts = [0, *itertools.accumulate(len(line) + 1 for line in text.split("\n"))]
    kinds = [""] * len(text)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = {tokenize.COMMENT: "comment", tokenize.STRING: "string"}.get(token.type, "")
        if token.type == tokenize.NAME and keyword.iskeyword(token.string):
            kind = "keyword"
        if kind:
            first, last = (starts[row - 1] + column for row, column in (token.start, token.end))
            kinds[first:last] = [kind] * (last - first)
    return kinds
