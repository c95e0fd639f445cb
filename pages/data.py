"""Data: from a table or a text to the batch that an LSTM takes, and the target that its loss takes."""

from __future__ import annotations

from lstm_viz.ui.data_controls import data_controls
from lstm_viz.ui.data_way import data_page, data_tabs
from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.take_from.data import take_from_data

open_page("Data")
data_controls()
keep_address(data_tabs())
data_page()
take_from_data()
