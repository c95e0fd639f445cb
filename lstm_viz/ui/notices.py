"""What a visitor should know about the picture before they read it."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st
import torch

from lstm_viz.budget import explain
from lstm_viz.dims import SYMBOLS
from lstm_viz.forward import Forward
from lstm_viz.ui.caches import cached_cost, decision
from lstm_viz.ui.settings import Settings, allow_run
from lstm_viz.ui.text import literal

_NO_TABLE = (
    "There is no table yet: upload one or paste its lines, under Data in the sidebar. Until then x holds random "
    "numbers. A table that somebody else sent you a link to stays with the person who uploaded it."
)


def symbols(forward: Forward) -> list[dict[str, Any]]:
    """The symbols of this picture with their sizes, for the row above it; D only where there are two directions."""
    used = {symbol for record in forward.trace for axis in record.axes for symbol in axis.symbols}
    return [
        {
            "letter": letter,
            "name": found.name,
            "size": forward.spec.sizes[letter],
            "help": f"In PyTorch: {found.torch_word}",
        }
        for letter, found in SYMBOLS.items()
        if letter in used and letter in forward.spec.sizes and (letter != "D" or forward.spec.bidirectional)
    ]


def notices(settings: Settings, forward: Forward) -> None:
    """What is wrong with the settings, whether the shapes were measured or computed, and what was done to the data."""
    for sentence in settings.errors.values():
        st.error(literal(f"The picture shows the last network that was possible. {sentence}"), icon=":material/block:")
    if settings.table_error:
        st.error(literal(settings.table_error), icon=":material/dataset:")
    if forward.computed:
        spent = explain(cached_cost(settings.spec))
        st.info(f"{spent} The shapes below are computed from the names of the axes.", icon=":material/calculate:")
        if decision(settings.spec) == "ask":
            st.button("Run it all the same", on_click=allow_run)
    elif forward.batch is not None:
        no_table = settings.spec.data == "table" and settings.table is None and settings.spec.input == "numbers"
        for note in (_NO_TABLE,) if no_table else forward.batch.notes:
            st.info(literal(note), icon=":material/dataset:")


def measured(forward: Forward) -> str:
    """How what is shown came about, and what to do next, as HTML."""
    hint = "Red is above zero, blue below. Click a tensor to look inside, and again to close it."
    return hint if forward.batch is None else f"{source_said(forward)} {hint}"


def source_said(forward: Forward) -> str:
    """What was measured, and on which data, as HTML; of a pass that was not run, that it was not."""
    if forward.batch is None:
        return "Computed from the names of the axes, not run."
    version = torch.__version__.split("+")[0]
    count = cached_cost(forward.spec).parameters
    return f"Measured in PyTorch {version}, with {count:,} parameters. {html.escape(forward.batch.source)}"
