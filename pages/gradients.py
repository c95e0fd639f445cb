"""Gradients: what of the loss comes back through time, vanishing and exploding, and what can then be learnt."""

from __future__ import annotations

from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.gradients_controls import gradient_controls
from lstm_viz.ui.gradients_page import gradients_page
from lstm_viz.ui.take_from.gradients import take_from_gradients

open_page("Gradients")
gradient_controls()
keep_address()
gradients_page()
take_from_gradients()
