"""The Quiz page without a browser: its link, answers and what is said of them, the card, the way to the Shapes page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from lstm_viz.quiz.asking import question
from lstm_viz.quiz.settling import settle
from lstm_viz.ui.quiz_place import QuizPlace
from lstm_viz.ui.quiz_state import Answers
from lstm_viz.ui.quiz_view import explained, verdict_html
from tests.support.given import given_to
from tests.support.serving import ROOT

PAGE = "pages/quiz.py"
LINK = {"quiz": "4711", "level": "2", "question": "3"}


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / PAGE), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def sent(app: AppTest, name: str = "question") -> dict[str, Any]:
    """What the page sends to the component that gets ``name``."""
    return given_to(app, name)


def answered(app: AppTest, *texts: str, **more: object) -> AppTest:
    """The first questions of the link, answered."""
    places = {QuizPlace(4711, 2, number + 1): text for number, text in enumerate(texts)}
    app.session_state["quiz_answers"] = Answers(places, **more)  # type: ignore[arg-type]
    return app.run()


def truth(number: int) -> str:
    """The right answer to a question of the link."""
    asked = question(4711, 2, number)
    found = settle(asked).truth
    return str(found) if asked.settles == "shape" else str(found[0] + (asked.settles != "number"))


def wrong(number: int) -> str:
    asked = question(4711, 2, number)
    if asked.settles == "number":
        return "1"
    return "(1, 2, 3, 4)" if asked.settles == "shape" else str(settle(asked).truth[0] % 3 + 2)


def test_it_opens_alone_and_under_the_app(run_app: Callable[..., AppTest]) -> None:
    for app in (opened(**LINK), run_app(PAGE, **LINK)):
        assert not app.exception
        assert not app.warning
        data = sent(app)
        asked = question(4711, 2, 3)
        assert data["key"] == "4711/2/3"
        assert asked.topic == data["question"]["topic"]
        assert data["verdict"] is None
        assert [dot["number"] for dot in data["dots"]] == list(range(1, 11))
        assert sent(app, "places")["query"] == "quiz=4711&level=2&question=3"


def test_without_a_link_it_draws_a_seed_and_keeps_it() -> None:
    app = opened()
    place = app.session_state["quiz_place"]
    assert 1000 <= place.seed <= 9999
    assert sent(app, "places")["query"] == f"quiz={place.seed}&level=1&question=1"
    assert app.run().session_state["quiz_place"] == place
    assert {opened().session_state["quiz_place"].seed for _ in range(4)} != {place.seed}


@pytest.mark.parametrize(
    "query", [{"quiz": "x"}, {"quiz": "-3", "level": "9"}, {"quiz": "1" * 40, "question": "0"}, {"level": "²"}]
)
def test_a_link_that_cannot_be_is_as_if_not_written(query: dict[str, str]) -> None:
    app = opened(**query)
    assert not app.exception
    assert not app.warning
    place = app.session_state["quiz_place"]
    assert (place.level, place.number) == (1, 1)


def test_other_pages_do_not_mind_the_entries(run_app: Callable[..., AppTest]) -> None:
    app = run_app("pages/shapes.py", **LINK, H="7")
    assert not app.warning
    assert sent(app, "places")["query"] == "H=7"


def test_an_answer_is_settled_and_stays() -> None:
    app = answered(opened(**{**LINK, "question": "1"}), wrong(1))
    data = sent(app)
    assert data["verdict"]["right"] is False
    assert data["verdict"]["typed"] == wrong(1)
    assert data["dots"][0]["right"] is False
    assert data["score"] == "0 of 1 right"
    app = answered(app, truth(1), truth(2), wrong(3), truth(4), truth(5))
    data = sent(app)
    assert data["verdict"]["right"] is True
    assert data["score"] == "4 of 5 right · 2 in a row"
    assert [dot["right"] for dot in data["dots"][:6]] == [True, True, False, True, True, None]
    assert [spot["at"] for spot in data["spots"]] == [[4711, 2, 3]]


def test_the_answers_come_back_after_a_reload() -> None:
    app = answered(opened(**LINK), truth(1), wrong(2), truth(3), truth(4))
    before = sent(app)
    assert before["kept"] == [[4711, 2, n + 1, t] for n, t in enumerate((truth(1), wrong(2), truth(3), truth(4)))]
    after = opened(**LINK)
    assert sent(after)["kept"] is None  # whoever keeps them is asked
    after.session_state["quiz"] = {"kept": {"answers": before["kept"]}}
    data = sent(after.run())
    assert not after.exception
    for part in ("score", "spots", "dots", "verdict", "kept"):
        assert data[part] == before[part]
    assert data["score"] == "3 of 4 right · 2 in a row"


def test_starting_anew_forgets_them_for_good() -> None:
    app = answered(opened(**LINK), truth(1), truth(2), truth(3))
    app.session_state["quiz"] = {
        "asked": {"act": "anew", "at": 5, "key": "4711/2/3"},
        "kept": {"answers": [[4711, 2, 1, truth(1)]]},
    }
    data = sent(app.run())
    assert (data["score"], data["spots"], data["verdict"], data["kept"]) == ("", [], None, [])
    assert data["key"] == "4711/2/1"
    assert sent(app.run())["kept"] == []


@pytest.mark.parametrize(
    "said",
    [
        *(None, 7, "x", {}, [], [[]], [7], [[1, 1, 1]], [[4711, 2, 1, 7]], [[4711, 2, 1, None]], [["4711", 2, 1, "1"]]),
        *([[4711, 9, 1, "1"]], [[0, 2, 1, "1"]], [[4711, 2, 10**9, "1"]], [[True, 2, 1, "1"]], [[4711, 2, -1, "1"]]),
        *([[4711, 2, 1, "what"]], [[4711, 2, 1, "1" * 10_000]], [[float("nan"), 2, 1, "1"]], [[[1], 2, 1, "1"]]),
    ],
    ids=str,
)
def test_what_was_kept_is_read_with_care_and_the_good_stays(said: Any) -> None:
    app = opened(**LINK)
    app.session_state["quiz"] = {"kept": {"answers": said}}
    data = sent(app.run())
    assert not app.exception
    assert data["score"] == ""
    app = opened(**LINK)
    app.session_state["quiz"] = {
        "kept": {"answers": [*(said or []), [4711, 2, 1, truth(1)]] if type(said) is list else said}
    }
    data = sent(app.run())
    assert not app.exception
    assert data["score"] == ("1 of 1 right" if type(said) is list else "")


def test_what_was_answered_before_the_browser_spoke_counts_too_and_only_once() -> None:
    app = opened(**LINK)
    kept = [[4711, 2, 1, truth(1)], [4711, 2, 2, truth(2)]]
    asked = {"act": "answer", "value": wrong(3), "at": 5, "key": "4711/2/3"}
    app.session_state["quiz"] = {"kept": {"answers": kept}, "asked": asked}
    assert sent(app.run())["score"] == "2 of 3 right"
    app.session_state["quiz"] = {"kept": {"answers": [*kept, [4711, 2, 9, truth(9)]]}, "asked": asked}
    assert sent(app.run())["score"] == "2 of 3 right"


def test_an_answer_that_cannot_be_read_is_kept() -> None:
    app = opened(**LINK)
    app.session_state["quiz_answers"] = Answers(refused="<what>", error="Type a shape")
    data = sent(app.run())
    assert (data["refused"], data["error"], data["verdict"]) == ("<what>", "Type a shape", None)


@pytest.mark.parametrize(
    "left", [{"act": "answer", "value": "what", "key": "4711/2/10"}, {"act": "next", "key": "4711/2/10"}]
)
def test_what_is_said_of_a_question_does_not_go_along_to_where_a_room_leads(left: dict[str, Any]) -> None:
    app = opened(**{**LINK, "question": "10"})
    app.session_state["quiz"] = {"asked": {**left, "at": 5}}
    data = sent(app.run())
    assert data["error"] or data["card"]
    app.session_state["quiz_place"] = QuizPlace(4711, 2, 11)
    data = sent(app.run())
    assert (data["error"], data["refused"], data["card"]) == ("", "", None)
    assert data["key"] == "4711/2/11"


def test_a_wish_is_carried_out_once_and_only_on_its_own_screen() -> None:
    app = opened(**{**LINK, "question": "1"})
    for wish, number in (
        ({"act": "next", "at": 5, "key": "4711/2/1"}, 2),
        ({"act": "next", "at": 5, "key": "4711/2/2"}, 2),
        ({"act": "next", "at": 6, "key": "4711/2/1"}, 2),
        ({"act": "go", "value": 9, "at": 7, "key": "4711/2/2"}, 9),
        ({"act": "go", "value": "9", "at": 8, "key": "4711/2/9"}, 9),
    ):
        app.session_state["quiz"] = {"asked": wish}
        app.run()
        assert not app.exception
        assert app.session_state["quiz_place"].number == number
    app.session_state["quiz"] = {"asked": {"act": "answer", "value": "what", "at": 9, "key": "4711/2/9"}}
    data = sent(app.run())
    assert (data["refused"], data["seen"]) == ("what", 9)
    assert data["error"]
    app.session_state["quiz"] = {"asked": {"act": "answer", "value": truth(9), "at": 10, "key": "4711/2/9"}}
    assert sent(app.run())["verdict"]["right"]
    app.session_state["quiz"] = {"asked": {"act": "level", "value": 3, "at": 11, "key": "4711/2/9"}}
    assert sent(app.run())["key"] == "4711/3/1"


def test_after_ten_there_is_a_card() -> None:
    app = opened(**{**LINK, "question": "10"})
    texts = [wrong(number) if number in (2, 7) else truth(number) for number in range(1, 11)]
    data = sent(answered(app, *texts, ended=True))
    topics = list(dict.fromkeys(question(4711, 2, number).topic for number in (2, 7)))
    assert data["card"] == f"8 of 10 · level 2 · room 4711 · missed: {', '.join(topics)}"
    assert data["next"] == "Ten more"


def test_a_missed_question_opens_the_shapes_page_with_its_network(run_app: Callable[..., AppTest]) -> None:
    app = run_app(PAGE, **LINK)
    app.session_state["quiz_leave"] = QuizPlace(4711, 2, 3)
    app.run()
    assert not app.exception
    assert app.session_state["settings"].spec == question(4711, 2, 3).spec
    alone = opened(**LINK)
    alone.session_state["quiz_leave"] = QuizPlace(4711, 2, 3)
    assert [each.value for each in alone.run().success] == ["The other pages show its network now."]


def test_every_verdict_is_well_formed_and_drawn_axis_by_axis() -> None:
    drawn = 0
    for number in range(1, 45):
        for level in (1, 2, 3):
            place, asked = QuizPlace(20, level, number), question(20, level, number)
            for text in ("1", "2") if asked.options else ("7", "(7, 8)"):
                if asked.settles == "number" and "(" in text:
                    continue
                found = verdict_html(place, text)
                for part in (found["title"], found["said"], found["run"]):
                    ElementTree.fromstring(f"<div>{part}</div>")
                if asked.settles == "shape":
                    picture = ElementTree.fromstring(found["svg"])
                    shapes = [each.get("data-shape") for each in picture.iter() if each.get("class") == "block"]
                    assert shapes[-1] == str(asked.named)
                    assert len(shapes) == 2 - found["right"]
                    drawn += 1
    assert drawn > 40


def test_an_answer_of_any_size_is_not_drawn_but_said() -> None:
    place = next(QuizPlace(3, 2, n) for n in range(1, 40) if question(3, 2, n).settles == "shape")
    for text in ("(0, 3)", "(9999999,)", "1,2,3,4,5,6"):
        assert verdict_html(place, text)["svg"].count('class="block"') == 1
    assert 'class="block"' in verdict_html(place, "()")["svg"]


def test_explanations_are_escaped_and_coloured() -> None:
    assert explained("D is <b> in `a < b`: D·H") == (
        '<b class="s-D">D</b> is &lt;b&gt; in <code>a &lt; b</code>: <b class="s-D">D</b>·<b class="s-H">H</b>'
    )
    assert explained("A GRU has H_in") == "A GRU has H_in"
