"""The made-up coffee company: plausible as a table of prices, and said to be made up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lstm_viz.datasets import coffee


def test_a_year_of_business_days() -> None:
    days = pd.to_datetime(list(coffee().labels))
    assert len(days) == 253
    assert days.is_monotonic_increasing
    assert days.is_unique
    assert set(days.day_of_week) == {0, 1, 2, 3, 4}


def test_prices_are_possible() -> None:
    opening, high, low, close, adjusted, volume = coffee().values.T
    assert (high >= np.maximum(opening, close)).all()
    assert (low <= np.minimum(opening, close)).all()
    assert (low > 0).all()
    assert (adjusted <= close).all()
    assert adjusted[-1] == close[-1]
    assert (volume > 0).all()
    np.testing.assert_array_equal(volume, volume.round())
    changes = np.diff(np.log(close))
    assert 0.005 < changes.std() < 0.03
    assert 0.1 < np.corrcoef(np.abs(changes), np.log(volume[1:]))[0, 1] < 0.8


def test_it_is_always_the_same_and_said_to_be_made_up() -> None:
    table = coffee()
    assert table.values[[0, -1], 3].tolist() == [93.4, 96.63]
    assert coffee.__wrapped__().values.tolist() == table.values.tolist()
    assert "made up" in table.name
    assert "does not exist" in table.source
    assert table.notes == ("Made up: no company had these prices.",)
