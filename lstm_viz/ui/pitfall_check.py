"""The third tab of the Mistakes page: the visitor's own network is audited, and its dependency map drawn."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from lstm_viz.audit import Audit, Finding, audit
from lstm_viz.batch import Batch
from lstm_viz.drawing.dependency import dependency_diagram
from lstm_viz.forward import Forward
from lstm_viz.network import build, classes_last, loss_function
from lstm_viz.pitfalls.keys import TITLES
from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.caches import forward_of, has_own_data
from lstm_viz.ui.charts import themed
from lstm_viz.ui.controls import network_controls
from lstm_viz.ui.pitfall_detail import worst_output
from lstm_viz.ui.pitfall_place import open_pitfall
from lstm_viz.ui.settings import Settings, current

_SIGNS = {"wrong": ":red-badge[wrong]", "suspicious": ":orange-badge[suspicious]", "useless": ":gray-badge[useless]"}


def section() -> None:
    """What the audit of the present network found; its settings are in the sidebar."""
    network_controls()
    settings = current()
    forward = forward_of(settings)
    if forward.batch is None:
        st.info("This network is too large to be run here: make it smaller in the sidebar, and it is checked.")
        return
    found = _audit_of(settings, forward, forward.batch)
    if found.clean:
        st.success("No mistake found in this network.", icon=":material/check_circle:")
    for place, finding in enumerate(found.findings):
        _finding(place, finding)
    if found.map is not None:
        st.markdown("## What depends on what")
        st.markdown(themed(dependency_diagram(found.map)), unsafe_allow_html=True)
        st.markdown(f"**{found.map.sentence(worst_output(found.map))}**")
    st.caption(" ".join(["Checked:", *found.checked]))
    for sentence in found.not_checked:
        st.caption(f"Not checked: {sentence}")


def audit_spec(spec: NetworkSpec, batch: Batch) -> Audit:
    """The audit of a spec's network on its own batch, with its target and its loss."""
    loss = loss_function(spec)
    turned = classes_last(spec)
    stepwise = spec.head in ("every_step", "every_step_3d") and batch.table is not None
    return audit(
        build(spec),
        batch.x,
        batch.target,
        lambda y, target: loss(y.transpose(1, 2) if turned else y, target),
        predicts="next step" if stepwise else None,  # of a table, each step's target is what follows it
    )


def _finding(place: int, finding: Finding) -> None:
    with st.container(border=True):
        st.markdown(f"{_SIGNS[finding.severity]} **{finding.title}**")
        st.markdown(f"{finding.seen}\n\n{finding.why}")
        st.code(finding.fix, language="python")
        if finding.pitfall in TITLES:
            st.button(
                f"See it run: {TITLES[finding.pitfall]}",
                key=f"finding_{place}",
                on_click=open_pitfall,
                args=(finding.pitfall,),
            )


def _audit_of(settings: Settings, forward: Forward, batch: Batch) -> Audit:
    if has_own_data(settings):
        return audit_spec(settings.spec, batch)  # a visitor's own data is not kept for others
    return _audited(settings.spec, forward)


@lru_cache(maxsize=64)
def _audited(spec: NetworkSpec, forward: Forward) -> Audit:
    assert forward.batch is not None
    return audit_spec(spec, forward.batch)
