"""Shelf: the curves of runs on disk, so that a server that is started again still has them. Bounded, and no pickle.

A visitor's runs lie in a folder whose name is the hash of the word that only they know: what lies there opens to
nobody else, and the word itself is nowhere. A run is a line of JSON, and after it the bytes of its checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from lstm_viz.training.records import Epoch
from lstm_viz.training.thinning import thin

PLACE = "LSTM_VIZ_STATE_DIR"
"""The environment's name for the folder; set to nothing, no curve is kept."""
_RUN = re.compile(r"run-[0-9a-f]+-[0-9]+")
_ENDING = ".run"
_OF_EPOCH = tuple(each.name for each in fields(Epoch))


@dataclass(frozen=True)
class Bounds:
    """Bytes of all runs together and of one checkpoint, points of a curve, runs of a visitor, and seconds that a run is
    kept after it was last written."""

    total_bytes: int = 200_000_000
    checkpoint_bytes: int = 4_000_000
    points: int = 2_000
    runs_each: int = 12
    seconds: float = 86_400.0


@dataclass(frozen=True)
class PastRun:
    """What is kept of a run. ``server`` tells one start of the server from another.

    ``link`` holds the settings that it was started with, so that it can go on; None where its data was a visitor's own,
    which is never written down. ``kept`` is the epoch of the checkpoint, None where there is none.
    """

    id: str
    name: str
    summary: str
    state: str
    message: str
    asked: int
    weights: int
    watched: str
    data: str
    server: str
    epochs: tuple[Epoch, ...] = ()
    kept: int | None = None
    from_best: bool = False
    metrics: Mapping[str, float] = field(default_factory=dict)
    link: Mapping[str, str] | None = None

    @property
    def epoch(self) -> int:
        """How many epochs were done."""
        return self.epochs[-1].epoch if self.epochs else 0


class Shelf:
    """A folder of runs. Every method but ``runs`` and ``checkpoint`` raises OSError where the disk says no."""

    def __init__(self, folder: Path, bounds: Bounds | None = None) -> None:
        self._folder, self._bounds = folder, bounds or Bounds()

    def put(self, owner: str, run: PastRun, checkpoint: bytes | None = None) -> None:
        """Write a run, in place of what was there of it. A checkpoint that is too large is left out."""
        if checkpoint is not None and len(checkpoint) > self._bounds.checkpoint_bytes:
            checkpoint = None
        folder = self._of(owner)
        folder.mkdir(mode=0o700, exist_ok=True)
        path = self._path(owner, run.id)
        unready = path.with_suffix(".unready")
        try:
            unready.write_bytes(_to_bytes(run, checkpoint, self._bounds.points))
            unready.replace(path)
        except OSError:
            with suppress(OSError):
                unready.unlink()
            raise
        self._forget_oldest(sorted(folder.glob(f"*{_ENDING}"), key=_written)[: -self._bounds.runs_each])

    def runs(self, owner: str) -> tuple[PastRun, ...]:
        """A visitor's runs, the oldest first; what cannot be read is left out."""
        found = []
        for path in sorted(self._of(owner).glob(f"*{_ENDING}"), key=_written):
            with suppress(OSError, ValueError, TypeError, KeyError):
                found.append(_read(path)[0])
        return tuple(found)

    def checkpoint(self, owner: str, run_id: str) -> bytes | None:
        """The checkpoint of a run; None where there is none."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            return _read(self._path(owner, run_id))[1] or None
        return None

    def remove(self, owner: str, run_id: str) -> None:
        """Forget a run."""
        self._path(owner, run_id).unlink(missing_ok=True)
        with suppress(OSError):
            self._of(owner).rmdir()  # only an empty one goes

    def sweep(self) -> None:
        """Forget what is too old, and the oldest of what is too much."""
        paths = sorted(self._folder.glob(f"*/*{_ENDING}"), key=_written, reverse=True)
        room, now = self._bounds.total_bytes, time.time()
        for path in paths:
            room -= _size(path)
            if room < 0 or now - _written(path) > self._bounds.seconds:
                self._forget_oldest([path])

    def _forget_oldest(self, paths: list[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)
            with suppress(OSError):
                path.parent.rmdir()

    def _of(self, owner: str) -> Path:
        return self._folder / hashlib.sha256(owner.encode()).hexdigest()

    def _path(self, owner: str, run_id: str) -> Path:
        if not _RUN.fullmatch(run_id):
            raise ValueError(f"run: expected the id of a run, got {run_id[:40]!r}")
        return self._of(owner) / f"{run_id}{_ENDING}"


def open_shelf(place: str | None = None) -> Shelf | None:
    """The server's shelf, in the folder that LSTM_VIZ_STATE_DIR names or in the temporary one; None where it is to have
    none. Raises OSError where the folder cannot be made, or is not this user's alone."""
    place = os.environ.get(PLACE) if place is None else place
    if place == "":
        return None
    folder = Path(place) if place else Path(tempfile.gettempdir()) / f"lstm-shapes-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
        expected = "expected a folder of this user's that nobody else can open"
        raise PermissionError(f"{PLACE}: {expected}, got {folder}. Name another, or run chmod 700 on it.")
    shelf = Shelf(folder)
    shelf.sweep()
    return shelf


def _to_bytes(run: PastRun, checkpoint: bytes | None, points: int) -> bytes:
    curve = [[getattr(epoch, name) for name in _OF_EPOCH] for epoch in thin(run.epochs, points)]
    said = {each.name: getattr(run, each.name) for each in fields(PastRun)}
    said |= {"epochs": curve, "kept": run.kept if checkpoint else None}
    return json.dumps(said, default=dict).encode() + b"\n" + (checkpoint or b"")


def _read(path: Path) -> tuple[PastRun, bytes]:
    head, _, checkpoint = path.read_bytes().partition(b"\n")
    said: dict[str, Any] = json.loads(head)
    said["epochs"] = tuple(Epoch(*values) for values in said["epochs"])
    return PastRun(**{each.name: said[each.name] for each in fields(PastRun)}), checkpoint


def _written(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0
