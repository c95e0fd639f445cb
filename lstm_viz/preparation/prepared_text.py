"""PreparedText: what a recipe makes of messages or a text, and which word or character each number is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, TensorDataset

from lstm_viz.preparation.loading import order_of
from lstm_viz.preparation.padding import Collision
from lstm_viz.preparation.prepared import Step
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.preparation.vocabulary import Vocabulary
from lstm_viz.spec import NetworkSpec

Triple: TypeAlias = tuple[Tensor, Tensor, Tensor]
"""x, its target and its lengths."""
PADDED, STAND_IN = -1, -2
"""What ``places`` holds at padding, and at the unknown word that stands for a message without words."""


@dataclass(frozen=True)
class Origin:
    """What stands at a step of a sample: ``place`` is the word of the message, or the character of the text, from 0.

    ``text`` is it as it was written (words as the tokenizer gives them), ``entry`` what the vocabulary has for it,
    which is "<unk>" for an unknown word. The word that stands for a message without words is at place −1.
    """

    message: int
    place: int
    text: str
    entry: str


@dataclass(frozen=True, eq=False)
class TextPart:
    """One part: ``x`` (N, T) int64, ``target``, ``lengths`` (N,), in the order of the text.

    ``items`` are the messages or characters that are this part's own. ``messages`` (N,) says which message a sample is
    (0 for characters), and ``places`` (N, T) which word or character a step is, or PADDED or STAND_IN. For characters
    ``x``, ``target`` and ``places`` are views that share memory where windows overlap: read them, do not write.
    """

    name: str
    items: range
    x: Tensor
    target: Tensor
    lengths: Tensor
    messages: Tensor
    places: Tensor

    def __len__(self) -> int:
        return len(self.x)

    @property
    def mask(self) -> Tensor:
        """(N, T), True where a step is no padding."""
        return self.places != PADDED


@dataclass(frozen=True)
class Collate:
    """How samples become a batch: trimmed to their longest, one-hot, with or without lengths, as the recipe wants."""

    recipe: TextRecipe
    classes: int

    def __call__(self, samples: Sequence[Triple]) -> tuple[Tensor, ...]:
        x, target, lengths = (torch.stack(column) for column in zip(*samples, strict=True))
        return self.batch(x, target, lengths)

    def batch(self, x: Tensor, target: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
        """x (B, T) or (B, T, C) and target of stacked samples, and lengths where they are wanted."""
        if self.recipe.unit == "words" and self.recipe.pad_to == "batch":
            longest = max(1, int(lengths.max()))
            x = x[:, :longest] if self.recipe.side == "right" else x[:, -longest:]
        if self.recipe.encoding == "one-hot":
            x = functional.one_hot(x, self.classes).float()
        return (x, target, lengths) if self.recipe.with_lengths else (x, target)


@dataclass(frozen=True, eq=False)
class PreparedText:
    """A text recipe carried out.

    ``tokens`` holds each message's words, and is empty for characters. ``classes`` are the labels in the order of their
    indices, the most frequent first; for characters they are the alphabet. ``parts`` has "train" and, where the recipe
    keeps them, "validation" and "test". ``collision`` says which word padding is taken for, where none is reserved.
    """

    recipe: TextRecipe
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    tokens: tuple[tuple[str, ...], ...]
    vocabulary: Vocabulary
    classes: tuple[str, ...]
    parts: Mapping[str, TextPart]
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    collision: Collision | None = None

    @property
    def sizes(self) -> dict[str, int]:
        """The numbers behind the symbols: B, T, V for indices or F for one-hot vectors, O."""
        steps = self.parts["train"].x.shape[1]
        kind = "F" if self.recipe.encoding == "one-hot" else "V"
        return {"B": self.recipe.batch_size, "T": steps, kind: len(self.vocabulary), "O": self.outputs}

    @property
    def outputs(self) -> int:
        """O of the network that learns it: 1 for binary, else the number of classes."""
        binary = self.recipe.unit == "words" and self.recipe.task == "binary"
        return 1 if binary else len(self.classes)

    @cached_property
    def _first(self) -> tuple[Tensor, ...]:
        return self.batch()

    @property
    def x(self) -> Tensor:
        """x of the first training batch: (B, T) int64 or (B, T, C) float32."""
        return self._first[0]

    @property
    def target(self) -> Tensor:
        """The target of the first training batch: (B, 1) float32, or int64 (B,) or (B, T)."""
        return self._first[1]

    @property
    def lengths(self) -> Tensor:
        """The lengths of the first training batch, (B,)."""
        return self.parts["train"].lengths[torch.from_numpy(self.order()[0])]

    def dataset(self, part: str = "train") -> Dataset[tuple[Tensor, ...]]:
        """The samples of a part: x (T,) as indices, target and length."""
        of = self.parts[part]
        return TensorDataset(of.x, of.target, of.lengths)

    def loader(self, part: str = "train") -> DataLoader[tuple[Tensor, ...]]:
        """A DataLoader as the recipe wants it; only training samples are shuffled. Seeded: each one begins anew."""
        train = part == "train"
        return DataLoader(
            self.dataset(part),
            batch_size=self.recipe.batch_size,
            shuffle=self.recipe.shuffle and train,
            drop_last=self.recipe.drop_last and train,
            generator=torch.Generator().manual_seed(self.recipe.seed),
            collate_fn=self.collate,
        )

    @property
    def collate(self) -> Collate:
        """What makes batches of samples."""
        return Collate(self.recipe, len(self.vocabulary))

    def order(self, part: str = "train", epoch: int = 0) -> tuple[NDArray[np.int64], ...]:
        """The samples of each batch in the order in which ``loader(part)`` gives them, in its epoch ``epoch``."""
        return order_of(self.recipe.loading, len(self.parts[part]), part, epoch)

    def batch(self, number: int = 0, part: str = "train", epoch: int = 0) -> tuple[Tensor, ...]:
        """One batch of ``loader(part)``; negative numbers count from the last."""
        return self.samples(self.order(part, epoch)[number], part)

    def samples(self, chosen: NDArray[np.int64], part: str = "train") -> tuple[Tensor, ...]:
        """The chosen samples of a part as the loader would give them in one batch."""
        of, rows = self.parts[part], torch.from_numpy(chosen)
        return self.collate.batch(of.x[rows], of.target[rows], of.lengths[rows])

    def decode(self, indices: Tensor | Iterable[int]) -> str:
        """Indices, or one-hot vectors (T, C), as a text again: words with spaces between them, characters without."""
        if isinstance(indices, Tensor):
            indices = indices.argmax(-1).tolist() if indices.is_floating_point() else indices.tolist()
        entries = self.vocabulary.decode(indices)
        return (" " if self.recipe.unit == "words" else "").join(entries)

    def origin(self, sample: int, step: int, part: str = "train") -> Origin | None:
        """Which word or character stands at a step of a sample of a part; None at padding."""
        of = self.parts[part]
        message, place = int(of.messages[sample]), int(of.places[sample, step])
        if place == PADDED:
            return None
        entry = self.vocabulary.entries[int(of.x[sample, step])]
        if place == STAND_IN:
            return Origin(message, -1, "", entry)
        text = self.tokens[message][place] if self.recipe.unit == "words" else self.texts[message][place]
        return Origin(message, place, text, entry)

    def steps_of(self, place: int, message: int = 0) -> tuple[tuple[str, int, int], ...]:
        """Where a word of a message, or a character of the text, is: part, sample, step. The reverse of ``origin``."""
        words, found = self.recipe.unit == "words", []
        for name, part in self.parts.items():
            if (message if words else place) in part.items:
                samples = torch.nonzero(part.messages == message)[:, 0] if words else self._windows_with(part, place)
                for sample in map(int, samples):
                    found += [(name, sample, int(step)) for step in torch.nonzero(part.places[sample] == place)]
        return tuple(found)

    def _windows_with(self, part: TextPart, place: int) -> range:
        stride, T = self.recipe.stride, part.x.shape[1]  # noqa: N806
        inside = place - part.items.start
        first = max(0, -(-(inside - T + 1) // stride))
        return range(first, min(len(part), inside // stride + 1))

    def spec(self, base: NetworkSpec) -> NetworkSpec:
        """``base`` with the sizes, input and task of these batches; its cell and layers stay. Raises SpecError."""
        every = self.recipe.unit == "characters" and self.recipe.many_to_many
        head = (
            "every_step_3d" if every else base.head if base.head not in ("every_step", "every_step_3d") else "last_step"
        )
        task = "classification" if self.recipe.unit == "characters" else self.recipe.task
        changes: dict[str, Any] = {"vocabulary_size": len(self.vocabulary)}
        if self.recipe.encoding == "one-hot":
            changes = {"features": len(self.vocabulary)}
        return replace(
            base,
            input="one-hot" if self.recipe.encoding == "one-hot" else "tokens",
            batch_size=len(self.x),
            sequence_length=self.x.shape[1],
            outputs=self.outputs,
            task=task,
            head=head,
            data="random",
            **changes,
        )
