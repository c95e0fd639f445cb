"""All lessons in their order, and finding one by its key."""

from __future__ import annotations

from lstm_viz.lessons.airline import AIRLINE
from lstm_viz.lessons.one_by_one import ONE_BY_ONE
from lstm_viz.lessons.records import Lesson

LESSONS: tuple[Lesson, ...] = (AIRLINE, ONE_BY_ONE)
"""In the order of the shelf. Links are kept by people: a key of a lesson or of a step never changes its meaning."""


def find(key: str) -> Lesson | None:
    """The lesson with a key, or None."""
    return next((lesson for lesson in LESSONS if lesson.key == key), None)
