"""The same sequence one step at a time or all at once: where it is the same and where it is not, in numbers."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from lstm_viz.equalities import gaps
from lstm_viz.random_state import seeded
from lstm_viz.recurrent import Recurrent, RecurrentError, State, cell_of, check_input, check_state, sizes_of

Rows: TypeAlias = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, eq=False)
class Way:
    """One way to feed the sequence, and how far it ends up from feeding it all at once.

    ``output`` is (B, T, D·H) whatever the module's layout; ``h_n`` and ``c_n`` are the state at the end as PyTorch
    returns it, ``c_n`` None but for an LSTM. ``differences`` has the greatest absolute difference of each step, and
    ``by_direction`` the same for each of the D directions. ``state_difference`` is that of h_n and c_n. ``rounding``
    is what different orders of adding may cost here. ``code`` runs with ``x``, ``state`` and the module under its
    kind's name, ``lstm``.
    """

    name: str
    code: str
    output: Tensor
    h_n: Tensor
    c_n: Tensor | None
    differences: tuple[float, ...]
    by_direction: Rows
    state_difference: float
    rounding: float

    @property
    def greatest(self) -> float:
        """The greatest absolute difference of all steps."""
        return max(self.differences)

    @property
    def agrees(self) -> bool:
        """True where every step is the same but for rounding."""
        return self.greatest <= self.rounding

    @property
    def first_difference(self) -> int | None:
        """The first step that is not the same, None where all are."""
        return next((step for step, gap in enumerate(self.differences) if not gap <= self.rounding), None)


@dataclass(frozen=True, eq=False)
class Feeding:
    """The same sequence fed in three ways from the same initial state, and a few sentences on what came out."""

    carried: Way
    same_state: Way
    at_once: Way
    sentences: tuple[str, ...]

    @property
    def ways(self) -> tuple[Way, Way, Way]:
        """(a) carrying the state, (b) the same state each time, (c) all at once."""
        return self.carried, self.same_state, self.at_once


def compare_feeding(module: Recurrent, x: Tensor, state: State | None = None) -> Feeding:
    """Feed ``x`` to ``module`` (a) step by step, carrying the state, (b) step by step from ``state``, (c) all at once.

    ``x`` and ``state`` are what the module takes, (B, T, F), (T, B, F) or (T, F), and zeros where the state is None.
    Every number is PyTorch's own, in eval mode (no dropout) and without gradients; the module is left as it was.
    Raises RecurrentError, for a PackedSequence too: it has no single step that could be fed alone.

    >>> feeding = compare_feeding(nn.LSTM(3, 5), torch.randn(12, 4, 3))
    >>> feeding.carried.agrees, feeding.same_state.agrees, feeding.same_state.first_difference
    (True, False, 1)
    """
    kind = cell_of(module)
    if isinstance(x, PackedSequence):
        advice = "pad_packed_sequence(x) unpacks it; or compare one sample, x[:length], at a time."
        raise RecurrentError("x", "a tensor", "a PackedSequence", advice)
    check_input(module, x)
    time = 1 if x.dim() == 3 and module.batch_first else 0
    check_state(module, state, x.shape[1 - time] if x.dim() == 3 else None)
    with torch.no_grad():
        whole = _run(module, x, state)
        with_state, without = _step_by_step(module, x, state, time, True), _step_by_step(module, x, state, time, False)
        at_once = _way("all at once", f"output, state = {kind}(x, state)", module, whole, whole)
        carried = _way("step by step, carrying the state", _loop(kind, time, "state"), module, with_state, whole)
        same_state = _way("step by step, from the same state", _loop(kind, time, "_"), module, without, whole)
    return Feeding(carried, same_state, at_once, _sentences(carried, same_state))


_Run: TypeAlias = tuple[Tensor, State]


def _run(module: Recurrent, x: Tensor, state: State | None) -> _Run:
    """The module's own forward pass as in eval mode, past its hooks."""
    # A shallow copy shares the weights but not the mode: module.eval() would switch off another thread's dropout.
    quiet = copy.copy(module)
    quiet.training = False
    run: _Run = quiet.forward(x, state)  # type: ignore[arg-type]  # check_state has seen that they go together
    return run


def _step_by_step(module: Recurrent, x: Tensor, state: State | None, time: int, carry: bool) -> _Run:
    outputs, last = [], state
    for x_t in torch.split(x, 1, dim=time):
        out, last = _run(module, x_t, last if carry else state)
        outputs.append(out)
    assert last is not None
    return torch.cat(outputs, dim=time), last


def _way(name: str, code: str, module: Recurrent, run: _Run, at_once: _Run) -> Way:
    output, reference = _batch_first(module, run[0]), _batch_first(module, at_once[0])  # (B, T, D·H)
    apart = gaps(output, reference)
    by_direction = tuple(_greatest_of_steps(half) for half in apart.chunk(sizes_of(module)["D"], dim=-1))
    h_n, c_n = _parts(run[1])
    pairs = zip(_parts(run[1]), _parts(at_once[1]), strict=True)
    state_gap = max(_greatest(gaps(mine, theirs)) for mine, theirs in pairs if mine is not None and theirs is not None)
    rounding = 100 * torch.finfo(output.dtype).eps * max(1.0, _greatest(reference))
    return Way(name, code, output, h_n, c_n, _greatest_of_steps(apart), by_direction, state_gap, rounding)


def _loop(kind: str, time: int, kept: str) -> str:
    return (
        f"outputs = []\nfor x_t in x.split(1, dim={time}):\n    out, {kept} = {kind}(x_t, state)\n"
        f"    outputs.append(out)\noutput = torch.cat(outputs, dim={time})"
    )


def _batch_first(module: Recurrent, output: Tensor) -> Tensor:
    if output.dim() == 2:
        return output.unsqueeze(0)
    return output if module.batch_first else output.transpose(0, 1)


def _parts(state: State) -> tuple[Tensor, Tensor | None]:
    return (state, None) if isinstance(state, Tensor) else state


def _greatest(values: Tensor) -> float:
    return float(values.abs().max()) if values.numel() else 0.0


def _greatest_of_steps(apart: Tensor) -> tuple[float, ...]:
    return tuple(_greatest(step) for step in apart.unbind(1))


def _sentences(carried: Way, same_state: Way) -> tuple[str, ...]:
    steps, directions = len(carried.differences), len(carried.by_direction)
    if steps == 1:
        return ("With one step there is nothing to carry: all three ways are one.",)
    if carried.agrees:
        first = f"Carrying the state on gives what all at once gives: greatest difference {carried.greatest:.2g}."
    elif directions == 2:
        first = "The reverse direction begins at the last step: fed one step at a time it never sees what comes after, "
        first += f"so even carrying the state does not give the same (greatest difference {carried.greatest:.2g})."
        if max(carried.by_direction[0]) <= carried.rounding:
            first += f" The forward half does agree (greatest difference {max(carried.by_direction[0]):.2g})."
    else:
        first = f"Carrying the state on differs by {carried.greatest:.2g}, more than rounding explains in one step: "
        first += "this network makes small differences grow."
    second = f"From the same state each time, no step knows of the one before: step {same_state.first_difference} is "
    second += f"the first to differ, the greatest difference is {same_state.greatest:.2g}."
    if same_state.agrees:
        second = "From the same state each time the numbers are the same too: here h_t hardly depends on h_{t-1}."
    return first, second


EXAMPLE_FIVE_CODE = """\
torch.manual_seed(2)
lstm = nn.LSTM(4, 3)
inputs = [torch.randn(1, 4) for _ in range(5)]
state = torch.randn(1, 1, 3), torch.randn(1, 1, 3)
for x_t in inputs:
    out, _ = lstm(x_t.view(1, 1, -1), state)
    print(out)
x = torch.cat(inputs).view(5, 1, 4)
fresh_state = torch.randn(1, 1, 3), torch.randn(1, 1, 3)
output, (h_n, c_n) = lstm(x, fresh_state)
print(output, c_n)
"""

PRINTED_ONE_BY_ONE: Rows = (
    (-0.4372, 0.2583, 0.2947),
    (-0.2836, 0.1314, 0.4133),
    (-0.3404, 0.4880, 0.1949),
    (-0.3544, 0.2405, 0.3150),
    (-0.3328, 0.0437, 0.3817),
)
PRINTED_AT_ONCE: Rows = (
    (0.1611, 0.2200, 0.2213),
    (0.0364, -0.0390, 0.2638),
    (-0.1425, -0.0174, 0.1504),
    (-0.1583, 0.1264, 0.1709),
    (-0.2007, -0.1559, 0.2489),
)
PRINTED_C_N: Rows = ((-0.4429, -0.2975, 0.3252),)


@dataclass(frozen=True, eq=False)
class ExampleFive:
    """The fifth worked example as it ran here, and the proof of what it gets wrong.

    ``x`` (5, 1, 4) is (T, B, F); ``one_by_one`` (5, 1, 3) is what its loop gives, which never hands the state on from
    ``state``; ``at_once`` (5, 1, 3) and ``c_n`` (1, 1, 3) are what all at once gives from ``fresh_state``. ``feeding``
    starts all three ways from ``state``: the state that is handed on makes the difference, not the initial one.
    """

    lstm: nn.LSTM
    x: Tensor
    state: tuple[Tensor, Tensor]
    fresh_state: tuple[Tensor, Tensor]
    one_by_one: Tensor
    at_once: Tensor
    c_n: Tensor
    feeding: Feeding

    @property
    def reproduced(self) -> bool:
        """True where this run has each number that the example prints, to all four decimals."""
        printed = (self.one_by_one, PRINTED_ONE_BY_ONE), (self.at_once, PRINTED_AT_ONCE), (self.c_n, PRINTED_C_N)
        return all(_rounded(run) == rows for run, rows in printed)


def example_five() -> ExampleFive:
    """Run the fifth worked example with its seed; the random state outside is left as it was.

    >>> example = example_five()
    >>> example.reproduced, example.feeding.carried.agrees
    (True, True)
    """
    with seeded(2), torch.no_grad():
        lstm = nn.LSTM(4, 3)
        x = torch.cat([torch.randn(1, 4) for _ in range(5)]).view(5, 1, 4)  # (T, B, F)
        state = torch.randn(1, 1, 3), torch.randn(1, 1, 3)  # (L·D, B, H) each
        fresh_state = torch.randn(1, 1, 3), torch.randn(1, 1, 3)
        one_by_one = torch.cat([lstm(x_t, state)[0] for x_t in torch.split(x, 1)])  # (T, B, H)
        at_once, (_, c_n) = lstm(x, fresh_state)
    return ExampleFive(lstm, x, state, fresh_state, one_by_one, at_once, c_n, compare_feeding(lstm, x, state))


def _rounded(values: Tensor) -> Rows:
    return tuple(tuple(round(number, 4) for number in row) for row in values.flatten(0, -2).tolist())
