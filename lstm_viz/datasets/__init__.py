"""Tables and texts to make batches from: the bundled ones, and the form that every other one takes."""

from lstm_viz.datasets.bundled import passengers, prices
from lstm_viz.datasets.coffee import coffee
from lstm_viz.datasets.messages import messages
from lstm_viz.datasets.table import Table
from lstm_viz.datasets.texts import Texts
from lstm_viz.datasets.zen import zen

__all__ = ["Table", "Texts", "coffee", "messages", "passengers", "prices", "zen"]
