"""Quiz: predict a shape, and let PyTorch settle it."""

from __future__ import annotations

from lstm_viz.ui.frame import keep_address, open_page
from lstm_viz.ui.quiz_page import quiz_page, take
from lstm_viz.ui.quiz_state import place_now
from lstm_viz.ui.take_from.quiz import take_from_quiz

open_page("Quiz")
take()
keep_address(place_now())
quiz_page()
take_from_quiz()
