"""Prepared data as the batch of a network, over random recipes and networks."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import torch

from lstm_viz.batch import make_batch
from lstm_viz.datasets import Table, coffee, passengers
from lstm_viz.datasets.messages import messages
from lstm_viz.datasets.zen import zen
from lstm_viz.forward import run_forward
from lstm_viz.preparation.as_batch import batch_of, refit, spec_of
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.prepare_task import prepare_task
from lstm_viz.preparation.prepare_text import prepare_text
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.recipe import GENERATED, Recipe
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.spec import NetworkSpec
from tests.specs import random_spec

RECIPES: list[Recipe | TextRecipe] = [
    Recipe(),
    Recipe(window=7, horizon=3, stride=2),
    Recipe(many_to_many=True),
    Recipe(task="classification", classes=4),
    Recipe(task="binary"),
    Recipe(data="coffee", features=(0, 1, 2, 3, 4), target=5, window=1, target_offset=0, test=53),
    Recipe(data="adding", window=12, test=0.2, samples=60),
    Recipe(data="copy", window=24, test=0.2, samples=60),
    TextRecipe(),
    TextRecipe(encoding="one-hot", most=40),
    TextRecipe(data="zen", unit="characters", length=9),
    TextRecipe(data="zen", unit="characters", length=9, encoding="one-hot", many_to_many=True),
]


def carried_out(recipe: Recipe | TextRecipe) -> Prepared | PreparedText:
    if isinstance(recipe, TextRecipe):
        found = messages() if recipe.unit == "words" else zen()
        return prepare_text(recipe, found.texts, found.labels)
    if recipe.data in GENERATED:
        return prepare_task(recipe)
    table: Table = coffee() if recipe.data == "coffee" else passengers()
    return prepare(recipe, table)


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
@pytest.mark.parametrize("batch_first", [True, False])
def test_the_network_of_prepared_data_runs_on_it(recipe: Recipe | TextRecipe, batch_first: bool) -> None:
    ready = carried_out(recipe)
    spec = spec_of(ready, NetworkSpec(batch_first=batch_first, layers=2))
    batch = batch_of(carried_out(refit(recipe, spec)), spec)
    assert not batch.notes
    x, target = ready.samples(np.arange(spec.batch_size))[:2]
    assert torch.equal(batch.x if batch_first else batch.x.transpose(0, 1), x)
    forward = run_forward(spec, batch=batch)
    assert torch.isfinite(forward.trace["loss"].values).all()
    if spec.head != "every_step_3d" or batch_first:
        assert torch.equal(batch.target.flatten(), target.flatten())


@pytest.mark.parametrize("seed", range(60))
def test_any_network_gets_a_batch_that_its_loss_takes(seed: int) -> None:
    rng = Random(seed)
    recipe = rng.choice(RECIPES)
    spec = replace(random_spec(rng), data="prepared")
    try:
        ready = carried_out(refit(recipe, spec))
    except ValueError:
        return
    batch = batch_of(ready, spec)
    expected = make_batch(replace(spec, data="random"))
    assert batch.x.shape == expected.x.shape
    assert batch.x.dtype == expected.x.dtype
    assert batch.target.shape == expected.target.shape
    assert batch.target.dtype == expected.target.dtype
    run_forward(spec, batch=batch)


def test_where_each_number_comes_from_is_said() -> None:
    recipe = Recipe(data="coffee", features=("close", "volume"), target="close", window=5, stride=3, test=0.2)
    spec = spec_of(prepare(recipe, coffee()), NetworkSpec())
    batch = batch_of(prepare(refit(recipe, spec), coffee()), spec)  # type: ignore[arg-type]
    table = coffee()
    assert batch.row(2, 4) == 10
    assert batch.label(2, 4) == table.labels[10]
    assert batch.raw(2, 4, 1) == table.values[10, table.columns.index("volume")]
    assert batch.columns == ("close", "volume")


def test_words_stand_beside_their_indices() -> None:
    ready = carried_out(TextRecipe())
    batch = batch_of(ready, spec_of(ready, NetworkSpec()))
    assert batch.label(0, 0) == "the"
    assert batch.label(0, 99) is None
