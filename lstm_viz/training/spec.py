"""TrainingSpec: every choice that makes a training run, in one frozen value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args, get_type_hints

from lstm_viz.links import SpecError, from_entries, plain_value, to_entries
from lstm_viz.spec import LARGEST_SIZE

Optimizer = Literal["adam", "sgd", "adamw", "rmsprop"]
Schedule = Literal["none", "step", "cosine", "plateau"]
Loss = Literal["auto", "mse", "mae", "huber", "cross-entropy", "bce"]
State = Literal["reset", "carried", "undetached"]

MOST_EPOCHS = 100_000
_METRICS_PER_RUN = 10


@dataclass(frozen=True)
class TrainingSpec:
    """How a network is trained. The same spec, network and data always give the same losses on the same machine.

    - ``momentum`` is used by sgd alone; ``weight_decay`` by every optimizer.
    - ``schedule``: "step" multiplies the learning rate by ``schedule_factor`` every ``schedule_every`` epochs,
      "plateau" does so when the validation loss has not fallen for that many, "cosine" lets it fall to 0 by the end.
    - ``clip`` is the largest norm that all gradients together may have; 0 for no clipping.
    - ``patience``: stop after so many epochs without a lower validation loss, and go back to the best weights; 0 never
      stops early, and the last weights stay.
    - ``loss``: "auto" takes the one of the task.
    - ``state`` between batches: "reset" starts each at zeros; "carried" hands the last state on, detached; "undetached"
      does so with its history, which is the mistake to be seen. Only samples in order can be carried: no ``shuffle``.

    ``seed`` is that of the order of the samples and of dropout; the weights have the network's own. Raises SpecError.

    >>> TrainingSpec(epochs=7, learning_rate=0.01).to_query()
    {'tlr': '0.01', 'tep': '7'}
    >>> TrainingSpec.from_query({"tep": "7"})[0].epochs
    7
    """

    optimizer: Optimizer = "adam"
    learning_rate: float = 0.001
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: Schedule = "none"
    schedule_every: int = 30
    schedule_factor: float = 0.5
    batch_size: int = 32
    epochs: int = 100
    shuffle: bool = True
    clip: float = 0.0
    patience: int = 0
    loss: Loss = "auto"
    state: State = "reset"
    seed: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))
        if self.state != "reset" and self.shuffle:
            advice = "A state goes on where the last batch ended, so the samples must keep their order."
            raise SpecError("shuffle", f"False with state={self.state}", True, advice, ("state",))

    @property
    def metrics_every(self) -> int:
        """How many epochs lie between two that are measured by scikit-learn, which takes longer than a small epoch."""
        return -(-self.epochs // _METRICS_PER_RUN)

    def is_measured(self, epoch: int) -> bool:
        """Whether the metrics of this epoch are taken: of the first, the last, and every ``metrics_every``-th."""
        return epoch in (1, self.epochs) or epoch % self.metrics_every == 0

    def to_query(self) -> dict[str, str]:
        """The entries of a link: only what differs from the default, under short names that stay."""
        return to_entries(self, DEFAULT, QUERY_NAMES)

    @classmethod
    def from_query(cls, query: Mapping[str, str], ignore: Iterable[str] = ()) -> tuple[TrainingSpec, tuple[str, ...]]:
        """The spec of a link, and a sentence for each entry that could not be used. Never raises.

        What is wrong counts as not written; the rest of the link still holds. Names in ``ignore`` are somebody else's,
        for one NetworkSpec's.
        """
        return from_entries(cls, QUERY_NAMES, lambda name, text: plain_value(name, _TYPES[name], text), query, ignore)


QUERY_NAMES = {
    "optimizer": "topt",
    "learning_rate": "tlr",
    "momentum": "tmom",
    "weight_decay": "twd",
    "schedule": "tsched",
    "schedule_every": "tevery",
    "schedule_factor": "tfac",
    "batch_size": "tB",
    "epochs": "tep",
    "shuffle": "tshuf",
    "clip": "tclip",
    "patience": "tpat",
    "loss": "tloss",
    "state": "tstate",
    "seed": "tseed",
}
"""Field → its name in a link. Links are kept by people: a name here never changes its meaning."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "learning_rate": (1e-8, 1_000),
    "momentum": (0, 0.9999),
    "weight_decay": (0, 10),
    "schedule_every": (1, MOST_EPOCHS),
    "schedule_factor": (0.001, 0.999),
    "batch_size": (1, LARGEST_SIZE),
    "epochs": (1, MOST_EPOCHS),
    "clip": (0, 1_000_000),
    "patience": (0, MOST_EPOCHS),
    "seed": (0, LARGEST_SIZE),
}
"""The least and the largest value of each number."""

_TYPES = get_type_hints(TrainingSpec)


def _check(name: str, value: object) -> None:
    kind = _TYPES[name]
    if kind is bool:
        if type(value) is not bool:
            raise SpecError(name, "True or False", value)
    elif kind in (int, float):
        low, high = LIMITS[name]
        right = type(value) is int or (kind is float and type(value) is float)
        if not right or not low <= value <= high:  # type: ignore[operator]
            what = "a whole number" if kind is int else "a number"
            raise SpecError(name, f"{what} from {low:,g} to {_written(high)}", value)
    elif value not in get_args(kind):
        raise SpecError(name, "one of " + ", ".join(get_args(kind)), value)


def _written(number: float) -> str:
    return f"{number:,}" if number == int(number) else f"{number:g}"


DEFAULT = TrainingSpec()
