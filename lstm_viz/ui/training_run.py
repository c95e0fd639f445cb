"""The network that a run has trained, with the weights that it kept."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from torch import Tensor, nn

from lstm_viz.spec import NetworkSpec
from lstm_viz.training.job import make_model
from lstm_viz.training.keeping import weights_of
from lstm_viz.training.runner import RunnerError
from lstm_viz.training.view import RunView
from lstm_viz.ui.training_component import visitor
from lstm_viz.ui.training_desk import desk
from lstm_viz.ui.training_offer import Offer


@dataclass(frozen=True, eq=False)
class Trained:
    """``model`` has the weights after ``epoch``; ``name`` is the run's letter."""

    name: str
    view: RunView
    offer: Offer
    model: nn.Module
    weights: dict[str, Tensor]
    epoch: int

    @property
    def network(self) -> NetworkSpec | None:
        """The spec of the model, None for one of its own."""
        return self.offer.job.model if isinstance(self.offer.job.model, NetworkSpec) else None


def trained(run_id: str | None) -> Trained | None:
    """What a run has kept; None where there is nothing yet."""
    if run_id is None:
        return None
    try:
        view, checkpoint = desk().runner.view(run_id), desk().runner.checkpoint(run_id)
    except RunnerError:
        return None
    offer = desk().offer_of(visitor(), run_id)
    if checkpoint is None or offer is None:
        return None
    weights = weights_of(checkpoint, "best" if view.state == "failed" else "last")
    model = make_model(offer.job.model, offer.job.spec.seed)
    model.load_state_dict(weights)
    model.eval()
    return Trained(desk().name_of(visitor(), run_id), view, offer, model, weights, view.kept or 0)


def or_wait(run_id: str | None, what: str) -> Trained | None:
    """What a run has kept, or a word on what to do first."""
    found = trained(run_id)
    if found is None:
        st.info(f"Train the network first: {what}", icon=":material/play_arrow:")
    elif not found.view.is_over:
        st.caption(f"Run {found.name} still goes on. This is the network after epoch {found.epoch:,}.")
        st.button("Take the newest weights", icon=":material/refresh:")
    return found
