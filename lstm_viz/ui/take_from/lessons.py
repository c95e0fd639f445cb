"""What the Lessons page offers: the step as one page, with its words, its code and its picture."""

from __future__ import annotations

from lstm_viz.drawing.standalone import Block, Markup, OnScreen, Section, Sheet
from lstm_viz.ui.lessons_page import LESSONS_KEY
from lstm_viz.ui.lessons_place import LessonPlace
from lstm_viz.ui.lessons_view import view_of
from lstm_viz.ui.take_away import take_away


def take_from_lessons(place: LessonPlace) -> None:
    """Mount the menu: of the step that is shown; on the shelf there is the link alone."""
    if place.lesson:
        take_away(f"lesson-{place.lesson}-{place.step}", sheet=lambda: _sheet(place))
    else:
        take_away("lessons")


def _sheet(place: LessonPlace) -> Sheet:
    shown = view_of(place)
    assert shown is not None
    words = f"<h3>{shown['title']}</h3><p>{shown['words']}</p><pre><code>{shown['code']}</code></pre>"
    blocks: list[Block] = [Markup(words + shown["claim"]), OnScreen(LESSONS_KEY, "What the step shows")]
    title = f"{shown['name']} · {shown['number']}"
    return Sheet(f"{title} · LSTM Shapes", [Section(title, blocks)])
