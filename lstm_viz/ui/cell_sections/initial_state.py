"""Given initial states: zeros, random or carried on; their shape, what they change, and what another B does to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st
from torch import Tensor

from lstm_viz.dims import Shape
from lstm_viz.figures.differences import Series, differences
from lstm_viz.recurrent import State
from lstm_viz.starting import (
    Effect,
    carried_state,
    effect_of,
    random_state,
    refusal,
    resized_batch,
    state_axes,
    zero_state,
)
from lstm_viz.ui.cell_sections.inputs import recurrent_input
from lstm_viz.ui.cell_sections.over_time import steps_of
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.charts import chart, coloured_axes
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.slides import Screen, heading, on_screens

_KINDS = {"zeros": "zeros", "random": "random numbers", "carried": "carried from the batch before"}
_OTHER = "When B changes"
_LARGEST_SEED, _LARGEST_BATCH = 9999, 64


def section(view: CellView) -> None:
    """Choose a start, see its shape and its code, and what it changes step by step."""
    on_screens(
        "initial_state",
        [
            Screen("What a start changes", partial(_start, view)),
            Screen(_OTHER, partial(_other_batch, view)),
        ],
    )


def _start(view: CellView) -> None:
    choice, seed = st.columns([3, 1], gap="medium", vertical_alignment="bottom")
    kind = choice.segmented_control(
        "Start with",
        list(_KINDS),
        format_func=_KINDS.__getitem__,
        default="random",
        required=True,
        key="cell_start",
        persist_state="session",
    )
    number = seed.number_input(
        "seed",
        0,
        _LARGEST_SEED,
        view.forward.spec.seed % (_LARGEST_SEED + 1),
        key="cell_start_seed",
        disabled=kind != "random",
        persist_state="session",
    )
    x = recurrent_input(view)
    found = effect_of(view.module, x, _state(view, x, kind, int(number)))
    words, picture = st.columns([2, 3], gap="medium")
    with words:
        st.markdown(_shape_sentence(view), unsafe_allow_html=True)
        st.code(_code(view, kind, int(number)), language="python")
        for sentence in _effect_sentences(view, found, kind):
            st.markdown(sentence)
    with picture:
        names = ["forward →", "reverse ←"] if len(found.by_direction) == 2 else ["output"]
        series = [Series(f"{name}", values) for name, values in zip(names, found.by_direction, strict=True)]
        title = "difference from a start with zeros"
        chart(differences(series, found.rounding, steps_of(view).labels, title), "cell_start_effect", title, fills=True)


def _state(view: CellView, x: Tensor, kind: str, seed: int) -> State:
    batch = view.unrolled.sizes["B"]
    if kind == "carried":
        return carried_state(view.module, x)
    return zero_state(view.module, batch) if kind == "zeros" else random_state(view.module, batch, seed)


def _shape_sentence(view: CellView) -> str:
    axes, sizes = state_axes(view.module), view.unrolled.sizes
    shapes = _shapes(axes, sizes)
    rows = sizes["L"] * sizes["D"]
    one = f"{rows} row{'s' if rows != 1 else ''}: one for each layer and direction"
    order = " The batch stands in the middle, whatever batch_first says." if view.module.batch_first else ""
    parts = "An LSTM starts with a pair" if len(axes) == 2 else f"A {view.unrolled.cell.upper()} starts with one tensor"
    if view.unrolled.cell == "rnn":
        parts = "An RNN starts with one tensor"
    return f"{parts}, {shapes}: {one}, each with H numbers for each sample of the batch.{order}"


def _shapes(axes: Mapping[str, Shape], sizes: Mapping[str, int]) -> str:
    return " and ".join(f"<code>{name}</code> {coloured_axes(each, sizes)}" for name, each in axes.items())


def _code(view: CellView, kind: str, seed: int) -> str:
    cell, axes, sizes = view.unrolled.cell, state_axes(view.module), view.unrolled.sizes
    pair = "(h_0, c_0)" if len(axes) == 2 else "h_0"
    if kind == "carried":
        detached = "tuple(part.detach() for part in state)" if len(axes) == 2 else "state.detach()"
        return (
            f"output, state = {cell}(x)      # the batch before\nstate = {detached}\noutput, state = {cell}(x, state)"
        )
    maker = "zeros" if kind == "zeros" else "randn"
    lines = [
        f"{name} = torch.{maker}({', '.join(str(axis.size(sizes)) for axis in each)})" for name, each in axes.items()
    ]
    seeding = [f"torch.manual_seed({seed})"] if kind == "random" else []
    return "\n".join([*seeding, *lines, f"output, state = {cell}(x, {pair})"])


def _effect_sentences(view: CellView, found: Effect, kind: str) -> list[str]:
    if kind == "zeros":
        return [f"Zeros are what PyTorch starts with by itself: `{view.unrolled.cell}(x)` gives the very same numbers."]
    said = []
    if kind == "carried":
        said.append("Here the batch before is this same batch: it is read once, and once more from the state it left.")
    names = ["The forward direction", "The reverse direction"] if len(found.by_direction) == 2 else ["The output"]
    for place, (name, values) in enumerate(zip(names, found.by_direction, strict=True)):
        said.append(_fading(name, values if place == 0 else values[::-1], place == 1, found.rounding))
    said.append(f"The state at the end differs by up to {found.state_difference:.2g}.")
    return said


def _fading(name: str, values: tuple[float, ...], reverse: bool, rounding: float) -> str:
    """How a difference goes on; ``values`` in the order in which the direction reads."""
    steps = len(values)
    first, last = values[0], values[-1]
    where = f"t = {steps - 1}, where it begins," if reverse else "t = 0"
    end = f"t = {0 if reverse else steps - 1}"
    if max(values) <= rounding:
        return f"{name} is the same at every step, up to rounding."
    if steps == 1:
        return f"{name} differs by up to {first:.2g} at its only step."
    beginning = f"{name} differs by up to {first:.2g} at {where} and by {last:.2g} at {end}: "
    if last <= rounding:
        gone = next(place for place, value in enumerate(values) if value <= rounding)
        return f"{beginning}it dies out, and after {gone} steps the start is forgotten."
    if last >= first:
        return f"{beginning}it does not die out; this network remembers how it started."
    return f"{beginning}it fades to {100 * last / first:.2g} % of what it was, but the start is still felt."


def _other_batch(view: CellView) -> None:
    B = view.unrolled.sizes["B"]  # noqa: N806
    x, state = recurrent_input(view), zero_state(view.module, B)
    heading(_OTHER, divided=True)
    st.markdown(
        "A state belongs to its batch. Hand it to the next batch, and that one must have as many samples: the last "
        "batch of an epoch often has fewer."
    )
    number, answer = st.columns([1, 4], gap="medium")
    other = int(
        number.number_input(
            "B of the next batch", 1, _LARGEST_BATCH, B - 1 or 2, key="cell_next_batch", persist_state="session"
        )
    )
    dim = 0 if view.module.batch_first else 1
    error = refusal(view.module, resized_batch(x, other, dim), state)
    with answer:
        if error:
            st.markdown(f"The state has B = {B}, this batch has {other}. PyTorch, asked just now, says:")
            st.code(error, language=None, wrap_lines=True)
            st.markdown(
                "What to do: start such a batch without a state, or leave it out with "
                "`DataLoader(..., drop_last=True)`."
            )
        else:
            st.markdown(f":material/check_circle: B is {other} in both: PyTorch takes the state.")
    _batch_first_state(view, x, state)


def _batch_first_state(view: CellView, x: Tensor, state: State) -> None:
    """The state with its batch in front, where that makes a difference."""
    sizes = view.unrolled.sizes
    rows = sizes["L"] * sizes["D"]
    if rows == sizes["B"]:
        st.caption(f"With L·D = B = {rows} a state with its batch in front has the same shape and goes through unseen.")
        return
    parts = (state,) if isinstance(state, Tensor) else state
    turned = tuple(part.transpose(0, 1).contiguous() for part in parts)
    error = refusal(view.module, x, turned[0] if isinstance(state, Tensor) else (turned[0], turned[1]))
    with st.expander("and with the batch in front, (B, L·D, H)?", expanded=presenting()):
        st.code(error, language=None, wrap_lines=True)
        st.markdown("batch_first turns x and output, never the state.")
