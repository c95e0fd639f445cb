"""Predict the shape: endless questions about tensors of recurrent networks, each settled by running PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lstm_viz.quiz.records import Question

__all__ = ["quiz"]


def quiz(seed: int | None = None, level: int = 1) -> Iterator[Question]:
    """Endless questions of a level, 1 to 3; the same seed gives the same questions everywhere.

    ``print(question)`` shows one, ``question.check("(4, 12, 5)")`` runs PyTorch and says which axis was wrong.
    Raises SpecError for a level that does not exist.

    >>> question = next(quiz(seed=7, level=1))
    >>> question.check(question.choices[0] if question.choices else "(1, 2, 3)").ran.printed != ""
    True
    """
    from lstm_viz.quiz.asking import questions  # only now: a page that asks nothing need not load the questions

    return questions(seed, level)
