"""Padding that is read as data."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from lstm_viz.audit.dependency import spans
from lstm_viz.audit.evidence import Evidence
from lstm_viz.audit.findings import Finding


def padding_read(evidence: Evidence) -> Iterator[Finding]:
    """Positions of real data that depend on steps that hold none."""
    chart, padding = evidence.map, evidence.padding
    if chart is None or padding is None or not chart.padding.any() or evidence.explained & {"samples", "steps"}:
        return
    empty = chart.padding.view(chart.samples, chart.steps)
    rows = []
    for row, place in enumerate(chart.outputs):
        if place.sample is None or (
            place.step is not None and place.step < chart.steps and empty[place.sample, place.step]
        ):
            continue
        read = chart.depends[row].view(chart.samples, chart.steps)[place.sample] & empty[place.sample]
        if read.any():
            rows.append((row, place, [int(step) for step in read.nonzero().view(-1)]))
    if not rows:
        return
    row, place, steps = rows[0]
    sample = place.sample if place.sample is not None else 0
    length = int((~empty[sample]).sum())
    both = any(getattr(call.module, "bidirectional", False) for call in evidence.mapped.recurrent())
    last = _last_is_padding(evidence, empty)
    reverse = both and (place.step is not None or not last)
    noun = "step" if len(steps) == 1 else "steps"
    yield Finding(
        "padding-reverse" if reverse else "padding-last-step",
        "The reverse direction reads the padding first" if reverse else "Padding is read as data",
        f"x[{sample}] has {length} steps of data ({padding.how}), and {place.text} depends on {noun} "
        f"{spans(steps)}, after them.",
        "How far a sample was padded, which depends on the others in its batch, changes what is predicted for it."
        + (" Even the real steps are wrong: the reverse direction comes to them from the padding." if reverse else ""),
        "packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)\n"
        "output, (h_n, c_n) = self.lstm(packed)\n"
        + (
            "last = torch.cat([h_n[-2], h_n[-1]], dim=1)"
            if both
            else "last = h_n[-1]  # the state after each sample's own last step"
        ),
        "padding-reverse" if reverse else "padding-last-step",
    )


def _last_is_padding(evidence: Evidence, empty: torch.Tensor) -> bool:
    """Whether the head reads a layer's output at a padded step."""
    for use in evidence.uses:
        read = use.output.any(dim=0).any(dim=-1)  # (B, T)
        if read.shape == empty.shape and bool((read & empty).any()):
            return True
    return False
