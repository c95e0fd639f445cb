"""audit(model, x): which output depends on which input, and the mistakes that raise nothing."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from lstm_viz.arguments import Arguments, Inputs
from lstm_viz.audit.checks import CHECKS
from lstm_viz.audit.evidence import Evidence
from lstm_viz.audit.findings import Finding
from lstm_viz.audit.isolating import isolated
from lstm_viz.audit.mapping import Mapping, NoGradientError, dependency_map
from lstm_viz.audit.padding import Padding, find_padding, packed_lengths
from lstm_viz.audit.reading import Predicts, Reading, read
from lstm_viz.audit.report import Audit
from lstm_viz.audit.stepping import Stepped, train_twice
from lstm_viz.audit.watching import Watched, Way, run_watched
from lstm_viz.random_state import preserved
from lstm_viz.running import Loss, eager, materialised
from lstm_viz.trace import _labels

Samples = Literal["independent", "continued"]
_LARGE = 40_000_000
"""Steps times weights of a batch beyond which the map is made of fewer samples and steps."""
_FEW = {"B": 4, "T": 48}
_ALONE = 3
"""How many samples a batch of one is made to have, so that mixed samples show."""


class AuditError(RuntimeError):
    """The model itself raises; ``__cause__`` is what it raised."""


def audit(
    model: Any,
    x: Any,
    target: Any = None,
    loss: Loss | None = None,
    *,
    predicts: Predicts | None = None,
    axes: str | None = None,
    lengths: Sequence[int] | Tensor | None = None,
    padding: float | None = None,
    samples: Samples | None = None,
) -> Audit:
    """Find which (sample, step) of ``x`` each position of the output depends on, and mistakes that raise nothing.

    ``model`` is a module or any function of x. ``x`` is its input, (B, T, F), (T, B, F), (B, T) of tokens or packed; a
    tuple holds several arguments. With ``target`` and ``loss``, a function of (prediction, target), the loss and a
    training step are looked at too. What cannot be seen has to be said:

    - ``predicts="next step"``: position t of the output predicts step t + 1, so it must not depend on later steps. This
      is assumed where the target is x one step later.
    - ``axes="B, T, F"``: what the axes of x are. Without it they are what the layers take them for, unless the output
      or the target shows otherwise.
    - ``lengths`` (B,) or ``padding``, a number: which steps hold no data. Without them a model's own lengths, its
      ``padding_idx``, and constant rows at the end of samples count.
    - ``samples``: "independent" if a batch has nothing to do with the one before, "continued" if sample i goes on where
      sample i of the batch before stopped.

    Works on copies: the model, its mode, buffers and gradients, and the random state stay as they are. One audit runs
    at a time in a process. Raises AuditError if the model raises, TypeError for a model that cannot be called.

    >>> from torch import nn
    >>> lstm, fc = nn.LSTM(2, 5), nn.Linear(5, 1)
    >>> print(audit(lambda x: fc(lstm(x)[0][:, -1]), torch.randn(4, 6, 2)).keys)
    ('batch-first-forgotten',)
    """
    started = time.perf_counter()
    arguments: Arguments = (x if type(x) is tuple else (x,), {})
    known = None if lengths is None else [int(length) for length in lengths]
    if axes is not None and known is None:
        _labels(axes)
    with preserved() as same_draws, eager():
        evidence = _collect(model, arguments, target, loss, predicts, axes, known, padding, samples, same_draws)
        findings = _without_consequences([finding for check in CHECKS for finding in check(evidence)])
    chart = evidence.map
    sizes = dict(evidence.mapped.naming.sizes)
    if chart is not None:
        sizes |= {"B": chart.samples, "T": chart.steps} if chart.inputs[0].step is not None else {"B": chart.samples}
    name = getattr(model, "__name__", type(model).__name__)
    seconds = time.perf_counter() - started
    return Audit(name, findings, chart, sizes, _checked(evidence), tuple(dict.fromkeys(evidence.not_checked)), seconds)


def assert_clean(
    model: Any, x: Any, target: Any = None, loss: Loss | None = None, *, allow: Collection[str] = (), **options: Any
) -> None:
    """Raise AssertionError with every finding of ``audit`` whose key is not in ``allow``: for a test of one's own.

    >>> from torch import nn
    >>> assert_clean(nn.LSTM(2, 5, batch_first=True), torch.randn(4, 6, 2))
    """
    found = [finding for finding in audit(model, x, target, loss, **options).findings if finding.key not in allow]
    if found:
        count = "1 mistake" if len(found) == 1 else f"{len(found)} mistakes"
        raise AssertionError("\n\n".join([f"expected no mistake in this model, got {count}:", *map(str, found)]))


def _collect(
    model: Any,
    arguments: Arguments,
    target: Any,
    loss: Loss | None,
    predicts: Predicts | None,
    axes: str | None,
    lengths: list[int] | None,
    padding: float | None,
    samples: str | None,
    same_draws: Any,
) -> Evidence:
    labels = None if axes is None else _labels(axes)

    def copied() -> Any:
        same_draws()
        module, _ = isolated(model)
        return materialised(module, arguments)

    run = run_watched(copied(), arguments, Way(axes=labels), loss, target)
    if run.capture.error is not None and not run.capture.returned:
        error = run.capture.error
        if any(type(part.num_layers) is bool for part in run.module.modules() if isinstance(part, nn.RNNBase)):
            return _unrun(run, read(run, None, predicts, True, None), error)
        raise AuditError(f"the model raised {type(error).__name__}: {error}") from error
    reading = read(run, target, predicts, axes is not None, lengths)
    pads = find_padding(run, reading.labels, lengths, padding)
    notes: list[str] = []
    checked: list[str] = []
    try:
        mapping = _mapping(run, reading, copied, arguments, pads, predicts, padding)
    except NoGradientError as error:
        mapping = None
        notes.append(f"What depends on what: going back through the model raised: {error}")
    if mapping is not None and mapping.run is not run:
        checked.append(f"The map is of {_sizes_text(mapping)}.")
    evidence = _evidence(run, reading, mapping, pads, copied, arguments, target, loss, samples, same_draws, notes)
    evidence.checked += checked
    return evidence


def _mapping(
    run: Watched,
    reading: Reading,
    copied: Any,
    arguments: Arguments,
    pads: Padding | None,
    predicts: Predicts | None,
    padding: float | None,
) -> Mapping | None:
    """The map, of other sizes where those of x are too large, or hide what mixes samples."""
    name = next((call.name for call in run.capture.calls if call.kind == "input"), "x")
    mapped, given = _at_other_size(run, copied, arguments)
    if mapped is not None:
        resized = read(mapped, None, predicts, True, None)
        axes = _axes_like(mapped, resized, reading)
        turned = replace(reading, axes=axes)
        there = find_padding(mapped, reading.labels, None, padding)
        if (mapping := dependency_map(mapped, turned, copied, given, there, name)) is not None:
            return mapping
    return dependency_map(run, reading, copied, arguments, pads, name)


def _evidence(
    run: Watched,
    reading: Reading,
    mapping: Mapping | None,
    pads: Any,
    copied: Any,
    arguments: Arguments,
    target: Any,
    loss: Loss | None,
    samples: str | None,
    same_draws: Any,
    notes: list[str],
) -> Evidence:
    broken = run.capture.error is not None
    stepped: Stepped | None = None
    try:
        stepped = train_twice(copied, arguments, None if broken else loss, target, same_draws)
    except Exception as error:  # a person's own code in training mode, such as a BatchNorm of one sample
        notes.append(
            f"A training step: it raised {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        )
    common: dict[str, Any] = {"run": run, "reading": reading, "padding": pads, "stepped": stepped, "target": target}
    common |= {"loss": loss, "samples": samples, "not_checked": notes}
    if mapping is None:
        notes.append("What depends on what: no gradient can be taken from this output to this input.")
        empty = torch.zeros(0, dtype=torch.bool)
        return Evidence(
            mapped=run,
            map=None,
            outputs=None,
            uses=(),
            whole=empty,
            whole_samples=(),
            everything=empty,
            valid=None,
            **common,
        )
    notes += mapping.notes
    valid = packed_lengths(mapping.run, mapping.grid.samples)
    return Evidence(
        mapped=mapping.run,
        map=mapping.map,
        outputs=mapping.outputs,
        uses=mapping.uses,
        whole=mapping.whole,
        whole_samples=mapping.whole_samples,
        everything=mapping.everything,
        valid=valid,
        **common,
    )


def _unrun(run: Watched, reading: Reading, error: Exception) -> Evidence:
    """What can be said of a model that raises."""
    notes = [f"Everything that needs a run: the model raised {type(error).__name__}."]
    empty = torch.zeros(0, dtype=torch.bool)
    return Evidence(run, run, reading, None, None, (), empty, (), empty, None, None, None, None, None, None, notes)


def _at_other_size(run: Watched, copied: Any, arguments: Arguments) -> tuple[Watched | None, Arguments]:
    """The run at more samples where there is one alone, or at fewer samples and steps where it is slow."""
    layout = run.layout
    sizes = {name: size for name, size in layout.sizes.items() if name in ("B", "T")}
    new = dict(sizes)
    if sizes.get("B") == 1 and "B" in layout.free:
        new["B"] = _ALONE
    weights = sum(parameter.numel() for parameter in run.module.parameters())
    if sizes.get("B", 1) * sizes.get("T", 1) * max(weights, 10_000) > _LARGE:
        for name, few in _FEW.items():
            if name in layout.free and sizes.get(name, 0) > few:
                new[name] = few
    if new == sizes or run.leading is None:
        return None, arguments
    inputs = Inputs(arguments)
    by_leaf = dict(zip(run.capture.entered, layout.labels, strict=False))
    labels = [by_leaf.get(id(leaf), ()) for leaf in run.inputs.leaves]
    if any(not names for names in labels):
        return None, arguments
    resized = inputs.resized(labels, layout.sizes, {**layout.sizes, **new})
    other = run_watched(copied(), resized, Way())
    if other.capture.error is not None:
        return None, arguments
    return other, resized


def _axes_like(mapped: Watched, resized: Reading, reading: Reading) -> Any:
    if mapped.y is None:
        return ()
    return resized.axes if not reading.turned else reading.of(mapped, mapped.y)


def _sizes_text(mapping: Mapping) -> str:
    return f"B = {mapping.grid.samples} and T = {mapping.grid.steps}, made of the same numbers"


def _without_consequences(findings: list[Finding]) -> tuple[Finding, ...]:
    unique = {(finding.key, finding.seen): finding for finding in findings}
    order = {"wrong": 0, "suspicious": 1, "useless": 2}
    return tuple(sorted(unique.values(), key=lambda finding: order[finding.severity]))


def _checked(evidence: Evidence) -> tuple[str, ...]:
    done = list(evidence.checked)
    if evidence.map is not None:
        done.append(f"{len(evidence.map.outputs)} positions of the output against {len(evidence.map.inputs)} of x.")
    if evidence.loss is not None:
        done.append("The loss with its prediction and target.")
    if evidence.stepped is not None:
        done.append(f"Two training steps in a row, on a copy: {evidence.stepped.parameters} parameters.")
    return tuple(done)
