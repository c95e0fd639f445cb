"""Which question a visitor is at. It is in the link: a seed gives a whole room the same questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from lstm_viz.quiz.limits import LARGEST, LEVELS
from lstm_viz.ui.kept import kept

QUIZ_NAMES = ("quiz", "level", "question")
"""Their names in a link."""
_KEY = "quiz_place"


@dataclass(frozen=True)
class QuizPlace:
    """A seed, 0 where none was chosen yet, a level, and the question's number from 1."""

    seed: int = 0
    level: int = 1
    number: int = 1

    def to_query(self) -> dict[str, str]:
        """The entries of a link: ``quiz=4711&level=2&question=3``."""
        if not self.seed:
            return {}
        return dict(zip(QUIZ_NAMES, map(str, (self.seed, self.level, self.number)), strict=True))


def quiz_place() -> QuizPlace:
    """Where this visitor is; at their first page, what the address says."""
    found: QuizPlace = kept(_KEY, adopt_quiz)
    return found


def go_to_question(place: QuizPlace) -> None:
    """Look at another question."""
    st.session_state[_KEY] = place


def adopt_quiz(query: Mapping[str, str]) -> None:
    """Take the question of an address; what cannot be counts as not written."""
    numbers = {
        name: int(text)
        for name in QUIZ_NAMES
        if (text := query.get(name, "")).isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= LARGEST
    }
    level = numbers.get("level", 1)
    place = QuizPlace(numbers.get("quiz", 0), level if level in LEVELS else 1, numbers.get("question", 1))
    go_to_question(place)
