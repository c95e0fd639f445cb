"""Tensors of one number, and tensors taken for one: item, len, numpy, bool."""

from __future__ import annotations

from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import rules, worded

RULES = rules(
    (
        r"only integer tensors of a single element can be converted to an index|only integer scalar arrays can be "
        r"converted",
        worded(
            Diagnosis(
                key="index-of-many",
                title="A tensor of several numbers stands where one index is wanted",
                explanation="Plain Python, a slice or a list, takes one whole number; a tensor of lengths has many.",
                fix="Pick a step for each sample with two index tensors, output[torch.arange(B), lengths - 1]; or take "
                "one number with .item().",
                fixed_code="last = output[torch.arange(output.size(0)), lengths - 1]  # (B, H)",
                pitfall="padding-last-step",
                confidence=0.9,
            )
        ),
    ),
    (
        r"invalid index of a 0-dim tensor|invalid index to scalar|IndexError: .{0,40}0-dim|index a 0-dim",
        worded(
            Diagnosis(
                key="loss-data-0",
                title="A loss is one number without axes: loss.item()",
                explanation="The tensor is 0-D, and an index such as [0] was put on it. loss.data[0] is how tutorials "
                "for versions before 0.4 wrote it; since then a loss has no axis.",
                axis="the tensor has no axis",
                fix="loss.item() gives the Python number.",
                fixed_code="total += loss.item()",
                tells_apart="If it is not the loss, a squeeze() or an index took all axes away: keep one with x[0:1].",
                pitfall="loss-data-0",
                confidence=0.97,
            )
        ),
    ),
    (
        r"len\(\) of a 0-d tensor|iteration over a 0-d tensor",
        worded(
            Diagnosis(
                key="tensor-0d",
                title="A tensor lost its last axis: it is 0-D",
                explanation="A single number was gone through or counted: squeeze() on a batch of one takes the batch "
                "away, and so does x[0] of a 1-D tensor.",
                axis="axis 0 (B)",
                fix="Name the axis: squeeze(1) or squeeze(-1), never squeeze() alone; keep x[0:1].",
                fixed_code="prediction = model(x).squeeze(-1)  # (B, 1) to (B,), also for B = 1",
                pitfall="squeeze-batch-of-one",
                confidence=0.92,
            )
        ),
    ),
    (
        r"Can't call numpy\(\) on (?:Tensor|Variable) that requires grad",
        worded(
            Diagnosis(
                key="numpy-requires-grad",
                title="A tensor with a gradient was handed to numpy",
                explanation="The prediction carries its history; numpy, matplotlib and scikit-learn take plain "
                "numbers.",
                fix="prediction.detach().cpu().numpy(); or predict under torch.no_grad().",
                fixed_code="with torch.no_grad():\n    prediction = model(x).cpu().numpy()",
                confidence=0.96,
            )
        ),
    ),
    (
        r"only one element tensors can be converted to Python scalars|a Tensor with (?P<count>\d+) elements cannot be "
        r"converted to Scalar",
        worded(
            Diagnosis(
                key="item-of-many",
                title="Many numbers where one was wanted",
                explanation="item(), float() or torch.tensor(list of tensors) wants a tensor of one number, and this "
                "one has «count|more».",
                axis="the axes of the tensor",
                fix="Reduce it first, loss.mean().item(); .tolist() gives them all; torch.stack(list) makes one tensor "
                "of many.",
                fixed_code="batch = torch.stack(tensors)  # not torch.tensor(tensors)\nvalue = loss.mean().item()",
                confidence=0.9,
            ),
            count="numbers in the tensor",
        ),
    ),
    (
        r"Boolean value of Tensor with more than one value is ambiguous|bool value of Tensor with more than one value "
        r"is ambiguous",
        worded(
            Diagnosis(
                key="loss-called-as-class",
                title="A tensor was asked whether it is true; often the loss's class was called with tensors",
                explanation="nn.CrossEntropyLoss(scores, target) makes a loss with these as its settings, and then "
                "asks if they are true. An if on a whole tensor does the same.",
                misleading="It says nothing of the loss.",
                fix="Make the loss first, then call it: criterion = nn.CrossEntropyLoss(); criterion(scores, target). "
                "In an if use .any() or .all().",
                fixed_code="criterion = nn.CrossEntropyLoss()\nloss = criterion(scores, target)",
                tells_apart="Look whether the line makes a loss or has an if.",
                confidence=0.88,
            )
        ),
    ),
)
