"""What a presenter shows, for the phones of a room: a short code opens it, and may follow it live.

Only who holds a room's secret can change it. All is in memory, bounded, and forgotten after a while.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from hmac import compare_digest
from urllib.parse import parse_qsl, urlencode

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody takes for each other, read aloud or on a screen."""
CODE_LENGTH = 5
LONGEST_QUERY = 2_000
MOST_ROOMS = 300
GRACE_SECONDS = 60.0
"""How long a presenter may be gone before the room is told that it has ended."""
KEPT_SECONDS = 4 * 3600.0
"""How long a code opens what was shown last."""


class RoomError(ValueError):
    """What a room refuses, and why; the message is for the person."""


@dataclass(frozen=True)
class Shown:
    """What a room shows: a page and the entries of its link. ``number`` grows with every change.

    ``live``: the room may follow. ``over``: the presenter has stopped or left.
    """

    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
    live: bool = False
    over: bool = False


@dataclass(frozen=True)
class Key:
    """What a presenter holds: the code is for all, the secret for them alone."""

    code: str
    secret: str


@dataclass(eq=False)
class _Room:
    key: Key
    owner: str
    is_there: Callable[[], bool]
    shown: Shown
    seen: float
    changed: float
    waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=set)


class Rooms:
    """Every room of a server. Safe from any thread; ``clock`` counts seconds."""

    def __init__(self, most: int = MOST_ROOMS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._lock = threading.Lock()
        self._rooms: dict[str, _Room] = {}

    def __len__(self) -> int:
        with self._lock:
            return len(self._rooms)

    def open(self, owner: str, shown: Shown, is_there: Callable[[], bool]) -> Key:
        """The room of a presenter, who is known as ``owner``: one for each, made where there is none.

        ``is_there`` says whether they are still connected. Raises RoomError where the server has too many rooms.
        """
        with self._lock:
            self._tidy()
            for room in self._rooms.values():
                if room.owner == owner and not room.shown.over:
                    return room.key
            self._make_place()
            key, now = Key(self._free_code(), secrets.token_urlsafe(24)), self._clock()
            self._rooms[key.code] = _Room(key, owner, is_there, shown, now, now)
            return key

    def resume(self, key: Key, owner: str, is_there: Callable[[], bool]) -> bool:
        """Take a room over after a reload, which begins a new session; whether there is such a room."""
        with self._lock, suppress(RoomError):
            room = self._mine(key)
            room.owner, room.is_there, room.seen = owner, is_there, self._clock()
            return True
        return False

    def publish(self, key: Key, page: str, query: Mapping[str, str]) -> Shown:
        """Show this page with these entries; the same again is a sign of life. Raises RoomError."""
        with self._lock:
            room = self._mine(key)
            room.seen = self._clock()
            if (room.shown.page, room.shown.query) != (page, dict(query)):
                self._change(room, replace(room.shown, page=page, query=dict(query)))
            return room.shown

    def let_follow(self, key: Key, live: bool) -> None:
        """Whether the room may follow. Raises RoomError."""
        with self._lock:
            room = self._mine(key)
            if room.shown.live != live:
                self._change(room, replace(room.shown, live=live))

    def close(self, key: Key) -> None:
        """End a room: who followed is told, and the code still opens what was shown last. Raises RoomError."""
        with self._lock:
            room = self._mine(key)
            self._change(room, replace(room.shown, live=False, over=True))

    def look(self, code: str) -> Shown | None:
        """What a code shows now; None for one that is not known, or not any more."""
        with self._lock:
            self._tidy()
            room = self._rooms.get(spelled(code))
            return None if room is None else room.shown

    async def changed(self, code: str, since: int, seconds: float) -> Shown | None:
        """What a code shows, as soon as it is not number ``since``; at the latest after so many seconds."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._tidy()
            room = self._rooms.get(spelled(code))
            if room is None or room.shown.number != since or room.shown.over:
                return None if room is None else room.shown
            room.waiting.add(waiter)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(waiter[1].wait(), seconds)
        finally:
            with self._lock:
                room.waiting.discard(waiter)
        return self.look(code)

    def _mine(self, key: Key) -> _Room:
        room = self._rooms.get(key.code)
        if room is None or not compare_digest(room.key.secret.encode(), key.secret.encode()):
            raise RoomError("Only who opened the room can change what it shows.")
        if room.shown.over:
            raise RoomError("This room is over. Open a new one.")
        return room

    def _change(self, room: _Room, shown: Shown) -> None:
        room.shown, room.changed = replace(shown, number=room.shown.number + 1), self._clock()
        for loop, event in room.waiting:
            with suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(event.set)
        room.waiting.clear()

    def _tidy(self) -> None:
        now = self._clock()
        for code, room in list(self._rooms.items()):
            if room.is_there():
                room.seen = now
            elif not room.shown.over and now - room.seen > GRACE_SECONDS:
                self._change(room, replace(room.shown, live=False, over=True))
            if room.shown.over and now - room.changed > KEPT_SECONDS:
                del self._rooms[code]

    def _make_place(self) -> None:
        if len(self._rooms) < self._most:
            return
        over = [room for room in self._rooms.values() if room.shown.over]
        if not over:
            raise RoomError(f"This server has {self._most} rooms, as many as it keeps. Try again when one is over.")
        del self._rooms[min(over, key=lambda room: room.changed).key.code]

    def _free_code(self) -> str:
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
            if code not in self._rooms:
                return code


@cache
def rooms() -> Rooms:
    """The server's."""
    return Rooms()


def spelled(code: str) -> str:
    """A code as the table has it, however it was typed.

    >>> spelled(" ab-12c ")
    'AB12C'
    """
    return "".join(letter for letter in code[:20].upper() if letter.isalnum())


def entries_of(query: str, known: Iterable[str]) -> dict[str, str]:
    """The entries of a link that are ``known``, and nothing else. Raises RoomError for one that is too long.

    >>> entries_of("?T=24&evil=1&H=5", ["T", "H"])
    {'T': '24', 'H': '5'}
    """
    if len(query) > LONGEST_QUERY:
        raise RoomError(f"The link has {len(query):,} characters; a room takes at most {LONGEST_QUERY:,}.")
    names = set(known)
    try:
        pairs = parse_qsl(query.removeprefix("?"), max_num_fields=200)
    except ValueError:
        raise RoomError("The link has more than 200 entries; a room takes at most that many.") from None
    return {name: value for name, value in pairs if name in names}


def link_of(query: Mapping[str, str], **more: str) -> str:
    """The query of a link, with what else is in it.

    >>> link_of({"T": "24"}, follow="AB12C")
    'T=24&follow=AB12C'
    """
    return urlencode({**query, **more})
