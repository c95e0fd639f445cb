"""Recipes to test with: random ones with tables that they can be carried out on, and worked example 2."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np

from lstm_viz.datasets import Table
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.recipe import Recipe, RecipeError

VOLUME = Recipe(
    data="coffee",
    features=("open", "high", "low", "close", "adj close"),
    target="volume",
    window=1,
    target_offset=0,
    test=53,
    scaling="standard",
    target_scaling="minmax01",
)
"""Worked example 2: the volume of a day from the prices of that day."""
RECIPES = 200


def random_case(seed: int) -> tuple[Recipe, Table]:
    draw = random.Random(seed)
    rows, columns = draw.randint(12, 90), draw.randint(1, 5)
    names = tuple(f"column {place}" for place in range(columns))
    values = np.random.default_rng(seed).normal(draw.choice([0, 50]), draw.choice([1e-3, 1, 1e4]), (rows, columns))
    table = Table("random", names, tuple(f"day {row}" for row in range(rows)), values)
    places: list[str | int] = draw.sample(range(columns), draw.randint(1, columns))
    task = draw.choice(["regression", "regression", "binary", "classification"])
    recipe = Recipe(
        data="table",
        features=tuple(names[place] if draw.random() < 0.5 else place for place in places),  # type: ignore[index]
        target=draw.randrange(columns),
        window=draw.randint(1, 9),
        horizon=1 if task == "classification" else draw.choice([1, 1, 2, 4]),
        target_offset=draw.choice([1, 1, 2, 3] if task == "binary" else [0, 1, 1, 3]),
        stride=draw.choice([1, 1, 2, 5]),
        many_to_many=draw.random() < 0.4,
        validation=draw.choice([0, 0, 6, 0.2]),
        test=draw.choice([0, 7, 0.25, 12]),
        split_shuffle=draw.random() < 0.2,
        look_back=draw.random() < 0.8,
        scaling=draw.choice(["minmax", "minmax01", "standard", "none"]),
        target_scaling=draw.choice(["minmax", "minmax01", "standard", "none"]),
        fitted_on=draw.choice(["train", "train", "all"]),
        task=task,
        classes=draw.randint(2, 5),
        bins=draw.choice(["width", "count"]),
        batch_size=draw.randint(1, 16),
        shuffle=draw.random() < 0.5,
        drop_last=draw.random() < 0.3,
        seed=draw.randrange(99),
    )
    return recipe, table


def random_cases() -> Iterator[tuple[Recipe, Table, Prepared]]:
    """RECIPES cases that can be carried out, and what comes of them."""
    made, seed = 0, 0
    while made < RECIPES:
        recipe, table = random_case(seed)
        seed += 1
        try:
            ready = prepare(recipe, table)
        except RecipeError:
            continue
        made += 1
        yield recipe, table, ready


CASES = list(random_cases())
