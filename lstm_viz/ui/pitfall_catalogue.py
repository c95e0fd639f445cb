"""The first tab of the Mistakes page: finding a mistake, and both of its programs run live."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lstm_viz.pitfalls import CATALOGUE, Outcome, Pitfall, SizeError, checked, find, run
from lstm_viz.pitfalls.filling import fill
from lstm_viz.ui.pitfall_component import asked_for, catalogue
from lstm_viz.ui.pitfall_detail import detail, network_sizes
from lstm_viz.ui.pitfall_place import go_to, pitfall_place
from lstm_viz.ui.settings import current

FIRST = "batch-first-forgotten"
"""What is shown before anybody has chosen: the mistake that says the least."""
_KEY = "pitfalls"


def section() -> None:
    """The list, and the visitor's mistake beside it."""
    place = pitfall_place()
    pitfall = find(place.key) or find(FIRST)
    assert pitfall is not None
    outcome, error = _outcome(pitfall, place.sizes)
    catalogue(_items(), detail(outcome, place.sizes, error), bool(place.key), _take, key=_KEY)


def shown_outcome() -> Outcome:
    """The run of the mistake that this visitor looks at."""
    place = pitfall_place()
    pitfall = find(place.key) or find(FIRST)
    assert pitfall is not None
    return _outcome(pitfall, place.sizes)[0]


def _outcome(pitfall: Pitfall, wished: Mapping[str, int]) -> tuple[Outcome, str]:
    """The run at the sizes that were asked for; where they cannot be, at the mistake's own, with what is wrong."""
    try:
        sizes, error = checked(pitfall, wished), ""
    except SizeError as problem:
        sizes, error = checked(pitfall, None), f"{problem} What is shown has the sizes {_listed(pitfall.sizes)}."
    return cached_run(pitfall.key, tuple(sizes.items())), error


@lru_cache(maxsize=512)
def cached_run(key: str, sizes: tuple[tuple[str, int], ...]) -> Outcome:
    """One run for everybody who looks at the same mistake at the same sizes."""
    pitfall = find(key)
    assert pitfall is not None
    return run(pitfall, dict(sizes))


@lru_cache(maxsize=1)
def _items() -> tuple[dict[str, str], ...]:
    """What the list shows and searches."""
    return tuple(
        {
            "key": each.key,
            "title": each.title,
            "kind": each.kind,
            "group": each.group,
            "problem": fill(each.problem, each.sizes),
            "text": " ".join(
                [each.title, each.key, each.group, fill(each.problem, each.sizes), each.symptom, _messages(each)]
            ),
        }
        for each in CATALOGUE
    )


def _messages(pitfall: Pitfall) -> str:
    return " ".join([fill(pitfall.says, pitfall.sizes), *pitfall.older])


def _take() -> None:
    asked: dict[str, Any] = asked_for(_KEY)
    pitfall = find(str(asked.get("key", "")))
    if pitfall is None:
        go_to("")
        return
    said = asked.get("sizes")
    sizes = said if isinstance(said, Mapping) else {}
    if asked.get("network"):
        sizes = network_sizes(pitfall, current().spec.sizes)
    changed = {
        letter: sizes[letter]
        for letter, own in pitfall.sizes.items()
        if letter in sizes and isinstance(sizes[letter], (int, float)) and sizes[letter] != own
    }
    go_to(pitfall.key, changed)


def _listed(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{letter} = {size}" for letter, size in sizes.items())
