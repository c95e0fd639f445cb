"""LSTM, GRU and RNN on the same data, one after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lstm_viz.links import SpecError
from lstm_viz.network import outline
from lstm_viz.spec import Cell, NetworkSpec
from lstm_viz.training.job import Job, start
from lstm_viz.training.metrics import Metrics, report
from lstm_viz.training.records import Epoch

CELLS: tuple[Cell, ...] = ("lstm", "gru", "rnn")


@dataclass(frozen=True, eq=False)
class Compared:
    """One of the cells: its curve, the seconds that it took, and its number of weights; ``metrics`` once done."""

    cell: Cell
    job: Job
    weights: int
    epochs: tuple[Epoch, ...] = ()
    seconds: float = 0.0
    metrics: Metrics | None = None


def comparison_jobs(job: Job, cells: Sequence[Cell] = CELLS) -> tuple[Job, ...]:
    """The same job with each kind of cell, to be submitted in turn. All else stays, and so does the seed.

    A projection and a nonlinearity are left out, since not every cell has them. Raises SpecError for a job whose model
    is no NetworkSpec.

    >>> from lstm_viz.preparation.recipe import Recipe
    >>> from lstm_viz.training.job import TableData
    >>> [each.name for each in comparison_jobs(Job(NetworkSpec(), TableData(Recipe())))]
    ['LSTM', 'GRU', 'RNN']
    """
    network = _network(job)
    return tuple(
        replace(job, model=replace(network, cell=cell, proj_size=0, nonlinearity="tanh"), name=cell.upper())
        for cell in cells
    )


def train_in_turn(job: Job, cells: Sequence[Cell] = CELLS) -> Iterator[Compared]:
    """Train each kind of cell here, one after another, and yield it once it is done."""
    for each in comparison_jobs(job, cells):
        started = start(each)
        epochs = tuple(started.epochs())
        found = report(started.training.model, started.data, started.network)
        yield compared(each, epochs, found.metrics if found else None)


def compared(job: Job, epochs: Sequence[Epoch], metrics: Metrics | None = None) -> Compared:
    """The row of one run."""
    network = _network(job)
    seconds = sum(epoch.seconds for epoch in epochs)
    return Compared(network.cell, job, count_weights(network), tuple(epochs), seconds, metrics)


def count_weights(network: NetworkSpec) -> int:
    """How many weights a network has, without building it.

    >>> count_weights(NetworkSpec()), count_weights(NetworkSpec(cell="gru")), count_weights(NetworkSpec(cell="rnn"))
    (166, 126, 46)
    """
    return sum(weight.numel() for weight in outline(network).parameters())


def _network(job: Job) -> NetworkSpec:
    if not isinstance(job.model, NetworkSpec):
        advice = "A module of one's own has its cell in its code: compare a network from the settings."
        raise SpecError("cell", "a network made from its settings", type(job.model).__name__, advice)
    return job.model
