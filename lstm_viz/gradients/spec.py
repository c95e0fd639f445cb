"""GradientSpec: every choice behind the pictures of gradients, in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

from lstm_viz.spec import Nonlinearity, SpecError

Start = Literal["torch", "orthogonal"]
View = Literal["through-time", "clipping", "learning"]
Task = Literal["adding", "copy"]
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class GradientSpec:
    """An RNN, a GRU and an LSTM that read the same T numbers, and what is looked at. Raises SpecError.

    - ``steps``, ``batch_size``, ``hidden_size``: T, B and H.
    - ``start``: W_hh as PyTorch draws it, evenly from −1/√H to 1/√H, or "orthogonal", each gate's block on its own:
      then its spectral radius is 1. ``weight_scale`` multiplies W_hh.
    - ``activation``: of the RNN. ``forget_bias``: the LSTM's, both of PyTorch's together; the start is 0.
    - ``clip``: the largest norm that all gradients together may have.
    - ``view``: which picture. ``task``: what is learnt live.

    >>> GradientSpec(steps=50).to_query()
    {'gT': '50'}
    >>> GradientSpec.from_query({"gT": "50"})[0].steps
    50
    """

    steps: int = 100
    batch_size: int = 8
    hidden_size: int = 32
    start: Start = "torch"
    weight_scale: float = 1.0
    activation: Nonlinearity = "tanh"
    forget_bias: float = 0.0
    clip: float = 1.0
    seed: int = 0
    view: View = "through-time"
    task: Task = "adding"

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))

    def to_query(self) -> dict[str, str]:
        """The entries of a link: only what differs from the default."""
        changed = {name: value for name in QUERY_NAMES if (value := getattr(self, name)) != getattr(DEFAULT, name)}
        return {
            QUERY_NAMES[name]: f"{value:g}" if _TYPES[name] is float else str(value) for name, value in changed.items()
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[GradientSpec, tuple[str, ...]]:
        """The spec of a link, and a sentence for each entry that could not be used. Never raises."""
        values: dict[str, Any] = {}
        problems = []
        for name, short in QUERY_NAMES.items():
            if short in query:
                try:
                    values[name] = _from_text(name, query[short])
                    _check(name, values[name])
                except SpecError as error:
                    values.pop(name, None)
                    shown = repr(query[short][:_LONGEST_SHOWN])[1:-1]
                    problems.append(f"The link's {short}={shown} was left out: {error}")
        return cls(**values), tuple(problems)


QUERY_NAMES = {
    "steps": "gT",
    "batch_size": "gB",
    "hidden_size": "gH",
    "start": "gstart",
    "weight_scale": "gscale",
    "activation": "gact",
    "forget_bias": "gfb",
    "clip": "gclip",
    "seed": "gseed",
    "view": "gview",
    "task": "gtask",
}
"""Field → its name in a link. Links are kept by people: a name here never changes its meaning."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "steps": (3, 200),
    "batch_size": (1, 64),
    "hidden_size": (1, 64),
    "weight_scale": (0.1, 4),
    "forget_bias": (-2, 8),
    "clip": (0.05, 10),
    "seed": (0, 10_000_000),
}
"""The least and the largest value of each number."""

_TYPES = get_type_hints(GradientSpec)


def _check(name: str, value: object) -> None:
    kind = _TYPES[name]
    if kind in (int, float):
        low, high = LIMITS[name]
        right = type(value) is int or (kind is float and type(value) is float)
        if not right or not low <= value <= high:  # type: ignore[operator]
            what = "a whole number" if kind is int else "a number"
            raise SpecError(name, f"{what} from {low:g} to {high:,.10g}", value)
    elif value not in get_args(kind):
        raise SpecError(name, "one of " + ", ".join(get_args(kind)), value)


def _from_text(name: str, text: str) -> object:
    kind = _TYPES[name]
    if kind not in (int, float):
        return text
    try:
        return kind(text)
    except ValueError:
        raise SpecError(name, "a whole number" if kind is int else "a number", text) from None


DEFAULT = GradientSpec()
