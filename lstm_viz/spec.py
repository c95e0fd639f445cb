"""NetworkSpec: every choice that makes a network and its batch, in one frozen value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args, get_type_hints

from lstm_viz.dims import SYMBOLS
from lstm_viz.links import SpecError as SpecError
from lstm_viz.links import from_entries, plain_value, to_entries

Cell = Literal["lstm", "gru", "rnn"]
Nonlinearity = Literal["tanh", "relu"]
Input = Literal["numbers", "one-hot", "tokens"]
Head = Literal["last_step", "last_hidden", "every_step", "every_step_3d", "flatten"]
Task = Literal["regression", "classification", "binary"]
Data = Literal["random", "passengers", "prices", "table", "prepared"]

LARGEST_SIZE = 10_000_000
LARGEST_FLATTEN = 100_000_000
_GATES: dict[Cell, int] = {"lstm": 4, "gru": 3, "rnn": 1}


@dataclass(frozen=True)
class NetworkSpec:
    """A recurrent network, its head, its task and its batch. Names are PyTorch's; the symbols are those of ``dims``.

    The same spec always gives the same weights, batch and trace, because ``seed`` is part of it. ``features`` is the
    number of classes where ``input`` is one-hot, and is not used where it is tokens; ``data`` is used for numbers only.
    Raises SpecError.

    >>> NetworkSpec(hidden_size=7).to_query()
    {'H': '7'}
    >>> NetworkSpec.from_query({"H": "7"})[0].hidden_size
    7
    """

    cell: Cell = "lstm"
    nonlinearity: Nonlinearity = "tanh"
    batch_size: int = 4
    sequence_length: int = 12
    features: int = 1
    hidden_size: int = 5
    layers: int = 1
    bidirectional: bool = False
    batch_first: bool = True
    bias: bool = True
    dropout: float = 0.0
    proj_size: int = 0
    input: Input = "numbers"
    vocabulary_size: int = 20
    embedding_size: int = 10
    head: Head = "last_step"
    outputs: int = 1
    task: Task = "regression"
    data: Data = "passengers"
    seed: int = 0

    def __post_init__(self) -> None:
        _check_values(self)
        _check_combinations(self)

    @property
    def directions(self) -> int:
        """D: 2 for a bidirectional network, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def gates(self) -> int:
        """G: 4 for an LSTM, 3 for a GRU, 1 for an RNN."""
        return _GATES[self.cell]

    @property
    def input_size(self) -> int:
        """What the recurrent layer is given at each step: E for tokens, else F."""
        return self.embedding_size if self.input == "tokens" else self.features

    @property
    def step_size(self) -> int:
        """The last axis of ``output``: D·P with a projection, else D·H."""
        return self.directions * (self.proj_size or self.hidden_size)

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each symbol that this network has."""
        sizes = {"B": self.batch_size, "T": self.sequence_length, "H": self.hidden_size, "L": self.layers}
        sizes |= {"D": self.directions, "O": self.outputs, "G": self.gates}
        if self.input == "tokens":
            sizes |= {"V": self.vocabulary_size, "E": self.embedding_size}
        else:
            sizes["F"] = self.features
        if self.proj_size:
            sizes["P"] = self.proj_size
        return {letter: sizes[letter] for letter in SYMBOLS if letter in sizes}

    def to_query(self) -> dict[str, str]:
        """The entries of a link: only what differs from the default, under short names that stay."""
        return to_entries(self, DEFAULT, QUERY_NAMES)

    @classmethod
    def from_query(cls, query: Mapping[str, str], ignore: Iterable[str] = ()) -> tuple[NetworkSpec, tuple[str, ...]]:
        """The spec of a link, and a sentence for each entry that could not be used. Never raises.

        What is wrong counts as not written; the rest of the link still holds. Names in ``ignore`` are somebody else's.
        """
        return from_entries(cls, QUERY_NAMES, lambda name, text: plain_value(name, _TYPES[name], text), query, ignore)


QUERY_NAMES = {
    "cell": "cell",
    "nonlinearity": "act",
    "batch_size": "B",
    "sequence_length": "T",
    "features": "F",
    "hidden_size": "H",
    "layers": "L",
    "bidirectional": "bi",
    "batch_first": "bf",
    "bias": "bias",
    "dropout": "drop",
    "proj_size": "P",
    "input": "in",
    "vocabulary_size": "V",
    "embedding_size": "E",
    "head": "head",
    "outputs": "O",
    "task": "task",
    "data": "data",
    "seed": "seed",
}
"""Field → its name in a link. Links are kept by people: a name here never changes its meaning."""

FIELD_OF_SYMBOL = {short: name for name, short in QUERY_NAMES.items() if short in SYMBOLS}
"""Symbol → the field that sets it: ``H`` → ``hidden_size``."""

_TYPES = get_type_hints(NetworkSpec)
_SMALLEST = {"seed": 0, "proj_size": 0}


def _check_values(spec: NetworkSpec) -> None:
    for field in fields(spec):
        value, kind = getattr(spec, field.name), _TYPES[field.name]
        if kind is int:
            smallest = _SMALLEST.get(field.name, 1)
            if type(value) is not int or not smallest <= value <= LARGEST_SIZE:
                raise SpecError(field.name, f"a whole number from {smallest} to {LARGEST_SIZE:,}", value)
        elif kind is bool:
            if type(value) is not bool:
                raise SpecError(field.name, "True or False", value)
        elif kind is float:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1:
                raise SpecError(field.name, "a number from 0 to below 1", value)
        elif value not in get_args(kind):
            raise SpecError(field.name, "one of " + ", ".join(get_args(kind)), value)


def _check_combinations(spec: NetworkSpec) -> None:
    if spec.nonlinearity != "tanh" and spec.cell != "rnn":
        advice = "Only an RNN lets you choose it."
        raise SpecError("nonlinearity", f"tanh with cell={spec.cell}", spec.nonlinearity, advice, ("cell",))
    if spec.dropout and spec.layers == 1:
        advice = "Dropout acts between layers, and one layer has nothing between: set layers to 2 or more."
        raise SpecError("dropout", "0 with layers=1", spec.dropout, advice, ("layers",))
    if spec.proj_size and spec.cell != "lstm":
        advice = "Only an LSTM can project its state."
        raise SpecError("proj_size", f"0 with cell={spec.cell}", spec.proj_size, advice, ("cell",))
    if spec.proj_size >= spec.hidden_size:
        allowed = f"less than hidden_size={spec.hidden_size} (0 for no projection)"
        advice = "A projection makes the state smaller."
        raise SpecError("proj_size", allowed, spec.proj_size, advice, ("hidden_size",))
    if spec.task == "classification" and spec.outputs < 2:
        advice = "One score is always the largest: set two or more, or choose task=binary."
        raise SpecError("outputs", "2 or more classes with task=classification", spec.outputs, advice, ("task",))
    weights = spec.sequence_length * spec.step_size * spec.outputs
    if spec.head == "flatten" and weights > LARGEST_FLATTEN:
        product = f"T·{'D·' if spec.bidirectional else ''}{'P' if spec.proj_size else 'H'}·O"
        advice = "Its Linear sees every step at once: make T, H or O smaller, or choose head=last_step."
        allowed = f"at most {LARGEST_FLATTEN:,} weights in a flatten head ({product})"
        involved = ("sequence_length", "hidden_size", "outputs", "bidirectional", "proj_size")
        raise SpecError("head", allowed, f"{weights:,}", advice, involved)


DEFAULT = NetworkSpec()
