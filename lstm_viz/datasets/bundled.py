"""The data sets that come with the program. Nothing is downloaded."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np

from lstm_viz.datasets.table import Table


@cache
def passengers() -> Table:
    """International airline passengers, in thousands: 144 monthly totals, 1949-01 to 1960-12.

    The columns after the totals are the month of the year (1 to 12) and the year. Source: G. E. P. Box, G. M. Jenkins,
    Time Series Analysis: Forecasting and Control, Holden-Day, 1976, Series G.

    >>> passengers().labels[0], passengers().values[0].tolist()
    ('1949-01', [112.0, 1.0, 1949.0])
    """
    text = files("lstm_viz.datasets").joinpath("passengers.csv").read_text(encoding="utf-8")
    months = list(csv.DictReader(text.splitlines()))
    labels = tuple(row["month"] for row in months)
    values = [[float(row["passengers"]), float(row["month"][5:]), float(row["month"][:4])] for row in months]
    return Table(
        name="airline passengers",
        columns=("passengers", "month of the year", "year"),
        labels=labels,
        values=np.array(values),  # (144, 3)
        source="International airline passengers in thousands, monthly totals: Box and Jenkins, "
        "Time Series Analysis: Forecasting and Control, 1976, Series G.",
    )


@cache
def prices() -> Table:
    """Closing prices of six companies, 105 weeks of 2018 and 2019, each as a multiple of its first week's.

    Source: plotly's own sample data, ``plotly.data.stocks()``.

    >>> prices().columns
    ('GOOG', 'AAPL', 'AMZN', 'FB', 'NFLX', 'MSFT')
    """
    from plotly.data import stocks  # here, because it brings pandas along, which the first page does without

    weeks = stocks(indexed=True)
    return Table(
        name="weekly closing prices",
        columns=tuple(map(str, weeks.columns)),
        labels=tuple(map(str, weeks.index)),
        values=weeks.to_numpy(dtype=np.float64),  # (105, 6)
        source="Weekly closing prices of six companies, each divided by its first: plotly's sample data, "
        "plotly.data.stocks().",
    )
