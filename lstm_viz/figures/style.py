"""What every chart looks like: transparent, readable, and in colours that a light and a dark page both carry."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

from lstm_viz.recurrent import Gate

CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
"""How a page shows each chart: nothing beside the data."""

FONT, SMALL = 14, 13
COLOURS = {
    "i": "#1f9d63",
    "f": "#d9730d",
    "g": "#2f86d6",
    "o": "#c8529a",
    "r": "#1f9d63",
    "z": "#d9730d",
    "n": "#2f86d6",
    "c": "#7e67e0",
    "h": "#d6427f",
}
"""A colour for each vector of a cell; at least 3:1 on white and on deep slate."""
PRESENT = "#1785e0"
CHOSEN = "#7a8494"
FAINT = "rgba(128,138,154,.45)"
_BELOW, _ABOVE = "52,110,220", "222,78,46"

# Zero is the paper itself, so that one scale serves light and dark.
VALUES = [
    [0.0, f"rgba({_BELOW},1)"],
    [0.5, f"rgba({_BELOW},0)"],
    [0.5, f"rgba({_ABOVE},0)"],
    [1.0, f"rgba({_ABOVE},1)"],
]
"""Blue below zero, nothing at zero, red above: the scale of the blocks."""


def colour_of(letter: str) -> str:
    """The colour of a gate, of c or of h."""
    return COLOURS.get(letter, CHOSEN)


def as_it_is(text: str) -> str:
    """A text of a visitor's data for a chart, where Plotly would take ``<b>`` or ``<a href=…>`` for a mark.

    >>> as_it_is("2024-01"), as_it_is("<b>")
    ('2024-01', '&lt;b&gt;')
    """
    return html.escape(text, quote=False)


def in_colour(text: str, colour: str) -> str:
    """``text`` for an annotation, in a colour of its own whatever the page says about texts."""
    return f'<span style="color:{colour}"><b>{text}</b></span>'


def meaning(letter: str, gates: tuple[Gate, ...]) -> str:
    """``f  forget gate``, ``c  memory``."""
    names = {"c": "memory", "h": "hidden state"} | {gate.letter: gate.name for gate in gates}
    return names[letter]


def dressed(figure: go.Figure, height: float, title: str = "", *, top: int = 30) -> go.Figure:
    """``figure`` with the dress of all charts. Its texts have no colour of their own: the page's theme has it."""
    figure.update_layout(
        height=round(height),
        margin={"l": 8, "r": 8, "t": top + (26 if title else 0), "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font_size=FONT,
        hoverlabel_font_size=FONT,
        showlegend=False,
        dragmode=False,
    )
    if title:
        figure.update_layout(title={"text": title, "font_size": 15, "x": 0, "xanchor": "left", "xref": "paper"})
    axis: dict[str, Any] = {
        "ticks": "",
        "tickfont_size": SMALL,
        "title_font_size": FONT,
        "title_standoff": 6,
        "automargin": True,
        "zeroline": False,
    }
    figure.update_xaxes(fixedrange=True, showgrid=False, **axis)
    figure.update_yaxes(fixedrange=True, showgrid=False, **axis)
    return figure


def ticks(count: int, most: int) -> list[int]:
    """At most ``most`` places of 0 to count-1, evenly apart, the first among them.

    >>> ticks(12, 13), ticks(200, 6)
    ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [0, 40, 80, 120, 160])
    """
    if count <= most:
        return list(range(count))
    rough = -(-(count - 1) // (most - 1))
    scale = 10 ** (len(str(rough)) - 1)
    stride = next(step * scale for step in (1, 2, 3, 4, 5, 6, 10) if step * scale >= rough)
    return list(range(0, count, stride))


def enlarged(figure: go.Figure, factor: float, ink: Callable[[str], str]) -> go.Figure:
    """A copy of ``figure`` with its texts, and the room for them, so many times as large.

    ``ink`` makes the colour of a text legible from afar: ``#rrggbb`` to ``#rrggbb``.
    """
    found = _enlarged(figure.to_plotly_json(), factor)
    return go.Figure(
        json.loads(_TEXT_COLOUR.sub(lambda each: each[1] + ink(each[2]), json.dumps(found, cls=PlotlyJSONEncoder)))
    )


_TEXT_COLOUR = re.compile(r"(color:)(#[0-9a-f]{6})")
"""Of a piece of a text, as ``in_colour`` writes it."""


def _enlarged(part: Any, factor: float, within: str = "") -> Any:
    if isinstance(part, dict):
        # Plotly writes a subscript at 0.7 of its text
        own = factor * _FOR_SUBSCRIPTS if "<sub>" in str(part.get("text", "")) and "layout" in within else factor
        return {
            name: _enlarged(value, own if name == "font" else factor, f"{within}.{name}")
            for name, value in part.items()
        }
    if isinstance(part, list | tuple):
        return [_enlarged(value, factor, within) for value in part]
    if not isinstance(part, int | float):
        return part
    if within == ".layout.height":
        return round(part * (1 + (factor - 1) * _OF_HEIGHT))
    return part * factor if within.endswith("font.size") or ".layout.margin." in within else part


_FOR_SUBSCRIPTS = 1.2
_OF_HEIGHT = 0.55
"""A chart's curve needs less of the growth than its words."""
