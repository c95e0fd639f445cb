"""Where to start: settings that people meet in tutorials, each with one line on what it is."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_viz.spec import NetworkSpec


@dataclass(frozen=True)
class Preset:
    """A named starting point."""

    name: str
    about: str
    spec: NetworkSpec


PRESETS = (
    Preset("Airline passengers", "12 months predict the next: 1 number a step.", NetworkSpec()),
    Preset(
        "A week of prices",
        "7 closing prices predict the next: hidden 100, 2 layers.",
        NetworkSpec(sequence_length=7, hidden_size=100, layers=2, data="prices"),
    ),
    Preset(
        "Next character",
        "50 one-hot classes in, 50 scores a step out: hidden 100, 2 layers.",
        NetworkSpec(
            input="one-hot",
            features=50,
            hidden_size=100,
            layers=2,
            head="every_step",
            outputs=50,
            task="classification",
            data="random",
        ),
    ),
    Preset(
        "Spam or ham",
        "5 words a message: embedding 10, hidden 3, 2 layers, one logit.",
        NetworkSpec(
            input="tokens",
            sequence_length=5,
            vocabulary_size=1000,
            embedding_size=10,
            hidden_size=3,
            layers=2,
            dropout=0.3,
            task="binary",
            data="random",
        ),
    ),
    Preset(
        "One step at a time",
        "nn.LSTM(4, 3) on one sequence of 5 steps, not batch first.",
        NetworkSpec(
            batch_size=1,
            sequence_length=5,
            features=4,
            hidden_size=3,
            batch_first=False,
            head="every_step_3d",
            data="random",
            seed=2,
        ),
    ),
)
"""The settings of the worked examples; the first is what the page shows at first."""
