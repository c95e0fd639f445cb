"""The lessons: every step of every lesson at all its sizes, its task, its link and the page behind it."""

from __future__ import annotations

import re

import pytest

from lstm_viz.lessons import LESSONS, Lesson, Step, find
from lstm_viz.lessons.records import Knob, choice
from lstm_viz.ui.lessons_pictures import FRAMES
from lstm_viz.ui.lessons_place import LessonPlace, place_of
from lstm_viz.ui.lessons_view import PAGES_BEHIND, link_behind, settled, shelf, view_of

EVERY = [(lesson, step) for lesson in LESSONS for step in lesson.steps]
NAMES = [f"{lesson.key}-{step.key}" for lesson, step in EVERY]
every_step = pytest.mark.parametrize(("lesson", "step"), EVERY, ids=NAMES)
_TAG = re.compile(r"<[^>]+>")


def ends(step: Step) -> list[dict[str, int]]:
    """The sizes at both ends of every knob, one after the other, and all at once."""
    alone = [{knob.letter: end} for knob in step.sizes for end in (knob.least, knob.most)]
    return [*alone, {knob.letter: knob.least for knob in step.sizes}, {knob.letter: knob.most for knob in step.sizes}]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_a_lesson_has_6_to_12_short_steps(lesson: Lesson) -> None:
    assert 6 <= len(lesson.steps) <= 12
    assert len({step.key for step in lesson.steps}) == len(lesson.steps)
    assert sum(step.task is not None for step in lesson.steps) >= 3
    assert all((lesson.about, lesson.source, lesson.title))


@every_step
def test_a_step_is_shown_at_all_its_sizes(lesson: Lesson, step: Step) -> None:
    for sizes in ({}, *ends(step)):
        for frame in FRAMES if not sizes else FRAMES[:1]:
            view = view_of(LessonPlace(lesson.key, step.key, sizes), frame)
            assert view is not None
            words = _TAG.sub("", view["words"])
            assert 20 < len(words) < 420, f"{len(words)} letters at {sizes}: {words}"
            assert "nan" not in words
            assert not re.search(r"[{}]", words + _TAG.sub("", view["title"]))
            assert view["code"].count("\n") <= 2
            assert "<svg" in view["picture"] or "<table" in view["picture"]


@every_step
def test_a_task_is_not_solved_at_first_and_noticed_when_it_is(lesson: Lesson, step: Step) -> None:
    if step.task is None:
        return
    before = view_of(LessonPlace(lesson.key, step.key))
    after = view_of(LessonPlace(lesson.key, step.key, step.task.solution))
    assert before is not None
    assert after is not None
    assert before["task"] == {"text": before["task"]["text"], "solved": False, "done": ""}
    assert after["task"]["solved"]
    assert _TAG.sub("", after["task"]["done"])


@every_step
def test_a_link_opens_the_step_at_its_sizes(lesson: Lesson, step: Step) -> None:
    for sizes in ({}, *ends(step)):
        place = settled(LessonPlace(lesson.key, step.key, sizes))
        assert settled(place_of(place.to_query())) == place
        assert step.values(place.sizes) == step.values(sizes)


@every_step
def test_the_page_behind_is_known(lesson: Lesson, step: Step) -> None:
    path, query = link_behind(step, step.values())
    assert path in PAGES_BEHIND
    assert all(isinstance(text, str) for text in query.values())


def test_a_claim_is_settled_by_what_pytorch_did() -> None:
    for lesson, step in EVERY:
        if step.claim is None:
            continue
        found = step.claim.prove(step.values())
        assert found.happened
        view = view_of(LessonPlace(lesson.key, step.key))
        assert view is not None
        assert ("That holds" in view["claim"]) == found.holds


def test_a_link_that_is_wrong_shows_the_nearest() -> None:
    assert settled(LessonPlace("nothing")) == LessonPlace()
    assert view_of(LessonPlace("nothing")) is None
    assert settled(LessonPlace("airline", "no-such-step")).step == "months"
    assert settled(LessonPlace("airline", "3")).step == "batch-size"
    assert settled(LessonPlace("airline", "batch-size", {"H": 5000, "Q": 3})).sizes == {"H": 100}
    assert place_of({"lesson": "airline", "sizes": "B-x_T-12_"}).sizes == {"T": 12}


def test_the_shelf_holds_every_lesson() -> None:
    assert [card["key"] for card in shelf()] == [lesson.key for lesson in LESSONS]
    assert find("airline") is LESSONS[[lesson.key for lesson in LESSONS].index("airline")]
    assert not re.search(r"[{}]", str([[step["title"] for step in card["steps"]] for card in shelf()]))


def test_a_knob_says_what_is_wrong_with_it() -> None:
    with pytest.raises(ValueError, match="expected a name and 1 ≤ 9 ≤ 8 for knob 'B'"):
        Knob("B", 9, 1, 8)
    assert choice("head", "which", "a", "b").most == 1
