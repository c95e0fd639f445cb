"""The process of one run: it trains, says how far it is, and does what signals ask of it between two batches."""

from __future__ import annotations

import os
import pickle  # between our own processes  # nosec B403
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

import torch

from lstm_viz.training.batches import Batches, Pair
from lstm_viz.training.job import Started, start
from lstm_viz.training.limits import Limits
from lstm_viz.training.live import look
from lstm_viz.training.measures import NotFinite
from lstm_viz.training.messages import Ended, Gathered, Kept, Message, Seen, send
from lstm_viz.training.metrics import Report, report
from lstm_viz.training.records import Epoch

PAUSE, GO_ON, STOP = signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM
_GATHERED_FOR = 0.1
_PATIENT_FOR = 1.0
_LOOKED_AT_EVERY, _KEPT_EVERY, _SHARE = 0.5, 2.0, 0.01
_LONGEST_MESSAGE = 2_000


class Stop(Exception):  # noqa: N818
    """The run was asked to end, or has used up its time; ``whole`` says whether between two epochs."""

    def __init__(self, message: str, whole: bool) -> None:
        self.whole = whole
        super().__init__(message)


@dataclass(frozen=True)
class Orders:
    """What a run is sent: its job as bytes, a checkpoint to go on from, and its limits."""

    job: bytes
    limits: Limits
    checkpoint: bytes | None = None
    from_best: bool = False


def main(pipe: Connection, orders: Orders) -> None:
    """Train. Whatever happens, the last message says how it ended; where even that fails, the exit code does."""
    with suppress(BrokenPipeError):  # nobody listens any more
        _train(pipe, orders)


def _train(pipe: Connection, orders: Orders) -> None:
    control = Control(pipe.fileno(), orders.limits.seconds)
    os.nice(orders.limits.nice)
    torch.set_num_threads(1)
    run = Run(pipe.fileno(), orders, control)
    try:
        _limit_memory(orders.limits.memory_bytes)
        run.train()
        ended = Ended("finished", run.note, run.report(), run.seconds)
    except Stop as stop:
        if stop.whole:
            run.keep()
        ended = Ended("stopped", str(stop), run.report() if stop.whole else None)
    except NotFinite as error:
        run.keep(from_best=True)
        ended = Ended("failed", str(error))
    except BrokenPipeError:
        raise
    except Exception as error:  # whatever it is, the person is told
        run.keep(from_best=True)
        ended = Ended("failed", _sentence(error, run.epoch))
    run.say(ended)


class Control:
    """What signals ask for. They only set a mark: it is acted upon between two batches, when everything is in order."""

    def __init__(self, pipe: int, seconds: float) -> None:
        self.pausing = self.stopping = False
        self._pipe, self._limit = pipe, seconds
        self._began, self._paused, self._asked = time.perf_counter(), 0.0, 0.0
        signal.signal(PAUSE, lambda *_: self._set(pausing=True))
        signal.signal(GO_ON, lambda *_: self._set(pausing=False))
        signal.signal(STOP, lambda *_: self._set(stopping=True))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl+C in the terminal is for the server, which ends its runs

    def clock(self) -> float:
        """Seconds of training: time spent in a pause does not count."""
        return time.perf_counter() - self._paused

    def obey(self, before_pause: Callable[[bool], None], whole: bool) -> None:
        """Wait while paused. Raises Stop where it is time to end. Both come after a whole epoch, if that comes soon."""
        if self.pausing and not self.stopping and self._is_time(whole):
            began, self._asked = time.perf_counter(), 0.0
            before_pause(whole)
            while self.pausing and not self.stopping:
                time.sleep(0.02)
                self._end_if_alone()
            self._paused += time.perf_counter() - began
        late = self.clock() - self._began > self._limit
        if not (self.stopping or late):
            self._asked = self._asked if self.pausing else 0.0
            return
        if self._is_time(whole):
            why = "was stopped" if self.stopping else f"reached its limit of {self._limit:g} seconds"
            raise Stop(f"It {why}.", whole)

    def _is_time(self, whole: bool) -> bool:
        self._asked = self._asked or time.perf_counter()
        return whole or time.perf_counter() - self._asked > _PATIENT_FOR

    def _set(self, **marks: bool) -> None:
        vars(self).update(marks)

    def _end_if_alone(self) -> None:
        poll = select.poll()
        poll.register(self._pipe, 0)  # an error on a pipe is always told: its reader is gone
        if poll.poll(0):
            os._exit(0)


class Pace:
    """Says when it is time again: after ``seconds``, and so seldom that it takes no more than a share of the time."""

    def __init__(self, seconds: float, clock: Callable[[], float], first: float = 0.0) -> None:
        self._seconds, self._clock = seconds, clock
        self._next = clock() + first

    def due(self) -> bool:
        """Whether it is time."""
        return self._clock() >= self._next

    def done(self, began: float) -> None:
        """It was done, from ``began`` until now."""
        now = self._clock()
        self._next = now + max(self._seconds, (now - began) / _SHARE)


class Run:
    """One training, and its side of the pipe."""

    def __init__(self, pipe: int, orders: Orders, control: Control) -> None:
        self._pipe, self._orders, self._control = pipe, orders, control
        self._gathered: list[Epoch] = []
        self._said = 0.0
        self._started: Started | None = None
        self.epoch, self.note = 0, ""
        self._seen_at = 0
        self.seconds: float | None = None

    def train(self) -> None:
        """All epochs. Raises Stop, NotFinite, and whatever data and model raise."""
        started = start(pickle.loads(self._orders.job))  # written by the server for this process  # nosec B301
        self._started = started
        training, clock = started.training, self._control.clock
        if self._orders.checkpoint is not None:
            training.go_on(self._orders.checkpoint, started.batches.shuffling, self._orders.from_best)
        self.epoch = training.epoch
        first = clock()
        watching, keeping = Pace(_LOOKED_AT_EVERY, clock, first=_LOOKED_AT_EVERY), Pace(_KEPT_EVERY, clock)
        for epoch in started.epochs(self._obedient(started.batches), clock=clock):
            self._add(epoch)
            if watching.due():
                began = clock()
                self.look()
                watching.done(began)
            if keeping.due():
                began = clock()
                self.keep()
                keeping.done(began)
        self.flush()
        self.seconds = clock() - first
        self.keep()
        self.look()
        if started.training.spec.patience and training.epoch < started.training.spec.epochs:
            self.note = (
                f"It stopped early, after {training.epoch:,} epochs: the loss was lowest after epoch "
                f"{training.best.epoch:,}, and those weights were put back."
            )

    def say(self, message: Message) -> None:
        """Send a message, after the epochs that came before it."""
        self.flush()
        send(self._pipe, message)

    def look(self, whole: bool = True) -> None:
        """Send what the network predicts now; ``whole`` where no epoch is under way."""
        started = self._started
        assert started is not None
        self.say(Seen(look(started.training.model, started.data, started.network, self.epoch, whole)))
        self._seen_at = self.epoch if whole else 0

    def before_pause(self, whole: bool) -> None:
        """Send what a person sees while they wait: how far the run is, and what its network predicts there."""
        self.flush()
        if not (whole and self._seen_at == self.epoch):
            self.look(whole)

    def flush(self) -> None:
        """Send the epochs that were gathered."""
        if self._gathered:
            send(self._pipe, Gathered(tuple(self._gathered)))
            self._gathered = []
        self._said = time.perf_counter()

    def keep(self, from_best: bool = False) -> None:
        """Send a checkpoint, if it is not too large to be kept."""
        started = self._started
        if started is None:
            return
        checkpoint = started.training.checkpoint(started.batches.shuffling)
        epoch = started.training.best.epoch if from_best else started.training.epoch
        if len(checkpoint) <= self._orders.limits.checkpoint_bytes:
            self.say(Kept(epoch, checkpoint, from_best))
        else:
            self.note = f"Its weights take {len(checkpoint):,} bytes, which is too much to keep."

    def report(self) -> Report | None:
        """What the network is worth, where it was trained at all."""
        started = self._started
        if started is None or not self.epoch:
            return None
        return report(started.training.model, started.data, started.network)

    def _add(self, epoch: Epoch) -> None:
        self._gathered.append(epoch)
        self.epoch = epoch.epoch
        if time.perf_counter() - self._said >= _GATHERED_FOR:
            self.flush()

    def _obedient(self, batches: Batches) -> _Obedient:
        return _Obedient(batches, self._control, self.before_pause)


@dataclass(frozen=True, eq=False)
class _Obedient:
    """Batches that look at what is asked before each one."""

    batches: Batches
    control: Control
    before_pause: Callable[[bool], None]

    def __iter__(self) -> Iterator[Pair]:
        whole = True
        for batch in self.batches:
            self.control.obey(self.before_pause, whole)
            whole = False
            yield batch


def _limit_memory(memory_bytes: int) -> None:
    """More than so much beyond what the process has by now is refused, and torch says so: nobody else is killed."""
    if sys.platform == "linux" and memory_bytes:
        with open("/proc/self/statm") as statm:  # noqa: PTH123
            data_pages = int(statm.read().split()[5])
        most = data_pages * resource.getpagesize() + memory_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _sentence(error: Exception, epoch: int) -> str:
    said = " ".join(str(error).split())[:_LONGEST_MESSAGE]
    if isinstance(error, MemoryError) or "can't allocate memory" in said:
        where = f"In epoch {epoch + 1:,} it needed more memory than a run may have"
        return f"{where}: make the network, the batches or the window smaller. torch says: {said or 'MemoryError'}"
    where = f"in epoch {epoch + 1:,}" if epoch else "before the first epoch was done"
    return f"{type(error).__name__} {where}: {said}"
