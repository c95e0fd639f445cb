"""Masks, indices and means: tensors whose dtype must be of one kind."""

from __future__ import annotations

from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import rules, worded

RULES = rules(
    (
        r"mask with dtype (?:torch\.)?uint8|only supports boolean masks",
        worded(
            Diagnosis(
                key="mask-dtype",
                title="A mask must be of True and False",
                explanation="masked_fill takes a mask of dtype bool, and this one holds numbers.",
                axis="the dtype of the mask",
                fix="Convert it: mask.bool(), or compare: tokens == padding.",
                fixed_code="scores = scores.masked_fill(tokens == padding, float('-inf'))",
                pitfall="padding-last-step",
            )
        ),
    ),
    (
        r"expected TensorOptions\(dtype=(?P<want>[\w ]{1,20}), .{0,160}\(got TensorOptions\(dtype=(?P<got>[\w "
        r"]{1,20}),",
        worded(
            Diagnosis(
                key="old-constructor",
                title="LongTensor and FloatTensor do not convert",
                explanation="torch.LongTensor(...) and its like take numbers and lists; they were given a tensor of "
                "«got» where «want» is made.",
                fix="Convert the tensor: x.long() or x.float(); make new ones with torch.tensor(values, dtype=...).",
                fixed_code="x = x.long()",
                pitfall="embedding-float",
            )
        ),
    ),
    (
        r"Only Tensors of floating point and complex dtype can require gradients",
        worded(
            Diagnosis(
                key="grad-integers",
                title="A tensor of whole numbers cannot have gradients",
                explanation="requires_grad was asked for integers, as torch.tensor([1, 2]) makes them, or for token "
                "ids.",
                fix="Make it float: torch.tensor([1.0, 2.0]). Inputs and targets need no gradient; leave requires_grad "
                "out.",
                fixed_code="x = torch.tensor(values, dtype=torch.float32)  # no requires_grad",
                pitfall="input-integers",
            )
        ),
    ),
    (
        r"could not infer output dtype|mean\(\).{0,60}(?:floating point|Got: (?:Long|Int))",
        worded(
            Diagnosis(
                key="mean-integers",
                title="A mean of whole numbers",
                explanation="The tensor holds integers, and a mean is a fraction.",
                fix="Convert it first: x.float().mean().",
                fixed_code="accuracy = (predicted == target).float().mean()",
                pitfall="input-integers",
            )
        ),
    ),
    (
        r"one_hot is only applicable to index tensor|tensors used as indices must be long|Expected dtype "
        r"int(?:32|64)(?:/int64| or int64)? for index",
        worded(
            Diagnosis(
                key="index-float",
                title="Indices must be whole numbers",
                explanation="A float tensor was used where int64 indices are wanted: class numbers, token ids or "
                "places.",
                axis="the dtype of the indices",
                fix="Convert it: index.long().",
                fixed_code="one_hot = torch.nn.functional.one_hot(labels.long(), num_classes)",
                pitfall="embedding-float",
            )
        ),
    ),
)
