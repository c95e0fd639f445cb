"""By hand: a person types the weights and inputs of a tiny cell and follows every product to torch's own number."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lstm_viz.by_hand import LARGEST, ByHand, HandError, Layout, compute, first_weight, first_x, read_table
from lstm_viz.figures.style import colour_of
from lstm_viz.spec import Cell
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.charts import NUMBERS_STYLE, number_table, signed
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.slides import Screen, on_screens
from lstm_viz.ui.text import literal
from lstm_viz.unit import Equation, UnitArithmetic, explain_unit

_TYPED = "by_hand_typed"
_CELLS: dict[Cell, str] = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
_WIDTH, _WIDTH_IN_ROOM = 86, 112
_GRID = """<style>
.blocks{display:grid;grid-template-columns:1fr 1fr;gap:.4rem 2rem;margin-top:.3rem}.blocks section{min-width:0}
.blocks .numbers{margin-bottom:0}
</style>"""


def section(view: CellView) -> None:
    """Sizes, the two tables, and the arithmetic, or a sentence on what was typed."""
    if presenting():
        outcome, products = partial(_outcome, view), partial(_products, view)
        on_screens("by_hand", [Screen("A cell to fill in by hand", outcome), Screen("Every product", products)])
        return
    st.markdown("Type over any number: a tiny cell computes with it, and each line below is one you can check by hand.")
    layout = _layout(view, st.container(horizontal=True, gap="medium"))
    tables, arithmetic = st.columns([4, 5], gap="large")
    with tables:
        _weights(layout)
        _input(layout)
        _to_the_first()
    with arithmetic:
        if found := _computed(layout):
            told = _chosen(layout, found, st.columns(2))
            st.markdown(in_words(layout.cell, told))
            st.markdown("".join(_blocks(told)), unsafe_allow_html=True)
            _compared(layout, found, told)
            _every_step(found)


def _outcome(view: CellView) -> None:
    """On a projector: the tables, and what comes of them."""
    row = st.container(horizontal=True, gap="small")
    layout = _layout(view, row)
    weights, outcome = st.columns([3, 2], gap="large")
    with weights:
        _weights(layout)
    with outcome:
        _input(layout)
        if found := _computed(layout):
            told = _chosen(layout, found, (row, row))
            st.markdown(in_words(layout.cell, told))
            _compared(layout, found, told)
            _every_step(found)
    with weights:
        _to_the_first()


def _products(view: CellView) -> None:
    """On a projector: each product of the tables."""
    row = st.container(horizontal=True, gap="small")
    layout = _layout(view, row)
    if found := _computed(layout):
        blocks = "".join(f"<section>{each}</section>" for each in _blocks(_chosen(layout, found, (row, row))))
        st.html(f'{NUMBERS_STYLE}{_GRID}<div class="blocks">{blocks}</div>')


def _layout(view: CellView, row: DeltaGenerator) -> Layout:
    cell: Cell = row.segmented_control(
        "Cell",
        list(_CELLS),
        format_func=_CELLS.__getitem__,
        default=view.unrolled.cell,
        required=True,
        key="by_hand_cell",
        persist_state="session",
    )
    sizes = {}
    for letter, first, name in (("H", 1, "hidden units"), ("F", 1, "features"), ("T", 2, "steps")):
        sizes[letter] = row.segmented_control(
            f"{letter}, {name}",
            list(range(1, LARGEST[letter] + 1)),
            default=first,
            required=True,
            key=f"by_hand_{letter}",
            persist_state="session",
        )
    return Layout(cell, sizes["H"], sizes["F"], sizes["T"])


def _weights(layout: Layout) -> None:
    F, H = layout.features, layout.hidden  # noqa: N806
    gates = len(layout.weight_rows) // H
    st.markdown(
        f"**The weights**: `weight_ih` ({gates}·H, F) = ({gates * H}, {F}), `weight_hh` ({gates}·H, H) = "
        f"({gates * H}, {H}), and two biases, side by side"
    )
    _editor(f"{layout.cell} weights", layout.weight_rows, layout.weight_columns, first_weight)


def _input(layout: Layout) -> None:
    T, F = layout.steps, layout.features  # noqa: N806
    st.markdown(f"**The input** x (T, F) = ({T}, {F}); the state starts with zeros")
    _editor("x", layout.x_rows, layout.x_columns, first_x)


def _to_the_first() -> None:
    st.button("Back to the first numbers", on_click=_forget)


def _editor(name: str, rows: Sequence[str], columns: Sequence[str], first: Callable[[str, str], str]) -> None:
    """A table of texts. What was typed is kept beside the widget, which forgets when its tab closes."""
    width = _WIDTH_IN_ROOM if presenting() else _WIDTH
    key = f"by_hand {name} {len(rows)} {len(columns)} {width} {st.session_state.get('by_hand_round', 0)}"
    base = f"{key} base"
    if key not in st.session_state or base not in st.session_state:
        # as long as the editor stands, its table must stay as it was: its edits are counted from there
        texts = _texts(name, rows, columns, first)
        st.session_state[base] = pd.DataFrame(
            [[texts[row, column] for column in columns] for row in rows],
            index=pd.Index(rows, name=""),
            columns=list(columns),
            dtype="str",
        )
    config: dict[str, Any] = {column: st.column_config.TextColumn(column, width=width) for column in columns}
    st.data_editor(
        st.session_state[base],
        key=key,
        column_config=config,
        width="content",
        on_change=_keep,
        args=(key, name, tuple(rows), tuple(columns)),
    )


def _keep(key: str, name: str, rows: Sequence[str], columns: Sequence[str]) -> None:
    typed = dict(st.session_state.get(_TYPED, {}))
    for row, cells in st.session_state[key]["edited_rows"].items():
        for column, text in cells.items():
            if column in columns:
                typed[name, rows[int(row)], column] = text or ""
    st.session_state[_TYPED] = typed


def _forget() -> None:
    st.session_state[_TYPED] = {}
    st.session_state["by_hand_round"] = st.session_state.get("by_hand_round", 0) + 1


def _texts(
    name: str, rows: Sequence[str], columns: Sequence[str], first: Callable[[str, str], str]
) -> dict[tuple[str, str], str]:
    typed = st.session_state.get(_TYPED, {})
    return {(row, column): typed.get((name, row, column), first(row, column)) for row in rows for column in columns}


def _computed(layout: Layout) -> ByHand | None:
    """The cell with the numbers that were typed; None, with a sentence on it, where one is no number."""
    weights, x = (layout.weight_rows, layout.weight_columns), (layout.x_rows, layout.x_columns)
    typed_weights = _texts(f"{layout.cell} weights", *weights, first_weight)
    try:
        return compute(
            layout, read_table("weights", *weights, typed_weights), read_table("x", *x, _texts("x", *x, first_x))
        )
    except HandError as error:
        st.error(literal(str(error)))
        return None


def _chosen(layout: Layout, found: ByHand, places: Sequence[DeltaGenerator]) -> UnitArithmetic:
    """The arithmetic of the step and the unit that are chosen in ``places``, where there is more than one."""
    step, unit = 0, 0
    if layout.steps > 1:
        step = places[0].segmented_control(
            "Step t", list(range(layout.steps)), default=0, required=True, key=f"by_hand_step {layout.steps}"
        )
    if layout.hidden > 1:
        unit = places[1].segmented_control(
            "Unit", list(range(layout.hidden)), default=0, required=True, key=f"by_hand_unit {layout.hidden}"
        )
    return explain_unit(found.unrolled, unit=unit, step=step)


def _compared(layout: Layout, found: ByHand, told: UnitArithmetic) -> None:
    torchs = float(found.output[told.step, told.unit])
    apart = abs(torchs - told.result.value)
    maker = f"nn.{layout.cell.upper()}({layout.features}, {layout.hidden})"
    st.markdown(
        f":material/check_circle: `{maker}` itself gives output[{told.step}, {told.unit}] = "
        f"**{signed(torchs, 4)}**: difference {apart:.2g}."
        if apart < 1e-6
        else f"`{maker}` gives {torchs:.6g}: difference {apart:.2g}."
    )


def in_words(cell: Cell, told: UnitArithmetic) -> str:
    """What this unit does at this step, in one sentence with its numbers."""
    gate = {each.letter: each.gate.value for each in told.gates}
    h = signed(told.result.value)
    where = f"At t = {told.step} unit {told.unit}"
    if cell == "lstm":
        before = told.state[0].terms[0].factors[1].value
        kept = (
            f"keeps {_percent(gate['f'])} of its memory {signed(before)} and stores {_percent(gate['i'])} of the new "
        )
        return (
            f"{where} {kept}{signed(gate['g'])}: c = {signed(told.state[0].value)}. It lets {_percent(gate['o'])} of "
            f"tanh(c) out: h = {h}."
        )
    if cell == "gru":
        before = told.result.terms[1].factors[1].value
        return (
            f"{where} keeps {_percent(gate['z'])} of its old h = {signed(before)} and takes "
            f"{_percent(1 - gate['z'])} of the new {signed(gate['n'])}: h = {h}."
        )
    share = signed(told.gates[0].input_share.value), signed(told.gates[0].recurrent_share.value)
    return f"{where} adds {share[0]} from x and {share[1]} from the h before, and tanh makes {h} of it."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _blocks(told: UnitArithmetic) -> list[str]:
    blocks = []
    for gate in told.gates:
        steps = (gate.input_share, gate.recurrent_share, gate.pre_activation, gate.gate)
        blocks.append(_block(f"{gate.letter}, {gate.name}, row {gate.row}", gate.letter, steps))
    if told.state:
        blocks.append(_block("then c and h" if len(told.state) > 1 else "then h", "h", told.state))
    return blocks


def _block(title: str, letter: str, equations: Sequence[Equation]) -> str:
    lines = "".join(
        f"<tr><th>{html.escape(each.name)}</th><td>= {_filled(each)}</td><td>= <b>{signed(each.value, 4)}</b></td></tr>"
        for each in equations
    )
    head = f'<div style="font-weight:700;border-left:4px solid {colour_of(letter)};padding-left:.5rem">{title}</div>'
    return f'{head}<div class="lv-wide"><table class="numbers left">{lines}</table></div>'


def _filled(equation: Equation) -> str:
    text = html.escape(equation.filled(4)).replace("-", "−")
    return text.replace("((", "(").replace("))", ")") if equation.function else text


def _every_step(found: ByHand) -> None:
    layer = found.unrolled.at(0)
    rows = []
    for step in range(found.unrolled.sizes["T"]):
        h = ", ".join(signed(float(number), 4) for number in layer.h[0, step])
        cells = [f"h = {h}"]
        if layer.c is not None:
            cells.append(f"c = {', '.join(signed(float(number), 4) for number in layer.c[0, step])}")
        rows.append(cells)
    st.caption("What each step hands on to the next")
    st.markdown(number_table([f"t = {step}" for step in range(len(rows))], rows), unsafe_allow_html=True)
