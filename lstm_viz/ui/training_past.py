"""What the desk keeps on disk of each visitor's runs, and what it says of those of before."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from typing import Any

from lstm_viz.training.messages import Kept
from lstm_viz.training.runner import Beginning, RunnerError
from lstm_viz.training.shelf import PastRun, Shelf, open_shelf
from lstm_viz.training.view import RunView
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_rows import of_curve, short

_WRITTEN_EVERY = 5.0
_OVER = ("finished", "stopped", "failed")
_NOT_KEPT = "Its curve could not be kept on the server's disk ({why}): if the server ends, the curve ends with it."
_ENDED = "The server was started again, and this run ended with it after epoch {epoch:,}."
_AWAY = "You were away for more than a minute, and this run was ended after epoch {epoch:,}."
_LOG = logging.getLogger("lstm_viz.training")


class PastRuns:
    """Writes runs down while they go on, a few seconds apart, and reads them again. A full disk stops no run."""

    def __init__(self, shelf: Shelf | None) -> None:
        self._shelf, self._server = shelf, secrets.token_hex(4)
        self._lock = threading.Lock()
        self._written: dict[str, tuple[float, object]] = {}
        self._troubles: dict[str, str] = {}

    def keep(self, visitor: str, name: str, offer: Offer, view: RunView, kept: Kept | None, now: bool = False) -> None:
        """Write a run down if there is news of it and it is time, or ``now``."""
        if self._shelf is None:
            return
        mark = (view.state, view.epoch, kept.epoch if kept else None)
        with self._lock:
            when, before = self._written.get(view.id, (float("-inf"), None))
            early = time.monotonic() - when < _WRITTEN_EVERY and not view.is_over and not now
            if mark == before or early:
                return
            self._written[view.id] = (time.monotonic(), mark)
            checkpoint = kept.checkpoint if kept is not None and offer.link is not None else None
            try:
                self._shelf.put(visitor, self._past_run(name, offer, view, kept), checkpoint)
                self._troubles.pop(view.id, None)
            except OSError as error:
                self._written[view.id] = (time.monotonic(), None)  # it is tried again
                if view.id not in self._troubles:
                    _LOG.warning("a curve could not be kept: %s", error.strerror or type(error).__name__)
                self._troubles[view.id] = _NOT_KEPT.format(why=error.strerror or type(error).__name__)

    def trouble(self, run_id: str) -> str:
        """A sentence on why a run could not be kept; "" where it was."""
        return self._troubles.get(run_id, "")

    def of(self, visitor: str) -> dict[str, PastRun]:
        """What is on disk of a visitor's runs."""
        return {} if self._shelf is None else {run.id: run for run in self._shelf.runs(visitor)}

    def remove(self, visitor: str, run_id: str) -> None:
        """Forget a run."""
        with self._lock:
            self._written.pop(run_id, None)
            self._troubles.pop(run_id, None)
            if self._shelf is not None:
                try:
                    self._shelf.remove(visitor, run_id)
                except OSError as error:
                    _LOG.warning("a curve could not be removed: %s", error.strerror)

    def sweep(self, alive: set[str]) -> None:
        """Forget what is too old or too much on disk, and the marks of runs that are no more."""
        with self._lock:
            for run_id in self._written.keys() - alive:
                del self._written[run_id]
                self._troubles.pop(run_id, None)
            if self._shelf is not None:
                try:
                    self._shelf.sweep()
                except OSError as error:
                    _LOG.warning("old curves could not be removed: %s", error.strerror)

    def beginning(self, visitor: str, run: PastRun) -> Beginning:
        """What another run goes on from. Raises RunnerError where nothing was kept."""
        checkpoint = None if self._shelf is None else self._shelf.checkpoint(visitor, run.id)
        if checkpoint is None or run.kept is None or run.link is None:
            raise RunnerError("The weights of this run are not kept any more: train it again.")
        return Beginning(Kept(run.kept, checkpoint, run.from_best), run.epochs)

    def row(self, run: PastRun, have: Any) -> dict[str, Any]:
        """A run of before as the browser shows it."""
        state, message = (run.state, run.message) if run.state in _OVER else ("stopped", self._what_happened(run))
        row: dict[str, Any] = {
            "id": run.id,
            "name": run.name,
            "summary": run.summary,
            "state": state,
            "place": 0,
            "message": message,
            "epoch": run.epoch,
            "epochs": run.asked,
            "progress": 1.0 if state == "finished" else round(run.epoch / max(1, run.asked), 4),
            "left": None,
            "kept": run.kept,
            "weights": run.weights,
            "watched": run.watched,
            "data": run.data,
        }
        return row | of_curve(run.epochs, have) | ({"metrics": dict(run.metrics)} if run.metrics else {})

    def _what_happened(self, run: PastRun) -> str:
        what = (_AWAY if run.server == self._server else _ENDED).format(epoch=run.epoch)
        if run.link is None:
            return f"{what} Its data was your own and is not kept: bring it again, and train again."
        return f"{what} Go on from epoch {run.kept:,}, or train again." if run.kept else f"{what} Train again."

    def _past_run(self, name: str, offer: Offer, view: RunView, kept: Kept | None) -> PastRun:
        return PastRun(
            id=view.id,
            name=name,
            summary=offer.summary,
            state=view.state,
            message=view.message,
            asked=view.job.spec.epochs,
            weights=offer.weights,
            watched=offer.watched,
            data=offer.data_key if offer.link is not None else "own",
            server=self._server,
            epochs=view.epochs,
            kept=kept.epoch if kept and offer.link is not None else None,
            from_best=bool(kept and kept.from_best),
            metrics={} if view.report is None else {key: short(each) for key, each in view.report.metrics.items()},  # type: ignore[misc]
            link=offer.link,
        )


def past_runs() -> PastRuns:
    """Those of the server's shelf; where there can be none, nothing is kept, and the log says why."""
    try:
        return PastRuns(open_shelf())
    except OSError as error:
        _LOG.warning("no curve is kept on disk: %s", error)
        return PastRuns(None)
