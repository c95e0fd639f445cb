"""Finding: one mistake that an audit saw, with its numbers, its harm, and the code that puts it right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["wrong", "suspicious", "useless"]
"""wrong: what is computed is not what was meant. suspicious: it very likely is not. useless: a part does nothing."""


@dataclass(frozen=True)
class Finding:
    """A mistake.

    ``seen`` says what was seen in this run, with its numbers; ``why`` what harm it does; ``fix`` is the change that
    puts it right, as code; ``pitfall`` the key of its page in the catalogue of mistakes, empty where it has none.
    """

    key: str
    title: str
    seen: str
    why: str
    fix: str
    pitfall: str = ""
    severity: Severity = "wrong"

    def __str__(self) -> str:
        fix = "\n".join(f"      {line}" for line in self.fix.splitlines())
        return f"{self.title} [{self.key}]\n  Seen: {self.seen}\n  Why it matters: {self.why}\n  Instead:\n{fix}"
