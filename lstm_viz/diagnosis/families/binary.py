"""BCELoss and BCEWithLogitsLoss: the range and the dtype of what they compare."""

from __future__ import annotations

from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import rules, worded

_LOGITS = (
    "criterion = nn.BCEWithLogitsLoss()\n"
    "loss = criterion(fc(output[:, -1]).squeeze(1), target.float())  # no sigmoid before it"
)

RULES = rules(
    (
        r"all elements of input should be between 0 and 1|input_val >= zero|x >= 0.{0,3} && x <= 1|value should be "
        r"between 0 ?~ ?1",
        worded(
            Diagnosis(
                key="bce-range",
                title="BCELoss got values that are no probabilities",
                explanation="BCELoss takes probabilities from 0 to 1, and the prediction holds something else: the "
                "scores of the last layer without a sigmoid, or NaN.",
                axis="the values of the prediction",
                misleading="On a GPU it is reported as a failed assertion somewhere else; on NaN it says the same.",
                fix="Use BCEWithLogitsLoss on the raw scores (best), or put torch.sigmoid before BCELoss. If a sigmoid "
                "is there, the values are NaN: look for an exploding loss or NaN in the data.",
                fixed_code=_LOGITS,
                tells_apart="Print prediction.min(), prediction.max() and torch.isnan(prediction).any(): beyond 0 to 1 "
                "a sigmoid is missing, NaN comes from the data or the learning rate.",
                pitfall="bce-needs-probabilities",
                confidence=0.95,
            )
        ),
    ),
    (
        r"all elements of target should be between 0 and 1",
        worded(
            Diagnosis(
                key="bce-target-range",
                title="BCELoss got targets other than 0 to 1",
                explanation="A binary target is 0 or 1. This one holds class numbers of more classes, or labels such "
                "as 1 and 2 or −1 and 1.",
                axis="the values of the target",
                fix="Bring the labels to 0 and 1, or use CrossEntropyLoss with class numbers for more than two "
                "classes.",
                fixed_code="target = (target == positive_label).float()",
                pitfall="bce-needs-probabilities",
            )
        ),
    ),
    (
        r"Found dtype (?:Long|Int|Bool|Byte|Short) but expected (?:Float|Double)|result type Float can't be cast to "
        r"the desired output type (?:Long|Int|Bool|Byte|Short)",
        worded(
            Diagnosis(
                key="loss-integer-target",
                title="The loss got a target of whole numbers; it wants float",
                explanation="BCE, MSE and L1 compare numbers of one dtype. The prediction is float32, the target holds "
                "integers, as labels from a table or torch.tensor([0, 1]) do.",
                axis="the dtype of the target",
                misleading="It names neither tensor: the integers are the target's.",
                fix="Convert the target: target.float(). For class numbers of several classes use CrossEntropyLoss, "
                "which wants int64.",
                fixed_code="loss = criterion(prediction, target.float())",
                pitfall="bce-target-integers",
                confidence=0.95,
            )
        ),
    ),
)
