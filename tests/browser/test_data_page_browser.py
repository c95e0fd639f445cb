"""The Data page in a browser: choose data, drag the window, click a step, take the data to another page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import app_ready

Go = Callable[[str], Page]


@pytest.fixture
def data(page: Page) -> Go:
    """Open the Data page with a query."""

    def go(query: str = "") -> Page:
        page.goto(f"/data{query}")
        page.locator("svg.data-lv").first.wait_for()
        app_ready(page)
        return page

    return go


def test_a_window_is_dragged_along_the_curve(data: Go) -> None:
    page = data("")
    slider = page.get_by_role("slider", name="window").or_(page.locator("[role=slider][aria-valuetext]")).first
    before = slider.get_attribute("aria-valuetext")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).not_to_have_attribute("aria-valuetext", before or "")


def test_a_control_changes_the_way_and_the_address(data: Go) -> None:
    page = data("")
    page.locator('input[type=number][aria-label^="T,"]').fill("24")
    app_ready(page)
    expect(page.get_by_text("132 − 24 = 108").first).to_be_attached()
    page.wait_for_function("location.search.includes('dT=24')")


def test_a_step_shows_its_code(data: Go) -> None:
    page = data("")
    page.locator('.block[data-tensor="x_train"]').first.click()
    expect(page.get_by_text("sliding_window_view").first).to_be_visible()


def test_the_data_goes_to_the_shapes_page(data: Go) -> None:
    page = data("?from=text")
    page.get_by_role("button", name="Shapes →").click()
    expect(page.locator('[data-tensor="embedded"]').first).to_be_visible()
    assert "data=prepared" in page.url
    assert "from=text" in page.url


def test_back_leads_to_the_data_again(data: Go) -> None:
    page = data("?dT=9")
    page.get_by_role("button", name="Shapes →").click()
    expect(page.locator('[data-tensor="output"]').first).to_have_attribute("data-shape", "(32, 9, 5)")
    app_ready(page)
    page.go_back()
    expect(page.locator("svg.data-lv").first).to_be_visible()
    page.wait_for_function("location.pathname === '/data' && location.search.includes('dT=9')")


def test_another_person_sees_the_same_prepared_batch(open_page: Callable[..., Page], data: Go) -> None:
    first = data("?dT=9")
    first.get_by_role("button", name="Shapes →").click()
    expect(first.locator('[data-tensor="output"]').first).to_have_attribute("data-shape", "(32, 9, 5)")
    app_ready(first)
    other = open_page()
    other.goto(first.url)
    expect(other.locator('[data-tensor="output"]').first).to_have_attribute("data-shape", "(32, 9, 5)")
    front = '[data-tensor="x"] .front'
    assert other.locator(front).first.get_attribute("data-front") == first.locator(front).first.get_attribute(
        "data-front"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen(open_page: Callable[..., Page], scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.goto("/data")
    page.locator("svg.data-lv").first.wait_for()
    for width, height in [(1920, 1080), (390, 844)]:
        page.set_viewport_size({"width": width, "height": height})
        app_ready(page, quiet=500)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
