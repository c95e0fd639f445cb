"""The batches in the order in which the loader gives their samples."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.drawing.loader import loader_diagram
from lstm_viz.ui.data_component import is_narrow, pictures
from lstm_viz.ui.data_settings import DataSettings

_KEY = "loader"
_EPOCHS = 3


def section(now: DataSettings) -> None:
    """One epoch of the training loader; a shuffled one is another in the next epoch."""
    ready, epoch = now.ready, 0
    if ready.recipe.shuffle:
        epoch = st.segmented_control("Epoch", range(_EPOCHS), default=0, key="loader_epoch") or 0
    count = len(ready.parts["train"])
    order = _whole_order(now, epoch, count)
    picture = loader_diagram(
        order,
        ready.recipe.batch_size,
        drop_last=ready.recipe.drop_last,
        shuffled=ready.recipe.shuffle,
        width=400.0 if is_narrow(_KEY) else 1080.0,
    )
    pictures(picture, key=_KEY)
    for step in ready.steps:
        if step.stage in ("loader", "batches") and step.name in ("train_loader", "last x"):
            st.html(f"<p>{html.escape(step.sentence)} {html.escape(step.arithmetic)}</p>")
    st.code("\n".join(next(step for step in ready.steps if step.stage == "loader").code), language="python")


def _whole_order(now: DataSettings, epoch: int, count: int) -> list[int]:
    """The order of every sample, those that drop_last leaves out at its end."""
    seen = [int(sample) for batch in now.ready.order("train", epoch) for sample in batch]
    return [*seen, *sorted(set(range(count)) - set(seen))] if len(seen) < count else seen
