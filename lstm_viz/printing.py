"""Results as tables of plain text, for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch

from lstm_viz.amounts import bytes_text, count_text, seconds_text
from lstm_viz.dims import Axis, describe
from lstm_viz.grouping import Line, lines_of, tree_of

if TYPE_CHECKING:
    from lstm_viz.traced import Trace

NAME, EXPRESSION = 30, 46
"""How long a name and an expression may be; what is longer loses its middle."""
_BREAKS = re.compile(r"\s+")

Row = Sequence[str]


def text_table(columns: Row, rows: Iterable[Row], right: Iterable[str] = ()) -> str:
    """Rows under a header between lines, every column as wide as its widest cell; ``right`` are set to the right.

    >>> print(text_table(["weight", "count"], [["fc.weight", "15"], ["fc.bias", "3"]], right=["count"]))
    weight     count
    ────────────────
    fc.weight     15
    fc.bias        3
    """
    rows, right = [list(map(str, row)) for row in rows], set(right)
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]

    def line(row: Row) -> str:
        cells = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, name, width in zip(row, columns, widths, strict=True)
        ]
        return "  ".join(cells).rstrip()

    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([line(columns), rule, *map(line, rows)])


def shortened(text: str, longest: int) -> str:
    """``text`` in one line, without its middle where it is too long.

    >>> shortened("encoder.layers.0.self_attn.out_proj", 21)
    'encoder.la…n.out_proj'
    """
    text = _BREAKS.sub(" ", text)
    if len(text) <= longest:
        return text
    kept = longest - 1
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"


def trace_text(trace: Trace) -> str:
    """A trace as a table: a row a tensor, modules and loops indented, the sums below."""
    heading = ", ".join(f"{Axis.of(symbol)} = {size:,}" for symbol, size in trace.sizes.items())
    head = f"{trace.model}: {heading}" if heading else trace.model
    if not trace.tensors:
        return "\n".join([head, "No tensor was made.", *trace.notes])
    typed = any(record.dtype != torch.float32 for record in trace)
    columns = ["tensor", "made by", "shape", "axes", *(["dtype"] if typed else []), "weights"]
    cells = [_cells(trace, line) for line in lines_of(tree_of(trace.tensors))]
    rows = [[*row[:4], *(row[4:5] if typed else []), row[5]] for row in cells]
    table = text_table(columns, rows, right=["weights"])
    rule = "─" * max(len(head), len(table.splitlines()[1]))
    return "\n".join([head, rule, table, rule, *totals(trace), *trace.notes])


def totals(trace: Trace) -> list[str]:
    """The sums of a trace, in sentences."""
    elements, nbytes = (sum(getattr(record, name) for record in trace) for name in ("elements", "nbytes"))
    many = "1 tensor" if len(trace) == 1 else f"{len(trace):,} tensors"
    lines = [f"{many} with {count_text(elements)} numbers, {bytes_text(nbytes)}"]
    if trace.weights:
        frozen = trace.weights - trace.trained
        trained = "all trained" if not frozen else f"{count_text(trace.trained)} of them trained"
        lines.append(f"{count_text(trace.weights)} weights, {trained}")
    if trace.returned:
        names = [shortened(name, NAME) for name in trace.returned]
        lines.append(f"returned: {', '.join(names[:8])}{' and more' if len(names) > 8 else ''}")
    if trace.seconds is not None:
        lines.append(f"forward pass: {seconds_text(trace.seconds)}, watched")
    return lines


def _cells(trace: Trace, line: Line) -> Row:
    indent, record = "  " * line.level, line.record
    if record is None:
        assert line.group is not None
        title = trace.group_title(line.group, line.above)
        return [f"{indent}{shortened(title, NAME)}:", "", "", "", "", ""]
    expression = shortened(record.expression, EXPRESSION) if line.first else ""
    return [
        indent + shortened(line.below(record.name), NAME),
        expression if expression != record.name else "",
        str(record.shape),
        describe(record.axes),
        str(record.dtype).removeprefix("torch."),
        f"{record.weights:,}" if record.weights else "",
    ]
