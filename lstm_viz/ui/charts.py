"""A chart on the page: its texts in the page's ink, its key, and what a click on it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import plotly.graph_objects as go
import streamlit as st

from lstm_viz.dims import Axis, Shape, Sizes
from lstm_viz.drawing.palette import DARK, LIGHT, strong, stronger
from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.figures.style import CONFIG, enlarged
from lstm_viz.ui.projector_link import chart_type, presenting

NUMBERS_STYLE = (
    "<style>.numbers{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:0 0 .6rem}"
    ".numbers th,.numbers td{border:0!important;padding:.12rem .55rem .12rem 0!important;text-align:right;"
    "white-space:nowrap;font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}"
    ".numbers th{font-weight:400;opacity:.8;text-align:left}.numbers.left td{text-align:left}"
    ".numbers.left td:nth-child(2){white-space:normal}"
    "@media(max-width:640px){.numbers.left tr{display:flex;flex-wrap:wrap;border-bottom:1px solid #8884}}</style>"
)
"""Of a table with the class ``numbers``."""
_TEXTS = (".annotation-text", "g[class*=tick] text", "g[class*=title] text:not(.gtitle)", ".legendtext")


def page_theme() -> Literal["light", "dark"]:
    """Whether the page is light or dark: the lines of a chart do not follow it by themselves."""
    return "dark" if st.context.theme.type == "dark" else "light"


def chart(
    figure: go.Figure, key: str, alt: str, on_select: Callable[[], None] | None = None, *, fills: bool = False
) -> None:
    """Show ``figure``; ``on_select`` finds the points that were clicked in the session state under ``key``.

    One that ``fills`` is as high as its place allows while it is presented.
    """
    # Streamlit's own grey for the texts of a chart has a contrast of 3.7:1 only
    rules = ",".join(f".js-plotly-plot {text}" for text in _TEXTS)
    inks = [strong(theme)["ink"] for theme in ("light", "dark")] if presenting() else [LIGHT["line"], DARK["line"]]
    st.html(f"<style>{rules}{{fill:light-dark({inks[0]},{inks[1]})!important}}</style>")
    if presenting():
        figure = enlarged(figure, chart_type(), lambda colour: stronger(colour, page_theme()))
    height: Literal["stretch", "content"] = "content"
    if fills and presenting():
        height = "stretch"
        figure.update_layout(height=None)
    if on_select is None:
        st.plotly_chart(figure, key=key, config=CONFIG, alt=alt, height=height)
    else:
        st.plotly_chart(
            figure, key=key, config=CONFIG, alt=alt, height=height, on_select=on_select, selection_mode="points"
        )


def signed(number: float, digits: int = 3) -> str:
    """A number in a sentence: with a real minus, and no minus before zero.

    >>> signed(-0.23456), signed(-0.0001)
    ('−0.235', '0.000')
    """
    text = f"{float(number):.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.") else text.replace("-", "−")


def number_table(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A small table of numbers as HTML: a label, then cells that line up. All texts are the program's own."""
    lines = (
        f"<tr><th>{label}</th>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
        for label, row in zip(labels, rows, strict=True)
    )
    return f'{NUMBERS_STYLE}<div class="lv-wide"><table class="numbers">{"".join(lines)}</table></div>'


def coloured_axes(axes: Shape, sizes: Sizes) -> str:
    """``(L·D, B, H) = (1, 4, 5)``, each axis in its colour."""
    texts = [_in_colour(axis, str(axis)) for axis in axes], [_in_colour(axis, str(axis.size(sizes))) for axis in axes]
    names, numbers = (", ".join(each) + ("," if len(axes) == 1 else "") for each in texts)
    return f'<span class="shape">({names}) = ({numbers})</span>'


def _in_colour(axis: Axis, text: str) -> str:
    symbol = leading_symbol(axis)
    return f'<span class="s-{symbol}">{text}</span>' if symbol else text
