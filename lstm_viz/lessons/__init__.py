"""Lessons: the worked examples and the ideas behind them, step by step; data and calculations, nothing drawn."""

from lstm_viz.lessons.catalogue import LESSONS, find
from lstm_viz.lessons.records import Lesson, Step

__all__ = ["LESSONS", "Lesson", "Step", "find"]
