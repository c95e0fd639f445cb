"""A run as the browser shows it: a row of its table, the points of its curve, and its letter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from statistics import median
from typing import Any

from lstm_viz.training.records import Epoch
from lstm_viz.training.thinning import thin
from lstm_viz.training.view import RunView
from lstm_viz.ui.training_offer import Offer

_MOST_POINTS = 600
_RECENT = 20


def row(view: RunView, letter: str, offer: Offer, have: Any, unkept: str) -> dict[str, Any]:
    """A run of this server. ``have`` is the last epoch that the browser has; ``unkept`` why it is not on disk."""
    found: dict[str, Any] = {
        "id": view.id,
        "name": letter,
        "summary": offer.summary,
        "state": view.state,
        "place": view.place,
        "message": view.message,
        "epoch": view.epoch,
        "epochs": view.job.spec.epochs,
        "progress": round(view.progress, 4),
        "left": short(view.seconds_left),
        "kept": view.kept,
        "weights": offer.weights,
        "watched": offer.watched,
        "data": offer.data_key,
        "unkept": unkept,
    }
    found |= of_curve(view.epochs, have)
    if view.trained:
        found["seconds"] = short(view.trained)
    if view.report is not None:
        found["metrics"] = {name: short(value) for name, value in view.report.metrics.items()}
    return found


def of_curve(epochs: Sequence[Epoch], have: Any) -> dict[str, Any]:
    """What a row says of a curve: the points after epoch ``have``, the last epoch's numbers, the best."""
    seen = have if isinstance(have, int) else 0
    new = epochs[bisect_right(epochs, seen, key=lambda epoch: epoch.epoch) :]
    found: dict[str, Any] = {
        "new": [
            [each.epoch, short(each.train_loss), short(each.validation_loss), short(each.gradient_norm)]
            for each in (thin(new, _MOST_POINTS) if len(new) > _MOST_POINTS else new)
        ]
    }
    if epochs:
        last = epochs[-1]
        found["speed"] = short(median(each.samples_per_second for each in epochs[-_RECENT:]))
        found |= {"norm": short(last.gradient_norm), "rate": short(last.learning_rate)}
        found["seconds"] = short(sum(each.seconds for each in epochs))
    if best := next((epoch for epoch in reversed(epochs) if epoch.best), None):
        found["best"] = [best.epoch, short(_watched(best))]
    return found


def short(value: float | None) -> float | None:
    """A number with the digits that a picture needs; None where it is no number."""
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return None
    return float(f"{value:.5g}")


def _watched(epoch: Epoch) -> float:
    return float(epoch.train_loss if epoch.validation_loss is None else epoch.validation_loss)


def number(letters: str) -> int:
    """The place of a run's letters: the reverse of ``letters``.

    >>> [number(letters(place)) for place in (1, 26, 27, 703)]
    [1, 26, 27, 703]
    """
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place


def letters(number: int) -> str:
    """A, B, … Z, AA, AB, …

    >>> letters(1), letters(26), letters(27)
    ('A', 'Z', 'AA')
    """
    text = ""
    while number:
        number, place = divmod(number - 1, 26)
        text = chr(65 + place) + text
    return text
