"""A question and its verdict as HTML: code with its sizes in their colours, the run, the answer's axes by name."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

from lstm_viz.dims import Axis, Shape
from lstm_viz.drawing.quiz_blocks import can_draw, compared_blocks, shape_record
from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.pitfalls.filling import Piece, code_pieces, pieces
from lstm_viz.quiz.records import LABELS, Question, Verdict
from lstm_viz.quiz.settling import settle
from lstm_viz.ui.quiz_place import QuizPlace
from lstm_viz.ui.quiz_state import question_at, verdict_on

_BACKTICKS = re.compile(r"`([^`]*)`")
_COMMENT = re.compile(r"#[^\n]*")
_SYMBOL = re.compile(r"(?<![\w.])([BTFHLDPVEOGN])(?![\w’'])")


def question_html(question: Question) -> dict[str, Any]:
    """What the page shows before an answer: ``words``, ``code``, ``choices`` (None where it is typed), ``hint``."""
    sizes = question.size_of
    choices = [_code(pieces(option.text, sizes)) for option in question.options] or None
    return {
        "topic": question.topic,
        "words": _BACKTICKS.sub(r"<code>\1</code>", _spans(pieces(question.asked, sizes))),
        "code": _code(code_pieces(question.program, sizes)),
        "choices": choices,
        "hint": _hint(question),
    }


@lru_cache(maxsize=512)
def verdict_html(place: QuizPlace, text: str) -> dict[str, Any]:
    """What the page shows of an answer: ``title``, ``said``, ``run``, ``svg``, and which choice was right."""
    question, verdict = question_at(place), verdict_on(place, text)
    chosen = [_choice_of(question, numbers) for numbers in (verdict.said, verdict.true)] if question.options else None
    return {
        "right": verdict.right,
        "title": _title(question, verdict),
        "said": explained(verdict.explanation),
        "run": _run(question, verdict),
        "code": verdict.ran.code,
        "svg": _picture(question, verdict),
        "chosen": chosen and chosen[0],
        "true": chosen and chosen[1],
        "typed": text,
    }


def explained(text: str) -> str:
    """A sentence as HTML: what stands in backticks as code, and the letters of axes in their colours."""
    parts = []
    for place, part in enumerate(text.split("`")):
        escaped = html.escape(part)
        coloured = _SYMBOL.sub(r'<b class="s-\1">\1</b>', escaped)
        parts.append(f"<code>{escaped}</code>" if place % 2 else coloured)
    return "".join(parts)


def _title(question: Question, verdict: Verdict) -> str:
    truth = _numbers(verdict.true, question.axes) if question.settles == "shape" else _plain_truth(question, verdict)
    if verdict.right:
        return f"<b>Right.</b> {truth}"
    said = (
        _numbers(verdict.said, verdict.said_axes)
        if question.settles == "shape"
        else html.escape(_short(question, verdict.said))
    )
    return f"<b>Not {said}.</b> It is {truth}."


def _plain_truth(question: Question, verdict: Verdict) -> str:
    return html.escape(_short(question, verdict.true))


def _short(question: Question, numbers: tuple[int, ...]) -> str:
    return f"{numbers[0]:,}" if question.settles == "number" else LABELS[numbers[0]]


def _choice_of(question: Question, numbers: tuple[int, ...]) -> int | None:
    """Which of the choices an answer was: a shape may also have been typed."""
    if question.settles != "shape":
        return numbers[0]
    texts = [option.text for option in question.options]
    return texts.index(str(numbers)) if str(numbers) in texts else None


def _run(question: Question, verdict: Verdict) -> str:
    """The last line that ran, and what it printed."""
    printed = html.escape(verdict.ran.printed)
    if question.settles == "shape":
        printed = f"torch.Size([{_inside(verdict.true, question.axes)}])"
    elif question.settles == "number":
        printed = f"<b>{printed}</b>"
    asked = (
        verdict.ran.code.rsplit("\n", 1)[-1] if question.settles in ("shape", "number") else _ASKED[question.settles]
    )
    kind = "asked" if question.settles in ("shape", "number") else "asked prose"
    return f'<span class="{kind}">{html.escape(asked)}</span>\n<span class="printed">{printed}</span>'


_ASKED = {
    "axis": "Run again with each size one larger:",
    "raises": "Each line, run after the code:",
    "runs": "Each line, run after the code:",
    "mixes": "The gradient of each row of y, back to x:",
    "equals": "Each expression, compared:",
}


def _picture(question: Question, verdict: Verdict) -> str:
    """The blocks of the answer and of the truth."""
    if question.settles != "shape" or not can_draw(verdict.true):
        return ""
    true = shape_record(question.look, verdict.true, question.axes, settle(question).tensor)
    said = shape_record("your answer", verdict.said, verdict.said_axes)
    return compared_blocks(true, None if verdict.right or not can_draw(verdict.said) else said, question.size_of)


def _hint(question: Question) -> str:
    """What can be typed."""
    if question.options:
        return f"Press 1 to {len(question.options)}, or click."
    letters = ", ".join(question.size_of)
    if question.settles == "number":
        return f"A number, or a product of {letters}."
    return f"Numbers or letters: (4, 12, 5) · 4 x 12 x 5 · {', '.join(list(question.size_of)[:3])}. Letters: {letters}."


def _numbers(numbers: tuple[int, ...], axes: Shape) -> str:
    """A shape as Python writes it, each number in the colour of its axis."""
    return f'<span class="shape">({_inside(numbers, axes)}{"," if len(numbers) == 1 else ""})</span>'


def _inside(numbers: tuple[int, ...], axes: Shape) -> str:
    return ", ".join(_coloured(f"{size}", axis) for axis, size in zip(axes, numbers, strict=True))


def _coloured(text: str, axis: Axis | None) -> str:
    symbol = leading_symbol(axis) if axis else None
    return f'<b class="s-{symbol[0]}">{html.escape(text)}</b>' if symbol else html.escape(text, quote=False)


def _spans(found: tuple[Piece, ...]) -> str:
    return "".join(_coloured(text, axis) for text, axis in found)


def _code(found: tuple[Piece, ...]) -> str:
    return _COMMENT.sub(r'<span class="comment">\g<0></span>', _spans(found))
