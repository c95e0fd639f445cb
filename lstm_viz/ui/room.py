"""A visitor's room: the one that they opened, or the one that they follow."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from lstm_viz.ui.base_path import served_at
from lstm_viz.ui.components import component
from lstm_viz.ui.presence import present
from lstm_viz.ui.projector_link import follow, following
from lstm_viz.ui.room_place import HEADER, ROUTE, entries_for_room
from lstm_viz.ui.rooms import Key, RoomError, Shown, rooms, spelled

Adopt = Callable[[Mapping[str, str]], None]
_ROOM = component("room", '<div class="room" role="status"></div>')
KEY, _WORD, _MINE, _QUERY = "room", "room_owner", "room_mine", "room_query"
_HERE, _GO, _TAKEN, _BASIS, _SAID = "room_here", "room_go", "room_taken", "room_basis", "room_said"


def follow_room(title: str, pages: Mapping[str, str]) -> None:
    """Go to the page that the room which this visitor follows shows. Called first on every page."""
    st.session_state[_HERE] = next((page for page, name in pages.items() if name == title), next(iter(pages)))
    target = st.session_state.pop(_GO, None)
    if target in pages and pages[target] != title:
        with suppress(StreamlitAPIException):  # a page that is tested alone has no others
            st.switch_page(target)


def go_to_page(page: str) -> None:
    """Open another page in the next run."""
    st.session_state[_GO] = page


def keep_room(adopt: Adopt) -> None:
    """Publish what this visitor shows, or follow what another does. Called when the page has said its address."""
    mine, code = my_room(), following()
    data = {
        "route": served_at(ROUTE),
        "header": HEADER,
        "mine": {"code": mine.code, "secret": mine.secret} if mine else None,
        "following": code,
        "taken": st.session_state.get(_TAKEN, -1) if code else -1,
        "query": st.session_state[_QUERY],
        "said": st.session_state.get(_SAID, ""),
    }
    _ROOM(key=KEY, data=data, default={}, on_act_change=lambda: _act_and_show(adopt))


def my_room() -> Key | None:
    """The room that this visitor has opened."""
    found: Key | None = st.session_state.get(_MINE)
    return found


def open_room() -> None:
    """Open a room that shows what this visitor looks at; who has one follows no other.

    Raises RoomError where the server has too many.
    """
    query = entries_for_room(st.session_state.get(_QUERY, ""))
    st.session_state[_MINE] = rooms().open(_owner(), Shown(st.session_state[_HERE], query), present())
    if following():
        _stop_following("")


def close_room() -> None:
    """End this visitor's room."""
    if (mine := st.session_state.pop(_MINE, None)) is not None:
        with suppress(RoomError):
            rooms().close(mine)


def join_room(code: str, adopt: Adopt) -> None:
    """Take what a room shows, and follow it where it may be followed. Raises RoomError for a code that is not known."""
    shown = rooms().look(code)
    if shown is None:
        raise RoomError(f"There is no room {spelled(code) or 'without a code'}. Look again at the code on the screen.")
    st.session_state.pop(_SAID, None)
    follow(spelled(code) if shown.live else "")
    _take(shown, adopt)
    if not shown.live:
        st.session_state[_SAID] = (
            "You see what is on the screen now. Your page does not follow: the presenter has not let it."
        )


def say(sentence: str) -> None:
    """A sentence for this visitor, until they close it."""
    st.session_state[_SAID] = sentence


def _owner() -> str:
    if _WORD not in st.session_state:
        st.session_state[_WORD] = secrets.token_urlsafe(24)
    found: str = st.session_state[_WORD]
    return found


def _take(shown: Shown, adopt: Adopt) -> None:
    adopt(shown.query)
    st.session_state[_GO], st.session_state[_TAKEN] = shown.page, shown.number
    st.session_state.pop(_BASIS, None)


def say_address(query: str) -> None:
    """``query`` is the page's address. A follower who changes something, or goes to another page, goes their own way.

    Called before the address is written: it names the room that is followed.
    """
    st.session_state[_QUERY] = query
    if not following():
        return
    now = (st.session_state[_HERE], entries_for_room(query))
    if _TAKEN in st.session_state and st.session_state.setdefault(_BASIS, now) != now:
        _stop_following("You changed something, so your page no longer follows.")
        st.rerun()  # all of the page: what was drawn so far says that they follow


def _stop_following(sentence: str) -> None:
    st.session_state[_SAID] = sentence
    st.session_state.pop(_TAKEN, None)
    follow("")


def _act_and_show(adopt: Adopt) -> None:
    _act(adopt)
    st.rerun()  # all of the page, which may be another one: this can stand in a fragment


def _act(adopt: Adopt) -> None:
    """What the browser says: there is something new, the visitor had enough, or a room is still theirs."""
    said: Any = (st.session_state.get(KEY) or {}).get("act")
    if not isinstance(said, dict):
        return
    code, name = following(), said.get("name")
    if name == "changed" and code:
        shown = rooms().look(code)
        if shown is None or shown.over:
            _stop_following(f"{code} is over: the presenter has stopped or left. You keep the last settings.")
        elif not shown.live:
            _stop_following(f"The presenter no longer lets the room follow. You keep the settings of {code}.")
        else:
            _take(shown, adopt)
    elif name == "stop" and code:
        _stop_following("")
    elif name == "touched" and code:
        _stop_following("You changed something, so your page no longer follows.")
    elif name == "close":
        st.session_state[_SAID] = ""
    elif name == "resume" and my_room() is None:
        key = Key(str(said.get("code", "")), str(said.get("secret", "")))
        if rooms().resume(key, _owner(), present()):
            st.session_state[_MINE] = key
