"""Specs for tests: small enough to run, and with every choice in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any, get_args

from hypothesis import strategies

from lstm_viz.spec import Cell, Data, Head, Input, NetworkSpec, Nonlinearity, Task

LARGEST = {"batch_size": 5, "sequence_length": 6, "features": 4, "hidden_size": 6, "layers": 3}


def random_spec(rng: Random, **fixed: Any) -> NetworkSpec:
    """A spec that is valid and small, drawn evenly over its choices; ``fixed`` fields keep their value."""
    cell = fixed.get("cell") or rng.choice(get_args(Cell))
    sizes = {name: rng.randint(1, largest) for name, largest in LARGEST.items()} | fixed
    task = fixed.get("task") or rng.choice(get_args(Task))
    drawn: dict[str, Any] = {
        "cell": cell,
        "nonlinearity": rng.choice(get_args(Nonlinearity)) if cell == "rnn" else "tanh",
        "bidirectional": rng.random() < 0.5,
        "batch_first": rng.random() < 0.7,
        "bias": rng.random() < 0.8,
        "dropout": rng.choice([0.0, 0.25]) if sizes["layers"] > 1 else 0.0,
        "proj_size": rng.randrange(sizes["hidden_size"]) if cell == "lstm" and rng.random() < 0.4 else 0,
        "input": rng.choice(get_args(Input)),
        "vocabulary_size": rng.randint(1, 9),
        "embedding_size": rng.randint(1, 5),
        "head": rng.choice(get_args(Head)),
        "outputs": rng.randint(2 if task == "classification" else 1, 4),
        "task": task,
        "data": rng.choice(get_args(Data)),
        "seed": rng.randrange(1000),
    }
    return NetworkSpec(**(sizes | drawn | fixed))


def random_specs(count: int, seed: int = 0, **fixed: Any) -> list[NetworkSpec]:
    """``count`` specs, always the same for the same seed."""
    rng = Random(seed)
    return [random_spec(rng, **fixed) for _ in range(count)]


def every_combination(base: NetworkSpec) -> Iterator[NetworkSpec]:
    """``base`` with every head, cell, layout, direction, input and task."""
    choices = itertools.product(*map(get_args, (Head, Cell, Input, Task)), (True, False), (True, False))
    for head, cell, given, task, batch_first, bidirectional in choices:
        fields = {"head": head, "cell": cell, "input": given, "task": task}
        yield replace(base, batch_first=batch_first, bidirectional=bidirectional, outputs=3, **fields)


valid_specs = strategies.builds(random_spec, strategies.randoms(use_true_random=False))
"""A hypothesis strategy for valid specs."""
