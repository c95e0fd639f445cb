"""Characters as one-hot vectors and as indices: the same thing, shown both ways."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.preparation.characters import character_name, one_hot_against_indices
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import html_table, inline_code

_STEPS, _NUMBERS = 8, 4


def section(now: DataSettings) -> None:
    """The first window, its target, and one-hot times a weight beside rows of an embedding."""
    ready = now.ready
    assert isinstance(ready, PreparedText)
    part = ready.parts["train"]
    indices, target = part.x[0], part.target[0]
    following = [int(target)] if target.ndim == 0 else target.tolist()
    st.markdown("## The first window, and what follows")
    text, after = ready.decode(indices), ready.decode(following)
    st.html(f"<p>{inline_code(text)} → {inline_code(after)}</p>")
    st.markdown("## One-hot times the weight is a row of the embedding")
    both = one_hot_against_indices(part.x[:1], len(ready.vocabulary), embedding_size=_NUMBERS)
    rows = [
        (
            inline_code(character_name(ready.decode([int(indices[step])]))),
            str(int(indices[step])),
            _one_hot(int(indices[step]), len(ready.vocabulary)),
            inline_code(_numbers(both.product[0, step].tolist())),
            inline_code(_numbers(both.looked_up[0, step].tolist())),
        )
        for step in range(min(_STEPS, len(indices)))
    ]
    columns = ("character", "index", "one-hot", "one_hot @ weight", "embedding(index)")
    st.html(html_table(columns, rows, numbers=("index",)))
    st.html(f"<p>{html.escape(both.sentence)}</p>")
    st.code(both.code, language="python")
    st.markdown(f"## The {len(ready.vocabulary):,} characters")
    names = " ".join(
        f"<code>{index} {html.escape(character_name(entry))}</code>"
        for index, entry in enumerate(ready.vocabulary.entries)
    )
    st.html(f"<p style='line-height:2'>{names}</p>")


def _one_hot(index: int, classes: int) -> str:
    before, after = (
        ("0 … " if index > 1 else "0 " * index),
        (" … 0" if classes - index > 2 else " 0" * (classes - index - 1)),
    )
    return inline_code(f"{before}1{after}") + f" <small>1 at {index} of {classes}</small>"


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{value:.3f}" for value in values)
