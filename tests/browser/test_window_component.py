"""The window in a browser: wherever it is moved to, the picture is the one that Python would have drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import lstm_viz.ui
from lstm_viz.datasets import passengers
from lstm_viz.drawing.window_cut import CutDrawing, window_cut
from lstm_viz.drawing.window_data import cut_from
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.recipe import Recipe

_UI = Path(lstm_viz.ui.__file__).parent
_PARTS = ("bar", "pages", "picture", "row")
_HTML = f'<div class="window">{"".join(f"<div class={name}></div>" for name in _PARTS)}</div>'

# What can be seen of a drawing: every cell, label and mark.
_SEEN = """(root) => {
  const all = (selector) => [...root.querySelectorAll(selector)]
  const places = (selector, name) => all(selector).map((element) => Number(element.getAttribute(name)))
  return {
    slots: all(".slot").map((slot) => [
      slot.querySelector(".cell").getAttribute("class"), slot.querySelector("text")?.textContent ?? null,
      slot.querySelector("title").textContent, slot.dataset.row ?? ""]),
    rows: all(".table-row").map((row) => [row.dataset.row, row.querySelector("text").textContent]),
    pairs: all(".pair").map((row) => [row.getAttribute("opacity"), row.querySelector("text").textContent]),
    words: all("[data-slot]").map((text) => text.textContent),
    marks: [...places(".window-ground, .window-frame, .window-clip, .goal-ground, .grip", "x"),
      ...places(".goal", "cx"), ...places(".goal", "cy")],
    slider: all(".handle").map((handle) => [handle.ariaValueNow, handle.getAttribute("aria-valuetext")]),
  }
}"""
_MOUNT = """([html, drawing]) => {
  const host = document.body.appendChild(document.createElement("div"))
  const root = host.attachShadow({ mode: "open" })
  root.innerHTML = html
  window.sent = []
  window.root = root
  window.component({
    data: new TextEncoder().encode(JSON.stringify({ drawing, command: { place: drawing.place, number: 1 } })),
    parentElement: root,
    setStateValue: (name, value) => window.sent.push([name, value]),
  })
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of its own: the component needs no server."""
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    script = "".join((_UI / f"{name}.js").read_text() for name in ("given", "theme", "window"))
    page.set_content("<style>body{margin:0}</style>")
    page.add_script_tag(content=script.replace("export default function", "window.component = function"))
    yield page
    page.close()
    assert not problems


def mount(page: Page, drawing: CutDrawing) -> None:
    page.evaluate(_MOUNT, [_HTML, drawing.to_json()])


def seen(page: Page, drawing: CutDrawing | None = None) -> dict[str, Any]:
    """What is on the page, or what a drawing would show there."""
    if drawing is None:
        return dict(page.evaluate(f"({_SEEN})(window.root)"))
    script = f"(svg) => {{ const box = document.createElement('div'); box.innerHTML = svg; return ({_SEEN})(box) }}"
    return dict(page.evaluate(script, drawing.svg))


RECIPES = {
    "one feature": Recipe(),
    "strides, a far target": Recipe(features=(0, 1, 2), target=2, window=5, horizon=3, target_offset=2, stride=4),
    "many to many": Recipe(features=(1,), window=20, many_to_many=True, test=36),
    "shuffled parts": Recipe(window=3, split_shuffle=True, test=0.3),
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("tall", [False, True])
def test_moved_it_is_what_python_draws_there(page: Page, recipe: Recipe, tall: bool) -> None:
    cut = cut_from(prepare(recipe, passengers()))
    mount(page, window_cut(cut, 0, tall=tall))
    for place in (0, 1, len(cut.pairs) // 2, len(cut.pairs) - 1, 2):
        page.locator("input").fill(str(place))
        found, wanted = seen(page), seen(page, window_cut(cut, place, tall=tall))
        assert found.pop("marks") == pytest.approx(wanted.pop("marks"), abs=0.11)  # Python writes tenths
        assert found == wanted


def sent(page: Page) -> list[Any]:
    return [value for name, value in page.evaluate("window.sent") if name == "at"]


def test_keys_move_it_and_python_hears_of_it_afterwards(page: Page) -> None:
    cut = cut_from(prepare(Recipe(), passengers()))
    mount(page, window_cut(cut, 5))
    page.locator(".handle").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "PageUp"):
        page.keyboard.press(key)
    assert page.locator(".handle").get_attribute("aria-valuetext") == cut.sentence(18)
    assert sent(page) == []
    page.wait_for_function("window.sent.length > 0")
    assert sent(page) == [{"place": 18, "part": "train", "sample": 18, "row": 18, "number": 1}]
    page.keyboard.press("End")
    assert page.locator(".handle").get_attribute("aria-valuenow") == str(len(cut.pairs) - 1)
    page.keyboard.press("Home")
    assert page.locator(".handle").get_attribute("aria-valuenow") == "0"


def test_it_is_dragged_and_reported_once_when_let_go(page: Page) -> None:
    cut = cut_from(prepare(Recipe(), passengers()))
    drawing = window_cut(cut, 5)
    mount(page, drawing)
    box = page.locator(".handle").bounding_box()
    assert box is not None
    scale = (page.locator("svg").bounding_box() or {})["width"] / 1080
    start = (box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 30 * drawing.plot.step * scale, start[1] + 30, steps=12)
    assert page.locator(".handle").get_attribute("aria-valuetext") == cut.sentence(35)
    assert sent(page) == []
    page.mouse.up()
    assert [report["sample"] for report in sent(page)] == [35]


def test_pointing_at_a_cell_lights_its_row_and_the_reverse(page: Page) -> None:
    mount(page, window_cut(cut_from(prepare(Recipe(features=(0, 1)), passengers())), 30))
    page.locator(".window-block .slot[data-step='4'][data-k='0'] text").first.hover()
    assert page.locator(".table-row.lit").get_attribute("data-row") == "34"
    assert (
        "Row 34, 1951-11: step 11 of train sample 23 to step 0 of train sample 34." in page.locator(".row").inner_text()
    )
    page.locator(".table-row[data-step='7'] .slot text").first.hover()
    lit = page.locator(".window-block .slot.lit")
    assert {each.get_attribute("data-row") for each in lit.all()} == {"37"}
    assert lit.count() > 2  # in the front window and in those behind it


def test_it_cuts_pair_after_pair_and_stops_at_the_last(page: Page) -> None:
    cut = cut_from(prepare(Recipe(), passengers()))
    mount(page, window_cut(cut, len(cut.pairs) - 3))
    page.locator("select").select_option("250")
    page.locator('[data-act="play"]').click()
    page.wait_for_function("window.sent.some(([name]) => name === 'at')", timeout=5000)
    assert [report["place"] for report in sent(page)] == [len(cut.pairs) - 1]
    assert "Cut pair after pair" in page.locator('[data-act="play"]').inner_text()


def test_with_reduced_motion_each_click_cuts_one_pair(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    mount(page, window_cut(cut_from(prepare(Recipe(), passengers())), 0))
    button = page.locator('[data-act="play"]')
    assert button.inner_text() == "Cut the next pair"
    button.click()
    page.wait_for_timeout(700)
    assert page.locator(".handle").get_attribute("aria-valuenow") == "1"
