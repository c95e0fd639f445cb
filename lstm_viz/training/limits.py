"""What one run may use, and how many there may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of one run: seconds of training, epochs, bytes of memory beyond what all runs share (0 for no limit), bytes of a
    checkpoint that is kept, and how much its priority is lowered.

    >>> Limits(seconds=60).epochs
    20000
    """

    seconds: float = 900.0
    epochs: int = 20_000
    memory_bytes: int = 2_000_000_000
    checkpoint_bytes: int = 32_000_000
    nice: int = 19


@dataclass(frozen=True)
class Room:
    """Of all runs: how many at once, how many may wait or be paused, how many of one person's may wait, and how many
    ended ones of theirs are remembered. In seconds: ``grace`` is what a stopped run has to end, ``leaving`` what a
    visitor who is gone has to come back, ``longest_pause`` what a run may be paused before it is ended.

    >>> Room(at_once=1).waiting
    60
    """

    at_once: int = 2
    waiting: int = 60
    waiting_each: int = 6
    paused: int = 8
    remembered_each: int = 12
    grace: float = 3.0
    leaving: float = 60.0
    longest_pause: float = 1800.0
