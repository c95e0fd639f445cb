"""A loss of NaN and what says so."""

from __future__ import annotations

from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import rules, worded

RULES = rules(
    (
        r"returned nan values in its|probability tensor contains either|found invalid "
        r"values|\bloss\b.{0,20}\bnan\b|\bnan loss\b|NaN or Inf found",
        worded(
            Diagnosis(
                key="nan-loss",
                title="The numbers became NaN",
                explanation="Somewhere a number is not finite: NaN in the data (an empty cell, a division by zero in "
                "scaling), steps that are too large (exploding gradients through time), or a logarithm of 0.",
                axis="the values",
                misleading="The function that is named is where it was noticed, not where it began.",
                fix="Check torch.isfinite(x).all() on the data first. Then clip the gradients between backward() and "
                "step(), and make the learning rate smaller. Use losses that take raw scores (BCEWithLogitsLoss, "
                "CrossEntropyLoss) in place of log(softmax).",
                fixed_code="loss.backward()\ntorch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\noptimizer.step()",
                tells_apart="If the first batch is NaN already, it is the data. If it comes later, the gradients "
                "explode.",
                confidence=0.85,
            )
        ),
    ),
)
