"""A sentence for each step of a cell, chosen by this step's numbers and filled with them.

In a sentence {f} is a number of the chosen unit, {c+} one with its sign, {f%} a share, {z!%} the rest of a share.
"""

from __future__ import annotations

from dataclasses import dataclass

from lstm_viz.drawing import cell_gru, cell_lstm, cell_rnn
from lstm_viz.spec import Cell


@dataclass(frozen=True)
class Case:
    """A sentence for when the number of ``strip`` is from ``low`` to ``high``; without a strip it always fits."""

    text: str
    strip: str = ""
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Stage:
    """One of the steps inside a cell: its title, its formula, and sentences, of which the first that fits is said."""

    title: str
    formula: str
    cases: tuple[Case, ...]


def stages_of(
    cell: Cell, activation: str = "tanh", *, before: str = "t-1", projected: bool = False
) -> tuple[Stage, ...]:
    """The steps of a cell, in their order.

    >>> [stage.title for stage in stages_of("lstm")]
    ['Forget', 'Choose what to store', 'Update the memory', 'Output']
    """
    if cell == "lstm":
        return _lstm(before, projected)
    return _gru(before) if cell == "gru" else _rnn(activation)


def _lstm(before: str, projected: bool) -> tuple[Stage, ...]:
    forget = (
        Case("Unit {unit} has no memory yet; its gate would keep {f%}.", "c_before"),
        Case("Unit {unit} forgets almost all: it keeps {f%} of its memory {c_before+}.", "f", 0, 0.1),
        Case("Unit {unit} keeps almost everything: {f%} of its memory {c_before+}.", "f", 0.9, 1),
        Case("Unit {unit} keeps {f%} of its memory {c_before+}: {kept+}."),
    )
    store = (
        Case("Nearly shut, it writes only {i%} of the new value {g+}.", "i", 0, 0.1),
        Case("Wide open, it writes {i%} of the new value {g+}.", "i", 0.9, 1),
        Case("It writes {i%} of the new value {g+}: that is {stored+}."),
    )
    update = (Case("{kept+} kept and {stored+} written make its memory {c+}."),)
    shown = "m = {m+}, which W_hr mixes into h" if projected else "h = {h+}"
    output = (
        Case(f"It hides its memory: only {{o%}} of tanh({{c+}}) goes out, {shown}.", "o", 0, 0.1),
        Case(f"It shows {{o%}} of tanh({{c+}}) = {{tanh_c+}}: {shown}."),
    )
    names = cell_lstm.TITLES
    end = "m = o ⊙ tanh(c), h = W_hr m" if projected else "h = o ⊙ tanh(c)"
    return (
        Stage(names[0], "f = σ(W_if x + W_hf h + b)", forget),
        Stage(names[1], "i = σ(…), g = tanh(…)", store),
        Stage(names[2], f"c = f ⊙ c_{{{before}}} + i ⊙ g", update),
        Stage(names[3], end, output),
    )


def _gru(before: str) -> tuple[Stage, ...]:
    update = (
        Case("Unit {unit} starts from zero, and takes {z!%} of the candidate.", "h_before"),
        Case("Unit {unit} changes almost nothing: it keeps {z%} of its state {h_before+}.", "z", 0.9, 1),
        Case("Unit {unit} keeps {z%} of its state {h_before+}, takes {z!%} new."),
    )
    reset = (Case("It lets {r%} of the past's {hn+} through: {rhn+}."),)
    candidate = (Case("With the input's {xn+}: n = tanh({a_n+}) = {n+}."),)
    blend = (Case("{kept+} of the old and {new+} of the new make h = {h+}."),)
    names = cell_gru.TITLES
    return (
        Stage(names[0], "z = σ(W_iz x + W_hz h + b)", update),
        Stage(names[1], "r = σ(W_ir x + W_hr h + b)", reset),
        Stage(names[2], "n = tanh(… + r ⊙ (W_hn h + b))", candidate),
        Stage(names[3], f"h = (1−z) ⊙ n + z ⊙ h_{{{before}}}", blend),
    )


def _rnn(activation: str) -> tuple[Stage, ...]:
    names = cell_rnn.titles(activation)
    squash: tuple[Case, ...] = (Case("tanh squashes {a+} into (−1, 1): h = {h+}."),)
    if activation == "relu":
        squash = (Case("relu cuts {a+} off at zero: h = 0.", "h"), Case("relu lets {a+} pass as it is: h = {h+}."))
    return (
        Stage(
            names[0],
            "a = W_hh h + W_ih x + b",
            (Case("Unit {unit} adds the past's {hh+} and the input's {xh+}: {a+}."),),
        ),
        Stage(names[1], f"h = {activation}(a)", squash),
    )
