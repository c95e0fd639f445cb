"""Desk: where a visitor's browser asks how their runs are, and says what is to be done. One for the server.

It answers from any thread, keeps for each visitor what the Train button would start, and sees who has left.
"""

from __future__ import annotations

import atexit
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from lstm_viz.spec import NetworkSpec, SpecError
from lstm_viz.training.comparison import comparison_jobs, count_weights
from lstm_viz.training.job import Job
from lstm_viz.training.runner import Beginning, Runner, RunnerError
from lstm_viz.training.shelf import PastRun
from lstm_viz.training.view import RunView
from lstm_viz.ui.training_offer import Offer, offer_of_link
from lstm_viz.ui.training_past import PastRuns, past_runs
from lstm_viz.ui.training_rows import letters, number, row
from lstm_viz.ui.training_scene import reported, shown

_POLLED_WITHIN = 4.0
_LOOKS_EVERY = 2.0
_SWEEPS_EVERY = 300.0
_WORD = re.compile(r"[\w-]{32}", re.ASCII)
_OF_SPEED = ("learning_rate", "clip", "weight_decay", "patience")
ACTS = ("train", "restart", "compare", "pause", "go_on", "stop", "resume", "remove")
"""What a visitor can ask for."""


@dataclass(eq=False)
class _Visitor:
    """``is_there`` says whether their session is alive. ``offers`` holds what each of their runs was started from.

    ``past`` are the runs that are only on disk any more.
    """

    is_there: Callable[[], bool]
    offer: Offer | None = None
    polled: float = field(default_factory=time.monotonic)
    offers: dict[str, tuple[str, Offer]] = field(default_factory=dict)
    count: int = 0
    past: dict[str, PastRun] = field(default_factory=dict)


class Desk:
    """Every visitor is known by a word that nobody can guess."""

    def __init__(self, runner: Runner, past: PastRuns | None = None) -> None:
        self.runner = runner
        self._past = past or PastRuns(None)
        self._swept = time.monotonic()
        self._lock = threading.Lock()
        self._visitors: dict[str, _Visitor] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="training visitors", daemon=True)
        self._thread.start()

    def offer(self, visitor: str, offer: Offer | None, is_there: Callable[[], bool]) -> None:
        """What Train would start for this visitor; None where nothing can be."""
        with self._lock:
            known = self._visitors.setdefault(visitor, _Visitor(is_there))
            known.offer, known.is_there, known.polled = offer, is_there, time.monotonic()
        self.runner.seen(visitor)

    def claim(self, visitor: str, is_there: Callable[[], bool]) -> bool:
        """A browser says that it was known by this word: whether it is so, and nobody else is there by it now.

        Their runs are theirs again: those that still go on, and those that are on disk.
        """
        if not _WORD.fullmatch(visitor):
            return False
        with self._lock:
            known = self._visitors.get(visitor)
        if known is not None and known.is_there():
            return False  # another tab of theirs, which goes on by itself
        past = self._past.of(visitor)
        if known is None and not past:
            return False
        with self._lock:
            known = self._visitors.setdefault(visitor, _Visitor(is_there))
            known.is_there, known.polled = is_there, time.monotonic()
            known.past = {run_id: run for run_id, run in past.items() if run_id not in known.offers}
            known.count = max(known.count, len(past), *(number(run.name) for run in past.values()))
        self.runner.seen(visitor)
        return True

    def offer_of(self, visitor: str, run_id: str) -> Offer | None:
        """What a run of theirs was started from."""
        found = self._visitor(visitor).offers.get(run_id)
        return None if found is None else found[1]

    def name_of(self, visitor: str, run_id: str) -> str:
        """The letter of a run of theirs."""
        return self._visitor(visitor).offers[run_id][0]

    def views(self, visitor: str) -> tuple[RunView, ...]:
        """The runs of a visitor, in their order."""
        known = self._visitor(visitor).offers
        return tuple(view for view in self.runner.views(visitor) if view.id in known)

    def is_starting(self, visitor: str, run_id: str) -> bool:
        """Whether a run of theirs has yet to do its first epoch. Raises KeyError for a visitor who is not known."""
        view = next((view for view in self.views(visitor) if view.id == run_id), None)
        return view is not None and view.state in ("queued", "running") and not view.epochs

    def answer(self, visitor: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked, and say how the runs are.

        ``have`` maps a run's id to the last of its epochs that the browser has, ``done`` lists those known to be
        over. ``chosen`` is the run whose predictions it shows (None for none; not given for the newest), ``live`` the
        epoch of those, ``scene`` the run whose scene it has; ``act`` is one of ACTS, for ``run``.
        Raises KeyError for a visitor who is not known.
        """
        known = self._visitor(visitor)
        known.polled = time.monotonic()
        self.runner.seen(visitor)
        said: dict[str, Any] = {}
        if act := asked.get("act"):
            try:
                if started := self._do(visitor, known, str(act), str(asked.get("run", ""))):
                    said["started"] = started
            except (RunnerError, SpecError) as error:
                said["error"] = str(error)
        views = self.views(visitor)
        have = asked.get("have")
        have = have if isinstance(have, dict) else {}
        done = asked.get("done")
        over = {view.id for view in views if view.is_over and isinstance(done, list) and view.id in done}
        runs = [
            {"id": view.id, "same": True}
            if view.id in over
            else row(view, *known.offers[view.id], have.get(view.id), self._past.trouble(view.id))
            for view in views
        ]
        chosen = said.get("started") or asked.get("chosen")
        newest = views[-1] if views and "chosen" not in asked else None
        view = next((view for view in views if view.id == chosen), newest)
        if view is not None:
            said |= self._chosen(known, view, asked)
        elif isinstance(chosen, str) and chosen in known.past:
            said["chosen"] = chosen  # there is nothing more of it
        past = [
            {"id": run.id, "same": True}
            if isinstance(done, list) and run.id in done
            else self._past.row(run, have.get(run.id))
            for run in known.past.values()
        ]
        return said | {"runs": past + runs, "ready": known.offer is not None}

    def close(self) -> None:
        """End the thread, and every run; what they have learned until now is on disk."""
        self._closing.set()
        self._thread.join()
        self.keep(now=True)
        self.runner.close()

    def _visitor(self, visitor: str) -> _Visitor:
        with self._lock:
            return self._visitors[visitor]

    def _do(self, visitor: str, known: _Visitor, act: str, run_id: str) -> str | None:
        if act in ("train", "restart", "compare"):
            if known.offer is None:
                raise RunnerError("There is nothing to train: the settings on the left say why.")
            if act == "restart":
                self._stop_all(visitor)
            jobs = comparison_jobs(known.offer.job) if act == "compare" else (known.offer.job,)
            started = [self._submit(visitor, known, _of_cell(known.offer, job)) for job in jobs]
            return started[0]
        if run_id in known.past and act in ("resume", "remove"):
            return self._of_before(visitor, known, act, run_id)
        if run_id not in known.offers:
            raise RunnerError("There is no such run any more: start it anew.")
        if act == "resume":
            letter, offer = known.offers[run_id]
            return self._resume(visitor, known, letter, offer, self.runner.view(run_id).kept or 0, run_id)
        do = {"pause": self.runner.pause, "go_on": self.runner.go_on, "stop": self.runner.stop}.get(act)
        if do is not None:
            do(run_id)
        elif act == "remove":
            self.runner.forget(run_id)
            known.offers.pop(run_id, None)
            self._past.remove(visitor, run_id)
        return None

    def _of_before(self, visitor: str, known: _Visitor, act: str, run_id: str) -> str | None:
        run = known.past[run_id]
        if act == "remove":
            self._past.remove(visitor, run_id)
            del known.past[run_id]
            return None
        beginning = self._past.beginning(visitor, run)
        offer = offer_of_link(run.link or {})
        offer = replace(offer, job=replace(offer.job, spec=replace(offer.job.spec, epochs=run.asked)))
        return self._resume(visitor, known, run.name, offer, run.kept or 0, beginning)

    def _submit(self, visitor: str, known: _Visitor, offer: Offer, resume_from: str | Beginning | None = None) -> str:
        run_id = self.runner.submit(offer.job, visitor, resume_from)
        known.count += 1
        known.offers[run_id] = (letters(known.count), offer)
        remembered = {view.id for view in self.runner.views(visitor)}
        known.offers = {name: value for name, value in known.offers.items() if name in remembered}
        return run_id

    def _stop_all(self, visitor: str) -> None:
        for view in self.views(visitor):
            if not view.is_over:
                self.runner.stop(view.id)

    def _resume(
        self, visitor: str, known: _Visitor, letter: str, offer: Offer, done: int, beginning: str | Beginning
    ) -> str:
        """Go on from the weights that a run kept, with the speed that is set now and epochs enough."""
        spec = offer.job.spec
        if known.offer is not None:
            spec = replace(spec, **{name: getattr(known.offer.job.spec, name) for name in _OF_SPEED})
        more = known.offer.job.spec.epochs if known.offer is not None else spec.epochs
        epochs = spec.epochs if done < spec.epochs else min(done + more, self.runner.limits.epochs)
        job = replace(offer.job, spec=replace(spec, epochs=epochs))
        return self._submit(visitor, known, replace(offer, job=job, summary=f"{letter} gone on"), beginning)

    def _chosen(self, known: _Visitor, view: RunView, asked: Mapping[str, Any]) -> dict[str, Any]:
        offer = known.offers[view.id][1]
        found: dict[str, Any] = {"chosen": view.id}
        same = asked.get("chosen") == view.id
        if asked.get("scene") != view.id:
            found["scene"] = offer.scene
        known_live = (asked.get("live"), asked.get("whole", True)) if same else None
        if view.live is not None and known_live != (view.live.epoch, view.live.whole):
            found["live"] = shown(view.live, offer.data)
        if view.report is not None:
            found["report"] = reported(view.report)
        return found

    def _watch(self) -> None:
        while not self._closing.wait(_LOOKS_EVERY):
            self.look()
            self.keep()
            if time.monotonic() - self._swept > _SWEEPS_EVERY:
                self._swept = time.monotonic()
                self._past.sweep({view.id for view in self.runner.views()})

    def keep(self, now: bool = False) -> None:
        """Write down what is new of each run."""
        with self._lock:
            visitors = dict(self._visitors)
        for word, known in visitors.items():
            for view in self.views(word):
                letter, offer = known.offers[view.id]
                with suppress(RunnerError):  # it was removed meanwhile
                    self._past.keep(word, letter, offer, view, self.runner.kept(view.id), now)

    def look(self) -> None:
        """See who is there. The runs of those who are not are ended after a while, by the runner."""
        with self._lock:
            visitors = dict(self._visitors)
        for word, visitor in visitors.items():
            if time.monotonic() - visitor.polled < _POLLED_WITHIN or visitor.is_there():
                self.runner.seen(word)
                continue
            if self.runner.views(word):
                self.runner.release(word)
            else:
                with self._lock:
                    self._visitors.pop(word, None)


_ONE = threading.Lock()


def desk() -> Desk:
    """The server's. Its runs share what is loaded in the background from now on."""
    with _ONE:
        return _desk()


@cache
def _desk() -> Desk:
    runner = Runner()
    runner.warm_up()
    made = Desk(runner, past_runs())
    atexit.register(made.close)
    return made


def _of_cell(offer: Offer, job: Job) -> Offer:
    if job is offer.job or not isinstance(job.model, NetworkSpec):
        return replace(offer, job=job)
    before = offer.job.model
    assert isinstance(before, NetworkSpec)
    summary = offer.summary.replace(before.cell.upper(), job.model.cell.upper(), 1)
    return replace(offer, job=job, summary=summary, weights=count_weights(job.model))
