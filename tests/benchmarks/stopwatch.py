"""A stopwatch inside a browser's page: from a real key press to the change on the page that it causes."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.support.browsing import app_ready

# Looks into shadow roots, where components live.
FIND = """const find = (selector, root = document) => {
  const found = root.querySelector(selector)
  if (found) return found
  for (const element of root.querySelectorAll("*")) {
    const inside = element.shadowRoot && find(selector, element.shadowRoot)
    if (inside) return inside
  }
  return null
};"""

# A change counts when the page's own script has made it, and again when the browser has painted it: a task that is
# posted in an animation frame runs after that frame's layout and paint.
_WATCH = (
    """({ selector, attribute, focus }) => {"""
    + FIND
    + """
  const root = find(selector).getRootNode()
  const read = () => {
    const element = root.querySelector(selector)
    return attribute ? element?.getAttribute(attribute) : element?.textContent
  }
  let pressed = null
  let before = null
  window.presses = []
  window.addEventListener("keydown", (event) => { pressed = event.timeStamp; before = read() }, true)
  new MutationObserver(() => {
    const now = read()
    if (pressed === null || now === undefined || now === before) return
    const press = { changed: performance.now() - pressed }
    const start = pressed
    pressed = null
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => { press.painted = performance.now() - start; window.presses.push(press) }
      port2.postMessage(null)
    })
  }).observe(root, { subtree: true, childList: true, characterData: true, attributes: true })
  if (focus) find(focus).focus()
}"""
)


@dataclass(frozen=True)
class Press:
    """The seconds from one key press to its change in the page, and until it was painted."""

    changed: float
    painted: float


def open_page(browser: Browser, url: str, selector: str) -> Page:
    """A page of its own at ``url``, once ``selector`` is there and Streamlit is quiet."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(url)
    page.locator(selector).first.wait_for()
    app_ready(page, quiet=1000)
    return page


def watch(page: Page, selector: str, attribute: str = "", focus: str = "") -> None:
    """Start the watch over an element's attribute, or its text; ``focus`` says which element gets the keys."""
    page.evaluate(_WATCH, {"selector": selector, "attribute": attribute, "focus": focus})


def press(page: Page, key: str, apart: float) -> Press:
    """Press a key and wait for its change; returns when ``apart`` seconds have gone by."""
    started, known = time.monotonic(), page.evaluate("window.presses.length")
    page.keyboard.press(key)
    page.wait_for_function("(known) => window.presses.length > known", arg=known, timeout=10_000)
    found = page.evaluate("window.presses.at(-1)")
    page.wait_for_timeout(max(0.0, 1000 * (apart - (time.monotonic() - started))))
    return Press(found["changed"] / 1000, found["painted"] / 1000)
