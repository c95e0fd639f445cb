"""h_0 and c_0 of nn.RNN, nn.LSTM and nn.GRU that have another size than the layer expects."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.families import hidden_axes, hidden_batch
from lstm_viz.diagnosis.families.hidden_batch import States
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, rules, shape, shape_as, worded, written


def _sizes_differ(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """(L·D, B, H) against (L·D, B, H): which axes differ says what happened."""
    expected, got = shape(found, "expected"), shape(found, "got")
    which = found["which"]
    tensor = "c_0" if which == "1" else "h_0"
    states = States(expected, got, tensor, "hx" if which is None else "(h_0, c_0)")
    if len(expected) != 3 or len(got) != len(expected):
        yield _dimensions_differ(states)
        return
    rows, batch, features = (a != b for a, b in zip(expected, got, strict=True))
    if sorted(expected) == sorted(got):
        yield hidden_axes.transposed(states)
    elif rows and batch and not features:
        yield from hidden_batch.rows_and_batch(states, seen)
    elif batch and not rows and not features:
        yield from hidden_batch.batch(states, seen)
    elif rows and not batch and not features:
        yield from hidden_axes.rows(states, seen)
    elif features and not rows and not batch:
        yield from hidden_axes.features(states, seen)
    else:
        yield hidden_axes.several(states, seen)


def _dimensions_differ(states: States) -> Diagnosis:
    expected, got = states.expected, states.got
    missing = len(got) < len(expected)
    what = f"{states.tensor} is {written(got)}: it has {len(got)} axes, and the layer wants {len(expected)}"
    names = "(L·D, B, H): a row for each layer and direction, a column for each sample"
    what = f"{what}, {names}, here {written(expected)}. "
    if missing and len(expected) == 3 and got == expected[1:]:
        what += "The first axis, layers times directions, is missing; for one layer and one direction it is 1."
    fix = f"Make it {written(expected)}" + (": state.unsqueeze(0) adds the first axis." if missing else ".")
    return Diagnosis(
        key="hidden-dimensions",
        title="The initial state has another number of axes than the layer expects",
        explanation=what,
        numbers=tuple(zip(expected, ("layers · directions (L·D)", "the batch (B)", "hidden_size (H)"), strict=False)),
        axis=f"axis 0 of {states.tensor} (L·D)",
        fix=fix,
        fixed_code=f"h_0 = torch.zeros{written(expected)}  # (L·D, B, H), also with batch_first=True",
        pitfall="hidden-state-dimensions",
        confidence=0.9,
    )


def _states_2d(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """x is 3-D, the state 2-D: an unbatched first step, a state without its first axis, or one tensor for two."""
    gru = found["gru"] is not None
    state = "h_0" if gru else "(h_0, c_0)"
    text = (
        "x is 3-D, a batch, and the state that came with it is 2-D. There are two ways to such a state. An earlier "
        "call got a 2-D x, read it as one sequence without a batch, and returned 2-D states, which this call, with a "
        "3-D x, refuses: it is raised one step after the mistake. Or the state was made as (B, H), without the axis of "
        "layers · directions."
    )
    fix = (
        "Give every call a 3-D x: unsqueeze the first one, x.unsqueeze(1) makes (B, F) to (B, 1, F) with "
        "batch_first=True. A state that you make yourself is (L·D, B, H): state.unsqueeze(0) for one layer."
    )
    if not gru:
        fix += " An LSTM wants a tuple of two such tensors, not one tensor, whose rows it would take for h_0 and c_0."
    yield Diagnosis(
        key="hidden-2d-for-batch",
        title="The state is 2-D, as of a single sequence, and x is a batch",
        explanation=text,
        axis=f"{state}: axis 0 (L·D) or axis 1 (B) is missing",
        misleading="It is about the states, and often the x of the call before is at fault.",
        fix=fix,
        fixed_code="out, state = lstm(x.unsqueeze(1), None)  # first step: (B, F) to (B, 1, F)\n"
        "h_0 = torch.zeros(num_layers * directions, x.size(0), hidden_size)  # a state of your own",
        tells_apart="If the state came out of an earlier call of the layer, that call's x was 2-D. If you made it with "
        "torch.zeros, count its axes. If you gave an LSTM a single tensor, give it (h_0, c_0).",
        pitfall="unbatched-then-batched",
        confidence=0.92,
    )
    if not gru:
        yield hidden_axes.single_tensor(0.5)


def _state_3d(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """x is 2-D, the state 3-D: the batch axis of x, or its time axis, is missing."""
    yield Diagnosis(
        key="input-2d-for-state",
        title="x is 2-D, so the layer reads one sequence without a batch; the state has a batch",
        explanation="A 2-D x is read as (T, F): one sequence, no batch. The state is 3-D, (L·D, B, H), as for a batch, "
        "so the two do not go together. Nearly always x lost an axis on the way: the batch, the time steps, or the "
        "feature axis of a single column.",
        axis="x: an axis is missing before the layer",
        misleading="It asks for a 2-D hx. Following it would run, and treat your batch as the steps of one sequence.",
        fix="Give x its missing axis: x.unsqueeze(-1) for (B, T) with one feature, x.unsqueeze(1) for (B, F) with one "
        "step and batch_first=True (unsqueeze(0) without it), x.unsqueeze(0) for (T, F) of one sample with "
        "batch_first.",
        fixed_code="x = x.unsqueeze(-1)  # (B, T) to (B, T, 1): one feature a step, input_size=1",
        tells_apart="Look at x.shape: (B, T) lacks the features, (B, F) the steps, (T, F) the batch.",
        pitfall="unbatched-2d",
    )


_EXPECTED_GOT = rf"{shape_as('expected')},? (?:but )?got:? {shape_as('got')}"

RULES = rules(
    (
        r"RuntimeError: inconsistent tensor sizes?(?! at)(?!, expected)",
        worded(
            Diagnosis(
                key="hidden-layout",
                title="The initial state does not fit x",
                explanation="In old versions a layer says only this when state and x differ: the batch of the state is "
                "not that of x, as where batch_first does not agree with the layout of x, or the state was made for "
                "another batch.",
                axis="axis 1 of h_0 (B), or axes 0 and 1 of x",
                fix="Make batch_first agree with x, (B, T, F) with it and (T, B, F) without: view(batch, 1, features) "
                "and not view(1, batch, features) with batch_first=True. Make the state (L·D, B, H) from x.",
                fixed_code="x = x.view(batch, 1, features)  # (B, T, F): batch_first=True",
                pitfall="hidden-state-layout",
                confidence=0.7,
            )
        ),
    ),
    (rf"hidden(?:\((?P<which>\d)\))? size:? {_EXPECTED_GOT}", _sizes_differ),
    (r"batched 3-D input, (?:(?P<gru>hx should)|hx and cx should) also be 3-D but got", _states_2d),
    (r"unbatched 2-D input, hx (?:and cx )?should also be 2-D but got", _state_3d),
)
