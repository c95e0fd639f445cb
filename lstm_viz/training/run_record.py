"""One run as the runner keeps it: what it was sent, what came back, and its process while it has one."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field

from lstm_viz.training.job import Job
from lstm_viz.training.limits import Limits
from lstm_viz.training.live import Live
from lstm_viz.training.messages import Ended, Gathered, Kept, Message, Reading, Seen
from lstm_viz.training.metrics import Report
from lstm_viz.training.process import Process
from lstm_viz.training.records import Epoch
from lstm_viz.training.view import RunState, RunView
from lstm_viz.training.worker import Orders

_SPARE_SECONDS = 10.0
_ENDS_WITHIN = 2.0
_NOT_KNOWN = 255
"""The exit code of every process once the forkserver is gone, which alone could tell."""


@dataclass(eq=False)
class RunRecord:
    """Everything in it changes under the runner's lock alone."""

    id: str
    owner: str
    job: Job
    orders: Orders | None
    limits: Limits
    epochs: list[Epoch] = field(default_factory=list)
    state: RunState = "queued"
    message: str = ""
    queued: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    live: Live | None = None
    report: Report | None = None
    kept: Kept | None = None
    last_word: Ended | None = None
    process: Process | None = None
    pipe: int = -1
    reading: Reading = field(default_factory=Reading)
    stop_asked: str = ""
    kill_at: float | None = None
    paused_at: float | None = None
    longest_pause: float = 0.0
    at_end: bool = False
    _view: RunView | None = None

    def take(self, message: Message) -> None:
        """Note what the run said."""
        match message:
            case Gathered(epochs):
                self.epochs.extend(epochs)
            case Kept():
                self.kept = message
            case Seen(live):
                self.live = live
            case Ended():
                self.last_word, self.report = message, message.report
        self.changed()

    def changed(self) -> None:
        """The next view is made anew."""
        self._view = None

    def view(self, place: int) -> RunView:
        """The run as it is now; the same object until something changes."""
        if self._view is None or self._view.place != place:
            self._view = RunView(
                id=self.id,
                owner=self.owner,
                job=self.job,
                state=self.state,
                epochs=tuple(self.epochs),
                message=self.message,
                place=place,
                queued=self.queued,
                started=self.started,
                ended=self.ended,
                live=self.live,
                report=self.report,
                kept=self.kept.epoch if self.kept else None,
                trained=self.last_word.seconds if self.last_word else None,
            )
        return self._view

    def signal(self, which: signal.Signals) -> None:
        """Send a signal to the process, if it is there."""
        if self.process is not None and self.process.pid is not None and not self.at_end:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, which)

    def begin(self, process: Process, pipe: int, longest_pause: float) -> None:
        """Its process has started. One that hangs is killed some time after its limit."""
        self.process, self.pipe, self.longest_pause = process, pipe, longest_pause
        self.kill_at = time.monotonic() + self.limits.seconds + _SPARE_SECONDS
        self.orders = None  # the bytes are there now
        self.changed()

    def pause(self) -> None:
        """From running to paused."""
        self.state, self.paused_at = "paused", time.monotonic()
        self.changed()

    def go_on(self) -> None:
        """From paused, or from waiting after a pause, to running; the time in between does not count."""
        self.state = "running"
        if self.kill_at is not None and self.paused_at is not None:
            self.kill_at += time.monotonic() - self.paused_at
        self.paused_at = None
        self.changed()

    def due(self) -> float | None:
        """When it is to be ended, as ``time.monotonic()``; time in a pause does not count, but a pause has an end."""
        if self.paused_at is None or self.stop_asked:
            return self.kill_at
        return self.paused_at + self.longest_pause

    def over(self, state: RunState, message: str) -> None:
        """It has ended."""
        self.state, self.message, self.ended = state, message, time.time()
        self.orders = self.kill_at = self.paused_at = None
        self.changed()

    def reap(self) -> int | None:
        """Its pipe is at an end: make sure that the process has ended, and give its exit code. It may take a moment."""
        assert self.process is not None
        self.process.join(_ENDS_WITHIN)
        if self.process.exitcode in (None, _NOT_KNOWN):
            self._kill()
            self.process.join(_ENDS_WITHIN)
        return self.process.exitcode

    def settle(self, code: int | None) -> None:
        """Its process has ended with this exit code: let go of it, and say what happened."""
        if self.process is not None and code is not None:
            self.process.close()
        os.close(self.pipe)
        self.process, self.pipe = None, -1
        if self.last_word is not None:
            self.over(self.last_word.state, self.last_word.message)
        elif self.stop_asked:
            self.over("stopped", self.stop_asked)
        else:
            self.over("failed", self._what_happened(code))

    def _kill(self) -> None:
        if self.process is not None and self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)

    def _what_happened(self, code: int | None) -> str:
        done = self.epochs[-1].epoch if self.epochs else 0
        where = f"after epoch {done:,}" if done else "before its first epoch was done"
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            why = ": somebody ended it, or the machine ran out of memory" if -code == signal.SIGKILL else ""
            return f"Its process was ended by {name} {where}{why}."
        known = "" if code in (None, _NOT_KNOWN) else f" with exit code {code}"
        return f"Its process ended{known} {where}, without saying why."
