"""The bundled tables are the real ones, and a Table is what it says."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from lstm_viz.datasets import Table, passengers, prices

FLIGHTS = Path(__file__).parents[1].parent / "shared" / "data" / "flights.csv"


def test_passengers_are_series_g() -> None:
    table = passengers()
    assert table.columns == ("passengers", "month of the year", "year")
    assert (table.rows, table.labels[0], table.labels[-1]) == (144, "1949-01", "1960-12")
    assert table.values[:12, 0].tolist() == [112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118]
    assert table.values[-1].tolist() == [432, 12, 1960]
    assert [f"{year:.0f}-{month:02.0f}" for _, month, year in table.values] == list(table.labels)
    assert "Box and Jenkins" in table.source


def test_passengers_equal_another_copy() -> None:
    if not FLIGHTS.exists():
        pytest.skip(f"{FLIGHTS} is not here")
    with FLIGHTS.open() as file:
        other = [float(row["passengers"]) for row in csv.DictReader(file)]
    assert passengers().values[:, 0].tolist() == other


def test_prices_are_plotlys() -> None:
    table = prices()
    assert table.columns == ("GOOG", "AAPL", "AMZN", "FB", "NFLX", "MSFT")
    assert (table.rows, table.labels[0], table.labels[-1]) == (105, "2018-01-01", "2019-12-30")
    assert table.values[0].tolist() == [1] * 6
    assert (np.diff([np.datetime64(label) for label in table.labels]).astype(int) == 7).all()


@pytest.mark.parametrize("table", [passengers(), prices()], ids=lambda table: table.name)
def test_a_table_cannot_be_changed(table: Table) -> None:
    with pytest.raises(ValueError, match="read-only"):
        table.values[0, 0] = 0


def test_a_table_does_not_change_with_the_array_it_was_made_of() -> None:
    values = np.ones((2, 1))
    table = Table("t", ("a",), ("x", "y"), values)
    values[0, 0] = 7
    assert table.values[0, 0] == 1


@pytest.mark.parametrize(
    ("columns", "values", "message"),
    [
        (("a",), [[1, 2], [3, 4]], r"expected the shape \(2, 1\) of labels and columns, got \(2, 2\)"),
        (("a", "a"), [[1, 2], [3, 4]], "expected a name for each, all different"),
        (("a", "b"), [[1, 2], [3, np.nan]], r"expected numbers from -3.4e\+38 to 3.4e\+38, no gaps"),
        (("a", "b"), [[1, 2], [3, 1e39]], r"expected numbers from -3.4e\+38 to 3.4e\+38, no gaps"),
    ],
)
def test_parts_that_do_not_fit_are_refused(columns: tuple[str, ...], values: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Table("t", columns, ("x", "y"), np.array(values))
