"""The catalogue of mistakes: for each the wrong and the right code, both run, and what shows the harm."""

from lstm_viz.pitfalls.catalogue import CATALOGUE, find
from lstm_viz.pitfalls.filling import SizeError, checked, fill, limits, nearest
from lstm_viz.pitfalls.keys import KEYS, TITLES
from lstm_viz.pitfalls.records import Harm, Outcome, Pitfall, Ran
from lstm_viz.pitfalls.running import program, run

__all__ = [
    "CATALOGUE",
    "KEYS",
    "TITLES",
    "Harm",
    "Outcome",
    "Pitfall",
    "Ran",
    "SizeError",
    "checked",
    "fill",
    "find",
    "limits",
    "nearest",
    "program",
    "run",
]
