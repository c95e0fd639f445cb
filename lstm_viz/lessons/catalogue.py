"""All lessons in their order, and finding one by its key."""

from __future__ import annotations

from lstm_viz.lessons.airline import AIRLINE
from lstm_viz.lessons.coffee import COFFEE
from lstm_viz.lessons.four_steps import FOUR_STEPS
from lstm_viz.lessons.messages import MESSAGES
from lstm_viz.lessons.one_by_one import ONE_BY_ONE
from lstm_viz.lessons.prices import PRICES
from lstm_viz.lessons.records import Lesson
from lstm_viz.lessons.why_recurrent import WHY_RECURRENT

LESSONS: tuple[Lesson, ...] = (PRICES, COFFEE, MESSAGES, AIRLINE, ONE_BY_ONE, WHY_RECURRENT, FOUR_STEPS)
"""In the order of the shelf. Links are kept by people: a key of a lesson or of a step never changes its meaning."""


def find(key: str) -> Lesson | None:
    """The lesson with a key, or None."""
    return next((lesson for lesson in LESSONS if lesson.key == key), None)
