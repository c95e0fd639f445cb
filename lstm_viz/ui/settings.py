"""The settings of one visitor: what they asked for, the last spec that was valid, and what is wrong in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import streamlit as st
import torch

from lstm_viz.datasets import Table
from lstm_viz.presets import PRESETS
from lstm_viz.spec import DEFAULT, NetworkSpec, SpecError
from lstm_viz.ui.cell_place import PLACE_NAMES
from lstm_viz.ui.data_link import DATA_NAMES
from lstm_viz.ui.gradients_link import GRADIENT_NAMES
from lstm_viz.ui.kept import kept
from lstm_viz.ui.lessons_place import LESSON_NAMES
from lstm_viz.ui.pitfall_place import PITFALL_NAMES
from lstm_viz.ui.projector_link import PROJECTOR_NAMES
from lstm_viz.ui.quiz_place import QUIZ_NAMES
from lstm_viz.ui.shapes_place import SHAPES_NAMES
from lstm_viz.ui.tabs import TAB_NAMES
from lstm_viz.ui.training_link import TRAINING_NAMES

_KEY = "settings"
_PAGES = (
    *(PLACE_NAMES, DATA_NAMES, PITFALL_NAMES, TRAINING_NAMES, GRADIENT_NAMES, QUIZ_NAMES, LESSON_NAMES),
    *(PROJECTOR_NAMES, SHAPES_NAMES, TAB_NAMES),
)
OTHERS = ("embed", "embed_options", "page", *(name for names in _PAGES for name in names))
"""Entries of an address that are not settings."""


@dataclass(frozen=True)
class Settings:
    """``draft`` is what the controls say, ``spec`` the last of it that was valid, ``errors`` a sentence by field.

    ``problems`` are the entries of a link that could not be used, ``allowed`` the spec that a visitor asked to run in
    spite of its size, ``table`` their own data.
    """

    draft: Mapping[str, Any] = field(default_factory=lambda: asdict(DEFAULT))
    spec: NetworkSpec = DEFAULT
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    allowed: NetworkSpec | None = None
    table: Table | None = None
    table_error: str = ""


def current() -> Settings:
    """This visitor's settings; at their first page, those of the address.

    Called first in every run, of a page or of a fragment, it also gives the run's forward passes one thread: the
    networks are small, and the other cores belong to the other visitors. OpenMP keeps that number for each thread of
    its own, and Streamlit starts a new one for each run.
    """
    torch.set_num_threads(1)
    found: Settings = kept(_KEY, adopt)
    return found


def adopt(query: Mapping[str, str]) -> None:
    """Take the settings of an address, and say what of it could not be used."""
    spec, problems = NetworkSpec.from_query(query, ignore=OTHERS)
    before: Settings = st.session_state.get(_KEY, Settings())
    st.session_state[_KEY] = replace(before, draft=asdict(spec), spec=spec, errors={}, problems=problems)


def take(fields: Mapping[str, Any]) -> None:
    """Set what a person chose: fields of the spec by their names, or everything at once by the name of a preset."""
    st.session_state[_KEY] = taken(current(), fields)


def taken(now: Settings, fields: Mapping[str, Any]) -> Settings:
    """``now`` after a person's choice. Where no network can have it, the spec stays and the field has its error."""
    preset = next((preset for preset in PRESETS if preset.name == fields.get("preset")), None)
    draft = asdict(preset.spec) if preset else dict(now.draft)
    chosen = {name: value for name, value in fields.items() if name in draft}
    draft = _helped({**draft, **chosen}, chosen)
    try:
        spec, errors = NetworkSpec(**draft), {}
    except SpecError as error:
        spec, errors = preset.spec if preset else now.spec, {error.field: str(error)}
    return replace(now, draft=draft, spec=spec, errors=errors, problems=())


def use_spec(spec: NetworkSpec) -> None:
    """Set everything at once."""
    st.session_state[_KEY] = replace(current(), draft=asdict(spec), spec=spec, errors={}, problems=())


def allow_run() -> None:
    """Run the present spec although it is large."""
    st.session_state[_KEY] = replace(current(), allowed=current().spec)


def owns_table(now: Settings) -> bool:
    """Whether x is made of a table that only this visitor has."""
    return now.spec.data == "table" and now.spec.input == "numbers" and now.table is not None


def bring_table(table: Table) -> None:
    """Use a visitor's own table: as many features as it has columns."""
    st.session_state[_KEY] = replace(current(), table=table, table_error="")
    take({"data": "table", "input": "numbers", "features": len(table.columns)})


def refuse_table(sentence: str) -> None:
    """Say what was wrong with a table; everything else stays."""
    st.session_state[_KEY] = replace(current(), table_error=sentence)


def _helped(draft: dict[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with a choice without a question: a control that it hides must not hold the picture back."""
    if changed.get("cell", "rnn") != "rnn":
        draft["nonlinearity"] = "tanh"
    if changed.get("task") == "classification":
        draft["outputs"] = max(2, draft["outputs"]) if isinstance(draft["outputs"], int) else 2
    return draft
