"""Texts: a text, or messages with their labels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Texts:
    """Messages in their order, each with a label or all without; one long text is a single message without a label.

    ``source`` says where they come from, ``notes`` hold a sentence for each thing that was found or changed when they
    were read. Raises ValueError where there are labels and not one for each message.

    >>> Texts("notes", ("tea at four?", "win a car now"), ("wanted", "unwanted")).labels[1]
    'unwanted'
    """

    name: str
    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()
    source: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.labels and len(self.labels) != len(self.texts):
            expected = f"one for each of the {len(self.texts):,} messages, or none at all"
            raise ValueError(f"labels: expected {expected}, got {len(self.labels):,}")
