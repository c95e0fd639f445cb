"""Through time: |∂loss/∂x_t| and |∂loss/∂h_t| of the three cells, and the spectral radius of W_hh."""

from __future__ import annotations

import streamlit as st

from lstm_viz.figures.gradients import Theme, flows_figure, radii_figure
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.gradients.words import say_inputs, say_radii, say_states
from lstm_viz.ui.charts import chart
from lstm_viz.ui.gradients_cache import all_radii, flows

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
    found = flows(spec)
    chart(flows_figure(found, "x", theme), "gradients_x", "Gradient of the loss by the input of each step", fills=True)
    st.markdown(say_inputs(found))


def states(spec: GradientSpec, theme: Theme) -> None:
    """|∂loss/∂h_t|, and what is to be seen on it."""
    found = flows(spec)
    chart(
        flows_figure(found, "h", theme), "gradients_h", "Gradient of the loss by the state after each step", fills=True
    )
    st.markdown(say_states(found, spec))


def radii(spec: GradientSpec, theme: Theme) -> None:
    """The spectral radii, and what they say."""
    _radii_chart(spec, theme)
    st.markdown(_about_radii(spec))


def _radii_chart(spec: GradientSpec, theme: Theme) -> None:
    figure = radii_figure(all_radii(spec), flows(spec), theme)
    chart(figure, "gradients_radii", "Spectral radius of W_hh, gate by gate", fills=True)


def _about_radii(spec: GradientSpec) -> str:
    return say_radii(all_radii(spec), flows(spec), spec)
