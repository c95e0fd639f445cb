"""Several things timed in one run, by turns: what else the machine does then falls on each of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable


def by_turns(rounds: int, *calls: Callable[[], object], dropped: int = 3) -> list[list[float]]:
    """The seconds of each call in so many rounds, each round beginning with another call; the first ones dropped."""
    return timings_by_turns(rounds, *(_timed(call) for call in calls), dropped=dropped)


def timings_by_turns(rounds: int, *timings: Callable[[], float], dropped: int = 3) -> list[list[float]]:
    """The same of calls that return how many seconds they took."""
    found: list[list[float]] = [[] for _ in timings]
    for turn in range(dropped + rounds):
        for place in range(len(timings)):
            which = (turn + place) % len(timings)
            seconds = timings[which]()
            if turn >= dropped:
                found[which].append(seconds)
    return found


def _timed(call: Callable[[], object]) -> Callable[[], float]:
    def seconds() -> float:
        started = time.perf_counter()
        call()
        return time.perf_counter() - started

    return seconds
