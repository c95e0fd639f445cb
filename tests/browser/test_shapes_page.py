"""The Shapes page in a browser: drag, type, click, follow a link, copy, break a setting and repair it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import app_ready

OpenPage = Callable[..., Page]
_DRAG = """async (letter) => {
  const roots = [...document.querySelectorAll("*")].map((each) => each.shadowRoot).filter(Boolean)
  const find = (selector) => roots.map((root) => root.querySelector(selector)).find(Boolean)
  const slider = find(`input[type=range][aria-label^="${letter},"]`)
  const seen = new Set()
  for (let value = 2; value <= 30; value += 1) {
    slider.value = value
    slider.dispatchEvent(new Event("input", { bubbles: true }))
    for (let frame = 0; frame < 4; frame += 1) {
      await new Promise(requestAnimationFrame)
      seen.add(find('[data-tensor="output"]').dataset.shape)
    }
  }
  return [...seen]
}"""


@pytest.fixture
def shapes(page: Page) -> Callable[[str], Page]:
    """Open the Shapes page with a query."""

    def go(query: str = "") -> Page:
        page.goto(f"/{query}")
        page.locator("svg.lv").wait_for()
        app_ready(page)
        return page

    return go


def shape(page: Page, tensor: str) -> str:
    return page.locator(f'svg.lv [data-tensor="{tensor}"]').first.get_attribute("data-shape") or ""


def size(page: Page, letter: str) -> Locator:
    return page.locator(f'input[type=number][aria-label^="{letter},"]')


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).select_option(label=option)
    app_ready(page)


def test_it_opens_with_a_picture(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    assert shape(page, "x") == "(4, 12, 1)"
    assert shape(page, "output") == "(4, 12, 5)"
    expect(page.locator(".said")).to_contain_text("4 samples of 12 steps")
    expect(page.get_by_text("h_n[-1] equals output[:, -1]: max").first).to_be_visible()


def test_the_picture_follows_a_drag_and_then_everything_does(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    seen = page.evaluate(_DRAG, "H")
    assert len(seen) > 3  # pictures between the first and the last
    app_ready(page, quiet=700)
    assert shape(page, "output") == "(4, 12, 30)"
    expect(page.locator(".lv-table").get_by_text("(4, 12, 30)")).to_be_visible()
    expect(size(page, "H")).to_have_value("30")
    assert "H=30" in page.url


def test_typing_a_size(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    size(page, "B").fill("9")
    app_ready(page, quiet=700)
    assert shape(page, "x") == "(9, 12, 1)"
    assert page.url.endswith("?B=9")


def test_typing_no_size_says_so_and_keeps_the_picture(shapes: Callable[[str], Page]) -> None:
    page = shapes("?B=3")
    for typed in ("", "-3", "0", "99999999999"):
        size(page, "B").fill(typed)
        expect(page.get_by_text("Expected a whole number from 1 to 10,000,000")).to_be_visible()
        app_ready(page)
        assert shape(page, "x") == "(3, 12, 1)"
        expect(size(page, "B")).to_have_value(typed)
    size(page, "B").fill("5")
    app_ready(page, quiet=700)
    assert shape(page, "x") == "(5, 12, 1)"
    expect(page.get_by_text("Expected a whole number")).to_have_count(0)


def test_breaking_a_setting_and_repairing_it(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    size(page, "P").fill("5")
    app_ready(page, quiet=700)
    complaint = page.get_by_text("proj_size: expected less than hidden_size=5")
    expect(complaint).to_have_count(2)  # beside the control, and above the picture
    assert shape(page, "h_n") == "(1, 4, 5)"  # the last good picture stays
    size(page, "H").fill("8")
    app_ready(page, quiet=700)
    expect(complaint).to_have_count(0)
    assert shape(page, "h_n") == "(1, 4, 5)"
    assert shape(page, "c_n") == "(1, 4, 8)"


def test_clicking_a_block_opens_the_inspector(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    page.locator('[data-tensor="h_n"]').click()
    app_ready(page)
    expect(page.get_by_text("The hidden state after the last step of every layer.")).to_be_visible()
    page.locator('[data-tensor="x"]').focus()
    page.keyboard.press("Enter")
    app_ready(page)
    expect(page.get_by_text("which feature: passengers")).to_be_visible()
    page.locator('[data-tensor="x"]').click()
    app_ready(page)
    expect(page.get_by_text("which feature: passengers")).to_have_count(0)


def test_what_was_opened_is_in_the_link_and_comes_back(shapes: Callable[[str], Page]) -> None:
    page = shapes("?T=4")
    entries = page.evaluate("history.length")
    page.locator('[data-tensor="h_n"]').click()
    page.wait_for_url("**/?T=4&tensor=h_n")
    page.get_by_role("button", name="Unroll time").click()
    page.wait_for_url("**/?T=4&tensor=h_n&unrolled=1")
    app_ready(page)
    page.get_by_role("tab", name="Cost").click()
    page.wait_for_url("**/?T=4&tensor=h_n&unrolled=1&details=cost")
    assert page.evaluate("history.length") == entries
    page.reload()
    page.locator("svg.lv").wait_for()
    app_ready(page)
    expect(page.get_by_text("The hidden state after the last step of every layer.")).to_be_visible()
    expect(page.get_by_role("button", name="Unroll time")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("tab", name="Cost")).to_have_attribute("aria-selected", "true")
    size(page, "T").fill("5")  # by the short way, which has to know that time is unrolled
    expect(page.locator("svg.lv").get_by_text("output[:, 4]", exact=True)).to_be_visible()
    app_ready(page, quiet=700)
    assert page.url.endswith("/?T=5&tensor=h_n&unrolled=1&details=cost")


def test_pointing_at_a_symbol_lights_its_axis(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    page.get_by_role("button", name="T sequence length 12").hover()
    assert page.locator("svg.lv").get_attribute("data-lit") == "T"
    opacity = page.locator('[data-tensor="h_n"]').evaluate("block => getComputedStyle(block).opacity")
    assert float(opacity) < 0.5  # h_n has no T
    page.mouse.move(5, 5)
    assert page.locator("svg.lv").get_attribute("data-lit") is None


def test_a_link_shows_the_same_to_another(shapes: Callable[[str], Page], open_page: OpenPage) -> None:
    page = shapes("")
    page.get_by_label("bidirectional").check()
    choose(page, "Head", "last state, h_n[-1]")
    app_ready(page, quiet=700)
    page.get_by_role("button", name="Take away").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copy link: copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "bi=1" in link
    other = open_page()
    other.goto(link)
    other.locator("svg.lv").wait_for()
    app_ready(other)
    drawn = "element => [...element.querySelectorAll('.block')].map(block => block.getAttribute('aria-label'))"
    assert other.locator("svg.lv").evaluate(drawn) == page.locator("svg.lv").evaluate(drawn)
    expect(other.get_by_label("bidirectional")).to_be_checked()


def test_the_back_button_takes_back(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    page.wait_for_timeout(1500)  # longer than what counts as one change
    page.locator("#select-preset").select_option("Next character")
    page.wait_for_url("**in=one-hot**")
    assert shape(page, "x") == "(4, 12, 50)"
    page.go_back()
    page.locator('[data-tensor="x"][data-shape="(4, 12, 1)"]').wait_for()
    app_ready(page, quiet=900)
    assert "in=one-hot" not in page.url


def test_two_tabs_do_not_disturb_each_other(shapes: Callable[[str], Page], open_page: OpenPage) -> None:
    page = shapes("?B=2")
    other = open_page()
    other.goto("/?B=3")
    other.locator("svg.lv").wait_for()
    size(other, "B").fill("7")
    app_ready(other, quiet=700)
    assert shape(other, "x") == "(7, 12, 1)"
    assert shape(page, "x") == "(2, 12, 1)"


def test_the_copied_script_prints_the_same_shapes(shapes: Callable[[str], Page], tmp_path: Path) -> None:
    page = shapes("?cell=gru&L=2&H=6")
    page.get_by_role("tab", name="Code").click()
    app_ready(page)
    page.locator('[data-testid="stCode"]').hover()
    page.get_by_role("button", name="Copy to clipboard").click()
    script = tmp_path / "copied.py"
    script.write_text(page.evaluate("navigator.clipboard.readText()"), encoding="utf-8")
    printed = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout
    for tensor in ("x", "output", "h_n", "last", "prediction"):
        assert f"{tensor} " in printed
        assert shape(page, tensor) in printed


def test_a_deep_link_to_the_other_page_and_back(page: Page) -> None:
    page.goto("/cell?H=7&B=2")
    app_ready(page)
    page.get_by_role("link", name="Shapes").click()
    page.locator("svg.lv [data-tensor=output]").wait_for()
    app_ready(page)
    assert shape(page, "output") == "(2, 12, 7)"
    assert "H=7" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_the_picture_from_top_to_bottom(open_page: OpenPage, scheme: str) -> None:
    page = open_page(width=390, height=844, color_scheme=scheme)
    page.goto("/?bi=1&L=2")
    page.locator("svg.lv").wait_for()
    app_ready(page, quiet=700)
    box = page.locator("svg.lv").bounding_box()
    assert box is not None
    assert box["height"] > box["width"]
    assert box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("svg.lv").get_attribute("data-theme") == scheme


def test_unrolling(shapes: Callable[[str], Page]) -> None:
    page = shapes("?T=4")
    page.get_by_role("button", name="Unroll time").click()
    app_ready(page)
    expect(page.locator("svg.lv").get_by_text("output[:, 3]", exact=True)).to_be_visible()
    size(page, "T").fill("13")
    app_ready(page, quiet=700)
    expect(page.get_by_role("button", name="Unroll time")).to_be_disabled()
    assert shape(page, "output") == "(4, 13, 5)"


def test_a_million_samples_are_an_answer(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    size(page, "B").fill("1000000")
    app_ready(page, quiet=700)
    assert shape(page, "output") == "(1000000, 12, 5)"
    expect(page.get_by_text("The shapes below are computed from the names of the axes")).to_be_visible()


def test_a_pasted_table(shapes: Callable[[str], Page]) -> None:
    page = shapes("")
    choose(page, "Numbers of x", "your own table")
    app_ready(page, quiet=700)
    rows = ["when,<img src=x onerror=alert(1)>,b", *(f"2024-01-{day:02},{day},{day * day}" for day in range(1, 29))]
    page.get_by_label("or paste its lines").fill("\n".join(rows))
    page.get_by_label("or paste its lines").blur()
    app_ready(page)
    page.get_by_role("button", name="Use the pasted lines").click()
    app_ready(page, quiet=700)
    assert shape(page, "x") == "(4, 12, 2)"
    page.locator('[data-tensor="x"]').click()
    app_ready(page)
    expect(page.get_by_text("which feature: <img src=x onerror=alert(1)>, b")).to_be_visible()
