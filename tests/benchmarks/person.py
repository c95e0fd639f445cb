"""One person of a room, without a browser: the websocket and the plain questions that a browser's page would send."""

from __future__ import annotations

import asyncio
import json
import time
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from lstm_viz.ui.picture import ROUTE as PICTURE
from lstm_viz.ui.training_route import HEADER
from lstm_viz.ui.training_route import ROUTE as RUNS
from tests.benchmarks.visitor import SORRY

PATIENCE = 60.0
"""The seconds after which an answer counts as lost."""


class Trouble(Exception):  # noqa: N818
    """Something that a person would have seen go wrong."""


class Questions:
    """Plain HTTP questions over one connection, as a browser keeps it."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = str(address.hostname), address.port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        """The JSON of the answer. Raises Trouble for any status but 200.

        The server closes a connection that was idle for 5 s, and a browser then asks again over a new one.
        """
        kept = self._streams is not None
        try:
            status, content = await self._exchange(method, path, body, headers)
        except (asyncio.IncompleteReadError, ConnectionError):
            if not kept:
                raise
            self.close()
            status, content = await self._exchange(method, path, body, headers)
        if " 200 " not in status:
            raise Trouble(f"{path.split('?')[0]} answered {status}: {content[:200]!r}")
        return json.loads(content)

    async def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[str, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=1 << 24)
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(line.split(":")[1] for line in head.split("\r\n") if line.startswith("content-length:"))
        return head.split("\r\n")[0], await reader.readexactly(int(length))

    def close(self) -> None:
        """Leave."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Person:
    """A session on the server at ``url``: open a page, then change settings, or train."""

    def __init__(self, url: str, query: str = "", page: str = "") -> None:
        self._url, self._query, self._page_name = url, query, page
        self._page = ""
        self._ids: dict[str, str] = {}
        self._within = ""
        self._states: dict[str, dict[str, Any]] = {}
        self._data: dict[str, Any] = {}
        self._sent = 0
        self.questions = Questions(url)

    async def __aenter__(self) -> Person:
        address = self._url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket: ClientConnection = await connect(
            address,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            compression=None,
            open_timeout=PATIENCE,
            ping_interval=None,
        )
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.questions.close()
        await self._socket.close()

    async def open(self) -> float:
        """The seconds until the page stands."""
        return await self._run()

    async def ask_for_picture(self, fields: dict[str, Any]) -> float:
        """Move a control: the seconds until its picture is there."""
        query = urlencode({"set": json.dumps(fields)})
        path = f"{PICTURE}?{self._query}&{query}" if self._query else f"{PICTURE}?{query}"
        began = time.perf_counter()
        found = await asyncio.wait_for(self.questions.ask("GET", path), PATIENCE)
        if "<svg" not in found["svg"]:
            raise Trouble("a picture without a picture")
        return time.perf_counter() - began

    async def settle(self, fields: dict[str, Any]) -> float:
        """Let the control be: the seconds until the whole page has followed."""
        self._sent += 1
        said = {"values": {"fields": fields, "sent": self._sent, "at": int(time.time() * 1000)}}
        self._states.setdefault(self._ids["lstm_controls"], {}).update(said)
        seconds = await self._run(self._within)
        if self._data["lstm_address"]["query"] == self._query:
            raise Trouble("the page did not follow")
        self._query = self._data["lstm_address"]["query"]
        return seconds

    async def ask_about_runs(self, **asked: Any) -> Any:
        """What the Training page asks while it is open; ``act`` says what is to be done."""
        visitor = self._data["lstm_training"]["visitor"]
        body = json.dumps(asked).encode()
        return await asyncio.wait_for(self.questions.ask("POST", RUNS, body, **{HEADER: visitor}), PATIENCE)

    async def _run(self, fragment: str = "") -> float:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.fragment_id = fragment
        rerun.query_string, rerun.page_script_hash = self._query, self._page
        if not self._page:
            rerun.page_name = self._page_name
        for identity, known in self._states.items():
            rerun.widget_states.widgets.add(id=identity, json_value=json.dumps(known))
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        await asyncio.wait_for(self._finished(), PATIENCE)
        return time.perf_counter() - began

    async def _finished(self) -> None:
        while True:
            message = ForwardMsg.FromString(await self._socket.recv())  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                return
            if kind == "navigation":
                self._page = message.navigation.page_script_hash
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._take(message.delta.new_element, message.delta.fragment_id)

    def _take(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise Trouble(f"an error on the page: {element.exception.message[:200]}")
        if kind == "alert" and element.alert.body.startswith(SORRY):
            raise Trouble(element.alert.body)
        if kind == "bidi_component":
            part = element.bidi_component
            self._ids[part.component_name] = part.id
            if part.component_name == "lstm_controls":
                self._within = fragment
            if part.component_name in ("lstm_address", "lstm_training"):
                self._data[part.component_name] = json.loads(part.bytes)
