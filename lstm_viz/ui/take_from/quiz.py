"""What the Quiz page offers: the answers so far as a table, and the question's program."""

from __future__ import annotations

from lstm_viz.spreadsheet import Grid
from lstm_viz.ui.quiz_state import all_answered, place_now, question_at
from lstm_viz.ui.take_away import File, table_file, take_away


def take_from_quiz() -> None:
    """Mount the menu. Which answer is right is in none of its files before it was given."""
    place = place_now()
    stem = f"quiz-{place.seed}-level-{place.level}-question-{place.number}"
    files = [File("Question, .py", f"{stem}.py", _program)]
    take_away(stem, [*files, table_file(stem, "answers", _answers)] if all_answered() else files)


def _program() -> str:
    question = question_at(place_now())
    return f"import torch\nfrom torch import nn\n\n{question.code}\n"


def _answers() -> Grid:
    rows = [(each.seed, each.level, each.number, each.topic, each.right) for each in all_answered()]
    return Grid("", ("room", "level", "question", "topic", "right"), rows)
