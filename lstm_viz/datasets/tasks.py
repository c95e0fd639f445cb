"""Classical tasks where order matters, generated sample by sample: adding problem, parity, copy."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

TaskName = Literal["adding", "parity", "copy"]
Numbers: TypeAlias = tuple[NDArray[np.float32], NDArray[Any]]
"""x (N, T, F), and its targets."""

SHORTEST: dict[TaskName, int] = {"adding": 2, "parity": 1, "copy": 3}
"""How many steps each needs."""


@dataclass(frozen=True, eq=False)
class SequenceTask:
    """Sequences with their targets. Generated, seeded, independent of each other.

    ``x`` is (N, T, F) float32. ``y`` is (N, 1) float32 for regression and binary, or (N, T) int64 for classes at every
    step. ``columns`` names the F axis, ``classes`` the classes. ``about`` says what is asked, ``chance`` what an answer
    that never looks at x reaches.
    """

    name: TaskName
    title: str
    x: NDArray[np.float32]
    y: NDArray[Any]
    kind: Literal["regression", "binary", "classification"]
    columns: tuple[str, ...]
    about: str
    chance: str
    classes: tuple[str, ...] = ()


def adding(samples: int, steps: int, seed: int = 0) -> SequenceTask:
    """The adding problem: which two numbers are marked, and what is their sum? x (N, T, 2), y (N, 1).

    A number from 0 to 1 at each step; one mark in the first half, one in the second. Always answering 1 has a mean
    squared error of 1/6. Raises ValueError for fewer than 2 steps. Source: S. Hochreiter, J. Schmidhuber, Long
    Short-Term Memory, Neural Computation 9, 1997, experiment 4 (with marks of 0 and 1 in place of −1, 0 and 1).

    >>> task = adding(samples=3, steps=6)
    >>> values, marks = task.x[0].T
    >>> bool(task.y[0, 0] == values[marks == 1].sum())
    True
    """
    _check("samples", samples, 1)
    _check("steps", steps, SHORTEST["adding"])
    x, y = make_adding(samples, steps, seed)
    return SequenceTask(
        name="adding",
        title="The adding problem",
        x=x,
        y=y,
        kind="regression",
        columns=("number", "mark"),
        about="Two of the numbers are marked: their sum is the target, after the last step.",
        chance="Always answering 1 gives a mean squared error of 1/6 = 0.167.",
    )


def parity(samples: int, steps: int, seed: int = 0) -> SequenceTask:
    """Parity: is the number of ones odd? x (N, T, 1), y (N, 1): 1.0 for odd. One bit decides, wherever it is.

    Raises ValueError for no step.

    >>> task = parity(samples=3, steps=6)
    >>> bool(task.y[0, 0] == task.x[0].sum() % 2)
    True
    """
    _check("samples", samples, 1)
    _check("steps", steps, SHORTEST["parity"])
    x, y = make_parity(samples, steps, seed)
    return SequenceTask(
        name="parity",
        title="Parity",
        x=x,
        y=y,
        kind="binary",
        columns=("bit",),
        about="Each step is 0 or 1: the target is 1 where the number of ones is odd.",
        chance="Any answer that leaves out a single step is right half of the time.",
    )


def copy(samples: int, steps: int, seed: int = 0, symbols: int = 2) -> SequenceTask:
    """Copy: some symbols, a pause, a mark; then the symbols are asked for. x (N, T, symbols + 2), y (N, T) int64.

    x is one-hot: class 0 is the blank, 1 to ``symbols`` are the symbols, the last is the mark. The target is blank
    except in the last steps, which repeat the first ones: 4 of them, or fewer where T is short. Raises ValueError for
    fewer than 3 steps. Source: Hochreiter and Schmidhuber 1997, in the form of M. Arjovsky, A. Shah, Y. Bengio, Unitary
    Evolution Recurrent Neural Networks, 2016.

    >>> task = copy(samples=1, steps=8, seed=1)
    >>> task.x[0].argmax(1).tolist(), task.y[0].tolist()
    ([1, 2, 2, 0, 3, 0, 0, 0], [0, 0, 0, 0, 0, 1, 2, 2])
    """
    _check("samples", samples, 1)
    _check("steps", steps, SHORTEST["copy"])
    _check("symbols", symbols, 1)
    x, y = make_copy(samples, steps, seed, symbols)
    names = ("blank", *(f"symbol {number}" for number in range(1, symbols + 1)))
    length = int((y[0] > 0).sum())
    return SequenceTask(
        name="copy",
        title="Copy",
        x=x,
        y=y,
        kind="classification",
        columns=(*names, "mark"),
        about=f"The first {length} steps are symbols: after the mark they are asked for again, in their order.",
        chance=f"Guessing gets 1 of {symbols} symbols right; all blanks before them need no memory.",
        classes=names,
    )


def make_adding(samples: int, steps: int, seed: int) -> Numbers:
    rng = np.random.default_rng(seed)
    values = rng.random((samples, steps))  # (N, T)
    marks = np.zeros((samples, steps))  # (N, T)
    every = np.arange(samples)
    marks[every, rng.integers(0, steps // 2, samples)] = 1
    marks[every, rng.integers(steps // 2, steps, samples)] = 1
    x = np.stack([values, marks], axis=2).astype(np.float32)  # (N, T, 2)
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True)


def make_parity(samples: int, steps: int, seed: int) -> Numbers:
    bits = np.random.default_rng(seed).integers(0, 2, (samples, steps, 1))  # (N, T, 1)
    return bits.astype(np.float32), (bits.sum(axis=1) % 2).astype(np.float32)


def make_copy(samples: int, steps: int, seed: int, symbols: int) -> Numbers:
    length = min(4, (steps - 1) // 2)
    asked = np.random.default_rng(seed).integers(1, symbols + 1, (samples, length))
    shown = np.zeros((samples, steps), dtype=np.int64)  # (N, T), 0 is the blank
    shown[:, :length] = asked
    shown[:, steps - length - 1] = symbols + 1  # the mark
    target = np.zeros((samples, steps), dtype=np.int64)  # (N, T)
    target[:, steps - length :] = asked
    return np.eye(symbols + 2, dtype=np.float32)[shown], target  # (N, T, symbols + 2)


_MAKERS: dict[TaskName, Callable[..., Numbers]] = {"adding": make_adding, "parity": make_parity, "copy": make_copy}
TASKS: dict[TaskName, Callable[[int, int, int], SequenceTask]] = {"adding": adding, "parity": parity, "copy": copy}
"""Each by its name: samples, steps and seed."""


def task_source(name: TaskName) -> str:
    """The text of the function that makes x and y of a task, for a script. It needs ``import numpy as np`` only.

    >>> task_source("parity").splitlines()[0]
    'def make_parity(samples, steps, seed):'
    """
    text = inspect.getsource(_MAKERS[name])
    return text.replace(": int", "").replace(" -> Numbers", "")


def _check(name: str, value: int, smallest: int) -> None:
    if value < smallest:
        raise ValueError(f"{name}: expected {smallest} or more, got {value}")
