"""What many visitors compute together: a room that opens one link computes it once."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from lstm_viz.budget import Decision, decide
from lstm_viz.cost import Cost, cost
from lstm_viz.drawing.diagram import shapes_diagram
from lstm_viz.drawing.unrolled import unrolled_diagram
from lstm_viz.forward import Forward, compute_forward, run_forward
from lstm_viz.network import outline
from lstm_viz.parameters import ParameterTable, parameters
from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.settings import Settings

# Not Streamlit's caches: hashing a spec for one of them takes 2 ms, for a dictionary 2 µs.
_cached = lru_cache(maxsize=256)


@_cached
def _run(spec: NetworkSpec) -> Forward:
    return run_forward(spec)


@_cached
def _compute(spec: NetworkSpec) -> Forward:
    return compute_forward(spec)


@_cached
def cached_parameters(spec: NetworkSpec) -> ParameterTable:
    """Every weight of a spec's network."""
    return parameters(outline(spec), spec.sequence_length)


@_cached
def cached_cost(spec: NetworkSpec) -> Cost:
    """What the forward pass of a spec costs."""
    return cost(spec)


def _draw(forward: Forward, tall: bool, unrolled: bool) -> str:
    return unrolled_diagram(forward) if unrolled else shapes_diagram(forward, tall=tall)


_drawn = _cached(_draw)


def decision(spec: NetworkSpec) -> Decision:
    """Whether a spec runs by itself, only if asked for, or not here."""
    return decide(cached_cost(spec))


def forward_of(settings: Settings) -> Forward:
    """The forward pass to show: run, or computed where it is too large to run unasked."""
    spec = settings.spec
    verdict = decision(spec)
    if verdict == "refuse" or (verdict == "ask" and settings.allowed != spec):
        return _compute(spec)
    if spec.data != "table" or settings.table is None:
        return _run(spec)
    return _own_table(settings)


def diagram_of(forward: Forward, *, tall: bool, unrolled: bool) -> str:
    """The picture of a forward pass. One of a visitor's own table is not kept for others."""
    own = forward.batch is not None and forward.spec.data == "table"
    return (_draw if own else _drawn)(forward, tall, unrolled)


def script_of(forward: Forward) -> str:
    """The script that prints the same shapes."""
    from lstm_viz.codegen import script

    shapes = {record.variable or record.name: (record.shape, record.axes) for record in forward.trace}
    return script(forward.spec, shapes, forward.batch)


def _own_table(settings: Settings) -> Forward:
    """A visitor's own data is kept with the visitor alone, for one setting at a time."""
    kept = st.session_state.get("own_forward")
    if kept is None or kept[0] != (settings.spec, id(settings.table)):
        kept = ((settings.spec, id(settings.table)), run_forward(settings.spec, settings.table))
        st.session_state["own_forward"] = kept
    found: Forward = kept[1]
    return found
