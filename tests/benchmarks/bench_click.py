"""How soon the first point of a run stands on the page after a click on Train, in Chromium."""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Page

from tests.benchmarks.figure import Figure, spread
from tests.benchmarks.floors import served
from tests.benchmarks.stopwatch import FIND, open_page
from tests.support.browsing import browsing

_MOST = 10
_DROPPED = 2
_EPOCHS = 15

# From the click until the page's own script has drawn the first point, and until the browser has painted it.
_WATCH = (
    """() => {"""
    + FIND
    + """
  const root = find(".training").getRootNode()
  const points = () => root.querySelector(".loss path.train")?.getAttribute("d").match(/[ML]/g)?.length ?? 0
  let clicked = null
  window.clicks = []
  root.addEventListener("click", (event) => {
    if (event.target.closest('[data-act="train"]')) clicked = event.timeStamp
  }, true)
  new MutationObserver(() => {
    if (clicked === null || !points()) return
    const click = { drawn: performance.now() - clicked }
    const start = clicked
    clicked = null
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => { click.painted = performance.now() - start; window.clicks.push(click) }
      port2.postMessage(null)
    })
  }).observe(root, { subtree: true, childList: true, attributes: true })
}"""
)


def clicking(rounds: int) -> list[Figure]:
    """Clicks on Train, each run removed before the next; those before the forkserver is warm are dropped."""
    with served() as app, browsing() as browser:
        page = open_page(browser, f"{app.url}/training?tep={_EPOCHS}&tB=8&tlr=0.01", '[data-act="train"]')
        page.evaluate(_WATCH)
        found = [_click(page) for _ in range(_DROPPED + min(rounds, _MOST))][_DROPPED:]
    drawn, painted = ([each[name] / 1000 for each in found] for name in ("drawn", "painted"))
    return [
        Figure("click on Train to the first point, warm", median(drawn), "s", 0.3, parts=spread(drawn)),
        Figure("  the same until it is painted", median(painted), "s", parts=spread(painted)),
    ]


def _click(page: Page) -> dict[str, float]:
    known = page.evaluate("window.clicks.length")
    page.locator('[data-act="train"]').click()
    page.wait_for_function("(known) => window.clicks.length > known", arg=known, timeout=60_000)
    page.locator(".said", has_text="Done after").wait_for()
    page.locator(".runs .remove").click()
    page.locator(".runs tbody tr").wait_for(state="hidden")
    page.wait_for_timeout(700)  # the page below follows
    found: dict[str, float] = page.evaluate("window.clicks.at(-1)")
    return found
