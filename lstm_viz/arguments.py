"""A model's arguments: which axes of them are B and T, and the same arguments at another B and T."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence
from torch.utils._pytree import tree_flatten, tree_unflatten

from lstm_viz.seen import holders_in

Labels = tuple[str | None, ...]
"""For each axis of one input tensor: B, T, another letter that the person gave, or None where the model fixes it."""

Sizes = dict[str, int]
Arguments = tuple[tuple[Any, ...], dict[str, Any]]
Leaf = Tensor | PackedSequence | list[int]


class Inputs:
    """The arguments of a call taken apart into their tensors, packed sequences and lists of lengths."""

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self._parts, self._tree = tree_flatten(arguments, is_leaf=_is_leaf)
        self.leaves: list[Leaf] = [part for part in self._parts if _is_leaf(part)]

    @property
    def unequal(self) -> set[int]:
        """The leaves in lists of sequences of unequal lengths: B is how many there are, and no axis of any is T."""
        values = [*self._arguments[0], *self._arguments[1].values()]
        lists = [holders_in(value) for value in values if isinstance(value, (list, tuple))]
        ids = {id(part) for parts in lists if len({shape_of(part)[:1] for part in parts}) > 1 for part in parts}
        return {place for place, leaf in enumerate(self.leaves) if id(leaf) in ids}

    def sizes(self, labels: Sequence[Labels]) -> Sizes:
        """What the labels stand for in these arguments."""
        sizes: Sizes = {}
        for leaf, names in zip(self.leaves, labels, strict=True):
            for name, size in zip(names, shape_of(leaf), strict=True):
                if name is not None and name[0] in "BT":
                    sizes.setdefault(name, size)
        return sizes

    def resized(self, labels: Sequence[Labels], old: Sizes, new: Sizes) -> Arguments:
        """The arguments at other sizes, made of the values that are there."""
        done = iter([_resized(leaf, names, old, new) for leaf, names in zip(self.leaves, labels, strict=True)])
        parts = [next(done) if _is_leaf(part) else part for part in self._parts]
        arguments: Arguments = tree_unflatten(parts, self._tree)
        return arguments


def shape_of(leaf: Leaf) -> tuple[int, ...]:
    """The shape of a leaf; that of a packed sequence is (B, T, …), as if it were padded."""
    if isinstance(leaf, PackedSequence):
        return int(leaf.batch_sizes[0]), len(leaf.batch_sizes), *leaf.data.shape[1:]
    return (len(leaf),) if isinstance(leaf, list) else tuple(leaf.shape)


def labels_of_others(leaves: Sequence[Leaf], leading: int, first: Labels, states: dict[int, Labels]) -> list[Labels]:
    """The labels of every leaf: the leading one's as given, a state's by its role, the others' by their sizes."""
    sizes = {name: size for name, size in zip(first, shape_of(leaves[leading]), strict=True) if name}
    labels: list[Labels] = []
    for place, leaf in enumerate(leaves):
        if place == leading:
            labels.append(first)
        elif place in states:
            labels.append(states[place])
        elif isinstance(leaf, PackedSequence):
            labels.append(_packed_labels(leaf, sizes))
        elif isinstance(leaf, list):
            labels.append(("B",) if len(leaf) == sizes.get("B") else (None,))
        else:
            labels.append(_by_size(tuple(leaf.shape), first, sizes, leaf.is_floating_point()))
    return labels


def _packed_labels(leaf: PackedSequence, sizes: Sizes) -> Labels:
    rest = (None,) * (leaf.data.ndim - 1)
    return ("B", _steps_name(len(leaf.batch_sizes), sizes), *rest)


def _by_size(shape: tuple[int, ...], first: Labels, sizes: Sizes, floats: bool) -> Labels:
    """As the leading input, where the batch is right there; another length is T2. Else each axis by its size."""
    if len(shape) >= 2 + floats and set(first[:2]) == {"B", "T"} and shape[first.index("B")] == sizes["B"]:
        steps = _steps_name(shape[first.index("T")], sizes)
        return (*(steps if name == "T" else name for name in first[:2]), *((None,) * (len(shape) - 2)))
    left = {name: size for name, size in sizes.items() if name[0] in "BT"}
    labels: list[str | None] = []
    for size in shape:
        name = next((name for name, known in left.items() if known == size), None)
        if name is not None and list(left.values()).count(size) > 1:
            del left[name]
        labels.append(name)
    return tuple(labels)


def _steps_name(steps: int, sizes: Sizes) -> str:
    return "T" if steps == sizes.get("T", steps) else "T2"


def _is_leaf(part: Any) -> bool:
    if isinstance(part, (Tensor, PackedSequence)):
        return bool(holders_in(part))
    return isinstance(part, list) and bool(part) and all(type(item) is int for item in part)


def _resized(leaf: Leaf, labels: Labels, old: Sizes, new: Sizes) -> Leaf:
    if isinstance(leaf, PackedSequence):
        padded, lengths = pad_packed_sequence(leaf, batch_first=True)
        steps = labels[1] or "T"
        lengths = _resized_lengths(lengths, old[steps], new["B"], new[steps])
        padded = _repeated(padded, labels, new)
        return pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=leaf.sorted_indices is None)
    if isinstance(leaf, list):
        if labels != ("B",):
            return leaf
        resized: list[int] = _resized_lengths(torch.tensor(leaf), old.get("T"), new["B"], new.get("T")).tolist()
        return resized
    if labels == ("B",) and _are_lengths(leaf, old):
        return _resized_lengths(leaf, old["T"], new["B"], new["T"])
    return _repeated(leaf, labels, new)


def _repeated(tensor: Tensor, labels: Labels, new: Sizes) -> Tensor:
    tensor = tensor.clone()  # a model may write into its input, and that must not be the person's
    for axis, name in enumerate(labels):
        have, want = tensor.shape[axis], new.get(name or "", -1)
        if want not in (-1, have):
            if have == 0:
                tensor = tensor.new_zeros((*tensor.shape[:axis], 1, *tensor.shape[axis + 1 :]))
            tensor = tensor.index_select(axis, torch.arange(want, device=tensor.device) % max(have, 1))
    return tensor


def _are_lengths(tensor: Tensor, sizes: Sizes) -> bool:
    if tensor.is_floating_point() or tensor.dtype == torch.bool or "T" not in sizes or not tensor.numel():
        return False
    return bool(tensor.min() >= 1 and tensor.max() <= sizes["T"])


def _resized_lengths(lengths: Tensor, old_steps: int | None, batch: int, steps: int | None) -> Tensor:
    """Lengths for another B and T: the longest is T, as it was, and a falling order stays one."""
    falling = bool((lengths.diff() <= 0).all())
    places = torch.arange(batch, device=lengths.device) % len(lengths)
    wrapped = lengths.index_select(0, places).clamp(max=steps)
    if lengths.max() == old_steps and steps is not None:
        wrapped[wrapped.argmax()] = steps
    return wrapped.sort(descending=True).values if falling else wrapped


def leading_input(leaves: Sequence[Leaf], states: dict[int, Labels]) -> int | None:
    """Which input to read B and T from: the first that is no state and has two axes; else any."""
    tensors = [place for place, leaf in enumerate(leaves) if not isinstance(leaf, list)]
    wide = [place for place in tensors if place not in states and len(shape_of(leaves[place])) >= 2]
    return next(iter(wide + tensors), None)
