"""Type a message, and see the score and the state after each word."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.drawing.palette import DARK, LIGHT
from lstm_viz.training.scoring import MessageScore, WordScore, score_words
from lstm_viz.ui.text import html_table, inline_code, literal
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_run import or_wait

_MOST_UNITS = 8


def section(offer: Offer | None, run_id: str | None) -> None:
    """A box for the message, and a row a word."""
    found = or_wait(run_id, "then it scores whatever you type, word by word.")
    if found is None:
        return
    prepared = found.offer.data.prepared
    message = st.text_input("Your message", prepared.texts[0], key="training_message", max_chars=500)
    try:
        score = score_words(found.model, prepared, message, found.network)
    except ValueError as error:
        st.error(literal(str(error)))
        return
    _table(score)


def _table(score: MessageScore) -> None:
    name = score.classes[-1] if len(score.classes) == 2 else ""
    units = len(score.words[-1].state) if score.words else 0
    shown = min(units, _MOST_UNITS)
    states = f"state h, {units} units" + (f", the first {shown}" if shown < units else "")
    rows = [
        (_word(word), _score(word.probabilities, score.classes), _state(word.state[:shown])) for word in score.words
    ]
    st.html(html_table(("after the word", f"{name or 'class'}", states), rows))
    padded = _score(score.padded, score.classes)
    st.html(f"<p>The message as it is in a batch, cut and padded, which is what training saw: {padded}</p>")


def _word(word: WordScore) -> str:
    marks = ("" if word.known else " (unknown)") + ("" if word.read else " (cut off in training)")
    return inline_code(word.word) + html.escape(marks)


def _score(probabilities: tuple[float, ...], classes: tuple[str, ...]) -> str:
    place = (
        len(probabilities) - 1
        if len(probabilities) == 2
        else max(range(len(probabilities)), key=probabilities.__getitem__)
    )
    share = probabilities[place]
    colour = f"light-dark({LIGHT['O']},{DARK['O']})" if share > 0.5 else f"light-dark({LIGHT['T']},{DARK['T']})"
    ground = f"light-dark({LIGHT['blank']},{DARK['blank']})"
    bar = (
        f'<span style="display:inline-block;width:9rem;height:.7rem;border-radius:.35rem;background:{ground};'
        f'vertical-align:middle"><span style="display:block;height:100%;border-radius:.35rem;width:{share:.1%};'
        f'background:{colour}"></span></span>'
    )
    return f"{bar} {share:.1%} {html.escape(classes[place])}"


def _state(state: tuple[float, ...]) -> str:
    return " ".join(_cell(value) for value in state)


def _cell(value: float) -> str:
    light, dark = ("205,62,38", "245,102,78") if value > 0 else ("43,91,196", "83,131,236")
    share = min(1.0, abs(value))
    ground = f"light-dark(rgba({light},{share * 0.6:.2f}),rgba({dark},{share * 0.6:.2f}))"
    text = f"{value:+.2f}".replace("-", "−")
    return f'<span class="shape" style="background:{ground};padding:.15rem .4rem;border-radius:.25rem">{text}</span>'
