"""Gradients through time: how much of the loss reaches each step, measured on real modules."""

from lstm_viz.gradients.clipping import Clipped, clipped
from lstm_viz.gradients.measuring import Flow, measure
from lstm_viz.gradients.networks import CELLS, Reader, flow_of, make_reader
from lstm_viz.gradients.presets import PRESETS, GradientPreset
from lstm_viz.gradients.radius import Radius, radii
from lstm_viz.gradients.spec import GradientSpec

__all__ = [
    "CELLS",
    "PRESETS",
    "Clipped",
    "Flow",
    "GradientPreset",
    "GradientSpec",
    "Radius",
    "Reader",
    "clipped",
    "flow_of",
    "make_reader",
    "measure",
    "radii",
]
