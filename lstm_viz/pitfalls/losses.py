"""Mistakes with squared errors and binary losses: (B, 1) against (B,), and what a loss takes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lstm_viz.pitfalls.measures import gap, value
from lstm_viz.pitfalls.records import Namespace, Pitfall

_BROADCAST = "(B, 1) against (B,)"
_BINARY = "binary losses"
_ACTIVATION = "activation before the loss"


def _one_by_one(names: Namespace) -> Tensor:
    """The mean squared error written out, sample by sample."""
    prediction, target = names["prediction"].flatten().tolist(), names["target"].flatten().tolist()
    errors = [(each - wanted) ** 2 for each, wanted in zip(prediction, target, strict=True)]
    return torch.tensor(sum(errors) / len(errors))


def _loss_of_perfect(names: Namespace) -> Tensor:
    target = names["target"]
    return nn.functional.mse_loss(target.reshape(names["prediction"].shape), target)


_ONE_NUMBER = """
    lstm = nn.LSTM({F}, {H}, batch_first=True)
    fc = nn.Linear({H}, 1)
    x = torch.randn({B}, {T}, {F})             # (B, T, F)
    prediction = fc(lstm(x)[0][:, -1])       # (B, 1)
    """

PITFALLS = (
    Pitfall(
        key="mse-broadcast",
        kind="warning",
        group=_BROADCAST,
        problem="Yes, if PyTorch warns of a target size that is different, and every prediction comes out as the mean.",
        symptom="Every prediction comes out as the mean of the targets: a flat line, and a loss that stops at the "
        "variance.",
        sizes={"B": 8, "T": 5, "F": 4, "H": 8},
        least={"B": 2},
        given=_ONE_NUMBER,
        wrong="""
            target = torch.randn({B})  # (B,)
            loss = nn.MSELoss()(prediction, target)
            """,
        right="""
            target = torch.randn({B}).unsqueeze(1)  # (B, 1)
            loss = nn.MSELoss()(prediction, target)
            """,
        says="Using a target size (torch.Size([{B}])) that is different to the input size (torch.Size([{B}, 1]))",
        measures=(
            gap("difference to the loss of each sample on its own", lambda names: names["loss"], _one_by_one),
            value("loss that stays when every prediction is right", _loss_of_perfect),
        ),
        why="({B}, 1) against ({B},) is spread out to ({B}, {B}): every prediction is compared with every target. The "
        "best answer to that is the same number for everybody.",
        fix="Give both one shape: `prediction.squeeze(1)` or `target.unsqueeze(1)`.",
        shows=("prediction", "target", "loss"),
    ),
    Pitfall(
        key="mse-broadcast-by-hand",
        kind="silent",
        group=_BROADCAST,
        problem="Yes, if you compute an error yourself, and the prediction is (B, 1) and the target (B,).",
        symptom="Predictions are a flat line at the mean, the loss does not go down, an accuracy is far too low.",
        sizes={"B": 8, "T": 5, "F": 4, "H": 8},
        least={"B": 2},
        given=_ONE_NUMBER
        + """
    target = torch.randn({B})                  # (B,)
    """,
        wrong="""
            errors = prediction - target  # (B, B)
            loss = (errors ** 2).mean()
            """,
        right="""
            errors = prediction.squeeze(1) - target  # (B,)
            loss = (errors ** 2).mean()
            """,
        measures=(
            gap("difference to the loss of each sample on its own", lambda names: names["loss"], _one_by_one),
            value("errors too many", lambda names: names["errors"].numel() - len(names["target"])),
        ),
        why="Arithmetic broadcasts ({B}, 1) and ({B},) to ({B}, {B}) and warns of nothing. The same happens in "
        "metrics: an accuracy `(predicted == target).float().mean()` that is too low for no reason.",
        fix="`prediction.squeeze(1)`. An assert costs nothing: `assert prediction.shape == target.shape`.",
        shows=("prediction", "target", "errors", "loss"),
    ),
    Pitfall(
        key="bce-shape",
        kind="error",
        group=_BINARY,
        problem="Yes, if the message names two sizes, and one of them has a 1 at its end.",
        sizes={"B": 16, "T": 5, "F": 4, "H": 8},
        given=_ONE_NUMBER
        + """
    target = torch.randint(2, ({B},)).float()  # (B,)
    """,
        wrong="""
            loss = nn.BCEWithLogitsLoss()(prediction, target)
            """,
        right="""
            loss = nn.BCEWithLogitsLoss()(prediction.squeeze(1), target)
            """,
        says="Target size (torch.Size([{B}])) must be the same as input size (torch.Size([{B}, 1]))",
        older=(
            "Using a target size (torch.Size([16])) that is different to the input size (torch.Size([16, 1])) is "
            "deprecated",
        ),
        why="The Linear gives a column, ({B}, 1). The target is ({B},). Here PyTorch refuses; MSELoss would only warn.",
        fix="`prediction.squeeze(1)`: name the axis. A bare squeeze() fails on a last batch of one.",
        shows=("prediction", "target", "loss"),
    ),
    Pitfall(
        key="bce-needs-probabilities",
        kind="error",
        group=_BINARY,
        problem="Yes, if BCELoss gets what comes out of a Linear, without a sigmoid.",
        sizes={"B": 16, "T": 5, "F": 4, "H": 8},
        least={"B": 8},
        given=_ONE_NUMBER
        + """
    logits = 10 * prediction.squeeze(1)      # (B,), any number
    target = torch.randint(2, ({B},)).float()  # (B,)
    """,
        wrong="""
            loss = nn.BCELoss()(logits, target)
            """,
        right="""
            loss = nn.BCEWithLogitsLoss()(logits, target)
            """,
        says="all elements of input should be between 0 and 1",
        older=("Assertion `input_val >= zero && input_val <= one` failed.", "CUDA error: device-side assert triggered"),
        misleads="On a GPU it is only a device-side assert, and reported somewhere later.",
        why="BCELoss takes probabilities. A Linear gives any number, also below 0 and above 1.",
        fix="BCEWithLogitsLoss without a sigmoid; it is also the more exact of the two.",
        shows=("logits", "target", "loss"),
    ),
    Pitfall(
        key="bce-target-integers",
        kind="error",
        group=_BINARY,
        problem="Yes, if the labels 0 and 1 are integers.",
        sizes={"B": 16, "T": 5, "F": 4, "H": 8},
        given=_ONE_NUMBER
        + """
    labels = torch.randint(2, ({B}, 1))        # (B, 1), int64
    """,
        wrong="""
            loss = nn.BCEWithLogitsLoss()(prediction, labels)
            """,
        right="""
            loss = nn.BCEWithLogitsLoss()(prediction, labels.float())
            """,
        says="result type Float can't be cast to the desired output type Long",
        older=("Found dtype Long but expected Float", "expected scalar type Float but found Long"),
        misleads="It speaks of a cast that nobody wrote. Long is the dtype of the labels.",
        why="A binary loss takes its targets as probabilities, and those are floats.",
        fix="`labels.float()`.",
        shows=("prediction", "labels", "loss"),
    ),
    Pitfall(
        key="sigmoid-before-bce-logits",
        kind="silent",
        group=_ACTIVATION,
        problem="Yes, if your model ends in a sigmoid and the loss has “WithLogits” in its name.",
        symptom="The loss does not go down below 0.31, and every probability lies between 0.5 and 0.73.",
        sizes={"B": 8, "T": 7, "F": 3, "H": 8},
        given=_ONE_NUMBER
        + """
    target = torch.randint(2, ({B}, 1)).float()  # (B, 1)
    """,
        wrong="""
            def criterion(scores):
                return nn.BCEWithLogitsLoss()(scores.sigmoid(), target)

            loss = criterion(prediction)
            """,
        right="""
            def criterion(scores):
                return nn.BCEWithLogitsLoss()(scores, target)

            loss = criterion(prediction)
            """,
        measures=(
            value(
                "loss that stays when every score is right and sure",
                lambda names: names["criterion"](200 * names["target"] - 100),
            ),
        ),
        why="The loss has a sigmoid inside. A second one squeezes everything into 0.5 to 0.73: a certain “no” counts "
        "as even odds, and the loss cannot get below 0.31.",
        fix="Leave the sigmoid out of the model, or use BCELoss with it.",
        shows=("prediction", "loss"),
    ),
)
