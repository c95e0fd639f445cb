"""Trained live: a task with a long dependency, on which an RNN fails and an LSTM learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from lstm_viz.figures.gradients import Theme
from lstm_viz.figures.learning import learning_figure
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.gradients.words import NAMES, number
from lstm_viz.spec import Cell, SpecError
from lstm_viz.training.runner import RunnerError
from lstm_viz.training.view import RunView
from lstm_viz.ui.charts import chart
from lstm_viz.ui.gradients_runs import (
    BATCH,
    EPOCHS,
    RATE,
    TESTED_ON,
    TRAINED_ON,
    chance,
    get_ready,
    learnt,
    race,
    start,
    stop,
    views,
)
from lstm_viz.ui.text import literal

_EVERY = 1.0
_LEARNT, _HARDLY = 0.3, 0.8
"""Shares of the loss of an answer that remembers nothing: below, a network has learnt; above, it has not."""
_TASKS = {
    "adding": "**The adding problem.** Of {T} numbers two are marked, one in the first half and one in the second: "
    "what is their sum? Who cannot carry the first one on can only answer 1.",
    "copy": "**Copy.** Of {T} steps the first {asked} show symbols; at the end they are asked for, in their order. Who "
    "cannot carry them on can only guess.",
}


def section(spec: GradientSpec, theme: Theme) -> None:
    """The task, the button, both curves as they grow, and what they say."""
    st.markdown(_TASKS[spec.task].format(T=spec.steps, asked=min(4, (spec.steps - 1) // 2)))
    get_ready()
    found = race()
    going = found is not None and any(not view.is_over for view in views(found).values())
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Train RNN and LSTM", type="primary", icon=":material/play_arrow:", disabled=going):
            _begin(spec)
        if st.button("Stop", icon=":material/stop:", disabled=not going):
            stop()
            st.rerun()
    st.fragment(_watch, run_every=_EVERY if going else None)(spec, theme, going)
    st.caption(
        f"Both have H = {spec.hidden_size} hidden units, see the same {TRAINED_ON:,} sequences in each of {EPOCHS} "
        f"epochs, learn by Adam (learning rate {RATE:g}, batches of {BATCH}, clipping at {spec.clip:g}), and are "
        f"measured on {TESTED_ON:,} others. They begin with the weights that the sliders set."
    )


def _begin(spec: GradientSpec) -> None:
    try:
        start(spec)
    except (RunnerError, SpecError) as error:
        st.error(literal(str(error)))
        return
    st.rerun()


def _watch(spec: GradientSpec, theme: Theme, going: bool) -> None:
    """The part that looks at the runs by itself, once a second."""
    found = race()
    seen = {} if found is None else views(found)
    if going and all(view.is_over for view in seen.values()):
        st.rerun()
    shown = spec if found is None else found.spec
    level, level_text = chance(shown)
    curves = {cell: _losses(view) for cell, view in seen.items()}
    chart(
        learning_figure(curves, EPOCHS, level, level_text, theme),
        "gradients_learning",
        "Loss of RNN and LSTM by epoch",
        fills=True,
    )
    st.markdown(" ".join(sentences(seen, curves, level)))
    if found is not None and found.spec != learnt(spec):
        st.caption(
            f"These curves were trained with other settings ({found.spec.task}, T = {found.spec.steps}, forget bias "
            f"{found.spec.forget_bias:g}). Train again for those on the left."
        )


def sentences(seen: Mapping[Cell, RunView], curves: Mapping[Cell, Sequence[float]], level: float) -> list[str]:
    """The picture read aloud."""
    if not seen:
        return ["Train them: the curve that falls below the dashed line belongs to the one that remembers."]
    said = []
    for cell, view in seen.items():
        losses, name = curves[cell], NAMES[cell]
        if view.state == "queued":
            said.append(f"The **{name}** waits for its turn, place {view.place} of the queue.")
        elif not losses:
            said.append(f"The **{name}** begins." if not view.is_over else f"The **{name}** ended: {view.message}")
        else:
            said.append(_one(name, losses, level) + (f" It ended: {view.message}" if view.state == "failed" else ""))
    return said


def _one(name: str, losses: Sequence[float], level: float) -> str:
    best = min(losses)
    share = losses[-1] / level
    percent = "under 1%" if share < 0.01 else f"{share:.0%}"
    epoch = (
        f"After {len(losses)} {'epoch' if len(losses) == 1 else 'epochs'} the **{name}**'s loss is {number(losses[-1])}"
    )
    if best < _LEARNT * level:
        first = next(place for place, loss in enumerate(losses, start=1) if loss < _LEARNT * level)
        return f"{epoch}, {percent} of the dashed line's: it remembers, since epoch {first}."
    if share > _HARDLY:
        return f"{epoch}, {percent} of the dashed line's: so far it remembers nothing."
    return f"{epoch}, {percent} of the dashed line's: it begins to remember."


def _losses(view: RunView) -> list[float]:
    return [epoch.train_loss if epoch.validation_loss is None else epoch.validation_loss for epoch in view.epochs]
