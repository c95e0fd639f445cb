"""Shapes: every tensor of a real forward pass, drawn live."""

from __future__ import annotations

from lstm_viz.ui.caches import forward_of
from lstm_viz.ui.controls import network_controls
from lstm_viz.ui.details import details
from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.picture import picture
from lstm_viz.ui.settings import current
from lstm_viz.ui.take_from.shapes import take_from_shapes
from lstm_viz.ui.weights_input import weights_input

open_page("Shapes")
network_controls()
weights_input()
keep_address()
picture()
details(forward_of(current()))
take_from_shapes()
