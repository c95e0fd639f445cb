"""Through time: |∂loss/∂x_t| and |∂loss/∂h_t| of the three cells, and the spectral radius of W_hh."""

from __future__ import annotations

import streamlit as st

from lstm_viz.figures.gradients import Theme
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.gradients.words import say_inputs, say_radii, say_states
from lstm_viz.ui.charts import chart
from lstm_viz.ui.gradients_cache import all_radii, flows, flows_chart, radii_chart

_HOW = (
    "Measured by torch.autograd on real nn.RNN, nn.GRU and nn.LSTM modules that read the same batch of the adding "
    "problem before any training, in float64, so that very small numbers are still numbers. Each value is the norm "
    "over the whole batch. The loss is the mean squared error after the last step."
)


def section(spec: GradientSpec, theme: Theme) -> None:
    """Three pictures, each with what is to be seen on it."""
    left, right = st.columns(2, gap="medium")
    with left:
        inputs(spec, theme)
    with right:
        states(spec, theme)
    left, right = st.columns(2, gap="medium", vertical_alignment="center")
    with left:
        _radii_chart(spec, theme)
    with right:
        st.markdown(_about_radii(spec))
        st.caption(_HOW)


def inputs(spec: GradientSpec, theme: Theme) -> None:
    """|∂loss/∂x_t|, and what is to be seen on it."""
    alt = "Gradient of the loss by the input of each step"
    chart(flows_chart(spec, "x", theme), "gradients_x", alt, fills=True)
    st.markdown(say_inputs(flows(spec)))


def states(spec: GradientSpec, theme: Theme) -> None:
    """|∂loss/∂h_t|, and what is to be seen on it."""
    alt = "Gradient of the loss by the state after each step"
    chart(flows_chart(spec, "h", theme), "gradients_h", alt, fills=True)
    st.markdown(say_states(flows(spec), spec))


def radii(spec: GradientSpec, theme: Theme) -> None:
    """The spectral radii, and what they say."""
    _radii_chart(spec, theme)
    st.markdown(_about_radii(spec))


def _radii_chart(spec: GradientSpec, theme: Theme) -> None:
    chart(radii_chart(spec, theme), "gradients_radii", "Spectral radius of W_hh, gate by gate", fills=True)


def _about_radii(spec: GradientSpec) -> str:
    return say_radii(all_radii(spec), flows(spec), spec)
