"""Sequences of unequal length as one tensor: padded and truncated on either side, with mask and lengths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import torch
from torch import Tensor

from lstm_viz.preparation.errors import counted
from lstm_viz.preparation.text_errors import TextError
from lstm_viz.preparation.vocabulary import PADDING, Vocabulary

Side = Literal["right", "left"]
Cut = Literal["end", "start"]


@dataclass(frozen=True, eq=False)
class Padded:
    """A padded batch of indices.

    ``x`` (B, T) int64; ``lengths`` (B,) int64, how many steps of each sample are real; ``mask`` (B, T) is True at them.
    ``places`` (B, T) int64 says which element of its sequence a step is, from 0, and −1 at padding. ``truncated`` is
    how many sequences lost elements, ``lost`` how many elements those are.
    """

    x: Tensor
    lengths: Tensor
    mask: Tensor
    places: Tensor
    truncated: int
    lost: int

    @property
    def padding(self) -> int:
        """How many steps are padding."""
        return int((~self.mask).sum())


def pad(
    sequences: Sequence[Sequence[int]],
    length: int = 0,
    side: Side = "right",
    cut: Cut = "end",
    value: int = PADDING,
) -> Padded:
    """Truncate each sequence to ``length``, then pad it to ``length``; 0 takes the longest of them.

    ``side`` is where the padding goes, ``cut`` which end of a longer sequence is lost. A sequence may be empty: its
    length is 0, which packing refuses. Raises TextError for no sequences, or where all of them are empty.

    >>> padded = pad([[5, 6, 7], [8]], length=2, side="left", cut="start")
    >>> padded.x.tolist(), padded.lengths.tolist(), padded.places.tolist()
    ([[6, 7], [0, 8]], [2, 1], [[1, 2], [-1, 0]])
    """
    T = length or max(map(len, sequences), default=0)  # noqa: N806
    if T < 1:
        what = "none" if not sequences else f"{counted(len(sequences), 'empty sequence')}"
        raise TextError(f"sequences: expected at least one with an element in it, got {what}. Bring texts with words.")
    lost = torch.tensor([max(len(each) - T, 0) for each in sequences])  # (B,)
    lengths = torch.tensor([min(len(each), T) for each in sequences])  # (B,)
    first = torch.zeros(1) if side == "right" else T - lengths  # the first real step of each
    steps = torch.arange(T) - first[:, None].long()  # (B, T), counted from the first real one
    mask = (steps >= 0) & (steps < lengths[:, None])  # (B, T)
    x = torch.full(mask.shape, value)  # (B, T)
    kept = (each[-T:] if cut == "start" else each[:T] for each in sequences)
    x[mask] = torch.tensor(list(chain.from_iterable(kept)), dtype=torch.int64)
    starts = lost if cut == "start" else torch.zeros_like(lost)
    places = torch.where(mask, steps + starts[:, None], -1)  # (B, T)
    return Padded(x, lengths, mask, places, int((lost > 0).sum()), int(lost.sum()))


@dataclass(frozen=True)
class Collision:
    """What index 0 stands for in a padded batch: ``word`` in ``as_word`` steps, padding in ``as_padding`` others."""

    word: str
    as_word: int
    as_padding: int

    @property
    def sentence(self) -> str:
        """The same in words."""
        return (
            f"Index 0 stands for {self.word!r} in {counted(self.as_word, 'step')} and for padding in "
            f"{self.as_padding:,}: the network cannot tell them apart. Reserve index 0 for padding."
        )


def padding_collision(vocabulary: Vocabulary, padded: Padded) -> Collision | None:
    """The word that padding is taken for, or None where index 0 is reserved, or is never both.

    >>> from lstm_viz.preparation.vocabulary import make_vocabulary
    >>> words = make_vocabulary([["the", "the", "tea"]], reserved=False)
    >>> padding_collision(words, pad([words.encode(["the", "tea"])], length=3)).sentence[:58]
    "Index 0 stands for 'the' in 1 step and for padding in 1: t"
    """
    if vocabulary.reserved or not len(vocabulary):
        return None
    zero = padded.x == PADDING  # (B, T)
    as_word, as_padding = int((zero & padded.mask).sum()), int((zero & ~padded.mask).sum())
    return Collision(vocabulary.entries[PADDING], as_word, as_padding) if as_word and as_padding else None
