"""A room over plain HTTP: its short link, what it shows as soon as that changes, and the presenter's say.

Waiting costs no thread, and nothing is run for a phone until there is something new for it.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from lstm_viz.ui.base_path import served_at
from lstm_viz.ui.frame import PAGES
from lstm_viz.ui.posted import PostedError, posted
from lstm_viz.ui.projector_link import FOLLOW
from lstm_viz.ui.room_place import HEADER, JOIN, ROUTE, entries_for_room, page_of, path_of
from lstm_viz.ui.rooms import Key, RoomError, link_of, rooms, spelled

_WAITS_SECONDS = 15.0
_LONGEST = 8_000
_FRESH = {"Cache-Control": "no-store"}
_UNKNOWN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>LSTM Shapes</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>body{{font:1.2rem/1.6 system-ui,sans-serif;
max-width:34rem;margin:15vh auto;padding:0 1.2rem;color-scheme:light dark}}</style>
<h1>No room {code}</h1><p>There is no room with this code, or it is over. Codes have five letters and digits: look again
at the one on the screen.</p><p><a href="{home}">Open LSTM Shapes</a></p></html>"""


async def _join(request: Request) -> Response:
    code = spelled(request.path_params["code"])
    shown = rooms().look(code)
    if shown is None:
        text = _UNKNOWN.format(code=code, home=served_at("/"))
        return HTMLResponse(text, status_code=404, headers=_FRESH)
    more = {FOLLOW: code} if shown.live else {}
    query = link_of(shown.query, **more)
    return RedirectResponse(f"{path_of(shown.page, PAGES)}{'?' if query else ''}{query}", 302, headers=_FRESH)


async def _shown(request: Request) -> Response:
    """The number of what a room shows, once it is another than the phone has."""
    since = request.query_params.get("since", "")
    number = int(since) if since.isascii() and since.isdigit() and len(since) < 12 else -1
    shown = await rooms().changed(request.path_params["code"], number, _WAITS_SECONDS)
    if shown is None:
        return JSONResponse({"unknown": True}, headers=_FRESH)
    return JSONResponse({"number": shown.number, "live": shown.live, "over": shown.over}, headers=_FRESH)


async def _publish(request: Request) -> Response:
    try:
        said = await posted(request, _LONGEST)
        page, query = str(said["page"]), str(said["query"])
    except PostedError as refused:
        return refused.answer
    except KeyError:
        return PostedError("expected a JSON object with page and query").answer
    key = Key(spelled(request.path_params["code"]), request.headers.get(HEADER, ""))
    try:
        shown = rooms().publish(key, page_of(page, PAGES), entries_for_room(query))
    except RoomError as error:
        return JSONResponse({"refused": str(error)})
    return JSONResponse({"number": shown.number, "live": shown.live})


ROUTES = [
    Route(f"{JOIN}/{{code}}", _join),
    Route(f"{ROUTE}/{{code}}", _shown, methods=["GET"]),
    Route(f"{ROUTE}/{{code}}", _publish, methods=["POST"]),
]
