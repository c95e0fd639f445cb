"""Training: the network that was drawn, on the data that was prepared, learning live."""

from __future__ import annotations

from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.tabs import TRAINING_TABS
from lstm_viz.ui.training_controls import training_controls
from lstm_viz.ui.training_page import training_page

open_page("Training")
training_controls()
keep_address(TRAINING_TABS)
training_page()
