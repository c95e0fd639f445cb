"""What a run says over its pipe, and how that is written and read there."""

from __future__ import annotations

import os
import pickle  # between our own processes  # nosec B403
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lstm_viz.training.live import Live
from lstm_viz.training.metrics import Report
from lstm_viz.training.records import Epoch

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class Gathered:
    """Epochs since the last ones."""

    epochs: tuple[Epoch, ...]


@dataclass(frozen=True)
class Kept:
    """A checkpoint after ``epoch``; ``from_best`` where only its best weights are good."""

    epoch: int
    checkpoint: bytes
    from_best: bool = False


@dataclass(frozen=True)
class Seen:
    """How far the network is, to be looked at."""

    live: Live


@dataclass(frozen=True)
class Ended:
    """The last word: how it ended, in a sentence where it did not just finish, and what the network is worth.

    ``seconds`` is how long its epochs took with all that was said in between; None where they did not come to an end.
    """

    state: Literal["finished", "stopped", "failed"]
    message: str = ""
    report: Report | None = None
    seconds: float | None = None


Message: TypeAlias = Gathered | Kept | Seen | Ended


def send(pipe: int, message: Message) -> None:
    """Write a message to a file descriptor, and wait until all of it is there. Raises OSError if nobody reads."""
    content = pickle.dumps(message)
    left = memoryview(_LENGTH.pack(len(content)) + content)
    while left:
        left = left[os.write(pipe, left) :]


class Reading:
    """Puts messages together from the pieces that a pipe gives, so that a slow or dying run keeps nobody waiting.

    >>> from multiprocessing import Pipe
    >>> ours, theirs = Pipe(duplex=False)
    >>> send(theirs.fileno(), Ended("finished"))
    >>> list(Reading().feed(os.read(ours.fileno(), 1000)))
    [Ended(state='finished', message='', report=None, seconds=None)]
    """

    def __init__(self) -> None:
        self._pieces = bytearray()

    def feed(self, piece: bytes) -> Iterator[Message]:
        """The messages that are whole with this piece."""
        self._pieces += piece
        while len(self._pieces) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._pieces)[0]
            if len(self._pieces) < end:
                return
            content = bytes(self._pieces[_LENGTH.size : end])
            del self._pieces[:end]
            yield pickle.loads(content)  # from our own process, by a pipe that only it has  # nosec B301
