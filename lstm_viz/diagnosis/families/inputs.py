"""x as it reaches nn.RNN, nn.LSTM or nn.GRU: its number of axes and the size of the last."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, number, rules, worded


def _input_size(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    expected, got = number(found, "expected"), number(found, "got")
    why, fix, tells = _why_size(expected, got, seen)
    yield Diagnosis(
        key="input-size",
        title="The last axis of x is not input_size",
        explanation=f"The layer was made with input_size={expected}, the features of one step (F); the last axis of x "
        f"has {got}. {why}",
        numbers=((expected, "input_size of the layer"), (got, seen.named(got, "the last axis of x (F)", "TBHE"))),
        axis="the last axis of x (F)",
        misleading="It says nothing of time and batch: input_size is neither the sequence length nor the batch.",
        fix=fix,
        fixed_code=f"lstm = nn.LSTM(input_size={got}, hidden_size=H, batch_first=True)  # x (B, T, {got})"
        if expected != 1
        else "x = x.unsqueeze(-1)  # (B, T) to (B, T, 1): one feature a step",
        tells_apart=tells,
        pitfall="input-size",
        confidence=0.95,
    )


def _why_size(expected: int, got: int, seen: Evidence) -> tuple[str, str, str]:
    make = f"Make the layer with input_size={got}, or bring x to (B, T, {expected}) (batch_first=True)."
    if expected == 1:
        return (
            f"With input_size=1 each step has one number, so x must end in an axis of 1; the {got} look like the steps "
            "(T), or like columns of a table.",
            f"One number a step: x.unsqueeze(-1) makes (B, {got}) to (B, {got}, 1). If the {got} are features, make "
            f"the layer with input_size={got}.",
            f"If x has two axes, (B, T), the feature axis is missing. If it has three, the {got} are features, or x "
            "was turned.",
        )
    if got == 1:
        return (
            f"x has one number a step; the {expected} look like the number of steps, or of columns that were left out.",
            f"For one feature make the layer with input_size=1. If x should have {expected} features, it lost them, or "
            f"x.view(B, 1, {expected}) was meant.",
            f"If {expected} is your sequence length, input_size was given the steps: it is the features of one step.",
        )
    if seen.is_size(got, "T") or seen.is_size(expected, "T"):
        return (
            "One of them is your sequence length: time and features are swapped.",
            make + " Turn x with x.transpose(1, 2).",
            "",
        )
    if got == 2 * expected:
        return (
            f"{got} = 2 · {expected}: x is the output of a bidirectional layer, D·H features, or two tensors side by "
            "side.",
            f"Make this layer with input_size=2 * {expected}.",
            "If nothing before it is bidirectional, two tensors were concatenated.",
        )
    if expected == 2 * got:
        return (
            f"{expected} = 2 · {got}: two tensors were to be concatenated (embedding and context), or a bidirectional "
            "output was expected.",
            make,
            "",
        )
    return (
        f"Where {got} is the number of steps or the batch, x has its axes in another order. In a stack of layers a "
        "second layer's input_size is the first one's hidden_size (twice it, if bidirectional); after an Embedding it "
        "is embedding_dim.",
        make + " If x is (B, F, T), as convolutions give it, turn it: x.transpose(1, 2).",
        f"Print x.shape: if {expected} stands on another axis of x, the axes are in another order, else input_size is "
        "wrong.",
    )


def _dimensions(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    got = number(found, "got")
    if got >= 4:
        yield _too_many(got, seen)
    elif got == 1:
        yield _one(seen)
    else:
        yield _two()


def _too_many(got: int, seen: Evidence) -> Diagnosis:
    return Diagnosis(
        key="input-4d",
        title=f"x has {got} axes; a recurrent layer takes 2 or 3",
        explanation=f"x has {got} axes. The layer takes (B, T, F) with batch_first=True, (T, B, F) without, or (T, F) "
        "for one sequence. Either two feature axes of a step were not flattened (images, several embeddings, windows "
        "of a table), or an axis of size 1 came in: an unsqueeze too many, or token ids of (B, T, 1) that went into an "
        "Embedding.",
        numbers=((got, "axes of x; 3 are expected"),),
        axis="x: one axis too many",
        fix="Flatten what belongs to one step: x.flatten(2) makes (B, T, a, b) to (B, T, a·b), and input_size = a·b. "
        "An axis of size 1 goes with x.squeeze(axis), token ids with x.squeeze(-1) before the Embedding.",
        fixed_code="x = x.flatten(2)  # (B, T, a, b) to (B, T, a·b)\n"
        "lstm = nn.LSTM(input_size=x.size(-1), hidden_size=H, batch_first=True)",
        tells_apart="Print x.shape: an axis of 1 should not be there, two larger ones at the end are to be flattened.",
        pitfall="input-4d",
        confidence=0.96,
    )


def _one(seen: Evidence) -> Diagnosis:
    return Diagnosis(
        key="input-1d",
        title="x has one axis; a recurrent layer takes 2 or 3",
        explanation="x is a plain vector. The layer takes (B, T, F) with batch_first=True, or (T, F) for one sequence: "
        "a sequence of numbers is (T, 1), a single step of F features (1, F).",
        numbers=((1, "axis of x; 2 or 3 are expected"),),
        axis="x: axes are missing",
        fix="x.view(1, -1, 1) for one sequence of single numbers (B, T, F = 1, T, 1); x.view(1, 1, -1) for one step of "
        "F features.",
        fixed_code="x = x.view(1, -1, 1)  # (B, T, F) = (1, T, 1) with batch_first=True",
        tells_apart="input_size says which: 1 means that the numbers are steps, else they are the features of one "
        "step.",
        pitfall="unbatched-2d",
        confidence=0.95,
    )


def _two() -> Diagnosis:
    return Diagnosis(
        key="input-2d",
        title="x has 2 axes, and this layer wants 3",
        explanation="The layer wants (T, B, F), or (B, T, F) with batch_first=True, and x has two axes. The axis of "
        "time (one step), of the batch (one sample) or of the features (one column) is missing. Newer versions take "
        "such an x, and read it as one sequence (T, F) without a batch.",
        numbers=((2, "axes of x"), (3, "axes that are expected")),
        axis="x: one axis is missing",
        fix="x.unsqueeze(-1) for (B, T) of single numbers; x.unsqueeze(1) for (B, F), one step, with batch_first=True; "
        "x.unsqueeze(0) for (T, F), one sample, with batch_first=True.",
        fixed_code="x = x.unsqueeze(1)  # (B, F) to (B, 1, F): one step, batch_first=True",
        tells_apart="Print x.shape, and say which of batch, time and features is not in it.",
        pitfall="unbatched-then-batched",
        confidence=0.93,
    )


RULES = rules(
    (r"input\.size\(-1\) must be equal to input_size\.? Expected (?P<expected>\d+), got (?P<got>\d+)", _input_size),
    (r"Expected input to be 2-?D or 3-?D,? (?:but )?(?:got|received) (?P<got>\d)-?D", _dimensions),
    (r"input must have (?P<expected>\d) dimensions, got (?P<got>\d)", _dimensions),
    (r"dimension error of input to LSTM|LSTM: input.{0,20}dimension", lambda found, seen: [_two()]),
    (
        r"Expected sequence length to be larger than 0 in RNN",
        worded(
            Diagnosis(
                key="input-empty",
                title="x has no time step",
                explanation="The axis of time of x is empty: a window or a slice was larger than the data, or time and "
                "batch are swapped and the batch is empty.",
                axis="axis T of x",
                fix="Look at x.shape before the layer, and at what cut it: len(data) − window must be above 0.",
                fixed_code="assert len(data) > window, (len(data), window)",
                pitfall="window-off-by-one",
            )
        ),
    ),
)
