"""Live runs that several steps look at, each kept for everybody who sets the same sizes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import cast

from torch import nn

from lstm_viz.audit.dependency import DependencyMap
from lstm_viz.cell import Unrolled, unroll
from lstm_viz.forward import Forward, run_forward
from lstm_viz.lessons.pictures import Depending
from lstm_viz.lessons.records import Values
from lstm_viz.network import build
from lstm_viz.pitfalls import Outcome, find, nearest, run
from lstm_viz.pitfalls.filling import fill
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.sources import prepared_of
from lstm_viz.recurrent import Recurrent
from lstm_viz.spec import NetworkSpec


@lru_cache(maxsize=128)
def forward(spec: NetworkSpec) -> Forward:
    """The traced forward pass of a spec."""
    return run_forward(spec)


@lru_cache(maxsize=64)
def unrolled(spec: NetworkSpec) -> Unrolled:
    """The recurrent layer of a spec on the spec's batch, with everything in it kept."""
    network, batch = build(spec).eval(), forward(spec).batch
    assert batch is not None
    x = cast(nn.Module, network.embedding)(batch.x) if spec.input == "tokens" else batch.x
    return unroll(cast(Recurrent, getattr(network, spec.cell)), x)


@lru_cache(maxsize=64)
def prepared(recipe: Recipe) -> Prepared:
    """A recipe carried out on its bundled table."""
    return prepared_of(recipe)


def shape(spec: NetworkSpec, name: str = "output") -> tuple[int, ...]:
    """The shape that a tensor of the forward pass has."""
    return tuple(forward(spec).trace[name].shape)


def gives(spec_of: Callable[[Values], NetworkSpec], name: str, wanted: tuple[int, ...]) -> Callable[[Values], bool]:
    """Whether a tensor of the run has a shape: the condition of a task."""
    return lambda values: shape(spec_of(values), name) == wanted


def caught(call: Callable[[], object]) -> str:
    """What is raised, as Python prints it; empty where nothing is.

    >>> caught(lambda: [].index(3))
    'ValueError: 3 is not in list'
    """
    try:
        call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def mistake(key: str, values: Values) -> Outcome:
    """Both programs of a mistake at the sizes of a step, as far as it has them."""
    pitfall = find(key)
    if pitfall is None:
        raise KeyError(f"expected a mistake of the catalogue, got {key!r}")
    return _run(key, tuple(nearest(pitfall, values).items()))


def both_ways(key: str, values: Values) -> tuple[Depending, Depending]:
    """The dependency maps of a mistake, wrong and right."""
    outcome = mistake(key, values)
    if outcome.maps is None:
        raise ValueError(f"the mistake {key!r} has no dependency maps")
    wrong, right = outcome.maps
    sides = (("Wrong", outcome.pitfall.wrong, wrong, False), ("Right", outcome.pitfall.right, right, True))
    first, second = (Depending(title, fill(code, outcome.sizes), found, good) for title, code, found, good in sides)
    return first, second


def places_seen(found: DependencyMap, output: int) -> int:
    """How many inputs one output depends on."""
    return int(found.depends[output].sum())


@lru_cache(maxsize=256)
def _run(key: str, sizes: tuple[tuple[str, int], ...]) -> Outcome:
    pitfall = find(key)
    assert pitfall is not None
    return run(pitfall, dict(sizes))
