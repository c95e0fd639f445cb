"""The first samples of a generated task."""

from __future__ import annotations

import html

import streamlit as st

from lstm_viz.preparation.prepared import Prepared
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import html_table

_SHOWN, _STEPS = 4, 24


def section(now: DataSettings) -> None:
    """A few samples, step by step, with their targets."""
    ready = now.ready
    assert isinstance(ready, Prepared)
    for sample in range(min(_SHOWN, len(ready.parts["train"]))):
        x, target = ready.train[sample]
        steps = range(min(_STEPS, len(x)))
        names = ("", *(f"step {step}" for step in steps))
        rows = [
            (html.escape(name), *(f"{x[step, place].item():.3g}" for step in steps))
            for place, name in enumerate(ready.columns)
        ]
        if target.ndim and len(target) == len(x) > 1:
            rows.append(("<b>target</b>", *(f"{target[step].item():.3g}" for step in steps)))
        st.html(f"<p><b>Sample {sample}</b>, target {_short(target.flatten().tolist())}</p>")
        st.html(html_table(names, rows))
    st.caption(
        f"The target is {ready.target_name}." + (f" The first {_STEPS} steps." if ready.x.shape[1] > _STEPS else "")
    )


def _short(numbers: list[float]) -> str:
    return ", ".join(f"{number:.4g}" for number in numbers[:12]) + (", …" if len(numbers) > 12 else "")
