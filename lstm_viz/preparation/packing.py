"""pack_padded_sequence and back, with the sample and the step that every packed element came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstm_viz.preparation.errors import counted
from lstm_viz.preparation.text_errors import TextError


@dataclass(frozen=True, eq=False)
class Packing:
    """A padded batch, what packing made of it, and what came back.

    - ``x`` (B, T, …) is the padded batch and ``lengths`` its B lengths.
    - ``data`` (N, …) holds the N = sum of the lengths elements that are no padding, step by step; ``origins`` says of
      each of them which sample and step of ``x`` it is; ``batch_sizes`` how many samples there are at each step.
    - ``sorted_indices`` are the samples in the order in which they are packed, ``unsorted_indices`` the way back. Both
      are None with ``enforce_sorted``: torch then takes the order as it is.
    - ``unpacked`` (B, T', …) is what pad_packed_sequence gives back and ``unpacked_lengths`` its lengths; T' is
      ``total_length`` where it was given, else the greatest length, which may be less than T.
    """

    x: Tensor
    lengths: tuple[int, ...]
    packed: PackedSequence
    origins: tuple[tuple[int, int], ...]
    unpacked: Tensor
    unpacked_lengths: tuple[int, ...]
    enforce_sorted: bool = False
    total_length: int | None = None

    @property
    def data(self) -> Tensor:
        """The packed elements, (N, …)."""
        return self.packed.data

    @cached_property
    def batch_sizes(self) -> tuple[int, ...]:
        """How many samples have a step 0, a step 1, …: it never grows."""
        return tuple(self.packed.batch_sizes.tolist())

    @cached_property
    def sorted_indices(self) -> tuple[int, ...] | None:
        """The samples in the order of packing, longest first; None with ``enforce_sorted``."""
        return _places(self.packed.sorted_indices)

    @cached_property
    def unsorted_indices(self) -> tuple[int, ...] | None:
        """Where each sample went: the place in the order of packing; None with ``enforce_sorted``."""
        return _places(self.packed.unsorted_indices)

    @property
    def order(self) -> tuple[int, ...]:
        """The samples in the order of packing, whether it was torch that sorted them or not."""
        return tuple(range(len(self.lengths))) if self.sorted_indices is None else self.sorted_indices

    @property
    def sizes(self) -> dict[str, int]:
        """B and T of ``x``, and N."""
        return {"B": self.x.shape[0], "T": self.x.shape[1], "N": len(self.origins)}

    @property
    def padding(self) -> int:
        """How many steps of ``x`` are padding: B·T − N, which packing saves."""
        return self.x.shape[0] * self.x.shape[1] - len(self.origins)

    @cached_property
    def _places_of(self) -> dict[tuple[int, int], int]:
        return {origin: place for place, origin in enumerate(self.origins)}

    def place(self, sample: int, step: int) -> int | None:
        """Where an element of ``x`` is in ``data``; None for padding.

        >>> packing(torch.zeros(2, 3, 1), [1, 3]).place(0, 0)
        1
        """
        return self._places_of.get((sample, step))

    @property
    def code(self) -> str:
        """The two lines that pack and unpack, with ``x`` and ``lengths``."""
        total = "" if self.total_length is None else f", total_length={self.total_length}"
        return (
            "packed = pack_padded_sequence(x, lengths, batch_first=True"
            f"{'' if self.enforce_sorted else ', enforce_sorted=False'})\n"
            f"unpacked, lengths = pad_packed_sequence(packed, batch_first=True{total})"
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What happened, in words with its numbers."""
        B, T, N = (self.sizes[letter] for letter in "BTN")  # noqa: N806
        kept = f"Of B·T = {B} · {T} = {B * T:,} steps, {self.padding:,} are padding: packing keeps N = {N:,}"
        order = "The samples were in order, longest first, so torch kept it."
        if self.sorted_indices is None:
            order = "With enforce_sorted=True torch takes the samples in the order that they have."
        elif self.sorted_indices != tuple(range(B)):
            order = "The samples are packed longest first; unsorted_indices puts h_n and the output back."
        steps = self.unpacked.shape[1]
        if steps < T:
            back = f"Unpacked it has {counted(steps, 'step')}, the greatest length, and not the {T} of x: "
            back += f"total_length={T} keeps them."
        elif steps > T:
            back = f"Unpacked it has {counted(steps, 'step')}, as total_length says; x had {T}."
        else:
            back = f"Unpacked it has the {counted(T, 'step')} of x again."
        return f"{kept}, the sum of the lengths.", order, back


def packing(
    x: Tensor, lengths: Sequence[int] | Tensor, enforce_sorted: bool = False, total_length: int | None = None
) -> Packing:
    """Pack ``x`` (B, T, …), batch first and padded at the end, by torch itself, and unpack it again.

    ``lengths`` are B whole numbers from 1 to T. Raises TextError, in which ``torch_message`` holds torch's own words
    where torch refuses, and not where it would have gone on with wrong numbers.

    >>> found = packing(torch.tensor([[5, 6, 0], [7, 8, 9]]), [2, 3])
    >>> found.data.tolist(), found.batch_sizes, found.sorted_indices
    ([7, 5, 8, 6, 9], (2, 2, 1), (1, 0))
    >>> found.origins
    ((1, 0), (0, 0), (1, 1), (0, 1), (1, 2))
    """
    counts = _checked(x, lengths)
    sizes = torch.tensor(counts)
    B, T = x.shape[:2]  # noqa: N806
    places = torch.cartesian_prod(torch.arange(B), torch.arange(T)).view(B, T, 2)  # (B, T, 2): sample, step
    try:
        packed = pack_padded_sequence(x, sizes, batch_first=True, enforce_sorted=enforce_sorted)
        unpacked, back = pad_packed_sequence(packed, batch_first=True, total_length=total_length)
    except (RuntimeError, ValueError) as error:
        raise _refusal(counts, total_length, str(error)) from None
    origins = pack_padded_sequence(places, sizes, batch_first=True, enforce_sorted=enforce_sorted).data  # (N, 2)
    pairs = tuple((int(sample), int(step)) for sample, step in origins.tolist())
    return Packing(x, counts, packed, pairs, unpacked, tuple(back.tolist()), enforce_sorted, total_length)


def _checked(x: Tensor, lengths: Sequence[int] | Tensor) -> tuple[int, ...]:
    """The lengths, where they fit ``x``: torch itself does not look at all of this."""
    if x.dim() < 2 or not x.numel():
        raise TextError(
            f"x: expected a padded batch (B, T) or (B, T, F) with steps in it, got shape {tuple(x.shape)}. "
            "pad_sequence(sequences, batch_first=True) makes one of several sequences."
        )
    if isinstance(lengths, Tensor) and (lengths.dim() != 1 or lengths.is_floating_point()):
        kind = f"shape {tuple(lengths.shape)} of {str(lengths.dtype).removeprefix('torch.')}"
        raise TextError(f"lengths: expected (B,) whole numbers, got {kind}. mask.sum(1) counts them, without squeeze.")
    counts = tuple(int(length) for length in lengths)
    B, T = x.shape[:2]  # noqa: N806
    if len(counts) != B:
        silent = " torch says nothing and leaves out the other samples." if len(counts) < B else ""
        raise TextError(
            f"lengths: expected B = {B}, one for each sample, got {len(counts)}.{silent} Count every sample's steps."
        )
    longest = max(range(B), key=lambda sample: counts[sample])
    if counts[longest] > T:
        raise TextError(
            f"lengths: expected at most T = {T}, the steps of x, got {counts[longest]} for sample {longest}. torch "
            "says nothing, and batch_sizes then counts steps that data does not hold. Count them after truncating.",
            longest,
        )
    return counts


def _refusal(lengths: tuple[int, ...], total_length: int | None, said: str) -> TextError:
    empty = next((sample for sample, length in enumerate(lengths) if length <= 0), None)
    if empty is not None:
        what = f"lengths: expected at least 1, got {lengths[empty]} for sample {empty}. torch says: {said} "
        return TextError(f"{what}Leave an empty message out, or give it one word, the unknown one.", empty, said)
    if total_length is not None and total_length < max(lengths):
        what = f"total_length: expected at least {max(lengths)}, the greatest length, got {total_length}. "
        return TextError(f"{what}torch says: {said} Leave it out, or give the T of x.", None, said)
    if list(lengths) != sorted(lengths, reverse=True):
        later = next(place for place in range(1, len(lengths)) if lengths[place] > lengths[place - 1])
        what = f"lengths: expected the longest first with enforce_sorted=True, got {lengths[later]} after "
        advice = "enforce_sorted=False sorts, and puts the results back in order."
        return TextError(f"{what}{lengths[later - 1]}. torch says: {said} {advice}", later, said)
    return TextError(f"x: cannot be packed. torch says: {said} Check its shape and lengths.", None, said)


def _places(indices: Tensor | None) -> tuple[int, ...] | None:
    return None if indices is None else tuple(indices.tolist())
