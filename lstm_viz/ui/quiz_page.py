"""The Quiz page: one question, its verdict, the score, and where it was missed."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from lstm_viz.quiz.limits import LEVELS
from lstm_viz.quiz.scoring import TEN, Answered, card, of_round, round_of, spots, streak
from lstm_viz.ui.quiz_component import kept_answers, quiz_component, wanted
from lstm_viz.ui.quiz_place import QuizPlace
from lstm_viz.ui.quiz_state import (
    all_answered,
    answer,
    answers_now,
    choose_level,
    go_on,
    go_to_number,
    kept,
    new_round,
    place_now,
    question_at,
    restore,
    start_anew,
)
from lstm_viz.ui.quiz_view import question_html, verdict_html
from lstm_viz.ui.settings import use_spec

_KEY = "quiz"
_LEAVE = "quiz_leave"
_SEEN = "quiz_seen"
_SPOTS = 6


def quiz_page() -> None:
    """Everything on the page."""
    _leave_if_wanted()
    quiz_component(shown(), key=_KEY)


def shown() -> dict[str, Any]:
    """What the component shows: the question, its verdict once it is answered, the score, the weak spots."""
    place, now, answered = place_now(), answers_now(), all_answered()
    own = of_round(answered, place.seed, place.level, place.number)
    text = now.texts.get(place)
    return {
        "key": _key(),
        "seen": st.session_state.get(_SEEN, 0),
        "question": question_html(question_at(place)),
        "verdict": None if text is None else verdict_html(place, text),
        "error": now.error,
        "refused": now.refused,
        "levels": [{"level": level, "chosen": level == place.level} for level in LEVELS],
        "dots": _dots(place, own),
        "score": _score(answered),
        "kept": kept(),
        "spots": _weak(answered),
        "room": _room(place),
        "query": _first(place),
        "next": _next(place, now.ended),
        "card": card(answered, place.seed, place.level, place.number) if now.ended else None,
    }


def _dots(place: QuizPlace, own: tuple[Answered, ...]) -> list[dict[str, Any]]:
    """One for each of the ten: answered rightly, wrongly, or not yet."""
    right = {each.number: each.right for each in own}
    return [
        {"number": number, "right": right.get(number), "here": number == place.number}
        for number in round_of(place.number)
    ]


def _score(answered: tuple[Answered, ...]) -> str:
    if not answered:
        return ""
    right = sum(each.right for each in answered)
    row = streak(answered)
    return f"{right} of {len(answered)} right" + (f" · {row} in a row" if row > 1 else "")


def _weak(answered: tuple[Answered, ...]) -> list[dict[str, Any]]:
    weakest = [spot for spot in spots(answered) if spot.missed][:_SPOTS]
    return [
        {
            "topic": spot.topic,
            "right": spot.right,
            "asked": spot.asked,
            "at": [spot.missed.seed, spot.missed.level, spot.missed.number] if spot.missed else None,
        }
        for spot in weakest
    ]


def _room(place: QuizPlace) -> str:
    first = round_of(place.number)[0]
    room = f"Room {place.seed}, level {place.level}"
    return f"{room}: everyone with this link gets the questions {first} to {first + TEN - 1}."


def _first(place: QuizPlace) -> dict[str, str]:
    """The entries of the link that a room opens."""
    return QuizPlace(place.seed, place.level, round_of(place.number)[0]).to_query()


def _next(place: QuizPlace, ended: bool) -> str:
    if ended:
        return "Ten more"
    return "See the result" if place.number % TEN == 0 else "Next question"


def take() -> None:
    """Do what the person asked for, once, before anything is drawn."""
    restore(kept_answers(_KEY))
    asked = wanted(_KEY)
    act, value, at = asked.get("act"), asked.get("value"), asked.get("at")
    if not isinstance(at, int) or at <= st.session_state.get(_SEEN, 0):
        return
    st.session_state[_SEEN] = at
    if asked.get("key") != _key():  # of a question that is not on the screen any more
        return
    if act == "answer":
        answer(str(value))
    elif act == "next":
        go_on()
    elif act == "new":
        new_round()
    elif act == "anew":
        start_anew()
    elif act in ("level", "go") and type(value) is int:
        (choose_level if act == "level" else go_to_number)(value)
    elif act == "shapes" and (place := _place_of(value)):
        st.session_state[_LEAVE] = place


def _key() -> str:
    """Which screen is shown: the question, or the card after it."""
    return "/".join(place_now().to_query().values()) + ("/card" if answers_now().ended else "")


def _place_of(value: object) -> QuizPlace | None:
    """The question whose network was asked for: the present one, or one that was missed."""
    if value is None:
        return place_now()
    known = [place for place in answers_now().texts if [place.seed, place.level, place.number] == value]
    return known[0] if known else None


def _leave_if_wanted() -> None:
    """Go to the Shapes page with the network of a question. A callback cannot change the page; the run after it can."""
    place = st.session_state.pop(_LEAVE, None)
    if place is None:
        return
    use_spec(question_at(place).spec)
    try:
        st.switch_page("pages/shapes.py")
    except StreamlitAPIException:  # a page that is tested alone has no others
        st.success("The other pages show its network now.")
