"""A long curve made short enough to draw, so that it still looks the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from lstm_viz.training.records import Epoch

Point = TypeVar("Point")


def thin(curve: Sequence[Epoch], at_most: int = 400) -> tuple[Epoch, ...]:
    """At most so many of the epochs, in their order: the first and the last, the lowest, and the peaks.

    The curve is cut into equal parts, and of each the lowest and the highest epoch stays, as its validation loss goes
    (its training loss where there is none). The epoch with the lowest loss of all is always among them, the highest
    too. A curve that is short enough comes back whole. ``at_most`` is at least 4; raises ValueError.

    >>> curve = [Epoch(n, 1 / n, None, 0, 0, 0, 0) for n in range(1, 1001)]
    >>> short = thin(curve, 50)
    >>> len(short) <= 50, short[0].epoch, short[-1].epoch
    (True, 1, 1000)
    """
    return thin_by(curve, _loss, at_most)


def thin_by(curve: Sequence[Point], value: Callable[[Point], float], at_most: int) -> tuple[Point, ...]:
    """The same of any points, as ``value`` goes. NaN and infinite values count as highest."""
    if at_most < 4:
        raise ValueError(f"at_most: expected 4 or more points, got {at_most}")
    if len(curve) <= at_most:
        return tuple(curve)
    values = np.array([value(point) for point in curve])
    values[~np.isfinite(values)] = math.inf
    kept = {0, len(curve) - 1}
    for part in np.array_split(np.arange(len(curve)), (at_most - 2) // 2):
        kept |= {int(part[values[part].argmin()]), int(part[values[part].argmax()])}
    return tuple(curve[place] for place in sorted(kept))


def _loss(epoch: Epoch) -> float:
    return epoch.train_loss if epoch.validation_loss is None else epoch.validation_loss
