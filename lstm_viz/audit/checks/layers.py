"""A layer's own arguments, what a GRU's state was unpacked into, and a BatchNorm over the wrong axis."""

from __future__ import annotations

import dis
import re
from collections.abc import Iterator
from types import CodeType
from typing import Any

from torch import nn

from lstm_viz.audit.evidence import Evidence, layer_text
from lstm_viz.audit.findings import Finding
from lstm_viz.dims import describe

_CELL_NAME = re.compile(
    r"_?(new_|last_|next_)?(c|cs|ct|cx|cn|c_?n|c_?t|c_?x|c_?0|cell.*|c_(last|new|next|out|final))\d*"
)
_HOLD = {"STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF", "STORE_ATTR"}


def layer_arguments(evidence: Evidence) -> Iterator[Finding]:
    """Dropout of one layer, and flags that stand in the place of another argument."""
    for path, module in evidence.recurrent_modules():
        kind, sizes = type(module).__name__, f"{module.input_size}, {module.hidden_size}"
        if type(module.num_layers) is bool:
            yield Finding(
                "num-layers-true",
                f"nn.{kind}({sizes}, {module.num_layers}): the third argument is the number of layers",
                f"{path}.num_layers is {module.num_layers}, and bidirectional is {module.bidirectional}, "
                "batch_first is "
                f"{module.batch_first}: {module.num_layers} counts as {int(module.num_layers)} layer.",
                "What was meant as a flag, mostly bidirectional or batch_first, is not set, and nothing says so.",
                f"nn.{kind}({sizes}, bidirectional=True)  # or batch_first=True: flags by their names",
                "num-layers-true",
            )
        for flag in ("bias", "batch_first", "bidirectional"):
            value = getattr(module, flag)
            if type(value) is not bool:
                yield Finding(
                    "flag-not-bool",
                    f"{flag} of nn.{kind} is {value!r}, neither True nor False",
                    f"{path}.{flag} is {value!r}: arguments were given by place, and one of them stands where "
                    f"{flag} is.",
                    f"{value!r} counts as {bool(value)}, and what it was meant for keeps its default.",
                    f"nn.{kind}({sizes}, num_layers={int(module.num_layers)}, dropout=…, {flag}=…)  # by their names",
                    "num-layers-true",
                )
        if module.dropout and module.num_layers == 1:
            yield Finding(
                "dropout-one-layer",
                "Dropout between layers, where there is one layer",
                f"{path} = {layer_text(module)}: dropout={module.dropout} acts between layers, and num_layers is 1.",
                "Nothing is dropped: the network trains without the regularization that was asked for.",
                f"nn.{kind}({sizes}, num_layers=2, dropout={module.dropout})\n# or, after the layer: "
                f"nn.Dropout({module.dropout})",
                "dropout-one-layer",
                "useless",
            )


def unpacked_states(evidence: Evidence) -> Iterator[Finding]:
    """``out, (h, c) = gru(x)``: with two rows in its state it runs."""
    for call in evidence.run.recurrent():
        if call.place is None or isinstance(call.module, nn.LSTM):
            continue
        names = assigned_names(*call.place)
        if not isinstance(names, tuple) or len(names) != 2 or not isinstance(names[1], tuple) or len(names[1]) != 2:
            continue
        first, second = names[1]
        if not isinstance(second, str) or not _CELL_NAME.fullmatch(second):
            continue
        evidence.explained.add(call.path)
        rows = call.outputs[1].shape
        kind = type(call.module).__name__
        both = getattr(call.module, "bidirectional", False)
        which = ("the forward direction", "the reverse direction") if both else ("the first layer", "the last layer")
        yield Finding(
            "gru-layers-unpacked",
            f"nn.{kind} returns one state, not (h, c)",
            f"The state {tuple(rows)} was taken apart along its first axis: {first} is {which[0]}, {second} is "
            f"{which[1]}.",
            f"An nn.{kind} has no cell state. With {rows[0]} rows in its state nothing is raised, and {first} is "
            "not what the "
            "network ends with.",
            f"{names[0] if isinstance(names[0], str) else 'output'}, h_n = {evidence.expression(call)}\nlast = h_n[-1]",
            "gru-layers-unpacked",
        )


def assigned_names(code: CodeType, instruction: int) -> Any:
    """The names that the result of the call at ``instruction`` is given: a name, or a tuple of them; else None.

    >>> def model(gru, x):
    ...     out, (h, c) = gru(x)
    >>> calls = [i.offset for i in dis.get_instructions(model) if i.opname == "CALL"]
    >>> assigned_names(model.__code__, calls[0])
    ('out', ('h', 'c'))
    """
    following = [each for each in dis.get_instructions(code) if each.offset > instruction and each.opname != "CACHE"]
    return _stored(iter(following))


def _stored(instructions: Iterator[dis.Instruction]) -> Any:
    step = next(instructions, None)
    if step is None:
        return None
    if step.opname == "UNPACK_SEQUENCE" and isinstance(step.arg, int) and step.arg <= 4:
        return tuple(_stored(instructions) for _ in range(step.arg))
    if step.opname in ("LOAD_FAST", "LOAD_NAME", "LOAD_DEREF"):  # self.h = …
        return _stored(instructions)
    return str(step.argval) if step.opname in _HOLD else None


def normalised_steps(evidence: Evidence) -> Iterator[Finding]:
    """nn.BatchNorm1d counts axis 1 as the channels: in (B, T, H) those are the steps."""
    run = evidence.run
    for call in run.capture.calls[: run.capture.forward]:
        named = isinstance(call.module, nn.BatchNorm1d) or call.name == "batch_norm"
        if not named or not call.inputs or len(call.inputs[0].shape) != 3:
            continue
        axes = evidence.reading.of(run, call.inputs[0])
        symbols = axes[1].symbols
        if symbols not in (("T",), ("B",)) or call.inputs[0].shape[1] < 2:
            continue
        what = "steps" if symbols == ("T",) else "samples"
        shape = tuple(call.inputs[0].shape)
        name, features = evidence.name(call.inputs[0]), shape[2]
        yield Finding(
            "batch-norm-axis",
            f"BatchNorm1d normalizes the {what} and not the features",
            f"{evidence.expression(call)} is given {describe(axes)} {shape}: it takes axis 1, the {shape[1]} "
            f"{what}, for its channels.",
            f"Each of the {what} gets a mean and a scale of its own, over all features and samples together: a "
            "sample's numbers "
            "depend on the others in its batch, and another T or B does not fit.",
            f"self.norm = nn.BatchNorm1d({features})\nself.norm({name}.transpose(1, 2)).transpose(1, 2)  # or "
            f"nn.LayerNorm({features})",
            "batch-norm-axis",
        )
