"""The initial state was made for another batch than x has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis, Numbers
from lstm_viz.diagnosis.rules import written

_USUAL = frozenset(
    {8, 10, 16, 20, 24, 25, 30, 32, 40, 48, 50, 60, 64, 80, 96, 100, 120, 128, 150, 200, 250, 256, 500, 512, 1024}
)
_FIXED = """def forward(self, x):
    h_0 = x.new_zeros({rows}, x.size({axis}), {features})  # as large as this batch
    c_0 = torch.zeros_like(h_0)
    output, (h_n, c_n) = self.lstm(x, (h_0, c_0))"""


@dataclass(frozen=True)
class States:
    """A state (L·D, B, H): what the layer expected from x, what it got, which tensor, and how it is handed over."""

    expected: tuple[int, ...]
    got: tuple[int, ...]
    tensor: str
    argument: str


def batch(states: States, seen: Evidence) -> Iterator[Diagnosis]:
    """Only the batch differs: a smaller last batch, time taken for the batch, one sample, or several GPUs."""
    weights = _weights(states, seen)
    for name, answer in (("last", last_batch), ("layout", layout), ("single", single), ("parallel", parallel)):
        if weights[name]:
            yield answer(states, seen, weights[name])


def rows_and_batch(states: States, seen: Evidence) -> Iterator[Diagnosis]:
    """Rows and batch differ; where their products agree, DataParallel has cut the state along the rows."""
    expected, got = states.expected, states.got
    cut = got[0] and expected[0] % got[0] == 0 and got[1] == expected[1] * (expected[0] // got[0])
    if cut or seen.has("dataparallel", "in replica"):
        yield parallel(states, seen, 0.93)
    else:
        yield _several_axes(states, seen)


def _weights(states: States, seen: Evidence) -> dict[str, float]:
    """How likely each cause is."""
    wanted, made = states.expected[1], states.got[1]
    swapped = seen.is_size(wanted, "T") or (seen.is_size(made, "B") and not seen.is_size(made, "T") and wanted > made)
    swapped = swapped or _swapped_in_code(states, seen)
    gpus = made > wanted > 0 and made % wanted == 0 and made // wanted in (2, 3, 4, 8)
    weights = {"last": 0.55, "layout": 0.5, "single": 0.0, "parallel": 0.0}
    if made > wanted:
        weights["last"], weights["layout"] = 0.9, 0.55
        if wanted == 1:
            weights = {"last": 0.6, "layout": 0.7, "single": 0.65, "parallel": 0.0}
            if (made in _USUAL and made not in (10, 20, 30)) or seen.has("predict", "inference", "eval()", "generate"):
                weights["single"] = 0.8
        if gpus:
            weights["parallel"] = 0.3
    elif made == 1:
        weights["last"], weights["layout"] = 0.6, 0.75
    else:
        weights["last"], weights["layout"], weights["parallel"] = 0.5, 0.85, 0.3
    if swapped:
        weights["layout"] = 0.97
    elif seen.is_size(made, "B") and not seen.is_size(wanted, "T", "F") and wanted < made and wanted != 1:
        weights["last"] = 0.97
    if seen.has("dataparallel", "in replica"):
        weights["parallel"] = 0.98
    return weights


def _swapped_in_code(states: States, seen: Evidence) -> bool:
    """Whether the code calls the layer with an x whose other axis is the batch of the state."""
    for call in seen.code.layer_calls:
        x = call.shapes[0] if call.shapes else None
        if x and len(x) == 3:
            read, other = (x[0], x[1]) if call.layer.is_on("batch_first") else (x[1], x[0])
            if read == states.expected[1] and other == states.got[1]:
                return True
    return False


def last_batch(states: States, seen: Evidence, confidence: float) -> Diagnosis:
    """64 against 4: the state has a fixed size, the data end with a smaller batch."""
    wanted, made, tensor = states.expected[1], states.got[1], states.tensor
    smaller = wanted < made
    which = "the last one of the data, has" if smaller else "has"
    text = (
        f"{tensor} was made for a batch of {made}; this batch, {which} {wanted}. Axis 1 of the state is the batch, and "
        f"x has {wanted} samples there. "
    )
    if smaller:
        text += f"A DataLoader gives what is left at the end: {made} do not divide the number of samples."
    else:
        text += "The state was made with a fixed batch size, or kept from another batch, and not from x."
    fix = (
        "Make the state from this batch, with x.size(0) for the batch (x.size(1) without batch_first), or pass no "
        "state: "
    )
    fix += (
        "it is zeros then. DataLoader(..., drop_last=True) leaves the smaller batch out"
        if smaller
        else "it is zeros then"
    )
    return Diagnosis(
        key="hidden-last-batch",
        title="The initial state was made for another batch size than this batch has",
        explanation=text,
        numbers=_numbers(states, "the batch that h_0 was made for", "the samples in this batch, read from x"),
        axis=f"axis 1 of {tensor} (B)",
        misleading="“Expected” is what x has, “got” is your state: x is not at fault.",
        fix=fix + ".",
        fixed_code=_fixed(states),
        tells_apart="If it runs for some batches and then stops, it is this. If it stops at the first batch, print "
        f"x.shape: when {made} is on the other axis, time and batch are swapped (batch_first); with nn.DataParallel "
        "the state was cut.",
        pitfall="hidden-state-last-batch",
        confidence=confidence,
    )


def layout(states: States, seen: Evidence, confidence: float) -> Diagnosis:
    """70 against 10: the number of steps stands where the layer reads the batch."""
    wanted, made = states.expected[1], states.got[1]
    layer = seen.code.recurrent
    reads = "With batch_first=True the layer reads x as (B, T, F), without it as (T, B, F)."
    if layer and "batch_first" in layer.arguments:
        reads = f"The layer has batch_first={layer.is_on('batch_first')}, so it reads x as " + (
            "(B, T, F)." if layer.is_on("batch_first") else "(T, B, F)."
        )
    one = " A view(1, batch, features) is such an x: one step first, then the batch." if wanted == 1 else ""
    return Diagnosis(
        key="hidden-layout",
        title="Time and batch are swapped: batch_first does not agree with the layout of x",
        explanation=f"The layer takes {wanted} for the batch, and the state was made for {made} samples. {reads} The "
        f"{wanted} is rather the number of time steps (T), and the batch of {made} is on the other axis of x.{one}",
        numbers=_numbers(
            states, "the samples that the state was made for (B)", "rather the time steps (T), read as the batch"
        ),
        axis="axes 0 and 1 of x (B and T)",
        misleading="It complains about the state, which is right; x is laid out otherwise than the layer reads it.",
        fix="Make batch_first agree with the data: set batch_first=True where x is (B, T, F), leave it out where x is "
        "(T, B, F); or turn the data, x.transpose(0, 1), or view(batch, 1, features) for one step. Never a view that "
        "only looks right: it mixes the samples.",
        fixed_code="print(x.shape)  # (B, T, F) needs batch_first=True, (T, B, F) needs batch_first=False\n"
        "lstm = nn.LSTM(input_size, hidden_size, batch_first=True)",
        tells_apart=f"It is this if {wanted} is your sequence length. If {wanted} is really the number of samples in "
        "this batch (the last one, or one sample to predict), make the state from x instead; with nn.DataParallel the "
        "state was cut along the wrong axis.",
        pitfall="hidden-state-layout",
        confidence=confidence,
    )


def single(states: States, seen: Evidence, confidence: float) -> Diagnosis:
    """1 against 64: one sample to predict, and the state of the training."""
    made, tensor = states.got[1], states.tensor
    return Diagnosis(
        key="hidden-single-sample",
        title="One sample goes in, with a state made for the batch of the training",
        explanation=f"x has a batch of 1 where the layer reads it, and {tensor} was made for {made} samples. It "
        "happens when a trained model predicts one sample with the state or the fixed batch_size of the training, when "
        "the last batch holds one sample, and when x is (1, B, F) and the layer has batch_first=True.",
        numbers=_numbers(states, "the batch that h_0 was made for", "the samples in this x (B)"),
        axis=f"axis 1 of {tensor} (B)",
        misleading="“Expected” is what x has, “got” is your state.",
        fix="Make the state from x, never from a fixed batch_size: x.size(0) samples (x.size(1) without batch_first), "
        "or pass no state. If x holds the whole batch, it is laid out as (1, B, F): use view(batch, 1, features), or "
        "drop batch_first.",
        fixed_code=_fixed(states),
        tells_apart=f"Print x.shape: with {made} in it on the other axis, the layout is at fault and not the state.",
        pitfall="hidden-state-last-batch",
        confidence=confidence,
    )


def parallel(states: States, seen: Evidence, confidence: float) -> Diagnosis:
    """DataParallel cuts every argument along axis 0, which in a state is layers · directions."""
    expected, got = states.expected, states.got
    text = (
        "nn.DataParallel gives each GPU a part of every tensor argument, cut along axis 0. In x (batch first) that is "
        f"the batch; in a state it is layers · directions. This replica has {expected[1]} samples and wants "
        f"{written(expected)}, and got {written(got)}"
    )
    text += f": {got[0]} of {expected[0]} rows, for all {got[1]} samples." if got[0] < expected[0] else "."
    return Diagnosis(
        key="hidden-data-parallel",
        title="DataParallel cut the state along its layers and not along the batch",
        explanation=text,
        numbers=(
            (expected[0], "layers · directions (L·D)"),
            *_numbers(states, "the whole batch", "the samples of one GPU (B)"),
        ),
        axis=f"axes 0 and 1 of {states.tensor} (L·D and B)",
        fix="Make the state inside forward(), from the replica's own x; or hand it over batch first, (B, L·D, H), and "
        "transpose it inside with state.transpose(0, 1).contiguous(). DistributedDataParallel does not have the "
        "problem.",
        fixed_code=_fixed(states),
        tells_apart="It is this only where nn.DataParallel is used; else see the other answers.",
        pitfall="hidden-state-data-parallel",
        confidence=confidence,
    )


def _several_axes(states: States, seen: Evidence) -> Diagnosis:
    expected, got = states.expected, states.got
    return Diagnosis(
        key="hidden-rows-and-batch",
        title="The state differs in layers · directions and in the batch",
        explanation=f"The layer wants {written(expected)}: {expected[0]} rows (layers · directions) for {expected[1]} "
        f"samples of x. {states.tensor} has {got[0]} rows for {got[1]} samples.",
        numbers=(
            (expected[0], "layers · directions (L·D)"),
            (expected[1], "the samples in x (B)"),
            (got[0], "rows of your state"),
            (got[1], "samples of your state"),
        ),
        axis=f"axes 0 and 1 of {states.tensor} (L·D and B)",
        fix="Make the state as (num_layers · directions, x.size(0), hidden_size), x.size(1) without batch_first. The "
        "directions are 2 for a bidirectional layer. If the two numbers look swapped, x is laid out otherwise than "
        "batch_first says.",
        fixed_code=_fixed(states),
        tells_apart="With nn.DataParallel the state is cut along axis 0: make it inside forward().",
        pitfall="hidden-state-directions",
        confidence=0.8,
    )


def _numbers(states: States, made: str, wanted: str) -> Numbers:
    return ((states.got[1], made), (states.expected[1], wanted), (states.expected[2], "hidden_size (H)"))


def _fixed(states: States) -> str:
    return _FIXED.format(rows=states.expected[0], axis=0, features=states.expected[2])
