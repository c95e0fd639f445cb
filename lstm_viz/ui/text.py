"""Markdown in the colours of the symbols. Whatever a visitor named is escaped first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from lstm_viz.dims import SYMBOLS
from lstm_viz.drawing.palette import DARK, LIGHT
from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.trace import TensorRecord

_BACKTICKS = re.compile(r"`([^`]*)`")


def inline_code(text: str) -> str:
    """``text`` as code, whatever it holds."""
    return f"<code>{html.escape(text)}</code>"


def coloured(record: TensorRecord) -> str:
    """A shape as torch prints it, each number in the colour of its axis."""
    numbers = []
    for axis, size in zip(record.axes, record.shape, strict=True):
        symbol = leading_symbol(axis)
        numbers.append(f'<span class="s-{symbol}">{size}</span>' if symbol else str(size))
    inside = ", ".join(numbers) + ("," if len(numbers) == 1 else "")
    return f'<span class="shape">({inside})</span>'


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


def html_table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """A table of cells that are HTML already; the columns in ``numbers`` are set to the right."""
    kinds = [' class="number"' if name in numbers else "" for name in columns]
    head = "".join(f"<th{kind}>{html.escape(name)}</th>" for name, kind in zip(columns, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<div class="lv-table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def symbol_style() -> str:
    """The rules that colour the symbols in prose, for light and dark."""
    rules = [f".s-{letter}{{color:light-dark({LIGHT[letter]},{DARK[letter]});font-weight:700}}" for letter in SYMBOLS]
    return "".join(rules)
