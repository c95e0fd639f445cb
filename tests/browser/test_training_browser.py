"""The Training page in a browser: runs grow without a rerun, obey their buttons, and go on while one is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import app_ready
from tests.support.serving import ROOT, serving

_POINTS = """() => {
  const roots = [...document.querySelectorAll("*")].map((each) => each.shadowRoot)
  const root = roots.find((each) => each?.querySelector(".training"))
  return root?.querySelector(".loss path.train")?.getAttribute("d").match(/[ML]/g)?.length ?? 0
}"""
# No point more for so many milliseconds: a paused run is asked for once a second.
_STANDS = f"""(quiet) => {{
  const count = ({_POINTS})()
  if (window.stands?.count !== count) window.stands = {{ count, since: performance.now() }}
  return performance.now() - window.stands.since > quiet
}}"""
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SIZES = [(1920, 1080), (1366, 768), (390, 844)]


def opened(page: Page, query: str = "") -> Page:
    page.goto(f"/training{query}")
    expect(act(page, "train")).to_be_visible(timeout=60_000)
    app_ready(page)
    return page


def act(page: Page, name: str) -> object:
    return page.locator(f'[data-act="{name}"]')


def click(page: Page, name: str) -> None:
    page.locator(f'[data-act="{name}"]').click()


def grows(page: Page, more_than: int = 1) -> None:
    page.wait_for_function(f"({_POINTS})() > {more_than}", timeout=90_000)


def points(page: Page) -> int:
    found: int = page.evaluate(_POINTS)
    return found


def test_one_button_one_sentence_and_the_series_at_first_sight(page: Page) -> None:
    opened(page)
    expect(page.locator(".lead")).to_contain_text("learns to predict the next value of passengers")
    expect(page.locator(".seen path.actual")).to_have_count(1)
    expect(page.locator(".seen .part").first).to_have_text("trained on")
    box = page.locator('[data-act="train"]').bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 768
    assert box["height"] >= 44


def test_a_run_grows_point_by_point_and_ends_with_its_worth(page: Page) -> None:
    opened(page, "?tep=30&tB=30")
    page.locator('[data-act="train"]').dblclick()  # the second click is not for Pause, which is there by then
    grows(page)
    expect(page.locator(".said")).to_contain_text("Done after 30 epochs", timeout=60_000)
    assert points(page) == 30
    expect(page.locator(".seen path.predicted")).to_have_count(2)
    expect(page.locator(".report tbody tr")).to_have_count(3)
    app_ready(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Curves, .csv").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == 31


def test_pause_go_on_stop_and_the_old_curve_beside_the_new(page: Page) -> None:
    opened(page, "?tep=15000")
    click(page, "train")
    grows(page, 5)
    click(page, "pause")
    expect(page.locator(".said")).to_contain_text("Paused")
    page.wait_for_function(_STANDS, arg=1500, timeout=30_000)
    before = points(page)
    expect(page.locator(".when")).to_have_text(f"after epoch {before}")  # the loss and the prediction of one network
    click(page, "go_on")
    page.wait_for_function(f"({_POINTS})() > {before}", timeout=30_000)
    click(page, "restart")
    expect(page.locator(".loss path.other")).to_have_count(1, timeout=30_000)
    grows(page)
    click(page, "stop")
    expect(page.locator(".said")).to_contain_text("stopped", timeout=30_000)
    expect(page.locator(".runs tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Remove run A").click()
    expect(page.locator(".runs tbody tr")).to_have_count(1)


def test_the_run_goes_on_while_one_is_on_another_page(page: Page) -> None:
    opened(page, "?tep=15000")
    click(page, "train")
    grows(page, 3)
    page.get_by_role("link", name="Shapes").click()
    expect(page.locator("svg.lv").first).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Training").click()
    grows(page, 10)
    expect(act(page, "pause")).to_be_visible()
    click(page, "stop")
    expect(page.locator(".said")).to_contain_text("stopped", timeout=30_000)


def test_a_zoom_is_kept_while_the_curve_grows_and_nothing_reruns(page: Page) -> None:
    opened(page, "?tep=15000")
    click(page, "train")
    grows(page, 8)
    app_ready(page)
    page.evaluate(
        """() => { window.reruns = 0; new MutationObserver(() => { window.reruns += 1 })
        .observe(document.querySelector('[data-testid="stApp"]'), { attributeFilter: ["data-test-script-state"] }) }"""
    )
    box = page.locator(".loss rect.hit").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, y, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="Whole curve")).to_be_visible()
    ticks, epoch = page.locator(".loss text.tick").all_inner_texts(), page.locator(".facts b").first.inner_text()
    expect(page.locator(".facts b").first).not_to_have_text(epoch, timeout=30_000)
    assert page.locator(".loss text.tick").all_inner_texts()[-3:] == ticks[-3:]
    page.get_by_label("log axis").check()
    expect(page.get_by_role("button", name="Whole curve")).to_be_visible()
    page.get_by_role("button", name="Whole curve").click()
    expect(page.get_by_role("button", name="Whole curve")).to_be_hidden()
    assert page.evaluate("window.reruns") == 0
    click(page, "stop")
    expect(page.locator(".said")).to_contain_text("stopped", timeout=30_000)


def test_an_example_brings_its_data_its_network_and_its_settings(page: Page) -> None:
    opened(page)
    page.get_by_label("Start from").select_option("Next character")
    expect(page.locator(".lead")).to_contain_text("predict the next character", timeout=30_000)
    app_ready(page)
    assert "topt" not in page.url
    assert "from=text" in page.url


def test_it_fits(page: Page) -> None:
    opened(page, "?tep=8")
    click(page, "train")
    expect(page.locator(".said")).to_contain_text("Done", timeout=90_000)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        app_ready(page)
        assert page.evaluate(_OVERFLOW) <= 0, (width, height)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page run by itself, on a server without our routes."""
    with serving(tmp_path_factory.mktemp("alone") / "server.log", ROOT / "pages/training.py") as server:
        yield server.url


_MADE = """addEventListener("DOMContentLoaded", () => {
  const seen = new Set()
  const look = () => {
    for (const { shadowRoot } of document.querySelectorAll("*")) {
      const found = shadowRoot?.querySelector(".training")
      if (found) seen.add(found)
    }
    window.made = seen.size
    requestAnimationFrame(look)
  }
  look()
})"""


def test_a_page_that_is_run_alone_trains_as_well(browser: Browser, alone: str) -> None:
    page = browser.new_page()
    page.add_init_script(_MADE)
    page.goto(f"{alone}/?tep=40")
    expect(act(page, "train")).to_be_visible(timeout=60_000)
    app_ready(page)
    click(page, "train")
    expect(page.locator(".said")).to_contain_text("Done after 40 epochs", timeout=90_000)
    assert points(page) == 40
    app_ready(page)
    expect(page.get_by_role("button", name="Model, state_dict")).to_be_visible()
    assert page.evaluate("window.made") == 1, "from its first picture on it is the same desk"
    page.close()
