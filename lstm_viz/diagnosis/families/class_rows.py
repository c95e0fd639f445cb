"""CrossEntropyLoss and NLLLoss: scores and targets of different numbers of rows."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.families.class_targets import FLAT, zero_d
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, number, rules


def _batches(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """(N of the scores) against (N of the target): what one divided by the other is."""
    scores, target = number(found, "scores"), number(found, "target")
    if target == 0 and scores != 0:
        yield zero_d(scores)
    elif target and scores % target == 0 and scores > target:
        yield _every_step(scores, target, seen)
    elif scores and target % scores == 0:
        yield _last_step_only(scores, target, seen)
    else:
        yield _other_batch(scores, target, seen)


def _every_step(scores: int, target: int, seen: Evidence) -> Diagnosis:
    times = scores // target
    folded = (
        " As it is 2 or 4 it may also be the layers and directions of h_n, folded into the batch by h_n.view(-1, H): "
        "take h_n[-1]."
    )
    return Diagnosis(
        key="class-rows-of-every-step",
        title=f"The scores have {times} rows for each label",
        explanation=f"{scores} = {target} · {times}: {target} labels, and {times} rows of scores for each. The scores "
        f"of all {times} steps were folded into the rows (B·T), and there is one label for each sample."
        + (folded if times in (2, 4) else ""),
        numbers=(
            (scores, f"rows of the scores (B·T = {target}·{times})"),
            (target, "labels (B)"),
            (times, seen.named(times, "rows for each label, rather the steps (T)")),
        ),
        axis="axis 0 of the scores (B·T)",
        misleading="Neither number need be your batch size: the first has the steps in it.",
        fix="Score the last step only, fc(output[:, -1]) or fc(h_n[-1]); or, if every step has a label, give the "
        "target (B, T) and flatten both alike.",
        fixed_code="scores = fc(output[:, -1])  # (B, C): batch_first=True\n"
        "loss = criterion(scores, target)  # (B,)\n"
        "# with a label for every step:\n"
        f"{FLAT}",
        tells_apart=f"If {times} is your sequence length, it is the steps. If the target should have {scores} labels, "
        "it was cut. A view(-1, …) with a wrong last number does the same.",
        pitfall="cross-entropy-every-step",
        confidence=0.94,
    )


def _last_step_only(scores: int, target: int, seen: Evidence) -> Diagnosis:
    times = target // scores
    return Diagnosis(
        key="class-labels-of-every-step",
        title=f"The target has {times} labels for each row of scores",
        explanation=f"{target} = {scores} · {times}: {scores} row{'s' if scores > 1 else ''} of scores, and {times} "
        "labels for each. The target holds a label for every step (or was flattened with another axis), the scores are "
        "of one step.",
        numbers=(
            (scores, "rows of the scores"),
            (target, f"labels ({scores}·{times})"),
            (times, seen.named(times, "labels for each row, rather the steps (T)")),
        ),
        axis="axis 0 of the scores",
        fix="Score every step: fc(output) is (B, T, C), then flatten both. Or keep one label for each sample, "
        "target[:, -1]. If the scores lost the batch (output[-1] where batch_first=True), take output[:, -1].",
        fixed_code="scores = fc(output)  # (B, T, C)\n" + FLAT,
        tells_apart=f"If {times} is your number of classes, the target is one-hot and was flattened: take argmax "
        "before.",
        pitfall="cross-entropy-every-step",
        confidence=0.9,
    )


def _other_batch(scores: int, target: int, seen: Evidence) -> Diagnosis:
    return Diagnosis(
        key="class-other-batch",
        title="Scores and target have another number of rows",
        explanation=f"The scores have {scores} rows, the target {target}, and neither is a multiple of the other. "
        f"Where {scores} is your number of steps, the wrong axis was taken: output[-1] or output[:, -1] does not agree "
        "with batch_first. Else the rows were cut or folded by a view, or the two come from different batches.",
        numbers=((scores, seen.named(scores, "rows of the scores")), (target, seen.named(target, "labels"))),
        axis="axis 0 of the scores (B)",
        fix="With batch_first=True the last step is output[:, -1], without it output[-1]; h_n[-1] is right with both. "
        "Check that x and target come from the same batch, and use no view(-1, …) that changes the number of rows.",
        fixed_code="scores = fc(output[:, -1])  # (B, C): batch_first=True\nassert scores.size(0) == target.size(0)",
        tells_apart=f"Print x.shape and target.shape: if {scores} is the other axis of x, it is batch_first. If they "
        "differ by one, a window or a shift by one step was cut from one of them only.",
        pitfall="batch-first-forgotten",
        confidence=0.85,
    )


RULES = rules(
    (r"Expected input batch_size \((?P<scores>\d+)\) to match target batch_size \((?P<target>\d+)\)", _batches),
)
