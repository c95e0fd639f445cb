"""Matrices that cannot be multiplied: a Linear whose in_features is not what it gets, a packed input's features."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence, pair_products
from lstm_viz.diagnosis.finding import Diagnosis, Numbers
from lstm_viz.diagnosis.rules import Found, number, rules, worded

_LIKELY_SHARED = 8
"""A common factor of two sizes from here on is rather a hidden size than chance."""


def _matrices(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """(rows × features) by (in × out)."""
    rows, features, wanted, outputs = (number(found, name) for name in ("a", "b", "c", "d"))
    if features == wanted:
        return
    packed = _packed_weight(features, wanted, outputs, seen)
    if packed:
        yield _packed(rows, features, wanted, outputs, packed)
    yield _linear(rows, features, wanted, outputs, seen, 0.6 if packed > 0.7 else 0.94)


def _packed_weight(features: int, wanted: int, outputs: int, seen: Evidence) -> float:
    """How likely the second matrix is W_ih of a packed LSTM or GRU: (F, G·H)."""
    if outputs % 4 and outputs % 3:
        return 0.0
    hidden = seen.sizes.get("H")
    if seen.has("linear.py", "f.linear(", "in linear"):
        return 0.0
    if hidden and outputs in (4 * hidden, 3 * hidden) and seen.is_size(wanted, "F", "E"):
        return 0.97
    if seen.has("pack_padded_sequence", "packedsequence", "_vf.lstm", "_vf.gru"):
        return 0.95
    ratio = max(features, wanted) % min(features, wanted) == 0 if min(features, wanted) else True
    return 0.9 if outputs % 4 == 0 and outputs > 2 * wanted and outputs >= 16 and not ratio else 0.0


def _packed(rows: int, features: int, wanted: int, outputs: int, confidence: float) -> Diagnosis:
    gates = 4 if outputs % 4 == 0 else 3
    kind = "LSTM" if gates == 4 else "GRU"
    return Diagnosis(
        key="packed-input-size",
        title="The packed input has another number of features than input_size",
        explanation=f"{outputs} = {gates} · {outputs // gates}: the second matrix is the weight of an nn.{kind} with "
        f"input_size={wanted} and hidden_size={outputs // gates}. A packed input holds {rows} steps, the sum of all "
        f"lengths, with {features} features each. The layer's own check of input_size is skipped for a PackedSequence, "
        "so the bare multiplication fails.",
        numbers=(
            (rows, "packed steps, the sum of the lengths (N)"),
            (features, "features of the packed data (F)"),
            (wanted, "input_size of the layer"),
            (outputs, f"{gates}·H: {gates} gates of {outputs // gates} units"),
        ),
        axis="the last axis of x (F)",
        misleading="It names neither the layer nor the sizes that you set; 'mat2' is a weight with its gates side by "
        "side.",
        fix=f"Make input_size the number of features of what was packed: nn.{kind}({features}, {outputs // gates}); or "
        f"pack a tensor with {wanted} features.",
        fixed_code=f"lstm = nn.{kind}({features}, {outputs // gates}, batch_first=True)",
        tells_apart=f"If the traceback's last lines are of a Linear, it is nn.Linear({wanted}, {outputs}) that got "
        f"{features} features.",
        pitfall="pack-input-size",
        confidence=confidence,
    )


def _linear(rows: int, features: int, wanted: int, outputs: int, seen: Evidence, confidence: float) -> Diagnosis:
    why, fix, code, tells = _why(rows, features, wanted, outputs, seen)
    numbers: Numbers = (
        (rows, _rows_meaning(rows, (features, wanted, outputs), seen)),
        (features, seen.named(features, "features that the layer got", "HPFE")),
        (wanted, seen.named(wanted, "in_features of the layer", "HPFE")),
        (outputs, seen.named(outputs, "out_features of the layer (O)", "O")),
    )
    return Diagnosis(
        key="linear-in-features",
        title="A Linear got another number of features than its in_features",
        explanation=f"mat1 ({rows}×{features}) is what goes in, {rows} rows of {features} features; mat2 "
        f"({wanted}×{outputs}) is the weight of nn.Linear({wanted}, {outputs}). The {features} and the {wanted} must "
        f"agree. {why}",
        numbers=numbers,
        axis="the last axis of the Linear's input",
        misleading="Both are bare matrix sizes: the first number of mat1 has batch and time multiplied together.",
        fix=fix,
        fixed_code=code,
        tells_apart=tells,
        pitfall="linear-in-features",
        confidence=confidence,
    )


def _rows_meaning(rows: int, others: tuple[int, ...], seen: Evidence) -> str:
    known = seen.meanings(rows)
    if known:
        return f"rows: {known[0]}"
    B, T = seen.sizes.get("B"), seen.sizes.get("T")  # noqa: N806
    for letter, size, other in (("B", B, "T"), ("T", T, "B")):
        if size and rows % size == 0 and rows > size:
            return f"rows: {letter}·{other} = {size}·{rows // size}"
    return "rows: the batch (B), or batch and steps multiplied (B·T)"


def _why(rows: int, features: int, wanted: int, outputs: int, seen: Evidence) -> tuple[str, str, str, str]:
    replaced = f"fc = nn.Linear({features}, {outputs})"
    if features == 2 * wanted:
        return (
            f"{features} = 2 · {wanted}: a bidirectional layer's output has D·H = 2·{wanted} features, forward and "
            "backward side by side.",
            f"Make it nn.Linear(2 * {wanted}, {outputs}).",
            f"fc = nn.Linear(2 * {wanted}, {outputs})  # 2 · hidden_size after a bidirectional layer",
            f"If nothing is bidirectional, two tensors of {wanted} were concatenated (attention, embeddings): "
            "in_features is their sum.",
        )
    if wanted == 2 * features:
        return (
            f"{wanted} = 2 · {features}: the Linear was made for a bidirectional output or two tensors side by side, "
            f"and got one of {features}.",
            f"Make it nn.Linear({features}, {outputs}), or concatenate both directions: torch.cat([h_n[-2], h_n[-1]], "
            "dim=1).",
            f"hidden = torch.cat([h_n[-2], h_n[-1]], dim=1)  # (B, {wanted})",
            "If the layer is not bidirectional, in_features is hidden_size.",
        )
    if wanted == rows:
        return (
            f"{wanted} is the number of rows: the input is turned, its axes in the wrong order, or in_features was "
            "given the batch.",
            f"Make it nn.Linear({features}, {outputs}), or turn the input.",
            replaced,
            "",
        )
    if features > wanted and wanted > 1 and features % wanted == 0:
        times = features // wanted
        return (
            f"{features} = {times} · {wanted}: {times} steps (or layers · directions, or tensors) of {wanted} features "
            "were flattened into one row.",
            f"Take one step before the Linear, output[:, -1] or h_n[-1]; or make it nn.Linear({features}, {outputs}) "
            f"to use all {times}.",
            f"y = fc(output[:, -1])  # (B, {wanted})",
            f"If {times} is your sequence length, flatten() took the steps along; if it is layers · directions, h_n "
            "was flattened.",
        )
    if wanted > features and features > 1 and wanted % features == 0:
        times = wanted // features
        return (
            f"{wanted} = {times} · {features}: the Linear was made for {times} steps of {features} features in one "
            "row, and got rows of one.",
            f"Flatten the steps first, output.flatten(1), (B, T·H); or make it nn.Linear({features}, {outputs}).",
            f"y = fc(output.flatten(1))  # (B, {times}·{features})",
            f"If {times} is not your sequence length, in_features is simply wrong.",
        )
    shared = math.gcd(features, wanted)
    if shared >= _LIKELY_SHARED or (shared > 1 and seen.is_size(shared, "H", "P", "T")):
        came, made_for = features // shared, wanted // shared
        return (
            f"Both are multiples of {shared}: {features} = {came} · {shared} and {wanted} = {made_for} · {shared}. If "
            f"{shared} is your hidden size (H), a flattened sequence (B, T·H) of {came} steps came to a Linear that "
            f"was made for {made_for} steps: Linear(T·H, …) takes one length only.",
            f"Bring every sequence to {made_for} steps, or take one step, output[:, -1] (B, H), which any length has; "
            f"or make it nn.Linear({features}, {outputs}).",
            f"y = fc(output[:, -1])  # (B, H), with fc = nn.Linear(H, {outputs})",
            f"If {shared} is not your hidden size, {came} and {made_for} tensors of {shared} features "
            "stand side by side.",
        )
    product = pair_products((features, wanted, *seen.sizes.values()))
    made = f"{features} = {product[features][0]} · {product[features][1]}. " if features in product else ""
    return (
        f"{made}After nn.LSTM(F, H) there are H features, 2·H if bidirectional, proj_size with a projection; x itself "
        f"has F. Where {features} is the steps or the batch, a view or transpose has put another axis last.",
        f"Make it nn.Linear({features}, {outputs}), or give it {wanted} features: the last axis of its input counts.",
        replaced + "  # in_features is the last axis of what goes in",
        f"Print the shape before the Linear: (…, {features}) is what it got. If {wanted} is the layer's input_size (F) "
        "or sequence length (T), hidden_size was meant.",
    )


def _batched(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    batch, inner = number(found, "batch"), number(found, "inner")
    other, second = number(found, "other"), number(found, "second")
    place, a, b = (0, batch, other) if batch != other else (1, inner, second)
    yield Diagnosis(
        key="batched-matrices",
        title="Two batches of matrices do not fit together",
        explanation=f"bmm multiplies (B, n, m) by (B, m, k). The second must begin with ({batch}, {inner}) and begins "
        f"with ({other}, {second}): "
        + ("the batches differ." if place == 0 else f"its axis 1 is {b}, and the first one's last axis is {a}."),
        numbers=((a, seen.named(a, "of the first tensor")), (b, seen.named(b, "of the second tensor"))),
        axis=f"axis {place} of the second tensor",
        fix="In attention: weights (B, 1, T) by outputs (B, T, H), batch first in both. Turn with transpose(1, 2), and "
        "bring outputs from (T, B, H) to (B, T, H) with transpose(0, 1).",
        fixed_code="context = torch.bmm(weights, outputs)  # (B, 1, T) by (B, T, H) gives (B, 1, H)",
        tells_apart="If the two first numbers are batch and steps, one of the tensors is time first.",
        pitfall="batch-first-forgotten",
    )


_PAIR = r"\(?(?P<a>\d+)(?:, |x)(?P<b>\d+)\)?"
_SECOND = r"\(?(?P<c>\d+)(?:, |x)(?P<d>\d+)\)?"

RULES = rules(
    (rf"mat1 and mat2 shapes cannot be multiplied \({_PAIR} and {_SECOND}\)", _matrices),
    (rf"size mismatch,? m1: {_PAIR}, m2: {_SECOND}", _matrices),
    (rf"mat1 dim 1 must match mat2 dim 0.{{0,20}}?{_PAIR}.{{1,8}}{_SECOND}", _matrices),
    (
        r"size mismatch, (?:got|get):? (?P<r>\d+), (?P<a>\d+)x(?P<b>\d+), ?(?P<c>\d+)(?P<d>)?$",
        lambda found, seen: [_vector(seen)],
    ),
    (r"mat1 dim 1 must match mat2 dim 0", lambda found, seen: [_vector(seen)]),
    (
        r"size mismatch, got input \(\d+\), mat \(|(?:self|mat1|mat2) must be a matrix|(?:matrix and "
        r"vector|matrices|vector) expected|1D tensors? expected, (?:but )?got|expected tensor .{1,20} and src .{1,20} "
        r"to have the same number",
        lambda found, seen: [_vector(seen)],
    ),
    (
        r"first two dimensions of batch2 tensor to be: \((?P<batch>\d+), (?P<inner>\d+)\) but got: \((?P<other>\d+), "
        r"(?P<second>\d+)\)",
        _batched,
    ),
    (
        r"Expected tensor to have size (?P<want>\d+) at dimension (?P<place>\d), but got size (?P<got>\d+) for "
        r"argument #\d 'batch2'",
        worded(
            Diagnosis(
                key="batched-matrices",
                title="Two batches of matrices do not fit together",
                explanation="bmm multiplies (B, n, m) by (B, m, k). Axis «place» of the second has «got», and «want» "
                "is wanted.",
                axis="axis «place» of the second tensor",
                fix="Bring both to batch first, and turn with transpose(1, 2) where the steps are to be summed over.",
                fixed_code="context = torch.bmm(weights, outputs)  # (B, 1, T) by (B, T, H) gives (B, 1, H)",
                pitfall="batch-first-forgotten",
            ),
            want="wanted by the first tensor",
            got="in the second tensor",
        ),
    ),
    (
        r"batch(?P<which>[12]) must be a 3D tensor",
        worded(
            Diagnosis(
                key="bmm-dimensions",
                title="bmm takes two tensors of three axes",
                explanation="Tensor «which» of bmm has another number of axes than 3. bmm multiplies (B, n, m) by (B, "
                "m, k).",
                axis="tensor «which» of bmm",
                fix="Give it its axis: weights.unsqueeze(1) makes (B, T) to (B, 1, T), h_n[-1].unsqueeze(2) makes (B, "
                "H) to (B, H, 1).",
                fixed_code="context = torch.bmm(weights.unsqueeze(1), outputs)  # (B, 1, T) by (B, T, H)",
            )
        ),
    ),
)


def _vector(seen: Evidence) -> Diagnosis:
    return Diagnosis(
        key="linear-in-features",
        title="A Linear or a product got another number of features than its weight has",
        explanation="What goes in has another last axis than the weight wants. After nn.LSTM(F, H) it is H, 2·H if "
        "bidirectional.",
        axis="the last axis of what goes in",
        fix="Print the shape before the Linear, and give it in_features of that last axis. A 1-D input is one sample: "
        "keep the batch axis.",
        fixed_code="fc = nn.Linear(output.size(-1), outputs)",
        pitfall="linear-in-features",
        confidence=0.8,
    )
