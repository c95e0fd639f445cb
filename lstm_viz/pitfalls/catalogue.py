"""All mistakes in their order, and finding one by its key."""

from __future__ import annotations

from lstm_viz.pitfalls import (
    axes,
    backward,
    cross_entropy,
    data,
    dtypes,
    hidden_state,
    inputs,
    layers,
    losses,
    packing,
    states,
)
from lstm_viz.pitfalls.keys import KEYS
from lstm_viz.pitfalls.records import Pitfall

_BY_KEY = {
    each.key: each
    for module in (hidden_state, packing, cross_entropy, losses, axes, states, dtypes, inputs, layers, backward, data)
    for each in module.PITFALLS
}
CATALOGUE: tuple[Pitfall, ...] = tuple(_BY_KEY[key] for key in KEYS)
"""Every mistake, the most frequent kinds first."""


def find(key: str) -> Pitfall | None:
    """The mistake with a key, or None.

    >>> found = find("batch-first-forgotten")
    >>> found.title if found else ""
    'I forgot batch_first: time and batch are swapped'
    """
    return _BY_KEY.get(key)
