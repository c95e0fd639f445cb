"""Every page by keyboard alone: Tab reaches what is there and shows where it is; our own parts answer their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_axe_browser import SCENES
from tests.support.browsing import app_ready

LONG = 60_000
MOST = 150
"""More presses of Tab than any page needs."""
_HELPERS = """
  const deep = (root) => [...root.querySelectorAll("*")].flatMap((e) => e.shadowRoot ? [e, ...deep(e.shadowRoot)] : [e])
  const named = (e) => [e.tagName, e.getAttribute("role") ?? "", (e.getAttribute("aria-label") || e.id || e.name
    || e.title || e.textContent).trim().slice(0, 60)].join(" ")
  const active = () => {
    let e = document.activeElement
    while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement
    return e === document.body ? null : e
  }
"""
_CONTROLS = f"""() => {{{_HELPERS}
  const kinds = "a[href], button, input, select, textarea, summary, [tabindex='0']"
  const one = (e) => e.type !== "radio" || e.checked || !e.name
  return deep(document).filter((e) => e.matches(kinds) && one(e) && !e.disabled && e.tabIndex >= 0
    && !e.closest("[hidden], [inert], .stTooltipIcon") && e.checkVisibility({{ visibilityProperty: true }})
    && e.getBoundingClientRect().width > 1).map(named)
}}"""
_FOCUSED = f"""() => {{{_HELPERS}
  const e = active()
  if (!e) return null
  const lined = (each) => {{
    const style = getComputedStyle(each)
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || parseFloat(style.strokeWidth) >= 3
      || style.boxShadow !== "none"
  }}
  const near = [e, e.nextElementSibling, e.parentElement, ...e.querySelectorAll(".halo, .window-frame")].filter(Boolean)
  return {{ name: named(e), seen: e.matches(":focus-visible") && near.some(lined) }}
}}"""


def tabbed(page: Page) -> list[dict[str, Any]]:
    """What Tab comes to, from the start of the page until it leaves it."""
    page.evaluate(
        "() => { document.activeElement?.blur(); window.getSelection()?.removeAllRanges(); window.scrollTo(0, 0) }"
    )
    came: list[dict[str, Any]] = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUSED)
        if at and came and at["name"] == came[0]["name"]:
            return came  # around once, through the browser's own bar
        if at:
            came.append(at)
    raise AssertionError(f"Tab did not leave the page after {MOST} presses; it was last at {came[-5:]}")


def test_tab_comes_to_every_control_of_every_page_and_is_seen(open_page: Callable[..., Page]) -> None:
    page = open_page(reduced_motion="reduce")
    for address in SCENES:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1, timeout=LONG)
        app_ready(page, quiet=500)
        there = page.evaluate(_CONTROLS)
        came = tabbed(page)
        missed = sorted(set(there) - {each["name"] for each in came})
        assert not missed, f"{address}: Tab does not come to {missed}"
        unseen = [each["name"] for each in came if not each["seen"]]
        assert not unseen, f"{address}: nothing shows the focus at {unseen}"


def on(page: Page, locator: Locator, *keys: str) -> None:
    locator.focus()
    for key in keys:
        page.keyboard.press(key)


def test_symbols_sliders_and_tensors_answer_keys_and_read_as_a_list(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".block[data-tensor=output]")).to_be_visible(timeout=LONG)
    app_ready(page)
    read = page.get_by_role("list", name="Tensors").aria_snapshot()
    axes = "batch size B = 4, sequence length T = 12, hidden size H = 5"
    assert read.count("- listitem:") == page.locator(".block").count() > 5
    assert f'button "output, shape (4, 12, 5): {axes}. Made by self.lstm(x)."' in read
    chip = page.get_by_role("button", name="H hidden size")
    on(page, chip, "Space")
    expect(chip).to_have_attribute("aria-pressed", "true")
    on(page, page.get_by_role("slider", name="H, hidden size"), "ArrowRight")
    output = page.get_by_role("button", name="output, shape (4, 12, 6)")
    expect(output).to_be_visible(timeout=LONG)
    app_ready(page)
    on(page, output, "Enter")
    expect(output).to_have_attribute("aria-pressed", "true", timeout=LONG)
    expect(page.get_by_role("heading", name="output")).to_be_visible(timeout=LONG)


def test_the_menu_and_the_panel_take_the_focus_keep_it_and_give_it_back(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".block[data-tensor=output]")).to_be_visible(timeout=LONG)
    app_ready(page)
    opener = page.get_by_role("button", name="Take away")
    on(page, opener, "Enter")
    expect(page.get_by_role("button", name="Copy link")).to_be_focused()
    assert page.evaluate(_FOCUSED)["seen"]
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Copy code to embed")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    room = page.get_by_role("button", name="Take the room along")
    on(page, room, "Enter")
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    for _ in range(6):
        expect(panel.locator(":focus")).to_have_count(1)
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(room).to_be_focused()


def test_where_less_motion_is_asked_for_nothing_moves_by_itself(open_page: Callable[..., Page]) -> None:
    page = open_page(reduced_motion="reduce")
    moving = f"""() => {{{_HELPERS}
      return deep(document).flatMap((e) => e.getAnimations()).filter((each) => {{
        const {{ duration }} = each.effect.getTiming()
        return typeof duration === "number" && duration > 10
      }}).length }}"""
    for address, act in (("/", "slider"), ("/cell", "step"), ("/lessons", "card")):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1, timeout=LONG)
        app_ready(page)
        if act == "slider":
            on(page, page.get_by_role("slider", name="H, hidden size"), "ArrowRight")
        elif act == "step":
            page.get_by_role("button", name="One step forward").click()
        else:
            page.locator(".card").first.hover()
        assert page.evaluate(moving) == 0, address


def test_a_run_is_begun_stopped_and_looked_into_by_keys(page: Page) -> None:
    page.goto("/training?tep=15000")
    train = page.locator('[data-act="train"]')
    expect(train).to_be_enabled(timeout=LONG)
    app_ready(page)
    on(page, train, "Enter")
    expect(page.locator('[data-act="pause"]')).to_be_focused(timeout=LONG)
    page.keyboard.press("Enter")
    expect(page.locator('[data-act="go_on"]')).to_be_focused(timeout=LONG)
    expect(page.locator(".said")).to_contain_text("Paused")
    page.keyboard.press("Tab")
    expect(page.locator('[data-act="stop"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(train).to_be_focused(timeout=LONG)
    chart = page.get_by_role("img", name="Loss by epoch")
    on(page, chart, "+")
    expect(page.get_by_role("button", name="Whole curve")).to_be_visible()
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="Whole curve")).to_be_hidden()
