"""The picture and what is said of it: a fragment of its own, so that it follows a slider without the whole page."""

from __future__ import annotations

import streamlit as st

from lstm_viz.drawing.unrolled import can_unroll
from lstm_viz.narration import sentences
from lstm_viz.ui.caches import diagram_of, forward_of
from lstm_viz.ui.components import diagram, diagram_says
from lstm_viz.ui.controls import control_sections, take
from lstm_viz.ui.inspector import inspector
from lstm_viz.ui.notices import measured, notices, symbols
from lstm_viz.ui.settings import current
from lstm_viz.ui.text import spoken

_KEY = "diagram"


@st.fragment
def picture() -> None:
    """The diagram with its sentences in one component, and the inspector of the chosen tensor."""
    settings = current()
    forward = forward_of(settings)
    notices(settings, forward)
    possible = can_unroll(forward)
    unrolled = possible and diagram_says(_KEY, "unrolled")
    svg = diagram_of(forward, tall=diagram_says(_KEY, "narrow"), unrolled=unrolled)
    said = f"<p>{spoken(sentences(forward), forward.trace)}</p><p class='small'>{measured(forward)}</p>"
    picked = diagram(svg, symbols(forward), said, control_sections(settings), _take, can_unroll=possible, key=_KEY)
    if picked and picked in forward.trace:
        inspector(forward, forward.trace[picked])


def _take() -> None:
    take(_KEY, "change")
