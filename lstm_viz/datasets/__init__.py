"""Tables to make batches from: the bundled ones, and the form that every other one takes."""

from lstm_viz.datasets.bundled import passengers, prices
from lstm_viz.datasets.table import Table

__all__ = ["Table", "passengers", "prices"]
