"""How soon the picture follows a key on a slider, in Chromium."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.benchmarks.figure import Figure, ratio
from tests.benchmarks.floors import TEXT, served
from tests.benchmarks.stopwatch import Press, open_page, press, watch
from tests.support.browsing import browsing

_APART = 0.7
_DROPPED = 3


def pressing(rounds: int) -> list[Figure]:
    """A key on the slider of H until another diagram is there, over a Streamlit page that only changes a text.

    Both pages are open at once and get their keys by turns. No H comes twice, so each diagram is a new forward pass.
    H starts at 6, since 5 is a preset and leaving one changes the list of controls too.
    """
    with served() as app, served(TEXT) as empty, browsing() as browser:
        ours = open_page(browser, f"{app.url}/?H=6", "svg.lv")
        watch(ours, '[data-tensor="output"]', "data-shape", focus='input[type=range][aria-label^="H,"]')
        theirs = open_page(browser, empty.url, '[data-testid="stSlider"]')
        watch(theirs, '[data-testid="stText"]', focus='[data-testid="stSlider"] input')
        presses = _by_turns(rounds, ours, theirs)
    changed = ([each.changed for each in one] for one in presses)
    painted = ([each.painted for each in one] for one in presses)
    what = "key on a slider to new diagram over a text"
    return [
        ratio(what, *changed, 2.0, "an empty page's text"),
        ratio("  the same until it is painted", *painted, None, "an empty page's text"),
    ]


def _by_turns(rounds: int, *pages: Page) -> list[list[Press]]:
    found: list[list[Press]] = [[] for _ in pages]
    for _ in range(_DROPPED + rounds):
        for page, presses in zip(pages, found, strict=True):
            presses.append(press(page, "ArrowRight", _APART))
    return [presses[_DROPPED:] for presses in found]
