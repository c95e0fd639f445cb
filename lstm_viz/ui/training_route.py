"""How the runs are, over plain HTTP: asked some five times a second by a page that shows them, and so kept small.

A visitor is known by a word in a header, which no other site's page can send and nobody can guess.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lstm_viz.ui.posted import PostedError, posted

ROUTE = "/training-runs"
HEADER = "training-visitor"
_LONGEST = 8_000
_PATIENT_FOR, _LOOKS_EVERY = 0.5, 0.01


async def _respond(request: Request) -> JSONResponse:
    from lstm_viz.ui.training_desk import desk  # when it is asked: the server's start does not wait for it

    try:
        asked = await posted(request, _LONGEST)
    except PostedError as refused:
        return refused.answer
    visitor = request.headers.get(HEADER, "")
    try:
        await _while(lambda: desk().is_starting(visitor, str(asked.get("wait", ""))))
        return JSONResponse(desk().answer(visitor, asked))
    except KeyError:
        return JSONResponse({"unknown": True})


async def _while(starting: Callable[[], bool]) -> None:
    """The answer waits for a run's first epoch, but not for long: so it is there as soon as it can be."""
    until = time.monotonic() + _PATIENT_FOR
    while starting() and time.monotonic() < until:
        await asyncio.sleep(_LOOKS_EVERY)


ROUTES = [Route(ROUTE, _respond, methods=["POST"])]
