"""Prepared: what a recipe makes of a table, from the rows to the batches, and where each number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset

from lstm_viz.datasets import Table
from lstm_viz.preparation.loading import count_batches, make_loader, order_of, sample_order
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.splitting import Part

if TYPE_CHECKING:
    from lstm_viz.preparation.scaling import Scaler

TextStage = Literal["texts", "tokens", "vocabulary", "indices", "padded"]
Stage = Literal["table", "columns", "split", "scaled", "windows", "tensors", "loader", "batches"] | TextStage
Pair: TypeAlias = tuple[Tensor, Tensor]
"""x and its target."""
Samples: TypeAlias = Dataset[tuple[Tensor, ...]]
"""Samples that are cut when they are asked for: ``dataset[0]`` is x (T, F) and its target (O,)."""


@dataclass(frozen=True, eq=False)
class Step:
    """One thing that is there on the way, with its shape.

    ``stage`` is the place on the way, ``name`` the variable in the script, ``part`` "train", "validation", "test" or ""
    for all rows. ``axes`` has an entry for each number of ``shape``: a symbol of the vocabulary ("T") or a word
    ("rows"). ``expression`` is the code that made it, ``code`` the lines of the script for its stage, ``arithmetic``
    how its first number came about ("132 − 12 = 120"). ``values`` holds its first numbers, at most SHOWN of them, along
    the first axis (the last batch: all of it); None where there is nothing to show.
    """

    stage: Stage
    name: str
    shape: tuple[int, ...]
    axes: tuple[str, ...]
    dtype: str
    expression: str
    sentence: str
    part: str = ""
    arithmetic: str = ""
    code: tuple[str, ...] = ()
    values: NDArray[Any] | None = None


def axes_text(axes: tuple[str, ...]) -> str:
    """``(N, T, F)``, and ``(N,)`` for one axis, as Python writes tuples."""
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"


SHOWN = 4_000
"""How many numbers a step shows at most."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A recipe carried out. ``x`` is (M, T, F) float32 and ``y`` is (M, O), (M, T, O), (M,) or (M, T), both views.

    M counts every window that the rows hold at stride 1, so that window i begins at row i; ``parts`` says which of them
    are training, validation and test. ``table`` is None for generated tasks, where M counts samples. ``columns`` names
    the F axis, ``notes`` hold a sentence for each thing to know. ``edges`` are the borders between classes in real
    units, (classes - 1,), and ``classes`` their names. The tensors of the datasets share memory where windows overlap:
    read them, do not write.
    """

    recipe: Recipe
    table: Table | None
    x: NDArray[np.float32]
    y: NDArray[Any]
    parts: Mapping[str, Part]
    columns: tuple[str, ...]
    target_name: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    feature_places: tuple[int, ...] = ()
    target_place: int = 0
    x_scaler: Scaler | None = None
    y_scaler: Scaler | None = None
    edges: NDArray[np.float64] | None = None
    classes: tuple[str, ...] = ()

    @property
    def sizes(self) -> dict[str, int]:
        """The numbers behind the symbols: B, T, F, O."""
        _, T, F = self.x.shape  # noqa: N806
        return {"B": self.recipe.batch_size, "T": T, "F": F, "O": self.recipe.outputs}

    def x_axes(self, first: str) -> tuple[str, ...]:
        """The axes of x whose first one is ``first``: ("N", "T", "F")."""
        return (first, "T", "F")

    def y_axes(self, first: str) -> tuple[str, ...]:
        """The axes of the target: (first, "O"), (first, "T", "O"), or of class indices (first,) or (first, "T")."""
        classes = self.y.dtype == np.int64
        steps = self.y.ndim == (2 if classes else 3)
        return (first, *(["T"] if steps else []), *([] if classes else ["O"]))

    @property
    def train(self) -> Samples:
        """The training samples."""
        return self.dataset("train")

    @property
    def validation(self) -> Samples:
        """The validation samples; empty where the recipe keeps none."""
        return self.dataset("validation")

    @property
    def test(self) -> Samples:
        """The test samples; empty where the recipe keeps none."""
        return self.dataset("test")

    def dataset(self, part: str = "train") -> Samples:
        """The samples of a part, each cut when it is asked for: x (T, F) with its target (O,), (T, O), () or (T,)."""
        every = TensorDataset(torch.from_numpy(self.x), torch.from_numpy(self.y))
        starts = self.parts[part].starts.tolist() if part in self.parts else []
        return Subset(every, starts)

    def loader(self, part: str = "train") -> DataLoader[Pair]:
        """A DataLoader as the recipe wants it; only training samples are shuffled. Seeded: each one begins anew."""
        return make_loader(self.recipe, self.dataset(part), part)

    def batches(self, part: str = "train") -> int:
        """How many batches ``loader(part)`` gives in an epoch."""
        return count_batches(self.recipe, self._count(part), part)

    def order(self, part: str = "train", epoch: int = 0) -> tuple[NDArray[np.int64], ...]:
        """The samples of each batch in the order in which ``loader(part)`` gives them, in its epoch from 0."""
        return order_of(self.recipe, self._count(part), part, epoch)

    def chosen(self, number: int = 0, part: str = "train", epoch: int = 0) -> NDArray[np.int64]:
        """The samples in one batch of ``loader(part)``: (B,); negative numbers count from the last.

        Raises IndexError where there is no such batch.
        """
        place = range(self.batches(part))[number]
        order = sample_order(self.recipe, self._count(part), part, epoch)
        return order[place * self.recipe.batch_size : (place + 1) * self.recipe.batch_size]

    def batch(self, number: int = 0, part: str = "train", epoch: int = 0) -> Pair:
        """x (B, T, F) and target of that batch."""
        return self.samples(self.chosen(number, part, epoch), part)

    def _count(self, part: str) -> int:
        return len(self.parts[part]) if part in self.parts else 0

    def samples(self, chosen: NDArray[np.int64], part: str = "train") -> Pair:
        """x (B, T, F) and target of the chosen samples of a part."""
        starts = self.parts[part].starts[chosen]
        return torch.from_numpy(self.x[starts]), torch.from_numpy(self.y[starts])

    def row(self, sample: int, step: int, part: str = "train") -> int | None:
        """The row of the table, from 0, at a step of a sample; None for a generated task."""
        return None if self.table is None else int(self.parts[part].starts[sample]) + step

    def target_rows(self, sample: int, part: str = "train", step: int = -1) -> range:
        """The rows that the target of a sample is made of; with ``many_to_many`` that of one of its steps."""
        if self.table is None:
            return range(0)
        last = int(self.parts[part].starts[sample]) + step % self.recipe.window
        return range(last + self.recipe.target_offset, last + self.recipe.reach + 1)

    def samples_of_row(self, row: int, part: str = "train") -> tuple[tuple[int, int], ...]:
        """Which samples hold a row, and at which step: the reverse of ``row``."""
        return () if self.table is None else self._holding(row, part, 0, self.recipe.window - 1)

    def targets_of_row(self, row: int, part: str = "train") -> tuple[tuple[int, int], ...]:
        """Which samples have a row in a target, and how many rows after the start of their window it lies."""
        if self.table is None:
            return ()
        first = self.recipe.target_offset + (0 if self.recipe.many_to_many else self.recipe.window - 1)
        return self._holding(row, part, first, self.recipe.window - 1 + self.recipe.reach)

    def _holding(self, row: int, part: str, first: int, last: int) -> tuple[tuple[int, int], ...]:
        starts = self.parts[part].starts  # ascending
        low, high = np.searchsorted(starts, row - last), np.searchsorted(starts, row - first, side="right")
        return tuple((sample, row - int(starts[sample])) for sample in range(int(low), int(high)))

    def label(self, row: int | None) -> str | None:
        """What the table calls a row ("1949-01")."""
        return None if self.table is None or row is None else self.table.labels[row]

    def raw(self, sample: int, step: int, feature: int, part: str = "train") -> float:
        """The number of x as it was before the scaling."""
        if self.table is None:
            return float(self.x[self.parts[part].starts[sample], step, feature])
        return float(self.table.values[self.row(sample, step, part), self.feature_places[feature]])

    def inverse(self, target: Tensor | NDArray[Any]) -> NDArray[np.float64]:
        """Scaled targets or predictions in real units, in the same shape. Classes stay what they are."""
        values = np.asarray(target, dtype=np.float64)
        if self.y_scaler is None or self.recipe.task != "regression":
            return values
        real: NDArray[np.float64] = self.y_scaler.inverse_transform(values.reshape(-1, 1)).reshape(values.shape)
        return real
