"""Recipe: every choice on the way from a table of numbers to batches, in one frozen value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal, TypeAlias, get_args, get_type_hints

from lstm_viz.links import from_entries, to_entries
from lstm_viz.preparation.recipe_link import QUERY_NAMES, to_text, value_of
from lstm_viz.spec import LARGEST_SIZE, SpecError, Task

Source = Literal["passengers", "prices", "coffee", "table", "adding", "parity", "copy"]
Scaling = Literal["minmax", "minmax01", "standard", "none"]
FittedOn = Literal["train", "all"]
Gaps = Literal["refuse", "drop", "forward", "interpolate"]
Bins = Literal["width", "count"]
Column: TypeAlias = str | int
"""A column by its name, or by its place from 0."""

GENERATED = ("adding", "parity", "copy")
"""Sources that are made sample by sample, and not cut from a table."""


class RecipeError(SpecError):
    """A choice that cannot be carried out, or not on this table.

    ``field`` names the choice to change, ``involved`` the others that it does not go together with. The message says
    what was expected, what was got and what to do.
    """


@dataclass(frozen=True)
class Recipe:
    """How a table becomes windows with their targets, parts, scaled tensors and batches. Raises RecipeError.

    - ``data``: which table; "table" is a person's own. ``gaps``: what is done about its empty cells when it is read.
    - ``features``: the columns of x, by name or place, in this order; () for every column. ``target``: the column of y.
    - ``window``: T, the rows of a sample. ``horizon``: O, how many rows its target is made of. ``target_offset``: which
      row they begin at, counted from the last row of the window: 1 is the next row, 0 that very row.
      ``stride``: how many rows lie between the starts of two windows.
    - ``many_to_many``: a target for every step, (N, T, O), instead of one for each window, (N, O).
    - ``validation``, ``test``: rows at the end of the table, as a number (12) or a fraction (0.2); the others train.
      ``split_shuffle``: windows are dealt out at random instead, to show what that spoils. ``look_back``: windows of
      validation and test may begin in the rows before their part; their targets never do.
    - ``scaling``, ``target_scaling``: "minmax" is (-1, 1), "minmax01" is (0, 1), "standard" is mean 0 and deviation 1.
      ``fitted_on``: the rows that they are computed of.
    - ``task``: regression, binary (does it rise?) or classification (in which of ``classes`` bins of equal "width" or
      "count" is it?).
    - ``batch_size``, ``shuffle`` and ``drop_last`` (of training only): the loader. ``seed``: of all that is random.
    - ``samples``: how many are made where ``data`` is a generated task.

    >>> Recipe(window=7).to_query()
    {'dT': '7'}
    >>> Recipe.from_query({"dT": "7"})[0].window
    7
    """

    data: Source = "passengers"
    gaps: Gaps = "refuse"
    features: tuple[Column, ...] = (0,)
    target: Column = 0
    window: int = 12
    horizon: int = 1
    target_offset: int = 1
    stride: int = 1
    many_to_many: bool = False
    validation: int | float = 0
    test: int | float = 12
    split_shuffle: bool = False
    look_back: bool = True
    scaling: Scaling = "minmax"
    target_scaling: Scaling = "minmax"
    fitted_on: FittedOn = "train"
    task: Task = "regression"
    classes: int = 3
    bins: Bins = "width"
    batch_size: int = 32
    shuffle: bool = True
    drop_last: bool = False
    seed: int = 0
    samples: int = 1000

    def __post_init__(self) -> None:
        if isinstance(self.features, list):
            object.__setattr__(self, "features", tuple(self.features))
        _check_values(self)
        _check_combinations(self)

    @property
    def reach(self) -> int:
        """How many rows past the last one of its window a target needs: ``target_offset + horizon - 1``."""
        return self.target_offset + self.horizon - 1

    @property
    def outputs(self) -> int:
        """O of the network that learns it: the number of classes, else the horizon."""
        return self.classes if self.task == "classification" else self.horizon

    def to_query(self) -> dict[str, str]:
        """The entries of a link: only what differs from the default, under short names that stay."""
        return to_entries(self, DEFAULT, QUERY_NAMES, to_text)

    @classmethod
    def from_query(cls, query: Mapping[str, str], ignore: Iterable[str] = ()) -> tuple[Recipe, tuple[str, ...]]:
        """The recipe of a link, and a sentence for each entry that could not be used. Never raises.

        What is wrong counts as not written; the rest of the link still holds. Names in ``ignore`` are somebody else's.
        """
        return from_entries(cls, QUERY_NAMES, lambda name, text: value_of(name, _TYPES[name], text), query, ignore)


_TYPES = get_type_hints(Recipe)
_SMALLEST = {"seed": 0, "target_offset": 0}


def _check_values(recipe: Recipe) -> None:
    for field in fields(recipe):
        value, kind, name = getattr(recipe, field.name), _TYPES[field.name], field.name
        if name == "features":
            _check_features(value)
        elif name == "target":
            _check_column(name, value)
        elif name in ("validation", "test"):
            _check_amount(name, value)
        elif kind is int:
            smallest = _SMALLEST.get(name, 1)
            if type(value) is not int or not smallest <= value <= LARGEST_SIZE:
                raise RecipeError(name, f"a whole number from {smallest} to {LARGEST_SIZE:,}", value)
        elif kind is bool:
            if type(value) is not bool:
                raise RecipeError(name, "True or False", value)
        elif value not in get_args(kind):
            raise RecipeError(name, "one of " + ", ".join(get_args(kind)), value)


def _check_features(value: object) -> None:
    if not isinstance(value, tuple):
        raise RecipeError("features", "a tuple of columns", value, "Write one column as ('Close',).")
    for column in value:
        _check_column("features", column)
    if len(set(value)) < len(value):
        raise RecipeError("features", "each column once", value, "Leave out what is there twice.")


def _check_column(field: str, value: object) -> None:
    by_place = type(value) is int and 0 <= value <= LARGEST_SIZE
    if not by_place and not (isinstance(value, str) and value):
        raise RecipeError(field, "the name of a column, or its place from 0", value)


def _check_amount(field: str, value: object) -> None:
    count = type(value) is int and 0 <= value <= LARGEST_SIZE
    if not count and not (type(value) is float and 0 <= value < 1):
        raise RecipeError(field, "a number of rows such as 12, or a fraction from 0 to below 1 such as 0.2", value)


def _check_combinations(recipe: Recipe) -> None:
    if recipe.task == "classification" and recipe.classes < 2:
        advice = "Set two or more, or choose task=binary."
        raise RecipeError("classes", "2 or more with task=classification", recipe.classes, advice, ("task",))
    if recipe.task == "classification" and recipe.horizon > 1:
        advice = "A class is the target of one row: set it to 1, or choose task=regression."
        raise RecipeError("horizon", "1 with task=classification", recipe.horizon, advice, ("task",))
    if recipe.task == "binary" and recipe.target_offset == 0 and recipe.data not in GENERATED:
        advice = "A row is never higher than itself: set it to 1, the next row."
        raise RecipeError("target_offset", "1 or more with task=binary", 0, advice, ("task",))
    both = recipe.validation + recipe.test
    if isinstance(recipe.validation, float) and isinstance(recipe.test, float) and both >= 1:
        advice = "Nothing is left to train on: make one of them smaller."
        raise RecipeError(
            "test",
            f"less than {1 - recipe.validation:g} with validation={recipe.validation:g}",
            recipe.test,
            advice,
            ("validation",),
        )


DEFAULT = Recipe()
