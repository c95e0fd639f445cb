"""The initial state's rows (layers · directions) or features are not the layer's, or its axes are in another order."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.families.hidden_batch import States
from lstm_viz.diagnosis.finding import Diagnosis, Numbers
from lstm_viz.diagnosis.rules import written


def transposed(states: States) -> Diagnosis:
    """(32, 1, 12) for (1, 32, 12): a state laid out batch first."""
    expected, got = states.expected, states.got
    wrong = " and ".join(str(place) for place in range(3) if expected[place] != got[place])
    return Diagnosis(
        key="hidden-batch-first",
        title="The state is laid out batch first; batch_first does not apply to states",
        explanation=f"{states.tensor} is {written(got)}, and the layer wants {written(expected)}: the same numbers in "
        "another order. batch_first=True turns x and output only. h_0, c_0, h_n and c_n stay (L·D, B, H), layers · "
        "directions first.",
        numbers=(
            (expected[0], "layers · directions (L·D), axis 0 of a state"),
            (expected[1], "the batch (B), axis 1 of a state"),
            (expected[2], "hidden_size (H)"),
        ),
        axis=f"axes {wrong} of {states.tensor} are swapped",
        fix=f"Make the state as (L·D, B, H) = {written(expected)}, or turn one that you have: state.transpose(0, "
        "1).contiguous().",
        fixed_code=f"h_0 = torch.zeros{written(expected)}  # (layers · directions, batch, hidden), also with "
        "batch_first=True\n"
        "c_0 = torch.zeros_like(h_0)",
        tells_apart="If you did not transpose it and it came from the layer's own h_n, some permute on the way did.",
        pitfall="hidden-state-batch-first",
        confidence=0.95,
    )


def rows(states: States, seen: Evidence) -> Iterator[Diagnosis]:
    """Only layers · directions differ."""
    wanted, made = states.expected[0], states.got[0]
    unbatched = states.expected[1] == 1 and made > 2
    if unbatched:
        yield _unbatched(states)
    numbers: Numbers = (
        (wanted, "layers · directions of this layer (L·D)"),
        (made, "rows of the state that it got"),
        (states.expected[1], "the batch (B)"),
        (states.expected[2], "hidden_size (H)"),
    )
    if made == 2 * wanted:
        yield _encoder_to_decoder(states, numbers)
        return
    doubled = wanted == 2 * made
    why = (
        f"The layer is bidirectional, or has twice the layers: it wants {wanted} rows, and {made} were made."
        if doubled
        else f"The layer has {wanted} rows, num_layers times 2 if bidirectional, and the state has {made}."
    )
    if wanted == 1:
        why += " It came from a stack of more layers, or was made with another num_layers."
    yield Diagnosis(
        key="hidden-rows",
        title="The state has another number of layers · directions than the layer",
        explanation=f"Axis 0 of a state is num_layers · directions. {why} Batch and hidden size agree.",
        numbers=numbers,
        axis=f"axis 0 of {states.tensor} (L·D)",
        fix=f"Make the state with num_layers · {'2' if wanted % 2 == 0 else 'directions'} = {wanted} rows, where the "
        "directions are 2 for bidirectional=True; give encoder and decoder the same num_layers, or hand on only the "
        "rows that the decoder has.",
        fixed_code="directions = 2 if lstm.bidirectional else 1\n"
        f"h_0 = torch.zeros(lstm.num_layers * directions, {states.expected[1]}, {states.expected[2]})  # "
        f"{written(states.expected)}",
        tells_apart=f"If {made} is your number of steps, output was handed on in the place of h_n. If the state is "
        "another network's h_n, compare their num_layers and bidirectional. If you made it, the factor 2 of "
        "bidirectional is missing, or another num_layers was meant. Under nn.DataParallel it was cut along axis 0.",
        pitfall="hidden-state-directions",
        confidence=0.9,
    )


def _unbatched(states: States) -> Diagnosis:
    """(32, 1, H) for (1, 1, H): a state (B, H) beside a 2-D x, which is read without a batch."""
    wanted, made, features = states.expected[0], states.got[0], states.expected[2]
    return Diagnosis(
        key="hidden-unbatched",
        title="x is 2-D and read as one sequence; the first axis of the state is taken for its layers",
        explanation=f"The layer sees a batch of 1 and {made} rows in a state that should have {wanted}. {made} layers "
        f"are unlikely: with a 2-D x, read as one sequence without a batch, a state ({made}, {features}) is completed "
        f"to ({made}, 1, {features}). The {made} is then your batch.",
        numbers=(
            (made, "rather your batch (B), read as layers · directions"),
            (wanted, "layers · directions (L·D)"),
            (features, "hidden_size (H)"),
        ),
        axis="x: an axis is missing (T or B)",
        misleading="It is about the state; x has an axis too few.",
        fix="Give x three axes, x.unsqueeze(1) makes (B, F) to (B, 1, F) with batch_first=True, and make the state "
        f"({wanted}, {made}, {features}).",
        fixed_code=f"h_0 = torch.zeros({wanted}, {made}, {features})\n"
        "output, state = lstm(x.unsqueeze(1), (h_0, torch.zeros_like(h_0)))",
        tells_apart=f"If x is 3-D, the state really has {made} rows: compare num_layers and bidirectional.",
        pitfall="unbatched-2d",
        confidence=0.94,
    )


def _encoder_to_decoder(states: States, numbers: Numbers) -> Diagnosis:
    wanted, made, batch, features = *states.expected[:1], *states.got[:1], *states.expected[1:]
    return Diagnosis(
        key="hidden-directions",
        title="A state with two directions for a layer with one",
        explanation=f"The state has {made} rows and the layer {wanted}: twice as many. A bidirectional encoder returns "
        "two states for each layer, forward and backward; a unidirectional decoder wants one for each layer.",
        numbers=numbers,
        axis=f"axis 0 of {states.tensor} (L·D)",
        fix="Bring the two directions of each layer together: concatenate them (the decoder's hidden_size is then "
        f"{2 * features}), add them, or project them with a Linear.",
        fixed_code=f"h = torch.cat([h_n[0::2], h_n[1::2]], dim=2)  # {written((made, batch, features))} to "
        f"{written((wanted, batch, 2 * features))}\n"
        f"decoder = nn.GRU(input_size, {2 * features})  # or h = h_n[0::2] + h_n[1::2] and hidden_size {features}",
        tells_apart=f"If nothing is bidirectional, the encoder has {made} layers and the decoder {wanted}: give both "
        "the same.",
        pitfall="hidden-state-directions",
        confidence=0.93,
    )


def features(states: States, seen: Evidence) -> Iterator[Diagnosis]:
    """Only the last axis differs: a projection, two directions side by side, or another hidden_size."""
    wanted, made, second = states.expected[2], states.got[2], states.tensor == "c_0"
    lstm = states.argument != "hx"
    projected = seen.has("proj_size") or "P" in seen.sizes or (second and made < wanted)
    weight = 0.97 if projected else 0.8 if lstm and wanted < made and made != 2 * wanted else 0.4 if lstm else 0.0
    if weight:
        yield _projection(states, weight)
    double = made == 2 * wanted
    text = f"{states.tensor} has {made} features for each sample, and the layer's state has {wanted}, its hidden_size"
    text += " (its proj_size, if it has one)." if lstm else "."
    if double:
        text += f" {made} = 2 · {wanted}: the two directions of a bidirectional encoder side by side."
    yield Diagnosis(
        key="hidden-features",
        title="The state has another hidden size than the layer",
        explanation=text,
        numbers=(
            (wanted, "hidden_size of this layer (H)"),
            (made, "features of the state that it got"),
            (states.expected[1], "the batch (B)"),
        ),
        axis=f"axis 2 of {states.tensor} (H)",
        fix=f"Give both layers the same hidden_size, or project the state with nn.Linear({made}, {wanted})"
        + (f"; after a concatenated bidirectional encoder make the decoder's hidden_size {made}." if double else ".")
        + " A state of your own takes the layer's hidden_size.",
        fixed_code=f"bridge = nn.Linear({made}, {wanted})\n"
        f"h_0 = bridge(h_0)  # {written(states.got)} to {written(states.expected)}",
        tells_apart="If the state comes from another layer, compare the two hidden_size. If the LSTM has a proj_size, "
        "h_0 takes that one and c_0 the hidden_size.",
        pitfall="hidden-state-projection" if lstm and not double else "hidden-state-directions",
        confidence=0.78 if lstm and wanted < made and not double else 0.92,
    )


def _projection(states: States, confidence: float) -> Diagnosis:
    second = states.tensor == "c_0"
    wanted, made, batch = states.expected[2], states.got[2], states.expected[1]
    hidden, projection = (wanted, made) if second else (made, wanted)
    return Diagnosis(
        key="hidden-projection",
        title="With proj_size h has proj_size features and c has hidden_size",
        explanation=f"{states.tensor} has {made} features where the layer wants {wanted}. In an LSTM with proj_size "
        f"the hidden state h is projected to proj_size = {projection} features, while the cell state c keeps "
        f"hidden_size = {hidden}: the two have different sizes. Without a proj_size, {wanted} is the layer's "
        "hidden_size, and the state was made for another.",
        numbers=(
            (projection, "proj_size (P), the features of h"),
            (hidden, "hidden_size (H), the features of c"),
            (batch, "the batch (B)"),
        ),
        axis=f"axis 2 of {states.tensor} ({'H' if second else 'P'})",
        misleading="It does not say that h_0 and c_0 differ in size.",
        fix=f"h_0: (L·D, B, proj_size), last axis {projection}; c_0: (L·D, B, hidden_size), last axis {hidden}. "
        "Without proj_size make both with the layer's hidden_size.",
        fixed_code=f"h_0 = torch.zeros({states.expected[0]}, {batch}, {projection})  # proj_size\n"
        f"c_0 = torch.zeros({states.expected[0]}, {batch}, {hidden})  # hidden_size",
        tells_apart=f"It is this if the LSTM was made with proj_size; else the layer's hidden_size is {wanted}, and "
        f"the state was made with {made}.",
        pitfall="hidden-state-projection",
        confidence=confidence,
    )


def several(states: States, seen: Evidence) -> Diagnosis:
    """More than one axis differs, and no single cause explains it."""
    expected, got = states.expected, states.got
    names = ("layers · directions (L·D)", "the batch (B)", "hidden_size (H)")
    wrong = [
        f"axis {place} is {b}, expected {a}: {names[place]}"
        for place, (a, b) in enumerate(zip(expected, got, strict=True))
        if a != b
    ]
    return Diagnosis(
        key="hidden-several-axes",
        title="The initial state differs in more than one axis",
        explanation=f"{states.tensor} is {written(got)}, the layer wants {written(expected)} = (L·D, B, H). "
        f"{'; '.join(wrong)}.",
        numbers=tuple(zip(expected, names, strict=True)),
        axis=f"{states.tensor}: " + ", ".join(f"axis {place}" for place in range(3) if expected[place] != got[place]),
        fix="Make the state as (num_layers · directions, batch, hidden_size), the batch from x. Where the batch looks "
        "like your sequence length, batch_first does not agree with the layout of x.",
        fixed_code=f"h_0 = torch.zeros{written(expected)}  # (L·D, B, H)",
        pitfall="hidden-state-batch-first",
        confidence=0.85,
    )


def single_tensor(confidence: float) -> Diagnosis:
    """An LSTM that got one tensor where it wants (h_0, c_0)."""
    return Diagnosis(
        key="hidden-single-tensor",
        title="The LSTM got one tensor where it wants the pair (h_0, c_0)",
        explanation="nn.LSTM takes its state as a tuple of two tensors. A single tensor is unpacked along its first "
        "axis: its row 0 is taken for h_0 and its row 1 for c_0, and these have one axis less, or there is no second "
        "row.",
        axis="the second argument of the LSTM",
        misleading="It speaks of axes and indices; that a tuple was expected it does not say.",
        fix="Pass lstm(x, (h_0, c_0)), both (L·D, B, H). A GRU and an RNN take the one tensor.",
        fixed_code="output, (h_n, c_n) = lstm(x, (h_0, torch.zeros_like(h_0)))",
        tells_apart="It is this if the second argument is one tensor; a GRU's state handed to an LSTM is one.",
        pitfall="gru-state-unpacked",
        confidence=confidence,
    )
