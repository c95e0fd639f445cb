"""A dependency map as the pages show it: the drawing, and its legend as text of the page for the projector."""

from __future__ import annotations

import html

from lstm_viz.audit import DependencyMap
from lstm_viz.drawing.dependency import TALLEST, dependency_diagram, dependency_key

_WIDEST = 440.0
_SIGNS = {
    "own": "background:var(--T)",
    "other": "background:var(--O);color:var(--paper)",
    "missing": "background:var(--blank);border:1px dashed var(--soft);box-sizing:border-box",
    "pad": "background:var(--faint)",
}
_SQUARE = "display:inline-block;width:1em;height:1em;line-height:1em;text-align:center;vertical-align:-.12em"


def dependency_map(found: DependencyMap, title: str, widest: float = _WIDEST, tallest: float = TALLEST) -> str:
    """The map as HTML, its cells together at most ``widest`` by ``tallest``; ``title`` says whose it is.

    A drawing that is made small for a screen has no room for a legend with large words: presented, the one in the
    drawing gives way to the one below it, which breaks its lines as text does.
    """
    entries = "".join(
        f"<span>{_sign(kind)}{html.escape(text)}</span> " for kind, text in dependency_key(found, widest, tallest)
    )
    return f'{dependency_diagram(found, widest, title, tallest)}<p class="key" aria-hidden="true">{entries}</p>'


def _sign(kind: str) -> str:
    return f'<i style="{_SQUARE};{_SIGNS[kind]}">{"×" if kind == "other" else ""}</i> ' if kind else ""
