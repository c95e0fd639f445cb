"""Which step of which lesson a visitor looks at, and at which sizes. It is in the link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from lstm_viz.ui.kept import kept

LESSON_NAMES = ("lesson", "step", "sizes")
"""Their names in a link."""
DECISIONS = ("lesson", "step")
"""Where one of these changes, there is something to go back to."""
_KEY = "lesson_place"
_SIZE = re.compile(r"([A-Za-z]\w{0,15})-(\d{1,4})")


@dataclass(frozen=True)
class LessonPlace:
    """A lesson's key, empty for the shelf of all; a step's key; the sizes that differ from the step's own."""

    lesson: str = ""
    step: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)

    def to_query(self) -> dict[str, str]:
        """The entries of a link: ``lesson=airline&step=two-sequences&sizes=B-3_T-6``."""
        if not self.lesson:
            return {}
        entries = {"lesson": self.lesson} | ({"step": self.step} if self.step else {})
        sizes = "_".join(f"{letter}-{size}" for letter, size in self.sizes.items())
        return entries | ({"sizes": sizes} if sizes else {})


def lesson_place() -> LessonPlace:
    """Where this visitor is; at their first page, what the address says."""
    found: LessonPlace = kept(_KEY, adopt_lesson)
    return found


def go_to(place: LessonPlace) -> None:
    """Look at a step."""
    st.session_state[_KEY] = place


def adopt_lesson(query: Mapping[str, str]) -> None:
    """Take the step of an address; a lesson that is not known counts as not written when it is looked for."""
    go_to(place_of(query))


def place_of(query: Mapping[str, str]) -> LessonPlace:
    """The step of an address."""
    lesson = query.get("lesson", "")
    if not lesson:
        return LessonPlace()
    found = (_SIZE.fullmatch(part) for part in query.get("sizes", "").split("_"))
    return LessonPlace(lesson, query.get("step", ""), {each[1]: int(each[2]) for each in found if each})
