"""The Lessons page in a browser: keys, a task that notices, progress that is kept, going back, and a phone's thumb."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.browsing import app_ready

_WAIT = 30_000
_DRAG = """async (range) => {
  const seen = new Set()
  const shapes = () => [...range.getRootNode().querySelectorAll('.block[data-tensor="x"]')].map((b) => b.dataset.shape)
  const watch = new MutationObserver(() => shapes().forEach((shape) => seen.add(shape)))
  watch.observe(range.getRootNode().querySelector(".picture"), { childList: true, subtree: true })
  for (let value = 1; value <= 8; value += 1) {
    range.value = value
    range.dispatchEvent(new Event("input"))
    await new Promise((done) => setTimeout(done, 150))
  }
  watch.disconnect()
  return [...seen]
}"""


def opened(page: Page, query: str = "") -> Page:
    page.goto(f"/lessons{query}")
    page.locator(".lessons").wait_for()
    app_ready(page)
    return page


def at(page: Page, step: str, title: str) -> None:
    """A step is shown, and the address says so."""
    expect(page.locator(".step h2")).to_have_text(title, timeout=_WAIT)
    page.wait_for_url(f"**step={step}*", timeout=_WAIT)
    app_ready(page)


_FIRST, _LABEL = ("months", "One number for each month"), ("label", "Why is the label a single value?")
_BATCH = ("batch-size", "What is the batch size here?")


def test_keys_turn_the_pages_and_back_goes_back(page: Page) -> None:
    opened(page, "?lesson=airline")
    at(page, *_FIRST)
    for key, place in (("ArrowRight", _LABEL), ("PageDown", _BATCH), ("PageUp", _LABEL)):
        page.keyboard.press(key)
        at(page, *place)
    page.get_by_label("T, sequence length").press("ArrowRight")
    expect(page.locator(".knob output").first).to_have_text("13", timeout=_WAIT)
    page.wait_for_url("**sizes=T-13*", timeout=_WAIT)
    app_ready(page)
    at(page, *_LABEL)
    page.go_back()
    at(page, *_BATCH)
    page.go_back()
    at(page, *_LABEL)
    page.go_forward()
    at(page, *_BATCH)
    page.get_by_role("button", name="‹ All lessons").click()
    expect(page.locator(".card").first).to_be_visible(timeout=_WAIT)
    page.wait_for_url(lambda url: "lesson=" not in url, timeout=_WAIT)


def test_a_task_is_noticed_and_progress_is_kept(page: Page) -> None:
    opened(page, "?lesson=airline&step=two-sequences")
    task = page.locator(".step .task")
    expect(task).to_contain_text("Your turn. Set the batch size so that output is (2, 12, 3).", timeout=_WAIT)
    seen = page.get_by_label("B, batch size").evaluate(_DRAG)
    assert len(seen) >= 2, f"the picture followed the drag: {seen}"
    page.get_by_label("B, batch size").fill("2")
    expect(task).to_contain_text("Yes. x is (2, 12, 1), output (2, 12, 3)", timeout=_WAIT)
    page.wait_for_url("**sizes=B-2*", timeout=_WAIT)
    page.reload()
    app_ready(page)
    expect(task).to_contain_text("Yes.", timeout=_WAIT)
    page.get_by_role("button", name="‹ All lessons").click()
    card = page.locator(".card", has_text="Airline passengers")
    expect(card).to_contain_text("1 of 12 steps done", timeout=_WAIT)
    opened(page)
    expect(page.locator(".head")).to_contain_text("1 of", timeout=_WAIT)
    card.click()
    at(page, *_FIRST)


def test_next_is_within_the_thumb_s_reach_and_nothing_is_too_wide(open_page: Callable[..., Page]) -> None:
    page = open_page(width=390, height=844, color_scheme="dark")
    opened(page, "?lesson=four-steps&step=store")
    following = page.get_by_role("button", name="Next ›")
    box = following.bounding_box()
    assert box is not None
    assert box["y"] > 844 * 0.75
    assert box["y"] + box["height"] <= 844
    assert box["height"] >= 44
    for _ in range(3):
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        before = page.locator(".step .count").inner_text()
        following.click()
        expect(page.locator(".step .count")).not_to_have_text(before, timeout=_WAIT)
        app_ready(page)
    with page.expect_popup() as popup:
        page.locator("a.behind").click()
    app_ready(popup.value, timeout=60_000)
    expect(popup.value.get_by_role("link", name="Inside the cell").first).to_be_visible(timeout=_WAIT)
