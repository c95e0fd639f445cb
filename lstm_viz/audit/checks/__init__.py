"""The checks of an audit, in their order: those further down leave out what those above have explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lstm_viz.audit.checks.columns import columns_multiplied
from lstm_viz.audit.checks.layers import layer_arguments, normalised_steps, unpacked_states
from lstm_viz.audit.checks.losses import losses
from lstm_viz.audit.checks.padding_read import padding_read
from lstm_viz.audit.checks.samples import samples_mixed
from lstm_viz.audit.checks.states import states_read
from lstm_viz.audit.checks.steps import future_seen, single_steps, steps_unused
from lstm_viz.audit.checks.training import training
from lstm_viz.audit.evidence import Evidence
from lstm_viz.audit.findings import Finding

CHECKS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    layer_arguments,
    normalised_steps,
    unpacked_states,
    single_steps,
    samples_mixed,
    columns_multiplied,
    states_read,
    future_seen,
    steps_unused,
    padding_read,
    losses,
    training,
)

__all__ = ["CHECKS"]
