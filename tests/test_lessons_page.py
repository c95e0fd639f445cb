"""The Lessons page without a browser: the shelf, every step, links, the route, and the pages behind the steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from lstm_viz.lessons import LESSONS
from lstm_viz.ui.frame import PAGES
from lstm_viz.ui.lessons_pictures import FRAMES
from lstm_viz.ui.lessons_place import LessonPlace
from lstm_viz.ui.lessons_route import ROUTES
from lstm_viz.ui.lessons_view import PAGES_BEHIND, link_behind, view_of
from tests.support.given import given_to
from tests.support.serving import ROOT

PAGE = "pages/lessons.py"
RunApp = Callable[..., AppTest]


def sent(app: AppTest, marker: str = "shelf") -> dict[str, Any]:
    return given_to(app, marker)


def go(app: AppTest, lesson: str, step: str, **sizes: int) -> AppTest:
    app.session_state["lesson_place"] = LessonPlace(lesson, step, sizes)
    return app.run()


def test_it_opens_alone_and_under_the_app(run_app: RunApp) -> None:
    alone = AppTest.from_file(str(ROOT / PAGE), default_timeout=60).run()
    for app in (alone, run_app(PAGE)):
        assert not app.exception
        assert not app.warning
        assert [card["key"] for card in sent(app)["shelf"]] == [lesson.key for lesson in LESSONS]
        assert sent(app)["view"] is None


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_step_opens_and_stands_in_the_link(run_app: RunApp, lesson: Any) -> None:
    app = run_app(PAGE, lesson=lesson.key)
    for step in lesson.steps:
        go(app, lesson.key, step.key, **(step.task.solution if step.task else {}))
        assert not app.exception
        assert not app.warning
        assert sent(app)["view"]["step"] == step.key
        query = sent(app, "query")["query"]
        assert f"lesson={lesson.key}&step={step.key}" in query
        assert ("sizes=" in query) == bool(step.task)


def test_a_link_opens_a_step_with_its_sizes(run_app: RunApp) -> None:
    app = run_app(PAGE, lesson="airline", step="two-sequences", sizes="B-2")
    assert sent(app)["view"]["task"]["solved"]
    assert sent(app)["view"]["sizes"] == {"B": 2, "T": 12}
    assert app.session_state["settings"].spec.batch_size == 4, "the visitor's own network stays as it was"


def test_the_picture_is_of_the_sizes_that_were_set(run_app: RunApp) -> None:
    app = go(run_app(PAGE), "airline", "batch-size", H=7)
    assert 'data-shape="(1, 12, 7)"' in sent(app)["view"]["picture"]


def test_other_pages_keep_quiet_about_a_lesson(run_app: RunApp) -> None:
    assert not run_app("pages/shapes.py", lesson="airline", step="label", sizes="T-6").warning


@pytest.mark.parametrize("path", PAGES_BEHIND)
def test_every_page_behind_a_step_opens_with_its_settings(run_app: RunApp, path: str) -> None:
    page = next(file for file, title in PAGES.items() if title == PAGES_BEHIND[path])
    links = [link_behind(step, step.values()) for lesson in LESSONS for step in lesson.steps]
    queries = {urlencode(query): query for where, query in links if where == path}
    for query in queries.values():
        app = run_app(page, **query)
        assert not app.exception, query
        assert not app.warning, (query, [each.value for each in app.warning])
        refused = [each.value for each in app.error if "expected" in each.value or "last that was" in each.value]
        assert not refused, (query, refused)
        kept = sent(app, "query")["query"]
        assert all(f"{name}=" in kept for name in query), (query, kept)


def asked(**query: str) -> Response:
    """What the route answers to a question."""
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": urlencode(query).encode()}
    answer: Response = ROUTES[0].endpoint(Request(scope))
    return answer


def test_the_route_answers_what_the_page_would() -> None:
    answer = json.loads(asked(lesson="airline", step="two-sequences", sizes="B-2_T-12").body)
    assert answer == json.loads(json.dumps(view_of(LessonPlace("airline", "two-sequences", {"B": 2}))))
    assert asked(lesson="none").status_code == 404
    assert asked(lesson="a" * 2000).status_code == 414
    pictures = {
        json.loads(asked(lesson="airline", step="two-sequences", sizes="B-2_T-12", frame=frame).body)["picture"]
        for frame in FRAMES
    }
    assert len(pictures) == 3
