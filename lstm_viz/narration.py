"""The picture read aloud: plain sentences for one forward pass."""

from __future__ import annotations

from lstm_viz.forward import Forward


def sentences(forward: Forward) -> list[str]:
    """What happens to the shape in plain sentences, for this very setting; names of code are in backticks."""
    spec = forward.spec
    first = f"{_count(spec.batch_size, 'sample')} of {_count(spec.sequence_length, 'step')}"
    kind = {
        "numbers": f"each step {_count(spec.features, 'number')}",
        "one-hot": f"each step one of {spec.features} classes, as a row of zeros with a single 1",
        "tokens": f"each step the index of one of {spec.vocabulary_size:,} words",
    }[spec.input]
    steps = [f"{first}, {kind}, go into the {spec.cell.upper()}."]
    if spec.input == "tokens":
        steps[0] = f"{first}, {kind}, become rows of {spec.embedding_size} numbers and go into the {spec.cell.upper()}."
    if not spec.batch_first:
        steps.append("`batch_first` is off: time comes first in `x` and `output`, while the states are as always.")
    both = " and from back to front" if spec.bidirectional else ""
    steps.append(
        f"It reads each sample from front to back{both} and returns `output`, {_shape(forward, 'output')}: what the "
        f"top layer says at every step, {_count(spec.step_size, 'number')} a step. {_states(forward)}"
    )
    steps.append(_head_sentence(forward))
    return steps


def state_row(forward: Forward, row: int) -> str:
    """What a row of h_n is: ``L0→``, ``L0←``, ``L1→``, ``L1←`` and so on; without arrows for one direction."""
    directions = forward.spec.directions
    arrow = "" if directions == 1 else "→←"[row % 2]
    return f"L{row // directions}{arrow}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _shape(forward: Forward, name: str) -> str:
    return str(forward.trace[name].shape)


def _states(forward: Forward) -> str:
    rows = forward.spec.layers * forward.spec.directions
    names = "`h_n` and `c_n` hold" if forward.spec.cell == "lstm" else "`h_n` holds"
    each = (
        "one row"
        if rows == 1
        else f"{rows} rows, one for each layer" + (" and direction" if forward.spec.bidirectional else "")
    )
    return f"{names} only the end of the reading: {each}."


def _head_sentence(forward: Forward) -> str:
    spec, trace = forward.spec, forward.trace
    step = _count(spec.step_size, "number")
    out = f"{_count(spec.outputs, 'output')}: {_shape(forward, 'prediction')}"
    match spec.head:
        case "last_step":
            last = trace["last"].expression
            return f"`{last}` keeps the last step of each sample, and `fc` turns its {step} into {out}."
        case "last_hidden":
            two = "the last two rows of `h_n`, one a direction, side by side"
            rows = two if spec.bidirectional else "the top layer's row"
            return f"`{trace['last'].expression}` takes {rows}, and `fc` turns its {step} into {out}."
        case "every_step":
            return f"`reshape` makes a row of every step of every sample, and `fc` turns each row into {out}."
        case "every_step_3d":
            return f"`fc` works on the last axis alone, so every step of every sample gets {out}."
        case "flatten":
            steps = _count(spec.sequence_length, "step")
            return f"All {steps} of a sample are laid side by side, and `fc` turns the long row into {out}."
