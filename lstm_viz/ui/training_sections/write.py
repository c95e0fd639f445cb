"""A character model writes, hotter or colder."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.training.writing import generate
from lstm_viz.ui.text import literal
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_run import or_wait

_TEMPERATURES = (0.2, 0.7, 1.3)


def section(offer: Offer | None, run_id: str | None) -> None:
    """A prompt, a temperature, and what follows; beside it the same at other temperatures."""
    found = or_wait(run_id, "then it writes, one character after another.")
    if found is None:
        return
    prepared = found.offer.data.prepared
    left, middle, right = st.columns([3, 2, 1])
    prompt = left.text_input("It goes on from", prepared.texts[0][:24], key="training_prompt", max_chars=200)
    temperature = middle.slider("temperature", 0.0, 2.0, 0.7, 0.05, key="training_temperature")
    seed = right.number_input("Seed", 0, 9999, 0, key="training_writing_seed")
    try:
        texts = {
            each: generate(found.model, prepared, prompt, 200, each, int(seed), found.network)
            for each in dict.fromkeys((temperature, *_TEMPERATURES))
        }
    except ValueError as error:
        st.error(literal(str(error)))
        return
    _written(prompt, texts.pop(temperature), f"temperature {temperature:g}")
    with st.expander("The same prompt, colder and hotter"):
        for each, text in texts.items():
            _written(prompt, text, f"temperature {each:g}")
    st.caption(
        "Scores are divided by the temperature before the softmax: below 1 the likely becomes likelier, above 1 all "
        "become alike; 0 always takes the likeliest. Each drawn character becomes part of what is read next."
    )


def _written(prompt: str, text: str, title: str) -> None:
    style = "white-space:pre-wrap;font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;line-height:1.5"
    st.html(
        f'<p class="small">{html.escape(title)}</p><div style="{style}">'
        f'<span class="small">{html.escape(prompt)}</span><b>{html.escape(text)}</b></div>'
    )
