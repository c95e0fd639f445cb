"""The loader: how samples become batches, in which order, and how large the last one is."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from lstm_viz.preparation.errors import counted
from lstm_viz.preparation.recipe import Recipe


def make_loader(recipe: Recipe, dataset: Dataset[Any], part: str) -> DataLoader[Any]:
    """The DataLoader of a part. Its shuffling is drawn from a generator of its own, seeded with the recipe's seed."""
    return DataLoader(
        dataset,
        batch_size=recipe.batch_size,
        shuffle=recipe.shuffle and part == "train",
        drop_last=recipe.drop_last and part == "train",
        generator=torch.Generator().manual_seed(recipe.seed),
    )


def sample_order(recipe: Recipe, count: int, part: str, epoch: int = 0) -> NDArray[np.int64]:
    """The samples in the order in which ``make_loader`` gives them in its epoch ``epoch``, from 0: (count,).

    >>> sample_order(Recipe(shuffle=False), 5, "train").tolist()
    [0, 1, 2, 3, 4]
    """
    if not recipe.shuffle or part != "train":
        return np.arange(count)
    generator = torch.Generator().manual_seed(recipe.seed)
    for _ in range(epoch):
        _draw(count, generator)
        torch.randperm(count, generator=generator)  # torch's RandomSampler draws once more at its end
    return _draw(count, generator).numpy()


def _draw(count: int, generator: torch.Generator) -> torch.Tensor:
    torch.empty((), dtype=torch.int64).random_(generator=generator)  # the loader's seed for its workers comes first
    return torch.randperm(count, generator=generator)  # (count,)


def order_of(recipe: Recipe, count: int, part: str, epoch: int = 0) -> tuple[NDArray[np.int64], ...]:
    """The same, batch by batch.

    >>> [batch.tolist() for batch in order_of(Recipe(batch_size=2, shuffle=False), 5, "train")]
    [[0, 1], [2, 3], [4]]
    """
    order, B = sample_order(recipe, count, part, epoch), recipe.batch_size  # noqa: N806
    return tuple(order[k * B : (k + 1) * B] for k in range(count_batches(recipe, count, part)))


def count_batches(recipe: Recipe, count: int, part: str) -> int:
    """How many batches ``count`` samples make.

    >>> count_batches(Recipe(), 120, "train"), count_batches(Recipe(drop_last=True), 120, "train")
    (4, 3)
    """
    whole, rest = divmod(count, recipe.batch_size)
    return whole if not rest or (recipe.drop_last and part == "train") else whole + 1


def batches_text(recipe: Recipe, count: int, part: str = "train") -> str:
    """How many batches there are, as arithmetic.

    >>> batches_text(Recipe(), 120)
    '120 = 3·32 + 24: 3 batches of 32 and a last one of 24'
    >>> batches_text(Recipe(drop_last=True), 120)
    '120 = 3·32 + 24: 3 batches of 32; 24 samples are dropped'
    """
    B = recipe.batch_size  # noqa: N806
    whole, rest = divmod(count, B)
    sum_ = f"{whole:,}·{B:,}{f' + {rest:,}' if rest else ''}"
    text = f"{count:,} = {sum_}: {whole:,} {'batch' if whole == 1 else 'batches'} of {B:,}"
    if not rest:
        return text
    if recipe.drop_last and part == "train":
        return f"{text}; {counted(rest, 'sample')} {'is' if rest == 1 else 'are'} dropped"
    return f"{text} and a last one of {rest:,}" if whole else f"{count:,} < {B:,}: a single batch of {count:,}"
