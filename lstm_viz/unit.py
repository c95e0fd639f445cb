"""The arithmetic of one unit at one step, down to the sum of products, as data for whoever writes it out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor

from lstm_viz.cell import LayerPass, Unrolled
from lstm_viz.recurrent import RecurrentError

_FUNCTIONS = {"sigmoid": "σ", "tanh": "tanh", "relu": "relu"}


@dataclass(frozen=True)
class Number:
    """A number and what it is called: ``W_ii[3, 0]``, ``x_t[0]``, ``f``."""

    name: str
    value: float


@dataclass(frozen=True)
class Term:
    """The product of its factors; a bias is a term of one factor."""

    factors: tuple[Number, ...]

    @property
    def value(self) -> float:
        """The product, computed in double precision."""
        return math.prod(factor.value for factor in self.factors)


@dataclass(frozen=True)
class Equation:
    """``name`` = ``function`` of the sum of ``terms``; without a function, ``""``, the sum itself.

    ``formula`` is the right side in symbols. ``value`` was measured: it stands in the tensors of ``unroll``.
    ``computed`` is what these very numbers give by hand.
    """

    name: str
    formula: str
    terms: tuple[Term, ...]
    value: float
    function: str = ""

    @property
    def computed(self) -> float:
        """The right side worked out from the terms, in double precision."""
        total = math.fsum(term.value for term in self.terms)
        return _apply(self.function, total)

    def filled(self, digits: int = 4) -> str:
        """The right side with the numbers in the place of their names: ``0.5000·0.2000 + 0.7311·(-0.1000)``."""
        products = ("·".join(_written(factor.value, digits) for factor in term.factors) for term in self.terms)
        total = " + ".join(products)
        return f"{_FUNCTIONS[self.function]}({total})" if self.function else total


@dataclass(frozen=True)
class GateArithmetic:
    """One gate of the unit, in four equations.

    ``row`` is the unit's row for this gate in weight_ih, weight_hh and the biases: gate number · H + unit.
    """

    letter: str
    name: str
    row: int
    input_share: Equation
    recurrent_share: Equation
    pre_activation: Equation
    gate: Equation


@dataclass(frozen=True)
class UnitArithmetic:
    """How one hidden unit came to its h at one step. ``state`` is what follows the gates: c, tanh(c) and h.

    An RNN has none, as its h is its only gate. ``note`` is a sentence where there is something to say, else empty:
    under a projection a unit from P on has no h of its own. ``suffix`` is the ending of the weights, ``_l0``.
    """

    layer: int
    direction: int
    sample: int
    step: int
    unit: int
    suffix: str
    gates: tuple[GateArithmetic, ...]
    state: tuple[Equation, ...]
    note: str

    @property
    def equations(self) -> tuple[Equation, ...]:
        """All of them in the order of the arithmetic; the last one's value is the end."""
        return tuple(self._equations())

    @property
    def result(self) -> Equation:
        """The last equation: h_t of this unit."""
        return self.equations[-1]

    def _equations(self) -> Iterator[Equation]:
        for gate in self.gates:
            yield from (gate.input_share, gate.recurrent_share, gate.pre_activation, gate.gate)
        yield from self.state


def explain_unit(
    unrolled: Unrolled, unit: int, step: int, layer: int = 0, direction: int = 0, sample: int = 0
) -> UnitArithmetic:
    """The arithmetic of one of the H units, 0 to H-1, at one step in time, 0 to T-1.

    Raises RecurrentError for what is not in the run, a step past the sample's end included.

    >>> import torch
    >>> from lstm_viz.cell import unroll
    >>> lstm = torch.nn.LSTM(1, 2)
    >>> found = explain_unit(unroll(lstm, torch.randn(3, 1, 1)), unit=1, step=2)
    >>> [equation.name for equation in found.equations][:4]
    ['W_ii x_t + b_ii', 'W_hi h_{t-1} + b_hi', 'a_i', 'i']
    >>> found.result.name, found.result.formula
    ('h_t[1]', 'o ⊙ tanh(c_t)')
    """
    sizes = unrolled.sizes
    _check("layer", layer, "L", sizes)
    _check("direction", direction, "D", sizes)
    _check("sample", sample, "B", sizes)
    _check("step", step, "T", sizes)
    _check("unit", unit, "H", sizes)
    if step >= unrolled.lengths[sample]:
        length = unrolled.lengths[sample]
        expected, advice = f"0 to {length - 1}, as sample {sample} has {length} steps", "Past its end nothing was read."
        raise RecurrentError("step", expected, str(step), advice)
    found = unrolled.at(layer, direction)
    at = _At(found, sample, step, unit)
    gates = tuple(_gate(at, index, sizes["H"]) for index in range(len(found.gate_kinds)))
    state, note = _STATES[unrolled.cell](at)
    return UnitArithmetic(layer, direction, sample, step, unit, found.weights.suffix, gates, state, note)


@dataclass(frozen=True, eq=False)
class _At:
    """Reads numbers of one unit at one place of one pass."""

    found: LayerPass
    sample: int
    step: int
    unit: int

    def one(self, tensor: Tensor | None, unit: int | None = None) -> float:
        assert tensor is not None
        return float(tensor[self.sample, self.step, self.unit if unit is None else unit])

    def row(self, tensor: Tensor) -> list[float]:
        values: list[float] = tensor[self.sample, self.step].tolist()
        return values

    def gate(self, letter: str) -> Number:
        return Number(letter, self.one(self.found.gates[letter]))


def _gate(at: _At, index: int, hidden: int) -> GateArithmetic:
    found, kind = at.found, at.found.gate_kinds[index]
    letter, row, weights = kind.letter, index * hidden + at.unit, at.found.weights
    bias_ih = None if weights.bias_ih is None else float(weights.bias_ih[row])
    bias_hh = None if weights.bias_hh is None else float(weights.bias_hh[row])
    x, h = at.row(found.x), at.row(found.h_before)
    input_value, recurrent_value = at.one(found.input_share[letter]), at.one(found.recurrent_share[letter])
    input_share = _share(f"i{letter}", "x_t", at.unit, weights.weight_ih[row].tolist(), x, bias_ih, input_value)
    recurrent_share = _share(
        f"h{letter}", "h_{t-1}", at.unit, weights.weight_hh[row].tolist(), h, bias_hh, recurrent_value
    )
    parts = Number(input_share.name, input_share.value), Number(recurrent_share.name, recurrent_share.value)
    terms, formula = (Term(parts[:1]), Term(parts[1:])), f"({parts[0].name}) + ({parts[1].name})"
    if letter == "n":
        terms, formula = (Term(parts[:1]), Term((at.gate("r"), parts[1]))), f"({parts[0].name}) + r ⊙ ({parts[1].name})"
    pre_activation = Equation(f"a_{letter}", formula, terms, at.one(found.pre_activation[letter]))
    name = f"h_t[{at.unit}]" if letter == "h" else letter
    gate = _function(name, kind.activation, Number(f"a_{letter}", pre_activation.value), at.gate(letter).value)
    return GateArithmetic(letter, kind.name, row, input_share, recurrent_share, pre_activation, gate)


def _share(
    gate: str, vector: str, unit: int, weights: list[float], values: list[float], bias: float | None, value: float
) -> Equation:
    name, formula = f"W_{gate} {vector}", f"Σ_j W_{gate}[{unit}, j] · {vector}[j]"
    terms = [
        Term((Number(f"W_{gate}[{unit}, {j}]", weight), Number(f"{vector}[{j}]", number)))
        for j, (weight, number) in enumerate(zip(weights, values, strict=True))
    ]
    if bias is not None:
        name, formula = f"{name} + b_{gate}", f"{formula} + b_{gate}[{unit}]"
        terms.append(Term((Number(f"b_{gate}[{unit}]", bias),)))
    return Equation(name, formula, tuple(terms), value)


def _lstm_state(at: _At) -> tuple[tuple[Equation, ...], str]:
    found, unit = at.found, at.unit
    c_before = Number(f"c_{{t-1}}[{unit}]", at.one(found.c_before))
    kept, stored = Term((at.gate("f"), c_before)), Term((at.gate("i"), at.gate("g")))
    c = Equation(f"c_t[{unit}]", "f ⊙ c_{t-1} + i ⊙ g", (kept, stored), at.one(found.c))
    tanh_c = _function(f"tanh(c_t)[{unit}]", "tanh", Number(c.name, c.value), at.one(found.tanh_c))
    released = (Term((at.gate("o"), Number(tanh_c.name, tanh_c.value))),)
    weight_hr = found.weights.weight_hr
    if weight_hr is None:
        return (c, tanh_c, Equation(f"h_t[{unit}]", "o ⊙ tanh(c_t)", released, at.one(found.h))), ""
    assert found.unprojected is not None
    m = Equation(f"m_t[{unit}]", "o ⊙ tanh(c_t)", released, at.one(found.unprojected))
    P = len(weight_hr)  # noqa: N806
    if unit >= P:
        note = f"The projection keeps P = {P} numbers: unit {unit} has no h of its own, its m_t enters each of the {P}."
        return (c, tanh_c, m), note
    h = _share("hr", "m_t", unit, weight_hr[unit].tolist(), at.row(found.unprojected), None, at.one(found.h))
    note = f"The projection makes P = {P} numbers of all the m_t: h_t[{unit}] is one of them."
    return (c, tanh_c, m, Equation(f"h_t[{unit}]", h.formula, h.terms, h.value)), note


def _gru_state(at: _At) -> tuple[tuple[Equation, ...], str]:
    z, n = at.gate("z"), at.gate("n")
    h_before = Number(f"h_{{t-1}}[{at.unit}]", at.one(at.found.h_before))
    terms = Term((Number("1 − z", 1 - z.value), n)), Term((z, h_before))
    return (Equation(f"h_t[{at.unit}]", "(1 − z) ⊙ n + z ⊙ h_{t-1}", terms, at.one(at.found.h)),), ""


def _rnn_state(at: _At) -> tuple[tuple[Equation, ...], str]:
    return (), ""


_STATES = {"lstm": _lstm_state, "gru": _gru_state, "rnn": _rnn_state}


def _function(name: str, function: str, argument: Number, value: float) -> Equation:
    return Equation(name, f"{_FUNCTIONS[function]}({argument.name})", (Term((argument,)),), value, function)


def _apply(function: str, number: float) -> float:
    if function == "sigmoid":
        return 0.5 * (1 + math.tanh(number / 2))  # exp(-number) would overflow for a gate that is firmly shut
    if function == "tanh":
        return math.tanh(number)
    return max(number, 0.0) if function == "relu" else number


def _written(number: float, digits: int) -> str:
    return f"({number:.{digits}f})" if number < 0 else f"{number:.{digits}f}"


def _check(argument: str, index: int, symbol: str, sizes: Mapping[str, int]) -> None:
    size = sizes[symbol]
    if not 0 <= index < size:
        raise RecurrentError(argument, f"0 to {size - 1} as {symbol} = {size}", str(index), "Counting starts at 0.")
