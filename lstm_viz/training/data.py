"""What is trained on: the samples of each part, and the way back from their targets to real units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lstm_viz.links import SpecError
from lstm_viz.preparation.characters import character_name
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.spec import NetworkSpec, Task
from lstm_viz.training.batches import Batches, Layout, side_by_side
from lstm_viz.training.spec import TrainingSpec

LARGEST_COPY = 64_000_000
"""Windows that take more bytes than this are not copied out of the rows: they overlap there."""
VALIDATED = 512
"""How many samples are evaluated at once: it changes no result, and bounds the memory."""


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples of one part: x (N, T, F) float32, or (N, T) int64 for tokens, and their targets.

    Targets are (N, O) or (N, T, O), for classes (N,) or (N, T). ``before`` is the last value of the target that was
    known, in real units and in the target's shape; None where there is none.
    """

    x: Tensor
    target: Tensor
    before: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.x)


def _as_it_is(target: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(target, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Training, validation and test samples. ``test`` and ``validation`` may be None, not empty.

    ``inverse`` turns targets and predictions to real units, in the same shape. ``apart`` is how many places apart two
    samples lie that follow each other without overlap. ``sizes`` are those that the network must have, ``classes`` the
    names of what cross-entropy counts. ``sample`` lets a character model write a little. ``notes`` hold a sentence for
    each thing to know.
    """

    train: Samples
    validation: Samples | None = None
    test: Samples | None = None
    task: Task = "regression"
    target_name: str = "target"
    inverse: Callable[[NDArray[Any]], NDArray[np.float64]] = _as_it_is
    apart: int = 1
    sizes: Mapping[str, Any] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    prepared: Any = None
    sample: Callable[[nn.Module, NetworkSpec | None], str] | None = None

    @property
    def watched(self) -> Samples | None:
        """What the validation loss is taken of: validation samples, else test samples."""
        return self.validation or self.test

    @property
    def judged(self) -> Samples | None:
        """What the final metrics are taken of: test samples, else validation samples."""
        return self.test or self.validation


def from_prepared(prepared: Prepared) -> TrainingData:
    """The samples of a prepared table, cut and ready. They take the memory of their windows.

    >>> from lstm_viz.datasets import passengers
    >>> from lstm_viz.preparation.prepare import prepare
    >>> from lstm_viz.preparation.recipe import Recipe
    >>> data = from_prepared(prepare(Recipe(), passengers()))
    >>> tuple(data.train.x.shape), tuple(data.test.target.shape), data.test.before[0].tolist()
    ((120, 12, 1), (12, 1), [405.0])
    """
    recipe = prepared.recipe
    parts = {name: _samples(prepared, name) for name, part in prepared.parts.items() if len(part)}
    T, F = prepared.sizes["T"], prepared.sizes["F"]  # noqa: N806
    every_step = prepared.y.ndim > (1 if recipe.task == "classification" else 2)
    return TrainingData(
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        task=recipe.task,
        target_name=prepared.target_name,
        inverse=prepared.inverse,
        apart=max(1, -(-T // recipe.stride)),
        sizes={
            "sequence_length": T,
            "features": F,
            "outputs": prepared.sizes["O"],
            "task": recipe.task,
            "input": "numbers",
            "every_step": every_step,
        },
        notes=_stands_in(parts),
        prepared=prepared,
    )


def from_text(prepared: PreparedText) -> TrainingData:
    """The samples of prepared messages or characters, as indices: the network's layout makes one-hot vectors of them.

    >>> from lstm_viz.datasets.zen import zen
    >>> from lstm_viz.preparation.prepare_text import prepare_text
    >>> from lstm_viz.preparation.text_recipe import TextRecipe
    >>> data = from_text(prepare_text(TextRecipe(unit="characters", encoding="one-hot"), zen().texts))
    >>> tuple(data.train.x.shape), data.sizes["features"], len(data.classes)
    ((679, 5), 45, 45)
    """
    recipe, characters = prepared.recipe, prepared.recipe.unit == "characters"
    every_step = characters and recipe.many_to_many
    parts = {}
    for name, part in prepared.parts.items():
        known = part.x if every_step else part.x[:, -1]  # the baseline that says the same character again
        parts[name] = Samples(part.x, part.target, known.numpy().astype(np.float64) if characters else None)
    size = "features" if recipe.encoding == "one-hot" else "vocabulary_size"
    task: Task = "classification" if characters else recipe.task
    steps = parts["train"].x.shape[1]
    return TrainingData(
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        task=task,
        target_name="next character" if characters else "label",
        apart=max(1, -(-steps // recipe.stride)) if characters else 1,
        sizes={
            "sequence_length": steps,
            size: len(prepared.vocabulary),
            "outputs": prepared.outputs,
            "task": task,
            "input": "one-hot" if recipe.encoding == "one-hot" else "tokens",
            "every_step": every_step,
        },
        classes=tuple(map(character_name, prepared.classes)) if characters else prepared.classes,
        notes=_stands_in(parts),
        prepared=prepared,
    )


def _stands_in(parts: Mapping[str, Samples]) -> tuple[str, ...]:
    alone = "test" in parts and "validation" not in parts
    return ("There is no validation part: the test samples stand in for it.",) if alone else ()


def from_tensors(
    train: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor] | None = None,
    test: tuple[Tensor, Tensor] | None = None,
    **about: Any,
) -> TrainingData:
    """The same from tensors of one's own: x (N, T, F) and target (N, O), or as ``Samples`` says.

    >>> len(from_tensors((torch.zeros(8, 3, 1), torch.zeros(8, 1))).train)
    8
    """
    checked, judged = (None if pair is None else Samples(*pair) for pair in (validation, test))
    return TrainingData(Samples(*train), checked, judged, **about)


def fitted(spec: NetworkSpec, data: TrainingData) -> NetworkSpec:
    """``spec`` with the sizes, the input, the task and the kind of head that the data ask for.

    >>> from lstm_viz.datasets import passengers
    >>> from lstm_viz.preparation.prepare import prepare
    >>> from lstm_viz.preparation.recipe import Recipe
    >>> fitted(NetworkSpec(hidden_size=7), from_prepared(prepare(Recipe(window=5), passengers()))).sequence_length
    5
    """
    wanted = {name: value for name, value in data.sizes.items() if name != "every_step"}
    if (every := data.sizes.get("every_step")) is not None and every != _every_step(spec):
        wanted["head"] = "every_step_3d" if every else "last_step"
    return replace(spec, **wanted)


def check_fits(spec: NetworkSpec, data: TrainingData) -> None:
    """Raises SpecError for the first setting of a network that does not go together with the data."""
    for name, value in data.sizes.items():
        if name == "every_step":
            if value != _every_step(spec):
                wanted = "every_step or every_step_3d" if value else "last_step, last_hidden or flatten"
                advice = "The data have a target for every step." if value else "The data have one target a sample."
                raise SpecError("head", wanted, spec.head, advice)
        elif getattr(spec, name) != value:
            raise SpecError(name, f"{value} as in the data", getattr(spec, name), "Set it so, or prepare other data.")


def training_batches(data: TrainingData, spec: TrainingSpec, network: NetworkSpec | None = None) -> Batches:
    """The training samples in batches; side by side where the state is carried from one to the next."""
    x, target = data.train.x, data.train.target
    order = None if spec.state == "reset" else side_by_side(len(x), spec.batch_size, data.apart)
    size = spec.batch_size if order is None else min(spec.batch_size, -(-len(x) // data.apart))
    shuffling = torch.Generator().manual_seed(spec.seed) if spec.shuffle else None
    return Batches(x, target, size, shuffling, order, Layout(network) if network else None)


def in_order(samples: Samples | None, network: NetworkSpec | None = None) -> Batches | None:
    """Samples in their order, as many at once as fit; None where there are none."""
    if samples is None or not len(samples):
        return None
    return Batches(samples.x, samples.target, VALIDATED, layout=Layout(network) if network else None)


def _every_step(spec: NetworkSpec) -> bool:
    return spec.head in ("every_step", "every_step_3d")


def _samples(prepared: Prepared, part: str) -> Samples:
    starts = prepared.parts[part].starts
    x, target = torch.from_numpy(_rows(prepared.x, starts)), torch.from_numpy(_rows(prepared.y, starts))
    return Samples(x, target, _before(prepared, starts))


def _rows(windows: NDArray[Any], starts: NDArray[np.int64]) -> NDArray[Any]:
    """The windows at some places; where they are many and evenly spaced a view, since a copy takes T times the room."""
    apart = np.unique(np.diff(starts))
    if len(apart) > 1 or len(starts) * windows[:1].nbytes <= LARGEST_COPY:
        return np.ascontiguousarray(windows[starts])
    step = int(apart[0]) if len(apart) else 1
    return windows[starts[0] : starts[-1] + 1 : step]


def _before(prepared: Prepared, starts: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """The value of the target's column in the row before the first that a target is made of, once for each number."""
    recipe, table = prepared.recipe, prepared.table
    if table is None:
        return None
    if recipe.task != "regression":  # the target of the window that ended where the first row of this target begins
        earlier = starts - recipe.target_offset - recipe.horizon + 1
        return None if (earlier < 0).any() else np.asarray(prepared.y[earlier], dtype=np.float64)
    column = table.values[:, prepared.target_place]
    steps = np.arange(recipe.window) if recipe.many_to_many else np.array([recipe.window - 1])
    rows = starts[:, None] + steps + recipe.target_offset - 1  # (N, S)
    known: NDArray[np.float64] = column[rows.clip(0)][..., None].repeat(recipe.horizon, axis=-1)  # (N, S, O)
    return known if recipe.many_to_many else known[:, 0]
