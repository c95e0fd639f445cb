"""Unequal lengths: the batch padded and packed, and the state after the last word by every way to read it."""

from __future__ import annotations

import html
from typing import get_args

import streamlit as st

from lstm_viz.drawing.staircase import staircase_svg
from lstm_viz.preparation.last_states import last_states
from lstm_viz.preparation.packing import packing
from lstm_viz.preparation.padding import pad
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.text_errors import TextError
from lstm_viz.spec import Cell
from lstm_viz.ui.data_component import is_narrow, pictures
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import html_table, inline_code, literal, spoken

_KEY = "staircase"
_MOST = 8
_TITLES = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}


def section(now: DataSettings) -> None:
    """The first messages of the batch at their full lengths, packed by torch."""
    ready = now.ready
    assert isinstance(ready, PreparedText)
    part = ready.parts["train"]
    samples = [sample for sample in range(len(part)) if int(part.lengths[sample])][
        : min(_MOST, ready.recipe.batch_size)
    ]
    messages = [int(part.messages[sample]) for sample in samples]
    side = ready.recipe.side
    encoded = [ready.vocabulary.encode(ready.tokens[message]) or [1] for message in messages]
    st.markdown("The first messages at their full length: cutting them off would hide what padding does.")
    try:
        right = pad(encoded)
        found = packing(right.x, right.lengths)
    except TextError as error:
        st.error(literal(str(error)))
        return
    words = [(*ready.tokens[message], *("",) * right.x.shape[1]) for message in messages]
    pictures(staircase_svg(found, words, width=400.0 if is_narrow(_KEY) else 1080.0), key=_KEY)
    st.html("".join(f"<p>{html.escape(sentence)}</p>" for sentence in found.sentences))
    st.code(found.code, language="python")
    st.markdown("## The state after the last word")
    cell = st.segmented_control(
        "Cell", get_args(Cell), format_func=_TITLES.__getitem__, default="lstm", key="last_cell"
    )
    padded = right if side == "right" else pad(encoded, side="left")
    states = last_states(cell or "lstm", padded.x, padded.lengths, side=side)
    rows = [
        (
            html.escape(reading.name),
            "✓ right" if reading.right else f"✗ {len(reading.wrong_samples)} of {len(samples)} samples wrong",
            f"{reading.greatest:.2g}",
            inline_code(reading.code.splitlines()[-1]),
        )
        for reading in states.readings
    ]
    st.html(html_table(("read as", "", "greatest difference", "code"), rows, numbers=("greatest difference",)))
    st.html("".join(f"<p>{spoken([sentence], ())}</p>" for sentence in states.sentences))
    where = ", ".join(f"sample {sample}: step {step}" for sample, step in enumerate(states.last_steps))
    st.caption(f"Padding on the {side}. The last word stands at {where}.")
