"""The Cell page in a browser: it plays, takes keys and clicks, and its link holds the place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import app_ready

_STEP_TIME = """() => {
  const roots = [...document.querySelectorAll("*")].map((each) => each.shadowRoot)
  const root = roots.find((each) => each?.querySelector(".cell"))
  const forward = root.querySelector('[data-act="forward"]')
  const times = []
  for (let count = 0; count < 40; count += 1) {
    const before = performance.now()
    forward.click()
    root.querySelector("svg.cell-lv").getBoundingClientRect()
    times.push(performance.now() - before)
  }
  return times.sort((a, b) => a - b)[20]
}"""


@pytest.fixture
def cell(page: Page) -> Callable[[str], Page]:
    """Open the Cell page with a query."""

    def go(query: str = "") -> Page:
        page.goto(f"/cell{query}")
        page.locator("svg.cell-lv").wait_for()
        app_ready(page)
        return page

    return go


def number(page: Page, strip: str, unit: int) -> str:
    return page.locator(f'[data-strip="{strip}"] [data-unit="{unit}"] text').text_content() or ""


def now(page: Page) -> str:
    return page.locator(".now").inner_text()


def test_keys_step_the_picture_and_then_the_equation(cell: Callable[[str], Page]) -> None:
    page = cell("")
    assert now(page) == "t = 0 · 1949-01"
    before = number(page, "c", 0)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert now(page) == "t = 3 · 1949-04"  # at once, without the server
    assert number(page, "c", 0) != before
    app_ready(page)
    expect(page.get_by_role("heading", name="Unit 0 at step 3, in numbers")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    assert now(page).startswith("t = 2")


def test_what_is_shown_is_carried_to_the_next_step(cell: Callable[[str], Page]) -> None:
    page = cell("?step=4")
    memory, state = number(page, "c", 2), number(page, "h", 2)
    page.get_by_role("button", name="One step forward").click()
    assert (number(page, "c_before", 2), number(page, "h_before", 2)) == (memory, state)


def test_it_plays_to_the_end_and_space_pauses(cell: Callable[[str], Page]) -> None:
    page = cell("?T=5")
    page.get_by_label("Steps per second").select_option(label="8 / s")
    page.keyboard.press(" ")
    expect(page.locator(".now")).to_contain_text("t = 4")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_keys_in_an_input_do_not_step(cell: Callable[[str], Page]) -> None:
    page = cell("")
    page.get_by_label(re.compile("hidden unit")).first.focus()
    page.keyboard.press("ArrowRight")
    assert now(page).startswith("t = 0")


def test_a_click_on_a_cell_chooses_the_unit_everywhere(cell: Callable[[str], Page]) -> None:
    page = cell("")
    page.locator('[data-strip="f"] [data-unit="3"]').click()
    expect(page.get_by_role("heading", name="Unit 3 at step 0, in numbers")).to_be_visible()
    app_ready(page)
    expect(page.get_by_label(re.compile("hidden unit")).first).to_have_value("3")
    expect(page.locator('[data-strip="c"] [data-unit="3"]')).to_have_class(re.compile("chosen"))
    assert page.locator(".stages p").first.inner_text().startswith("Unit 3")


def test_the_sentences_speak_of_the_numbers(cell: Callable[[str], Page]) -> None:
    page = cell("?step=5&unit=2")
    share = float(number(page, "f", 2))
    said = page.locator(".stages p").first.inner_text()
    assert abs(int(re.search(r"(\d+) %", said)[1]) - 100 * share) <= 1  # type: ignore[index]
    assert number(page, "c", 2) in page.locator(".stages p").nth(2).inner_text()


def test_the_link_holds_step_and_unit_and_back_on_shapes_they_do_no_harm(cell: Callable[[str], Page]) -> None:
    page = cell("?H=4")
    page.locator('[data-strip="f"] [data-unit="2"]').click()
    app_ready(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('step=1')")
    assert "H=4" in page.url
    assert "unit=2" in page.url
    page.reload()
    page.locator("svg.cell-lv").wait_for()
    app_ready(page)
    assert now(page).startswith("t = 1")
    expect(page.get_by_role("heading", name="Unit 2 at step 1, in numbers")).to_be_visible()
    page.goto("/?H=4&step=1&unit=2")
    app_ready(page)
    expect(page.get_by_text("The link has an entry")).to_have_count(0)


def test_a_size_set_in_the_sidebar_reaches_the_cell(cell: Callable[[str], Page]) -> None:
    page = cell("?step=9&unit=4")
    page.get_by_role("spinbutton", name="T, sequence length").fill("6")
    expect(page.locator(".now")).to_contain_text("t = 5")
    page.get_by_role("spinbutton", name="H, hidden size").fill("3")
    expect(page.locator('[data-strip="f"] .unit')).to_have_count(3)
    app_ready(page)
    expect(page.get_by_role("heading", name="Unit 2 at step 5, in numbers")).to_be_visible()


def test_the_tabs_keep_the_step(cell: Callable[[str], Page]) -> None:
    page = cell("")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    app_ready(page)
    page.get_by_role("tab", name="Weights").click()
    app_ready(page)
    page.get_by_role("tab", name="Step by step").click()
    page.locator("svg.cell-lv").wait_for()
    app_ready(page)
    assert now(page).startswith("t = 2")


def test_the_open_tab_is_in_the_link_and_comes_back(cell: Callable[[str], Page]) -> None:
    page = cell("?step=2")
    entries = page.evaluate("history.length")
    page.get_by_role("tab", name="Weights").click()
    page.wait_for_function("location.search.includes('tab=weights')")
    assert page.evaluate("history.length") == entries
    page.reload()
    app_ready(page)
    expect(page.get_by_role("tab", name="Weights")).to_have_attribute("aria-selected", "true")
    page.wait_for_timeout(1300)  # longer than what counts as one change
    page.get_by_role("spinbutton", name="T, sequence length").fill("6")
    page.wait_for_function("location.search.includes('T=6')")
    app_ready(page)
    page.get_by_role("tab", name="By hand").click()
    page.wait_for_function("location.search.includes('tab=by-hand')")
    app_ready(page)
    page.go_back()
    expect(page.get_by_role("tab", name="Weights")).to_have_attribute("aria-selected", "true")
    app_ready(page)
    assert page.url.endswith("/cell?step=2&tab=weights")


def test_a_step_is_drawn_in_the_browser(cell: Callable[[str], Page]) -> None:
    page = cell("?T=100&H=64&data=random&in=numbers")
    median = page.evaluate(_STEP_TIME)
    print(f"a step takes {median:.1f} ms")
    assert now(page).startswith("t = 40")


def test_a_narrow_page_gets_the_tall_picture(open_page: Callable[..., Page]) -> None:
    page = open_page(width=390, height=844)
    page.goto("/cell")
    page.locator("svg.cell-lv").wait_for()
    app_ready(page)
    _, _, width, height = map(float, page.locator("svg.cell-lv").get_attribute("viewBox").split())  # type: ignore[union-attr]
    assert height > 2 * width
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for tab in page.get_by_role("tab").all():  # none stands beside the screen, waiting to be found
        box = tab.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390


def test_a_step_lights_up(cell: Callable[[str], Page]) -> None:
    page = cell("")
    page.locator(".stages button").nth(2).click()
    expect(page.locator("svg.cell-lv")).to_have_attribute("data-stage", "3")
