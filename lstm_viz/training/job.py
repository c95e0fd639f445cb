"""Job: all that a training run needs, small enough to be sent to another process; and the start of its training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor, nn

from lstm_viz.datasets import Table
from lstm_viz.datasets.texts import Texts
from lstm_viz.network import build
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.random_state import seeded
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.batches import Batches
from lstm_viz.training.data import TrainingData, check_fits, from_prepared, from_text, in_order, training_batches
from lstm_viz.training.keeping import Training
from lstm_viz.training.loop import epochs
from lstm_viz.training.metrics import evaluator
from lstm_viz.training.parts import OF_TASK, LossFunction, loss_name, make_loss
from lstm_viz.training.records import Epoch
from lstm_viz.training.spec import DEFAULT, TrainingSpec

Model: TypeAlias = NetworkSpec | nn.Module | Callable[[], nn.Module]
"""A spec that is built, a module that is there, or what makes one: its weights then have the training's seed."""


class DataSource(Protocol):
    """Something small that samples are made of, in the process that trains."""

    def load(self) -> TrainingData:
        """The samples."""


@dataclass(frozen=True, eq=False)
class TableData:
    """A recipe, and the person's own table where the recipe's data is "table".

    >>> data = TableData(Recipe()).load()
    >>> data.train.x.ndim  # (N, T, F)
    3
    """

    recipe: Recipe
    table: Table | None = None

    def load(self) -> TrainingData:
        """Prepare the table. Raises RecipeError."""
        from lstm_viz.preparation.sources import prepared_of

        return from_prepared(prepared_of(self.recipe, self.table))


@dataclass(frozen=True, eq=False)
class TextData:
    """A text recipe, and the person's own texts (with their labels) where the recipe's data is "text".

    >>> data = TextData(TextRecipe()).load()
    >>> data.train.x.shape[0] == len(data.train)  # x (N, T)
    True
    """

    recipe: TextRecipe
    texts: Texts | None = None

    def load(self) -> TrainingData:
        """Prepare the texts. Raises TextError and TextRecipeError."""
        from lstm_viz.preparation.sources import prepared_text_of
        from lstm_viz.training.writing import writes

        data = from_text(prepared_text_of(self.recipe, self.texts))
        return replace(data, sample=writes(data.prepared)) if self.recipe.unit == "characters" else data


@dataclass(frozen=True, eq=False)
class TensorData:
    """Samples that are there already. The whole of them is sent to the process that trains.

    >>> from lstm_viz.training.data import Samples
    >>> samples = Samples(torch.zeros(8, 12, 3), torch.zeros(8, 1))  # x (N, T, F), target (N, O)
    >>> len(TensorData(TrainingData(samples)).load().train)
    8
    """

    data: TrainingData

    def load(self) -> TrainingData:
        """They."""
        return self.data


@dataclass(frozen=True, eq=False)
class Job:
    """A model, its data and how to train it. ``name`` is what the run is called.

    >>> job = Job(NetworkSpec(), TableData(Recipe()), TrainingSpec(epochs=2))
    >>> [epoch.epoch for epoch in start(job).epochs()]
    [1, 2]
    """

    model: Model
    data: DataSource
    spec: TrainingSpec = DEFAULT
    name: str = ""


@dataclass(eq=False)
class Started:
    """A job in the process that trains it: everything built, nothing trained yet."""

    training: Training
    data: TrainingData
    batches: Batches
    validation: Batches | None
    loss_function: LossFunction
    network: NetworkSpec | None
    evaluate: Callable[[nn.Module], Mapping[str, float]] = field(default=lambda model: {})

    def epochs(self, batches: Iterable[tuple[Tensor, Tensor]] | None = None, **options: Any) -> Iterator[Epoch]:
        """Train; ``batches`` may stand in for its own, to look at each as it comes."""
        ours = self.batches if batches is None else batches
        return epochs(self.training, ours, self.validation, self.loss_function, self.evaluate, **options)


def start(job: Job) -> Started:
    """Build the model and its batches, and seed torch as a script does. Raises SpecError where they do not fit.

    >>> started = start(Job(NetworkSpec(), TableData(Recipe()), TrainingSpec(epochs=1)))
    >>> next(iter(started.batches))[0].ndim  # x (B, T, F)
    3
    """
    data, spec = job.data.load(), job.spec
    network = job.model if isinstance(job.model, NetworkSpec) else None
    if network:
        check_fits(network, data)
    model = make_model(job.model, spec.seed)
    loss = make_loss(OF_TASK[data.task] if spec.loss == "auto" else spec.loss)
    torch.manual_seed(spec.seed)
    batches = training_batches(data, spec, network)
    validation = in_order(data.watched, network)
    return Started(Training(model, spec), data, batches, validation, loss, network, evaluator(data, network))


def make_model(model: Model, seed: int) -> nn.Module:
    """The module itself. What is made here has the weights of its seed."""
    if isinstance(model, NetworkSpec):
        return build(model)
    if isinstance(model, nn.Module):
        return model
    with seeded(seed):
        return model()


def train(
    model: NetworkSpec | nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    validation: Iterable[tuple[Tensor, Tensor]] | None = None,
    spec: TrainingSpec = DEFAULT,
    *,
    loss_function: LossFunction | None = None,
    evaluate: Callable[[nn.Module], Mapping[str, float]] | None = None,
) -> Iterator[Epoch]:
    """Train a model on batches of (x, target), and yield an Epoch after each pass over them.

    ``batches`` and ``validation`` are anything that can be walked over again: a DataLoader, a list, ``Batches``. Give a
    module to keep what was trained: ``model = build(spec)``. ``loss_function(prediction, target)`` stands in for the
    spec's. Seeds torch with ``spec.seed`` at its start, as a script does. Raises LossError where prediction and target
    do not go together, and NotFinite where the loss is no number any more.

    >>> x = torch.linspace(0, 1, 40).reshape(8, 5, 1)
    >>> model = build(NetworkSpec(sequence_length=5))
    >>> curve = list(train(model, [(x, x[:, -1])], [(x, x[:, -1])], TrainingSpec(epochs=3, learning_rate=0.1)))
    >>> len(curve), curve[-1].train_loss < curve[0].train_loss
    (3, True)
    """
    network = model if isinstance(model, NetworkSpec) else None
    module = make_model(model, spec.seed)
    torch.manual_seed(spec.seed)
    chosen = loss_function or _loss_of(spec, network)
    yield from epochs(Training(module, spec), batches, validation, chosen, evaluate or (lambda model: {}))


def _loss_of(spec: TrainingSpec, network: NetworkSpec | None) -> LossFunction:
    """The spec's loss; for "auto" and a module of one's own, the kind of the target decides."""
    if network is not None or spec.loss != "auto":
        return make_loss(loss_name(spec, network))
    return lambda prediction, target: make_loss(loss_name(spec, None, target))(prediction, target)
