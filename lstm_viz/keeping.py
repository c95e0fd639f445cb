"""The values of the tensors of a run, as they were when they were made, up to a budget."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lstm_viz.seen import Seen

EDGE = 16
"""How many places at both ends of each axis keep their values when a tensor as a whole is past the budget."""

_HOLDERS = 2  # of a storage that nobody else holds: our tensor, and the storage as Python sees it


class Keeper:
    """Keeps whole tensors as long as the budget of elements lasts, then both ends of each axis; of None, nothing.

    What is kept is a copy, because it may be written later, and because a small part would keep a large base alive. A
    large tensor that a layer has just made is not copied at once, as that would cost more than all else: only before
    something writes into it, or at the end if somebody else still holds it.
    """

    def __init__(self, budget: int | None) -> None:
        self.budget = budget
        self._shared: list[tuple[Seen, Tensor, int]] = []

    def keep(self, seen: Seen, tensor: Tensor, fresh: bool) -> None:
        """Keep the values of a tensor; ``fresh`` if a layer has just made it, with memory of its own."""
        if self.budget is None or tensor.is_meta:
            return
        plain, elements = tensor.detach(), tensor.numel()
        if elements > self.budget:
            seen.corner = _corner(plain) if tensor.layout == torch.strided else None
            return
        self.budget -= elements
        if fresh and not tensor.is_inference() and tensor.untyped_storage().nbytes() == seen.nbytes:
            seen.values = plain
            self._shared.append((seen, plain, plain._version))
        else:
            seen.values = plain.clone()

    def before_writing(self, target: Any) -> None:
        """Copy what is kept of the memory that is about to be written."""
        if self._shared and isinstance(target, Tensor) and target.layout == torch.strided:
            place = target.untyped_storage().data_ptr()
            for entry in [entry for entry in self._shared if entry[1].data_ptr() == place]:
                entry[0].values = entry[1].clone()
                self._shared.remove(entry)

    def settle(self) -> None:
        """At the end of the run: copy what somebody else may still write, drop what was written unseen."""
        for seen, plain, version in self._shared:
            if plain._version != version:
                seen.values = None
            elif torch._C._storage_Use_Count(plain.untyped_storage()._cdata) > _HOLDERS:
                seen.values = plain.clone()
        self._shared.clear()


def _corner(tensor: Tensor) -> Tensor:
    axes = sorted(range(tensor.ndim), key=lambda axis: -tensor.shape[axis])  # what falls away first need not be copied
    for axis in axes:
        size = tensor.shape[axis]
        if size > 2 * EDGE:
            ends = torch.tensor([*range(EDGE), *range(size - EDGE, size)], device=tensor.device)
            tensor = tensor.index_select(axis, ends)
    return tensor.clone()
