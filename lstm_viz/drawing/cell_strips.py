"""What the cell diagram shows: every vector of one pass as a strip, with its values at all steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from lstm_viz.cell import LayerPass, Unrolled

MOST_UNITS = 8
MOST_FEATURES = 4
Kind = Literal["signed", "gate"]


@dataclass(frozen=True, eq=False)
class Strip:
    """A vector at every step: ``values`` (T, n). ``scale`` is the size that has the full colour.

    ``name`` is written as ``c_{t-1}``; ``axis`` is the axis that it has, ``units`` whether its cells are hidden units.
    """

    key: str
    name: str
    axis: str
    meaning: str
    values: Tensor
    kind: Kind = "signed"
    scale: float = 1.0
    units: bool = True

    @property
    def size(self) -> int:
        """How many numbers it has at each step."""
        return int(self.values.shape[1])


def shown_rows(size: int, chosen: int, most: int = MOST_UNITS) -> tuple[int, ...]:
    """The indices that are drawn: all, or the first, the chosen and the last; two fewer, as the gaps need room too.

    >>> shown_rows(5, 3), shown_rows(128, 40), shown_rows(128, 2)
    ((0, 1, 2, 3, 4), (0, 1, 2, 3, 40, 127), (0, 1, 2, 3, 4, 127))
    """
    if size <= most:
        return tuple(range(size))
    most = max(most - 2, 3)
    first = range(most - 2)
    between = chosen if most - 2 <= chosen < size - 1 else most - 2
    return (*first, between, size - 1)


def strips_of(unrolled: Unrolled, sample: int, layer: int, direction: int) -> dict[str, Strip]:
    """All strips of one sample in one pass, by key, up to the sample's length.

    >>> from lstm_viz.cell import unroll
    >>> strips = strips_of(unroll(torch.nn.LSTM(1, 2), torch.randn(3, 1, 1)), 0, 0, 0)
    >>> list(strips)
    ['x', 'h_before', 'a_i', 'i', 'a_f', 'f', 'a_g', 'g', 'a_o', 'o', 'c_before', 'kept', 'stored', 'c', 'tanh_c', 'h']
    """
    found, length = unrolled.at(layer, direction), unrolled.lengths[sample]
    reader = _Reader(unrolled, found, sample, length)
    return {strip.key: strip for strip in (*_inputs(reader), *_gates(reader), *_STATES[unrolled.cell](reader))}


def input_axis(sizes: Mapping[str, int], layer: int, tokens: bool = False) -> str:
    """The axis of what a layer reads: F (E for tokens), above the first D·H."""
    if layer == 0:
        return "E" if tokens else "F"
    letter = "P" if "P" in sizes else "H"
    return f"D·{letter}" if sizes["D"] > 1 else letter


@dataclass(frozen=True, eq=False)
class _Reader:
    unrolled: Unrolled
    found: LayerPass
    sample: int
    length: int

    @property
    def before(self) -> str:
        """The step that came before, in the order of reading."""
        return "t+1" if self.found.direction else "t-1"

    @property
    def state_axis(self) -> str:
        return "P" if "P" in self.unrolled.sizes else "H"

    def values(self, tensor: Tensor | None) -> Tensor:
        assert tensor is not None
        return tensor[self.sample, : self.length].detach().float()  # (T, n)

    def gate(self, letter: str) -> Tensor:
        return self.values(self.found.gates[letter])


def _inputs(at: _Reader) -> Iterator[Strip]:
    x, h = at.values(at.found.x), at.values(at.found.h_before)
    axis = input_axis(at.unrolled.sizes, at.found.layer)
    whose = "this step's input" if at.found.layer == 0 else f"what layer {at.found.layer - 1} handed up"
    yield Strip("x", "x_t", axis, whose, x, scale=_largest(x), units=False)
    largest = _largest(h, at.values(at.found.h))
    yield Strip("h_before", f"h_{{{at.before}}}", at.state_axis, "the state from the step before", h, scale=largest)


def _gates(at: _Reader) -> Iterator[Strip]:
    if at.unrolled.cell == "rnn":
        return
    largest = _largest(*(at.values(tensor) for tensor in at.found.pre_activation.values()))
    for kind in at.found.gate_kinds:
        letter = kind.letter
        a = at.values(at.found.pre_activation[letter])
        yield Strip(f"a_{letter}", f"a_{letter}", "H", f"pre-activation of the {kind.name}", a, scale=largest)
        sort: Kind = "gate" if kind.activation == "sigmoid" else "signed"
        yield Strip(letter, letter, "H", f"{kind.name}, {kind.activation} of a_{letter}", at.gate(letter), sort)


def _lstm(at: _Reader) -> Iterator[Strip]:
    before, c = at.values(at.found.c_before), at.values(at.found.c)
    kept, stored = at.gate("f") * before, at.gate("i") * at.gate("g")  # (T, H)
    scale = _largest(before, c, kept, stored)
    name = f"c_{{{at.before}}}"
    yield Strip("c_before", name, "H", "the memory from the step before", before, scale=scale)
    yield Strip("kept", f"f ⊙ {name}", "H", "what stays of the memory", kept, scale=scale)
    yield Strip("stored", "i ⊙ g", "H", "what is written into the memory", stored, scale=scale)
    yield Strip("c", "c_t", "H", "the new memory", c, scale=scale)
    yield Strip("tanh_c", "tanh(c_t)", "H", "the memory, squashed to (−1, 1)", at.values(at.found.tanh_c))
    h = at.values(at.found.h)
    if at.found.unprojected is not None:
        m = at.values(at.found.unprojected)
        yield Strip("m", "m_t", "H", "o ⊙ tanh(c), before the projection", m, scale=_largest(m))
    largest = _largest(h, at.values(at.found.h_before))
    yield Strip("h", "h_t", at.state_axis, "the new state, this step's output", h, scale=largest)


def _gru(at: _Reader) -> Iterator[Strip]:
    before, n, z, h = at.values(at.found.h_before), at.gate("n"), at.gate("z"), at.values(at.found.h)
    shares = at.values(at.found.recurrent_share["n"]), at.values(at.found.input_share["n"])
    scaled = at.gate("r") * shares[0]  # (T, H)
    largest, state = _largest(*shares, scaled), _largest(before, h)
    h_name = f"h_{{{at.before}}}"
    yield Strip("hn", "W_{hn}h+b", "H", f"W_hn {h_name} + b_hn: the past's share", shares[0], scale=largest)
    yield Strip("rhn", "r ⊙ (…)", "H", "the past's share, scaled by the reset gate", scaled, scale=largest)
    yield Strip("xn", "W_{in}x+b", "H", "W_in x_t + b_in: the input's share", shares[1], scale=largest)
    yield Strip("kept", f"z ⊙ {h_name}", "H", "what stays of the old state", z * before, scale=state)
    yield Strip("new", "(1−z) ⊙ n", "H", "what comes in of the candidate", (1 - z) * n, scale=state)
    yield Strip("h", "h_t", "H", "the new state, this step's output", h, scale=state)


def _rnn(at: _Reader) -> Iterator[Strip]:
    shares = at.values(at.found.recurrent_share["h"]), at.values(at.found.input_share["h"])
    a, h = at.values(at.found.pre_activation["h"]), at.values(at.found.h)
    largest, name = _largest(*shares, a), f"h_{{{at.before}}}"
    yield Strip("hh", "W_{hh}h+b", "H", f"W_hh {name} + b_hh: the past's share", shares[0], scale=largest)
    yield Strip("xh", "W_{ih}x+b", "H", "W_ih x_t + b_ih: the input's share", shares[1], scale=largest)
    yield Strip("a", "a", "H", "the sum of both shares", a, scale=largest)
    largest = _largest(h, at.values(at.found.h_before))
    yield Strip("h", "h_t", "H", "the new state, this step's output", h, scale=largest)


_STATES = {"lstm": _lstm, "gru": _gru, "rnn": _rnn}


def _largest(*tensors: Tensor) -> float:
    """The largest size among them; 1 where all are zero, so that nothing is divided by it."""
    sizes = torch.cat([tensor.abs().flatten() for tensor in tensors])
    return (float(sizes.max()) if len(sizes) else 0.0) or 1.0
