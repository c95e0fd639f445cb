"""The third tab of the Mistakes page: the visitor's own network is audited, and its dependency map drawn."""

from __future__ import annotations

import html
from functools import lru_cache, partial

import streamlit as st

from lstm_viz.audit import Audit, Finding, audit
from lstm_viz.batch import Batch
from lstm_viz.drawing.dependency import TALLEST
from lstm_viz.forward import Forward
from lstm_viz.network import build, classes_last, loss_function
from lstm_viz.pitfalls.keys import TITLES
from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.caches import forward_of, has_own_data
from lstm_viz.ui.components import component
from lstm_viz.ui.controls import network_controls
from lstm_viz.ui.dependency_map import dependency_map
from lstm_viz.ui.pitfall_detail import worst_output
from lstm_viz.ui.pitfall_place import open_pitfall
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.settings import Settings, current
from lstm_viz.ui.slides import Screen, heading, on_screens
from lstm_viz.ui.told import state_of, whole_number

_SIGNS = {"wrong": ":red-badge[wrong]", "suspicious": ":orange-badge[suspicious]", "useless": ":gray-badge[useless]"}
_KEY, _MAP_TITLE = "check", "What depends on what"
_NARROWEST, _WIDEST = 320.0, 900.0
_ROOM = 1000
"""For so many pixels the map is drawn until the browser says that there are fewer."""
_BESIDE = 90.0
"""What the names of the rows need of them."""
_TALLEST_SHOWN = 400.0
"""On a projector: together with the widest about the form of the screen, so that its words have room."""
_MAP = component("pitfall_map", '<div class="map"></div>')


def section() -> None:
    """What the audit of the present network found; its settings are in the sidebar."""
    network_controls()
    settings = current()
    forward = forward_of(settings)
    if forward.batch is None:
        st.info("This network is too large to be run here: with smaller sizes it is checked.")
        return
    found = _audit_of(settings, forward, forward.batch)
    count = len(found.findings)
    findings = [
        Screen(f"Finding {place + 1} of {count}", partial(_finding, place, finding))
        for place, finding in enumerate(found.findings)
    ]
    on_screens("check", [*findings, Screen(_MAP_TITLE, partial(_whole, found))])


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
    with st.container(border=True, key=f"check_finding_{place}"):
        st.markdown(f"{_SIGNS[finding.severity]} **{finding.title}**")
        st.markdown(f"{finding.seen}\n\n{finding.why}")
        st.code(finding.fix, language="python", wrap_lines=True)
        if finding.pitfall in TITLES:
            st.button(
                f"See it run: {TITLES[finding.pitfall]}",
                key=f"finding_{place}",
                on_click=open_pitfall,
                args=(finding.pitfall,),
            )


def _whole(found: Audit) -> None:
    """The map, what is read from it, and what was checked."""
    if found.clean:
        st.success("No mistake found in this network.", icon=":material/check_circle:")
    room = whole_number(state_of(_KEY).get("room")) or _ROOM
    body = ""
    if found.map is not None:
        heading(_MAP_TITLE)
        widest = min(max(room - _BESIDE, _NARROWEST), _WIDEST)
        body = dependency_map(found.map, "", widest, _TALLEST_SHOWN if presenting() else TALLEST)
        body += f'<p class="reads">{html.escape(found.map.sentence(worst_output(found.map)))}</p>'
    sentences = [" ".join(["Checked:", *found.checked]), *(f"Not checked: {each}" for each in found.not_checked)]
    body += "".join(f'<p class="checked">{html.escape(each)}</p>' for each in sentences)
    _MAP(key=_KEY, data={"map": body, "room": room}, default={"room": None}, on_room_change=lambda: None)


def _audit_of(settings: Settings, forward: Forward, batch: Batch) -> Audit:
    if has_own_data(settings):
        return audit_spec(settings.spec, batch)  # a visitor's own data is not kept for others
    return _audited(settings.spec, forward)


@lru_cache(maxsize=64)
def _audited(spec: NetworkSpec, forward: Forward) -> Audit:
    assert forward.batch is not None
    return audit_spec(spec, forward.batch)
