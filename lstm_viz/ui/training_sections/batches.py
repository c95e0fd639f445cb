"""Batch by batch: the first batches of the first epoch, step by step, with every shape."""

from __future__ import annotations

import html

import streamlit as st
import torch

from lstm_viz.dims import describe
from lstm_viz.training.lesson import BatchLesson, LessonStep, Seen, first_batches
from lstm_viz.ui.text import html_table, inline_code
from lstm_viz.ui.training_offer import Offer

_COUNT = 3
_KEPT = "training_lesson"


def section(offer: Offer | None, run_id: str | None) -> None:
    """One batch at a time, the five steps one under another."""
    if offer is None:
        return
    lessons = _lessons(offer)
    if lessons is None:
        return
    st.markdown(
        "One epoch is one pass over all training samples, batch after batch. Each goes through the same five steps. "
        "These are the first of the first epoch, with the weights and the losses that a run has."
    )
    names = [f"batch {lesson.number}" for lesson in lessons]
    chosen = st.segmented_control("Batch", names, default=names[0], key="training_batch", label_visibility="collapsed")
    lesson = lessons[names.index(chosen) if chosen in names else 0]
    losses = ", ".join(f"{each.loss:.4g}" for each in lessons)
    st.html(f"<p class='small'>{lesson.samples:,} samples. The losses of these batches: {losses}.</p>")
    for number, step in enumerate(lesson.steps, start=1):
        _step(number, step)


def _lessons(offer: Offer) -> tuple[BatchLesson, ...] | None:
    kept = st.session_state.get(_KEPT)
    key = (repr(offer.job.model), offer.job.spec, offer.data_key)
    if kept is not None and kept[0] == key:
        found: tuple[BatchLesson, ...] = kept[1]
        return found
    state = torch.get_rng_state()
    try:
        found = first_batches(offer.job, _COUNT)
    except (RuntimeError, ValueError) as error:
        st.error(f"The second backward() fails, as it should with this state. {' '.join(str(error).split())[:300]}")
        return None
    finally:
        torch.set_rng_state(state)
    st.session_state[_KEPT] = (key, found)
    return found


def _step(number: int, step: LessonStep) -> None:
    with st.container(border=True, key=f"lesson_{step.name}"):
        st.html(
            f"<p><b>{number}.</b> {inline_code(step.code)} &ensp;{html.escape(step.sentence)}</p>"
            + ("<p>" + " &emsp; ".join(map(_tensor, step.tensors)) + "</p>" if step.tensors else "")
        )
        if step.weights and step.name != "zero_grad":
            _weights(step)


def _tensor(seen: Seen) -> str:
    return f"{inline_code(seen.name)} {_shape(seen.shape, seen)}"


def _shape(shape: tuple[int, ...], seen: Seen) -> str:
    letters = [axis.symbols[0] if axis.symbols else "" for axis in seen.axes] or [""] * len(shape)
    sizes = [
        f'<span class="s-{letter}">{size:,}</span>' if letter else f"{size:,}"
        for letter, size in zip(letters, shape, strict=True)
    ]
    inside = ", ".join(sizes) + ("," if len(sizes) == 1 else "")
    axes = f" = {html.escape(describe(seen.axes))}" if seen.axes else ""
    return f'<span class="shape">({inside})</span>{axes}'


def _weights(step: LessonStep) -> None:
    moved = step.name == "step"
    columns = ("weight", "shape", "shape of its gradient", "norm of the gradient", *(("change",) if moved else ()))
    rows = [
        (
            inline_code(weight.name),
            html.escape(f"{weight.shape} = {describe(weight.axes)}" if weight.axes else str(weight.shape)),
            html.escape("none" if weight.gradient_shape is None else str(weight.gradient_shape)),
            "" if weight.gradient_norm is None else f"{weight.gradient_norm:.4g}",
            *((f"{weight.change:.4g} of {weight.norm:.4g}",) if moved and weight.change is not None else ()),
        )
        for weight in step.weights
    ]
    st.html(html_table(columns, rows, numbers=("norm of the gradient", "change")))
