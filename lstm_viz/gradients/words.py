"""The pictures read aloud, with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, floor, isfinite, log10

from lstm_viz.gradients.clipping import TRAINED, Clipped
from lstm_viz.gradients.measuring import Flow, step_factor
from lstm_viz.gradients.radius import Radius
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.spec import Cell

NAMES: Mapping[Cell, str] = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
VANISHED, FADED, GROWN = 1e-4, 0.1, 100.0
"""What is left of a gradient at step 0, as a share of that at the last step: below, below, above."""
_MEANING = {
    "vanishes": "Where it vanishes, step 0 has next to no say in how the weights change.",
    "fades": "Where it fades, step 0 is still heard, faintly.",
    "arrives": "Where it arrives, step 0 has its say in what is learnt.",
    "explodes": "Where it explodes, one step of training throws the weights far away.",
}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """A number of any size, in two digits.

    >>> number(0.0598), number(2.52e-21), number(74.4), number(7.4e5), number(0.0)
    ('0.06', '2.5·10⁻²¹', '74', '7.4·10⁵', '0')
    """
    if value == 0:
        return "0"
    if not isfinite(value):
        return "∞" if value > 0 else "no number"
    if 1e-3 <= abs(value) < 1e4:
        return f"{float(f'{value:.2g}'):,.10g}"
    front, _, back = f"{value:.1e}".partition("e")
    return f"{front.removesuffix('.0')}·{power(int(back))}"


def power(exponent: int) -> str:
    """A power of ten.

    >>> power(-21)
    '10⁻²¹'
    """
    return "10" + str(exponent).translate(_RAISED)


def verdict(norms: Sequence[float]) -> str:
    """What becomes of a gradient on its way back to step 0.

    >>> verdict((1e-9, 1.0)), verdict((1e-2, 1.0)), verdict((0.5, 1.0)), verdict((1e9, 1.0))
    ('vanishes', 'fades', 'arrives', 'explodes')
    """
    first, last = norms[0], norms[-1]
    if not isfinite(first) or first > GROWN * last:
        return "explodes"
    if first < VANISHED * last or first == 0:
        return "vanishes"
    return "fades" if first < FADED * last else "arrives"


def say_inputs(flows: Sequence[Flow]) -> str:
    """The picture of |∂loss/∂x_t|."""
    last = len(flows[0].x) - 1
    said = []
    for word in _MEANING:
        alike = [flow for flow in flows if verdict(flow.x) == word]
        if alike:
            where = [f"the **{NAMES[flow.cell]}** ({number(flow.x[-1])} → {number(flow.x[0])})" for flow in alike]
            said.append(f"it **{word}** in {_listed(where)}")
    meaning = " ".join(_MEANING[word] for word in _MEANING if any(verdict(flow.x) == word for flow in flows))
    return f"From step {last}, where the loss is, back to step 0: {'; '.join(said)}. {meaning}"


def say_states(flows: Sequence[Flow], spec: GradientSpec) -> str:
    """The picture of |∂loss/∂h_t|."""
    parts = [f"{_factor(flow.factor)} (**{NAMES[flow.cell]}**)" for flow in flows]
    said = f"Each step back multiplies the gradient of h by {_listed(parts)} on average."
    memory = next((flow.c[:-1] for flow in flows if flow.c), None)
    if memory is None:
        return said
    kept = 1 / (1 + exp(-spec.forget_bias))
    kept_text, measured = _factor(kept), _factor(step_factor(memory))
    return (
        f"{said} On the way through c, an LSTM's step keeps what its forget gate lets through: with forget bias "
        f"{spec.forget_bias:g} about σ({spec.forget_bias:g}) = {kept_text}. Measured for c, with what the other gates "
        f"add: {measured}."
    )


def say_radii(found: Sequence[Radius], flows: Sequence[Flow], spec: GradientSpec) -> str:
    """The picture of the spectral radii."""
    rnn = next(radius.value for radius in found if radius.cell == "rnn")
    factor = next(flow.factor for flow in flows if flow.cell == "rnn")
    slope = "tanh's slope, at most 1" if spec.activation == "tanh" else "ReLU's slope, 1 or 0"
    first = (
        f"The RNN's W_hh has the spectral radius {rnn:.2f}. A step back multiplies by W_hh and by {slope}: with a "
        f"radius below 1 the gradient fades, above 1 it can grow. Measured: ×{_factor(factor)} a step."
    )
    gates = [radius for radius in found if radius.cell != "rnn"]
    low, high = min(radius.value for radius in gates), max(radius.value for radius in gates)
    these = f"radii from {low:.2f} to {high:.2f}" if f"{low:.2f}" != f"{high:.2f}" else f"radius {low:.2f} each"
    return (
        f"{first} GRU and LSTM have a block of W_hh for each gate, here with {these}. They decide less, because z and "
        "f carry the state past W_hh."
    )


def say_clipping(found: Sequence[Clipped]) -> str:
    """The picture of the norms before and after clipping."""
    there = [each for each in found if each.before]
    lost = [each for each in found if not each.before]
    said = [
        f"The first gradient of the **{NAMES[each.cell]}** is larger than float32 can hold: clipping what is no number "
        "any more does not help, smaller weights do."
        for each in lost
    ]
    if there:
        parts = [
            f"{each.cut} of the {len(each.before)} gradients of the **{NAMES[each.cell]}** (the longest: "
            f"{number(max(each.before))})"
            for each in there
        ]
        clip = f"{found[0].clip:g}"
        said.append(f"`clip_grad_norm_(parameters, {clip})` cut {_listed(parts)}.")
        if any(each.cut for each in there):
            said.append(f"Each that was cut is {clip} long now, and points where it pointed.")
    return " ".join(said)


def say_losses(found: Sequence[Clipped]) -> str:
    """The picture of the losses with clipping and without."""
    return " ".join(_loss_in_words(each) for each in found)


def _loss_in_words(each: Clipped) -> str:
    name = NAMES[each.cell]
    if not each.loss:
        return f"The **{name}** cannot be trained from here."
    if len(each.unclipped) < TRAINED:
        apart = f"stops being a number after batch {len(each.unclipped)} without clipping"
    else:
        apart = f"goes from {number(each.unclipped[0])} to {number(each.unclipped[-1])} without clipping"
    return f"The **{name}**'s loss {apart}, and to {number(each.loss[-1])} with it."


def _listed(parts: Sequence[str], joined: str = "and ") -> str:
    """
    >>> _listed(["a", "b", "c"])
    'a, b and c'
    """
    head, last = ", ".join(parts[:-1]), parts[-1]
    return f"{head} {joined}{last}" if head else last


def _factor(value: float) -> str:
    if not isfinite(value):
        return "a number that float64 does not hold"
    digits = 3 if 0.985 < value < 1.015 else 2
    return f"{value:.{digits}f}"


def decades(low: float, high: float, most: int = 7) -> list[int]:
    """Exponents of at most ``most`` powers of ten from ``low`` to ``high``, evenly apart.

    >>> decades(1e-21, 0.5), decades(0.01, 5)
    ([-20, -16, -12, -8, -4, 0], [-2, -1, 0, 1])
    """
    first, last = floor(log10(low)), floor(log10(high)) + 1
    stride = next(step for step in (1, 2, 4, 5, 10, 20, 25, 50, 100) if (last - first) / step <= most - 1)
    return [place for place in range(first, last + 1) if place % stride == 0 and low / 3 <= 10.0**place <= high * 3]
