"""axe-core over every page and tab, light and dark, on a phone and on a projector: no finding of weight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import axe_into, findings
from tests.support.browsing import app_ready

LONG = 60_000
# Streamlit's link past the menu stands before every landmark.
# Chromium and Firefox give the keyboard whatever scrolls, and Streamlit leaves no attribute to be set on these two
EXCLUDED = {
    "[data-testid=stSkipToContent]": "region",
    ".stCode pre": "scrollable-region-focusable",
    ".stMarkdown [data-testid=stMarkdownContainer] > div": "scrollable-region-focusable",
}


def as_it_opens(page: Page) -> None:
    """Nothing is done."""


def a_run(page: Page) -> None:
    page.locator('[data-act="train"]').click()
    expect(page.locator(".said")).to_contain_text("Done after 3 epochs", timeout=LONG)


def an_answer(page: Page) -> None:
    page.get_by_role("textbox", name="Your answer").fill("2 x 2 x 2")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict .title")).not_to_be_empty(timeout=LONG)


def a_menu(page: Page) -> None:
    page.get_by_role("button", name="Take away").click()
    expect(page.locator(".menu h2").first).to_be_visible()


SCENES = {
    "/?L=2&bi=1": a_menu,
    "/lessons": as_it_opens,
    "/lessons?lesson=coffee&step=leak": as_it_opens,
    "/cell": as_it_opens,
    "/data": as_it_opens,
    "/training?tep=3": a_run,
    "/pitfalls?pitfall=batch-first-forgotten": as_it_opens,
    "/pitfalls?mistakes=check&bi=1": as_it_opens,
    "/gradients": as_it_opens,
    "/quiz?quiz=4711&level=2&question=1": an_answer,
}


def in_both_themes(page: Page, where: str) -> list[str]:
    """What is found light, and of the colours dark."""
    light = findings(page, excluded=EXCLUDED)
    page.emulate_media(color_scheme="dark")
    app_ready(page)
    dark = findings(page, "color-contrast", excluded=EXCLUDED)
    page.emulate_media(color_scheme="light")
    app_ready(page)
    return [f"{where}: {each}" for each in [*light, *(f"dark: {each}" for each in dark)]]


@pytest.mark.parametrize("address", SCENES)
def test_no_page_has_a_finding_of_weight(open_page: Callable[..., Page], address: str) -> None:
    page = axe_into(open_page(bypass_csp=True, reduced_motion="reduce"))
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_count(1, timeout=LONG)
    app_ready(page)
    found = in_both_themes(page, "as it opens")
    SCENES[address](page)
    app_ready(page)
    if SCENES[address] is not as_it_opens:
        found += in_both_themes(page, "after it is used")
        page.keyboard.press("Escape")
    tabs = page.get_by_role("tab")
    for number in range(1, tabs.count()):
        name = tabs.nth(number).inner_text()
        tabs.nth(number).click()
        app_ready(page)
        found += [f"{name}: {each}" for each in findings(page, excluded=EXCLUDED)]
    page.set_viewport_size({"width": 390, "height": 844})
    app_ready(page)
    found += [f"on a phone: {each}" for each in findings(page, excluded=EXCLUDED)]
    page.set_viewport_size({"width": 1366, "height": 768})
    page.evaluate("() => document.activeElement?.blur()")
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Leave the presentation")).to_be_visible(timeout=LONG)
    app_ready(page)
    found += in_both_themes(page, "presented")
    assert not found, "\n".join(found)
