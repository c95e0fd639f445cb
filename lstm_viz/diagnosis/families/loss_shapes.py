"""Losses that compare element by element, MSE, L1, BCE: prediction and target of different shapes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, rules, shape, shape_as, worded, written

Shape = tuple[int, ...]


def compared(prediction: Shape, target: Shape, binary: bool, seen: Evidence) -> Diagnosis:
    """What two shapes that should be one say of the mistake."""
    if prediction[:-1] == target and prediction[-1:] == (1,):
        return _column(prediction, target, binary, "prediction")
    if target[:-1] == prediction and target[-1:] == (1,):
        return _column(prediction, target, binary, "target")
    if not target or not prediction:
        return _zero_d(prediction, target, binary)
    if sorted(prediction) == sorted(target):
        return _turned(prediction, target, binary)
    if _more_steps(prediction, target):
        return _every_step(prediction, target, binary, seen)
    if prediction[0] == target[0] and len(prediction) == 2 and math.prod(target) == target[0]:
        return _several_outputs(prediction, target, binary)
    return _other(prediction, target, binary, seen)


def _pitfall(binary: bool) -> str:
    return "bce-shape" if binary else "mse-broadcast"


def _harm(prediction: Shape, target: Shape, binary: bool) -> str:
    """What PyTorch does with the two."""
    if binary:
        return "BCE wants both to have the same shape."
    both = _broadcast(prediction, target)
    if both is None:
        return "They cannot be brought to one shape, so an error follows."
    count = math.prod(both)
    if count == 1:
        return "The loss spreads both to one shape; with more samples it would compare what does not belong together."
    return (
        f"The loss spreads both to {written(both)}: {count:,} pairs, each prediction against targets that are not its "
        "own."
    )


def _column(prediction: Shape, target: Shape, binary: bool, which: str) -> Diagnosis:
    rows = prediction[0] if prediction else 1
    last = len(max(prediction, target, key=len)) - 1
    if which == "prediction":
        fix, code = (
            f"prediction.squeeze({last})",
            f"loss = criterion(prediction.squeeze({last}), target)  # both {written(target)}",
        )
        other = f"target.unsqueeze({last})"
    else:
        fix, code = (
            f"target.squeeze({last})",
            f"loss = criterion(prediction, target.squeeze({last}))  # both {written(prediction)}",
        )
        other = f"prediction.unsqueeze({last})"
    return Diagnosis(
        key="loss-column",
        title=f"The {which} has an axis of size 1 that the other has not",
        explanation=f"The prediction is {written(prediction)}, the target {written(target)}: the same numbers, but the "
        f"{which} has a last axis of 1. {_harm(prediction, target, binary)}",
        numbers=((rows, "the batch (N)"), (1, f"the last axis of the {which}: one output")),
        axis=f"axis {last} of the {which} (O = 1)",
        misleading="" if binary else "It is only a warning, and training goes on: towards the mean of all targets.",
        fix=f"Make them one shape: {fix}, or {other}. Name the axis: squeeze() alone takes a batch of one away, too.",
        fixed_code=code,
        pitfall=_pitfall(binary),
        confidence=0.97,
    )


def _zero_d(prediction: Shape, target: Shape, binary: bool) -> Diagnosis:
    which, other = ("target", prediction) if not target else ("prediction", target)
    return Diagnosis(
        key="loss-0d",
        title=f"The {which} lost its axes: it is 0-D",
        explanation=f"The {which} is a single number without an axis, the other is {written(other)}. squeeze() on a "
        f"batch of one, or an index such as y[0], takes the axis away. {_harm(prediction, target, binary)}",
        numbers=((other[0] if other else 1, "the batch (N)"),),
        axis=f"axis 0 of the {which} (N)",
        fix=f"Keep the axis: {which}.view_as(...) of the other, {which}[0:1] for {which}[0], and squeeze(1) for "
        "squeeze().",
        fixed_code="loss = criterion(prediction.squeeze(1), target)  # both (N,)",
        pitfall="squeeze-batch-of-one",
        confidence=0.93,
    )


def _more_steps(prediction: Shape, target: Shape) -> bool:
    """Whether the prediction has an axis, or a multiple of rows or columns, that the target has not."""
    if len(prediction) == 3 and len(target) < 3 and prediction[0] == target[0]:
        return True
    if len(prediction) == 2 and len(target) <= 2 and prediction[0] == target[0] == 1 and prediction[1] > 1:
        return True
    return (
        prediction[0] != target[0] and prediction[0] % max(target[0], 1) == 0 and prediction[1:] in (target[1:], (1,))
    )


def _every_step(prediction: Shape, target: Shape, binary: bool, seen: Evidence) -> Diagnosis:
    count, labels = math.prod(prediction), math.prod(target)
    times = count // labels if labels and count % labels == 0 else 0
    each = f"{times} predictions for each target" if times else "more predictions than targets"
    steps = prediction[1] if len(prediction) == 3 else times
    return Diagnosis(
        key="loss-every-step",
        title="Predictions of every step against one target for each sample",
        explanation=f"The prediction is {written(prediction)}, {count} numbers; the target is {written(target)}, "
        f"{labels}: {each}. The predictions of all time steps (or the step and output axes flattened into one) went "
        f"into the loss, and the target is of one step. {_harm(prediction, target, binary)}",
        numbers=(
            (count, "numbers in the prediction"),
            (labels, "numbers in the target"),
            (steps, "rather the steps (T), or steps · outputs (T·O)"),
        ),
        axis="axis T of the prediction",
        misleading=""
        if binary
        else "It is only a warning, and training goes on against targets that are not the prediction's own.",
        fix="Predict from the last step only: fc(output[:, -1]) with batch_first=True, with as many outputs as the "
        "target has. If x is (B, window) or (1, B, window), it is also missing its axes: (B, T, F) with "
        "batch_first=True.",
        fixed_code="prediction = fc(output[:, -1]).squeeze(1)  # (B,), the last step; fc = nn.Linear(H, 1)\n"
        "loss = criterion(prediction, target)",
        tells_apart="If every step has a target of its own, the target lacks steps: it must have the prediction's "
        "shape.",
        pitfall="window-as-features"
        if prediction[0] == 1 and len(prediction) == 2 and not binary
        else _pitfall(binary),
        confidence=0.9,
    )


def _several_outputs(prediction: Shape, target: Shape, binary: bool) -> Diagnosis:
    rows, outputs = prediction
    two = (
        " For two classes, give one output, or use CrossEntropyLoss with class numbers (int64)."
        if binary or outputs == 2
        else ""
    )
    return Diagnosis(
        key="loss-outputs",
        title=f"{outputs} outputs for each sample, and one target",
        explanation=f"The prediction is {written(prediction)}: {outputs} numbers for each of {rows} samples. The "
        f"target {written(target)} has one. {_harm(prediction, target, binary)}",
        numbers=((rows, "the batch (N)"), (outputs, "outputs of the last layer (O), or steps that were flattened (T)")),
        axis="axis 1 of the prediction (O)",
        fix=f"Give the last layer as many outputs as the target has, nn.Linear(H, 1), and squeeze(1).{two} If the "
        f"{outputs} are steps, take the last one: output[:, -1].",
        fixed_code="fc = nn.Linear(H, 1)\nloss = criterion(fc(output[:, -1]).squeeze(1), target)  # both (N,)",
        tells_apart=f"{outputs} is the out_features of the last Linear, or your sequence length.",
        pitfall=_pitfall(binary),
        confidence=0.9,
    )


def _turned(prediction: Shape, target: Shape, binary: bool) -> Diagnosis:
    return Diagnosis(
        key="loss-turned",
        title="Prediction and target have their axes in another order",
        explanation=f"The prediction is {written(prediction)}, the target {written(target)}: the same sizes, turned. "
        f"{_harm(prediction, target, binary)}",
        numbers=tuple((size, "an axis of the prediction") for size in prediction[:2]),
        axis="the order of the axes of the prediction",
        fix="Turn one with transpose or permute, not with view or reshape, which mix the numbers. Check batch_first.",
        fixed_code="loss = criterion(prediction.transpose(0, 1), target)",
        pitfall="batch-first-forgotten",
        confidence=0.88,
    )


def _other(prediction: Shape, target: Shape, binary: bool, seen: Evidence) -> Diagnosis:
    axes = [place for place, (a, b) in enumerate(zip(prediction, target, strict=False)) if a != b]
    first = axes[0] if axes else 0
    a, b = prediction[min(first, len(prediction) - 1)], target[min(first, len(target) - 1)]
    text = (
        f"The prediction is {written(prediction)}, the target {written(target)}. {_harm(prediction, target, binary)} "
    )
    if first == 0 and axes:
        text += (
            f"They differ in the first axis, {a} and {b}: output[-1] instead of output[:, -1] (batch_first) takes one "
            "sample for "
        )
        text += "the last step, or the target is of another batch."
    elif axes and a == 1:
        text += f"The last layer gives 1 output, and the target has {b} for each sample: nn.Linear(H, {b})."
    elif axes:
        text += f"They differ in axis {first}: {a} in the prediction, {b} in the target."
    return Diagnosis(
        key="loss-shapes",
        title="Prediction and target have different shapes",
        explanation=text,
        numbers=(
            (a, seen.named(a, f"axis {first} of the prediction")),
            (b, seen.named(b, f"axis {first} of the target")),
        ),
        axis=f"axis {first} of the prediction",
        fix="Bring both to one shape: as many steps and outputs as the target has, the last step being output[:, -1] "
        "with batch_first=True and output[-1] without.",
        fixed_code="assert prediction.shape == target.shape, (prediction.shape, target.shape)",
        pitfall="last-step-axis" if first == 0 else _pitfall(binary),
        confidence=0.82,
    )


def _broadcast(a: Shape, b: Shape) -> Shape | None:
    length = max(len(a), len(b))
    pairs = list(zip((1,) * (length - len(a)) + a, (1,) * (length - len(b)) + b, strict=True))
    return tuple(max(x, y) for x, y in pairs) if all(x == y or 1 in (x, y) for x, y in pairs) else None


def _sizes(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    binary = (
        "deprecated" in found.string
        or found.re.pattern.startswith("Target")
        or seen.has("bceloss", "binary_cross_entropy")
    )
    yield compared(shape(found, "input"), shape(found, "target"), binary, seen)


RULES = rules(
    (
        rf"Using a target size \(?{shape_as('target')}\)? that is different to the input size \(?{shape_as('input')}",
        _sizes,
    ),
    (rf"Target size \(?{shape_as('target')}\)? must be the same as input size \(?{shape_as('input')}", _sizes),
    (
        r"Target and input must have the same number of elements\. target nelement \((?P<target>\d+)\) != input "
        r"nelement \((?P<input>\d+)\)"
        r"|input and target have different number of elements",
        worded(
            Diagnosis(
                key="loss-elements",
                title="Prediction and target hold a different count of numbers",
                explanation="The prediction holds «input|another count of» numbers and the target «target|its own "
                "count». Usually all steps were predicted where the target has one, or the last layer has more outputs "
                "than the target.",
                axis="the prediction",
                fix="Predict from the last step, output[:, -1], with as many outputs as the target has: nn.Linear(H, "
                "1) and squeeze(1).",
                fixed_code="prediction = torch.sigmoid(fc(output[:, -1])).squeeze(1)  # (N,)",
                pitfall="bce-shape",
            ),
            input="numbers in the prediction",
            target="numbers in the target",
        ),
    ),
)
