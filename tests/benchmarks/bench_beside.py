"""Whether the Shapes page stays quick while two runs train on the same machine, in Chromium."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.benchmarks.figure import Figure, ratio
from tests.benchmarks.floors import served
from tests.benchmarks.stopwatch import open_page, press, watch
from tests.support.browsing import app_ready, browsing

_APART = 0.7
_BLOCKS = 4
_DROPPED = 2
_SLIDER, _PICTURE = 'input[type=range][aria-label^="H,"]', '[data-tensor="output"]'
_TRAINING = '[data-act="compare"]'


def beside(rounds: int) -> list[Figure]:
    """A key on the slider of H until another diagram is there, in blocks with and without runs by turns.

    The runs are the visitor's own, started on the Training page. Each block begins at another H, so that no diagram was
    drawn before.
    """
    with served() as app, browsing() as browser:
        page = open_page(browser, f"{app.url}/training?H=6&tep=20000", _TRAINING)
        quiet, busy = [], []
        for block in range(_BLOCKS):
            if block % 2:
                _start(page)
            presses = _presses(page, -(-2 * rounds // _BLOCKS))
            (busy if block % 2 else quiet).extend(presses)
            _back(page)
            if block % 2:
                _end(page)
    what = "key on the Shapes page to new diagram while 2 runs train, over without"
    return [ratio(what, busy, quiet, 1.5, "the same page with no run")]


def _start(page: Page) -> None:
    """Three runs: two at once, and the third waits."""
    page.locator(_TRAINING).click()
    page.locator(".facts", has_text="samples a second").wait_for(timeout=60_000)


def _presses(page: Page, count: int) -> list[float]:
    page.get_by_role("link", name="Shapes").click()
    page.locator(_PICTURE).first.wait_for()
    app_ready(page, quiet=1000)
    watch(page, _PICTURE, "data-shape", focus=_SLIDER)
    return [press(page, "ArrowRight", _APART).changed for _ in range(_DROPPED + count)][_DROPPED:]


def _back(page: Page) -> None:
    page.get_by_role("link", name="Training").click()
    page.locator(".training .lead").wait_for()
    app_ready(page)


def _end(page: Page) -> None:
    while (rows := page.locator(".runs .remove")).count():
        rows.first.click()
        page.wait_for_timeout(300)
    page.locator(_TRAINING).wait_for()
