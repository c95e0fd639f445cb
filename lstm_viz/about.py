"""What to know about a tensor: what it is, what each axis means, the code that reaches into it, the usual mistake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lstm_viz.dims import SYMBOLS, Axis
from lstm_viz.forward import Forward
from lstm_viz.narration import state_row
from lstm_viz.trace import TensorRecord

Code = tuple[tuple[str, str], ...]
"""Expressions, each with what it gives."""


@dataclass(frozen=True)
class AxisMeaning:
    """One axis of a tensor in words: ``B`` = 4: which sample."""

    axis: Axis
    size: int
    meaning: str


@dataclass(frozen=True)
class About:
    """What the inspector says of a tensor beside its values."""

    what: str
    axes: tuple[AxisMeaning, ...]
    code: Code
    mistake: str


def about(forward: Forward, record: TensorRecord) -> About:
    """What ``record`` is, what each of its axes means, the code that reaches into it, and the usual mistake."""
    name = record.variable or record.name
    what, code, mistake = _TEXTS[name](forward) if name in _TEXTS else (f"Made by {record.expression}.", (), "")
    meanings = tuple(
        AxisMeaning(axis, size, _meaning(axis, record, forward))
        for axis, size in zip(record.axes, record.shape, strict=True)
    )
    return About(what, meanings, code, mistake)


_AXIS_MEANINGS = {
    "B": "which sample of the batch",
    "T": "which time step",
    "F": "which feature",
    "H": "which hidden unit",
    "P": "which unit after the projection",
    "E": "which number of the embedding",
    "O": "which output",
    "V": "which word of the vocabulary",
    "N": "which packed step",
    "D": "which direction",
    "L": "which layer",
}


def _meaning(axis: Axis, record: TensorRecord, forward: Forward) -> str:
    letters = [symbol[0] for symbol in axis.symbols]
    match letters:
        case ["L", "D"]:
            rows = range(min(forward.spec.layers * forward.spec.directions, 8))
            return "which layer and direction: " + ", ".join(state_row(forward, row) for row in rows)
        case ["D", inner]:
            return f"{_AXIS_MEANINGS[inner]}: the forward direction's first, then the reverse's"
        case ["B", "T"]:
            return "every step of sample 0, then every step of sample 1, and so on"
        case ["T", "B"]:
            return "every sample at step 0, then every sample at step 1, and so on"
        case ["T", *_]:
            return "all numbers of step 0, then all of step 1, and so on" if len(letters) > 1 else _AXIS_MEANINGS["T"]
        case ["O"] if forward.spec.task == "classification":
            return "the score of which class"
        case ["F"] if forward.batch is not None and record.name == "x":
            columns = forward.batch.columns
            return "which feature: " + ", ".join(columns[:6]) + ("…" if len(columns) > 6 else "")
        case [letter]:
            return _AXIS_MEANINGS.get(letter, SYMBOLS[letter].name)
        case _:
            return "a size that the code fixes"


_Texts = tuple[str, Code, str]


def _x(forward: Forward) -> _Texts:
    way = "With batch_first=True x is read as (B, T, …)"
    if not forward.spec.batch_first:
        way = "Without batch_first x is read as (T, B, …)"
    what = "The input." if forward.batch is None else forward.batch.source
    code = ((f"x{_sample(forward)}", "one sample, all its steps"), (f"x{_at(forward, 't')}", "step t of every sample"))
    return what, code, f"{way}: data in the other order raises nothing, and samples are read as time."


def _embedded(_: Forward) -> _Texts:
    return (
        "Each index is replaced by its row of the embedding's table: an axis is added at the end.",
        (("self.embedding.weight[x]", "the same, written out"),),
        "Give the embedding whole numbers (long): it looks rows up and does not multiply.",
    )


def _output(forward: Forward) -> _Texts:
    code = (
        (f"output{_at(forward, '-1')}", "the last step of each sample"),
        (f"output{_at(forward, 't')}", "step t of every sample"),
        (f"output{_sample(forward)}", "one sample, all its steps"),
    )
    mistake = "It holds the top layer alone. What the lower layers end with is in h_n."
    if forward.spec.bidirectional:
        mistake = (
            "At the last step the reverse half has read one step only: what it knows of the whole sample stands at "
            "step 0. h_n holds both ends."
        )
    return "The hidden state h of the top layer after every step.", code, mistake


def _h_n(forward: Forward) -> _Texts:
    spec = forward.spec
    last = state_row(forward, spec.layers * spec.directions - 1)
    return (
        f"The hidden state after the last step of every layer{' and direction' if spec.bidirectional else ''}.",
        (("h_n[-1]", f"the last row, {last}"), ("h_n[:, b]", "every row of one sample")),
        "Its first axis is layers and directions, never the batch: batch_first does not move it. "
        "h_n.view(B, -1) runs and mixes the samples; h_n.transpose(0, 1) turns the axes.",
    )


def _c_n(_: Forward) -> _Texts:
    return (
        "The cell state, the LSTM's memory, after the last step. It never leaves the layer except here.",
        (("c_n[-1]", "the top layer's memory"),),
        "A head should read h_n, not c_n: c_n is not squashed to (−1, 1), and with proj_size it keeps H units.",
    )


def _last(forward: Forward) -> _Texts:
    bare, sliced = ("sample", "step") if forward.spec.batch_first else ("step", "sample")
    return (
        "One row a sample: all that the head gets to see of the sequence.",
        (("last[b]", "what is known of sample b"),),
        f"output[-1] is the last {bare} here, output[:, -1] the last {sliced}: with the wrong one, nothing raises.",
    )


def _steps(forward: Forward) -> _Texts:
    sizes = (forward.spec.batch_size, forward.spec.sequence_length)
    folded = ", ".join(map(str, sizes if forward.spec.batch_first else sizes[::-1]))
    return (
        "output with its first two axes folded into one: a row for every step of every sample.",
        ((f"steps.reshape({folded}, -1)", "back to three axes"),),
        "Its rows are steps, not samples. The targets must be folded in the same order.",
    )


def _flat(forward: Forward) -> _Texts:
    return (
        "All steps of a sample laid side by side in one row.",
        (("flat[b]", "everything about sample b"),),
        f"fc now expects exactly T = {forward.spec.sequence_length:,} steps: no other length will run.",
    )


def _prediction(forward: Forward) -> _Texts:
    what, code = _PREDICTIONS[forward.spec.task]
    return what, code, _LOSS_MISTAKES[forward.spec.task]


def _target(forward: Forward) -> _Texts:
    return "What the prediction is compared with.", (), _LOSS_MISTAKES[forward.spec.task]


def _loss(forward: Forward) -> _Texts:
    return (
        f"One number without axes: the average of {forward.layers['loss_fn']} over all predictions.",
        (("loss.item()", "the number itself"), ("loss.backward()", "the gradients of every weight")),
        "It has no axes, so it cannot show that shapes were mixed up: a wrong reshape trains too.",
    )


def _at(forward: Forward, step: str) -> str:
    return f"[:, {step}]" if forward.spec.batch_first else f"[{step}]"


def _sample(forward: Forward) -> str:
    return "[b]" if forward.spec.batch_first else "[:, b]"


_PREDICTIONS: dict[str, tuple[str, Code]] = {
    "regression": ("What the network says, as numbers.", ()),
    "classification": (
        "What the network says: scores, one a class, not yet probabilities.",
        (("prediction.argmax(-1)", "the likeliest class"), ("prediction.softmax(-1)", "probabilities, to look at")),
    ),
    "binary": (
        "What the network says: logits, turned into probabilities by sigmoid.",
        (("prediction.sigmoid()", "the probability of 1"),),
    ),
}

_LOSS_MISTAKES = {
    "regression": "The target must have the prediction's shape exactly: (B, 1) against (B,) is stretched to (B, B) "
    "with only a warning, and every prediction is compared with every target.",
    "classification": "Cross-entropy wants the scores as they are, without softmax, with the classes on axis 1, and "
    "class numbers (long) for a target: no one-hot rows.",
    "binary": "BCEWithLogitsLoss applies sigmoid itself: do not apply it before. Target and prediction have one shape.",
}

_TEXTS: dict[str, Callable[[Forward], _Texts]] = {
    "x": _x,
    "embedded": _embedded,
    "output": _output,
    "h_n": _h_n,
    "c_n": _c_n,
    "last": _last,
    "steps": _steps,
    "flat": _flat,
    "prediction": _prediction,
    "target": _target,
    "loss": _loss,
}
