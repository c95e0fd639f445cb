"""What may run by itself, what on request, what not at all: no visitor's settings may stop the others' page."""

from __future__ import annotations

from typing import Literal

from lstm_viz.amounts import bytes_text, count_text, seconds_text
from lstm_viz.cost import Cost

Decision = Literal["run", "ask", "refuse"]

AUTOMATIC_SECONDS = 0.1
"""Below this a forward pass is not felt while a slider is dragged."""
AUTOMATIC_BYTES = 100_000_000
LARGEST_SECONDS = 2.0
LARGEST_BYTES = 1_000_000_000


def decide(cost: Cost) -> Decision:
    """Whether a forward pass of this cost runs by itself, only if the person asks for it, or not here.

    >>> from lstm_viz.cost import cost
    >>> from lstm_viz.spec import NetworkSpec
    >>> [decide(cost(NetworkSpec(batch_size=size))) for size in (4, 20_000, 10_000_000)]
    ['run', 'ask', 'refuse']
    """
    if cost.seconds > LARGEST_SECONDS or cost.bytes > LARGEST_BYTES:
        return "refuse"
    return "ask" if cost.seconds > AUTOMATIC_SECONDS or cost.bytes > AUTOMATIC_BYTES else "run"


def explain(cost: Cost) -> str:
    """The amounts and the decision in one or two sentences.

    >>> from lstm_viz.cost import cost
    >>> from lstm_viz.spec import NetworkSpec
    >>> explain(cost(NetworkSpec()))
    'One forward pass: 5,780 multiply-adds, 13.8 kB.'
    """
    amounts = f"{count_text(cost.multiply_adds)} multiply-adds, {bytes_text(cost.bytes)}"
    match decide(cost):
        case "run":
            return f"One forward pass: {amounts}."
        case "ask":
            reason = _reason(cost, AUTOMATIC_SECONDS, AUTOMATIC_BYTES)
            return f"One forward pass: {amounts}. It would need {reason}, so it runs only if you ask for it."
    reason = _reason(cost, LARGEST_SECONDS, LARGEST_BYTES)
    return f"One forward pass: {amounts}. It would need {reason}: too much to run here."


def _reason(cost: Cost, seconds: float, size: int) -> str:
    reasons = []
    if cost.bytes > size:
        reasons.append(f"{bytes_text(cost.bytes)} of memory (the limit is {bytes_text(size)})")
    if cost.seconds > seconds:
        reasons.append(f"about {seconds_text(cost.seconds)} (the limit is {seconds_text(seconds)})")
    return " and ".join(reasons)
