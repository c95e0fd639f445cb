"""view, reshape, permute and transpose on this batch, with every element carrying where it came from."""

from __future__ import annotations

import streamlit as st

from lstm_viz.drawing.origins import origins_diagram
from lstm_viz.preparation.layouts import rearrange
from lstm_viz.ui.data_component import is_narrow, pictures
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.text import spoken

_SMALL = (3, 4, 2)
"""Different sizes: a view that scrambles a square looks harmless."""
_KEYS = ("origins_left", "origins_right")


def section(now: DataSettings) -> None:
    """Two ways to turn (B, T, …) around beside each other, one of which scrambles the samples."""
    x = now.ready.batch(0)[0]
    whole = st.toggle(
        "the whole batch", key="origins_whole", help="without it, the first 3 samples, 4 steps, 2 features"
    )
    x = x if whole else x[tuple(map(slice, _SMALL[: x.ndim]))].contiguous()
    B, T, *rest = x.shape  # noqa: N806
    if min(B, T) == 1:
        st.info("With one step or one sample there is nothing to scramble: choose T and B above 1.")
    turned = (1, 0, 2) if rest else (1, 0)
    pairs = {
        f"swap time and batch: {_call('view', T, B, *rest)} or {_call('permute', *turned)}": (
            rearrange(x, "view", T, B, *rest),
            rearrange(x, "permute", *turned),
        ),
        f"fold time into the batch: {_call('reshape', B * T, *rest)}, before and after a permute": (
            rearrange(x, "reshape", B * T, *rest),
            rearrange(rearrange(x, "permute", *turned), "reshape", B * T, *rest),
        ),
        f"after a permute: {_call('view', B * T, *rest)} or contiguous().{_call('view', B * T, *rest)}": (
            rearrange(rearrange(x, "permute", *turned), "view", B * T, *rest),
            rearrange(rearrange(rearrange(x, "permute", *turned), "contiguous"), "view", B * T, *rest),
        ),
    }
    chosen = st.radio("What is done", list(pairs), key="origins_pair", label_visibility="collapsed")
    for column, key, found in zip(st.columns(2, gap="medium"), _KEYS, pairs[chosen or next(iter(pairs))], strict=True):
        with column:
            pictures(origins_diagram(found, width=400.0 if is_narrow(key) else 560.0), key=key)
            st.html("".join(f"<p>{spoken([sentence], ())}</p>" for sentence in found.sentences()))


def _call(operation: str, *arguments: int) -> str:
    return f"{operation}({', '.join(map(str, arguments))})"
