"""Samples that meet: time and batch swapped, a view for a permute, rows of another sample."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor, nn

from lstm_viz.audit.checks.reshapes import numbered, permuted, regrouping, torn_inside
from lstm_viz.audit.dependency import DependencyMap
from lstm_viz.audit.evidence import Evidence, layer_text
from lstm_viz.audit.findings import Finding
from lstm_viz.audit.positions import Grid, input_grid
from lstm_viz.dims import describe
from lstm_viz.seen import Call, Seen

_MOST_TRIED = 80


def samples_mixed(evidence: Evidence) -> Iterator[Finding]:
    """Outputs of one sample that depend on another, and samples that nothing depends on."""
    chart = evidence.map
    if chart is None or evidence.outputs is None:
        return
    torn = torn_inside(evidence)
    if chart.samples < 2:
        yield from torn
        return
    found = list(_layers_into_batch(evidence)) or list(_by_map(evidence, chart)) or torn
    if found:
        evidence.explained.add("samples")
    yield from found


def _by_map(evidence: Evidence, chart: DependencyMap) -> Iterator[Finding]:
    by_sample = chart.depends.view(len(chart.outputs), chart.samples, chart.steps).any(dim=2)  # (O, B)
    assert evidence.outputs is not None
    if not evidence.outputs.by_sample:
        yield from _one_sample(evidence, chart, by_sample)
        return
    own = torch.tensor([-1 if place.sample is None else place.sample for place in chart.outputs])
    foreign = by_sample.clone()
    known = own >= 0
    foreign[torch.arange(len(own))[known], own[known]] = False
    foreign[~known] = False
    if not foreign.any():
        if evidence.reading.turned:
            yield _swapped(evidence, chart, foreign)
        return
    calls = _reads_samples_as_steps(evidence)
    if calls:
        yield (
            _unbatched(evidence, calls[0])
            if len(calls[0].inputs[0].shape) == 2
            else _swapped(evidence, chart, foreign, calls[0])
        )
    elif _is_reordered(by_sample, own, known):
        yield _reordered(evidence, by_sample, own)
    else:
        yield _mixed(evidence, chart, foreign)


def _is_reordered(by_sample: Tensor, own: Tensor, known: Tensor) -> bool:
    single = bool((by_sample[known].sum(dim=1) == 1).all())
    if not single:
        return False
    pairs = {(int(sample), int(row.nonzero()[0])) for sample, row in zip(own[known], by_sample[known], strict=True)}
    return len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)


def _reordered(evidence: Evidence, by_sample: Tensor, own: Tensor) -> Finding:
    moved = [(int(a), int(row.nonzero()[0])) for a, row in zip(own, by_sample, strict=True) if not row[a]]
    pairs = ", ".join(f"y[{a}] is of x[{b}]" for a, b in dict.fromkeys(moved))
    return Finding(
        "pack-order-lost",
        "The rows come out in another order than the samples went in",
        f"Each row depends on one sample alone, but not on its own: {pairs}.",
        "Predictions are compared with the targets of other samples, and the loss still goes down a little.",
        "packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)\n"
        "# or, after sorting with lengths.sort(descending=True):\n"
        "output = output[order.argsort()]",
        "pack-order-lost",
    )


def _reads_samples_as_steps(evidence: Evidence) -> list[Call]:
    found = []
    for call in evidence.mapped.recurrent():
        seen = call.inputs[0] if call.inputs else None
        if seen is None or seen.batch_sizes is not None:
            continue
        axes = evidence.reading.of(evidence.mapped, seen)
        place = 1 if len(axes) == 3 and getattr(call.module, "batch_first", False) else 0
        if (
            len(axes) >= 2
            and seen.shape[place] > 1
            and axes[place].symbols[:1] == ("B",)
            and len(axes[place].symbols) == 1
        ):
            found.append(call)
    return found


def _swapped(evidence: Evidence, chart: DependencyMap, foreign: Tensor, call: Call | None = None) -> Finding:
    call = call or next(iter(evidence.mapped.recurrent()), None)
    module = call.module if call is not None else None
    shape = "x" if call is None else f"{evidence.name_in_map(call.inputs[0])} {tuple(call.inputs[0].shape)}"
    first = bool(getattr(module, "batch_first", False))
    took = (
        f"{layer_text(module)} reads {shape} as {'(B, T, F)' if first else '(T, B, F)'}" if module is not None else ""
    )
    if foreign.any():
        row = int(foreign.sum(dim=1).argmax())
        seen = f"{chart.sentence(row)} {took}: it takes the samples for steps."
    else:
        seen = f"{took}, but {evidence.reading.because}."
    return Finding(
        "batch-first-forgotten",
        "Time and batch are swapped",
        seen,
        "Each prediction is made from one step of several samples instead of several steps of one. Nothing is raised, "
        "because the layer takes any two sizes, and the loss even goes down.",
        _layer_fix(module, first),
        "batch-first-forgotten",
    )


def _layer_fix(module: nn.Module | None, first: bool) -> str:
    if module is None:
        return "nn.LSTM(F, H, batch_first=True)"
    if first:
        return (
            f"{layer_text(module).replace(', batch_first=True', '')}  # for x of (T, B, F)\n# or x.transpose(0, "
            "1) before it"
        )
    return f"{layer_text(module)[:-1]}, batch_first=True)\n# if x really is (T, B, F): the last step is output[-1]"


def _unbatched(evidence: Evidence, call: Call) -> Finding:
    rows, columns = call.inputs[0].shape
    return Finding(
        "unbatched-2d",
        "A batch of two axes is read as one long sequence",
        f"x {(rows, columns)} has no axis of steps: the layer reads its {rows} samples as {rows} steps of one "
        "sequence.",
        "Each sample's prediction depends on the samples that happen to stand before it.",
        "x = x.unsqueeze(1)   # (B, 1, F): one step a sample\nx = x.unsqueeze(-1)  # (B, T, 1): T steps of one number",
        "unbatched-2d",
    )


def _one_sample(evidence: Evidence, chart: DependencyMap, by_sample: Tensor) -> Iterator[Finding]:
    used = evidence.everything.view(chart.samples, chart.steps).any(dim=1)
    names = [sample for sample, is_used in enumerate(used.tolist()) if is_used]
    if len(names) != 1:
        if len(names) > 1:
            evidence.not_checked.append("Whether samples are mixed: the output has no axis of samples.")
        return
    shape = () if evidence.mapped.y is None else tuple(evidence.mapped.y.shape)
    steps = evidence.outputs is not None and evidence.outputs.by_step
    yield Finding(
        "last-step-axis" if steps else "view-rows-last",
        "Only one sample of the batch is used",
        f"The output {shape} depends on x[{names[0]}] alone, of {chart.samples} samples.",
        "[-1] takes the last place of the first axis. There stand the samples, or all steps of all samples in a row: "
        "the other samples are computed for nothing. With a batch of one it looks right.",
        "last = output[:, -1]  # (B, H): the last step of every sample\nprediction = self.fc(last)",
        "last-step-axis" if steps else "view-rows-last",
    )


def _mixed(evidence: Evidence, chart: DependencyMap, foreign: Tensor) -> Finding:
    row = int(foreign.sum(dim=1).argmax())
    count = int(foreign.any(dim=1).sum())
    seen = f"{chart.sentence(row)} {count} of the {len(chart.outputs)} positions looked at see other samples."
    why = (
        "What is predicted for one sample changes with the others that happen to be in its batch, and it learns "
        "from them."
    )
    call = regrouping(evidence)
    if call is None:
        first = _first_mixing(evidence)
        where = f" Samples first meet in {evidence.expression_in_map(first)}." if first is not None else ""
        fix = (
            "# reduce, normalize and softmax over time or features, never over the axis of samples\nweights = "
            "scores.softmax(dim=1)  # (B, T)"
        )
        return Finding("samples-mixed", "Samples are mixed", seen + where, why, fix, "view-for-permute")
    parent, made = call.inputs[0], call.outputs[0]
    state = _is_state(evidence, parent)
    code, name = evidence.expression_in_map(call), evidence.name_in_map(parent)
    axes = describe(evidence.reading.of(evidence.mapped, parent))
    seen += (
        f" {code} cuts {axes} {tuple(parent.shape)} into {tuple(made.shape)} in the order of the numbers, "
        "across the samples."
    )
    if state:
        fix = (
            f"{name}.transpose(0, 1).reshape({parent.shape[1]}, -1)  # (B, L·D·H)\n# of two directions: "
            f"torch.cat([{name}[-2], {name}[-1]], dim=1)"
        )
        return Finding("h-n-view", "A view of the state mixes the samples", seen, why, fix, "h-n-view")
    return Finding(
        "view-for-permute",
        "A view or reshape mixes the samples",
        seen,
        why,
        permuted(name, parent, made),
        "view-for-permute",
    )


def _is_state(evidence: Evidence, seen: Seen) -> bool:
    return any(seen.index in [part.index for part in call.outputs[1:]] for call in evidence.mapped.recurrent())


def _layers_into_batch(evidence: Evidence) -> Iterator[Finding]:
    """h_n.view(-1, H): row i of the output reads row i // B of h_n."""
    y, outputs = evidence.mapped.y, evidence.outputs
    if y is None or outputs is None or not y.shape:
        return
    for call, use in zip(evidence.mapped.recurrent(), evidence.uses, strict=True):
        rows, batch = use.h_n.shape[1:]
        if rows < 2 or y.shape[0] != rows * batch:
            continue
        exact = [
            int(states.sum()) == 1 and bool(states.view(-1)[position.index[0]])
            for position, states in zip(outputs.positions, use.h_n | use.c_n, strict=True)
            if position.index
        ]
        if exact and all(exact) and not use.output.any():
            name = evidence.result(call, 1, "h_n")
            yield Finding(
                "h-n-layers-into-batch",
                "The layers are stacked into the batch",
                f"The output has {y.shape[0]} rows, L·D·B = {rows}·{batch}: row i is made of {name}[i // {batch}] "
                "alone.",
                f"There are {rows} predictions for each sample, most of them from lower layers or one direction, "
                "and the "
                "target no longer fits them.",
                f"last = {name}[-1]  # (B, H); of two directions torch.cat([{name}[-2], {name}[-1]], dim=1)",
                "h-n-layers-into-batch",
            )


def _first_mixing(evidence: Evidence) -> Call | None:
    """The first call whose result for one sample depends on another."""
    run = evidence.mapped
    grid = input_grid(run, evidence.reading.labels)
    if grid is None:
        return None
    tried = 0
    for call in run.capture.calls[: run.capture.forward]:
        for seen in call.outputs if call.kind in ("function", "module") else ():
            tensor = run.recorder.tensors.get(seen.index)
            numbers = numbered(evidence.reading.of(run, seen), tuple(seen.shape), "B")
            if tensor is None or numbers is None or not tensor.requires_grad or int(numbers.max()) + 1 != grid.samples:
                continue
            tried += 1
            if tried > _MOST_TRIED:
                return None
            if _depends_on_others(tensor, numbers, grid):
                return call
    return None


def _depends_on_others(tensor: Tensor, numbers: Tensor, grid: Grid) -> bool:
    drawn = torch.randn(tensor.shape, generator=Generator().manual_seed(0)).to(tensor)
    for sample in (0, grid.samples - 1):
        scalar = (tensor * drawn * (numbers == sample).to(tensor)).sum()
        sources = [source.tensor for source in grid.sources]
        gradients = torch.autograd.grad(scalar, sources, retain_graph=True, allow_unused=True)
        strengths = grid.strengths(gradients).view(grid.samples, grid.steps)
        strengths[sample] = 0
        if strengths.any():
            return True
    return False
