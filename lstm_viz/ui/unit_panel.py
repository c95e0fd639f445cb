"""One hidden unit at one step, in numbers: every product and sum, down to what PyTorch computed."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import streamlit as st

from lstm_viz.ui.cell_view import CellView
from lstm_viz.unit import Equation, GateArithmetic, Term, UnitArithmetic, explain_unit

_LONGEST = 8
_FIRST = 4
_SUBSCRIPT = re.compile(r"_(?:\{([^}]*)\}|([a-z]+))")
_STYLE = """<style>
.sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:.7rem;margin:.3rem 0 .8rem}
.sums section{border:1px solid light-dark(#cfd6e0,#3a4557);border-radius:.6rem;padding:.5rem .8rem;min-width:0}
.sums h3{margin:0 0 .25rem;padding:0;font-size:1rem}.sums h3 small{font-weight:400;opacity:.75}
.sums .eq,.unit-end .eq{font:.86rem/1.65 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;padding-left:1.2rem;
text-indent:-1.2rem;overflow-wrap:anywhere}
.sums sub,.unit-end sub{font-size:.75em;line-height:0}.sums b,.unit-end b{font-weight:700}
.sums .what,.unit-end .what{color:light-dark(#0a5fb4,#74b9ff)}.sums details{padding-left:1.2rem;font-size:.84rem}
.sums summary{cursor:pointer;text-indent:0}
.unit-end{border-left:4px solid light-dark(#1a7f37,#5fd38a);padding:.1rem 0 .1rem .8rem}
.unit-end .good{color:light-dark(#1a7f37,#5fd38a);font-weight:700}
</style>"""


def unit_panel(view: CellView, torch_value: float | None) -> None:
    """The arithmetic of the view's unit at its step; ``torch_value`` is what PyTorch's own layer gave for it."""
    found = explain_unit(view.unrolled, view.unit, view.step, view.layer, view.direction, view.sample)
    st.markdown(f"## Unit {view.unit} at step {view.step}, in numbers")
    st.html(_STYLE + unit_html(found, torch_value))


def unit_html(found: UnitArithmetic, torch_value: float | None) -> str:
    """All equations with their numbers, the sums first, then the state, then the comparison with PyTorch."""
    gates = "".join(_gate(gate, found.suffix) for gate in found.gates)
    state = "".join(_equation(equation) for equation in found.state)
    end = f"<section><h3>From the gates to the state</h3>{state}</section>" if state else ""
    note = f"<p>{html.escape(found.note)}</p>" if found.note else ""
    return f'<div class="sums">{gates}{end}</div>{note}<div class="unit-end">{_ending(found, torch_value)}</div>'


def _ending(found: UnitArithmetic, torch_value: float | None) -> str:
    result = found.result
    line = f'<div class="eq"><b>{_name(result.name)}</b> by hand: <b>{_long(result.computed)}</b></div>'
    if torch_value is None:
        return f"{line}<div>PyTorch keeps this number to itself: it hands out h only.</div>"
    difference = abs(result.computed - torch_value)
    return (
        f'{line}<div class="eq"><b>{_name(result.name)}</b> by PyTorch: <b>{_long(torch_value)}</b> '
        f'<span class="good">difference {difference:.1e}</span></div>'
    )


def _gate(gate: GateArithmetic, suffix: str) -> str:
    rows = f"row {gate.row} of weight_ih{suffix} and weight_hh{suffix}"
    equations = "".join(map(_equation, (gate.input_share, gate.recurrent_share, gate.pre_activation, gate.gate)))
    return f"<section><h3>{_name(gate.letter)} · {gate.name} <small>{rows}</small></h3>{equations}</section>"


def _equation(equation: Equation) -> str:
    terms, rest = equation.terms, ""
    if len(terms) > _LONGEST:
        terms, left_out = _cut(equation.terms)
        total = sum(term.value for term in left_out)
        rest = f" + <b>{_short(total)}</b> of {len(left_out)} more"
    sum_text = " + ".join(map(_term, terms)) + rest
    if len(terms) == 1 and len(terms[0].factors) == 1:
        sum_text = _signed(terms[0].value)
    inside = f"{_FUNCTIONS[equation.function]}({sum_text})" if equation.function else sum_text
    line = (
        f'<div class="eq" title="{html.escape(equation.formula)}"><span class="what">{_name(equation.name)}</span> = '
        f"{inside} = <b>{_signed(equation.value)}</b></div>"
    )
    return line + _all_terms(equation) if rest else line


_FUNCTIONS = {"sigmoid": "σ", "tanh": "tanh", "relu": "relu"}


def _cut(terms: Sequence[Term]) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The first products and the bias; and what stands between."""
    bias = tuple(term for term in terms if len(term.factors) == 1)
    products = tuple(term for term in terms if len(term.factors) > 1)
    return (*products[:_FIRST], *bias), products[_FIRST:]


def _all_terms(equation: Equation) -> str:
    lines = "".join(f'<div class="eq">{_in_full(term)} = {_signed(term.value)}</div>' for term in equation.terms)
    return f"<details><summary>all {len(equation.terms)} terms</summary>{lines}</details>"


def _in_full(term: Term) -> str:
    return " · ".join(f"{_name(factor.name)} {_short(factor.value)}" for factor in term.factors)


def _term(term: Term) -> str:
    names = " · ".join(factor.name for factor in term.factors)
    return f'<span title="{html.escape(names)}">{"·".join(_short(factor.value) for factor in term.factors)}</span>'


def _name(name: str) -> str:
    return _SUBSCRIPT.sub(lambda m: f"<sub>{(m[1] or m[2]).replace('-', '−')}</sub>", html.escape(name))


def _short(value: float) -> str:
    return f"(−{-value:.4f})" if value < 0 else f"{value:.4f}"


def _signed(value: float) -> str:
    return f"−{-value:.4f}" if value < 0 else f"{value:.4f}"


def _long(value: float) -> str:
    return f"{value:.8f}".replace("-", "−")
