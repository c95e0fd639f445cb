"""The worked examples, ready to be trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.data import TrainingData, fitted
from lstm_viz.training.examples import MessageNetwork, VolumeNetwork
from lstm_viz.training.job import DataSource, Job, Model, TableData, TextData
from lstm_viz.training.spec import TrainingSpec


@dataclass(frozen=True, eq=False)
class TrainingPreset:
    """A worked example: its data, its model and its settings.

    ``network`` is a spec whose sizes are those of the data; ``make`` a model of its own instead, made for them.
    ``expect`` says plainly what it can learn.
    """

    name: str
    about: str
    expect: str
    data: DataSource
    spec: TrainingSpec
    network: NetworkSpec | None = None
    make: Callable[[TrainingData], Model] | None = None

    def job(self) -> Job:
        """What a runner is given."""
        data = self.data.load()
        if self.make is not None:
            return Job(self.make(data), self.data, self.spec, self.name)
        return Job(fitted(self.network or NetworkSpec(), data), self.data, self.spec, self.name)


def _volume(data: TrainingData) -> Model:
    return partial(VolumeNetwork, features=data.sizes["features"], hidden_size=2)


def _messages(data: TrainingData) -> Model:
    return partial(MessageNetwork, vocabulary_size=data.sizes["vocabulary_size"])


PRESETS = (
    TrainingPreset(
        "Airline passengers",
        "12 months predict the next: hidden 3, windows of 12, the last year for the test.",
        "It learns the trend and the season, and is better than saying last month's number again.",
        TableData(Recipe()),
        TrainingSpec(learning_rate=0.01, batch_size=8, epochs=100),
        NetworkSpec(hidden_size=3),
    ),
    TrainingPreset(
        "A week of prices",
        "7 weekly closing prices predict the 8th: hidden 100, 2 layers.",
        "Prices hardly follow from earlier prices: saying the last one again is very hard to beat.",
        TableData(Recipe(data="prices", window=7, test=0.2)),
        TrainingSpec(epochs=200),
        NetworkSpec(hidden_size=100, layers=2),
    ),
    TrainingPreset(
        "Next character",
        "One-hot characters in, scores of the next one at every step: hidden 100, 2 layers.",
        "856 characters are few: it soon knows them by heart, and from then on the test loss rises.",
        TextData(TextRecipe(data="zen", unit="characters", encoding="one-hot", length=20, many_to_many=True)),
        TrainingSpec(learning_rate=0.003, epochs=15),
        NetworkSpec(hidden_size=100, layers=2, head="every_step", input="one-hot", task="classification", outputs=2),
    ),
    TrainingPreset(
        "Coffee company's volume",
        "Five prices of a day predict its volume: hidden 2, 200 days to train on, 1,000 epochs.",
        "Each day is a sequence of its own (T = 1): nothing is carried from day to day.",
        TableData(
            Recipe(
                data="coffee",
                features=(0, 1, 2, 3, 4),
                target=5,
                window=1,
                target_offset=0,
                test=53,
                scaling="standard",
                target_scaling="minmax01",
                shuffle=False,
            )
        ),
        TrainingSpec(batch_size=200, epochs=1_000, shuffle=False),
        make=_volume,
    ),
    TrainingPreset(
        "Spam or ham",
        "5 words of a message say whether it is wanted: embedding 10, hidden 3, 2 layers, dropout 0.3.",
        "A few hundred messages of 5 words: it is a little better than taking every message as wanted.",
        TextData(TextRecipe()),
        TrainingSpec(batch_size=4, epochs=20, shuffle=False),
        make=_messages,
    ),
    TrainingPreset(
        "One step after another",
        "nn.LSTM(4, 3), not batch first, one sequence at a time: the state is handed on from one to the next.",
        "Four prices hardly say the next one: here it is the state to be followed, not the error.",
        TableData(Recipe(data="prices", features=(0, 1, 2, 3), window=5, many_to_many=True, test=0.2, shuffle=False)),
        TrainingSpec(batch_size=1, epochs=100, shuffle=False, state="carried"),
        NetworkSpec(hidden_size=3, batch_first=False, head="every_step_3d"),
    ),
)
"""In the order of the page."""


def preset_named(name: str) -> TrainingPreset:
    """The worked example of that name. Raises KeyError.

    >>> preset_named("Spam or ham").spec.batch_size
    4
    """
    return {preset.name: preset for preset in PRESETS}[name]
