"""How soon the numbers inside the cell follow a key."""

from __future__ import annotations

from statistics import median

from tests.benchmarks.figure import Figure, spread
from tests.benchmarks.floors import served
from tests.benchmarks.stopwatch import open_page, press, watch
from tests.support.browsing import browsing

_APART = 0.7
_DROPPED = 3


def stepping(rounds: int) -> list[Figure]:
    """One step forward on the Cell page, from the key to the next step's numbers in the picture."""
    steps = rounds + _DROPPED + 1
    with served() as app, browsing() as browser:
        page = open_page(browser, f"{app.url}/cell?T={steps}", "svg.cell-lv")
        watch(page, "svg.cell-lv")
        presses = [press(page, "ArrowRight", _APART) for _ in range(_DROPPED + rounds)][_DROPPED:]
    changed, painted = [each.changed for each in presses], [each.painted for each in presses]
    parts = f"{spread(changed)}; painted after {spread(painted)}"
    return [Figure("key to changed numbers in the cell", 1000 * median(changed), "ms", 100, parts=parts)]
