"""The server looks for unreachable objects when it is quiet, and not in the middle of somebody's picture.

With torch loaded, a full collection walks over a million objects and holds every visitor up for 60 to 300 ms. Python
starts one after so many new objects, which is when the room is busiest. What is new is still collected as it comes.
"""

from __future__ import annotations

import asyncio
import gc
import time

LOOKS_EVERY = 2.0
QUIET = 0.1
"""The share of a core below which the server is quiet."""
AT_LEAST_EVERY, AT_MOST_EVERY = 300.0, 20.0
_NEW, _YOUNG, _NEVER = 5_000, 20, 1_000_000


async def collect_when_quiet() -> None:
    """Keep the start's objects out of it, then collect in quiet moments, and every five minutes in any case."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW, _YOUNG, _NEVER)
    collected, used = time.monotonic(), time.process_time()
    while True:
        await asyncio.sleep(LOOKS_EVERY)
        before, used = used, time.process_time()
        if is_due(time.monotonic() - collected, (used - before) / LOOKS_EVERY):
            gc.collect()
            collected = time.monotonic()


def is_due(seconds: float, share: float) -> bool:
    """Whether to collect, so many seconds after the last time, with the server at this share of a core.

    >>> is_due(25, share=0.02), is_due(25, share=0.6), is_due(301, share=0.6), is_due(2, share=0)
    (True, False, True, False)
    """
    return seconds >= AT_LEAST_EVERY or (seconds >= AT_MOST_EVERY and share < QUIET)
