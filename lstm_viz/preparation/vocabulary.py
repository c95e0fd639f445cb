"""Vocabulary: words or characters and their indices, with the first two kept for padding and the unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

PADDING, UNKNOWN = 0, 1
PADDING_NAME, UNKNOWN_NAME = "<pad>", "<unk>"


@dataclass(frozen=True)
class Vocabulary:
    """The entries in the order of their indices, and how often each was seen.

    With ``reserved``, index 0 is padding and index 1 every word that is not in it, and neither can be a word of the
    text. ``left_out`` is the number of different words that the limits kept out.

    >>> vocabulary = make_vocabulary([["free", "tea"], ["tea"]])
    >>> vocabulary.entries, vocabulary.encode(["tea", "cake"]), vocabulary.decode([2, 0])
    (('<pad>', '<unk>', 'tea', 'free'), [2, 1], ('tea', '<pad>'))
    """

    entries: tuple[str, ...]
    counts: tuple[int, ...]
    reserved: bool = True
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def _indices(self) -> dict[str, int]:
        start = 2 if self.reserved else 0  # a word "<pad>" of the text is not the entry of that name
        return {entry: index for index, entry in enumerate(self.entries[start:], start=start)}

    def index(self, word: str) -> int | None:
        """The index of a word; 1 for an unknown one, None where none is reserved for it."""
        return self._indices.get(word, UNKNOWN if self.reserved else None)

    def encode(self, words: Iterable[str]) -> list[int]:
        """The indices of some words. Without reserved entries, unknown words fall away."""
        return [index for word in words if (index := self.index(word)) is not None]

    def decode(self, indices: Iterable[int]) -> tuple[str, ...]:
        """The entries at some indices. Raises IndexError for one that no entry has."""
        found = []
        for index in indices:
            if not 0 <= index < len(self.entries):
                raise IndexError(f"index: expected 0 to {len(self.entries) - 1}, got {index}. Decode what was encoded.")
            found.append(self.entries[index])
        return tuple(found)


def make_vocabulary(
    sequences: Iterable[Sequence[str]], min_count: int = 1, most: int = 0, reserved: bool = True
) -> Vocabulary:
    """The words of some sequences, the most frequent first, and in the order of the alphabet where two are as frequent.

    Words seen less than ``min_count`` times are left out, and all but the ``most`` most frequent; 0 is no limit.
    """
    counts = Counter(word for sequence in sequences for word in sequence)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    kept = [(word, count) for word, count in ranked if count >= min_count]
    kept = kept[:most] if most else kept
    unknown = counts.total() - sum(count for _, count in kept)
    first = [(PADDING_NAME, 0), (UNKNOWN_NAME, unknown)] if reserved else []
    entries = tuple(word for word, _ in first + kept)
    return Vocabulary(entries, tuple(count for _, count in first + kept), reserved, len(ranked) - len(kept))
