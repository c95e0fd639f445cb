"""Backward passes: what each position of the output depends on, in the input and in what the layers returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from lstm_viz.audit.positions import Grid, Outputs
from lstm_viz.audit.watching import Watched
from lstm_viz.seen import Call, Seen


@dataclass(frozen=True, eq=False)
class Use:
    """What the output uses of the results of one call of a recurrent layer, the output's own positions in front.

    ``output`` (P, B, T, D), ``h_n`` (P, L·D, B) and ``c_n`` (P, L·D, B) are True where something of it is used;
    ``c_n`` is all False for a layer without one.
    """

    output: Tensor
    h_n: Tensor
    c_n: Tensor


@dataclass(frozen=True, eq=False)
class Measured:
    """Gradients of a run: ``cells`` (P, B·T) for the chosen positions, ``whole`` (S, B·T) for all of each sample.

    ``samples`` are those of ``whole``. ``everything`` (B·T,) is of the whole output at once; ``uses`` has an entry for
    each call of a recurrent layer.
    """

    cells: Tensor
    whole: Tensor
    samples: tuple[int, ...]
    everything: Tensor
    uses: tuple[Use, ...]


def measure(run: Watched, grid: Grid, outputs: Outputs, seed: int = 0) -> Measured:
    """Go back from each chosen position of the output, along a random direction of its features."""
    y = run.prediction
    assert y is not None
    generator = Generator().manual_seed(seed)
    towards = torch.randn(y.shape, generator=generator, dtype=torch.float64).to(y)
    weighted = y * towards
    calls = run.recurrent()
    results = [[run.recorder.tensors[seen.index] for seen in call.outputs] for call in calls]
    wanted = [source.tensor for source in grid.sources] + [tensor for group in results for tensor in group]
    samples = tuple(sorted({p.place.sample for p in outputs.positions if p.place.sample is not None}))

    def back(scalar: Tensor) -> list[Tensor | None]:
        able = [tensor for tensor in wanted if tensor.requires_grad]
        if not scalar.requires_grad or not able:
            return [None] * len(wanted)
        found = iter(torch.autograd.grad(scalar, able, retain_graph=True, allow_unused=True))
        return [next(found) if tensor.requires_grad else None for tensor in wanted]

    count = len(grid.sources)
    cells, used = [], []
    for position in outputs.positions:
        gradients = back(weighted[position.index].sum())
        cells.append(grid.strengths(gradients[:count]))
        used.append(gradients[count:])
    whole = []
    single = len(outputs.positions) == len(samples) and not outputs.by_step
    for sample in samples:
        if single and int((outputs.sample_of == sample).sum()) * (int(outputs.sample_of.max()) + 1) == y.numel():
            whole.append(next(row for row, p in zip(cells, outputs.positions, strict=True) if p.place.sample == sample))
            continue
        mask = (outputs.sample_of == sample).to(y.device)
        gradients = back((weighted * mask).sum())
        whole.append(grid.strengths(gradients[:count]))
    everything = grid.strengths(back(weighted.sum())[:count])
    return Measured(torch.stack(cells), _stack(whole, grid), samples, everything, tuple(_uses(calls, results, used)))


def _stack(rows: list[Tensor], grid: Grid) -> Tensor:
    return torch.stack(rows) if rows else torch.zeros(0, grid.samples * grid.steps, dtype=torch.float64)


def _uses(calls: Sequence[Call], results: list[list[Tensor]], used: list[list[Tensor | None]]) -> list[Use]:
    uses, start = [], 0
    for call, tensors in zip(calls, results, strict=True):
        columns = [[row[start + place] for row in used] for place in range(len(tensors))]
        start += len(tensors)
        output = torch.stack([_output_use(call, call.outputs[0], tensors[0], grad) for grad in columns[0]])
        states = [
            torch.stack([_state_use(tensors[place], grad) for grad in columns[place]])
            for place in (1, 2)[: len(tensors) - 1]
        ]
        h_n = states[0]
        uses.append(Use(output, h_n, states[1] if len(states) > 1 else torch.zeros_like(h_n)))
    return uses


def _output_use(call: Call, seen: Seen, tensor: Tensor, gradient: Tensor | None) -> Tensor:
    """(B, T, D): which steps of which samples are used, direction by direction."""
    directions = 2 if getattr(call.module, "bidirectional", False) else 1
    if gradient is None:
        gradient = torch.zeros_like(tensor)
    halves = gradient.detach().view(*gradient.shape[:-1], directions, -1).ne(0).any(dim=-1).cpu()  # (…, D)
    if seen.batch_sizes is not None:
        padded = torch.zeros(seen.batch_sizes[0], len(seen.batch_sizes), directions, dtype=torch.bool)
        start = 0
        for step, count in enumerate(seen.batch_sizes):  # in the order of packing: the longest first
            padded[:count, step] = halves[start : start + count]
            start += count
        return padded
    if halves.ndim == 2:
        return halves.unsqueeze(0)
    return halves if getattr(call.module, "batch_first", False) else halves.transpose(0, 1)


def _state_use(tensor: Tensor, gradient: Tensor | None) -> Tensor:
    """(L·D, B): which rows of which samples are used."""
    if gradient is None:
        gradient = torch.zeros_like(tensor)
    rows = gradient.detach().ne(0).any(dim=-1).cpu()
    return rows if rows.ndim == 2 else rows.unsqueeze(-1)
