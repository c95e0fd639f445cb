"""What the Cell page offers: a script that unrolls the cell, the gates as a table, and the page at its step."""

from __future__ import annotations

from lstm_viz.codegen_cell import cell_script
from lstm_viz.drawing.standalone import Code, Markup, OnScreen, Prose, Section, Sheet
from lstm_viz.spreadsheet import Cell, Grid
from lstm_viz.ui.cell_cache import cell_view, open_run
from lstm_viz.ui.cell_place import place
from lstm_viz.ui.cell_view import CellView
from lstm_viz.ui.settings import current
from lstm_viz.ui.step_by_step import fact_of, labels_of, torch_value
from lstm_viz.ui.take_away import script_files, table_file, take_away
from lstm_viz.ui.take_from.shapes import stem_of, title_of
from lstm_viz.ui.unit_panel import unit_html
from lstm_viz.unit import explain_unit


def take_from_cell(*, opened: bool) -> None:
    """Mount the menu; of a run that is too large to be opened there is the link alone."""
    stem = stem_of(current().spec, "cell")
    if not opened:
        take_away(stem)
        return
    take_away(
        stem,
        [
            *script_files(stem, f"Inside the cell · {title_of(current().spec)}", lambda: _script(_view())),
            table_file(stem, "gates", lambda: gates_grid(_view())),
        ],
        _sheet,
    )


def gates_grid(view: CellView) -> Grid:
    """Every gate and state of the view's sample, layer and direction: a row for each step and unit."""
    found = view.layer_pass
    values = {
        **found.gates,
        **({"c": found.c, "tanh(c)": found.tanh_c} if found.c is not None and found.tanh_c is not None else {}),
        "h": found.h if found.unprojected is None else found.unprojected,
    }
    labels = labels_of(view)
    numbers = {name: value[view.sample].tolist() for name, value in values.items()}  # (T, H) each
    rows: list[tuple[Cell, ...]] = [
        (step, labels[step], unit, *(value[step][unit] for value in numbers.values()))
        for step in range(len(labels))
        for unit in range(view.unrolled.sizes["H"])
    ]
    last = "h" if found.unprojected is None else "o·tanh(c), before the projection"
    return Grid("", ("t", "label", "unit", *(name if name != "h" else last for name in values)), rows)


def _view() -> CellView:
    return cell_view(current())


def _script(view: CellView) -> str:
    forward = view.forward
    shapes = {record.variable or record.name: (record.shape, record.axes) for record in forward.trace}
    at = {"sample": view.sample, "layer": view.layer, "direction": view.direction}
    return cell_script(forward.spec, shapes, forward.batch, **at)


def _sheet() -> Sheet:
    settings = current()
    view, opened = _view(), open_run(settings)
    assert opened is not None
    at = place()
    arithmetic = explain_unit(view.unrolled, view.unit, view.step, view.layer, view.direction, view.sample)
    label = labels_of(view)[view.step]
    where = f"Sample {at.sample}, layer {at.layer}, step t = {view.step}{f' ({label})' if label else ''}"
    return Sheet(
        f"Inside the cell · {title_of(settings.spec)} · LSTM Shapes",
        [
            Section("", [OnScreen("cell", where), Prose(f"{fact_of(opened)}.")]),
            Section(
                f"Unit {view.unit} at step {view.step}, in numbers",
                [Markup(unit_html(arithmetic, torch_value(opened, view)))],
            ),
            Section("Code", [Prose("It needs torch alone, and prints every gate."), Code(_script(view))]),
        ],
    )
