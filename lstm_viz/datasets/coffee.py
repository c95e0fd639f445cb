"""A year of daily prices of a coffee company that does not exist."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from lstm_viz.datasets.table import Table

_SEED = 253
_DAYS = 253
_DIVIDEND_DAYS, _DIVIDEND = (39, 102, 165, 228), 0.41


@cache
def coffee() -> Table:
    """Open, high, low, close, adjusted close and volume of 253 business days, 2024-01-02 to 2024-12-19, made up.

    Prices are in dollars, a random walk: each day opens near the last close, and its high and low lie around both. The
    adjusted close takes the four dividends of the year away, as such tables do. Volume is lognormal, in shares, and
    larger on days when the price moves. The same numbers every time: seeded, by numpy's RandomState, whose numbers do
    not change between versions.

    >>> coffee().columns, coffee().values.shape
    (('open', 'high', 'low', 'close', 'adj close', 'volume'), (253, 6))
    """
    random = np.random.RandomState(_SEED)
    change = 0.013 * random.standard_t(5, _DAYS) / np.sqrt(5 / 3)  # a standard deviation of 1.3 % a day
    close = 92.0 * np.exp(np.cumsum(change + 0.0004))
    before = np.concatenate([[92.0], close[:-1]])
    opening = before * np.exp(0.005 * random.standard_normal(_DAYS))
    high = np.maximum(opening, close) * np.exp(np.abs(0.006 * random.standard_normal(_DAYS)))
    low = np.minimum(opening, close) * np.exp(-np.abs(0.006 * random.standard_normal(_DAYS)))
    size = np.abs(change) / 0.013
    volume = np.exp(15.7 + 0.22 * (size - size.mean()) + 0.28 * random.standard_normal(_DAYS))
    prices = np.stack([opening, high, low, close, close * _adjustment(close)], axis=1).round(2)  # (253, 5)
    return Table(
        name="coffee company (made up)",
        columns=("open", "high", "low", "close", "adj close", "volume"),
        labels=_business_days(),
        values=np.column_stack([prices, volume.round(-2)]),  # (253, 6)
        source="Daily prices in dollars, and shares traded, of a coffee company that does not exist: made up by "
        "lstm_viz.datasets.coffee, a seeded random walk.",
        notes=("Made up: no company had these prices.",),
    )


def _adjustment(close: NDArray[np.float64]) -> NDArray[np.float64]:
    """(days,): what each close is multiplied by, so that the dividends paid after it are taken away."""
    factors = np.ones(_DAYS)
    for day in _DIVIDEND_DAYS:
        factors[:day] *= 1 - _DIVIDEND / close[day - 1]
    return factors


def _business_days() -> tuple[str, ...]:
    days = np.busday_offset("2024-01-02", np.arange(_DAYS), roll="forward")
    return tuple(days.astype(str).tolist())
