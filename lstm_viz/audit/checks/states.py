"""What is read of h_n, c_n and output: the lowest layer, one direction alone, a half that has seen one step."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from lstm_viz.audit.evidence import Evidence, layer_text
from lstm_viz.audit.findings import Finding
from lstm_viz.audit.measuring import Use
from lstm_viz.seen import Call


def states_read(evidence: Evidence) -> Iterator[Finding]:
    """For each recurrent layer what the output uses of what it returned."""
    if evidence.map is None or "samples" in evidence.explained:
        return
    for call, use in zip(evidence.mapped.recurrent(), evidence.uses, strict=True):
        if call.path in evidence.explained:
            continue
        found = list(_of_call(evidence, call, use))
        if found:
            evidence.explained.add(call.path)
        yield from found


def _of_call(evidence: Evidence, call: Call, use: Use) -> Iterator[Finding]:
    layers = int(getattr(call.module, "num_layers", 1))
    directions = 2 if getattr(call.module, "bidirectional", False) else 1
    output = use.output.any(dim=0)  # (B, T, D)
    rows = (use.h_n | use.c_n).any(dim=2).any(dim=0)  # (L·D,)
    read = [row for row, used in enumerate(rows.tolist()) if used]
    if not output.any():
        if read and max(read) < (layers - 1) * directions:
            yield _lowest_layer(evidence, call, use, read)
        elif directions == 2 and read and min(read) >= 2 * (layers - 1) and len(read) == 1:
            yield _one_direction(evidence, call, use, read[0])
    elif directions == 2 and not read:
        yield from _halves(evidence, call, output)


def _lowest_layer(evidence: Evidence, call: Call, use: Use, read: list[int]) -> Finding:
    layers, directions = int(getattr(call.module, "num_layers", 1)), use.output.shape[-1]
    name = _state_name(evidence, call, use)
    labels = ", ".join(_row(row, directions) for row in read)
    unused = layers - 1 - max(read) // directions
    return Finding(
        "h-n-lowest-layer",
        "A lower layer's state is read, not the last layer's",
        f"Of the {layers * directions} rows of {name} the output uses {labels}. {layer_text(call.module)} has "
        f"{layers} layers: "
        f"{'the last' if unused == 1 else f'the last {unused}'} of them changes nothing.",
        "The layers above are computed and never learn: their weights get no gradient.",
        f"last = {name}[-1]  # (B, H)"
        if directions == 1
        else f"last = torch.cat([{name}[-2], {name}[-1]], dim=1)  # (B, 2·H)",
        "h-n-lowest-layer",
    )


def _one_direction(evidence: Evidence, call: Call, use: Use, row: int) -> Finding:
    name = _state_name(evidence, call, use)
    reverse = row % 2 == 1
    which, other = ("reverse", "forward") if reverse else ("forward", "reverse")
    return Finding(
        "h-n-reverse-only" if reverse else "direction-unused",
        f"The state of the {which} direction alone is read",
        f"Of the {use.h_n.shape[1]} rows of {name} the output uses {_row(row, 2)}: the {which} direction's.",
        f"The {other} direction of the last layer is computed for nothing and never learns.",
        f"last = torch.cat([{name}[-2], {name}[-1]], dim=1)  # (B, 2·H)",
        "h-n-reverse-only",
    )


def _halves(evidence: Evidence, call: Call, output: Tensor) -> Iterator[Finding]:
    steps = output.shape[1]
    name = evidence.result(call, 0, "output")
    if not output[..., 0].any() or not output[..., 1].any():
        which, other = ("forward", "reverse") if output[..., 0].any() else ("reverse", "forward")
        yield Finding(
            "direction-unused",
            f"Only the {which} half of a bidirectional layer's output is read",
            f"No position of the output uses the {other} half of {name}, {output.shape[-1]}·H numbers a step.",
            f"The {other} direction of the last layer is computed for nothing and never learns.",
            f"{name}  # (B, T, 2·H): both halves, or bidirectional=False",
            "h-n-reverse-only",
            "useless",
        )
        return
    if steps < 2 or (evidence.outputs is not None and evidence.outputs.by_step):
        return
    for half, place, word in ((1, -1, "reverse"), (0, 0, "forward")):
        if _one_step_alone(evidence, call, output, half, place):
            index = "[:, -1]" if place else "[:, 0]"
            yield Finding(
                "bidirectional-last-step",
                f"The {word} half of {name}{index} has seen one step",
                f"Of {name} ({steps} steps) the output uses {'the last' if place else 'the first'} step alone, both "
                "halves. "
                f"The {word} direction starts there: that half has read 1 of {steps} steps.",
                f"Half of what the head reads knows next to nothing of the sequence, and the {word} recurrent "
                "weights of "
                "the last layer get no gradient.",
                "last = torch.cat([h_n[-2], h_n[-1]], dim=1)  # (B, 2·H): each direction where it has read everything",
                "bidirectional-last-step",
            )
            return


def _one_step_alone(evidence: Evidence, call: Call, output: Tensor, half: int, place: int) -> bool:
    """Whether one step of each sample is read of both halves, and it is the one where this direction starts."""
    used = output[..., half]
    samples = used.any(dim=1)
    if not samples.any() or not torch.equal(used, output[..., 1 - half]):
        return False
    if not bool((used[samples].sum(dim=1) == 1).all()):
        return False
    at = used[samples].int().argmax(dim=1)
    if place == 0:
        return bool((at == 0).all())
    packed = call.outputs[0].lengths
    lengths = sorted(packed, reverse=True) if packed else None
    if lengths is None and evidence.valid is not None and len(evidence.valid) == len(samples):
        lengths = list(evidence.valid)
    ends = torch.tensor(lengths)[samples] - 1 if lengths is not None else None
    return bool((at == output.shape[1] - 1).all()) or (
        ends is not None and torch.equal(at, ends) and bool((at > 0).any())
    )


def _state_name(evidence: Evidence, call: Call, use: Use) -> str:
    if not use.h_n.any():
        return evidence.result(call, 2, "c_n")
    return evidence.result(call, 1, "h_n")


def _row(row: int, directions: int) -> str:
    arrow = "" if directions == 1 else "→" if row % 2 == 0 else "←"
    return f"[{row}] (L{row // directions}{arrow})"
