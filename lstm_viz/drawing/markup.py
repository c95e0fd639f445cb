"""Tables and shapes as HTML; whatever a person named is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from lstm_viz.dims import describe
from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.parameters import Weight
from lstm_viz.trace import TensorRecord


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


def html_table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[str] = ()) -> str:
    """A table of cells that are HTML already; the columns in ``numbers`` are set to the right.

    A row of one cell is a heading across the whole table.
    """
    kinds = [' class="number"' if name in numbers else "" for name in columns]
    head = "".join(f"<th{kind}>{html.escape(name)}</th>" for name, kind in zip(columns, kinds, strict=True))
    body = "".join(_row(row, kinds) for row in rows)
    scrolled = 'class="lv-table" role="group" aria-label="Table" tabindex="0"'
    return f"<div {scrolled}><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def weights_table(rows: Iterable[Weight]) -> str:
    """Weights with their shapes, their counts, and which of their rows belong to each gate."""
    columns = ("weight", "shape", "axes", "count", "rows of each gate", "what it is for")
    cells = [
        (
            inline_code(row.name),
            html.escape(str(row.shape)),
            html.escape(describe(row.axes)),
            html.escape(row.arithmetic),
            ", ".join(f"{gate.letter} {gate.start}:{gate.stop}" for gate in row.gates),
            html.escape(row.purpose),
        )
        for row in rows
    ]
    return html_table(columns, cells)


def _row(row: Sequence[str], kinds: Sequence[str]) -> str:
    if len(row) == 1:
        return f'<tr><th colspan="{len(kinds)}">{row[0]}</th></tr>'
    return "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
