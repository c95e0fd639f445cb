"""CrossEntropyLoss and NLLLoss: the axes, the number and the kind of their targets."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, dtype, number, rules, shape, shape_as, worded, written

FLAT = "loss = criterion(scores.reshape(-1, C), target.reshape(-1))  # (B·T, C) and (B·T,)"


def _target_size(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """Scores (N, C, d…) want a target (N, d…): what came instead shows which axis stands wrong."""
    expected, got = shape(found, "expected"), shape(found, "got")
    if len(got) == len(expected) + 1 and got[-1] == 1:
        yield _trailing_axis(got)
    elif len(got) == len(expected) + 1 or (len(got) == 3 and len(expected) == 2):
        yield one_hot("Long", 0.93, got)
    elif len(got) == 1 and len(expected) >= 2 and got[0] == expected[0]:
        yield _one_label(expected, got)
    elif len(got) == len(expected) == 2:
        yield _classes_last(expected, got)
    else:
        yield Diagnosis(
            key="class-target-shape",
            title="The target's shape does not go with the scores",
            explanation=f"Scores (N, C, …) want a target (N, …), without the class axis: {written(expected)}. It is "
            f"{written(got)}.",
            numbers=((expected[0] if expected else 0, "the batch that the scores have (N)"),),
            axis="the axes of the target",
            fix="Put the classes on axis 1 of the scores, or flatten both: scores.reshape(-1, C), target.reshape(-1).",
            fixed_code=FLAT,
            pitfall="cross-entropy-classes-last",
        )


def _trailing_axis(got: tuple[int, ...]) -> Diagnosis:
    return Diagnosis(
        key="class-target-column",
        title="The target has an axis of size 1 too many",
        explanation=f"The target is {written(got)}: its last axis has one entry. Class numbers have no such axis, "
        f"{written(got[:-1])}. And the scores must have their classes on axis 1, (B, C, T).",
        numbers=((got[0], "the batch (B)"), (got[1], "the steps (T)"), (1, "an axis that must not be there")),
        axis=f"axis {len(got) - 1} of the target",
        fix="target.squeeze(-1), and the scores turned, scores.transpose(1, 2); or flatten both.",
        fixed_code=f"loss = criterion(scores.transpose(1, 2), target.squeeze(-1))\n# or\n{FLAT}",
        pitfall="cross-entropy-target-column",
    )


def _classes_last(expected: tuple[int, ...], got: tuple[int, ...]) -> Diagnosis:
    batch, classes, steps = expected[0], expected[1], got[1]
    one = steps == 1
    text = (
        "The scores are (B, T, C), and cross-entropy wants the classes on axis 1, (B, C, T). It took axis 1 for the "
        f"classes and the last axis, {classes}, for the steps; so it expects a target {written(expected)}. {classes} "
        f"is your number of classes (C), and the target {written(got)} is "
    )
    text += "a column, with an axis of size 1 too many." if one else f"right: {got[0]} samples of {steps} steps."
    return Diagnosis(
        key="class-axis-last",
        title="Cross-entropy wants the classes on axis 1; they are on the last axis",
        explanation=text,
        numbers=(
            (got[0], "the batch (B)"),
            (classes, "the classes (C), read as the steps"),
            (steps, "the steps of the target (T)"),
        ),
        axis="axes 1 and 2 of the scores (T and C)",
        misleading="It asks for another target. The target is right; the scores have their axes in another order.",
        fix="Turn the scores, scores.transpose(1, 2), or flatten both: scores.reshape(-1, C) and target.reshape(-1). "
        "Do not reshape the target to what is asked for.",
        fixed_code=f"loss = criterion(scores.transpose(1, 2), target)  # {written((batch, classes, steps))} and "
        f"{written(got)}\n"
        "# or\n"
        f"{FLAT}",
        tells_apart="If you want one label for each sample, take the last step first: scores[:, -1], "
        f"{written((batch, classes))}."
        if one
        else "",
        pitfall="cross-entropy-classes-last",
        confidence=0.96,
    )


def _one_label(expected: tuple[int, ...], got: tuple[int, ...]) -> Diagnosis:
    return Diagnosis(
        key="class-every-step",
        title="Scores for every step, and one label for each sample",
        explanation=f"The target has one label for each of {got[0]} samples; the scores have three axes, one set of "
        "scores for each step. Cross-entropy takes axis 1 for the classes and wants a label for each of the "
        f"{expected[1]} on the last axis.",
        numbers=((got[0], "the samples (B), one label each"), (expected[1], "the last axis of the scores (C)")),
        axis="axis T of the scores",
        misleading="It asks for a larger target; the scores of all steps but the last have to go.",
        fix="Score the last step only: fc(output[:, -1]) with batch_first=True, or h_n[-1].",
        fixed_code="scores = fc(output[:, -1])  # (B, C)\nloss = criterion(scores, target)  # target (B,)",
        tells_apart="If every step has a label, the target must be (B, T) and the scores (B, C, T).",
        pitfall="cross-entropy-every-step",
        confidence=0.92,
    )


def one_hot(kind: str, confidence: float, got: tuple[int, ...] = ()) -> Diagnosis:
    """A target with the scores' shape and whole numbers."""
    where = f", {written(got)}," if got else ""
    place = "1" if not got or len(got) > 1 else "-1"
    return Diagnosis(
        key="class-one-hot",
        title="The targets are one-hot; cross-entropy wants class numbers",
        explanation=f"The target{where} has the scores' shape, with an axis for the classes. Such a target is read as "
        f"probabilities of the classes, which must be floating point; it is {dtype(kind)}. Class numbers have no class "
        "axis: (N,), or (N, T) for scores (N, C, T).",
        numbers=tuple(zip(got, ("the batch (N)", "the classes (C)", "the steps (T)"), strict=False)),
        axis="the class axis of the target (C)",
        misleading="Turning the target to float makes it run; class numbers are what is meant, and are faster.",
        fix=f"Take the class numbers: target.argmax({place}), the class axis being {place}. Best do not one-hot them "
        "at all.",
        fixed_code=f"loss = criterion(scores, target.argmax({place}))  # class numbers, int64",
        tells_apart="If the target is meant to hold probabilities, make it float: target.float(). If it is class "
        "numbers, and the scores went through argmax, hand over the scores themselves.",
        pitfall="cross-entropy-one-hot",
        confidence=confidence,
    )


def _multi_target(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    yield Diagnosis(
        key="class-target-2d",
        title="The target has two axes; for scores (N, C) it must have one",
        explanation="The scores are (N, C), so the target must be (N,): one class number for each row. It has two "
        "axes: it is a column (N, 1), as from a table or a DataLoader; or one-hot, (N, C); or a label for every step, "
        "(B, T), while the scores are of one step or flattened.",
        axis="axis 1 of the target: it must not be there",
        misleading="Nobody asked for several targets: an axis of size 1 is enough for it.",
        fix="A column: target.squeeze(1) (not squeeze(), which takes a batch of one away). One-hot: target.argmax(1). "
        "Labels for every step: target.reshape(-1) with scores.reshape(-1, C).",
        fixed_code="loss = criterion(scores, target.squeeze(1).long())  # (N, 1) to (N,)\n"
        "loss = criterion(scores, target.argmax(1))  # one-hot (N, C) to (N,)\n" + FLAT,
        tells_apart="Print target.shape: (N, 1) is a column, (N, C) is one-hot, (B, T) has a label for every step.",
        pitfall="cross-entropy-one-hot" if seen.has("one_hot", "onehot", "one-hot") else "cross-entropy-target-column",
        confidence=0.93,
    )


def zero_d(scores: int) -> Diagnosis:
    """A target without an axis."""
    return Diagnosis(
        key="class-target-0d",
        title="The target lost its axis: it is 0-D",
        explanation=f"The scores have {scores} row{'s' if scores > 1 else ''}; the target is a single number without "
        "an axis, as target[0] or squeeze() makes it. “batch_size (0)” is how a target without an axis is counted.",
        numbers=((scores, "rows of the scores (N)"), (0, "no axis at all, not an empty target")),
        axis="axis 0 of the target (N)",
        misleading="It says that the target's batch is 0. The target is not empty; it has no axis.",
        fix="Keep the axis: target[0:1], target[0].view(1) or target.reshape(-1). Do not squeeze() a batch of one.",
        fixed_code="loss = criterion(scores, target.view(1))  # (1, C) and (1,)",
        pitfall="cross-entropy-0d-target",
        confidence=0.96,
    )


def _weights(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    classes, given = number(found, "classes"), found["given"]
    yield Diagnosis(
        key="class-weights",
        title="The class weights are not as many as the classes",
        explanation=f"The scores have {classes} on their class axis"
        + (f", and the weight {given} entries." if given else ", and the weight another number of entries."),
        numbers=(
            (classes, "the size of axis 1 of the scores, read as the classes (C)"),
            *(((int(given), "class weights"),) if given else ()),
        ),
        axis="axis 1 of the scores (C)",
        fix="Give one weight for each class. If the first number is your sequence length, the classes are on the last "
        "axis: scores.transpose(1, 2).",
        fixed_code=f"criterion = nn.CrossEntropyLoss(weight=torch.ones({classes}))",
        pitfall="cross-entropy-classes-last",
    )


RULES = rules(
    (rf"Expected target size:? {shape_as('expected')},? (?:but )?got:? {shape_as('got')}", _target_size),
    (r"1D target tensor expected|multi-?target not supported", _multi_target),
    (r"dimension specified as 0 but tensor has no dimensions", lambda found, seen: [zero_d(1)]),
    (
        r"Expected floating point type for target with class probabilities, got (?P<kind>\w+)",
        lambda found, seen: [one_hot(found["kind"], 0.96)],
    ),
    (
        r"weight tensor should be defined either for all (?P<classes>\d+)(?: or no)? classes(?: or no classes)?(?: "
        r"but got weight tensor of shape:? \((?P<given>\d+)\))?",
        _weights,
    ),
    (
        r"For 1D input, 1D target must have size 1, but got target size: (?P<labels>\d+)",
        worded(
            Diagnosis(
                key="class-scores-1d",
                title="The scores lost an axis: they are 1-D",
                explanation="1-D scores are one sample's, (C,), and there are «labels» labels. A squeeze(), or taking "
                "the last step of the wrong axis, took the batch away; or the model gives one number for each sample, "
                "(N,), where cross-entropy wants C of them.",
                axis="axis 1 of the scores (C)",
                fix="Keep the scores (N, C). With one output for each sample use BCEWithLogitsLoss and a float target.",
                fixed_code="scores = fc(output[:, -1])  # (N, C), no squeeze()\n"
                "loss = nn.CrossEntropyLoss()(scores, target)",
                pitfall="squeeze-batch-of-one",
            ),
            labels="labels (N)",
        ),
    ),
    (
        r"only batches of spatial targets supported.{0,40}but got targets of dimension: (?P<dims>\d)|target batch or "
        r"spatial sizes don't match",
        worded(
            Diagnosis(
                key="class-scores-4d",
                title="The scores have more axes than the target says",
                explanation="Scores of four axes are read as images, (N, C, height, width), with a target (N, height, "
                "width). Here the scores have axes too many, or the target too few.",
                axis="the axes of the scores",
                fix="Flatten both: scores.reshape(-1, C) and target.reshape(-1).",
                fixed_code=FLAT,
                pitfall="cross-entropy-classes-last",
            )
        ),
    ),
)
