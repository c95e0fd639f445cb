"""A column that is multiplied by a whole row: predictions scaled back with every column's numbers."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.audit.evidence import Evidence
from lstm_viz.audit.findings import Finding

_ARITHMETIC = {
    "add",
    "sub",
    "mul",
    "div",
    "true_divide",
    "rsub",
    "__radd__",
    "__rmul__",
    "__rsub__",
    "__add__",
    "__mul__",
}


def columns_multiplied(evidence: Evidence) -> Iterator[Finding]:
    """One column of predictions times the scale of every column of the table."""
    run = evidence.run
    for call in run.capture.calls[: run.capture.forward]:
        if call.name not in _ARITHMETIC or len(call.inputs) != 2 or not call.outputs or run.y is None:
            continue
        one, many = sorted(call.inputs, key=lambda seen: -len(seen.shape))
        maker = run.recorder.makers.get(many.index)
        own = maker is not None and maker.kind in ("constant", "unseen")
        column = len(one.shape) >= 2 and one.shape[-1] == 1 and len(many.shape) == 1 and many.shape[0] > 1
        if own and column and call.outputs[0].shape[-1] == many.shape[0] and call.outputs[0].shape == run.y.shape:
            code = evidence.expression(call)
            yield Finding(
                "scaler-broadcast",
                "One column becomes all of them",
                f"{code}: {tuple(one.shape)} with {tuple(many.shape)} gives {tuple(call.outputs[0].shape)}.",
                "The one predicted column is scaled back with the numbers of every column of the table, and only "
                "one of the "
                f"{many.shape[0]} results means anything.",
                f"{code}  # with the target column's own numbers: scale[-1], mean[-1]",
                "scaler-broadcast",
            )
            return
