"""The weights: W_ih and W_hh as heat maps, cut in gates, and why they have 4·H rows."""

from __future__ import annotations

from functools import partial

import streamlit as st

from lstm_viz.dims import Axis, Sizes, describe
from lstm_viz.figures.slices import shown, shown_note
from lstm_viz.figures.weights import Matrix, Rows, projection, stacked
from lstm_viz.parameters import Weight
from lstm_viz.recurrent import Gate
from lstm_viz.ui.caches import cached_parameters
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.charts import chart, coloured_axes
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.slides import Screen, on_screens

_MOST_UNITS, _MOST_IN_ROOM, _MOST_COLUMNS = 12, 6, 24


def section(view: CellView) -> None:
    """The shapes in words, the stack, and the projection where there is one."""
    screens = [Screen("The weights, cut in gates", partial(_stack, view))]
    if view.layer_pass.weights.weight_hr is not None and presenting():
        screens.append(Screen("The projection", partial(_projection, view)))
    on_screens("weights", screens)


def _stack(view: CellView) -> None:
    found, H = view.layer_pass, view.unrolled.sizes["H"]  # noqa: N806
    suffix, gates = found.weights.suffix, found.gate_kinds
    named = {row.local: row for row in cached_parameters(view.forward.spec).rows if row.local.endswith(suffix)}
    st.markdown(" ".join(_sentences(view, named)), unsafe_allow_html=True)
    picture, words = st.columns([3, 2], gap="medium")
    rows = Rows(gates, H, shown(H, view.unit, _MOST_IN_ROOM if presenting() else _MOST_UNITS), view.unit)
    matrices = _matrices(view)
    columns = [shown(matrix.values.shape[1], 0, _MOST_COLUMNS) for matrix in matrices]
    with picture:
        alt = f"Heat maps of {', '.join(matrix.name for matrix in matrices)}, cut in gates"
        chart(stacked(matrices, rows, columns), "cell_weights", alt, fills=True)
        st.caption(_note(rows, matrices, columns))
    with words:
        st.markdown(
            "\n".join(_shape_line(row, view.forward.spec.sizes) for row in named.values()), unsafe_allow_html=True
        )
        st.code(_code(view, gates), language="python")
        st.markdown(_row_in_words(rows, view))
        if not presenting():
            _projection(view)


def _sentences(view: CellView, named: dict[str, Weight]) -> list[str]:
    gates, H = view.layer_pass.gate_kinds, view.unrolled.sizes["H"]  # noqa: N806
    first = next(iter(named.values()))
    across, shape = first.axes[1], coloured_axes(first.axes, view.forward.spec.sizes)
    reads = "what step t brings" if view.layer == 0 else f"what layer {view.layer - 1} hands up"
    if len(gates) == 1:
        return [
            f"An RNN has one block of rows: `weight_ih` {shape} turns {reads} into H = {H} numbers, and "
            f"`weight_hh` does the same with the h of the step before."
        ]
    stack = ", ".join(f"W_i{gate.letter}" for gate in gates)
    words = {3: "three", 4: "four"}[len(gates)]
    letters = ", ".join(gate.letter for gate in gates)
    return [
        f"Why {len(gates)}·H rows? Each of the {words} gates {letters} needs its own (H, {across}) matrix to turn "
        f"{reads} into H = {H} numbers; PyTorch stacks the {words}, {stack}, into one `weight_ih` {shape}, "
        f"so that one multiplication does the work of {words}.",
        "`weight_hh` is stacked the same way and reads the h of the step before.",
    ]


def _matrices(view: CellView) -> list[Matrix]:
    weights, sizes = view.layer_pass.weights, view.unrolled.sizes
    state = "P" if "P" in sizes else "H"
    below = "F" if view.layer == 0 else f"D·{state}" if sizes["D"] == 2 else state
    if view.layer == 0 and view.forward.spec.input == "tokens":
        below = "E"
    found = [
        Matrix("W_ih", weights.weight_ih, f"{below} = {weights.weight_ih.shape[1]}"),
        Matrix("W_hh", weights.weight_hh, f"{state} = {weights.weight_hh.shape[1]}"),
    ]
    biases = (("b_ih", weights.bias_ih), ("b_hh", weights.bias_hh))
    return found + [Matrix(name, bias[:, None], "") for name, bias in biases if bias is not None]


def _shape_line(row: Weight, sizes: Sizes) -> str:
    return f"- `{row.local}` {coloured_axes(row.axes, sizes)}"


def _code(view: CellView, gates: tuple[Gate, ...]) -> str:
    kind, suffix = view.unrolled.cell, view.layer_pass.weights.suffix
    if len(gates) == 1:
        return f"W_ih = {kind}.weight_ih{suffix}"
    names = ", ".join(f"W_i{gate.letter}" for gate in gates)
    return f"{names} = \\\n    {kind}.weight_ih{suffix}.chunk({len(gates)})"


def _row_in_words(rows: Rows, view: CellView) -> str:
    numbers = [f"row {row} ({gate.letter})" for row, gate in zip(rows.chosen_rows, rows.gates, strict=True)]
    listed = numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    state = "P" if "P" in view.unrolled.sizes else "H"
    rule = "" if len(numbers) == 1 else " Gate number · H + unit gives the row."
    inputs = view.layer_pass.weights.weight_ih.shape[1]
    return (
        f"Unit {rows.chosen} is made by {listed}, framed in the picture: each such row holds {inputs} "
        f"weight{'s' if inputs != 1 else ''} for the input and {view.layer_pass.weights.weight_hh.shape[1]} ({state}) "
        f"for the state before.{rule}"
    )


def _note(rows: Rows, matrices: list[Matrix], columns: list[tuple[int, ...]]) -> str:
    said = ["Red is above zero, blue below; one scale for all of them."]
    said.append(shown_note(rows.units, rows.hidden, "units of each gate"))
    for matrix, drawn in zip(matrices, columns, strict=True):
        said.append(
            shown_note(drawn, matrix.values.shape[1], f"columns of {matrix.name}").replace(
                ", the chosen one among them", ""
            )
        )
    return " ".join(filter(None, said))


def _projection(view: CellView) -> None:
    values, unit = view.layer_pass.weights.weight_hr, view.unit
    if values is None:
        return
    P, H = values.shape  # noqa: N806
    columns = shown(H, unit, _MOST_COLUMNS)
    axes = describe((Axis.of("P"), Axis.of("H")))
    st.markdown(f"`W_hr` {axes} = ({P}, {H}) makes the {P} numbers of h out of the {H} of o ⊙ tanh(c).")
    chart(projection(values, unit, columns), "cell_projection", f"Heat map of W_hr {axes}", fills=True)
    if note := shown_note(columns, H, "columns"):
        st.caption(note)
