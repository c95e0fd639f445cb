"""Prepared data as the batch of a network, and the network that fits prepared data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstm_viz.batch import Batch, in_layout, in_shape_of_head, make_batch
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.recipe import GENERATED, Recipe
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.spec import Head, NetworkSpec

_EVERY_STEP = ("every_step", "every_step_3d")


def spec_of(ready: Prepared | PreparedText, base: NetworkSpec) -> NetworkSpec:
    """``base`` with the sizes, the input and the task of prepared data; its cell and layers stay. Raises SpecError.

    >>> from lstm_viz.preparation.prepare import prepare
    >>> from lstm_viz.datasets import passengers
    >>> spec_of(prepare(Recipe(window=7), passengers()), NetworkSpec()).sequence_length
    7
    """
    if isinstance(ready, PreparedText):
        return replace(ready.spec(base), data="prepared")
    every = ready.recipe.many_to_many
    head: Head = "last_step" if base.head in _EVERY_STEP else base.head
    return replace(
        base,
        input="numbers",
        batch_size=len(ready.chosen(0)),
        sequence_length=ready.x.shape[1],
        features=ready.x.shape[2],
        outputs=ready.recipe.outputs,
        task=ready.recipe.task,
        head=(base.head if base.head in _EVERY_STEP else "every_step_3d") if every else head,
        data="prepared",
    )


def refit(recipe: Recipe | TextRecipe, spec: NetworkSpec) -> Recipe | TextRecipe:
    """``recipe`` with the sizes and the task that a network has now. Raises SpecError where no recipe has them."""
    every = spec.head in _EVERY_STEP
    if isinstance(recipe, TextRecipe):
        words = recipe.unit == "words"
        changes: dict[str, Any] = {
            "pad_to": "length",
            "task": "classification" if spec.task == "classification" else "binary",
        }
        reserved = 2 if recipe.reserved else 0
        if words and spec.input == "tokens" and spec.vocabulary_size > reserved:
            changes["most"] = spec.vocabulary_size - reserved
        return replace(
            recipe,
            length=spec.sequence_length,
            batch_size=spec.batch_size,
            encoding="one-hot" if spec.input == "one-hot" else "indices",
            with_lengths=False,
            drop_last=False,
            many_to_many=every and not words,
            **(changes if words else {}),
        )
    if recipe.data in GENERATED:
        return replace(recipe, window=spec.sequence_length, batch_size=spec.batch_size, drop_last=False)
    classes = spec.task == "classification"
    return replace(
        recipe,
        window=spec.sequence_length,
        batch_size=spec.batch_size,
        drop_last=False,
        task=spec.task,
        horizon=1 if classes else spec.outputs,
        classes=spec.outputs if classes else recipe.classes,
        target_offset=max(1, recipe.target_offset) if spec.task == "binary" else recipe.target_offset,
        features=recipe.features[: spec.features],
        many_to_many=every,
    )


def batch_of(ready: Prepared | PreparedText, spec: NetworkSpec) -> Batch:
    """The first training samples as the batch of ``spec``, from the first again where there are fewer than B.

    Columns that the data does not have hold random numbers; where the data cannot be the input of this network at all,
    the whole batch does, and a note says why.
    """
    samples = np.arange(spec.batch_size) % _count(ready)
    x, target = ready.samples(samples)[:2]
    x, notes = _with_columns(x, spec)
    if reason := _misfit(x, target, spec):
        random = make_batch(replace(spec, data="random"))
        return replace(random, notes=(f"{reason} x holds random numbers instead.",))
    steps = target if spec.head in _EVERY_STEP else target.unsqueeze(1)  # (B, S, …)
    if _count(ready) < spec.batch_size:
        notes.append(f"There are {_count(ready):,} training samples: sample {_count(ready):,} is the first again.")
    made = Batch(
        x=in_layout(x, spec),
        target=in_shape_of_head(steps, spec),
        columns=_columns(ready, x, spec),
        source=_source(ready, spec),
        notes=tuple(notes),
    )
    if isinstance(ready, PreparedText):
        return replace(made, texts=_texts(ready, samples))
    if ready.table is None:
        return made
    starts = tuple(ready.parts["train"].starts[samples].tolist())
    return replace(made, table=ready.table, starts=starts, places=ready.feature_places)


def _count(ready: Prepared | PreparedText) -> int:
    return len(ready.parts["train"])


def _with_columns(x: Tensor, spec: NetworkSpec) -> tuple[Tensor, list[str]]:
    """x with F columns: what is missing is drawn with the spec's seed, of one-hot vectors it is 0."""
    missing = spec.features - x.shape[-1] if x.ndim == 3 and spec.input != "tokens" else 0
    if missing <= 0:
        return x, []
    shape = (*x.shape[:2], missing)
    if spec.input == "one-hot":
        return torch.cat([x, torch.zeros(shape)], dim=2), [f"{missing:,} of the classes never occur in this text."]
    generator = torch.Generator().manual_seed(spec.seed)
    note = f"The data has {x.shape[2]:,} columns: the other {missing:,} of x hold random numbers."
    return torch.cat([x, torch.randn(shape, generator=generator)], dim=2), [note]


def _misfit(x: Tensor, target: Tensor, spec: NetworkSpec) -> str:
    tokens = not x.is_floating_point()
    steps = target.ndim > (1 if spec.task == "classification" else 2)
    if tokens != (spec.input == "tokens"):
        return f"The prepared data is {'tokens' if tokens else 'numbers'}, and this network's input is {spec.input}."
    if tokens and int(x.max()) >= spec.vocabulary_size:
        return f"The data has indices up to {int(x.max()):,}, and V is {spec.vocabulary_size:,}."
    if not tokens and x.shape[2] != spec.features:
        return f"The data has {x.shape[2]:,} features, and F is {spec.features:,}."
    if x.shape[1] != spec.sequence_length:
        return f"The data has {x.shape[1]:,} steps, and T is {spec.sequence_length:,}."
    if steps != (spec.head in _EVERY_STEP):
        return "The data has a target for " + ("every step" if steps else "each sample") + ", and this head another."
    if (target.dtype == torch.int64) != (spec.task == "classification"):
        return f"The data's target does not fit task={spec.task}."
    if target.dtype == torch.int64 and int(target.max()) >= spec.outputs:
        return f"The target has classes up to {int(target.max()):,}, and O is {spec.outputs:,}."
    if target.dtype != torch.int64 and target.shape[-1] != spec.outputs:
        return f"The target has {target.shape[-1]:,} numbers, and O is {spec.outputs:,}."
    return ""


def _columns(ready: Prepared | PreparedText, x: Tensor, spec: NetworkSpec) -> tuple[str, ...]:
    if x.ndim == 2:
        return ()
    names = ready.vocabulary.entries if isinstance(ready, PreparedText) else ready.columns
    return (*names, *(f"random {number}" for number in range(1, x.shape[2] - len(names) + 1)))[: spec.features]


def _source(ready: Prepared | PreparedText, spec: NetworkSpec) -> str:
    count = f"{spec.batch_size:,} training sample{'s' if spec.batch_size > 1 else ''}"
    if isinstance(ready, PreparedText):
        what = "messages" if ready.recipe.unit == "words" else "the text"
    else:
        what = ready.table.name if ready.table is not None else ready.target_name
    return f"x holds the first {count} of {what}, as the Data page prepares them."


def _texts(ready: PreparedText, samples: NDArray[np.int64]) -> tuple[tuple[str, ...], ...]:
    steps = range(ready.parts["train"].x.shape[1])
    found = [[ready.origin(int(sample), step) for step in steps] for sample in samples]
    return tuple(tuple("padding" if each is None else each.text or each.entry for each in row) for row in found)
