"""Mistakes with cross-entropy: where the classes stand, what a target is, softmax before it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lstm_viz.pitfalls.measures import gap, value
from lstm_viz.pitfalls.records import Namespace, Pitfall

_CROSS_ENTROPY = "cross-entropy"
_ACTIVATION = "activation before the loss"


def _each_step(names: Namespace) -> Tensor:
    """The cross-entropy of every step on its own, averaged."""
    scores, target = names["scores"], names["target"]
    losses = [nn.functional.cross_entropy(scores[:, t], target[:, t]) for t in range(target.shape[1])]
    return torch.stack(losses).mean()


_SEQUENCE_SCORES = """
    lstm = nn.LSTM({F}, {H}, batch_first=True)
    fc = nn.Linear({H}, {O})
    x = torch.randn({B}, {T}, {F})             # (B, T, F)
    target = torch.randint({O}, ({B}, {T}))    # a class for each step: (B, T)
    scores = fc(lstm(x)[0])                  # (B, T, C)
    """
_SCORES = """
    lstm = nn.LSTM({F}, {H}, batch_first=True)
    fc = nn.Linear({H}, {O})
    x = torch.randn({B}, {T}, {F})        # (B, T, F)
    scores = fc(lstm(x)[0][:, -1])      # (B, C)
    """

PITFALLS = (
    Pitfall(
        key="cross-entropy-classes-last",
        kind="error",
        group=_CROSS_ENTROPY,
        problem="Yes, if you predict a class at every step and the scores are (B, T, C).",
        sizes={"B": 4, "T": 9, "F": 3, "H": 8, "O": 5},
        rules=("T != O",),
        given=_SEQUENCE_SCORES,
        wrong="""
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        right="""
            loss = nn.CrossEntropyLoss()(scores.transpose(1, 2), target)
            """,
        says="Expected target size [{B}, {O}], got [{B}, {T}]",
        older=("Expected target size (4, 5), got torch.Size([4, 9])",),
        misleads="The target is right. It is the scores that have to be turned.",
        why="Cross-entropy looks for the classes in the second axis, (B, C, T). Here that axis is time: it takes the "
        "{T} steps for {T} classes, and the {O} classes for {O} steps.",
        fix="`scores.transpose(1, 2)`, or make every step a row: `scores.flatten(0, 1)` with `target.flatten()`.",
        shows=("scores", "target", "loss"),
    ),
    Pitfall(
        key="cross-entropy-time-is-classes",
        kind="silent",
        group=_CROSS_ENTROPY,
        problem="Yes, if you predict a class at every step, T equals C, and the loss hardly falls.",
        symptom="The loss hardly goes down and accuracy stays at chance, with one T alone.",
        sizes={"B": 4, "T": 5, "F": 3, "H": 8},
        least={"T": 2, "B": 2},
        most={"T": 50},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, {T})                   # as many classes as steps
            x = torch.randn({B}, {T}, {F})             # (B, T, F)
            target = torch.randint({T}, ({B}, {T}))    # a class for each step: (B, T)
            scores = fc(lstm(x)[0])                  # (B, T, C)
            """,
        wrong="""
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        right="""
            loss = nn.CrossEntropyLoss()(scores.transpose(1, 2), target)
            """,
        measures=(gap("difference to the loss of each step on its own", lambda names: names["loss"], _each_step),),
        why="The classes belong in the second axis, (B, C, T). With T = C = {T} both layouts fit, so PyTorch cannot "
        "know: the softmax runs over time, and each class competes with the other steps.",
        fix="`scores.transpose(1, 2)`. Try it once with T other than C: then the wrong one raises.",
        shows=("scores", "target", "loss"),
    ),
    Pitfall(
        key="cross-entropy-target-column",
        kind="error",
        group=_CROSS_ENTROPY,
        problem="Yes, if your class indices come as a column, (B, 1).",
        sizes={"B": 6, "T": 7, "F": 3, "H": 8, "O": 4},
        given=_SCORES,
        wrong="""
            target = torch.randint({O}, ({B}, 1))  # (B, 1)
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        right="""
            target = torch.randint({O}, ({B}, 1)).squeeze(1)  # (B,)
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        says="0D or 1D target tensor expected, multi-target not supported",
        older=("multi-target not supported at", "1D target tensor expected, multi-target not supported"),
        misleads="Nobody asked for several targets: the column is the second axis that it counts as more.",
        why="The target of (B, C) scores is one class index a sample, (B,) = ({B},).",
        fix="`target.squeeze(1)`: name the axis, so that a batch of one keeps its own.",
        shows=("scores", "target", "loss"),
    ),
    Pitfall(
        key="cross-entropy-one-hot",
        kind="error",
        group=_CROSS_ENTROPY,
        problem="Yes, if your targets are one-hot: as many columns as classes, a single 1 in each row.",
        sizes={"B": 6, "T": 7, "F": 3, "H": 8, "O": 4},
        given=_SCORES
        + """
    classes = torch.randint({O}, ({B},))  # (B,)
    """,
        wrong="""
            target = nn.functional.one_hot(classes, {O})  # (B, C)
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        right="""
            target = classes  # (B,)
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        says="Expected floating point type for target with class probabilities, got Long",
        older=("Expected target size (16, 180), got torch.Size([16, 9, 180])", "multi-target not supported"),
        why="A target of the scores’ own shape is read as probabilities, and those are floats. Yours are classes.",
        fix="Give the indices: `one_hot.argmax(1)`. Keras wants one-hot here, PyTorch does not.",
        shows=("scores", "target", "loss"),
    ),
    Pitfall(
        key="cross-entropy-every-step",
        kind="error",
        group=_CROSS_ENTROPY,
        problem="Yes, if the first number in the message is your batch size times your sequence length.",
        sizes={"B": 4, "T": 12, "F": 3, "H": 8, "O": 5},
        least={"T": 2},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, {O})
            x = torch.randn({B}, {T}, {F})         # (B, T, F)
            target = torch.randint({O}, ({B},))  # a class for each sample: (B,)
            output, _ = lstm(x)                # (B, T, H)
            """,
        wrong="""
            scores = fc(output.reshape(-1, {H}))  # (B·T, C)
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        right="""
            scores = fc(output[:, -1])  # (B, C)
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        says="Expected input batch_size ({B·T}) to match target batch_size ({B}).",
        why="{B·T} is B·T: the reshape made a row of every step, so there are {B·T} predictions for {B} targets.",
        fix="One class a sample: predict from the last step, `output[:, -1]`. One class a step: give a target (B, T), "
        "flattened to ({B·T},).",
        shows=("scores", "target", "loss"),
    ),
    Pitfall(
        key="cross-entropy-0d-target",
        kind="error",
        group=_CROSS_ENTROPY,
        problem="Yes, if you take one target out of a tensor, target[0], for a batch of one.",
        sizes={"T": 7, "F": 3, "H": 8, "O": 4},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, {O})
            x = torch.randn(1, {T}, {F})          # a batch of one
            targets = torch.randint({O}, ({T},))
            scores = fc(lstm(x)[0][:, -1])      # (1, C)
            """,
        wrong="""
            target = targets[0]  # ()
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        right="""
            target = targets[0:1]  # (1,)
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        says="Expected input batch_size (1) to match target batch_size (0).",
        older=("dimension specified as 0 but tensor has no dimensions",),
        misleads="The target is not empty. It has no axis, and that is what 0 stands for.",
        why="Indexing with a number takes the axis away. Scores of (1, {O}) want a target of (1,).",
        fix="`targets[0:1]`, or `target.view(1)`.",
        shows=("scores", "target", "loss"),
    ),
    Pitfall(
        key="cross-entropy-target-dtype",
        kind="error",
        group=_CROSS_ENTROPY,
        problem="Yes, if your labels come from numpy on Windows, from a table, or from a list of floats.",
        sizes={"B": 6, "T": 7, "F": 3, "H": 8, "O": 4},
        given=_SCORES,
        wrong="""
            target = torch.randint({O}, ({B},)).int()  # int32
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        right="""
            target = torch.randint({O}, ({B},)).long()  # int64
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        says="expected target dtype to be Long or Byte, but got Int",
        older=(
            "expected scalar type Long but found Int",
            "expected scalar type Long but found Float",
            "Expected object of scalar type Long but got scalar type Float",
        ),
        why="Class indices are counted, so they are int64. int32 and floats are refused, even where the values are "
        "whole.",
        fix="`target.long()`.",
        shows=("scores", "target", "loss"),
    ),
    Pitfall(
        key="softmax-before-cross-entropy",
        kind="silent",
        group=_ACTIVATION,
        problem="Yes, if your model ends in a softmax and the loss stops far above 0.",
        symptom="The loss does not go down below a bound, training is slow, and the model is never sure.",
        sizes={"B": 8, "T": 7, "F": 3, "H": 8, "O": 4},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, {O})
            x = torch.randn({B}, {T}, {F})        # (B, T, F)
            target = torch.randint({O}, ({B},))  # (B,)
            scores = fc(lstm(x)[0][:, -1])      # (B, C)
            """,
        wrong="""
            def criterion(scores):
                return nn.CrossEntropyLoss()(scores.softmax(dim=1), target)

            loss = criterion(scores)
            """,
        right="""
            def criterion(scores):
                return nn.CrossEntropyLoss()(scores, target)

            loss = criterion(scores)
            """,
        measures=(
            value(
                "loss that stays when every score is right and sure",
                lambda names: names["criterion"](
                    100.0 * nn.functional.one_hot(names["target"], names["scores"].shape[1])
                ),
            ),
        ),
        why="CrossEntropyLoss has a softmax inside. A second one sees numbers between 0 and 1 only, so even a perfect "
        "model cannot get the loss near 0, and the gradients are small.",
        fix="Give the loss the scores. Take the softmax where you want to show probabilities.",
        shows=("scores", "loss"),
    ),
)
