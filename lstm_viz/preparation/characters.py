"""A text as characters: its alphabet, and one-hot vectors beside indices with an Embedding: the same thing twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from lstm_viz.preparation.text_errors import TextError
from lstm_viz.preparation.vocabulary import Vocabulary

_NAMES = {" ": "space", "\n": "line end", "\t": "tab", "\r": "carriage return", "\u00a0": "no-break space"}


def alphabet(text: str) -> Vocabulary:
    """The characters of a text in the order of their code points. None is reserved: every window is full of real ones.

    Raises TextError for a text of no or one kind of character: there is nothing to predict.

    >>> alphabet("abba").entries
    ('a', 'b')
    """
    counts = Counter(text)
    entries = sorted(counts)
    if len(entries) < 2:
        got = "an empty text" if not text else f"{character_name(text[0])} alone"
        raise TextError(
            f"text: expected at least 2 different characters, got {got}. With one there is nothing to predict: bring a "
            "longer text."
        )
    return Vocabulary(tuple(entries), tuple(counts[entry] for entry in entries), reserved=False)


def encode(text: str, characters: Vocabulary) -> Tensor:
    """The index of each character, (characters,) int64, for the alphabet of that very text.

    >>> encode("abba", alphabet("abba")).tolist()
    [0, 1, 1, 0]
    """
    known = _code_points("".join(characters.entries))
    return torch.from_numpy(np.searchsorted(known, _code_points(text)))


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32)


def character_name(character: str) -> str:
    """How to write a character where it would not be seen.

    >>> character_name("a"), character_name(" "), character_name("\\x07")
    ("'a'", 'space', 'U+0007')
    """
    if character in _NAMES:
        return _NAMES[character]
    return f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"


@dataclass(frozen=True, eq=False)
class OneHotAgainstIndices:
    """The same characters twice: as one-hot vectors times a weight, and as indices that look rows of it up.

    ``indices`` (B, T) int64, ``one_hot`` (B, T, C) float32, ``weight`` (C, E); ``product`` is ``one_hot @ weight`` and
    ``looked_up`` is ``nn.Embedding`` of the indices with that weight, both (B, T, E).
    """

    indices: Tensor
    one_hot: Tensor
    weight: Tensor
    product: Tensor
    looked_up: Tensor

    @property
    def equal(self) -> bool:
        """True where both are the same to the last bit: 0 · w adds nothing and 1 · w is w."""
        return torch.equal(self.product, self.looked_up)

    @property
    def difference(self) -> float:
        """The greatest absolute difference of the two."""
        return float((self.product - self.looked_up).abs().max())

    @property
    def bytes(self) -> tuple[int, int]:
        """What the one-hot vectors take in memory, and what the indices take."""
        return self.one_hot.nbytes, self.indices.nbytes

    @property
    def code(self) -> str:
        """Both ways, with ``x`` (B, T) and ``embedding`` an nn.Embedding."""
        C = self.weight.shape[0]  # noqa: N806
        return (
            f"one_hot = functional.one_hot(x, {C}).float()\n"
            "torch.equal(one_hot @ embedding.weight, embedding(x))  # True"
        )

    @property
    def sentence(self) -> str:
        """What was seen, in words."""
        large, small = self.bytes
        verdict = "equal to the last bit" if self.equal else f"apart by at most {self.difference:.3g}"
        ratio = f"{large / small:.1f}".removesuffix(".0")
        size = f"{ratio} times the memory" if large > small else "no more memory"
        return (
            f"one_hot @ weight and embedding(x) are {verdict}: a one-hot vector times the weight is a row of it. "
            f"The one-hot vectors take {large:,} bytes, the indices {small:,}: {size}."
        )


def one_hot_against_indices(
    indices: Tensor, classes: int, embedding_size: int = 4, seed: int = 0, weight: Tensor | None = None
) -> OneHotAgainstIndices:
    """Show ``indices`` (B, T) both ways, with the weight (C, E) of a seeded nn.Embedding, or with ``weight``.

    Raises TextError where an index is no class from 0 to ``classes`` − 1.

    >>> one_hot_against_indices(torch.tensor([[2, 0, 1]]), classes=3).equal
    True
    """
    if indices.is_floating_point() or not indices.numel():
        got = f"{tuple(indices.shape)} of {str(indices.dtype).removeprefix('torch.')}"
        raise TextError(f"indices: expected (B, T) whole numbers, got {got}. Encode the text first.")
    low, high = int(indices.min()), int(indices.max())
    if low < 0 or high >= classes:
        beyond = low if low < 0 else high
        raise TextError(f"indices: expected 0 to {classes - 1}, got {beyond}. C = {classes} counts all the characters.")
    if weight is None:
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(classes, embedding_size, generator=generator)  # (C, E)
    one_hot = functional.one_hot(indices.long(), classes).to(weight.dtype)  # (B, T, C)
    with torch.no_grad():
        looked_up = nn.Embedding(weight.shape[0], weight.shape[1], _weight=weight)(indices)  # (B, T, E)
    return OneHotAgainstIndices(indices, one_hot, weight, one_hot @ weight, looked_up)
