"""The dependency map of a copy: with its own weights, then with others in double precision, then by changing x."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_viz.arguments import Arguments
from lstm_viz.audit.dependency import DependencyMap
from lstm_viz.audit.measuring import Measured, Use, measure
from lstm_viz.audit.padding import Padding
from lstm_viz.audit.positions import Grid, Outputs, input_grid, output_positions, packed_positions
from lstm_viz.audit.reading import Reading
from lstm_viz.audit.recording import open_up
from lstm_viz.audit.redrawing import randomised, redraw
from lstm_viz.audit.watching import Watched, Way, run_watched
from lstm_viz.seen import holders_in

_MOST_CHANGED = 48


class NoGradientError(RuntimeError):
    """The backward pass itself raises."""


@dataclass(frozen=True, eq=False)
class Mapping:
    """The map, what the recurrent layers' results are used for, and sentences on what it leaves open."""

    run: Watched
    grid: Grid
    outputs: Outputs
    map: DependencyMap
    uses: tuple[Use, ...]
    whole: Tensor
    whole_samples: tuple[int, ...]
    everything: Tensor
    notes: tuple[str, ...]


def dependency_map(
    run: Watched,
    reading: Reading,
    copied: Callable[[], nn.Module],
    arguments: Arguments,
    padding: Padding | None,
    name: str,
) -> Mapping | None:
    """Go back from the output of ``run``; None where no gradient can be taken."""
    grid = input_grid(run, reading.labels)
    if grid is None or run.y is None or run.prediction is None:
        return None
    outputs = _outputs(run, reading, grid)
    try:
        own = measure(run, grid, outputs)
    except RuntimeError as error:  # a tensor that the graph needs was written over: such a model cannot be trained
        raise NoGradientError(str(error).splitlines()[0]) from error
    notes: list[str] = []
    found = [own]
    for double in (False, True):
        again = _with_other_weights(run, reading, copied, arguments, outputs, double)
        if again is not None and _alike(again, own):
            found.append(again)
        if not _in_doubt(found, grid):
            break
    if len(found) == 1:
        notes.append("The model runs with its own weights alone: a gradient that rounding swallows would not be seen.")
    depends, everything = _any(m.cells for m in found), _any(m.everything[None] for m in found)[0]
    whole = _any(m.whole for m in found)
    if not everything.any() and not own.everything.any():
        changed = _by_changing(run, grid, outputs, copied, arguments)
        if changed is not None:
            depends, whole, everything = changed
            notes.append("No gradient reaches x: the map was found by changing one step at a time.")
    expected = _expected(outputs, grid, reading.next_step)
    mask = torch.zeros(grid.samples * grid.steps, dtype=torch.bool)
    if padding is not None and padding.mask.shape == (grid.samples, grid.steps):
        mask = padding.mask.reshape(-1)
    places = tuple(position.place for position in outputs.positions)
    made = DependencyMap(places, grid.places(name), depends, own.cells, expected, mask, grid.samples, grid.steps)
    uses = tuple(_joined(parts) for parts in zip(*(m.uses for m in found), strict=True))
    return Mapping(run, grid, outputs, made, uses, whole, own.samples, everything, tuple(notes))


def _outputs(run: Watched, reading: Reading, grid: Grid) -> Outputs:
    assert run.y is not None
    axes = reading.axes if len(reading.axes) == len(run.y.shape) else reading.of(run, run.y)
    returned = next((h for h in holders_in(run.recorder.result) if isinstance(h, PackedSequence)), None)
    if returned is not None and returned.data is run.prediction:
        return packed_positions(returned, axes, "y")
    letters = [symbol for axis in axes for symbol in axis.symbols]
    extra = None
    if reading.next_step and "T" not in letters and grid.steps > 1:
        extra = next((place for place, size in enumerate(run.y.shape) if place and size == grid.steps), None)
    sizes = {**run.naming.sizes, "B": grid.samples, "T": grid.steps}
    return output_positions(run.y.shape, axes, sizes, "y", extra)


def _with_other_weights(
    run: Watched,
    reading: Reading,
    copied: Callable[[], nn.Module],
    arguments: Arguments,
    outputs: Outputs,
    double: bool,
) -> Measured | None:
    """The same with other weights and other numbers in x; None where the model does not run with them."""
    seed = 1 + double
    module = copied()
    if double:
        module.double()
    redraw(module, seed)
    open_up(module)
    change = functools.partial(randomised, seed=seed)
    again = run_watched(
        module, arguments, Way(structure=True, double=double, names=False, change=change, axes=run.labels)
    )
    if again.capture.error is not None or again.y is None or again.y.shape != run.y.shape:  # type: ignore[union-attr]
        return None
    again.leading, again.labels = run.leading, run.labels
    grid = input_grid(again, reading.labels)
    return None if grid is None else measure(again, grid, outputs, seed)


def _in_doubt(found: list[Measured], grid: Grid) -> bool:
    """Whether a step of its own sample seems to be used by nothing: rounding may have swallowed a small gradient."""
    whole = _any(m.whole for m in found).view(-1, grid.samples, grid.steps)
    own = [whole[place, sample].all() for place, sample in enumerate(found[0].samples)]
    return not all(own)


def _alike(one: Measured, other: Measured) -> bool:
    same_uses = [u.output.shape for u in one.uses] == [u.output.shape for u in other.uses]
    return one.cells.shape == other.cells.shape and same_uses


def _any(parts: Any) -> Tensor:
    found: Tensor = functools.reduce(torch.logical_or, [part.ne(0) for part in parts])
    return found


def _joined(uses: tuple[Use, ...]) -> Use:
    return Use(
        functools.reduce(torch.logical_or, [use.output for use in uses]),
        functools.reduce(torch.logical_or, [use.h_n for use in uses]),
        functools.reduce(torch.logical_or, [use.c_n for use in uses]),
    )


def _expected(outputs: Outputs, grid: Grid, next_step: bool) -> Tensor:
    places = grid.places()
    samples = torch.tensor([place.sample for place in places])
    steps = torch.tensor([place.step or 0 for place in places])
    rows = []
    for position in outputs.positions:
        row = torch.ones(len(places), dtype=torch.bool)
        if position.place.sample is not None:
            row &= samples == position.place.sample
        if next_step and position.place.step is not None:
            row &= steps <= position.place.step
        rows.append(row)
    return torch.stack(rows)


def _by_changing(
    run: Watched, grid: Grid, outputs: Outputs, copied: Callable[[], nn.Module], arguments: Arguments
) -> tuple[Tensor, Tensor, Tensor] | None:
    """Which positions move when one cell of x is another: for a model that cuts the gradient."""
    cells = grid.samples * grid.steps
    if run.prediction is None or cells > _MOST_CHANGED * 8:
        return None
    before = run.prediction.detach()
    rows = [outputs.sample_of == sample for sample in _samples(outputs)]
    depends = torch.zeros(len(outputs.positions), cells, dtype=torch.bool)
    whole = torch.zeros(len(rows), cells, dtype=torch.bool)
    everything = torch.zeros(cells, dtype=torch.bool)
    for cell in range(cells):
        after = _output_with(run, grid, copied(), arguments, cell)
        if after is None or after.shape != before.shape:
            return None
        moved = (after != before).cpu()
        depends[:, cell] = torch.stack([moved[position.index].any() for position in outputs.positions])
        everything[cell] = moved.any()
        for place, row in enumerate(rows):
            whole[place, cell] = (moved & row).any()
    return depends, whole, everything


def _samples(outputs: Outputs) -> list[int]:
    return sorted({p.place.sample for p in outputs.positions if p.place.sample is not None})


def _output_with(run: Watched, grid: Grid, module: nn.Module, arguments: Arguments, cell: int) -> Tensor | None:
    source = grid.sources[0]
    leaf = next((leaf for leaf in run.leaves.values() if leaf is source.tensor), None)
    if leaf is None:
        return None
    where = (source.cells == cell).to(leaf.device)

    def change(tensor: Tensor) -> Tensor:
        return torch.where(where, tensor + 1.0, tensor) if tensor.shape == where.shape else tensor.clone()

    again = run_watched(module, arguments, replace(Way(), names=False, change=change))
    return None if again.prediction is None else again.prediction.detach()
