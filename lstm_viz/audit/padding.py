"""Which steps of x hold no data: by lengths, by a padding index, or because samples end in rows of one constant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_viz.arguments import Labels
from lstm_viz.audit.watching import Watched

_CHANCE = 1e-4


@dataclass(frozen=True, eq=False)
class Padding:
    """``mask`` (B, T) is True where a step holds no data; ``how`` says how that was found."""

    mask: Tensor
    how: str


def find_padding(run: Watched, labels: Labels, lengths: Sequence[int] | None, padding: float | None) -> Padding | None:
    """The padding of x, None where nothing shows any."""
    x = run.x
    if not isinstance(x, Tensor) or not {"B", "T"} <= set(labels):
        return None
    rows = x.detach().movedim((labels.index("B"), labels.index("T")), (0, 1))  # (B, T, …)
    B, T = rows.shape[:2]  # noqa: N806
    if lengths is not None and len(lengths) == B:
        mask = torch.arange(T) >= torch.as_tensor(lengths).view(B, 1)
        return _found(mask, "lengths says so")
    if padding is not None:
        return _found(
            _trailing((rows == padding).flatten(2).all(dim=2) if rows.ndim > 2 else rows == padding),
            f"x ends in {padding:g}",
        )
    if given := _lengths_argument(run, B, T):
        return _found(torch.arange(T) >= torch.tensor(given).view(B, 1), "the model is given the lengths")
    if rows.ndim == 2 and not rows.is_floating_point():
        return _of_tokens(run, rows)
    return _of_numbers(rows.flatten(2)) if rows.is_floating_point() and rows.ndim > 2 else None


def packed_lengths(run: Watched, samples: int) -> list[int] | None:
    """The lengths with which the model packs, or was given a packed x."""
    if isinstance(run.x, PackedSequence):
        counts = (torch.arange(samples) < run.x.batch_sizes.view(-1, 1)).sum(dim=0)
        order = run.x.sorted_indices
        if order is None:
            return [int(count) for count in counts]
        found = torch.zeros(samples, dtype=torch.int64)
        found[order.cpu()] = counts
        return [int(count) for count in found]
    for call in run.capture.calls:
        for seen in (*call.inputs, *call.outputs):
            if seen.lengths and len(seen.lengths) == samples:
                return list(seen.lengths)
    return None


def _lengths_argument(run: Watched, samples: int, steps: int) -> list[int] | None:
    for place, leaf in enumerate(run.inputs.leaves):
        if place == run.leading or isinstance(leaf, PackedSequence):
            continue
        values = leaf if isinstance(leaf, list) else _integers(leaf)
        if values and len(values) == samples and max(values) <= steps and min(values) >= 1 and samples > 1:
            return list(values)
    return None


def _integers(leaf: Tensor) -> list[int] | None:
    whole = leaf.ndim == 1 and not leaf.is_floating_point() and leaf.dtype != torch.bool
    return leaf.tolist() if whole else None


def _found(mask: Tensor, how: str) -> Padding | None:
    return Padding(mask, how) if mask.any() and not mask.all() else None


def _trailing(match: Tensor) -> Tensor:
    """True from where on every step of a sample (B, T) matches."""
    return match.flip(1).cumprod(dim=1).flip(1).bool()


def _of_tokens(run: Watched, rows: Tensor) -> Padding | None:
    embeddings = [part for part in run.module.modules() if isinstance(part, nn.Embedding)]
    known = next((part.padding_idx for part in embeddings if part.padding_idx is not None), None)
    if known is not None:
        return _found(_trailing(rows == known), f"padding_idx is {known}")
    mask = _trailing(rows == 0)
    kinds = max([part.num_embeddings for part in embeddings] + [int(rows.max()) + 1, 2])
    chance = float(len(rows)) * kinds ** -float(mask.sum())
    if chance > _CHANCE or ((rows == 0) & ~mask).any() or mask.all(dim=1).any():
        return None
    return _found(mask, "samples end in the token 0, which stands nowhere else")


def _of_numbers(rows: Tensor) -> Padding | None:
    """Rows (B, T, F) of one constant at the end, and nowhere else; if it is not 0, in samples of two lengths."""
    last = rows[:, -1]
    values = last[(last == last[:, :1]).all(dim=1), 0]
    if not len(values):
        return None
    value = values[0]
    match = (rows == value).all(dim=2)
    mask = _trailing(match)
    counts = mask.sum(dim=1)
    enough = int(counts.max()) >= 2 if rows.shape[2] > 1 else int(counts.max()) >= 3
    varied = len(set(counts.tolist())) > 1
    if (
        (match & ~mask).any()
        or mask.all(dim=1).any()
        or not enough
        or not (varied or (value == 0 and rows.shape[2] > 1))
    ):
        return None
    return _found(mask, f"samples end in rows of {float(value):g}, which stand nowhere else")
