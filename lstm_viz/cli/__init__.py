"""The command ``lstm-viz``: serve the app, or trace a model of one's own."""

from lstm_viz.cli.command import main

__all__ = ["main"]
