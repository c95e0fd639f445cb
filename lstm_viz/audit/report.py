"""Audit: what was found, what was looked at, and what was not."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_viz.audit.dependency import DependencyMap
from lstm_viz.audit.findings import Finding
from lstm_viz.display import Shown


@dataclass(frozen=True, eq=False)
class Audit(Shown):
    """What was found. ``map`` is None where no gradient can be taken.

    ``checked`` and ``not_checked`` say in sentences what was looked at and what was not, and what would be needed for
    it. ``sizes`` says what the symbols stand for in the run that the map is of.

    >>> from torch import nn, randn
    >>> from lstm_viz.audit import audit
    >>> found = audit(nn.GRU(2, 5, batch_first=True), randn(4, 6, 2))  # x is (B, T, F)
    >>> found.clean, tuple(found.map.depends.shape)  # (output positions, input positions): B·T by B·T
    (True, (24, 24))
    """

    model: str
    findings: tuple[Finding, ...]
    map: DependencyMap | None
    sizes: dict[str, int]
    checked: tuple[str, ...]
    not_checked: tuple[str, ...]
    seconds: float

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the findings, in their order."""
        return tuple(finding.key for finding in self.findings)

    def __str__(self) -> str:
        count = len(self.findings)
        head = (
            f"{self.model}: {'no mistake found' if not count else '1 mistake' if count == 1 else f'{count} mistakes'}"
        )
        open_ends = [f"Not checked: {sentence}" for sentence in self.not_checked]
        return "\n\n".join([head, *map(str, self.findings), *(["\n".join(open_ends)] if open_ends else [])])
