"""What the Shapes page offers: the script, its tables, and the page."""

from __future__ import annotations

import streamlit as st

from lstm_viz.amounts import bytes_text
from lstm_viz.budget import explain
from lstm_viz.dims import SYMBOLS, describe
from lstm_viz.drawing.standalone import Code, Drawing, Markup, Prose, Section, Sheet
from lstm_viz.forward import Forward
from lstm_viz.narration import sentences
from lstm_viz.spec import NetworkSpec
from lstm_viz.spreadsheet import Grid
from lstm_viz.ui.caches import cached_cost, cached_parameters, forward_of, script_of
from lstm_viz.ui.notices import source_said
from lstm_viz.ui.picture import picture_now
from lstm_viz.ui.settings import current
from lstm_viz.ui.take_away import script_files, table_file, take_away
from lstm_viz.ui.text import spoken


@st.fragment
def take_from_shapes() -> None:
    """Mount the menu, which looks at the settings when it is opened."""
    stem = stem_of(current().spec, "shapes")
    take_away(
        stem,
        [
            *script_files(stem, title_of(current().spec), lambda: script_of(_forward())),
            table_file(stem, "tensors", lambda: tensors_grid(_forward())),
            table_file(stem, "parameters", lambda: parameters_grid(_forward())),
            table_file(stem, "cost", lambda: cost_grid(current().spec)),
        ],
        _sheet,
        within_fragment=True,
    )


def stem_of(spec: NetworkSpec, page: str) -> str:
    """How the names of files begin: what they are of, and the sizes.

    >>> stem_of(NetworkSpec(), "shapes")
    'lstm-shapes-B4-T12-F1-H5'
    """
    inputs = {"tokens": "VE"}.get(spec.input, "F")
    more = [("L", spec.layers, 1), ("P", spec.proj_size, 0)]
    known = spec.sizes
    sizes = [f"{letter}{known[letter]}" for letter in f"BT{inputs}H"]
    extra = [f"{letter}{value}" for letter, value, usual in more if value != usual]
    return "-".join([spec.cell, page, *sizes, *extra, *(["D2"] if spec.bidirectional else [])])


def title_of(spec: NetworkSpec) -> str:
    """The network in a line.

    >>> title_of(NetworkSpec())
    'LSTM: B = 4, T = 12, F = 1, H = 5, L = 1, O = 1'
    """
    sizes = spec.sizes
    shown = "BTVEHLPO" if spec.input == "tokens" else "BTFHLPO"
    letters = [letter for letter in SYMBOLS if letter in shown and sizes.get(letter)]
    return f"{spec.cell.upper()}: " + ", ".join(f"{letter} = {sizes[letter]}" for letter in letters)


def tensors_grid(forward: Forward) -> Grid:
    """Every tensor with its shape."""
    columns = ("tensor", "made by", "axes", "shape", "dtype", "elements", "bytes", "from")
    rows = [
        (
            each.name,
            each.expression,
            describe(each.axes),
            str(each.shape),
            str(each.dtype).removeprefix("torch."),
            each.elements,
            each.nbytes,
            ", ".join(each.parents),
        )
        for each in forward.trace
    ]
    return Grid("", columns, rows)


def parameters_grid(forward: Forward) -> Grid:
    """Every weight; of a network that is too large to be built, how many there are."""
    if forward.computed:
        parts = cached_cost(forward.spec).weights
        return Grid(
            "",
            ("part", "times", "parameters", "in numbers"),
            [(part.name, part.times, part.each.formula, part.each.arithmetic) for part in parts],
        )
    rows = [
        (
            row.name,
            str(row.shape),
            describe(row.axes),
            row.count,
            row.arithmetic,
            ", ".join(f"{gate.letter} {gate.start}:{gate.stop}" for gate in row.gates),
            row.purpose,
        )
        for row in cached_parameters(forward.spec).rows
    ]
    return Grid("", ("weight", "shape", "axes", "count", "in numbers", "gates", "what it is for"), rows)


def cost_grid(spec: NetworkSpec) -> Grid:
    """The multiply-adds of each part, and the memory."""
    spent = cached_cost(spec)
    memory = {
        "parameters": spent.parameter_bytes,
        "tensors": spent.activation_bytes,
        "working memory, at most": spent.working_bytes,
    }
    rows = [("multiply-adds", part.name, part.times, part.total, part.each.arithmetic) for part in spent.parts]
    sizes = [("bytes", name, 1, count, bytes_text(count)) for name, count in memory.items()]
    return Grid("", ("what", "of", "times", "amount", "in numbers"), [*rows, *sizes])


def _forward() -> Forward:
    return forward_of(current())


def _sheet() -> Sheet:
    forward, svg = picture_now()
    words = f"<p>{spoken(sentences(forward), forward.trace)}</p><p class='small'>{source_said(forward)}</p>"
    return Sheet(
        f"{title_of(forward.spec)} · LSTM Shapes",
        [
            Section("", [Drawing(svg), Markup(words)]),
            Section("Tensors", [tensors_grid(forward)]),
            Section("Parameters", [parameters_grid(forward), Prose(_sums(forward))]),
            Section("Cost", [Prose(explain(cached_cost(forward.spec))), cost_grid(forward.spec)]),
            Section("Code", [Prose("It needs torch alone, and prints the shapes above."), Code(script_of(forward))]),
        ],
    )


def _sums(forward: Forward) -> str:
    if forward.computed:
        return f"- **in all: {cached_cost(forward.spec).parameters:,}**, computed, not built"
    table = cached_parameters(forward.spec)
    sums = [f"- `{module.module}`: {module.arithmetic}" for module in table.modules]
    return "\n".join([*sums, f"- **in all: {table.total:,}**, equal to PyTorch's own count"])
