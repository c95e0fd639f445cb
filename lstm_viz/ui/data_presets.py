"""Where to start on the Data page: the data of the worked examples, each with one line on what it is."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.text_recipe import TextRecipe


@dataclass(frozen=True)
class DataPreset:
    """A named starting point."""

    name: str
    about: str
    recipe: Recipe | TextRecipe


DATA_PRESETS = (
    DataPreset("Airline passengers", "12 months predict the next; the last year is for the test.", Recipe()),
    DataPreset(
        "A week of prices",
        "The closing prices of 7 weeks predict the eighth.",
        Recipe(data="prices", window=7, test=0.2),
    ),
    DataPreset(
        "Volume of a share",
        "Five prices of a day give that day's volume: 200 rows train, 53 test, T = 1.",
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
        ),
    ),
    DataPreset(
        "Spam or ham",
        "Messages, cut or filled to 5 words, in batches of 4.",
        TextRecipe(),
    ),
    DataPreset(
        "Next character",
        "20 characters of a text predict the next, at every step.",
        TextRecipe(
            data="zen", unit="characters", length=20, encoding="one-hot", many_to_many=True, test=0.1, batch_size=8
        ),
    ),
    DataPreset(
        "Adding problem",
        "Two marked numbers among 50 are to be added: order matters, generated.",
        Recipe(data="adding", window=50, test=0.2),
    ),
)
"""The first is what the page shows at first."""
