"""One measured figure beside the one to reach, and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

_HEAD = ("what", "measured", "target", "reached", "of what")


@dataclass(frozen=True)
class Figure:
    """``measured`` in ``unit``, to be at most ``target``, or at least where ``at_least``; no target, no judgement.

    ``parts`` says what it was worked out from; ``failure`` why there is no number.
    """

    what: str
    measured: float | None = None
    unit: str = "×"
    target: float | None = None
    at_least: bool = False
    parts: str = ""
    failure: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the figure is as good as asked for; None where nothing was measured or asked for."""
        if self.measured is None or self.target is None:
            return None
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    def row(self) -> tuple[str, ...]:
        """Its cells, as text."""
        asked = "" if self.target is None else f"{'≥' if self.at_least else '≤'} {self.target:g} {self.unit}"
        verdict = {True: "yes", False: "**no**", None: ""}[self.reached]
        if self.measured is None:
            return self.what, "–", asked, verdict, f"not measured: {self.failure}"
        return self.what, f"{_rounded(self.measured)} {self.unit}", asked, verdict, self.parts


def ratio(what: str, ours: Sequence[float], floor: Sequence[float], target: float | None, against: str) -> Figure:
    """The median of our seconds over the median of the floor's."""
    parts = f"{spread(ours)} over {spread(floor)} for {against}"
    return Figure(what, median(ours) / median(floor), "×", target, parts=parts)


def spread(seconds: Sequence[float]) -> str:
    """The median in milliseconds and, in brackets, between what the middle half lies."""
    low, _, high = quantiles(seconds, n=4) if len(seconds) > 1 else (seconds[0],) * 3
    low, middle, high = (_rounded(1000 * each) for each in (low, median(seconds), high))
    return f"{middle} ms ({low} to {high})"


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table that can be read as it is."""
    rows = [_HEAD, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _rounded(number: float) -> str:
    """Three digits or so: 0.123, 1.23, 12.3, 123."""
    return f"{number:.{2 if number < 10 else 1 if number < 100 else 0}f}" if number >= 1 else f"{number:.3f}"
