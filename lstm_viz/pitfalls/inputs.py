"""Mistakes with the shape of what goes in: its size, its axes, and a batch that is none."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from lstm_viz.pitfalls.measures import gap
from lstm_viz.pitfalls.records import Namespace, Pitfall

_SHAPE = "size of the input"
_UNBATCHED = "two axes are one sequence"


def _each_alone(names: Namespace) -> Tensor:
    """What every row gives as a sequence of its own, of one step."""
    found = [names["lstm"](row.reshape(1, 1, -1))[0].flatten() for row in names["x"].reshape(-1, names["x"].shape[-1])]
    return torch.stack(found)


def _rows(names: Namespace) -> Tensor:
    return cast(Tensor, names["output"].flatten(0, -2))


PITFALLS = (
    Pitfall(
        key="input-size",
        kind="error",
        group=_SHAPE,
        problem="Yes, if input_size is not the last number of x.shape.",
        sizes={"B": 4, "T": 10, "F": 9, "H": 20},
        most={"F": 63},
        given="""
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            lstm = nn.LSTM({F+1}, {H}, batch_first=True)
            output, _ = lstm(x)
            """,
        right="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            output, _ = lstm(x)
            """,
        says="input.size(-1) must be equal to input_size. Expected {F+1}, got {F}",
        why="input_size is the number of features of one step, the last axis: {F}. It is not the number of steps.",
        fix="`nn.LSTM({F}, {H})`. If {F} is your T, x needs its feature axis: `x.unsqueeze(-1)`.",
        shows=("x", "output"),
    ),
    Pitfall(
        key="input-4d",
        kind="error",
        group=_SHAPE,
        problem="Yes, if each step of your data is itself a table or an image.",
        sizes={"B": 5, "T": 10, "F": 6, "H": 20},
        given="""
            x = torch.randn({B}, {T}, 2, {F})  # each step is a table (2, {F})
            """,
        wrong="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            output, _ = lstm(x)
            """,
        right="""
            lstm = nn.LSTM({2·F}, {H}, batch_first=True)
            output, _ = lstm(x.flatten(2))  # (B, T, 2·F)
            """,
        says="LSTM: Expected input to be 2D or 3D, got 4D instead",
        older=("input must have 3 dimensions, got 4",),
        why="A layer reads one row of numbers at each step. Here there are two axes after T.",
        fix="`x.flatten(2)`: one row of 2·{F} = {2·F} numbers a step, and input_size={2·F}.",
        shows=("x", "output"),
    ),
    Pitfall(
        key="linear-in-features",
        kind="error",
        group=_SHAPE,
        problem="Yes, if a Linear(hidden_size, …) follows a bidirectional layer.",
        sizes={"B": 32, "T": 10, "F": 10, "H": 20, "O": 5},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True, bidirectional=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            output, _ = lstm(x)          # (B, T, 2·H)
            last = output.mean(1)        # (B, 2·H)
            """,
        wrong="""
            fc = nn.Linear({H}, {O})
            y = fc(last)
            """,
        right="""
            fc = nn.Linear({2·H}, {O})
            y = fc(last)
            """,
        says="mat1 and mat2 shapes cannot be multiplied ({B}x{2·H} and {H}x{O})",
        older=("size mismatch, m1: [32 x 40], m2: [20 x 5]",),
        misleads="It names no layer: ({B}, {2·H}) is what comes in, {H} is the Linear’s in_features, {O} its "
        "out_features.",
        why="Two directions of {H} stand side by side in the output: 2·H = {2·H} numbers.",
        fix="`nn.Linear(2 * hidden_size, …)`.",
        shows=("last", "y"),
    ),
    Pitfall(
        key="unbatched-2d",
        kind="silent",
        group=_UNBATCHED,
        problem="Yes, if x has two axes, (B, F), one row for each sample.",
        symptom="Predictions change with the other rows and their order; the loss goes down, and testing is bad.",
        sizes={"B": 6, "F": 4, "H": 5},
        least={"B": 2},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            x = torch.randn({B}, {F})  # (B, F): {B} samples of one step
            """,
        wrong="""
            output, _ = lstm(x)               # (T, H): one sequence
            """,
        right="""
            output, _ = lstm(x.unsqueeze(1))  # (B, 1, H)
            """,
        measures=(gap("difference to each sample on its own", _rows, _each_alone),),
        why="Two axes are one sequence without a batch, (T, F), whatever batch_first says. The {B} samples become {B} "
        "steps, and each one is read after the others.",
        fix="Say which axis is missing: `x.unsqueeze(1)` for (B, 1, F), `x.unsqueeze(0)` for one sequence (1, T, F), "
        "`x.unsqueeze(-1)` for (B, T, 1).",
        shows=("x", "output"),
    ),
    Pitfall(
        key="unbatched-then-batched",
        kind="error",
        group=_UNBATCHED,
        problem="Yes, if you generate step by step, and the first input has two axes and the later ones three.",
        sizes={"B": 1, "F": 16, "H": 32},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            first = torch.randn({B}, {F})      # (B, F)
            later = torch.randn({B}, 1, {F})   # (B, 1, F)
            """,
        wrong="""
            output, state = lstm(first)
            output, state = lstm(later, state)
            """,
        right="""
            output, state = lstm(first.unsqueeze(1))
            output, state = lstm(later, state)
            """,
        says="For batched 3-D input, hx and cx should also be 3-D but got (2-D, 2-D) tensors",
        misleads="It is raised one step after the mistake, and speaks of the states.",
        why="The first input, ({B}, {F}), was read as one sequence of {B} steps, without a batch. Its states have no "
        "batch axis either, and the second input has one.",
        fix="`first.unsqueeze(1)`: (B, 1, F) from the first step on.",
        shows=("first", "later", "output"),
    ),
)
