"""The script of a spec: what a person takes away, runs with torch alone, and sees the same shapes printed."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from lstm_viz.batch import Batch
from lstm_viz.codegen_data import data_lines
from lstm_viz.dims import Shape, describe
from lstm_viz.network import classes_last, loss_source, source
from lstm_viz.spec import NetworkSpec

Shapes: TypeAlias = Mapping[str, tuple[tuple[int, ...], Shape]]
"""Variable → its measured shape and its axes: ``{"output": ((4, 12, 5), shape("B, T, H"))}``."""

WIDTH = 100
_INDENT = " " * 8
_ASSIGNED = re.compile(r"\s*(?P<names>\w+(?:, (?:\w+|\(\w+, \w+\)))*) = ")
_SCRIPT = '''\
"""{title}"""

import torch
from torch import nn


{network}


{data}

torch.manual_seed({seed})
model = Network()
loss_function = {loss}
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

# The forward pass, line by line: prediction = model(x) does the same.
{forward}

# One training step.
optimizer.zero_grad()
loss.backward()
optimizer.step()
print("loss after one step", {loss_again}.item())
'''


def script(spec: NetworkSpec, shapes: Shapes, batch: Batch | None = None) -> str:
    """A Python script with the network of ``spec``, its data, a forward pass, the loss and one training step.

    Each tensor line ends with its shape and axes, as far as ``shapes`` knows them: x, target, loss and the variables
    of the network's forward. ``batch`` is the spec's own (see ``codegen_data.data_lines``). The script needs torch
    only; its weights are those of ``build(spec)``, and it prints the name and shape of every tensor.

    >>> from lstm_viz.dims import shape
    >>> text = script(NetworkSpec(data="random"), {"last": ((4, 5), shape("B, H"))})
    >>> print(next(line.strip() for line in text.splitlines() if "last =" in line))
    last = output[:, -1]  # (4, 5) = (B, H)
    """
    return _SCRIPT.format(
        title=_title(spec, shapes),
        network="\n".join(network_lines(spec, shapes)),
        data="\n".join(aligned(_data(spec, shapes, batch))),
        seed=spec.seed,
        loss=loss_source(spec),
        forward="\n".join(_forward_lines(spec)),
        loss_again=f"loss_function({_scores(spec, 'model(x)')}, target)",
    )


def network_lines(spec: NetworkSpec, shapes: Shapes) -> list[str]:
    """The lines of class ``Network``, each tensor line of its forward with the shape and the axes of its result."""
    lines: list[tuple[str, str]] = []
    for line in source(spec).splitlines():
        names = ["x"] if "def forward" in line else _assigned(line)
        if state := _state_comment(names[1:], shapes):
            lines.append((f"{_INDENT}# {state}", ""))
        if len(line) > WIDTH:
            lines += [(part, "") for part in _folded(line)]
        else:
            lines.append((line, shape_comment(shapes, names[0]) if names else ""))
    return aligned(lines)


def shape_comment(shapes: Shapes, name: str) -> str:
    """``(4, 12, 5) = (B, T, H)``, or nothing where the shape of ``name`` is not known.

    >>> from lstm_viz.dims import shape
    >>> shape_comment({"output": ((4, 12, 5), shape("B, T, H"))}, "output")
    '(4, 12, 5) = (B, T, H)'
    """
    if name not in shapes:
        return ""
    numbers, axes = shapes[name]
    if not numbers:
        return "() = a single number"
    return f"{numbers} = {describe(axes)}" if any(axis.symbols for axis in axes) else str(numbers)


def aligned(lines: Iterable[tuple[str, str]]) -> list[str]:
    """Lines of code with their comments, which begin in one column as far as the width allows.

    >>> print("\\n".join(aligned([("x = 1", "one"), ("", ""), ("number = 2", "two")])))
    x = 1       # one
    <BLANKLINE>
    number = 2  # two
    """
    pairs = list(lines)
    room = WIDTH - max((len(comment) for _, comment in pairs if comment), default=0) - len("  # ")
    column = max((len(code) for code, comment in pairs if comment and len(code) <= room), default=0)
    return [f"{code:<{column}}  # {comment}" if comment else code for code, comment in pairs]


def _data(spec: NetworkSpec, shapes: Shapes, batch: Batch | None) -> list[tuple[str, str]]:
    lines = data_lines(spec, batch)
    return [(code, shape_comment(shapes, code.split(" =")[0]) or comment) for code, comment in lines]


def _title(spec: NetworkSpec, shapes: Shapes) -> str:
    name = f"{'A' if spec.cell == 'gru' else 'An'} {spec.cell.upper()}"
    if "x" in shapes and "prediction" in shapes:
        name += f" from x {shapes['x'][0]} to prediction {shapes['prediction'][0]}"
    return f"{name}: every tensor with its shape."


def _state_comment(names: list[str], shapes: Shapes) -> str:
    """The shapes of the states beside ``output``: of both at once, if they are alike."""
    comments = {name: comment for name in names if (comment := shape_comment(shapes, name))}
    if len(comments) == 2 and len(set(comments.values())) == 1:
        return f"{' and '.join(comments)}: {comments[names[0]]}"
    return ", ".join(f"{name}: {comment}" for name, comment in comments.items())


def _forward_lines(spec: NetworkSpec) -> list[str]:
    """The lines of the network's forward as they are written outside of it, each followed by what it made."""
    body = source(spec).split("def forward(self, x):\n")[1].splitlines()
    lines = [_printed("x")]
    for line in (line.strip().replace("self.", "model.") for line in body):
        if names := _assigned(line):
            lines += [line, *map(_printed, names)]
    note = "  # the classes come second" if classes_last(spec) else ""
    loss = f"loss = loss_function({_scores(spec, 'prediction')}, target){note}"
    return [*lines, _printed("target"), loss, 'print("loss", tuple(loss.shape), loss.item())']


def _scores(spec: NetworkSpec, prediction: str) -> str:
    return f"{prediction}.transpose(1, 2)" if classes_last(spec) else prediction


def _printed(name: str) -> str:
    return f'print("{name}", tuple({name}.shape))'


def _assigned(line: str) -> list[str]:
    """The variables that a line sets: output, h_n and c_n. None for an attribute."""
    found = _ASSIGNED.match(line)
    return re.findall(r"\w+", found["names"]) if found else []


def _folded(line: str) -> list[str]:
    """A call that is too long for a line, with its arguments on lines of their own."""
    call, arguments = line.rstrip(")").split("(", 1)
    indent = " " * (len(line) - len(line.lstrip()))
    inner = f"{indent}    "
    return [f"{call}(", *textwrap.wrap(arguments, WIDTH, initial_indent=inner, subsequent_indent=inner), f"{indent})"]
