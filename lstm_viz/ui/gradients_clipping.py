"""Clipping: the norms before and after, and what becomes of the loss."""

from __future__ import annotations

import streamlit as st

from lstm_viz.figures.gradients import Theme
from lstm_viz.gradients.clipping import RATE, TRAINED
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.gradients.words import say_clipping, say_losses
from lstm_viz.ui.charts import chart
from lstm_viz.ui.gradients_cache import all_clipped, losses_chart, norms_chart

_CODE = """optimizer.zero_grad()
loss.backward()
norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm={clip:g})   # the norm before
optimizer.step()"""


def section(spec: GradientSpec, theme: Theme) -> None:
    """Two pictures side by side, and the lines of code."""
    left, right = st.columns(2, gap="medium")
    with left:
        norms(spec, theme)
    with right:
        losses(spec, theme)
    st.code(_CODE.format(clip=spec.clip), language="python")
    st.caption(
        f"The RNN and the LSTM, trained twice on the same {TRAINED} batches of the adding problem by "
        f"plain SGD with learning rate {RATE:g}, in which a step is as long as its gradient. Clipping helps against "
        "gradients that explode; what has vanished it does not bring back."
    )


def norms(spec: GradientSpec, theme: Theme) -> None:
    """The norms, and what is to be seen on them."""
    alt = "Norm of the gradients before and after clipping"
    chart(norms_chart(spec, theme), "gradients_norms", alt, fills=True)
    st.markdown(say_clipping(all_clipped(spec)))


def losses(spec: GradientSpec, theme: Theme) -> None:
    """The losses, and what is to be seen on them."""
    chart(losses_chart(spec, theme), "gradients_losses", "Loss with clipping and without", fills=True)
    st.markdown(say_losses(all_clipped(spec)))
