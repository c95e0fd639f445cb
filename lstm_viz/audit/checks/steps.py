"""Steps: the future seen, a step that nothing uses, the last step alone, one step in all, a state not handed on."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from lstm_viz.audit.dependency import DependencyMap, spans
from lstm_viz.audit.evidence import Evidence
from lstm_viz.audit.findings import Finding
from lstm_viz.seen import Call

_STRIDED = (nn.Conv1d, nn.Conv2d, nn.MaxPool1d, nn.AvgPool1d, nn.MaxPool2d, nn.AvgPool2d)


def single_steps(evidence: Evidence) -> Iterator[Finding]:
    """T = 1: the layer starts from zeros and ends after one step."""
    calls = evidence.run.recurrent()
    paths = [call.path for call in calls]
    if not calls or len(set(paths)) < len(paths) or any(_steps(call) != 1 for call in calls):
        return
    if any(_given_state(evidence, call) for call in calls) or (
        evidence.stepped is not None and evidence.stepped.carries
    ):
        return
    evidence.explained |= {"steps", *paths}
    first = calls[0]
    into = first.inputs[0]
    features, module = into.shape[-1], first.module
    batch_first = bool(getattr(module, "batch_first", False))
    series = _are_windows(evidence.run.recorder.tensors.get(into.index))
    layout = "(B, T, F)" if batch_first else "(T, B, F)"
    name = evidence.name(into)
    seen = f"The layer reads {name} {tuple(into.shape)} as {layout}: T is 1, and F is {features}."
    if series:
        seen += " Each sample is the one before, moved on by one: they are windows of one series."
    fix = "x = x.transpose(1, 2)  # (B, 1, W) → (B, W, 1): W steps of one number, input_size=1"
    if features == 1 or not series:
        fix = "x = x.unfold(0, T, 1).transpose(1, 2)  # (rows, F) → (B, T, F): T rows in a row make a sample"
        if features > 1:
            fix += f"\n# if the {features} numbers are one series: x.reshape(-1, {features}, 1), input_size=1"
        if not batch_first and len(into.shape) == 3 and into.shape[1] > 1:
            fix += f"\n# if the {into.shape[1]} of {name} are steps: batch_first=True"
    yield Finding(
        "window-as-features" if series else "one-step",
        "Each sample is a single step: nothing is carried",
        seen,
        "The state starts at zero for every sample and is read after one step. The recurrent weights are never used: "
        "this is a network without memory, whatever the layer is called.",
        fix,
        "window-as-features",
    )


def _steps(call: Call) -> int:
    seen = call.inputs[0]
    if seen.batch_sizes is not None:
        return len(seen.batch_sizes)
    return seen.shape[1 if len(seen.shape) == 3 and getattr(call.module, "batch_first", False) else 0]


def _given_state(evidence: Evidence, call: Call) -> bool:
    states = [evidence.run.recorder.tensors.get(seen.index) for seen in call.inputs[1:]]
    entered = {seen.index for other in evidence.run.capture.calls if other.kind == "input" for seen in other.outputs}
    given = any(seen.index in entered for seen in call.inputs[1:])
    return given or any(state is not None and bool(state.detach().any()) for state in states)


def _are_windows(into: Tensor | None) -> bool:
    if into is None or into.ndim != 3 or into.shape[-1] < 3:
        return False
    rows = into.detach().reshape(-1, into.shape[-1])
    return len(rows) > 2 and bool(torch.equal(rows[1:, :-1], rows[:-1, 1:])) and bool(rows.std() > 0)


def future_seen(evidence: Evidence) -> Iterator[Finding]:
    """Where the next step is predicted: positions that depend on a later step."""
    chart = evidence.map
    if chart is None or evidence.outputs is None or "samples" in evidence.explained:
        return
    if not evidence.reading.next_step:
        if evidence.outputs.by_step and chart.steps > 1:
            evidence.not_checked.append(
                'Whether it sees the future: say predicts="next step" if it is to predict the next step.'
            )
        return
    late = chart.unexpected
    if not late.any():
        return
    row = int(late.any(dim=1).int().argmax())
    place = chart.outputs[row]
    calls = evidence.mapped.recurrent()
    both = [call for call in calls if getattr(call.module, "bidirectional", False)]
    joins = _head_sees_later(evidence)
    found = f"{chart.sentence(row)} It predicts step {(place.step or 0) + 1}."
    why = (
        "What it is to predict stands in its input: it copies instead of predicting, and fails where the future "
        "is not there."
    )
    evidence.explained.add("future")
    if both and not joins:
        fix = f"nn.{type(both[0].module).__name__}(…, bidirectional=False)  # only what came before"
        title = "A bidirectional layer has seen the step that it predicts"
        yield Finding("future-bidirectional", title, found, why, fix, "future-bidirectional")
    else:
        fix = "prediction = self.fc(output)  # Linear(H, 1) on each step: (B, T, H) → (B, T, 1)"
        title = "The output at a step sees later steps"
        yield Finding("future-linear", title, found, why, fix, "future-linear")


def _head_sees_later(evidence: Evidence) -> bool:
    """Whether a position uses a layer's output at a later step than its own."""
    assert evidence.map is not None
    if not evidence.uses:
        return True
    use = evidence.uses[-1].output.any(dim=-1).any(dim=1)  # (P, T)
    for place, row in zip(evidence.map.outputs, use, strict=True):
        if place.step is not None and bool(row[place.step + 1 :].any()):
            return True
    return False


def steps_unused(evidence: Evidence) -> Iterator[Finding]:
    """Steps of its own sample that no position depends on."""
    chart = evidence.map
    if chart is None or chart.steps < 2 or not evidence.whole_samples or evidence.explained & {"samples", "steps"}:
        return
    whole = evidence.whole.view(-1, chart.samples, chart.steps)
    own = torch.stack([whole[place, sample] for place, sample in enumerate(evidence.whole_samples)])  # (S, T)
    if not own.any():
        yield from _nothing_used(evidence, chart)
        return
    if _not_handed_on(evidence, chart):
        yield _own_step_alone(evidence, chart)
        return
    unused = ~own & ~chart.padding.view(chart.samples, chart.steps)[list(evidence.whole_samples)]
    if evidence.valid is not None and len(evidence.valid) == chart.samples:
        ends = torch.tensor([evidence.valid[sample] for sample in evidence.whole_samples])
        unused &= torch.arange(chart.steps) < ends.view(-1, 1)
    missing = [step for step, none in enumerate(unused.all(dim=0).tolist()) if none]
    missing = [step for step in missing if step < chart.steps - _spare(evidence)] if missing else []
    if missing:
        yield _unused(chart, own, missing, evidence)


def _spare(evidence: Evidence) -> int:
    """How many steps at the end may be left over: by a stride, or because the last one is the target."""
    strides = [part.stride for part in evidence.run.module.modules() if isinstance(part, _STRIDED)]
    longest = max([stride if isinstance(stride, int) else max(stride) for stride in strides], default=1)
    offsets = [-axis.offset for axis in evidence.reading.axes if axis.symbols[:1] == ("T",) and axis.offset < 0]
    return max([longest - 1, *offsets, 0])


def _unused(chart: DependencyMap, own: Tensor, missing: list[int], evidence: Evidence) -> Finding:
    count = chart.steps - len(missing)
    kept = [step for step in range(chart.steps) if step not in missing]
    if kept == [chart.steps - 1]:
        title, key = "Only the last step is used", "last-step-only"
    else:
        title = f"{len(missing)} of {chart.steps} steps are used by nothing"
        key = "input-step-unused"
    where = f"{spans(missing)}" if len(missing) > 1 else str(missing[0])
    noun = "step" if len(missing) == 1 else "steps"
    return Finding(
        key,
        title,
        f"No position of the output depends on {noun} {where} of its own sample: {count} of {chart.steps} steps count.",
        "What stands in those steps can be anything: the prediction stays the same, and nothing is learned from it.",
        "output, _ = self.lstm(x)  # x with every step, (B, T, F)\nlast = output[:, -1]",
        "",
    )


def _nothing_used(evidence: Evidence, chart: DependencyMap) -> Iterator[Finding]:
    yield Finding(
        "input-unused",
        "The output does not depend on the input",
        f"No gradient reaches any of the {chart.samples}·{chart.steps} steps of x, and other numbers in x change "
        "nothing.",
        "It gives the same answer to everything.",
        "prediction = self.fc(output[:, -1])  # made of what the layer returned",
        "",
    )


def _not_handed_on(evidence: Evidence, chart: DependencyMap) -> bool:
    """A recurrent network whose output at a step depends on that step alone."""
    recurrent = (nn.RNNBase, nn.RNNCellBase)
    if not any(isinstance(call.module, recurrent) for call in evidence.mapped.capture.calls):
        return False
    rows = [(place, row) for place, row in zip(chart.outputs, chart.depends, strict=True) if place.step is not None]
    later = [(place, row) for place, row in rows if place.step]
    if not later:
        return False
    return all(int(row.sum()) == 1 and _holds(row, place.sample, place.step, chart) for place, row in later)


def _holds(row: Tensor, sample: int | None, step: int | None, chart: DependencyMap) -> bool:
    return sample is not None and step is not None and step < chart.steps and bool(row[sample * chart.steps + step])


def _own_step_alone(evidence: Evidence, chart: DependencyMap) -> Finding:
    row = next(row for row, place in enumerate(chart.outputs) if place.step)
    return Finding(
        "state-not-handed-on",
        "The state is not handed on from step to step",
        f"{chart.sentence(row)} No earlier step matters to it, at any of the {chart.steps} steps.",
        "Every step starts from the same state: the network has no memory, and steps could be shuffled.",
        "state = None\nfor t in range(T):\n    out, state = lstm(x[:, t : t + 1], state)  # hand the new state on",
        "state-not-handed-on",
    )
