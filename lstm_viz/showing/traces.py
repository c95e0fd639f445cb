"""A trace as HTML, SVG and JSON."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lstm_viz.dims import Axis, describe
from lstm_viz.display import Diagram, diagram_of, html_of, saved_as
from lstm_viz.drawing.graph import closed_groups, draw_plan, on_paper, trace_diagram
from lstm_viz.drawing.graph_plan import alike, plan_inside, plan_of
from lstm_viz.drawing.markup import coloured, html_table, inline_code
from lstm_viz.grouping import Group, Line, lines_of, tree_of
from lstm_viz.printing import shortened, totals
from lstm_viz.showing.page import fragment, paragraph, whole_page, written
from lstm_viz.trace import TensorRecord, Trace

FORMAT, VERSION = "lstm-shapes-trace", 1
_MOST_ROWS = 400
_MOST_INSIDE = 24
"""So many folded modules are drawn below the picture."""
_LONGEST = 60


@html_of.register
def _(trace: Trace) -> str:
    return fragment([f"<p><b>{html.escape(trace.model)}</b></p>", *_parts(trace)])


@diagram_of.register
def _(trace: Trace, fold: str | Sequence[str], depth: int | None) -> Diagram:
    return trace_diagram(trace, fold, depth)


@saved_as.register
def _(trace: Trace, path: Path) -> str:
    return written(
        path,
        {
            ".html": lambda: whole_page(f"{trace.model}: the shapes of a forward pass", _parts(trace)),
            ".svg": lambda: trace_diagram(trace).svg,
            ".json": lambda: json.dumps(data_of(trace), indent=1, ensure_ascii=False),
        },
    )


def data_of(trace: Trace) -> dict[str, Any]:
    """A trace without its values, as docs/trace-json.md describes it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "model": trace.model,
        "sizes": dict(trace.sizes),
        "weights": trace.weights,
        "trained": trace.trained,
        "seconds": trace.seconds,
        "returned": list(trace.returned),
        "pinned": dict(trace.pinned or {}),
        "notes": list(trace.notes),
        "tensors": [_tensor(record) for record in trace],
    }


def _tensor(record: TensorRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "variable": record.variable,
        "kind": record.kind,
        "expression": record.expression,
        "module": record.module,
        "layer": record.layer,
        "inside": [path for path, _ in record.inside],
        "call": record.call,
        "shape": list(record.shape),
        "axes": [str(axis) for axis in record.axes],
        "dtype": str(record.dtype).removeprefix("torch."),
        "bytes": record.nbytes,
        "weights": record.weights,
        "from": list(record.parents),
    }


def _parts(trace: Trace) -> Iterator[str]:
    sizes = ", ".join(
        f'<span class="s-{symbol[0]}">{Axis.of(symbol)}</span> = {size:,}' for symbol, size in trace.sizes.items()
    )
    yield f"<p>{sizes}</p>" if sizes else ""
    plan = plan_of(trace)
    if trace.tensors:
        yield on_paper(draw_plan(trace, plan))
        yield from _insides(trace, closed_groups(plan))
        yield _table(trace)
    yield "".join(paragraph(line) for line in (*totals(trace), *trace.notes))


def _insides(trace: Trace, folded: Sequence[Group]) -> Iterator[str]:
    """What is inside the folded modules, each in a part that opens; those that are alike once."""
    distinct = [(group, count) for group, count in alike(folded) if group.kind == "module"]
    for group, count in distinct[:_MOST_INSIDE]:
        plan = plan_inside(trace, group)
        others = f", and {count - 1} alike" if count > 1 else ""
        yield f"<details><summary>{html.escape(trace.group_title(group))}{others}</summary>"
        yield on_paper(draw_plan(trace, plan))
        yield from _insides(trace, closed_groups(plan))
        yield "</details>"
    if len(distinct) > _MOST_INSIDE:
        yield paragraph(f"{len(distinct) - _MOST_INSIDE} more modules: trace.diagram(depth=…) draws what is inside.")


def _table(trace: Trace) -> str:
    lines = list(lines_of(tree_of(trace.tensors)))
    rows = [_row(trace, line) for line in lines[:_MOST_ROWS]]
    columns = ("tensor", "made by", "shape", "axes", "dtype", "weights")
    table = html_table(columns, rows, numbers=("weights",))
    left = len(lines) - _MOST_ROWS
    return table + (paragraph(f"{left:,} more rows: print(trace), or trace.to_frame().", "soft") if left > 0 else "")


def _row(trace: Trace, line: Line) -> Sequence[str]:
    indent, record = "&emsp;" * line.level, line.record
    if record is None:
        assert line.group is not None
        return [f"{indent}{html.escape(trace.group_title(line.group, line.above))}"]
    expression = shortened(record.expression, _LONGEST) if line.first else ""
    return (
        f"{indent}{inline_code(shortened(line.below(record.name), _LONGEST))}",
        inline_code(expression) if expression not in ("", record.name) else "",
        coloured(record),
        html.escape(describe(record.axes)),
        str(record.dtype).removeprefix("torch."),
        f"{record.weights:,}" if record.weights else "",
    )
