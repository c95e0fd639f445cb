"""The projector's buttons: present this page, and take the room along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lstm_viz.ui.components import component
from lstm_viz.ui.projector_link import KEY, USUAL_TYPE, chart_type, following, present, presenting
from lstm_viz.ui.room import Adopt, close_room, go_to_page, join_room, my_room, open_room, say
from lstm_viz.ui.room_place import join_link, qr_code, reach
from lstm_viz.ui.rooms import RoomError, rooms
from lstm_viz.ui.tabs import CELL_TABS, MISTAKE_TABS

_PROJECTOR = component(
    "projector",
    '<div class="buttons"></div><div class="behind" hidden><section class="panel" role="dialog" aria-modal="true" '
    'aria-label="Take the room along"></section></div>',
    parts=("screens",),
)
_REFUSED = "room_refused"
_TABS = {"Inside the cell": CELL_TABS, "Mistakes": MISTAKE_TABS}
"""Of a page the tabs that are for the room."""


def projector(title: str, pages: Mapping[str, str], adopt: Adopt) -> None:
    """Two buttons, and the panel with the room's code. The keys P and Escape belong to them.

    While the page ``title`` is presented, one of ``pages`` (file → title) or of its tabs can be chosen here.
    """
    data = {
        "presenting": presenting(),
        "following": following(),
        "room": _room(),
        "refused": _refused(),
        "page": title,
        "type": chart_type(),
        "pages": list(pages.values()),
        **_tabs(title),
    }
    _PROJECTOR(
        key=KEY,
        data=data,
        default={"type": USUAL_TYPE},
        on_type_change=lambda: None,
        on_act_change=lambda: _act(title, pages, adopt),
    )


def _tabs(title: str) -> dict[str, Any]:
    """The tabs of a page, and which of them is open."""
    tabs = _TABS.get(title)
    if tabs is None:
        return {"tabs": {}, "tab": ""}
    return {"tabs": dict(tabs.labels), "tab": tabs.open_word()}


def _room() -> dict[str, Any] | None:
    """What the panel shows of the visitor's own room."""
    mine = my_room()
    shown = rooms().look(mine.code) if mine else None
    if mine is None or shown is None or shown.over:
        return None
    reached = reach()
    link = join_link(reached, mine.code)
    return {"code": mine.code, "live": shown.live, "link": link, "qr": qr_code(link), "reach": reached.sentence}


def _refused() -> str:
    return str(st.session_state.get(_REFUSED, ""))


def _act(title: str, pages: Mapping[str, str], adopt: Adopt) -> None:
    said: Any = (st.session_state.get(KEY) or {}).get("act")
    if not isinstance(said, dict):
        return
    st.session_state[_REFUSED] = ""
    if said.get("name") == "page":
        go_to_page(next((page for page, title in pages.items() if title == said.get("title")), ""))
        return
    if said.get("name") == "tab" and title in _TABS:
        _TABS[title].adopt({_TABS[title].name: str(said.get("word", ""))})
        return
    try:
        _do(str(said.get("name")), said, adopt)
    except RoomError as error:
        st.session_state[_REFUSED] = str(error)


def _do(name: str, said: dict[str, Any], adopt: Adopt) -> None:
    mine = my_room()
    if name == "present":
        present(said.get("on") is True)
    elif name == "open" and mine is None:
        open_room()
    elif name == "live" and mine is not None:
        rooms().let_follow(mine, said.get("on") is True)
    elif name == "end":
        close_room()
        say("")
    elif name == "join" and mine is None:
        join_room(str(said.get("code", "")), adopt)
