"""A drawing among the words of a page: in the page's colours, legible on a projector."""

from __future__ import annotations

from lstm_viz.ui.components import component

_DRAWING = component("drawing", '<div class="drawing"></div><p></p>')


def drawing(svg: str, said: str, *, key: str) -> None:
    """Show ``svg`` with ``said`` below it; presented, the two fill the screen."""
    _DRAWING(key=key, data={"svg": svg, "said": said})
