"""DependencyMap: which (sample, step) of the input each position of the output depends on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Place:
    """A position of an input or an output: its sample and step from 0, None where it has none, and its text."""

    sample: int | None
    step: int | None
    text: str


@dataclass(frozen=True, eq=False)
class DependencyMap:
    """Output positions by input positions.

    ``depends`` (O, I) is True where an output depends on an input; ``strength`` (O, I) is the size of the gradient with
    the model's own weights, 0 where rounding has swallowed it; ``expected`` (O, I) is True where a dependence would be
    right: the same sample and, where the next step is predicted, no later step. ``padding`` (I,) marks steps that hold
    no data. ``samples`` and ``steps`` are B and T of the input; its positions are ordered by sample, then by step.
    """

    outputs: tuple[Place, ...]
    inputs: tuple[Place, ...]
    depends: Tensor
    strength: Tensor
    expected: Tensor
    padding: Tensor
    samples: int
    steps: int

    @property
    def unexpected(self) -> Tensor:
        """(O, I): True where an output depends on what it should not."""
        return self.depends & ~self.expected

    def sentence(self, output: int) -> str:
        """What one output position depends on, in words.

        ``y[3] depends on steps 0 to 5 of x[3].``
        """
        row = self.depends[output].view(self.samples, self.steps)
        used = {sample: steps for sample, steps in enumerate(map(_places, row.tolist())) if steps}
        name = self.outputs[output].text
        if not used:
            return f"{name} depends on no input."
        by_steps: dict[tuple[int, ...], list[int]] = {}
        for sample, steps in used.items():
            by_steps.setdefault(steps, []).append(sample)
        form = f"{self.inputs[0].text.split('[')[0]}[{{}}]"
        parts = [f"{self._steps(steps)}{spans(samples, form)}" for steps, samples in by_steps.items()]
        return f"{name} depends on {listed(parts)}."

    def _steps(self, steps: tuple[int, ...]) -> str:
        if self.inputs[0].step is None or (self.steps == 1 and steps == (0,)):
            return ""
        if len(steps) == self.steps:
            return "every step of "
        return f"{'step' if len(steps) == 1 else 'steps'} {spans(steps)} of "


def spans(numbers: Iterable[int], form: str = "{}") -> str:
    """``0 to 3, 7 and 9``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    parts = []
    for first, last in runs:
        ends = [form.format(first), form.format(last)]
        parts += ends[:1] if first == last else ends if last == first + 1 else [" to ".join(ends)]
    return listed(parts if len(parts) <= 5 else [*parts[:4], "more"])


def listed(parts: Iterable[str]) -> str:
    """``a, b and c``."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _places(row: list[bool]) -> tuple[int, ...]:
    return tuple(place for place, used in enumerate(row) if used)
