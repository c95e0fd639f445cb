"""Which axes of a model's input are B and T: found by running it again at other sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from torch import Tensor, nn

from lstm_viz.arguments import Arguments, Inputs, Labels, Leaf, Sizes, labels_of_others, leading_input, shape_of
from lstm_viz.seen import Capture

_SMALL = {"B": (3, 5, 7), "T": (7, 11, 13), "T2": (13, 17, 19)}
"""Other sizes: primes, so that no product of them can be taken for another. The third stands in for one's own."""

Run = Callable[[Arguments], Capture]


@dataclass(frozen=True)
class Layout:
    """How a model reads its inputs, and the runs at other sizes that show it.

    ``labels`` are those of the input calls of a capture, in their order. ``free`` are the symbols that were varied;
    ``pinned`` holds those whose size the model does not let vary, each with the sizes at which it raised.
    """

    labels: tuple[Labels, ...] = ()
    sizes: Sizes = field(default_factory=dict)
    free: tuple[str, ...] = ()
    pinned: dict[str, tuple[int, ...]] = field(default_factory=dict)
    probes: tuple[tuple[Sizes, Capture], ...] = ()


def find_layout(arguments: Arguments, main: Capture, run: Run, axes: Labels | None = None) -> Layout:
    """Try the likely layouts of the inputs until one runs at both other sizes.

    ``axes`` states the labels of the leading input where they are known. What cannot be varied is reported as pinned.
    Raises ValueError if ``axes`` does not fit that input.
    """
    inputs = Inputs(arguments)
    states = _states(inputs, main)
    leading = leading_input(inputs.leaves, states)
    if leading is None or leading in inputs.unequal - set(states):
        return Layout()
    leaf = inputs.leaves[leading]
    if axes is not None and len(axes) != len(shape_of(leaf)):
        expected = f"expected {len(shape_of(leaf))} names for an input of shape {shape_of(leaf)}"
        raise ValueError(f"axes: {expected}, got {', '.join(name or '?' for name in axes)!r}")
    firsts = [axes] if axes is not None else list(_likely_layouts(leaf, main))
    search = _Search(inputs, main, run)
    layout = search.best([labels_of_others(inputs.leaves, leading, first, states) for first in firsts])
    if layout is None and (axes is not None or _reads_sequences(main)):
        layout = search.layout(labels_of_others(inputs.leaves, leading, firsts[0], states), ())
    return layout or Layout()


class _Search:
    def __init__(self, inputs: Inputs, main: Capture, run: Run) -> None:
        self.inputs = inputs
        self.main = main
        self.run = run

    def best(self, readings: list[list[Labels]]) -> Layout | None:
        """The first reading in which everything varies and B arrives at the layers; else the most that varies."""
        names = [tuple(self.inputs.sizes(labels)) for labels in readings]
        fewer = [some for count in (2, 1) for some in combinations(("B", "T", "T2"), count)]
        ran: Layout | None = None
        for wanted in (None, *fewer):
            for labels, all_names in zip(readings, names, strict=True):
                free = all_names if wanted is None else wanted
                if free and (wanted is None or set(wanted) < set(all_names)):
                    layout = self._try(labels, free)
                    if layout is not None and _agrees_with_layers(layout):
                        return layout
                    ran = ran or layout
        return ran

    def layout(self, labels: list[Labels], free: tuple[str, ...], *probes: tuple[Sizes, Capture]) -> Layout:
        """These labels as a layout, with what the model pins among the symbols that were not varied."""
        labels = [tuple(None if name == "T2" and name not in free else name for name in names) for names in labels]
        sizes = self.inputs.sizes(labels)
        pinned: dict[str, tuple[int, ...]] = {}
        for name in sizes if self.main.error is None else ():
            others = (_small(name, sizes[name])[0], sizes[name] + 2)
            if name not in free and all(self._at(labels, sizes | {name: other}).error for other in others):
                pinned[name] = others
        by_id = {id(leaf): names for leaf, names in zip(self.inputs.leaves, labels, strict=True)}
        return Layout(tuple(by_id.get(leaf, ()) for leaf in self.main.entered), sizes, free, pinned, probes)

    def _try(self, labels: list[Labels], free: tuple[str, ...]) -> Layout | None:
        """The layout if the model runs where ``free`` are other sizes: small ones, else ones near its own."""
        own = self.inputs.sizes(labels)
        small = {name: _small(name, own[name]) for name in free}
        near = small | {name: (own[name] + 2, own[name] + 5) for name in free if name != "B"}
        for other in (small, near) if free != ("B",) else (small,):
            probes = []
            for number in range(2):
                new = own | {name: sizes[number] for name, sizes in other.items()}
                capture = self._at(labels, new)
                if capture.error is not None and self.main.error is None:
                    break
                probes.append((new, capture))
            else:
                return self.layout(labels, free, *probes)
        return None

    def _at(self, labels: list[Labels], sizes: Sizes) -> Capture:
        return self.run(self.inputs.resized(labels, self.inputs.sizes(labels), sizes))


def _small(name: str, own: int) -> tuple[int, ...]:
    return tuple(size for size in _SMALL[name] if size != own)[:2]


def _likely_layouts(leaf: Leaf, main: Capture) -> Iterator[Labels]:
    """The labels that an input of this shape may have, the likeliest first."""
    count = len(shape_of(leaf))
    rest = (None,) * (count - 2)
    if not isinstance(leaf, Tensor):
        yield ("B", "T", *rest)[:count]
        return
    batched = all(reading.batch is not None for reading in main.readings[:1])
    batch_first = next((r.batch_first for r in main.readings if r.batch_first is not None), True)
    pair = ("B", "T") if batch_first else ("T", "B")
    if count == 1:
        yield from ([("B",), ("T",)] if batched else [("T",), ("B",)])
    elif count == 2 and not batched:
        yield from [("T", None), ("B", None)]
    elif count == 2 and _reads_sequences(main):
        yield from [pair, pair[::-1]] if not _feeds_cell(leaf, main) else [("B", None)]
    elif count == 2 and leaf.is_floating_point():
        yield from [("B", None), pair, pair[::-1], ("T", None)]
    elif count == 2:
        yield from [pair, pair[::-1], ("B", None)]
    elif count == 3 or _reads_sequences(main):
        yield from [(*pair, *rest), (*pair[::-1], *rest)]
        for place in range(2, count):
            yield tuple("B" if axis == 0 else "T" if axis == place else None for axis in range(count))
    elif count > 3:
        yield ("B", None, *rest)


def _reads_sequences(main: Capture) -> bool:
    return bool(main.readings)


def _feeds_cell(leaf: Leaf, main: Capture) -> bool:
    """Whether an input is handed to an LSTMCell or the like as it is: one step of a sequence."""
    entered = [call.outputs[0] for call in main.calls if call.kind == "input"]
    own = {seen.index for seen, given in zip(entered, main.entered, strict=False) if given == id(leaf)}
    cells = (call for call in main.calls if isinstance(call.module, nn.RNNCellBase))
    return any(seen.index in own for call in cells for seen in call.inputs[:1])


def _states(inputs: Inputs, main: Capture) -> dict[int, Labels]:
    """The inputs that are handed to recurrent layers as their state: the batch is not where x has it."""
    entered = [call.outputs[0].index for call in main.calls if call.kind == "input"]
    place_of = {id(leaf): place for place, leaf in enumerate(inputs.leaves)}
    place_at = {index: place_of[leaf] for index, leaf in zip(entered, main.entered, strict=False) if leaf in place_of}
    states: dict[int, Labels] = {}
    for call in main.calls:
        if isinstance(call.module, (nn.RNNBase, nn.RNNCellBase)):
            for seen in call.inputs[1:]:
                if (place := place_at.get(seen.index)) is not None:
                    batched = len(seen.shape) == (3 if isinstance(call.module, nn.RNNBase) else 2)
                    before = (None,) * (len(seen.shape) - 2)
                    states[place] = (*before, "B", None) if batched else (None,) * len(seen.shape)
    return states


def _agrees_with_layers(layout: Layout) -> bool:
    """Whether B arrives where the recurrent layers expect the batch, in a run where B and T differ for sure."""
    sizes, capture = layout.probes[0]
    read = [reading.batch for reading in capture.readings]
    return all(size % sizes["B"] == 0 for size in read if size is not None and "B" in sizes)
