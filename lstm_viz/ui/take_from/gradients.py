"""What the Gradients page offers: the numbers of its figures, and the page."""

from __future__ import annotations

from itertools import zip_longest

from lstm_viz.drawing.standalone import Block, OnScreen, Prose, Section, Sheet
from lstm_viz.gradients.script import gradient_script
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.gradients.words import NAMES, say_clipping, say_inputs, say_losses, say_radii, say_states
from lstm_viz.spreadsheet import Grid
from lstm_viz.ui.gradients_cache import all_clipped, all_radii, flows
from lstm_viz.ui.gradients_runs import chance, race, views
from lstm_viz.ui.gradients_settings import TABS, current_gradients
from lstm_viz.ui.take_away import File, script_files, table_file, take_away


def take_from_gradients() -> None:
    """Mount the menu: what the open tab shows."""
    spec = current_gradients().spec
    stem = f"gradients-{spec.view}-T{spec.steps}-H{spec.hidden_size}"
    take_away(stem, _tables(stem, spec), _sheet)


def _tables(stem: str, spec: GradientSpec) -> list[File]:
    match spec.view:
        case "through-time":
            return [
                *script_files(stem, "Gradients through time", lambda: gradient_script(_spec())),
                table_file(stem, "norms", lambda: norms_grid(_spec())),
                table_file(stem, "radii", lambda: radii_grid(_spec())),
            ]
        case "clipping":
            return [table_file(stem, "clipping", lambda: clipping_grid(_spec()))]
        case "learning":
            return [table_file(stem, "losses", losses_grid)]


def norms_grid(spec: GradientSpec) -> Grid:
    """The norms of the gradients: a row for each step, columns for each cell."""
    columns, series = ["t"], []
    for flow in flows(spec):
        for name, values in (("x", flow.x), ("h", flow.h), ("c", flow.c)):
            if values:
                columns.append(f"{NAMES[flow.cell]} |∂loss/∂{name}_t|")
                series.append(values)
    return Grid("", columns, [(step, *row) for step, row in enumerate(zip(*series, strict=True))])


def radii_grid(spec: GradientSpec) -> Grid:
    """The spectral radius of each gate's block of W_hh."""
    rows = [(NAMES[each.cell], each.gate, each.name, each.value) for each in all_radii(spec)]
    return Grid("", ("cell", "gate", "name", "spectral radius"), rows)


def clipping_grid(spec: GradientSpec) -> Grid:
    """Norms and losses, batch by batch; empty where there is no number any more."""
    rows = [
        (NAMES[each.cell], batch, *numbers)
        for each in all_clipped(spec)
        for batch, numbers in enumerate(zip_longest(each.before, each.after, each.loss, each.unclipped))
    ]
    columns = ("cell", "batch", "norm before", "norm after", "loss with clipping", "loss without")
    return Grid("", columns, rows)


def losses_grid() -> Grid:
    """The curves of the networks that were trained. Raises ValueError before there are any."""
    found = race()
    seen = {} if found is None else views(found)
    if not any(view.epochs for view in seen.values()):
        raise ValueError("There are no curves yet: train the RNN and the LSTM first.")
    rows = [
        (NAMES[cell], epoch.epoch, epoch.train_loss, epoch.validation_loss)
        for cell, view in seen.items()
        for epoch in view.epochs
    ]
    return Grid("", ("cell", "epoch", "train loss", "validation loss"), rows)


def _spec() -> GradientSpec:
    return current_gradients().spec


def _sheet() -> Sheet:
    spec = _spec()
    title = next(name for name, view in TABS.items() if view == spec.view)
    start = "orthogonal" if spec.start == "orthogonal" else "as PyTorch draws it"
    sizes = f"T = {spec.steps}, B = {spec.batch_size}, H = {spec.hidden_size}, W_hh {start}"
    weights = f"{sizes}, times {spec.weight_scale:g}, forget bias {spec.forget_bias:g}, RNN with {spec.activation}"
    settings = f"{weights}, clipping at {spec.clip:g}, seed {spec.seed}"
    return Sheet(f"Gradients · {title} · LSTM Shapes", [Section("", [Prose(f"{settings}.")]), *_sections(spec)])


def _sections(spec: GradientSpec) -> list[Section]:
    match spec.view:
        case "through-time":
            found, radii = flows(spec), all_radii(spec)
            return [
                _figure("gradients_x", "Gradient of the loss by the input of each step", say_inputs(found)),
                _figure("gradients_h", "Gradient of the loss by the state after each step", say_states(found, spec)),
                _figure("gradients_radii", "Spectral radius of W_hh, gate by gate", say_radii(radii, found, spec)),
                Section("Numbers", [norms_grid(spec), radii_grid(spec)]),
            ]
        case "clipping":
            clipped = all_clipped(spec)
            return [
                _figure("gradients_norms", "Norm of the gradients before and after", say_clipping(clipped)),
                _figure("gradients_losses", "Loss with clipping and without", say_losses(clipped)),
                Section("Numbers", [clipping_grid(spec)]),
            ]
        case "learning":
            level = f"The dashed line is the best answer that remembers nothing, {chance(spec)[1]}."
            return [_figure("gradients_learning", "Loss of RNN and LSTM by epoch", level)]


def _figure(key: str, label: str, said: str) -> Section:
    blocks: list[Block] = [OnScreen(key, label), Prose(said)]
    return Section("", blocks)
