"""What the server tells browsers, whom it refuses, what it keeps of visitors and for how long."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psutil
import pytest
from websockets.exceptions import InvalidStatus

from lstm_viz.ui.upload_limits import MOST_FILES
from tests.support.serving import ROOT, Server, serving
from tests.support.session import Session, ask, connected, status_of, until

FOREIGN = ("https://evil.example", "http://localhost:1", "null", "http://127.0.0.1.evil.example")


# Python runs a module of this name at the start of every process, the training's too.
_LISTENING = """
import os, sys

def hear(event, details):
    if event in ("socket.connect", "socket.sendto"):
        place = details[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        place = details
    else:
        return
    host = place[0] if isinstance(place, tuple) else "unix"
    host = host.decode() if isinstance(host, bytes) else host or "localhost"
    if host not in ("unix", "localhost", "127.0.0.1", "::1"):
        with open(os.environ["HEARD"], "a") as heard:
            heard.write(f"{event} {host}\\n")

sys.addaudithook(hear)
"""


@dataclass(frozen=True)
class Overheard:
    """A server that forgets a visitor two seconds after they left, and whom it talked to besides."""

    server: Server
    heard: Path


@pytest.fixture(scope="module")
def overheard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Overheard]:
    home = tmp_path_factory.mktemp("overheard")
    (home / "sitecustomize.py").write_text(_LISTENING)
    (home / "heard").touch()
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("PYTHONPATH", str(home))
        surroundings.setenv("HEARD", str(home / "heard"))
        flags = ("--server.disconnectedSessionTTL=2",)
        with serving(home / "server.log", ROOT / "app.py", *flags, seconds=120) as server:
            yield Overheard(server, home / "heard")


@pytest.fixture
def brief(overheard: Overheard) -> Server:
    return overheard.server


def headers_of(url: str) -> dict[str, str]:
    with urlopen(url) as answer:
        return {name.lower(): text for name, text in answer.headers.items()}


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/training", "/_stcore/health", "/picture", "/favicon.png"])
    def test_are_on_every_answer(self, server: str, path: str) -> None:
        found = headers_of(server + path)
        assert found["x-content-type-options"] == "nosniff"
        assert found["referrer-policy"] == "same-origin"
        assert "camera=()" in found["permissions-policy"]
        assert found["content-security-policy"].startswith("default-src 'self'; ")

    def test_no_script_of_a_text_may_run(self, server: str) -> None:
        policy = dict(part.strip().split(" ", 1) for part in headers_of(server)["content-security-policy"].split(";"))
        assert "'unsafe" not in policy["script-src"]
        assert "*" not in "".join(policy.values())
        assert "http" not in "".join(policy.values())

    def test_any_site_may_frame_the_app(self, server: str) -> None:
        found = headers_of(f"{server}/?embed=true")
        assert "frame-ancestors" not in found["content-security-policy"]
        assert "x-frame-options" not in found


class TestRefusals:
    @pytest.mark.parametrize(
        "path", ["metrics", "metrics?families=cache_memory_bytes", "agent/openapi.json", "agent/mcp", "agent"]
    )
    def test_what_no_visitor_needs_is_closed(self, server: str, path: str) -> None:
        assert status_of(f"{server}/_stcore/{path}") == 404
        assert status_of(Request(f"{server}/_stcore/{path}", b"{}")) == 404

    @pytest.mark.parametrize("origin", FOREIGN)
    def test_a_foreign_page_changes_nothing(self, server: str, origin: str) -> None:
        question = Request(f"{server}/training-runs", b"{}", {"Origin": origin})
        assert status_of(question) == 403
        assert status_of(Request(f"{server}/training-runs", b"{}", {"Origin": server})) == 200

    def test_a_foreign_page_reads_nothing(self, server: str) -> None:
        with urlopen(Request(f"{server}/picture", headers={"Origin": FOREIGN[0]})) as answer:
            assert "Access-Control-Allow-Origin" not in answer.headers

    @pytest.mark.parametrize("origin", FOREIGN)
    def test_a_foreign_page_opens_no_websocket(self, server: str, origin: str) -> None:
        with pytest.raises(InvalidStatus, match="403"), connected(server, origin):
            pass

    def test_our_own_page_opens_one(self, server: str) -> None:
        with connected(server, server) as session:
            assert "lstm_diagram" in session.open("")

    @pytest.mark.parametrize("path", ["/", "/picture", "/training-runs"])
    def test_a_foreign_name_is_refused(self, server: str, path: str) -> None:
        assert status_of(Request(server + path, headers={"Host": "rebound.example"})) == 403
        assert status_of(Request(f"{server}/_stcore/health", headers={"Host": "10.0.0.7"})) == 200

    def test_an_upload_needs_the_token_of_our_page(self, server: str) -> None:
        with connected(server) as session:
            session.open("")
            assert session.upload("a", b"1", token=False) == 403
            assert session.upload("a", b"1", origin=FOREIGN[0]) == 403
            assert session.upload("a", b"1", origin=server) == 204


class TestUploads:
    def test_their_number_and_size_are_limited(self, server: str) -> None:
        with connected(server) as session, connected(server) as other:
            session.open("")
            other.open("")
            assert [session.upload(str(number), b"1") for number in range(MOST_FILES)] == [204] * MOST_FILES
            assert session.upload("one-more", b"1") == 413
            assert other.upload("0", b"1") == 204, "another visitor has their own"
            with arriving(other, b"1", declared=50 * 1024 * 1024 + 1) as line:
                assert line.recv(100).startswith(b"HTTP/1.1 413 ")
            session.id = "no-such-session"
            assert session.upload("0", b"1") == 400

    def test_are_in_memory_alone_and_end_with_their_session(self, brief: Server) -> None:
        process = psutil.Process(brief.pid)
        content = b"1,2,3\n" * 7_000_000  # 42 MB
        with connected(brief.url) as session:
            session.open("")
            before = process.memory_info().rss
            with arriving(session, content[:20_000_000], declared=30_000_000):
                until(lambda: process.memory_info().rss - before > 15_000_000)
                assert not on_disk(brief.pid)
            assert [session.upload(str(number), content) for number in range(4)] == [204] * 4
            assert process.memory_info().rss - before > 140_000_000
            assert not on_disk(brief.pid)
        until(lambda: process.memory_info().rss - before < 40_000_000)
        assert session.upload("0", b"1") == 400, "the session is over"


@contextmanager
def arriving(session: Session, content: bytes, declared: int) -> Iterator[socket.socket]:
    """Send the first part of a file; the rest of what was declared never comes."""
    address = urlsplit(session.url)
    with urlopen(f"{session.url}/_stcore/health") as answer:
        cookie = answer.headers["Set-Cookie"].split(";")[0]
    head = (
        f"PUT /_stcore/upload_file/{session.id}/half HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\n"
        f"X-Xsrftoken: {cookie.partition('=')[2]}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        f"Content-Length: {declared}\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n'
    )
    with socket.create_connection((address.hostname, address.port)) as line:
        line.sendall(head.encode() + content)
        yield line


def on_disk(pid: int) -> list[str]:
    """The files that a process writes to, nameless ones too; its log is not among them."""
    links = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()]
    return [link for link in links if re.match(r"/(tmp|var/tmp)/", link) and not link.endswith("server.log")]


class TestVisitors:
    def test_nobody_sees_or_stops_the_runs_of_another(self, server: str) -> None:
        with connected(server) as one, connected(server) as other:
            mine, theirs = (each.open("training", "tep=400&tB=4")["lstm_training"] for each in (one, other))
            assert len(mine["visitor"]) >= 32
            assert mine["visitor"] != theirs["visitor"]
            run = ask(server, mine, act="train")["started"]
            try:
                for act in ("stop", "pause", "remove", "resume", "go_on"):
                    assert "no such run" in ask(server, theirs, act=act, run=run)["error"]
                seen = ask(server, theirs, chosen=run, have={run: 0}, done=[run], scene=run)
                assert seen["runs"] == []
                assert "scene" not in seen
                assert run not in json.dumps(seen)
                (still,) = ask(server, mine)["runs"]
                assert still["state"] in ("queued", "running")
            finally:
                ask(server, mine, act="remove", run=run)

    @pytest.mark.parametrize("word", ["", "0", "training_visitor", "' OR 1=1", "A" * 32, "../../etc/passwd"])
    def test_a_guessed_word_is_nobodys(self, server: str, word: str) -> None:
        assert ask(server, {"visitor": word}) == {"unknown": True}
        assert ask(server, {"visitor": word}, act="train") == {"unknown": True}

    def test_runs_are_limited_for_each_visitor(self, server: str) -> None:
        with connected(server) as session:
            given = session.open("training", "tep=20000&tB=1")["lstm_training"]
            answers = [ask(server, given, act="train")]
            try:
                while "error" not in answers[-1] and len(answers) < 40:  # a run may end meanwhile
                    answers.append(ask(server, given, act="train"))
                states = [run.get("state") for run in answers[-1]["runs"]]
                assert "6 runs of yours are waiting, and that is the most" in answers[-1].get("error", states)
                assert states.count("queued") == 6
            finally:
                for run in ask(server, given)["runs"]:
                    ask(server, given, act="remove", run=run["id"])


class TestTheOutside:
    def test_the_server_talks_to_nobody(self, overheard: Overheard) -> None:
        url = overheard.server.url
        with connected(url) as session:
            for page in ("", "cell", "data", "pitfalls", "gradients"):
                session.open(page)
            given = session.open("training", "tep=2&tB=64")["lstm_training"]
            ask(url, given, act="train")
            until(lambda: ask(url, given)["runs"][0]["state"] == "finished", 180)  # type: ignore[index]
        with pytest.raises(InvalidStatus), connected(url, FOREIGN[0]):
            pass  # Streamlit alone would ask the internet for its own address here
        assert overheard.heard.read_text() == ""

    def test_its_listener_hears(self, overheard: Overheard, tmp_path: Path) -> None:
        surroundings = {"PYTHONPATH": str(overheard.heard.parent), "HEARD": str(tmp_path / "heard")}
        speaking = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 53))"
        subprocess.run([sys.executable, "-c", speaking], env=surroundings, capture_output=True)
        assert (tmp_path / "heard").read_text() == "socket.connect 192.0.2.1\n"
