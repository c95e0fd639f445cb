"""Where results ask how they look: registered by ``showing``, so that what measures knows nothing of pictures.

``showing`` is loaded by the first that asks: a server that only draws its own pages starts without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatch
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol


@singledispatch
def html_of(result: Any) -> str:
    """A result as HTML for a notebook, without script."""
    html: str = _registered(html_of.dispatch, result)(result)
    return html


@singledispatch
def saved_as(result: Any, path: Path) -> str:
    """The content of the file ``path`` for a result, by the file's ending. Raises ValueError for another ending."""
    content: str = _registered(saved_as.dispatch, result)(result, path)
    return content


class Diagram(Protocol):
    """A picture as SVG: ``str`` gives its text, a notebook shows it, and ``save`` writes it."""

    @property
    def svg(self) -> str:
        """The picture as text."""

    @property
    def folded(self) -> tuple[str, ...]:
        """The paths of the modules that are drawn as one block each."""

    def save(self, path: str | Path) -> Path:
        """Write the picture to ``path``, which ends with ``.svg``."""


@singledispatch
def diagram_of(result: Any, fold: str | Sequence[str], depth: int | None) -> Diagram:
    """A result as a diagram."""
    diagram: Diagram = _registered(diagram_of.dispatch, result)(result, fold, depth)
    return diagram


def _registered(dispatch: Callable[[type], Callable[..., Any]], result: object) -> Callable[..., Any]:
    import_module("lstm_viz.showing")
    found = dispatch(type(result))
    if found is dispatch(object):
        raise TypeError(f"a {type(result).__name__} does not say how it looks")
    return found


class Shown:
    """A result that shows itself in a notebook, and can be saved."""

    def _repr_html_(self) -> str:
        return html_of(self)

    def save(self, path: str | Path) -> Path:
        """Write it to a file, as a page that needs nothing beside it (``.html``), and return the file's path.

        Raises ValueError for an ending that is not known.
        """
        place = Path(path)
        place.write_text(saved_as(self, place), encoding="utf-8")
        return place
