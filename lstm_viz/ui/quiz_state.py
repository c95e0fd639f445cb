"""One visitor's answers: what they wrote to which question, and what they wrote that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache

import streamlit as st

from lstm_viz.quiz.asking import new_seed, question
from lstm_viz.quiz.limits import LARGEST, LEVELS
from lstm_viz.quiz.records import AnswerError, Question, Verdict
from lstm_viz.quiz.scoring import TEN, Answered, round_of
from lstm_viz.ui.quiz_place import QuizPlace, go_to_question, quiz_place
from lstm_viz.ui.told import whole_number

MOST_KEPT = 200
"""So many answers are kept over a reload: the last."""
LONGEST_ANSWER = 200
_KEY = "quiz_answers"


@dataclass(frozen=True)
class Answers:
    """``texts`` by place, in the order of answering. ``refused`` is an answer that could not be read, ``error`` why.

    ``ended`` says that the card of the ten is looked at; ``begun`` that what the browser kept is taken or forgotten.
    ``at`` is the place that ``refused``, ``error`` and ``ended`` are of, None for wherever the visitor is.
    """

    texts: Mapping[QuizPlace, str] = field(default_factory=dict)
    refused: str = ""
    error: str = ""
    ended: bool = False
    begun: bool = False
    at: QuizPlace | None = None


def answers_now() -> Answers:
    """This visitor's answers; a link, or the room that they follow, may have led them elsewhere since the last."""
    found: Answers = st.session_state.setdefault(_KEY, Answers())
    return found if found.at in (None, quiz_place()) else replace(found, refused="", error="", ended=False)


def place_now() -> QuizPlace:
    """Where this visitor is, with a seed of their own where the link had none."""
    place = quiz_place()
    if not place.seed:
        place = replace(place, seed=new_seed())
        go_to_question(place)
    return place


@lru_cache(maxsize=1024)
def question_at(place: QuizPlace) -> Question:
    """The question of a place; a room that opens one link makes it once."""
    return question(place.seed, place.level, place.number)


@lru_cache(maxsize=1024)
def verdict_on(place: QuizPlace, text: str) -> Verdict:
    """PyTorch's word on an answer. Raises AnswerError."""
    return question_at(place).check(text)


def answer(text: str) -> None:
    """Answer the present question; what cannot be read is kept as it was typed. The first answer counts."""
    now, place = answers_now(), place_now()
    if place in now.texts:
        return
    try:
        verdict_on(place, text)
    except AnswerError as error:
        _keep(replace(now, refused=text, error=str(error)))
        return
    _keep(replace(now, texts={**now.texts, place: text}, refused="", error="", begun=True))


def kept() -> list[list[int | str]] | None:
    """The answers as the browser keeps them over a reload; None where it is still to say what it has."""
    now = answers_now()
    if not (now.begun or now.texts):
        return None
    found: list[list[int | str]] = [[place.seed, place.level, place.number, text] for place, text in now.texts.items()]
    return found[-MOST_KEPT:]


def restore(said: object) -> None:
    """Take what the browser has kept, once in a session. Each answer is checked anew; what is none is left out."""
    now = answers_now()
    if now.begun or not isinstance(said, list):
        return
    texts = dict(answered for each in said[-MOST_KEPT:] if (answered := _answered(each)))
    _keep(replace(now, texts=texts | dict(now.texts), begun=True))


def start_anew() -> None:
    """Forget every answer, and begin the present ten at its first question."""
    place = place_now()
    go_to_question(replace(place, number=round_of(place.number)[0]))
    _keep(Answers(begun=True))


def go_on() -> None:
    """The next question; after the tenth the card, after the card the next ten."""
    now, place = answers_now(), place_now()
    if place.number % TEN == 0 and not now.ended:
        _keep(replace(now, ended=True, refused="", error=""))
        return
    _move(replace(place, number=place.number + 1))


def go_to_number(number: int) -> None:
    """Another question of the same seed."""
    _move(replace(place_now(), number=max(1, min(number, LARGEST))))


def choose_level(level: int) -> None:
    """The first question of another level."""
    if level in LEVELS:
        _move(replace(place_now(), level=level, number=1))


def new_round() -> None:
    """Ten questions that nobody has had yet, under a new seed."""
    _move(replace(place_now(), seed=new_seed(), number=1))


def all_answered() -> tuple[Answered, ...]:
    """Every answer of this session, in its order."""
    return tuple(
        Answered(place.seed, place.level, place.number, question_at(place).topic, verdict_on(place, text).right)
        for place, text in answers_now().texts.items()
    )


def _answered(said: object) -> tuple[QuizPlace, str] | None:
    """A question and what was answered to it; None for anything else."""
    if not isinstance(said, list) or len(said) != 4:
        return None
    numbers, text = [whole_number(each) for each in said[:3]], said[3]
    if not isinstance(text, str) or len(text) > LONGEST_ANSWER or not all(each and each <= LARGEST for each in numbers):
        return None
    seed, level, number = (int(each or 0) for each in numbers)
    if level not in LEVELS:
        return None
    place = QuizPlace(seed, level, number)
    with suppress(AnswerError):
        verdict_on(place, text)
        return place, text
    return None


def _move(place: QuizPlace) -> None:
    go_to_question(place)
    _keep(replace(answers_now(), refused="", error="", ended=False))


def _keep(answers: Answers) -> None:
    st.session_state[_KEY] = replace(answers, at=quiz_place())
