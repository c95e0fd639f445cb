"""What one rerun of the Shapes page costs the server where the spec was seen before."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median

from tests.benchmarks.figure import Figure, ratio, spread
from tests.benchmarks.floors import EMPTY, served
from tests.benchmarks.timing import timings_by_turns
from tests.benchmarks.visitor import Visitor, visiting

TARGET = 25


def rerunning(rounds: int) -> list[Figure]:
    """The whole page and the picture's fragment alone, beside a script that does nothing; two specs by turns."""
    with ExitStack() as stack:
        app, empty = (stack.enter_context(served(script)) for script in (None, EMPTY))
        one, other, nobody = (stack.enter_context(visiting(server.url)) for server in (app, app, empty))
        for visitor in (one, other, nobody):
            visitor.run()
        page = _changes(one, "lstm_controls", "values", fragment=False)
        fragment = _changes(other, "lstm_diagram", "change", fragment=True)
        whole, part, floor = timings_by_turns(rounds, page, fragment, nobody.run, dropped=4)
    return [
        _figure("rerun of the page, spec in the cache", whole),
        ratio("  the same over an empty script", whole, floor, None, "an empty script"),
        _figure("rerun of the picture's fragment, spec in the cache", part),
        ratio("  the same over an empty script", part, floor, None, "an empty script"),
    ]


def _changes(visitor: Visitor, component: str, state: str, *, fragment: bool) -> Callable[[], float]:
    """Each call sets H, to 6 and to 7 by turns, and runs what the component stands in."""
    count = itertools.count(1)

    def change() -> float:
        sent = next(count)
        said = {"fields": {"hidden_size": 6 + sent % 2}, "sent": sent}
        return visitor.run(component, fragment, **{state: said})

    return change


def _figure(what: str, seconds: list[float]) -> Figure:
    return Figure(what, 1000 * median(seconds), "ms", TARGET, parts=f"{spread(seconds)}, request to script_finished")
