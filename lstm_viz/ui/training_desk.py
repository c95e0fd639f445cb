"""Desk: where a visitor's browser asks how their runs are, and says what is to be done. One for the server.

It answers from any thread, keeps for each visitor what the Train button would start, and sees who has left.
"""

from __future__ import annotations

import atexit
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from statistics import median
from typing import Any

from lstm_viz.spec import NetworkSpec, SpecError
from lstm_viz.training.comparison import comparison_jobs, count_weights
from lstm_viz.training.job import Job
from lstm_viz.training.runner import Runner, RunnerError
from lstm_viz.training.thinning import thin
from lstm_viz.training.view import RunView
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_scene import reported, shown

_MOST_POINTS = 600
_POLLED_WITHIN = 4.0
_LOOKS_EVERY = 2.0
_RECENT = 20
_OF_SPEED = ("learning_rate", "clip", "weight_decay", "patience")
ACTS = ("train", "restart", "compare", "pause", "go_on", "stop", "resume", "remove")
"""What a visitor can ask for."""


@dataclass(eq=False)
class _Visitor:
    """``is_there`` says whether their session is alive. ``offers`` holds what each of their runs was started from."""

    is_there: Callable[[], bool]
    offer: Offer | None = None
    polled: float = field(default_factory=time.monotonic)
    offers: dict[str, tuple[str, Offer]] = field(default_factory=dict)
    count: int = 0


class Desk:
    """Every visitor is known by a word that nobody can guess."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
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
            {"id": view.id, "same": True} if view.id in over else self._row(known, view, have.get(view.id))
            for view in views
        ]
        chosen = said.get("started") or asked.get("chosen")
        newest = views[-1] if views and "chosen" not in asked else None
        view = next((view for view in views if view.id == chosen), newest)
        if view is not None:
            said |= self._chosen(known, view, asked)
        return said | {"runs": runs, "ready": known.offer is not None}

    def close(self) -> None:
        """End the thread, and every run."""
        self._closing.set()
        self._thread.join()
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
        if run_id not in known.offers:
            raise RunnerError("There is no such run any more: start it anew.")
        if act == "resume":
            return self._resume(visitor, known, run_id)
        do = {"pause": self.runner.pause, "go_on": self.runner.go_on, "stop": self.runner.stop}.get(act)
        if do is not None:
            do(run_id)
        elif act == "remove":
            self.runner.forget(run_id)
            known.offers.pop(run_id, None)
        return None

    def _submit(self, visitor: str, known: _Visitor, offer: Offer, resume_from: str | None = None) -> str:
        run_id = self.runner.submit(offer.job, visitor, resume_from)
        known.count += 1
        known.offers[run_id] = (_letters(known.count), offer)
        remembered = {view.id for view in self.runner.views(visitor)}
        known.offers = {name: value for name, value in known.offers.items() if name in remembered}
        return run_id

    def _stop_all(self, visitor: str) -> None:
        for view in self.views(visitor):
            if not view.is_over:
                self.runner.stop(view.id)

    def _resume(self, visitor: str, known: _Visitor, run_id: str) -> str:
        """Go on from the weights that a run kept, with the speed that is set now and epochs enough."""
        letter, offer = known.offers[run_id]
        view = self.runner.view(run_id)
        spec = offer.job.spec
        if known.offer is not None:
            spec = replace(spec, **{name: getattr(known.offer.job.spec, name) for name in _OF_SPEED})
        more = known.offer.job.spec.epochs if known.offer is not None else spec.epochs
        done = view.kept or 0
        epochs = spec.epochs if done < spec.epochs else min(done + more, self.runner.limits.epochs)
        job = replace(offer.job, spec=replace(spec, epochs=epochs))
        return self._submit(visitor, known, replace(offer, job=job, summary=f"{letter} gone on"), run_id)

    def _row(self, known: _Visitor, view: RunView, have: Any) -> dict[str, Any]:
        letter, offer = known.offers[view.id]
        last = view.epochs[-1] if view.epochs else None
        seen = have if isinstance(have, int) else 0
        new = view.epochs[bisect_right(view.epochs, seen, key=lambda epoch: epoch.epoch) :]
        points = [
            [each.epoch, _short(each.train_loss), _short(each.validation_loss), _short(each.gradient_norm)]
            for each in (thin(new, _MOST_POINTS) if len(new) > _MOST_POINTS else new)
        ]
        row: dict[str, Any] = {
            "id": view.id,
            "name": letter,
            "summary": offer.summary,
            "state": view.state,
            "place": view.place,
            "message": view.message,
            "epoch": view.epoch,
            "epochs": view.job.spec.epochs,
            "progress": round(view.progress, 4),
            "left": _short(view.seconds_left),
            "kept": view.kept,
            "weights": offer.weights,
            "watched": offer.watched,
            "data": offer.data_key,
            "new": points,
        }
        if last is not None:
            row |= {
                "speed": _short(median(each.samples_per_second for each in view.epochs[-_RECENT:])),
                "norm": _short(last.gradient_norm),
            }
            row |= {"rate": _short(last.learning_rate), "seconds": _short(view.trained or view.seconds)}
        if view.best is not None:
            row["best"] = [view.best.epoch, _short(_watched(view.best))]
        if view.report is not None:
            row["metrics"] = {name: _short(value) for name, value in view.report.metrics.items()}
        return row

    def _chosen(self, known: _Visitor, view: RunView, asked: Mapping[str, Any]) -> dict[str, Any]:
        offer = known.offers[view.id][1]
        found: dict[str, Any] = {"chosen": view.id}
        same = asked.get("chosen") == view.id
        if asked.get("scene") != view.id:
            found["scene"] = offer.scene
        if view.live is not None and not (same and asked.get("live") == view.live.epoch):
            found["live"] = shown(view.live, offer.data)
        if view.report is not None:
            found["report"] = reported(view.report)
        return found

    def _watch(self) -> None:
        while not self._closing.wait(_LOOKS_EVERY):
            self.look()

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
    made = Desk(runner)
    atexit.register(made.close)
    return made


def _of_cell(offer: Offer, job: Job) -> Offer:
    if job is offer.job or not isinstance(job.model, NetworkSpec):
        return replace(offer, job=job)
    before = offer.job.model
    assert isinstance(before, NetworkSpec)
    summary = offer.summary.replace(before.cell.upper(), job.model.cell.upper(), 1)
    return replace(offer, job=job, summary=summary, weights=count_weights(job.model))


def _watched(epoch: Any) -> float:
    return float(epoch.train_loss if epoch.validation_loss is None else epoch.validation_loss)


def _letters(number: int) -> str:
    """A, B, … Z, AA, AB, …

    >>> _letters(1), _letters(26), _letters(27)
    ('A', 'Z', 'AA')
    """
    text = ""
    while number:
        number, place = divmod(number - 1, 26)
        text = chr(65 + place) + text
    return text


def _short(value: float | None) -> float | None:
    """A number with the digits that a picture needs; None where it is no number."""
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return None
    return float(f"{value:.5g}")
