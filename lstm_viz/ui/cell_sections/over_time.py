"""Over time: heat maps of every gate, of c and of h, where a click on a column goes to that step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from lstm_viz.figures.over_time import MOST_MARKED, Panel, Steps, heat_maps, panels
from lstm_viz.figures.over_time_lines import every_unit_lines, unit_lines
from lstm_viz.figures.slices import Spread, shown, shown_note
from lstm_viz.ui.cell_place import move
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.charts import chart, signed
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.slides import Screen, on_screens
from lstm_viz.ui.text import literal
from lstm_viz.valves import OPEN, SHUT, Valve, valves

_MOST_UNITS, _MOST_IN_ROOM = 12, 6
_CLICKS, _SPREAD = "cell_time_clicks", "cell_time_spread"


def section(view: CellView) -> None:
    """The heat maps, what they show in words, and the lines."""
    steps = steps_of(view)
    found, length = view.layer_pass, len(steps.labels)
    said = sentences(view, steps, valves(found, view.sample, length))
    on_screens(
        "over_time",
        [
            Screen("Every unit over time", partial(_maps, view, steps, said[:2] if presenting() else said)),
            Screen(f"Unit {view.unit} over time", partial(_lines, view, steps, said[2:] if presenting() else ())),
        ],
    )


def _maps(view: CellView, steps: Steps, said: Sequence[str]) -> None:
    st.markdown(literal(" ".join(said)))
    _choose_spread(view)
    units = _units(view)
    quantities = _panels(view, steps, units)
    sides = [[each for each in quantities if each.valve], [each for each in quantities if not each.valve]]
    drawn = [side for side in sides if side]
    for column, side in zip(st.columns(len(drawn), gap="medium"), drawn, strict=True):
        with column:
            key = f"cell_time_{'valves' if side[0].valve else 'values'}"
            alt = f"Heat maps over time: {', '.join(f'{panel.letter}, {panel.name}' for panel in side)}"
            chart(heat_maps(side, units, view.unit, steps, _clicks()), key, alt, _go_to_step, fills=True)
    st.caption(_legend(quantities, units, view))


def steps_of(view: CellView) -> Steps:
    """The steps of the chosen sample, with the labels that its data has."""
    batch = view.forward.batch
    labels = (batch.label(view.sample, step) if batch else None for step in range(view.unrolled.lengths[view.sample]))
    return Steps(tuple(label or "" for label in labels), view.step)


def sentences(view: CellView, steps: Steps, gates: Sequence[Valve]) -> list[str]:
    """The picture read aloud."""
    first, last = steps.labels[0], steps.labels[-1]
    span = f" ({first} to {last})" if first and last and first != last else ""
    count = len(steps.labels)
    said = [f"Each column is one of the {_count(count, 'step')}{span}, each row a hidden unit."]
    said.append(_gates_in_words(gates))
    kept = view.layer_pass.h if view.layer_pass.c is None else view.layer_pass.c
    letter = "h" if view.layer_pass.c is None else "c"
    if view.unit < kept.shape[-1] and count > 1:
        values = kept[view.sample, :count, view.unit]
        change = (values[1:] - values[:-1]).abs()
        where = int(change.argmax()) + 1
        moved = f"from {signed(values[0].item())} at the first step to {signed(values[-1].item())} at the last"
        said.append(f"Unit {view.unit}: {letter} goes {moved}; its largest change comes at {steps.name(where)}.")
    return said


def _gates_in_words(gates: Sequence[Valve]) -> str:
    if not gates:
        return "An RNN has no gates: its h, the one thing here, is replaced at every step."
    if any(any(valve.counts[:2]) for valve in gates):
        shut, opened = (
            ", ".join(f"{valve.counts[side]:,} of {valve.gate.letter}" for valve in gates) for side in (0, 1)
        )
        each = _count(gates[0].counts[2], "value")
        return f"Nearly shut (below {SHUT}): {shut}. Nearly open (above {OPEN}): {opened}. Each gate has {each}."
    low, high = min(valve.range[0] for valve in gates), max(valve.range[1] for valve in gates)
    letters = ", ".join(valve.gate.letter for valve in gates)
    return (
        f"No value of {letters} is nearly shut (below {SHUT}) or nearly open (above {OPEN}): they lie from {low:.2f} "
        f"to {high:.2f}, half open, as in a network that has not been trained."
    )


def _units(view: CellView) -> tuple[int, ...]:
    most = _MOST_IN_ROOM if presenting() else _MOST_UNITS
    return shown(view.unrolled.sizes["H"], view.unit, most, st.session_state.get(_SPREAD) or "evenly")


def _panels(view: CellView, steps: Steps, units: tuple[int, ...]) -> tuple[Panel, ...]:
    return panels(view.layer_pass, view.sample, len(steps.labels), units)


def _choose_spread(view: CellView) -> None:
    if view.unrolled.sizes["H"] <= _MOST_UNITS or presenting():
        return
    names: dict[Spread, str] = {"evenly": "evenly apart", "around": f"around unit {view.unit}"}
    st.segmented_control(
        "Units shown",
        list(names),
        format_func=names.__getitem__,
        default="evenly",
        required=True,
        key=_SPREAD,
        persist_state="session",
    )


def _go_to_step() -> None:
    for key in ("cell_time_valves", "cell_time_values"):
        event = st.session_state.get(key)
        points = event["selection"]["points"] if event else []
        if points:
            move(step=int(points[0]["x"]))
            st.session_state[_CLICKS] = _clicks() + 1


def _clicks() -> int:
    """How many clicks there were: it makes the next figure another one, so that the same click counts again."""
    return int(st.session_state.get(_CLICKS, 0))


def _legend(quantities: Sequence[Panel], units: tuple[int, ...], view: CellView) -> str:
    said = ["Click a column to go to its step. Red is above zero, blue below; the stronger, the further from it."]
    if any(panel.valve for panel in quantities):
        marked = view.unrolled.lengths[view.sample] <= MOST_MARKED
        only = f"With more than {MOST_MARKED} steps only the colour tells where a gate is shut (none) or open (full)."
        said.append(f"× marks a gate below {SHUT}, ○ one above {OPEN}." if marked else only)
    if note := shown_note(units, view.unrolled.sizes["H"]):
        said.append(note)
    if "P" in view.unrolled.sizes:
        said.append(f"The projection leaves P = {view.unrolled.sizes['P']} numbers in h.")
    return " ".join(said)


def _lines(view: CellView, steps: Steps, said: Sequence[str]) -> None:
    units = _units(view)
    quantities = _panels(view, steps, units)
    every = f"all of unit {view.unit}"
    letters = {panel.letter: panel for panel in quantities}
    chosen = st.segmented_control(
        "Lines",
        ["", *letters],
        format_func=lambda letter: f"{letter} of every unit" if letter else every,
        default="",
        required=True,
        key="cell_time_lines",
        persist_state="session",
    )
    figure = (
        every_unit_lines(letters[chosen], units, view.unit, steps)
        if chosen in letters
        else unit_lines(quantities, units.index(view.unit), view.unit, steps)
    )
    chart(figure, "cell_time_figure", f"Lines over time: {chosen or every}", fills=True)
    if said:
        st.markdown(literal(" ".join(said)))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
