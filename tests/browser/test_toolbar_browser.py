"""The toolbar beside the pages' names and above a page's content: nothing lies on anything else."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.browsing import app_ready

_WAIT = 30_000
_COVERED = """() => {
  const seen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 0
  const bar = document.querySelector(".st-key-toolbar").getBoundingClientRect()
  const names = [...document.querySelectorAll("[data-testid=stTopNav] a, [data-testid=stTopNav] button")].filter(seen)
  return names.length ? Math.max(...names.map((name) => name.getBoundingClientRect().right)) - bar.left : 1000
}"""


def test_the_toolbar_covers_no_page_s_name(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    app_ready(page)
    for width in (1366, 1280, 1024, 900, 768):
        page.set_viewport_size({"width": width, "height": 768})
        page.wait_for_function(f"() => ({_COVERED})() <= 0", timeout=_WAIT)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.get_by_role("link", name="Lessons").click()
    heading = page.get_by_role("heading", name="Lessons", exact=True, level=2)
    expect(heading).to_be_visible(timeout=_WAIT)
    app_ready(page)
    above, top = page.locator("[data-testid=stHeader]").bounding_box(), heading.bounding_box()
    assert above is not None
    assert top is not None
    assert above["y"] + above["height"] <= top["y"]


def test_an_embedded_step_has_its_buttons_to_itself(page: Page) -> None:
    page.goto("/lessons?lesson=prices&step=target&embed=true")
    expect(page.get_by_role("link", name="Open in LSTM Shapes")).to_be_visible(timeout=_WAIT)
    following = page.get_by_role("button", name="Next ›")
    following.click(timeout=_WAIT)  # which nothing covers
    expect(page.get_by_role("button", name="Present this page")).to_have_count(0)


def test_a_presented_lesson_s_shapes_have_the_whole_width(page: Page) -> None:
    page.goto("/lessons?lesson=prices&step=target&present=1")
    drawing = page.locator(".lessons .picture > svg")
    expect(drawing).to_be_visible(timeout=_WAIT)
    app_ready(page)
    box = drawing.bounding_box()
    assert box is not None
    assert box["width"] > 0.9 * 1366
    expect(page.get_by_test_id("stPageLink")).to_have_count(0)
