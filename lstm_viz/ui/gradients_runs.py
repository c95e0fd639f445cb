"""The RNN and the LSTM that learn the same task beside the page, as runs of the server's one runner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import log

import streamlit as st

from lstm_viz.gradients.networks import make_reader
from lstm_viz.gradients.spec import DEFAULT, GradientSpec
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.spec import Cell
from lstm_viz.training.job import Job, TableData
from lstm_viz.training.runner import RunnerError
from lstm_viz.training.spec import TrainingSpec
from lstm_viz.training.view import RunView
from lstm_viz.ui.presence import present
from lstm_viz.ui.training_component import visitor
from lstm_viz.ui.training_desk import desk

RACED: tuple[Cell, ...] = ("rnn", "lstm")
EPOCHS, RATE, TRAINED_ON, TESTED_ON, BATCH = 30, 0.01, 2000, 400, 50
SYMBOLS = 2
_KEY = "gradient_runs"


@dataclass(frozen=True)
class Race:
    """The runs that were started together, by cell, and for which settings."""

    spec: GradientSpec
    ids: Mapping[Cell, str]


def job(spec: GradientSpec, cell: Cell) -> Job:
    """One network on the task, with the weights that the other pictures begin with."""
    recipe = Recipe(
        data=spec.task,
        window=spec.steps,
        samples=TRAINED_ON + TESTED_ON,
        validation=0,
        test=TESTED_ON,
        classes=SYMBOLS + 1,
        seed=spec.seed,
    )
    features, outputs = (2, 1) if spec.task == "adding" else (SYMBOLS + 2, SYMBOLS + 1)
    model = partial(make_reader, spec, cell, features, outputs, every_step=spec.task == "copy")
    training = TrainingSpec(learning_rate=RATE, batch_size=BATCH, epochs=EPOCHS, clip=float(spec.clip), seed=spec.seed)
    return Job(model, TableData(recipe), training, name=cell)


def chance(spec: GradientSpec) -> tuple[float, str]:
    """The loss of the best answer that remembers nothing, and what it is.

    >>> chance(GradientSpec(task="adding"))
    (0.16666666666666666, 'always answering 1: 0.167')
    """
    if spec.task == "adding":
        return 1 / 6, "always answering 1: 0.167"
    asked = min(4, (spec.steps - 1) // 2)
    loss = asked * log(SYMBOLS) / spec.steps
    return loss, f"guessing the symbols: {loss:.3f}"


def start(spec: GradientSpec) -> None:
    """Train both anew. What this visitor had started here before is removed."""
    end()
    desk().offer(visitor(), None, present())
    ids = {cell: desk().runner.submit(job(spec, cell), visitor()) for cell in RACED}
    st.session_state[_KEY] = Race(learnt(spec), ids)


def get_ready() -> None:
    """Load what the runs share in the background, so that they start at once when they are asked for."""
    desk()


def race() -> Race | None:
    """What was started last."""
    found: Race | None = st.session_state.get(_KEY)
    return found


def views(found: Race) -> dict[Cell, RunView]:
    """How the runs are, without those that are forgotten; being asked says that the visitor is there."""
    desk().runner.seen(visitor())
    known: dict[Cell, RunView] = {}
    for cell, run_id in found.ids.items():
        try:
            known[cell] = desk().runner.view(run_id)
        except RunnerError:
            continue
    return known


def stop() -> None:
    """End both; their curves stay."""
    if (found := race()) is not None:
        for view in views(found).values():
            if not view.is_over:
                desk().runner.stop(view.id)


def end() -> None:
    """Remove both."""
    if (found := race()) is not None:
        for view in views(found).values():
            desk().runner.forget(view.id)
    st.session_state.pop(_KEY, None)


def learnt(spec: GradientSpec) -> GradientSpec:
    """Without what the training does not read."""
    return replace(spec, view=DEFAULT.view, batch_size=DEFAULT.batch_size)
