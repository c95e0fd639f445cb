"""The picture over plain HTTP, for as long as a control is being moved.

A rerun takes the browser 30 to 60 ms, since Streamlit's front end walks over its whole page each time. A dragged
slider asks this route instead, and the page follows once, at its end. The route keeps nothing of a visitor: the
settings come with the question.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import torch
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.caches import picture_of
from lstm_viz.ui.controls import control_sections
from lstm_viz.ui.data_link import recipe_of
from lstm_viz.ui.picture import ROUTE, shown_of
from lstm_viz.ui.settings import OTHERS, Settings, taken

_LONGEST = 4000
_OWN = ("set", "tall", "unrolled", "far")


def answer(query: Mapping[str, str]) -> dict[str, Any]:
    """What the diagram and the controls show after a change.

    ``query`` is a link's, with ``set``, a JSON object of the fields that were changed since, and ``tall``,
    ``unrolled`` and ``far``, 1 for yes. Where no network can have them, the picture is the one before and the row says
    why. Raises ValueError where ``set`` is no such object.

    >>> sorted(answer({"H": "3", "set": '{"hidden_size": 4}'}))
    ['can_unroll', 'said', 'sections', 'svg', 'symbols']
    """
    try:
        fields = json.loads(query.get("set", "{}"))
    except RecursionError:
        fields = None
    if not isinstance(fields, dict):
        raise ValueError(f"set: expected a JSON object of fields, got {type(fields).__name__}")
    spec, _ = NetworkSpec.from_query(query, ignore=(*OTHERS, *_OWN))
    settings = taken(Settings(draft=asdict(spec), spec=spec), fields)
    tall, unrolled, far = (query.get(name) == "1" for name in ("tall", "unrolled", "far"))
    forward, svg = picture_of(settings, tall=tall, unrolled=unrolled, far=far, recipe=recipe_of(query)[0])
    return {**shown_of(forward, svg), "sections": control_sections(settings)}


@lru_cache(maxsize=256)
def _answered(query: str) -> bytes:
    return bytes(JSONResponse(answer(QueryParams(query))).body)


def _respond(request: Request) -> Response:
    torch.set_num_threads(1)  # OpenMP keeps it for each thread, see settings.current
    query = request.url.query
    if len(query) > _LONGEST:
        return JSONResponse({"error": f"expected a query of at most {_LONGEST} characters"}, status_code=414)
    try:
        return Response(_answered(query), media_type="application/json")
    except ValueError as error:
        return JSONResponse({"error": str(error)}, status_code=400)


ROUTES = [Route(ROUTE, _respond)]
