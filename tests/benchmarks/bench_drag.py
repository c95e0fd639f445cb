"""How many pictures a second a person sees while they drag a slider."""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Browser

from tests.benchmarks.figure import Figure
from tests.benchmarks.floors import served
from tests.benchmarks.stopwatch import FIND, open_page
from tests.support.browsing import browsing

_MOST = 5
_SECONDS = 2

# One sweep over the whole slider, with an input event in every frame that moves it on, as a hand gives them.
_DRAG = (
    """async (seconds) => {"""
    + FIND
    + """
  const slider = find('input[type=range][aria-label^="T,"]')
  const root = find('[data-tensor="output"]').getRootNode()
  const shape = () => root.querySelector('[data-tensor="output"]').dataset.shape
  const low = Number(slider.min)
  const high = Number(slider.max)
  const started = performance.now()
  let last = shape()
  let pictures = 0
  for (;;) {
    const now = await new Promise(requestAnimationFrame)
    if (shape() !== last) {
      last = shape()
      pictures += 1
    }
    const way = (performance.now() - started) / (1000 * seconds)
    if (way >= 1) return pictures / seconds
    const value = String(Math.round(low + way * (high - low)))
    if (value !== slider.value) {
      slider.value = value
      slider.dispatchEvent(new Event("input", { bubbles: true }))
    }
  }
}"""
)


def dragging(rounds: int) -> list[Figure]:
    """Drags of T over its whole slider, each with a seed of its own, so that no picture was drawn before."""
    with served() as app, browsing() as browser:
        rates = [_rate(browser, f"{app.url}/?seed={seed}") for seed in range(1 + min(rounds, _MOST))][1:]
    parts = f"drags of {_SECONDS} s: {', '.join(f'{rate:g}' for rate in rates)}"
    return [Figure("pictures a second while T is dragged", median(rates), "/s", 15, at_least=True, parts=parts)]


def _rate(browser: Browser, url: str) -> float:
    page = open_page(browser, url, "svg.lv")
    rate = float(page.evaluate(_DRAG, _SECONDS))
    page.context.close()
    return rate
