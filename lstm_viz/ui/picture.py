"""The picture and what is said of it, for the page and for the route that answers while a control is being moved."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from lstm_viz.drawing.order import Picture
from lstm_viz.drawing.unrolled import can_unroll
from lstm_viz.forward import Forward
from lstm_viz.narration import sentences
from lstm_viz.ui.base_path import served_at
from lstm_viz.ui.caches import may_be_own, picture_of
from lstm_viz.ui.components import diagram, diagram_is_narrow
from lstm_viz.ui.inspector import inspector
from lstm_viz.ui.notices import measured, notices, symbols
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.settings import current
from lstm_viz.ui.shapes_place import ShapesPlace, clamp_shapes, shapes_place, take_shapes
from lstm_viz.ui.text import spoken

ROUTE = "/picture"
_KEY = "diagram"


def picture(forward: Forward, svg: str, at: ShapesPlace) -> None:
    """The diagram with its sentences in one component, and the inspector of the chosen tensor."""
    notices(current(), forward)
    place = {"tensor": at.tensor, "unrolled": at.unrolled}
    shown = shown_of(forward, svg)
    diagram(**shown, place=place, on_place=lambda: take_shapes(_KEY), route=served_at(ROUTE), key=_KEY)
    if at.tensor:
        inspector(forward, forward.trace[at.tensor])


def opened(forward: Forward) -> ShapesPlace:
    """What this visitor has opened in the picture of a forward pass."""
    return clamp_shapes([record.name for record in forward.trace])


def picture_now() -> Picture:
    """What this visitor's screen shows: in its width, and unrolled where they asked for that."""
    narrow, unrolled = diagram_is_narrow(_KEY), shapes_place().unrolled
    return picture_of(current(), tall=narrow, unrolled=unrolled, far=presenting())


def shown_of(forward: Forward, svg: str) -> dict[str, Any]:
    """What the diagram component shows of a forward pass: ``svg``, ``symbols``, ``said`` (HTML) and ``can_unroll``."""
    say = _said if may_be_own(forward) else _kept_said
    return {"svg": svg, **say(forward)}


def _said(forward: Forward) -> dict[str, Any]:
    return {
        "symbols": symbols(forward),
        "said": f"<p>{spoken(sentences(forward), forward.trace)}</p><p class='small'>{measured(forward)}</p>",
        "can_unroll": can_unroll(forward),
    }


_kept_said = lru_cache(maxsize=256)(_said)
