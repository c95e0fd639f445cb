"""The loop as it runs here, and the network that goes through it."""

from __future__ import annotations

import inspect
import re

import streamlit as st

from lstm_viz.network import source
from lstm_viz.spec import NetworkSpec
from lstm_viz.training import loop
from lstm_viz.ui.training_offer import Offer

_FOR_CHECKERS = re.compile(r"  # type: ignore\[[\w-]+\]")


def section(offer: Offer | None, run_id: str | None) -> None:
    """Read from the file that trains: what stands here is what ran."""
    st.markdown("**The loop.** It knows no page: it yields an `Epoch` after each pass, and whoever listens draws.")
    st.code(_FOR_CHECKERS.sub("", inspect.getsource(loop.epochs)), language="python")
    if offer is not None:
        st.markdown("**The network** that goes through it.")
        st.code(_network(offer), language="python")
    st.markdown(
        "From Python: `from lstm_viz.training import train`, then `for epoch in train(model, batches): print(epoch)`."
    )


def _network(offer: Offer) -> str:
    model = offer.job.model
    if isinstance(model, NetworkSpec):
        return source(model)
    return inspect.getsource(getattr(model, "func", type(model)))
