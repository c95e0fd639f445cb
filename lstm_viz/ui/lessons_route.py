"""A step over plain HTTP, while a size is being moved and for the next step. It keeps nothing of a visitor."""

from __future__ import annotations

import torch
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lstm_viz.ui.lessons_place import place_of

LESSON_ROUTE = "/lesson-step"
_LONGEST = 1000


def _respond(request: Request) -> JSONResponse:
    from lstm_viz.ui.lessons_pictures import FRAMES
    from lstm_viz.ui.lessons_view import view_of

    torch.set_num_threads(1)  # OpenMP keeps it for each thread, see settings.current
    if len(request.url.query) > _LONGEST:
        return JSONResponse({"error": f"expected a query of at most {_LONGEST} characters"}, status_code=414)
    query = request.query_params
    view = view_of(place_of(query), next((each for each in FRAMES if each == query.get("frame")), "wide"))
    if view is None:
        return JSONResponse(
            {"error": f"expected the key of a lesson, got {query.get('lesson', '')!r}"}, status_code=404
        )
    return JSONResponse(view)


ROUTES = [Route(LESSON_ROUTE, _respond)]
