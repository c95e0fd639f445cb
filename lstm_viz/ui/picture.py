"""The picture and what is said of it, for the page and for the route that answers while a control is being moved."""

from __future__ import annotations

from typing import Any

from lstm_viz.drawing.order import Picture
from lstm_viz.drawing.unrolled import can_unroll
from lstm_viz.forward import Forward
from lstm_viz.narration import sentences
from lstm_viz.ui.base_path import served_at
from lstm_viz.ui.caches import picture_of
from lstm_viz.ui.components import diagram, diagram_says
from lstm_viz.ui.inspector import inspector
from lstm_viz.ui.notices import measured, notices, symbols
from lstm_viz.ui.settings import current
from lstm_viz.ui.text import spoken

ROUTE = "/picture"
_KEY = "diagram"


def picture() -> Forward:
    """The diagram with its sentences in one component, and the inspector of the chosen tensor. Returns the pass."""
    forward, svg = picture_now()
    notices(current(), forward)
    picked = diagram(**shown_of(forward, svg), route=served_at(ROUTE), key=_KEY)
    if picked and picked in forward.trace:
        inspector(forward, forward.trace[picked])
    return forward


def picture_now() -> Picture:
    """What this visitor's screen shows: in its width, and unrolled where they asked for that."""
    return picture_of(current(), tall=diagram_says(_KEY, "narrow"), unrolled=diagram_says(_KEY, "unrolled"))


def shown_of(forward: Forward, svg: str) -> dict[str, Any]:
    """What the diagram component shows of a forward pass: ``svg``, ``symbols``, ``said`` (HTML) and ``can_unroll``."""
    return {
        "svg": svg,
        "symbols": symbols(forward),
        "said": f"<p>{spoken(sentences(forward), forward.trace)}</p><p class='small'>{measured(forward)}</p>",
        "can_unroll": can_unroll(forward),
    }
