"""What the Train button would start: the job of this visitor's network, data and settings, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import streamlit as st

from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.comparison import count_weights
from lstm_viz.training.data import TrainingData, fitted, from_prepared, from_text, training_batches
from lstm_viz.training.job import DataSource, Job, Model, TableData, TextData, make_model
from lstm_viz.training.parts import LOSS_NAMES, OF_TASK
from lstm_viz.training.presets import PRESETS
from lstm_viz.training.spec import TrainingSpec
from lstm_viz.ui.data_cache import prepared_bundled
from lstm_viz.ui.data_link import KIND, recipe_of
from lstm_viz.ui.data_settings import DataSettings, current_data
from lstm_viz.ui.settings import current
from lstm_viz.ui.training_controls import own_networks
from lstm_viz.ui.training_link import MODEL
from lstm_viz.ui.training_scene import scene
from lstm_viz.ui.training_settings import current_training

_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "adamw": "AdamW", "rmsprop": "RMSprop"}
_KEPT = "training_data"


@dataclass(frozen=True, eq=False)
class Offer:
    """A job that can be started. ``lead`` and ``detail`` say what will be learned from what; ``summary`` is short.

    ``scene`` is what its predictions are drawn upon. Losses of runs can be compared where ``data_key`` is the same.
    ``reading`` is the code that reads a visitor's own table. ``link`` holds the settings; None for data of their own.
    """

    job: Job
    data: TrainingData
    summary: str
    lead: str
    detail: str
    weights: int
    data_key: str = ""
    reading: str | None = None
    scene: Mapping[str, Any] = field(default_factory=dict)
    link: Mapping[str, str] | None = None

    @property
    def watched(self) -> str:
        """The part that the second loss is taken of; "" where there is none."""
        data = self.data
        return "validation" if data.validation is not None else "test" if data.test is not None else ""


def current_offer() -> Offer:
    """What this visitor would train now. Raises SpecError where their network does not go with their data."""
    now, data = current_training(), current_data()
    found = training_data(data)
    name = now.model if now.model in own_networks(data) else ""
    network = current().spec
    source: DataSource
    if isinstance(data.recipe, TextRecipe):
        source = TextData(data.recipe, data.texts if data.recipe.data == "text" else None)
    else:
        source = TableData(data.recipe, data.table if data.recipe.data == "table" else None)
    job = Job(_model(name, network, found), source, now.spec, now.model)
    if data.is_own:
        return replace(_offer(job, found, data.ready), data_key=f"own {id(data.ready)}", reading=_reading(data))
    link = network.to_query() | _recipe_entries(data.recipe) | now.spec.to_query() | ({MODEL: name} if name else {})
    return replace(_offer(job, found, data.ready), data_key=str(_recipe_entries(data.recipe)), link=link)


def offer_of_link(link: Mapping[str, str]) -> Offer:
    """What was offered under the settings of ``Offer.link``. Raises SpecError where this version cannot have them."""
    recipe, _ = recipe_of(link)
    ready, found = prepared_bundled(recipe), _bundled(recipe)
    network, _ = NetworkSpec.from_query(link, ignore=link)
    spec, _ = TrainingSpec.from_query(link, ignore=link)
    source: DataSource = TextData(recipe) if isinstance(recipe, TextRecipe) else TableData(recipe)
    job = Job(_model(link.get(MODEL, ""), network, found), source, spec, link.get(MODEL, ""))
    return replace(_offer(job, found, ready), data_key=str(_recipe_entries(recipe)), link=link)


def _recipe_entries(recipe: Recipe | TextRecipe) -> dict[str, str]:
    return ({KIND: "text"} if isinstance(recipe, TextRecipe) else {}) | recipe.to_query()


def _offer(job: Job, found: TrainingData, ready: Prepared | PreparedText) -> Offer:
    weights = _weights(job.model)
    return Offer(
        job=job,
        data=found,
        summary=_summary(job),
        lead=_lead(job, found, ready),
        detail=_detail(job, found, weights),
        weights=weights,
        scene=scene(found),
    )


def _reading(data: DataSettings) -> str | None:
    if data.sheet is None or data.recipe.data != "table":
        return None
    from lstm_viz.preparation.reading_code import reading_code

    return reading_code(data.sheet, data.cleaning, data.sheet.name, imports=False)


def training_data(data: DataSettings) -> TrainingData:
    """The samples of what this visitor has on the Data page."""
    if not data.is_own:
        return _bundled(data.recipe)
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] is not data.ready:
        kept = (data.ready, _samples(data.ready))
        st.session_state[_KEPT] = kept
    found: TrainingData = kept[1]
    return found


@lru_cache(maxsize=16)
def _bundled(recipe: Recipe | TextRecipe) -> TrainingData:
    return _samples(prepared_bundled(recipe))


def _samples(ready: Prepared | PreparedText) -> TrainingData:
    return from_prepared(ready) if isinstance(ready, Prepared) else from_text(ready)


def _model(name: str, network: NetworkSpec, found: TrainingData) -> Model:
    """The worked example's own network of that name, else the visitor's."""
    make = next((preset.make for preset in PRESETS if preset.name == name), None)
    return make(found) if make is not None else fitted(network, found)


def _weights(model: Model) -> int:
    if isinstance(model, NetworkSpec):
        return _counted(model)
    return sum(weight.numel() for weight in make_model(model, 0).parameters())


@lru_cache(maxsize=64)
def _counted(spec: NetworkSpec) -> int:
    return count_weights(spec)


def _summary(job: Job) -> str:
    spec = job.spec
    extras = [
        f"clip {spec.clip:g}" if spec.clip else "",
        f"decay {spec.weight_decay:g}" if spec.weight_decay else "",
        f"{spec.schedule} schedule" if spec.schedule != "none" else "",
        f"patience {spec.patience}" if spec.patience else "",
        f"state {spec.state}" if spec.state != "reset" else "",
        f"seed {spec.seed}" if spec.seed else "",
    ]
    learning = f"{_OPTIMIZERS[spec.optimizer]} {spec.learning_rate:g}, batches of {spec.batch_size}"
    return ", ".join([_network_words(job.model), learning, *filter(None, extras)])


def _network_words(model: Model) -> str:
    if not isinstance(model, NetworkSpec):
        return str(getattr(getattr(model, "func", None), "__name__", type(model).__name__))
    layers = f", {model.layers} layers" if model.layers > 1 else ""
    both = ", both directions" if model.bidirectional else ""
    return f"{model.cell.upper()} H {model.hidden_size}{layers}{both}"


def _lead(job: Job, data: TrainingData, ready: Prepared | PreparedText) -> str:
    model = job.model
    if isinstance(model, NetworkSpec):
        units = f"{model.hidden_size:,} hidden unit{'s' if model.hidden_size > 1 else ''}"
        layers = f" in each of {model.layers} layers" if model.layers > 1 else ""
        who = f"A{'n' if model.cell in ('lstm', 'rnn') else ''} {model.cell.upper()} with {units}{layers}"
    else:
        who = f"The example's {_network_words(model)}"
    return f"{who} learns to {_learned(data, ready)}."


def _learned(data: TrainingData, ready: Prepared | PreparedText) -> str:
    steps = data.sizes["sequence_length"]
    if isinstance(ready, PreparedText):
        if ready.recipe.unit == "characters":
            return f"predict the next character from the {steps:,} before it"
        return f"tell from {steps:,} words of a message whether it is {' or '.join(data.classes)}"
    recipe, target = ready.recipe, data.target_name
    if ready.table is None:
        return f"say {target} from {steps:,} steps"
    columns = " and ".join(ready.columns) if len(ready.columns) < 3 else f"{len(ready.columns)} columns"
    alone = ready.columns == (target,) and recipe.target_offset == 1
    many_rows = (
        f"the {steps:,} before {'them' if recipe.outputs > 1 else 'it'}" if alone else f"{steps:,} rows of {columns}"
    )
    source = many_rows if steps > 1 else f"one row of {columns}"
    if recipe.task == "regression" and steps == 1 and not recipe.target_offset:
        return f"predict {target} from {columns} of the same row"
    if recipe.task == "regression":
        many = recipe.outputs > 1
        what = f"the next {recipe.outputs} values of {target}" if many else f"the next value of {target}"
        what = what if recipe.target_offset else f"{target} of the same row"
        each = ", at every step" if recipe.many_to_many else ""
        return f"predict {what} from {source}{each}"
    if recipe.task == "binary":
        return f"tell from {source} whether {target} will rise"
    return f"tell the class of {target} from {source}"


def _detail(job: Job, data: TrainingData, weights: int) -> str:
    samples, handed_on = _samples_words(data, job.spec)
    parts = [f"{samples} train its {weights:,} weights"]
    if data.validation is not None:
        parts.append(f"{len(data.validation):,} watch")
    if data.test is not None:
        parts.append(f"{len(data.test):,} {'more ' if data.validation else ''}test it")
    loss = LOSS_NAMES[OF_TASK[data.task] if job.spec.loss == "auto" else job.spec.loss]
    return f"{', '.join(parts)}. Loss: {loss.removeprefix('nn.').removesuffix('()')}.{handed_on}"


def _samples_words(data: TrainingData, spec: TrainingSpec) -> tuple[str, str]:
    """How many samples train; and of a state that is handed on, whether it can be."""
    count = len(data.train)
    if spec.state == "reset":
        return f"{count:,} samples", ""
    batches = training_batches(data, spec)
    used = count if batches.order is None else len(batches.order)
    alone = " They are one batch, so no state is handed on: choose a smaller batch size." if len(batches) == 1 else ""
    return f"{used:,} of {count:,} samples, which follow one another,", alone


def whats_wrong() -> list[str]:
    """What of the settings could not be used, in sentences."""
    now = current_training()
    wrong = [*now.errors.values(), *current().errors.values(), *current_data().errors.values()]
    return [f"Train takes the last settings that were possible. {sentence}" for sentence in wrong]
