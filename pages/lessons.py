"""Lessons: one idea at a time, each with a picture that follows, and claims settled by running PyTorch."""

from __future__ import annotations

from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.lessons_page import lessons_page
from lstm_viz.ui.take_from.lessons import take_from_lessons

open_page("Lessons")
place = lessons_page()
keep_address(place)
take_from_lessons(place)
