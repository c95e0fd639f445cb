"""Rooms: what a code shows, who may change it, what is kept, and for how long."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette

from lstm_viz.ui import room_route
from lstm_viz.ui.frame import PAGES
from lstm_viz.ui.room_place import HEADER, entries_for_room, page_of, path_of, qr_code
from lstm_viz.ui.rooms import (
    ALPHABET,
    GRACE_SECONDS,
    KEPT_SECONDS,
    LONGEST_QUERY,
    Key,
    RoomError,
    Rooms,
    Shown,
    entries_of,
    rooms,
    spelled,
)
from tests.support.run_async import run_async

SHAPES, CELL = "pages/shapes.py", "pages/cell.py"


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def gone() -> bool:
    return False


def there() -> bool:
    return True


def shown(found: Rooms, code: str) -> Shown:
    seen = found.look(code)
    assert seen is not None
    return seen


def test_a_code_shows_what_its_presenter_published_last() -> None:
    found = Rooms()
    key = found.open("a", Shown(SHAPES, {"T": "24"}), there)
    assert set(key.code) <= set(ALPHABET)
    assert shown(found, key.code.lower()) == Shown(SHAPES, {"T": "24"})
    found.publish(key, CELL, {"T": "9", "step": "2"})
    found.publish(key, CELL, {"T": "9", "step": "2"})  # a sign of life and no change
    assert shown(found, key.code) == Shown(CELL, {"T": "9", "step": "2"}, number=1)
    found.let_follow(key, True)
    assert shown(found, key.code).live
    found.close(key)
    assert shown(found, key.code) == Shown(CELL, {"T": "9", "step": "2"}, number=3, over=True)


@pytest.mark.parametrize("secret", ["", "guess", "é"])
def test_nobody_else_can_write(secret: str) -> None:
    found = Rooms()
    key = found.open("a", Shown(SHAPES), there)
    other = found.open("b", Shown(SHAPES), there)
    for wrong in (Key(key.code, secret), Key(key.code, other.secret), Key("ZZZZZ", key.secret)):
        acts: list[Callable[[], Any]] = [
            lambda wrong=wrong: found.publish(wrong, CELL, {}),
            lambda wrong=wrong: found.let_follow(wrong, True),
            lambda wrong=wrong: found.close(wrong),
        ]
        for act in acts:
            with pytest.raises(RoomError, match="Only who opened the room"):
                act()
        assert not found.resume(wrong, "b", there)
    assert shown(found, key.code) == Shown(SHAPES)


def test_a_session_has_one_room_and_a_server_so_many() -> None:
    clock = Clock()
    found = Rooms(most=3, clock=clock)
    keys = [found.open(owner, Shown(SHAPES), there) for owner in "abc"]
    assert found.open("a", Shown(CELL), there) == keys[0]
    assert len({key.code for key in keys}) == 3
    with pytest.raises(RoomError, match="This server has 3 rooms"):
        found.open("d", Shown(SHAPES), there)
    found.close(keys[1])
    found.open("d", Shown(SHAPES), there)  # takes the place of the one that is over
    assert found.look(keys[1].code) is None
    assert len(found) == 3


def test_a_presenter_who_leaves_ends_the_room_after_a_grace() -> None:
    clock = Clock()
    found = Rooms(clock=clock)
    key = found.open("a", Shown(SHAPES, live=True), gone)
    clock.now = GRACE_SECONDS - 1
    assert not shown(found, key.code).over
    found.publish(key, SHAPES, {})  # their browser is still there
    clock.now += GRACE_SECONDS - 1
    assert not shown(found, key.code).over
    assert found.resume(key, "a after a reload", gone)
    clock.now += GRACE_SECONDS + 1
    assert shown(found, key.code).over
    assert not shown(found, key.code).live
    with pytest.raises(RoomError, match="over"):
        found.publish(key, CELL, {})
    clock.now += KEPT_SECONDS - 1
    assert shown(found, key.code).page == SHAPES  # the code opens what was shown last
    clock.now += 2
    assert found.look(key.code) is None
    assert len(found) == 0


def test_a_presenter_who_is_there_keeps_the_room() -> None:
    clock = Clock()
    found = Rooms(clock=clock)
    key = found.open("a", Shown(SHAPES), there)
    clock.now = 10 * KEPT_SECONDS
    assert not shown(found, key.code).over


def test_a_hundred_wait_and_all_hear_of_a_change_from_another_thread() -> None:
    found = Rooms()
    key = found.open("a", Shown(SHAPES, live=True), there)

    async def room() -> list[Shown | None]:
        before = threading.active_count()
        waiting = [asyncio.create_task(found.changed(key.code, 0, 30)) for _ in range(100)]
        await asyncio.sleep(0)
        assert threading.active_count() == before
        threading.Timer(0.05, found.publish, (key, CELL, {"T": "3"})).start()
        return await asyncio.wait_for(asyncio.gather(*waiting), 10)

    assert run_async(room()) == [Shown(CELL, {"T": "3"}, number=1, live=True)] * 100
    assert run_async(found.changed(key.code, 1, 0.01)) == Shown(CELL, {"T": "3"}, number=1, live=True)
    assert run_async(found.changed(key.code, 0, 30)) == Shown(CELL, {"T": "3"}, number=1, live=True)
    assert run_async(found.changed("ZZZZZ", 0, 30)) is None


def test_many_presenters_publish_at_once() -> None:
    found = Rooms()
    keys = [found.open(str(owner), Shown(SHAPES), there) for owner in range(8)]

    def present(key: Key) -> None:
        for step in range(200):
            found.publish(key, CELL, {"step": str(step)})

    threads = [threading.Thread(target=present, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(shown(found, key.code) == Shown(CELL, {"step": "199"}, number=200) for key in keys)


def test_only_known_entries_of_a_link_get_into_a_room() -> None:
    assert entries_for_room("?T=24&step=3&gT=9&present=1&follow=AB23C&embed=true&x=<script>") == {
        "T": "24",
        "step": "3",
        "gT": "9",
    }
    with pytest.raises(RoomError, match=r"2,001 characters; a room takes at most 2,000"):
        entries_of("x" * (LONGEST_QUERY + 1), ["T"])
    with pytest.raises(RoomError, match="more than 200 entries"):
        entries_of("&".join(["a=1"] * 201), ["a"])


def test_paths_and_pages() -> None:
    for page in PAGES:
        assert page_of(path_of(page, PAGES), PAGES) == page
    assert page_of("/cell/", PAGES) == CELL
    assert page_of("/shapes", PAGES) == SHAPES
    for path in ("//evil.example", "/_stcore/health", "/../cell", ""):
        with pytest.raises(RoomError, match="expected the path of one of"):
            page_of(path, list(PAGES))


def test_a_qr_code_is_drawn_without_a_network() -> None:
    assert qr_code("http://192.168.1.20:8501/j/AB23C").startswith("<svg")


@dataclass(frozen=True)
class Answer:
    """What a route said."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


def ask(method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    """Put one question to the routes, as a server does."""
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "root_path": ""}
    scope["headers"] = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    run_async(Starlette(routes=room_route.ROUTES)(scope, receive, send))
    text = b"".join(message.get("body", b"") for message in said[1:]).decode()
    return Answer(said[0]["status"], {name.decode(): value.decode() for name, value in said[0]["headers"]}, text)


def publish(key: Key, said: object, secret: str = "") -> Answer:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return ask("POST", f"/room/{key.code}", body, **{HEADER: secret or key.secret})


@pytest.fixture
def key() -> Key:
    return rooms().open("route test", Shown(SHAPES, {"T": "24"}), there)


def test_the_short_link_leads_to_the_settings(key: Key) -> None:
    answer = ask("GET", f"/j/{key.code.lower()}")
    assert (answer.status, answer.headers["location"]) == (302, "/?T=24")
    rooms().let_follow(key, True)
    rooms().publish(key, CELL, {"T": "24", "step": "2"})
    assert ask("GET", f"/j/{key.code}").headers["location"] == f"/cell?T=24&step=2&follow={key.code}"
    rooms().close(key)


def test_an_unknown_code_gets_a_page_that_says_so() -> None:
    answer = ask("GET", "/j/<b>zz")
    assert answer.status == 404
    assert f"No room {spelled('<b>zz')}" in answer.text
    assert "<b>" not in answer.text
    assert ask("GET", "/room/ZZZZZ?since=1").json() == {"unknown": True}


def test_publishing_by_the_route_needs_the_secret(key: Key) -> None:
    said = {"page": "/cell", "query": "?T=6&present=1"}
    refused = publish(key, said, "guess")
    assert "Only who opened" in refused.json()["refused"]
    assert shown(rooms(), key.code).query == {"T": "24"}
    assert "number" in publish(key, said).json()
    assert shown(rooms(), key.code).query == {"T": "6"}
    assert ask("GET", f"/room/{key.code}?since=-1").json() == {"number": 1, "live": False, "over": False}
    rooms().close(key)


@pytest.mark.parametrize(
    ("body", "status"), [(b"[1]", 400), (b"not json", 400), (b'{"page": "/"}', 400), (b"x" * 9000, 413)]
)
def test_what_is_no_publication_is_refused(key: Key, body: bytes, status: int) -> None:
    assert publish(key, body).status == status
    for said in ({"page": "/nowhere", "query": ""}, {"page": "/", "query": "?" + "x" * 2001}):
        assert "refused" in publish(key, said).json()
    rooms().close(key)
