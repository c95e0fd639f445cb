"""The process that draws for everybody, so that a room's pictures do not hold up its pages.

All visitors' Python shares one interpreter lock, and half of a change is its picture. Where there is a second core,
and until that process runs, dies or is late, the server draws by itself.
"""

from __future__ import annotations

import os
import pickle  # between our own processes  # nosec B403
import threading
import time
from contextlib import suppress
from functools import cache
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from lstm_viz.drawing.order import Order, Picture, carry_out_all

_PATIENCE = 10.0
_AGAIN_AFTER = 60.0
_UNDER_WAY = 2


class Studio:
    """One process, which draws one order while it has the next. ``carry_out`` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way = threading.Semaphore(_UNDER_WAY)
        self._last = threading.Lock()
        """Held until the last order that was sent has its answer: answers come in the order of the orders."""
        self._connection: Connection | None = None
        self._opened = -_AGAIN_AFTER

    def open(self) -> None:
        """Start the process, from the one that training runs come from. Not more than once a minute."""
        from lstm_viz.training.process import launch  # a first page does not wait for this import

        with self._lock:
            if self._connection is not None or time.monotonic() - self._opened < _AGAIN_AFTER:
                return
            self._opened = time.monotonic()
        ours, theirs = Pipe()
        try:
            self.process = launch(carry_out_all, theirs)
        except (OSError, EOFError):
            return
        finally:
            theirs.close()
        with self._lock:
            self._connection = ours

    def carry_out(self, order: Order) -> Picture | None:
        """The picture; None where there is no process for it now, or the order could not be carried out."""
        with self._under_way:
            answer = self._answer(order)
        if not answer:
            return None
        found: Picture = pickle.loads(answer)  # our own process made it  # nosec B301
        return found

    def _answer(self, order: Order) -> bytes | None:
        answered = threading.Lock()
        with answered:
            with self._lock:
                connection, before = self._connection, self._last
                if connection is None:
                    return None
                self._last = answered
                with suppress(OSError, EOFError):  # there will be no answer
                    connection.send(order)
            with before:
                try:
                    answer = connection.recv_bytes() if connection.poll(_PATIENCE) else None
                except (OSError, EOFError):
                    answer = None
        if answer is None:
            self._renew(connection)
        return answer

    def _renew(self, broken: Connection) -> None:
        with self._lock:
            if self._connection is broken:
                self._close()
                threading.Thread(target=self.open, name="studio", daemon=True).start()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self.process.kill()


@cache
def studio() -> Studio:
    """The server's. It has no process before ``open``."""
    return Studio()


def open_studio() -> None:
    """Start the server's, where there is a core for it."""
    if (os.cpu_count() or 1) > 1:
        studio().open()
