"""The size of tensor a must match the size of tensor b: two numbers, and what they can be."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis, Numbers
from lstm_viz.diagnosis.rules import Found, number, rules, shape, shape_as, written

_WARNED = "using a target size"
_KERAS = """with torch.no_grad():
    lstm.weight_ih_l0.copy_(torch.as_tensor(keras_kernel).T)  # (F, 4·H) to (4·H, F)"""


def _two_sizes(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    a, b, place = number(found, "a"), number(found, "b"), number(found, "place")
    if _WARNED in seen.text.lower():
        return  # the warning before it has both shapes
    weights = _turned_weights(a, b, place, seen)
    if weights:
        yield _keras(a, b, weights)
    if seen.has("pack_padded_sequence", "packedsequence") and place == 0:
        yield _packed_state(a, b)
    if seen.has("pack_sequence", "pad_sequence") and place == 1:
        yield _features(a, b)
    if place == 1 and (seen.has("loss", "criterion") or _is_batch(b)):
        yield _loss(a, b)
    yield _plain(a, b, place, seen)


def _is_batch(size: int) -> bool:
    return size >= 8 and (size & (size - 1) == 0 or size % 10 == 0)


def _turned_weights(a: int, b: int, place: int, seen: Evidence) -> float:
    """How likely a weight (G·H, F) was given its transpose (F, G·H)."""
    if place != 1 or a == b:
        return 0.0
    if seen.has("keras", "weight_ih", "weight_hh", "kernel", "copy_(", "set_weights", "get_weights"):
        return 0.95
    large, small = max(a, b), min(a, b)
    return 0.82 if b == large and large % 4 == 0 and large > 4 * small and not _is_batch(large) else 0.0


def _keras(a: int, b: int, confidence: float) -> Diagnosis:
    gates = 4 if b % 4 == 0 else 3 if b % 3 == 0 else 0
    hidden = f"{b} = {gates} · {b // gates}: the gates of {b // gates} units side by side. " if gates else ""
    return Diagnosis(
        key="weights-turned",
        title="A weight was given its transpose: rows and columns are swapped",
        explanation=f"{hidden}weight_ih_l0 is (G·H, F), its last axis the {a} features; what was copied into it has "
        f"{b} there: it is (F, G·H), as Keras keeps its kernels (input, 4 · units).",
        numbers=(
            (a, "the last axis of the weight (F)"),
            (b, f"the last axis of what was copied{f', {gates}·H' if gates else ''}"),
        ),
        axis="axes 0 and 1 of the copied weight",
        misleading="“tensor a” is the weight that is written to, “tensor b” what is copied into it.",
        fix="Transpose it: kernel.T. The gates of Keras stand in the order i, f, c, o, as PyTorch's i, f, g, o; of "
        "PyTorch's two biases set one to 0.",
        fixed_code=_KERAS,
        tells_apart="If no weight is copied, two activations differ: see the next answer.",
        pitfall="keras-weights",
        confidence=confidence,
    )


def _packed_state(a: int, b: int) -> Diagnosis:
    return Diagnosis(
        key="hidden-last-batch",
        title="The initial state was made for another batch than the packed input has",
        explanation=f"Of a packed input PyTorch does not check the state by name: one of {a} and {b} is the batch of "
        "the state, the other that of x.",
        numbers=((a, "the batch of the state"), (b, "the samples in the packed batch (B)")),
        axis="axis 1 of h_0 (B)",
        misleading="It names neither h_0 nor c_0.",
        fix="Make the state from this batch: (L·D, len(lengths), H), or pass none.",
        fixed_code="h_0 = torch.zeros(num_layers, len(lengths), hidden_size)",
        pitfall="hidden-state-last-batch",
        confidence=0.85,
    )


def _features(a: int, b: int) -> Diagnosis:
    return Diagnosis(
        key="sequence-features",
        title="The sequences have different numbers of features",
        explanation=f"pad_sequence and pack_sequence take tensors (T, F) of different T and one F; here F is {a} in "
        f"one and {b} in another. They may lie as (F, T).",
        numbers=((a, "features of one sequence"), (b, "features of another")),
        axis="axis 1 of the sequences (F)",
        fix="Bring each to (T, F): sequence.T if the features come first.",
        fixed_code="padded = pad_sequence([sequence.T for sequence in sequences], batch_first=True)",
        confidence=0.88,
    )


def _loss(a: int, b: int) -> Diagnosis:
    return Diagnosis(
        key="loss-shapes",
        title="Prediction and target do not go together",
        explanation="In a loss “tensor a” is the prediction and “tensor b” the target. Axes are compared from the last "
        f"one on, so a prediction (B, T, 1) against a target (B, T) meets T = {a} with B = {b}; so does one of every "
        "step against a target of one step.",
        numbers=(
            (a, "in the prediction, rather the steps (T) or outputs (O)"),
            (b, "in the target, rather the batch (B)"),
        ),
        axis="the last axis of the prediction",
        fix="Give both one shape: prediction.squeeze(-1) against (B, T), or the last step only, output[:, -1], against "
        "(B, 1).",
        fixed_code="assert prediction.shape == target.shape, (prediction.shape, target.shape)\n"
        "loss = criterion(prediction.squeeze(-1), target)",
        tells_apart="Print both shapes before the loss. If the traceback ends elsewhere, two activations differ.",
        pitfall="mse-broadcast",
        confidence=0.8,
    )


def _plain(a: int, b: int, place: int, seen: Evidence) -> Diagnosis:
    numbers: Numbers = (
        (a, seen.named(a, f"axis {place} of the first tensor")),
        (b, seen.named(b, f"axis {place} of the second tensor")),
    )
    why = "Neither is 1, so neither can be spread over the other."
    if (seen.is_size(a, "B") and seen.is_size(b, "T")) or (seen.is_size(a, "T") and seen.is_size(b, "B")):
        why += " One is your batch, the other your number of steps: one tensor is time first, the other batch first."
    elif max(a, b) == 2 * min(a, b):
        why += (
            f" {max(a, b)} = 2 · {min(a, b)}: one comes from a bidirectional layer, or from two concatenated tensors."
        )
    elif place == 0:
        why += " On axis 0 it is usually the batch: a state or target of another batch, or the last, smaller one."
    else:
        why += (
            " With padded sequences it is a mask, or a target, of other steps than the output: after "
            "pad_packed_sequence the output is as long as the "
        )
        why += "longest sequence of this batch."
    return Diagnosis(
        key="sizes-differ",
        title=f"Two tensors differ on axis {place}: {a} and {b}",
        explanation=f"Two tensors are computed with element by element; on axis {place} one has {a}, the other {b}. "
        f"{why}",
        numbers=numbers,
        axis=f"axis {place} of one of the two",
        misleading="“a” and “b” stand left and right in the line of the traceback; axes are counted after aligning the "
        "last ones.",
        fix="Print both shapes on the line before. Bring batch and time into one order with transpose, give a missing "
        "axis with unsqueeze, unpack with total_length=x.size(1) where a mask must fit.",
        fixed_code="output, _ = pad_packed_sequence(packed, batch_first=True, total_length=mask.size(1))",
        tells_apart="In a loss the two are prediction and target; in copy_ a weight and its new values; after packing "
        "a mask and the output.",
        pitfall="pad-packed-shorter" if place else "hidden-state-last-batch",
        confidence=0.78,
    )


def _written_into(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    first, second = shape(found, "first"), shape(found, "second")
    yield Diagnosis(
        key="assign-shapes",
        title="What is assigned does not have the shape of the place",
        explanation=f"The one is {written(first)}, the other {written(second)}.",
        numbers=tuple((size, seen.named(size, "a size of the one")) for size in first[:2])
        + tuple((size, seen.named(size, "a size of the other")) for size in second[:2]),
        axis="the axes of what is assigned",
        fix="Print both shapes; give a missing axis with unsqueeze, take one of size 1 away with squeeze(axis).",
        fixed_code="outputs[:, t] = step.squeeze(1)  # (B, 1, H) to (B, H)",
        tells_apart="If one has fewer columns and a scaler is in the traceback, it was fitted on other columns.",
        confidence=0.8,
    )


RULES = rules(
    (
        r"size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\) at non-singleton dimension "
        r"(?P<place>\d+)",
        _two_sizes,
    ),
    (rf"output with shape {shape_as('first')} doesn't match the broadcast shape {shape_as('second')}", _written_into),
    (
        rf"shape mismatch: value tensor of shape {shape_as('first')} cannot be broadcast to indexing result of shape "
        rf"{shape_as('second')}",
        _written_into,
    ),
    (rf"could not broadcast input array from shape {shape_as('first')} into shape {shape_as('second')}", _written_into),
)
