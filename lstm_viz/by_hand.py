"""A cell small enough to be followed by hand: its tables of numbers as texts, and the module that they make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lstm_viz.cell import Unrolled, unroll
from lstm_viz.random_state import seeded
from lstm_viz.recurrent import Recurrent, gates_of
from lstm_viz.spec import Cell

LARGEST = {"H": 2, "F": 2, "T": 3}
LARGEST_NUMBER = 1000.0
_WEIGHTS = ("0.5", "-0.3", "0.8", "0.2", "-0.6", "0.4", "-0.1", "0.7", "-0.4")
_X = (("1", "0.5"), ("-0.5", "1"), ("0.2", "-1"))
_MODULES: dict[Cell, type[nn.LSTM] | type[nn.GRU] | type[nn.RNN]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class HandError(ValueError):
    """A number that cannot be used; the message says which one, what was expected and what was got."""


@dataclass(frozen=True)
class Layout:
    """Which cell, and its sizes: H and F of 1 or 2, T from 1 to 3.

    ``weights`` is one table: a row for each gate and unit, as PyTorch stacks them; its columns are what the row is
    multiplied by, x and then h, and at the end the two biases. ``x`` is the table (T, F).
    """

    cell: Cell
    hidden: int
    features: int
    steps: int

    @property
    def weight_rows(self) -> tuple[str, ...]:
        """``i, unit 0`` and so on, G·H of them."""
        letters = [gate.letter for gate in gates_of(self.module())]
        return tuple(f"{letter}, unit {unit}" for letter in letters for unit in range(self.hidden))

    @property
    def weight_columns(self) -> tuple[str, ...]:
        """``x[0]`` … ``h[0]`` … ``b_ih`` ``b_hh``."""
        inputs, states = range(self.features), range(self.hidden)
        return (*(f"x[{j}]" for j in inputs), *(f"h[{j}]" for j in states), "b_ih", "b_hh")

    @property
    def x_rows(self) -> tuple[str, ...]:
        """``t = 0`` and so on, T of them."""
        return tuple(f"t = {step}" for step in range(self.steps))

    @property
    def x_columns(self) -> tuple[str, ...]:
        """``x[0]`` and so on, F of them."""
        return tuple(f"x[{j}]" for j in range(self.features))

    def module(self) -> Recurrent:
        """A module of this kind and these sizes; the random state outside stays as it was."""
        with seeded(0):
            return _MODULES[self.cell](self.features, self.hidden)


@dataclass(frozen=True, eq=False)
class ByHand:
    """The module with the typed weights, its run kept whole, and PyTorch's own output (T, H) for the same x (T, F)."""

    module: Recurrent
    unrolled: Unrolled
    output: Tensor


def first_weight(row: str, column: str) -> str:
    """What a weight is before anybody typed: a short number, always the same for its place."""
    if column.startswith("b_"):
        return ("0.3" if row[0] in "gn" else "0.1") if column == "b_ih" else "0"
    letter, unit = row[0], int(row[-1])
    place = "ifgorznh".index(letter) * 4 + unit * 2 + (0 if column[0] == "x" else 5) + int(column[2])
    return _WEIGHTS[place % len(_WEIGHTS)]


def first_x(row: str, column: str) -> str:
    """What an input is before anybody typed."""
    return _X[int(row[-1])][int(column[2])]


def read_number(text: str, where: str) -> float:
    """The number that ``text`` says. Raises HandError with a sentence that begins with ``where``.

    >>> read_number(" -0,5 ", "here")
    -0.5
    """
    plain = text.strip().replace("−", "-").replace(",", ".")
    if not plain:
        raise HandError(f"{where}: expected a number, got nothing. Type 0 to leave it out of the sum.")
    try:
        number = float(plain)
    except ValueError:
        shortened = text if len(text) <= 20 else f"{text[:20]}…"
        raise HandError(f"{where}: expected a number such as 0.5, got {shortened!r}. It is still there.") from None
    if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        raise HandError(
            f"{where}: expected a number from −1000 to 1000, got {plain}. Smaller ones are easier to follow."
        )
    return number


def read_table(name: str, rows: Sequence[str], columns: Sequence[str], texts: Mapping[tuple[str, str], str]) -> Tensor:
    """The table as a tensor (rows, columns). Raises HandError for the first cell that holds no number."""
    numbers = [
        [read_number(texts[row, column], f"{name}, row “{row}”, column {column}") for column in columns] for row in rows
    ]
    return torch.tensor(numbers)


def compute(layout: Layout, weights: Tensor, x: Tensor) -> ByHand:
    """Copy ``weights`` (G·H, F + H + 2) into a module and run it on ``x`` (T, F) from zeros.

    >>> layout = Layout("rnn", hidden=1, features=1, steps=1)
    >>> compute(layout, torch.tensor([[1.0, 0.0, 0.0, 0.0]]), torch.zeros(1, 1)).output
    tensor([[0.]])
    """
    module, F, H = layout.module(), layout.features, layout.hidden  # noqa: N806
    parts = torch.split(weights, [F, H, 1, 1], dim=1)  # (G·H, F), (G·H, H), (G·H, 1), (G·H, 1)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    with torch.no_grad():
        for name, part in zip(names, parts, strict=True):
            weight = getattr(module, name)
            weight.copy_(part.reshape(weight.shape))
        output = module(x)[0]  # (T, H)
    return ByHand(module, unroll(module, x), output)
