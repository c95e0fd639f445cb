"""Runner: training runs in processes of their own, some at once, the others in a queue."""

from __future__ import annotations

import atexit
import itertools
import os
import pickle  # it writes, and reads none  # nosec B403
import secrets
import selectors
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import Pipe

from lstm_viz.links import SpecError
from lstm_viz.training.job import Job
from lstm_viz.training.limits import Limits, Room
from lstm_viz.training.messages import Kept
from lstm_viz.training.process import launch, warm_up
from lstm_viz.training.records import Epoch
from lstm_viz.training.run_record import RunRecord
from lstm_viz.training.spec import TrainingSpec
from lstm_viz.training.view import RunView
from lstm_viz.training.worker import GO_ON, PAUSE, STOP, Orders, main

_PIECE = 1 << 18


class RunnerError(RuntimeError):
    """What was asked for cannot be done: no such run, no room in the queue, nothing to go on from."""


@dataclass(frozen=True, eq=False)
class Beginning:
    """What a run goes on from: the checkpoint that another one kept, and the curve until then."""

    kept: Kept
    epochs: tuple[Epoch, ...]


class Runner:
    """Runs jobs, each in a process of its own. One for the server; every method may be called from any thread.

    One thread of its own starts the processes, reads what they say, and ends what is to be ended. ``close`` ends all
    runs; it is called by itself when Python ends.
    """

    def __init__(self, room: Room | None = None, limits: Limits | None = None) -> None:
        self.room, self.limits = room or Room(), limits or Limits()
        self._lock = threading.RLock()
        self._runs: dict[str, RunRecord] = {}
        self._mark, self._numbers = secrets.token_hex(4), itertools.count(1)
        self._left: dict[str, float] = {}
        self._closing = False
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._work, name="training runs", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def warm_up(self) -> None:
        """Load what runs share, in the background, so that the first run starts as soon as the others."""
        warm_up()

    def submit(self, job: Job, owner: str = "", resume_from: str | Beginning | None = None) -> str:
        """Put a job into the queue, and give its run's id. ``resume_from``: go on from the weights that a run kept.

        An id is this server's own: a run of before has another.

        Raises RunnerError where the queue is full or there is nothing to go on from, and SpecError for more epochs than
        a run may have.
        """
        if job.spec.epochs > self.limits.epochs:
            advice = "Fewer epochs, or smaller batches, which learn more in each."
            raise SpecError("epochs", f"at most {self.limits.epochs:,} here", job.spec.epochs, advice)
        content = pickle.dumps(job)
        with self._changing():
            orders, past = Orders(content, self.limits), []
            if resume_from is not None:
                before = self._beginning(resume_from) if isinstance(resume_from, str) else resume_from
                kept = before.kept
                orders = replace(orders, checkpoint=kept.checkpoint, from_best=kept.from_best)
                past = [epoch for epoch in before.epochs if epoch.epoch <= kept.epoch]
            self._check_room(owner)
            self._left.pop(owner, None)
            run = RunRecord(f"run-{self._mark}-{next(self._numbers)}", owner, job, orders, self.limits, past)
            self._runs[run.id] = run
            self._forget_oldest(owner)
            return run.id

    def restart(self, run_id: str, spec: TrainingSpec | None = None) -> str:
        """Submit the job of a run again, with other settings if there are; the old run stays beside it."""
        run = self._run(run_id)
        return self.submit(replace(run.job, spec=spec or run.job.spec), run.owner)

    def resume(self, run_id: str, spec: TrainingSpec | None = None) -> str:
        """Go on from the weights that an ended run kept, as a new run whose curve begins with the old one."""
        run = self._run(run_id)
        return self.submit(replace(run.job, spec=spec or run.job.spec), run.owner, resume_from=run_id)

    def pause(self, run_id: str) -> None:
        """Hold a run before its next batch, which lets another one run. Without effect on one that does not run.

        Raises RunnerError where too many are paused.
        """
        with self._changing():
            run = self._run(run_id)
            if run.state == "running" and not run.stop_asked:
                if sum(other.paused_at is not None for other in self._runs.values()) >= self.room.paused:
                    raise RunnerError(f"{self.room.paused:,} runs are paused, and that is the most: stop it instead.")
                run.pause()
                run.signal(PAUSE)

    def go_on(self, run_id: str) -> None:
        """Let a paused run go on, at once or when it is its turn."""
        with self._changing():
            run = self._run(run_id)
            if run.state == "paused" and not run.stop_asked:
                run.state = "queued"
                run.changed()

    def stop(self, run_id: str, message: str = "It was stopped.") -> None:
        """End a run: after its epoch if that is soon, and for sure after a grace. A waiting one leaves the queue."""
        with self._changing():
            self._stop(self._run(run_id), message)

    def view(self, run_id: str) -> RunView:
        """The run as it is now. Raises RunnerError where there is none of that id."""
        with self._lock:
            run = self._run(run_id)
            return run.view(self._place(run))

    def views(self, owner: str | None = None) -> tuple[RunView, ...]:
        """All runs, or those of one owner, in the order in which they came."""
        with self._lock:
            runs = [run for run in self._runs.values() if owner is None or run.owner == owner]
            return tuple(run.view(self._place(run)) for run in runs)

    def checkpoint(self, run_id: str) -> bytes | None:
        """The last checkpoint that a run kept: see ``keeping.weights_of``. None where there is none."""
        with self._lock:
            kept = self._run(run_id).kept
            return None if kept is None else kept.checkpoint

    def kept(self, run_id: str) -> Kept | None:
        """The same with its epoch, and whether only its best weights are good."""
        with self._lock:
            return self._run(run_id).kept

    def seen(self, owner: str) -> None:
        """This visitor is there."""
        with self._lock:
            self._left.pop(owner, None)

    def release(self, owner: str) -> None:
        """This visitor seems to have left. Unless they are seen again in time, their runs are ended and forgotten."""
        with self._changing():
            self._left.setdefault(owner, time.monotonic() + self.room.leaving)

    def forget(self, run_id: str) -> None:
        """Remove a run with its curve and its weights; one that runs is ended before."""
        with self._changing():
            run = self._run(run_id)
            self._stop(run, "It was removed.")
            if run.ended is not None:
                del self._runs[run_id]
            else:
                run.owner = _NOBODY

    def wait(self, run_id: str, seconds: float = 60.0) -> RunView:
        """The view of a run once it is over, or after so many seconds."""
        until = time.monotonic() + seconds
        while not (view := self.view(run_id)).is_over and time.monotonic() < until:
            time.sleep(0.01)
        return view

    def close(self) -> None:
        """End every run and the thread. Nothing is left behind."""
        with self._changing():
            self._closing = True
        self._thread.join()
        atexit.unregister(self.close)

    # What follows runs in the runner's own thread, or under its lock.

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            yield
            if self._wake_write >= 0:
                with suppress(BlockingIOError):  # full: it will wake up anyway
                    os.write(self._wake_write, b"!")

    def _run(self, run_id: str) -> RunRecord:
        with self._lock:
            if run_id not in self._runs:
                raise RunnerError(f"There is no run {run_id!r} any more: start it anew.")
            return self._runs[run_id]

    def _beginning(self, run_id: str) -> Beginning:
        before = self._run(run_id)
        if before.kept is None:
            raise RunnerError("This run kept no weights to go on from: start it anew.")
        return Beginning(before.kept, tuple(before.epochs))

    def _waiting(self) -> list[RunRecord]:
        return [run for run in self._runs.values() if run.state == "queued"]

    def _running(self) -> list[RunRecord]:
        return [run for run in self._runs.values() if run.state == "running"]

    def _alive(self) -> list[RunRecord]:
        return [run for run in self._runs.values() if run.process is not None]

    def _place(self, run: RunRecord) -> int:
        return self._waiting().index(run) + 1 if run.state == "queued" else 0

    def _check_room(self, owner: str) -> None:
        if self._closing:
            raise RunnerError("Training is being shut down: start it again in a moment.")
        waiting = self._waiting()
        if len(waiting) >= self.room.waiting:
            raise RunnerError(f"{len(waiting):,} runs are waiting, and that is the most: try again in a minute.")
        if (own := sum(run.owner == owner for run in waiting)) >= self.room.waiting_each:
            raise RunnerError(f"{own:,} runs of yours are waiting, and that is the most: stop one, or wait for it.")

    def _forget_oldest(self, owner: str) -> None:
        over = [run for run in self._runs.values() if run.owner == owner and run.ended is not None]
        for run in over[: max(0, len(over) - self.room.remembered_each)]:
            del self._runs[run.id]

    def _stop(self, run: RunRecord, message: str) -> None:
        if run.state == "queued" and run.process is None:
            run.over("stopped", message)
        elif run.ended is None and not run.stop_asked:
            run.state = "paused" if run.state == "queued" else run.state  # it waited to go on, and will not
            run.stop_asked = message
            run.kill_at = time.monotonic() + self.room.grace
            run.changed()
            run.signal(STOP)

    def _work(self) -> None:
        try:
            while True:
                with self._lock:
                    if self._closing:
                        break
                    timeout = self._next_deadline()
                for key, _ in self._selector.select(timeout):
                    if key.data is None:
                        os.read(key.fd, 4096)
                    else:
                        self._read(key.data)
                self._end_what_is_due()
                self._start_waiting()
        finally:
            self._end_everything()

    def _next_deadline(self) -> float | None:
        due = [when for run in self._alive() if (when := run.due()) is not None] + list(self._left.values())
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _read(self, run: RunRecord) -> None:
        piece = os.read(run.pipe, _PIECE)
        messages = list(run.reading.feed(piece))
        with self._lock:
            for message in messages:
                run.take(message)
        if not piece:
            self._let_go(run)

    def _let_go(self, run: RunRecord) -> None:
        self._selector.unregister(run.pipe)
        with self._lock:
            run.at_end = True
        code = run.reap()  # without the lock: nobody is to wait for a process that ends
        with self._lock:
            run.settle(code)
            if run.owner == _NOBODY:
                self._runs.pop(run.id, None)

    def _end_what_is_due(self) -> None:
        now = time.monotonic()
        with self._lock:
            for run in self._alive():
                if (when := run.due()) is None or when > now:
                    continue
                if run.paused_at is not None and not run.stop_asked:
                    self._stop(run, f"It was paused for {self.room.longest_pause / 60:g} minutes, and then ended.")
                else:
                    run.stop_asked = run.stop_asked or f"It reached its limit of {run.limits.seconds:g} seconds."
                    run.signal(signal.SIGKILL)
                    run.kill_at = now + self.room.grace
            for owner in [owner for owner, when in self._left.items() if when <= now]:
                del self._left[owner]
                for run in [run for run in self._runs.values() if run.owner == owner]:
                    self._stop(run, "Its visitor has left.")
                    if run.ended is not None:
                        del self._runs[run.id]
                    else:
                        run.owner = _NOBODY

    def _start_waiting(self) -> None:
        while True:
            with self._lock:
                waiting = self._waiting()
                if self._closing or not waiting or len(self._running()) >= self.room.at_once:
                    return
                run = waiting[0]
                if run.process is not None:
                    run.go_on()
                    run.signal(GO_ON)
                    continue
                run.state, run.started = "running", time.time()
                run.changed()
                orders = run.orders
            self._start(run, orders)

    def _start(self, run: RunRecord, orders: Orders | None) -> None:
        ours, theirs = Pipe(duplex=False)
        try:
            process = launch(main, theirs, orders)
        except Exception as error:
            ours.close()
            with self._lock:
                run.over("failed", f"Its process could not be started: {type(error).__name__} {error}")
            return
        finally:
            theirs.close()
        pipe = os.dup(ours.fileno())
        ours.close()
        with self._lock:
            run.begin(process, pipe, self.room.longest_pause)
            if run.state == "paused":  # asked for while it was being started
                run.signal(PAUSE)
            if run.stop_asked:
                run.kill_at = time.monotonic() + self.room.grace
                run.signal(STOP)
        self._selector.register(pipe, selectors.EVENT_READ, run)

    def _end_everything(self) -> None:
        with self._lock:
            self._closing = True
            for run in [run for run in self._runs.values() if run.ended is None and run.process is None]:
                run.over("stopped", _SHUT_DOWN)
            alive = self._alive()
            for run in alive:
                run.stop_asked, run.last_word = _SHUT_DOWN, None
                run.signal(signal.SIGKILL)
        for run in alive:
            self._let_go(run)
        self._selector.close()
        with self._lock:
            os.close(self._wake_read)
            os.close(self._wake_write)
            self._wake_write = -1


_SHUT_DOWN = "Training was shut down."
_NOBODY = "\0nobody"
"""The owner of a run that is to vanish once it has ended."""
