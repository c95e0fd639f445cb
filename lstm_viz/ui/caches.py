"""What many visitors compute together: a room that opens one link computes it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from lstm_viz.batch import make_batch
from lstm_viz.budget import Decision, decide
from lstm_viz.cost import Cost, cost
from lstm_viz.drawing.order import Order, Picture, drawn
from lstm_viz.forward import Forward, compute_forward, run_forward
from lstm_viz.network import outline
from lstm_viz.parameters import ParameterTable, parameters
from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.settings import Settings, owns_table
from lstm_viz.ui.studio import studio

if TYPE_CHECKING:  # pandas: half a second that the first page does without
    from lstm_viz.preparation.prepared import Prepared
    from lstm_viz.preparation.prepared_text import PreparedText
    from lstm_viz.preparation.recipe import Recipe
    from lstm_viz.preparation.text_recipe import TextRecipe
    from lstm_viz.ui.data_settings import DataSettings

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


_drawn = _cached(drawn)


@_cached
def _carried_out(order: Order) -> Picture:
    found = studio().carry_out(order)
    if found is None:
        forward = _run(order.spec)
        found = forward, _drawn(forward, order)
    return found


def decision(spec: NetworkSpec) -> Decision:
    """Whether a spec runs by itself, only if asked for, or not here."""
    return decide(cached_cost(spec))


def has_own_data(settings: Settings) -> bool:
    """Whether x is made of data that only this visitor has: what is computed of it is kept with them alone."""
    if settings.spec.data == "prepared":
        from lstm_viz.ui.data_settings import current_data

        return current_data().is_own
    return owns_table(settings)


def forward_of(settings: Settings, recipe: Recipe | TextRecipe | None = None) -> Forward:
    """The forward pass to show: run, or computed where it is too large to run unasked.

    ``recipe`` is that of prepared data, where it is not what this visitor has on the Data page.
    """
    spec = settings.spec
    verdict = decision(spec)
    if verdict == "refuse" or (verdict == "ask" and settings.allowed != spec):
        return _compute(spec)
    if spec.data == "prepared" and recipe is not None:
        return forward_of_recipe(spec, recipe)
    if spec.data == "prepared":
        from lstm_viz.ui.data_settings import current_data

        data = current_data()
        if data.is_missing:
            return _without_data(spec)
        return _of_own_data(settings, data) if data.is_own else forward_of_recipe(spec, data.recipe)
    return _of_own_table(settings) if owns_table(settings) else _run(spec)


@_cached
def forward_of_recipe(spec: NetworkSpec, recipe: Recipe | TextRecipe) -> Forward:
    """The forward pass on bundled data, prepared by ``recipe`` to the sizes of ``spec``."""
    from lstm_viz.ui.data_cache import prepared_bundled

    return _run_prepared(spec, recipe, prepared_bundled)


def _run_prepared(
    spec: NetworkSpec, recipe: Recipe | TextRecipe, carry_out: Callable[[Recipe | TextRecipe], Prepared | PreparedText]
) -> Forward:
    """Where the recipe does not go with the sizes of ``spec``, x holds random numbers and a note says why."""
    from lstm_viz.preparation.as_batch import batch_of, refit

    try:
        batch = batch_of(carry_out(refit(recipe, spec)), spec)
    except ValueError as error:
        notes = (f"The prepared data does not fit these settings, and x holds random numbers instead. {error}",)
        batch = replace(make_batch(replace(spec, data="random")), notes=notes)
    return run_forward(spec, batch=batch)


@_cached
def _without_data(spec: NetworkSpec) -> Forward:
    note = (
        "This link was made with data of its own, which stays with the person who brought it: x holds random numbers. "
        "Bring the data on the Data page."
    )
    return run_forward(spec, batch=replace(make_batch(replace(spec, data="random")), notes=(note,)))


def picture_of(
    settings: Settings, *, tall: bool, unrolled: bool, far: bool, recipe: Recipe | TextRecipe | None = None
) -> Picture:
    """The forward pass to show (see ``forward_of``) and its drawing (see ``Order``)."""
    if settings.spec.data in ("table", "prepared") or decision(settings.spec) != "run":
        forward = forward_of(settings, recipe)
        return forward, diagram_of(forward, tall=tall, unrolled=unrolled, far=far)
    return _carried_out(Order(settings.spec, tall, unrolled, far))


def diagram_of(forward: Forward, *, tall: bool, unrolled: bool, far: bool = False) -> str:
    """The picture of a forward pass. One of a visitor's own data is not kept for others."""
    draw = drawn if may_be_own(forward) else _drawn
    return draw(forward, Order(forward.spec, tall, unrolled, far))


def may_be_own(forward: Forward) -> bool:
    """Whether a forward pass may hold a visitor's own data: nothing that all share keeps it."""
    return forward.batch is not None and forward.spec.data in ("table", "prepared")


def script_of(forward: Forward) -> str:
    """The script that prints the same shapes."""
    from lstm_viz.codegen import script

    shapes = {record.variable or record.name: (record.shape, record.axes) for record in forward.trace}
    return script(forward.spec, shapes, forward.batch)


def _of_own_table(settings: Settings) -> Forward:
    table = settings.table
    return _kept_with_visitor((settings.spec, table), lambda: run_forward(settings.spec, table))


def _of_own_data(settings: Settings, data: DataSettings) -> Forward:
    def run() -> Forward:
        return _run_prepared(settings.spec, data.recipe, lambda recipe: data.carry_out(recipe))

    return _kept_with_visitor((settings.spec, data.recipe, data.table, data.texts), run)


def _kept_with_visitor(key: tuple[object, ...], run: Callable[[], Forward]) -> Forward:
    """A visitor's own data is kept with the visitor alone, for one setting at a time."""
    kept = st.session_state.get("own_forward")
    if kept is None or kept[0] != key:
        kept = (key, run())
        st.session_state["own_forward"] = kept
    found: Forward = kept[1]
    return found
