"""The Lessons page: the shelf, or one step. All of it is one component, which asks the route while a size is moved."""

from __future__ import annotations

from collections.abc import Mapping

from lstm_viz.ui.base_path import served_at
from lstm_viz.ui.components import component
from lstm_viz.ui.lessons_pictures import Frame
from lstm_viz.ui.lessons_place import LessonPlace, go_to, lesson_place
from lstm_viz.ui.lessons_route import LESSON_ROUTE
from lstm_viz.ui.lessons_view import settled, shelf, view_of
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.told import state_of, told, whole_number

LESSONS_KEY = "lessons"
"""The key of the component."""
_LESSONS = component(
    "lessons",
    """<div class="lessons">
  <section class="shelf" hidden></section>
  <article class="step" hidden>
    <header class="top">
      <button class="all" type="button">‹ All lessons</button><span class="name"></span>
      <ol class="dots" aria-label="Steps"></ol><span class="count"></span>
      <nav class="move" aria-label="Step">
        <button class="back" type="button">‹ Back</button><button class="next" type="button">Next ›</button>
      </nav>
    </header>
    <div class="columns">
      <section class="left">
        <h2 class="title" tabindex="-1"></h2><div class="words"></div><pre class="code" tabindex="0"><code></code></pre>
        <div class="knobs"></div><div class="task" role="status"></div>
        <p class="links"><a class="behind" target="_blank" rel="noopener"></a>
          <button class="link" type="button">Copy link</button></p>
      </section>
      <section class="right"><div class="claim"></div><div class="picture"></div></section>
    </div>
  </article>
</div>""",
    parts=("parts",),
)


def lessons_page() -> LessonPlace:
    """Show where the visitor is; returns it for the address."""
    place = settled(lesson_place())
    go_to(place)
    _LESSONS(
        key=LESSONS_KEY,
        data={
            "shelf": list(shelf()),
            "view": view_of(place, _frame()),
            "route": served_at(LESSON_ROUTE),
            "seen": int(told(LESSONS_KEY, "at", "sent").get("sent", 0)),
        },
        default={"at": None, "narrow": False},
        on_at_change=_follow,
        on_narrow_change=lambda: None,
    )
    return place


def _frame() -> Frame:
    """What the picture is drawn for; the route is told by the browser."""
    if state_of(LESSONS_KEY).get("narrow"):
        return "tall"
    return "room" if presenting() else "wide"


def _follow() -> None:
    if at := told(LESSONS_KEY, "at"):
        said = at.get("sizes")
        known = {str(letter): whole_number(size) for letter, size in said.items()} if isinstance(said, Mapping) else {}
        sizes = {letter: size for letter, size in known.items() if size is not None}
        go_to(LessonPlace(str(at.get("lesson", "")), str(at.get("step", "")), sizes))
