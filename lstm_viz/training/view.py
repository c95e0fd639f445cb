"""RunView: what a run was at one moment. It does not change any more."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import Literal

from lstm_viz.training.job import Job
from lstm_viz.training.live import Live
from lstm_viz.training.metrics import Report
from lstm_viz.training.records import Epoch

RunState = Literal["queued", "running", "paused", "finished", "stopped", "failed"]
_RECENT = 20


@dataclass(frozen=True, eq=False)
class RunView:
    """A run as it was when it was looked at.

    ``message`` says in a sentence why it ended, where it did not just finish. ``place`` counts from 1 in the queue; 0
    where it does not wait. ``queued``, ``started`` and ``ended`` are ``time.time()``, None where it has not come to
    that. ``trained`` is how many seconds its epochs took with all that was sent in between, once it has finished.
    ``kept`` is the epoch whose weights can be taken or gone on with; None where there are none.
    """

    id: str
    owner: str
    job: Job
    state: RunState
    epochs: tuple[Epoch, ...]
    message: str
    place: int
    queued: float
    started: float | None
    ended: float | None
    live: Live | None
    report: Report | None
    kept: int | None
    trained: float | None = None

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return self.epochs[-1].epoch if self.epochs else 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("finished", "stopped", "failed")

    @property
    def progress(self) -> float:
        """The share of its epochs that is done, 0 to 1; 1 once it has finished, early or not."""
        return 1.0 if self.state == "finished" else self.epoch / self.job.spec.epochs

    @property
    def seconds(self) -> float:
        """How long it has trained."""
        return sum(epoch.seconds for epoch in self.epochs)

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the speed of its last epochs; None where there are none yet."""
        if not self.epochs or self.is_over:
            return None
        return (self.job.spec.epochs - self.epoch) * median(each.seconds for each in self.epochs[-_RECENT:])

    @property
    def waited(self) -> float:
        """Seconds in the queue."""
        return (self.started or self.ended or time.time()) - self.queued

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest loss."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.best), None)
