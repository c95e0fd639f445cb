"""Recipes: what they refuse and how they say it, and their way into a link and back."""

from __future__ import annotations

import random
from typing import Any

import pytest

from lstm_viz.preparation.recipe import DEFAULT, Recipe, RecipeError
from lstm_viz.preparation.recipe_link import QUERY_NAMES
from lstm_viz.spec import QUERY_NAMES as NETWORK_NAMES
from tests.support.recipe_cases import RECIPES, random_case


def test_names_of_links_are_nobody_elses() -> None:
    assert not set(QUERY_NAMES.values()) & set(NETWORK_NAMES.values())
    assert len(set(QUERY_NAMES.values())) == len(QUERY_NAMES)
    assert all(name.startswith("d") for name in QUERY_NAMES.values())
    assert set(QUERY_NAMES) == set(Recipe.__dataclass_fields__)


def test_a_recipe_comes_back_from_its_link() -> None:
    for seed in range(RECIPES):
        recipe = random_case(seed)[0]
        assert Recipe.from_query(recipe.to_query()) == (recipe, ())
    assert DEFAULT.to_query() == {}


@pytest.mark.parametrize(
    "column", ["Adj Close", "a,b", "#3", "3", "50%", "ä/ü", "<script>", "a=b&c", " padded ", "Größe (m²)"]
)
def test_any_name_of_a_column_survives_the_link(column: str) -> None:
    recipe = Recipe(data="table", features=(column, 3, "other"), target=column)
    assert Recipe.from_query(recipe.to_query()) == (recipe, ())
    assert Recipe.from_query(Recipe(target=3).to_query())[0].target == 3


def test_every_column_is_a_choice_of_its_own() -> None:
    assert Recipe(features=()).to_query() == {"df": ""}
    assert Recipe.from_query({"df": ""})[0].features == ()


@pytest.mark.parametrize(
    ("wrong", "field", "text"),
    [
        ({"window": 0}, "window", "window: expected a whole number from 1 to 10,000,000, got 0."),
        ({"window": 2.5}, "window", "got 2.5."),
        ({"window": True}, "window", "got True."),
        ({"stride": -1}, "stride", "from 1"),
        ({"target_offset": -1}, "target_offset", "from 0"),
        ({"test": 1.0}, "test", "a number of rows such as 12, or a fraction from 0 to below 1 such as 0.2, got 1.0."),
        ({"test": -3}, "test", "got -3."),
        ({"test": True}, "test", "got True."),
        ({"test": float("nan")}, "test", "got nan."),
        ({"test": "12"}, "test", "got '12'."),
        ({"validation": 0.5, "test": 0.5}, "test", "less than 0.5 with validation=0.5, got 0.5. Nothing is left"),
        ({"features": "passengers"}, "features", "a tuple of columns, got 'passengers'. Write one column as"),
        ({"features": ("a", "a")}, "features", "each column once"),
        ({"features": (True,)}, "features", "the name of a column, or its place from 0, got True."),
        ({"target": ""}, "target", "the name of a column"),
        ({"target": -1}, "target", "got -1."),
        ({"scaling": "robust"}, "scaling", "one of minmax, minmax01, standard, none, got 'robust'."),
        ({"task": "classification", "classes": 1}, "classes", "2 or more with task=classification, got 1."),
        ({"task": "classification", "horizon": 3}, "horizon", "1 with task=classification, got 3."),
        ({"task": "binary", "target_offset": 0}, "target_offset", "A row is never higher than itself"),
        ({"shuffle": 1}, "shuffle", "True or False, got 1."),
        ({"data": "csv"}, "data", "one of passengers, prices, coffee, table, adding, parity, copy"),
    ],
)
def test_what_a_recipe_refuses(wrong: dict[str, Any], field: str, text: str) -> None:
    with pytest.raises(RecipeError) as raised:
        Recipe(**wrong)
    assert raised.value.field == field
    assert text in str(raised.value)
    assert str(raised.value).startswith(f"{field}: expected ")


def test_wrong_entries_of_a_link_are_said_and_left_out() -> None:
    recipe, problems = Recipe.from_query(
        {"dT": "many", "dO": "3", "dtask": "classification", "H": "5", "x": "1"}, ["H"]
    )
    assert recipe == Recipe(horizon=3) or recipe == Recipe(task="classification")
    assert problems[0] == "The link has an entry 'x' that is not known here."
    assert problems[1] == "The link's dT=many was left out: window: expected a whole number, got 'many'."
    assert problems[2].startswith("The link's dO=3 was left out: horizon: expected 1 with task=classification, got 3.")
    assert len(problems) == 3


def test_no_link_raises() -> None:
    draw = random.Random(4)
    texts = [
        "",
        "0",
        "1",
        "-1",
        "7",
        "0.2",
        "1e9",
        "nan",
        "inf",
        "٣",
        "²",
        "true",
        "#",
        "#1",
        "%ff",
        ",",
        "x" * 99,
        "binary",
    ]
    for _ in range(500):
        query = {name: draw.choice(texts) for name in draw.sample(sorted(QUERY_NAMES.values()), draw.randint(1, 9))}
        recipe, problems = Recipe.from_query(query)
        assert isinstance(hash(recipe), int)
        assert all(problem.startswith("The link's ") and len(problem) < 400 for problem in problems)


def test_lists_of_columns_become_tuples() -> None:
    assert Recipe(features=["a", "b"]).features == ("a", "b")  # type: ignore[arg-type]
