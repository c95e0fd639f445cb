"""Markdown in the colours of the symbols. Whatever a visitor named is escaped first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from lstm_viz.dims import SYMBOLS
from lstm_viz.drawing.markup import coloured as coloured
from lstm_viz.drawing.markup import html_table as html_table
from lstm_viz.drawing.markup import inline_code as inline_code
from lstm_viz.drawing.palette import DARK, LIGHT
from lstm_viz.trace import TensorRecord

_BACKTICKS = re.compile(r"`([^`]*)`")


def spoken(sentences: Iterable[str], records: Iterable[TensorRecord]) -> str:
    """Sentences as HTML: what stands in backticks as code, and the shapes of ``records`` coloured.

    A shape that tensors with different axes have stays plain.
    """
    text = _BACKTICKS.sub(r"<code>\1</code>", html.escape(" ".join(sentences)))
    by_shape: dict[str, set[str]] = {}
    for record in records:
        if len(record.shape) > 1:
            by_shape.setdefault(str(record.shape), set()).add(coloured(record))
    for shape, ways in by_shape.items():
        if len(ways) == 1:
            text = text.replace(shape, next(iter(ways)))
    return text


def symbol_style() -> str:
    """The rules that colour the symbols in prose, for light and dark."""
    rules = [f".s-{letter}{{color:light-dark({LIGHT[letter]},{DARK[letter]});font-weight:700}}" for letter in SYMBOLS]
    return "".join(rules)
