"""A visitor without a browser: Streamlit's own messages over its websocket, as the front end sends them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

_SECONDS = 60


SORRY = "Something went wrong on this page"
"""How the app's own sentence begins: see ``lstm_viz/ui/logs.py``."""


class ScriptError(Exception):
    """A run of the script ended in an exception, so its time means nothing."""


class Visitor:
    """One session: it keeps the state of its components and says it with each run, as a browser does."""

    def __init__(self, socket: ClientConnection, page: str = "") -> None:
        self._socket, self._page_name = socket, page
        self._states: dict[str, dict[str, Any]] = {}
        self._cached: set[str] = set()
        self._page = self.query = ""
        self._components: dict[str, tuple[str, str]] = {}

    def run(self, component: str = "", fragment: bool = False, **state: Any) -> float:
        """The seconds from asking for a run to its end. ``state`` is what ``component`` then says.

        With ``fragment`` only the fragment that the component stands in runs.
        """
        return self._run(self._request(component, fragment, state), lambda _: False)

    def run_until(self, wanted: Callable[[BidiComponent], bool]) -> float:
        """The seconds from asking for a run of the page until a component comes that is ``wanted``."""
        return self._run(self._request("", False, {}), wanted)

    def _request(self, component: str, fragment: bool, state: dict[str, Any]) -> bytes:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.page_script_hash, rerun.page_name = self._page, "" if self._page else self._page_name
        rerun.query_string = self.query
        rerun.cached_message_hashes.extend(self._cached)
        if component:
            identity, within = self._components[component]
            self._states.setdefault(identity, {}).update(state)
            rerun.fragment_id = within if fragment else ""
        for identity, known in self._states.items():
            rerun.widget_states.widgets.add(id=identity, json_value=json.dumps(known))
        return message.SerializeToString()

    def _run(self, request: bytes, wanted: Callable[[BidiComponent], bool]) -> float:
        started = time.perf_counter()
        self._socket.send(request)
        while True:
            message = ForwardMsg.FromString(self._socket.recv(_SECONDS))  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                return time.perf_counter() - started
            if kind == "navigation":
                self._page = message.navigation.page_script_hash
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                if message.metadata.cacheable:
                    self._cached.add(message.hash)
                element = message.delta.new_element
                if element.WhichOneof("type") == "exception":
                    raise ScriptError(element.exception.message)
                if element.WhichOneof("type") == "alert" and element.alert.body.startswith(SORRY):
                    raise ScriptError(element.alert.body)
                if element.WhichOneof("type") == "bidi_component":
                    part = element.bidi_component
                    self._components[part.component_name] = (part.id, message.delta.fragment_id)
                    if wanted(part):
                        return time.perf_counter() - started


@contextmanager
def visiting(url: str, page: str = "") -> Iterator[Visitor]:
    """A visitor of the server at ``url`` who has asked for nothing yet; ``page`` is the name in its address."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit"], max_size=None, compression=None) as socket:  # type: ignore[list-item]
        yield Visitor(socket, page)
