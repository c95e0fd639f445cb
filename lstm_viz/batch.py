"""The batch of a spec: x, and the target that its loss takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.nn import functional

from lstm_viz.datasets import Table, passengers, prices
from lstm_viz.datasets.table import LARGEST_NUMBER
from lstm_viz.spec import NetworkSpec

_BUNDLED: dict[str, Callable[[], Table]] = {"passengers": passengers, "prices": prices}
_TRAINING_ROWS = {"passengers": 132}  # the last year is test data, as in the worked example
_NO_TABLE = (
    "This link was made with an uploaded table, which stays with the person who uploaded it: "
    "x holds random numbers instead."
)


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch and where its numbers come from.

    ``x`` is (B, T, F) or (T, B, F) float32, or (B, T) or (T, B) int64 for tokens; ``target`` has the shape that the
    loss takes (see ``make_batch``). ``columns`` names the F axis, ``source`` is a sentence on where x comes from, and
    ``notes`` hold a sentence for each thing to know about it. Where x comes from a table, ``table`` is that table,
    ``windows`` the number of windows of it, and ``training_rows`` the number of rows that the scaling was fitted on; of
    prepared data ``starts`` holds the first row of each sample and ``places`` the table's column of each feature. Where
    x is made of a text, ``texts`` holds what stands at each step of each sample.
    """

    x: Tensor
    target: Tensor
    columns: tuple[str, ...]
    source: str
    notes: tuple[str, ...] = ()
    table: Table | None = None
    windows: int = 0
    training_rows: int = 0
    starts: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    texts: tuple[tuple[str, ...], ...] = ()

    def row(self, sample: int, step: int) -> int | None:
        """The row of the table, from 0, at a step of a sample; None where x is not from a table.

        Steps go on past T: step T is the row that the target after the window is taken from.
        """
        if self.table is None:
            return None
        return (self.starts[sample] if self.starts else sample % self.windows) + step

    def label(self, sample: int, step: int) -> str | None:
        """The label of that row ("1949-01"), None where x is not from a table.

        >>> batch = make_batch(NetworkSpec())
        >>> batch.label(0, 0), batch.label(0, 12), batch.raw(0, 12, 0)
        ('1949-01', '1950-01', 115.0)
        """
        if self.texts:
            return self.texts[sample][step] if step < len(self.texts[sample]) else None
        row = self.row(sample, step)
        return None if self.table is None or row is None else self.table.labels[row]

    def raw(self, sample: int, step: int, feature: int) -> float | None:
        """The number of that row as it was before the scaling; None where it is a random number or a class."""
        row = self.row(sample, step)
        places = self.places or range(0 if self.table is None else len(self.table.columns))
        if self.table is None or row is None or feature >= len(places):
            return None
        return float(self.table.values[row, places[feature]])


def make_batch(spec: NetworkSpec, table: Table | None = None) -> Batch:
    """The batch of ``spec``; ``table`` is used where ``spec.data`` is "table". The global random state is not touched.

    Everything random is drawn from ``g = torch.Generator().manual_seed(spec.seed)``, batch first, x before the target,
    and transposed at the end if ``batch_first`` is False. S below is T for the heads of every step, else 1.

    - x of random numbers: ``torch.randn(B, T, F, generator=g)``.
    - x of tokens: ``classes = torch.randint(V, (B, T), generator=g)``; one-hot: with F instead of V, and then
      ``one_hot(classes, F).float()``.
    - x of a table: sample i is the window of T rows that starts at row i (from the first again after the last window),
      its first F columns scaled to (-1, 1) by the least and largest of the training rows, as scikit-learn's
      MinMaxScaler does. Training rows are the first 132 of the passengers, else the first 80 %. Features beyond the
      table's columns are ``torch.randn(B, T, F - columns, generator=g)``. Where the table is too short, random numbers.
    - target for regression: the next O values of column 0, (B, S, O); else ``torch.randn(B, S, O, generator=g)``.
    - target for binary: 1.0 where the next k-th value is higher than the present one, (B, S, O); else
      ``torch.randint(2, (B, S, O), generator=g).float()``.
    - target for classification, (B, S): of a table, which of O equal parts of (-1, 1) the next value is in; else
      ``torch.randint(O, (B, S), generator=g)``. Where the classes of x are O in number and S is T, it is the next one:
      ``torch.cat([classes[:, 1:], torch.randint(O, (B, 1), generator=g)], dim=1)``.

    The target then takes the shape of its head: S = 1 falls away; every_step is (B·T, O) or (B·T,), in the order of
    ``output.reshape(-1, H)``; every_step_3d is (B, T, O) or (B, T), with T first if ``batch_first`` is False.

    >>> batch = make_batch(NetworkSpec(batch_size=2, features=2))
    >>> tuple(batch.x.shape), tuple(batch.target.shape), batch.columns
    ((2, 12, 2), (2, 1), ('passengers', 'month of the year'))
    """
    generator = torch.Generator().manual_seed(spec.seed)
    if spec.input != "numbers":
        return _classes(spec, generator)
    if spec.data == "random":
        return _random(spec, generator)
    chosen = _BUNDLED[spec.data]() if spec.data in _BUNDLED else table
    if chosen is None:
        return _random(spec, generator, (_NO_TABLE,))
    needed = spec.sequence_length + _horizon(spec)
    if needed > chosen.rows:
        note = (
            f"T = {spec.sequence_length:,} steps and {_horizon(spec):,} after them need {needed:,} rows, and the table "
            f"has {chosen.rows:,}: x holds random numbers instead."
        )
        return _random(spec, generator, (note,))
    return _windows(spec, generator, chosen)


def _random(spec: NetworkSpec, generator: Generator, notes: tuple[str, ...] = ()) -> Batch:
    B, T, F = spec.batch_size, spec.sequence_length, spec.features  # noqa: N806
    x = torch.randn(B, T, F, generator=generator)  # (B, T, F)
    return Batch(
        x=in_layout(x, spec),
        target=in_shape_of_head(_random_target(spec, generator), spec),
        columns=tuple(f"feature {number}" for number in range(1, F + 1)),
        source=f"x holds random numbers from the normal distribution, seed {spec.seed}.",
        notes=notes,
    )


def _classes(spec: NetworkSpec, generator: Generator) -> Batch:
    B, T = spec.batch_size, spec.sequence_length  # noqa: N806
    tokens = spec.input == "tokens"
    count = spec.vocabulary_size if tokens else spec.features
    classes = torch.randint(count, (B, T), generator=generator)  # (B, T)
    if spec.task == "classification" and spec.outputs == count and _steps(spec) == T:
        last = torch.randint(count, (B, 1), generator=generator)  # (B, 1)
        target = torch.cat([classes[:, 1:], last], dim=1)  # (B, T)
    else:
        target = _random_target(spec, generator)  # (B, S) or (B, S, O)
    x = classes if tokens else functional.one_hot(classes, count).float()  # (B, T) or (B, T, F)
    kind = f"tokens of a vocabulary of {count:,}" if tokens else f"one-hot vectors of {count:,} classes"
    return Batch(
        x=in_layout(x, spec),
        target=in_shape_of_head(target, spec),
        columns=() if tokens else tuple(f"class {number}" for number in range(count)),
        source=f"x holds random {kind}, seed {spec.seed}.",
    )


def _windows(spec: NetworkSpec, generator: Generator, table: Table) -> Batch:
    B, T, F = spec.batch_size, spec.sequence_length, spec.features  # noqa: N806
    training_rows = _TRAINING_ROWS.get(spec.data, table.rows * 4 // 5)
    windows = table.rows - T - _horizon(spec) + 1
    starts = np.arange(B) % windows  # (B,)
    real = table.values[:, :F]  # (rows, columns up to F)
    scale = _min_max(real[:training_rows])
    cut = sliding_window_view(real, T, axis=0)[starts]  # (B, columns, T)
    x = _to_tensor(scale(cut.transpose(0, 2, 1)))  # (B, T, columns)
    columns, notes = table.columns[:F], []
    if extra := F - len(columns):
        x = torch.cat([x, torch.randn(B, T, extra, generator=generator)], dim=2)  # (B, T, F)
        notes.append(f"The table has {_count(len(columns), 'column')}: the other {extra:,} of x hold random numbers.")
        columns += _new_names(columns, extra)
    if windows < B:
        rows = _count(table.rows, "row")
        notes.append(f"{rows} hold {_count(windows, 'window')}: sample {windows:,} starts again at the first.")
    kinds = f"{_count(B, 'window')} of {_count(T, 'row')} of {table.name}"
    apart = ", each a row later than the one before" if B > 1 else ""
    return Batch(
        x=in_layout(x, spec),
        target=in_shape_of_head(_real_target(spec, table, starts, training_rows), spec),
        columns=columns,
        source=f"x holds {kinds}{apart}, scaled to (−1, 1) by the first {training_rows:,} rows.",
        notes=tuple(notes),
        table=table,
        windows=windows,
        training_rows=training_rows,
    )


def _real_target(spec: NetworkSpec, table: Table, starts: NDArray[np.int64], training_rows: int) -> Tensor:
    """What comes after each of the S present steps: (B, S, O), or (B, S) for classes."""
    column = table.values[:, 0]  # (rows,)
    steps = np.arange(spec.sequence_length)[-_steps(spec) :]  # (S,)
    present = starts[:, None] + steps  # (B, S)
    ahead = sliding_window_view(column, _horizon(spec))[present + 1]  # (B, S, horizon)
    if spec.task == "binary":
        return _to_tensor(ahead > column[present][..., None])  # (B, S, O)
    scaled = _min_max(column[:training_rows])(ahead)  # (B, S, horizon)
    if spec.task == "regression":
        return _to_tensor(scaled)  # (B, S, O)
    parts = np.floor((scaled[..., 0] + 1) / 2 * spec.outputs)  # (B, S)
    return torch.from_numpy(parts.clip(0, spec.outputs - 1).astype(np.int64))


def _random_target(spec: NetworkSpec, generator: Generator) -> Tensor:
    B, S, O = spec.batch_size, _steps(spec), spec.outputs  # noqa: N806, E741
    if spec.task == "classification":
        return torch.randint(O, (B, S), generator=generator)  # (B, S)
    if spec.task == "binary":
        return torch.randint(2, (B, S, O), generator=generator).float()  # (B, S, O)
    return torch.randn(B, S, O, generator=generator)  # (B, S, O)


def _steps(spec: NetworkSpec) -> int:
    """S: how many steps of each sample have a target."""
    return spec.sequence_length if spec.head in ("every_step", "every_step_3d") else 1


def _horizon(spec: NetworkSpec) -> int:
    """How many rows after a step its target is made of."""
    return 1 if spec.task == "classification" else spec.outputs


def in_layout(x: Tensor, spec: NetworkSpec) -> Tensor:
    """x (B, T, …) in the layout of ``spec``: time first where it is not batch first."""
    return x if spec.batch_first else x.transpose(0, 1)  # (B, T, …) or (T, B, …)


def in_shape_of_head(target: Tensor, spec: NetworkSpec) -> Tensor:
    """A target (B, S, …) in the shape that the head's loss takes."""
    if spec.head not in ("every_step", "every_step_3d"):
        return target[:, 0]  # (B, O) or (B,)
    target = in_layout(target, spec)
    return target.flatten(0, 1) if spec.head == "every_step" else target


def _min_max(training: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """scikit-learn's ``MinMaxScaler((-1, 1))``, fitted; written out, because importing it takes a second."""
    low, high = training.min(axis=0), training.max(axis=0)  # (columns,)
    span = np.where(high - low < 10 * np.finfo(np.float64).eps, 1, high - low)  # a constant column becomes -1
    return lambda values: (values - low) / span * 2 - 1


def _to_tensor(values: NDArray[np.float64] | NDArray[np.bool_]) -> Tensor:
    return torch.from_numpy(np.clip(values, -LARGEST_NUMBER, LARGEST_NUMBER).astype(np.float32))


def _new_names(taken: tuple[str, ...], count: int) -> tuple[str, ...]:
    names = (f"random {number}" for number in range(1, count + len(taken) + 1))
    return tuple(name for name in names if name not in taken)[:count]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
