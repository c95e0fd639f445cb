"""One at a time or all at once: the same sequence fed in three ways, and the example that confuses them."""

from __future__ import annotations

from functools import partial

import streamlit as st
from torch import Tensor

from lstm_viz.feeding import (
    EXAMPLE_FIVE_CODE,
    PRINTED_AT_ONCE,
    PRINTED_C_N,
    PRINTED_ONE_BY_ONE,
    ExampleFive,
    Feeding,
    Rows,
    Way,
    compare_feeding,
    example_five,
)
from lstm_viz.figures.differences import Series, differences
from lstm_viz.ui.cell_sections.inputs import recurrent_input
from lstm_viz.ui.cell_sections.over_time import steps_of
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.charts import chart, number_table, signed
from lstm_viz.ui.slides import Screen, heading, on_screens

_LETTERS = ("a", "b", "c")
_SHOWN = 4
_ARTICLE = "A worked example that people read: “LSTM Structure”"


def section(view: CellView) -> None:
    """The three ways for this network, then the worked example."""
    feeding = compare_feeding(view.module, recurrent_input(view))
    example = example_five()
    on_screens(
        "feeding",
        [
            Screen("The same sequence, fed in three ways", partial(_ways, feeding, view)),
            Screen("How far apart they are", partial(_differences, feeding, "cell_feeding", steps_of(view).labels)),
            Screen(_ARTICLE, partial(_example, example)),
            Screen("The reason, proved", partial(_proof, example)),
        ],
    )


def _ways(feeding: Feeding, view: CellView) -> None:
    st.markdown(" ".join(feeding.sentences).replace("e-", "e−"))
    width = feeding.at_once.output.shape[-1]
    columns = st.columns(3, gap="medium")
    for column, letter, way in zip(columns, _LETTERS, feeding.ways, strict=True):
        with column:
            st.markdown(f"**({letter}) {way.name}**")
            st.code(way.code, language="python")
            st.markdown(_verdict(way, feeding))
            st.markdown(_last_rows(way.output[view.sample]), unsafe_allow_html=True)
    more = f", the first {_SHOWN} of its {width} numbers" if width > _SHOWN else ""
    steps = len(feeding.at_once.differences)
    which = "Every step" if steps <= 3 else "The first step and the last two"
    st.caption(
        f"{which} of output for sample {view.sample}{more}. The greatest difference is over all samples and numbers."
    )


def _verdict(way: Way, feeding: Feeding) -> str:
    if way is feeding.at_once:
        return "What the two others are compared with."
    if way.agrees:
        return f":material/check_circle: the same as (c): greatest difference {way.greatest:.2g}"
    start = f" from step {way.first_difference} on"
    return f":material/cancel: not (c){start}: greatest difference {way.greatest:.2g}"


def _last_rows(output: Tensor) -> str:
    steps = len(output)
    places = list(range(steps)) if steps <= 3 else [0, steps - 2, steps - 1]
    rows = [[signed(float(number), 4) for number in output[place][:_SHOWN]] for place in places]
    return number_table([f"t = {place}" for place in places], rows)


def _differences(feeding: Feeding, key: str, labels: tuple[str, ...] = ()) -> None:
    series = [
        Series("(a) state carried", feeding.carried.differences),
        Series("(b) same state each time", feeding.same_state.differences),
    ]
    title = "difference from all at once"
    chart(differences(series, feeding.at_once.rounding, labels, title), key, title, fills=True)


def _example(example: ExampleFive) -> None:
    heading(_ARTICLE, divided=True)
    same = "prints the very numbers that the article shows, to all four decimals"
    here = f"This run {same}." if example.reproduced else f"This build of PyTorch no longer {same}."
    st.markdown(
        f"The article feeds five inputs one by one, then all five at once, and gets other numbers. {here} It puts that "
        "down to another initial state. **The real reason: its loop never hands the new state on**, so each step "
        "starts from the same (h0, c0)."
    )
    code, one_by_one, at_once = st.columns([6, 4, 4], gap="medium")
    code.code(EXAMPLE_FIVE_CODE, language="python")
    with one_by_one:
        st.markdown("**One by one**, `out` of each step")
        st.markdown(_beside(example.one_by_one, PRINTED_ONE_BY_ONE), unsafe_allow_html=True)
    with at_once:
        st.markdown("**All at once**, `output`")
        st.markdown(_beside(example.at_once, PRINTED_AT_ONCE), unsafe_allow_html=True)
        st.markdown("and `c_n`")
        st.markdown(_beside(example.c_n, PRINTED_C_N, "c_n"), unsafe_allow_html=True)
        st.caption("✓: all four decimals as the article prints them.")


def _beside(values: Tensor, printed: Rows, name: str = "") -> str:
    """This run's numbers, each row checked against the printed one."""
    rows, labels = [], []
    for step, (row, wanted) in enumerate(zip(values.flatten(0, -2).tolist(), printed, strict=True)):
        equal = tuple(round(number, 4) for number in row) == wanted
        rows.append([*(signed(number, 4) for number in row), "✓" if equal else "✗"])
        labels.append(name or f"t = {step}")
    return number_table(labels, rows)


def _proof(example: ExampleFive) -> None:
    carried, same = example.feeding.carried, example.feeding.same_state
    proof, code = st.columns([4, 5], gap="medium")
    with proof:
        st.markdown(
            "**Proof**: start all three ways from the one (h0, c0). Carry the state on, and one by one gives what all "
            f"at once gives: greatest difference {carried.greatest:.2g}. Do not, and the numbers part at "
            f"t = {same.first_difference}, by up to {same.greatest:.2g}. One word changes: `_` becomes `state`."
        )
        st.code("for x_t in inputs:\n    out, state = lstm(x_t.view(1, 1, -1), state)", language="python")
    with code:
        _differences(example.feeding, "cell_example_five")
