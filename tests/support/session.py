"""One visitor's connection without a browser: pages by their names, and files as the front end sends them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

_SECONDS = 60


@dataclass
class Session:
    """A connection to the server at ``url``, and its session's id once a page was opened."""

    url: str
    socket: ClientConnection
    id: str = ""

    def open(self, page: str, query: str = "") -> dict[str, Any]:
        """Open a page by the name in its address; returns what each component there was given, by its name."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        self.socket.send(message.SerializeToString())
        given: dict[str, Any] = {}
        while True:
            found = ForwardMsg.FromString(self.socket.recv(_SECONDS))  # type: ignore[arg-type]
            kind = found.WhichOneof("type")
            if kind == "new_session":
                self.id = found.new_session.initialize.session_id
            elif kind == "script_finished":
                return given
            elif kind == "delta" and found.delta.new_element.WhichOneof("type") == "bidi_component":
                part = found.delta.new_element.bidi_component
                given[part.component_name] = json.loads(part.bytes)

    def upload(self, name: str, content: bytes, origin: str | None = None, token: bool = True) -> int:
        """Send a file; returns the status."""
        with urlopen(f"{self.url}/_stcore/health") as answer:
            cookie = answer.headers["Set-Cookie"].split(";")[0]
        body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n' + content + b"\r\n--b--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=b", "Cookie": cookie}
        headers |= {"X-Xsrftoken": cookie.partition("=")[2]} if token else {}
        headers |= {"Origin": origin} if origin else {}
        request = Request(f"{self.url}/_stcore/upload_file/{self.id}/{name}", body, headers, method="PUT")
        return status_of(request)


def status_of(request: Request | str) -> int:
    """The status of the answer, good or bad."""
    try:
        with urlopen(request) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def ask(url: str, given: dict[str, Any], **asked: object) -> dict[str, Any]:
    """What the route of the training runs answers a page that was given this."""
    headers = {given.get("header", "Training-Visitor"): given["visitor"], "Content-Type": "application/json"}
    with urlopen(Request(f"{url}/training-runs", json.dumps(asked).encode(), headers)) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def until(found: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


@contextmanager
def connected(url: str, origin: str | None = None) -> Iterator[Session]:
    """A visitor of the server at ``url``, whose browser says that it shows a page of ``origin``."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(
        address,
        origin=origin,  # type: ignore[arg-type]
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        compression=None,
    ) as socket:
        yield Session(url, socket)
