"""How one visitor wants to train: what they asked for, and the last of it that was possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import streamlit as st

from lstm_viz.preparation.as_batch import spec_of
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.spec import NetworkSpec, SpecError
from lstm_viz.training.data import fitted, from_prepared, from_text
from lstm_viz.training.job import TableData, TextData
from lstm_viz.training.presets import PRESETS, TrainingPreset
from lstm_viz.training.spec import TrainingSpec
from lstm_viz.ui.data_link import KIND
from lstm_viz.ui.data_settings import adopt_data, current_data
from lstm_viz.ui.settings import current, take, use_spec
from lstm_viz.ui.training_link import MODEL, TRAINING_ENTRIES

_KEY = "training_settings"
OF_NETWORK = "net_"
"""What the controls of this page put before a field of the network."""
START = PRESETS[0].spec
_TAKEN = "training_entries_taken"


@dataclass(frozen=True)
class TrainingSettings:
    """``draft`` is what the controls say, ``spec`` the last of it that was valid, ``errors`` a sentence by field.

    ``model`` names the example whose own network is trained; "" for the network of the settings. ``problems`` are the
    entries of a link that could not be used.
    """

    draft: Mapping[str, Any] = field(default_factory=lambda: asdict(START))
    spec: TrainingSpec = START
    model: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def current_training() -> TrainingSettings:
    """This visitor's settings; at their first page, and after going back, those of the address."""
    entries = TRAINING_ENTRIES.now()
    if st.session_state.get(_TAKEN) != entries:
        _adopt(entries)
    found: TrainingSettings = st.session_state[_KEY]
    return found


def take_training(chosen: Mapping[str, Any]) -> None:
    """Set what a person chose: fields of the training, of the network, or all at once by the name of a preset."""
    if preset := next((each for each in PRESETS if each.name == chosen.get("preset")), None):
        use_preset(preset)
    network = {name.removeprefix(OF_NETWORK): value for name, value in chosen.items() if name.startswith(OF_NETWORK)}
    if network:
        take(network)
    _keep(taken(current_training(), chosen))


def taken(now: TrainingSettings, chosen: Mapping[str, Any]) -> TrainingSettings:
    """``now`` after a person's choice. Where no run can have it, the spec stays and the field has its error."""
    known = {name: _number(name, value) for name, value in chosen.items() if name in now.draft and _can_be(name, value)}
    draft = {**now.draft, **known}
    if known.get("state", "reset") != "reset":
        draft["shuffle"] = False  # a state goes on where the last batch ended
    model = str(chosen.get("model", now.model))
    try:
        return replace(now, draft=draft, spec=TrainingSpec(**draft), model=model, errors={}, problems=())
    except SpecError as error:
        return replace(now, draft=draft, model=model, errors={error.field: str(error)}, problems=())


def use_preset(preset: TrainingPreset) -> None:
    """Take the data, the network and the settings of a worked example."""
    assert isinstance(preset.data, (TableData, TextData))
    recipe = preset.data.recipe
    kind = {KIND: "text"} if isinstance(recipe, TextRecipe) else {}
    adopt_data(kind | recipe.to_query())
    base = preset.network or NetworkSpec(hidden_size=2 if preset.make is not None else 5)
    ready = current_data().ready
    samples = from_prepared(ready) if isinstance(ready, Prepared) else from_text(ready)
    shown = spec_of(ready, base)  # what the Shapes page draws, with the head of the example
    use_spec(replace(fitted(base, samples), batch_size=shown.batch_size, data="prepared"))
    model = preset.name if preset.make is not None else ""
    _keep(TrainingSettings(asdict(preset.spec), preset.spec, model))


def preset_of(now: TrainingSettings) -> TrainingPreset | None:
    """The worked example that the settings, the data and the network are those of."""
    recipe, network = current_data().recipe, current().spec
    for preset in PRESETS:
        assert isinstance(preset.data, (TableData, TextData))
        same = preset.spec == now.spec and preset.data.recipe == recipe and not now.errors
        if same and (preset.name == now.model if preset.make is not None else _alike(preset.network, network, now)):
            return preset
    return None


def _alike(wanted: NetworkSpec | None, network: NetworkSpec, now: TrainingSettings) -> bool:
    """Whether a network is the example's, whatever sizes the data give it."""
    names = ("cell", "hidden_size", "layers", "bidirectional", "dropout", "proj_size", "batch_first", "bias", "seed")
    return now.model == "" and all(getattr(wanted, name) == getattr(network, name) for name in names)


def _adopt(query: Mapping[str, str]) -> None:
    """Take the settings of an address, and say what of it could not be used."""
    entries = {name: text for name, text in query.items() if name != MODEL}
    if entries:
        spec, problems = TrainingSpec.from_query(entries)
    else:
        spec, problems = START, ()
    model = query.get(MODEL, "")
    if model not in {"", *(preset.name for preset in PRESETS if preset.make is not None)}:
        problems, model = (*problems, f"The link names a network {model[:60]!r} that is not known here."), ""
    st.session_state[_KEY] = TrainingSettings(asdict(spec), spec, model, problems=problems)
    st.session_state[_TAKEN] = dict(query)


def _keep(now: TrainingSettings) -> None:
    st.session_state[_KEY] = now
    entries = _written(now.spec) | ({MODEL: now.model} if now.model else {})
    TRAINING_ENTRIES.keep(entries)
    st.session_state[_TAKEN] = entries


def _written(spec: TrainingSpec) -> dict[str, str]:
    """The entries of a link: none for the settings that a visitor starts with."""
    return {} if spec == START else spec.to_query() or {"tep": str(spec.epochs)}


_KINDS = {each.name: each.type for each in fields(TrainingSpec)}


def _can_be(name: str, value: Any) -> bool:
    """Whether it can stand for a setting of that name at all: anybody can send anything."""
    if _KINDS[name] != "float":
        return not isinstance(value, (list, dict))
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _number(name: str, value: Any) -> Any:
    """What a select gives as text, as the number that it stands for."""
    return float(value) if _KINDS[name] == "float" and isinstance(value, (str, int)) else value
