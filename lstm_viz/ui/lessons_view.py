"""One step of a lesson as the browser shows it, and the shelf of all: the same for the page and for its route."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.lessons import LESSONS, Lesson, Step, find
from lstm_viz.lessons.records import Claim, Knob, Measured, Task, Values
from lstm_viz.lessons.templates import pieces
from lstm_viz.ui.lessons_pictures import Frame, drawn
from lstm_viz.ui.lessons_place import LessonPlace

PAGES_BEHIND = {
    "": "Shapes",
    "cell": "Inside the cell",
    "data": "Data",
    "training": "Training",
    "pitfalls": "Mistakes",
    "gradients": "Gradients",
}
"""The path of each page that a step may lead to, and its name."""
_CODE = re.compile(r"`([^`]*)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")


@lru_cache(maxsize=1)
def shelf() -> tuple[dict[str, Any], ...]:
    """What the shelf shows of each lesson."""
    return tuple(
        {
            "key": lesson.key,
            "title": lesson.title,
            "about": lesson.about,
            "source": lesson.source,
            "steps": [{"key": step.key, "title": step.title, "task": step.task is not None} for step in lesson.steps],
        }
        for lesson in LESSONS
    )


def view_of(place: LessonPlace, frame: Frame = "wide") -> dict[str, Any] | None:
    """What the browser shows of a step: texts and picture as HTML; None where there is no such lesson."""
    lesson = find(place.lesson)
    if lesson is None:
        return None
    step = lesson.steps[lesson.place(place.step)]
    return _viewed(lesson.key, step.key, tuple(step.values(place.sizes).items()), frame)


def settled(place: LessonPlace) -> LessonPlace:
    """The place as a link should hold it: a step that there is, and only sizes that were changed, within bounds."""
    lesson = find(place.lesson)
    if lesson is None:
        return LessonPlace()
    step = lesson.steps[lesson.place(place.step)]
    return LessonPlace(lesson.key, step.key, step.changed(step.values(place.sizes)))


@lru_cache(maxsize=512)
def _viewed(lesson_key: str, step_key: str, chosen: tuple[tuple[str, int], ...], frame: Frame) -> dict[str, Any]:
    lesson = find(lesson_key)
    assert lesson is not None
    place = lesson.place(step_key)
    step, values = lesson.steps[place], dict(chosen)
    measured = step.measured(values)
    return {
        "lesson": lesson.key,
        "step": step.key,
        "number": place + 1,
        "sizes": {knob.letter: values[knob.letter] for knob in step.sizes},
        "name": lesson.title,
        "title": prose(step.title, values, measured),
        "words": prose(step.words, values, measured),
        "code": code(step.code, values, measured),
        "knobs": [_knob(knob, values) for knob in step.sizes],
        "task": _task(step.task, values, measured),
        "claim": _claim(step.claim, values, measured),
        "kind": type(picture := step.picture(values)).__name__.lower(),
        "picture": drawn(picture, frame),
        "behind": _behind(lesson, step, values),
    }


def prose(template: str, values: Values, measured: Measured) -> str:
    """A sentence as HTML: sizes in their colours, what stands in backticks as code, in ** as bold."""
    text = _BOLD.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", code(template, values, measured)))
    return "".join(f"<p>{part}</p>" for part in text.split("\n\n")) if "\n\n" in text else text


def code(template: str, values: Values, measured: Measured) -> str:
    """Code as HTML: sizes in the colours of their axes."""
    parts = []
    for text, axis in pieces(template, values, measured):
        symbol = leading_symbol(axis) if axis else None
        parts.append(f'<span class="s-{symbol}">{text}</span>' if symbol else html.escape(text))
    return "".join(parts)


def link_behind(step: Step, values: Values) -> tuple[str, dict[str, str]]:
    """The path of the page behind a step, and the query that it is opened with."""
    if step.behind.page not in PAGES_BEHIND:
        raise KeyError(f"expected one of {', '.join(PAGES_BEHIND)}, got {step.behind.page!r}")
    return step.behind.page, dict(step.behind.query(values))


def _behind(lesson: Lesson, step: Step, values: Values) -> dict[str, str]:
    path, query = link_behind(step, values)
    return {"href": f"./{path}{'?' if query else ''}{urlencode(query)}", "label": PAGES_BEHIND[path]}


def _knob(knob: Knob, values: Values) -> dict[str, Any]:
    return {
        "letter": knob.letter,
        "name": knob.name,
        "value": values[knob.letter],
        "least": knob.least,
        "most": knob.most,
        "start": knob.start,
        "choices": list(knob.choices),
        "part": knob.part,
        "zero": knob.zero,
    }


def _task(task: Task | None, values: Values, measured: Measured) -> Mapping[str, Any] | None:
    if task is None:
        return None
    solved = bool(task.reached(values))
    return {
        "text": prose(task.sentence, values, measured),
        "solved": solved,
        "done": prose(task.done, values, measured) if solved else "",
    }


def _claim(claim: Claim | None, values: Values, measured: Measured) -> str:
    if claim is None:
        return ""
    found = claim.prove(values)
    kind = "raised" if found.raised else "ran"
    sign, word = ("✓", "That holds") if found.holds else ("✗", "That does not hold")
    return (
        f'<p class="says"><b>{html.escape(claim.who)}</b> {prose(claim.says, values, measured)}</p>'
        f"<pre><code>{code(claim.code, values, measured)}</code></pre>"
        f'<p class="happened {kind}"><b>PyTorch, just now</b> <span>{html.escape(found.happened)}</span></p>'
        f'<p class="verdict {"holds" if found.holds else "fails"}"><b>{sign} {word}.</b> '
        f"{prose(found.meaning, values, measured)}</p>"
    )
