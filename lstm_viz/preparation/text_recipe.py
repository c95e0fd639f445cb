"""TextRecipe: every choice on the way from messages or a text to batches, in one frozen value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args, get_type_hints

from lstm_viz.links import from_entries, to_entries
from lstm_viz.preparation.padding import Cut, Side
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.recipe_link import to_text, value_of
from lstm_viz.spec import LARGEST_SIZE, SpecError

TextSource = Literal["messages", "zen", "text"]
Unit = Literal["words", "characters"]
PadTo = Literal["length", "longest", "batch"]
Empty = Literal["unknown", "drop", "keep"]
TextTask = Literal["binary", "classification"]
Encoding = Literal["indices", "one-hot"]


class TextRecipeError(SpecError):
    """A choice that cannot be carried out, or not on this text: what was expected, what was got, what to do.

    ``field`` names the choice to change, ``involved`` the others that it does not go together with.
    """


@dataclass(frozen=True)
class TextRecipe:
    """How messages or a text become indices, batches and targets. Raises TextRecipeError. The default is example 3.

    For both units:

    - ``data``: which text; "text" is a person's own. ``unit``: what a step is, a word of a message or a character.
    - ``length``: T, the words that a message is cut or filled to, or the characters of a window.
    - ``encoding``: x as indices (B, T) for an Embedding, or as one-hot vectors (B, T, C).
    - ``validation``, ``test``: the last messages, or the last characters, as a number or a fraction; no shuffling.
    - ``batch_size``, ``shuffle`` (training samples only), ``drop_last``, ``seed``: of the loader.

    For words, whose target is the message's label:

    - ``lowercase``, ``one_letter`` (keep words of one letter), ``min_count`` and ``most`` (0: all): which words count.
    - ``reserved``: indices 0 and 1 are kept for padding and the unknown; else index 0 is a word and padding at once.
    - ``pad_to``: ``length``; or the "longest" training message; or the longest of each "batch". ``side`` is where the
      padding goes, ``cut`` which end of a longer message is lost.
    - ``empty``: a message without a word becomes one "unknown" word, or is left out ("drop"), or stays ("keep").
    - ``task``: binary, a float target (N, 1), or classification, class indices (N,).
    - ``with_lengths``: the loader gives (x, target, lengths) instead of (x, target).

    For characters, whose target is what follows:

    - ``stride``: how many characters lie between the starts of two windows.
    - ``many_to_many``: the next character at every step, (N, T), instead of the one after the window, (N,).

    >>> TextRecipe(length=8).to_query()
    {'wT': '8'}
    >>> TextRecipe.from_query({"wT": "8"})[0].length
    8
    """

    data: TextSource = "messages"
    unit: Unit = "words"
    length: int = 5
    encoding: Encoding = "indices"
    validation: int | float = 0
    test: int | float = 0.2
    batch_size: int = 4
    shuffle: bool = False
    drop_last: bool = False
    seed: int = 0
    lowercase: bool = True
    one_letter: bool = False
    min_count: int = 1
    most: int = 0
    reserved: bool = True
    pad_to: PadTo = "length"
    side: Side = "right"
    cut: Cut = "end"
    empty: Empty = "unknown"
    task: TextTask = "binary"
    with_lengths: bool = False
    stride: int = 1
    many_to_many: bool = False

    def __post_init__(self) -> None:
        _check_values(self)
        _check_combinations(self)

    @property
    def loading(self) -> Recipe:
        """What of it concerns the split and the loader, as a table's recipe says it."""
        return Recipe(
            validation=self.validation,
            test=self.test,
            batch_size=self.batch_size,
            shuffle=self.shuffle,
            drop_last=self.drop_last,
            seed=self.seed,
        )

    def to_query(self) -> dict[str, str]:
        """The entries of a link: only what differs from the default, under short names that stay."""
        return to_entries(self, DEFAULT, TEXT_QUERY_NAMES, to_text)

    @classmethod
    def from_query(cls, query: Mapping[str, str], ignore: Iterable[str] = ()) -> tuple[TextRecipe, tuple[str, ...]]:
        """The recipe of a link, and a sentence for each entry that could not be used. Never raises.

        What is wrong counts as not written; the rest of the link still holds. Names in ``ignore`` are somebody else's.
        """
        return from_entries(cls, TEXT_QUERY_NAMES, lambda name, text: value_of(name, _TYPES[name], text), query, ignore)


TEXT_QUERY_NAMES = {
    "data": "wd",
    "unit": "wu",
    "length": "wT",
    "encoding": "wx",
    "validation": "wval",
    "test": "wtest",
    "batch_size": "wB",
    "shuffle": "wsh",
    "drop_last": "wlast",
    "seed": "wseed",
    "lowercase": "wlow",
    "one_letter": "wone",
    "min_count": "wmin",
    "most": "wmost",
    "reserved": "wres",
    "pad_to": "wto",
    "side": "wside",
    "cut": "wcut",
    "empty": "wnil",
    "task": "wtask",
    "with_lengths": "wlen",
    "stride": "ws",
    "many_to_many": "wmm",
}
"""Field → its name in a link. Links are kept by people: a name here never changes its meaning."""

_TYPES = get_type_hints(TextRecipe)
_SMALLEST = {"seed": 0, "most": 0}


def _check_values(recipe: TextRecipe) -> None:
    for field in fields(recipe):
        value, kind, name = getattr(recipe, field.name), _TYPES[field.name], field.name
        if name in ("validation", "test"):
            count = type(value) is int and 0 <= value <= LARGEST_SIZE
            if not count and not (type(value) is float and 0 <= value < 1):
                allowed = "a number such as 12, or a fraction from 0 to below 1 such as 0.2"
                raise TextRecipeError(name, allowed, value)
        elif kind is int:
            smallest = _SMALLEST.get(name, 1)
            if type(value) is not int or not smallest <= value <= LARGEST_SIZE:
                raise TextRecipeError(name, f"a whole number from {smallest} to {LARGEST_SIZE:,}", value)
        elif kind is bool:
            if type(value) is not bool:
                raise TextRecipeError(name, "True or False", value)
        elif value not in get_args(kind):
            raise TextRecipeError(name, "one of " + ", ".join(get_args(kind)), value)


def _check_combinations(recipe: TextRecipe) -> None:
    if recipe.empty == "unknown" and not recipe.reserved:
        advice = "No index stands for an unknown word then: choose drop, or keep."
        raise TextRecipeError("empty", "drop or keep with reserved=False", recipe.empty, advice, ("reserved",))
    both = recipe.validation + recipe.test
    if isinstance(recipe.validation, float) and isinstance(recipe.test, float) and both >= 1:
        allowed = f"less than {1 - recipe.validation:g} with validation={recipe.validation:g}"
        advice = "Nothing is left to train on: make one of them smaller."
        raise TextRecipeError("test", allowed, recipe.test, advice, ("validation",))


DEFAULT = TextRecipe()
