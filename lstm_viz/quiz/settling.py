"""Settling a question by running PyTorch: only our own templates run, with whole numbers filled in.

That is the reason for each ``nosec`` below: an answer is a place or numbers, and no text of a visitor gets here.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lstm_viz.audit.dependency import spans
from lstm_viz.dims import Axis
from lstm_viz.pitfalls.filling import fill
from lstm_viz.quiz.records import Numbers, Question, Ran, labelled
from lstm_viz.random_state import seeded

_HEAD = "import torch\nfrom torch import nn\n\n"
_BENIGN = "LSTM with projections is not supported with oneDNN"  # slower, and as right as ever
_SAME = 1e-6
"""Two ways to the same numbers differ by no more."""


class UnsettledError(RuntimeError):
    """A question whose run gives no single answer: a fault of the question, not of an answer."""


@dataclass(frozen=True)
class Settled:
    """What PyTorch says: the numbers of the right answer (of a choice its place), the run, the tensor looked at."""

    truth: Numbers
    ran: Ran
    tensor: Tensor | None = None


def settle(question: Question) -> Settled:
    """Run what decides the question. The random state of torch is left as it was."""
    with seeded(0), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _BENIGN)
        return _SETTLERS[question.settles](question)


def _run(code: str) -> tuple[dict[str, Any], list[str]]:
    printed: list[str] = []
    names: dict[str, Any] = {"torch": torch, "nn": nn, "print": lambda *each: printed.append(" ".join(map(str, each)))}
    exec(compile(code, "<quiz>", "exec"), names)  # nosec B102
    return names, printed


def _shape(question: Question) -> Settled:
    code = f"{question.code}\nprint({question.look}.shape)"
    names, printed = _run(code)
    found = eval(question.look, names)  # nosec B307
    return Settled(tuple(found.shape), Ran(_HEAD + code, "\n".join(printed)), found.detach())


def _number(question: Question) -> Settled:
    code = f"{question.code}\nprint({question.look})"
    names, printed = _run(code)
    return Settled((int(eval(question.look, names)),), Ran(_HEAD + code, "\n".join(printed)))  # nosec B307


def _axis(question: Question) -> Settled:
    """An axis is what it grows with: each size is raised by one, and the formula that follows every time is true."""
    place = int(question.look.rsplit("[", 1)[1][:-1])
    tensor, sizes = question.look.rsplit(".shape", 1)[0], question.size_of
    wanted = [letter for letter in sizes if f"{{{letter}}}" in question.program]
    changes: list[dict[str, int]] = [{}, *({letter: sizes[letter] + 1} for letter in wanted)]
    printed, holding = [], set(range(len(question.options)))
    for change in changes:
        now = {**sizes, **change}
        names, _ = _run(fill(question.program, now))
        shape = tuple(eval(tensor, names).shape)  # nosec B307
        holding &= {n for n, each in enumerate(question.options) if Axis.parse(each.text).size(now) == shape[place]}
        said = ", ".join(f"{letter} = {size}" for letter, size in change.items()) or "as above"
        printed.append(f"{said:<9} {tensor}.shape = {shape}")
    return Settled(
        (_only(question, holding),), Ran(f"{_HEAD}{question.code}\nprint({tensor}.shape)", "\n".join(printed))
    )


def _lines(question: Question) -> Settled:
    """Each line after the same beginning, on its own."""
    raising, printed = set(), []
    for place, (label, option) in enumerate(labelled(question.options)):
        line = fill(option.text, question.size_of)
        names, _ = _run(question.code)
        try:
            exec(compile(line, "<quiz>", "exec"), names)  # nosec B102
            printed.append(f"{label}  {_made(line, names)}")
        except (RuntimeError, ValueError, TypeError, IndexError, AttributeError) as error:
            raising.add(place)
            printed.append(f"{label}  {type(error).__name__}: {str(error).splitlines()[0]}")
    wanted = raising if question.settles == "raises" else set(range(len(question.options))) - raising
    return Settled((_only(question, wanted),), Ran(_with_options(question), "\n".join(printed)))


def _made(line: str, names: Mapping[str, Any]) -> str:
    """What a line that ran has made: the shape of the variable that it sets."""
    value = names.get(line.rsplit("\n", 1)[-1].split("=")[0].split(",")[0].strip())
    return f"runs: {tuple(value.shape)}" if isinstance(value, Tensor) else "runs"


def _mixes(question: Question) -> Settled:
    """Each line makes ``y`` from ``x`` (B, T, F). The gradient of y[b] says on which samples it depends."""
    mixing, printed = set(), []
    for place, (label, option) in enumerate(labelled(question.options)):
        names, _ = _run(f"{question.code}\nx.requires_grad_(True)\n{fill(option.text, question.size_of)}")
        reached = [_reached(names["x"], row) for row in names["y"]]
        strange = [sample for sample, seen in enumerate(reached) if seen != {sample}]
        shown = strange[0] if strange else 0
        samples = spans(reached[shown], "x[{}]")
        printed.append(f"{label}  y {tuple(names['y'].shape)}: y[{shown}] depends on {samples}")
        mixing |= {place} if strange else set()
    return Settled((_only(question, mixing),), Ran(_with_options(question), "\n".join(printed)))


def _reached(x: Tensor, row: Tensor) -> set[int]:
    """The samples of x that one row of y depends on."""
    weights = torch.linspace(1.0, 2.0, row.numel()).view_as(row)  # all alike, a row's parts could cancel out
    (gradient,) = torch.autograd.grad((row * weights).sum(), x, retain_graph=True)
    return set(gradient.flatten(1).abs().sum(1).nonzero().flatten().tolist())


def _equals(question: Question) -> Settled:
    """Which of the expressions gives the same numbers as the one that is looked at."""
    names, _ = _run(question.code)
    look = fill(question.look, question.size_of)
    target = eval(look, names)  # nosec B307
    same, printed = set(), [f"{look}: {tuple(target.shape)}"]
    for place, (label, option) in enumerate(labelled(question.options)):
        value = eval(fill(option.text, question.size_of), names)  # nosec B307
        if value.shape != target.shape:
            printed.append(f"{label}  {tuple(value.shape)}: another shape")
            continue
        gap = float((value - target).detach().abs().max())
        same |= {place} if gap < _SAME else set()
        printed.append(
            f"{label}  {tuple(value.shape)}: largest difference {gap:.4f}"
            if gap
            else f"{label}  {tuple(value.shape)}: largest difference 0"
        )
    return Settled((_only(question, same),), Ran(_with_options(question), "\n".join(printed)))


def _only(question: Question, found: set[int]) -> int:
    if len(found) != 1:
        raise UnsettledError(f"{question.kind} {question.seed}/{question.level}/{question.number}: {sorted(found)}")
    return next(iter(found))


def _with_options(question: Question) -> str:
    """The code with each option under its label, to be run one at a time."""
    parts = [f"# {label}\n{fill(option.text, question.size_of)}" for label, option in labelled(question.options)]
    return _HEAD + "\n".join(itertools.chain([question.code], parts))


_SETTLERS: Mapping[str, Callable[[Question], Settled]] = {
    "shape": _shape,
    "number": _number,
    "axis": _axis,
    "raises": _lines,
    "runs": _lines,
    "mixes": _mixes,
    "equals": _equals,
}
