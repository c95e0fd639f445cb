"""What one visitor looks at on the Gradients page: what they asked for, and the last of it that was possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import streamlit as st

from lstm_viz.gradients.presets import PRESETS, GradientPreset
from lstm_viz.gradients.spec import DEFAULT, GradientSpec, View
from lstm_viz.spec import SpecError
from lstm_viz.ui.gradients_link import GRADIENT_ENTRIES

_KEY = "gradient_settings"
_TAKEN = "gradient_entries_taken"
TAB = "gradients_tab"
"""The tab that is open, in the session."""
TABS: dict[str, View] = {"Through time": "through-time", "Clipping": "clipping", "Trained live": "learning"}
_FLOATS = ("weight_scale", "forget_bias", "clip")


@dataclass(frozen=True)
class GradientSettings:
    """``draft`` is what the controls say, ``spec`` the last of it that was valid, ``errors`` a sentence by field.

    ``problems`` are the entries of a link that could not be used.
    """

    draft: Mapping[str, Any] = field(default_factory=lambda: asdict(DEFAULT))
    spec: GradientSpec = DEFAULT
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def current_gradients() -> GradientSettings:
    """This visitor's settings; at their first page, and after going back, those of the address."""
    entries = GRADIENT_ENTRIES.now()
    if st.session_state.get(_TAKEN) != entries:
        spec, problems = GradientSpec.from_query(entries)
        _keep(GradientSettings(asdict(spec), spec, problems=problems))
        _open_tab(spec.view)
    found: GradientSettings = st.session_state[_KEY]
    return found


def take_gradients(chosen: Mapping[str, Any]) -> None:
    """Set what a person chose: fields by their names, or everything at once by the name of a preset."""
    now = taken(current_gradients(), chosen)
    _keep(now)
    if "preset" in chosen:
        _open_tab(now.spec.view)


def taken(now: GradientSettings, chosen: Mapping[str, Any]) -> GradientSettings:
    """``now`` after a person's choice. Where it cannot be, the spec stays and the field has its error."""
    preset = next((each for each in PRESETS if each.name == chosen.get("preset")), None)
    draft = asdict(preset.spec) if preset else dict(now.draft)
    known = {name: float(value) if name in _FLOATS else value for name, value in chosen.items() if name in draft}
    draft |= known
    try:
        return GradientSettings(draft, GradientSpec(**draft))
    except SpecError as error:
        return replace(now, draft=draft, errors={error.field: str(error)}, problems=())


def take_tab() -> None:
    """The tab that was clicked is in the link too."""
    take_gradients({"view": TABS.get(str(st.session_state.get(TAB)), "through-time")})


def preset_of(now: GradientSettings) -> GradientPreset | None:
    """The preset that the settings are those of, whichever picture is looked at."""
    if now.errors:
        return None
    same = [each for each in PRESETS if replace(each.spec, view=now.spec.view) == now.spec]
    return next((each for each in same if each.spec.view == now.spec.view), same[0] if same else None)


def _open_tab(view: View) -> None:
    st.session_state[TAB] = next(name for name, each in TABS.items() if each == view)


def _keep(now: GradientSettings) -> None:
    st.session_state[_KEY] = now
    entries = now.spec.to_query()
    GRADIENT_ENTRIES.keep(entries)
    st.session_state[_TAKEN] = entries
