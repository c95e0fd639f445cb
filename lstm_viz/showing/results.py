"""Audits, diagnoses, weights and unrolled layers as HTML."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lstm_viz.amounts import count_text
from lstm_viz.audit.findings import Finding
from lstm_viz.audit.report import Audit
from lstm_viz.cell import LayerPass, Unrolled
from lstm_viz.diagnosis.finding import Diagnoses, Diagnosis
from lstm_viz.display import html_of, saved_as
from lstm_viz.drawing.cell_diagram import cell_diagram
from lstm_viz.drawing.cell_still import cell_still
from lstm_viz.drawing.dependency import dependency_diagram
from lstm_viz.drawing.markup import html_table, inline_code, weights_table
from lstm_viz.parameters import ParameterTable
from lstm_viz.showing.page import code_block, fragment, paragraph, whole_page, written

_MOST_WEIGHTS = 300


def _registered(kind: type, title: str) -> Callable[[Callable[[Any], Iterator[str]]], Callable[[Any], Iterator[str]]]:
    """Show results of a kind by these parts, in a notebook and as a page."""

    def register(parts: Callable[[Any], Iterator[str]]) -> Callable[[Any], Iterator[str]]:
        def to_html(result: Any) -> str:
            return fragment(parts(result))

        def to_file(result: Any, path: Path) -> str:
            return written(path, {".html": lambda: whole_page(title, parts(result))})

        html_of.register(kind, to_html)
        saved_as.register(kind, to_file)
        return parts

    return register


@_registered(Audit, "What depends on what")
def _audit(found: Audit) -> Iterator[str]:
    yield f"<p><b>{html.escape(found.model)}</b>: {_verdict(len(found.findings))}</p>"
    if found.map is not None:
        svg = dependency_diagram(found.map, widest=640.0)
        yield f'<div class="lv-picture" style="max-width:760px">{svg}</div>'
        yield "".join(paragraph(found.map.sentence(place)) for place in range(min(2, len(found.map.outputs))))
    yield from map(_finding, found.findings)
    if found.not_checked:
        yield "<h2>Not checked</h2>" + "".join(map(paragraph, found.not_checked))


def _verdict(count: int) -> str:
    if not count:
        return '<span class="good">no mistake found</span>'
    return f'<span class="mark">{"1 mistake" if count == 1 else f"{count} mistakes"}</span>'


def _finding(found: Finding) -> str:
    about = f"<h2>{html.escape(found.title)}</h2>{paragraph(f'Seen: {found.seen}')}"
    return f"{about}{paragraph(f'Why it matters: {found.why}')}<p>Instead:</p>{code_block(found.fix)}"


@_registered(Diagnoses, "What the message means")
def _diagnoses(found: Diagnoses) -> Iterator[str]:
    for place, answer in enumerate(found):
        body = "".join(_diagnosis(answer))
        if place == 0:
            yield f"<h2>{html.escape(answer.title)}</h2>{body}"
        else:
            yield f"<details><summary>Or: {html.escape(answer.title)}</summary>{body}</details>"


@_registered(Diagnosis, "What the message means")
def _one_diagnosis(found: Diagnosis) -> Iterator[str]:
    yield f"<h2>{html.escape(found.title)}</h2>"
    yield from _diagnosis(found)


def _diagnosis(found: Diagnosis) -> Iterator[str]:
    yield paragraph(found.explanation)
    if found.numbers:
        yield html_table(("number", "what it is"), [(str(n), html.escape(what)) for n, what in found.numbers])
    yield paragraph(found.axis)
    yield paragraph(found.misleading)
    yield paragraph(found.fix)
    yield code_block(found.fixed_code)
    yield paragraph(found.tells_apart, "soft")


@_registered(ParameterTable, "Every weight")
def _parameters(found: ParameterTable) -> Iterator[str]:
    trained = "all trained" if found.trainable == found.total else f"{count_text(found.trainable)} of them trained"
    yield f"<p><b>{found.total:,} weights</b>, {trained}</p>"
    yield weights_table(found.rows[:_MOST_WEIGHTS])
    if len(found.rows) > _MOST_WEIGHTS:
        yield paragraph(f"{len(found.rows) - _MOST_WEIGHTS:,} more: to_frame() has them all.", "soft")
    sums = [(inline_code(each.module or "(the model)"), html.escape(each.arithmetic)) for each in found.modules]
    yield html_table(("module", "in all"), sums)


@_registered(Unrolled, "Inside the cell")
def _unrolled(found: Unrolled) -> Iterator[str]:
    sizes = ", ".join(f'<span class="s-{symbol}">{symbol}</span> = {size}' for symbol, size in found.sizes.items())
    yield f"<p><b>{found.cell.upper()}</b> with every step kept: {sizes}</p>"
    step = found.lengths[0] - 1
    yield paragraph(f"Sample 0 of layer 0 at its last step, t = {step}; units that have no room are left out.")
    still = cell_still(cell_diagram(found), step)
    yield f'<div class="lv-picture" style="max-width:1100px;padding-right:24px">{still}</div>'
    letters = found.passes[0].gate_kinds
    columns = ("layer", *(f"{gate.letter}, {gate.name}" for gate in letters), "size of h at the end")
    yield html_table(columns, [_means(each, found) for each in found.passes])
    yield paragraph("Means over the steps that were read, all samples and units.", "soft")


def _means(each: LayerPass, found: Unrolled) -> tuple[str, ...]:
    name = f"L{each.layer}" + ("" if found.sizes["D"] == 1 else "←" if each.direction else "→")
    means = (each.gates[gate.letter][found.mask].mean().item() for gate in each.gate_kinds)
    return (name, *(f"{mean:+.3f}".replace("-", "−") for mean in means), f"{each.h_last.abs().mean().item():.3f}")
