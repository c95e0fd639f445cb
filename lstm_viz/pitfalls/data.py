"""Mistakes before the network: scaling, and cutting a series into windows."""

from __future__ import annotations

import torch

from lstm_viz.pitfalls.measures import value
from lstm_viz.pitfalls.records import Namespace, Pitfall

_SCALING = "scaling"
_WINDOWS = "windows"


def _leak(names: Namespace) -> float:
    """How much of what was learned comes from rows that only the test should see."""
    import numpy as np

    return float(np.abs(names["scaler"].mean_ - names["train"].mean(0)).max())


def _without_past(names: Namespace) -> float:
    """How many of the weights from state to state a loss at the last step does not move."""
    weight = names["lstm"].weight_hh_l0
    (gradient,) = torch.autograd.grad(names["output"][:, -1].square().sum(), weight, retain_graph=True)
    return float((gradient == 0).sum())


PITFALLS = (
    Pitfall(
        key="scaler-columns",
        kind="error",
        group=_SCALING,
        problem="Yes, if the scaler was fitted on all columns and you scale one column of predictions back.",
        sizes={"B": 64, "F": 7},
        least={"F": 2},
        imports="from sklearn.preprocessing import StandardScaler",
        given="""
            table = torch.randn(500, {F}).numpy()     # the last column is the target
            prediction = torch.randn({B}, 1).numpy()  # (B, 1)
            """,
        wrong="""
            scaler = StandardScaler().fit(table)
            real = scaler.inverse_transform(prediction)
            """,
        right="""
            scaler = StandardScaler().fit(table[:, -1:])
            real = scaler.inverse_transform(prediction)
            """,
        says="non-broadcastable output operand with shape ({B},1) doesn't match the broadcast shape ({B},{F})",
        older=(
            "X has 1 features, but StandardScaler is expecting 7 features as input.",
            "operands could not be broadcast together with shapes (64,1) (7,) (64,1)",
        ),
        misleads="It speaks of an output operand. That is your prediction of one column.",
        why="The scaler has a mean and a scale for each of {F} columns, and the prediction is one.",
        fix="A scaler of its own for the target, or the target’s numbers alone: `prediction * scaler.scale_[-1] + "
        "scaler.mean_[-1]`.",
    ),
    Pitfall(
        key="scaler-broadcast",
        kind="silent",
        group=_SCALING,
        problem="Yes, if you scale back by hand with the mean and scale of all columns.",
        symptom="A prediction of one column has become many, and a plot shows several lines.",
        sizes={"B": 64, "F": 7},
        least={"F": 2},
        given="""
            table = torch.randn(500, {F}) * 3 + 10  # the last column is the target
            mean, scale = table.mean(0), table.std(0)
            prediction = torch.randn({B}, 1)        # (B, 1)
            """,
        wrong="""
            real = prediction * scale + mean          # (B, F)
            """,
        right="""
            real = prediction * scale[-1] + mean[-1]  # (B, 1)
            """,
        measures=(value("columns too many", lambda names: names["real"].shape[1] - 1),),
        why="({B}, 1) times ({F},) broadcasts to ({B}, {F}): the prediction scaled back in {F} ways, only one of them "
        "right. A plot or a mean over it still looks like something.",
        fix="Take the target’s own mean and scale.",
        shows=("prediction", "real"),
    ),
    Pitfall(
        key="scaler-leak",
        kind="silent",
        group=_SCALING,
        problem="Yes, if fit or fit_transform is called on the whole table, before it is split.",
        symptom="Testing is better than what happens later with new data.",
        sizes={"F": 5},
        imports="from sklearn.preprocessing import StandardScaler",
        given="""
            table = torch.randn(250, {F}).double().cumsum(0).numpy()  # rows in their order
            train, test = table[:200], table[200:]
            """,
        wrong="""
            scaler = StandardScaler().fit(table)
            x = scaler.transform(train)
            """,
        right="""
            scaler = StandardScaler().fit(train)
            x = scaler.transform(train)
            """,
        measures=(value("how far the test rows move the scaler’s mean", _leak),),
        why="The mean and the scale then come from the test rows too: the training data knows where the series goes. "
        "The test looks better than the future will be.",
        fix="fit on the training rows, transform both.",
    ),
    Pitfall(
        key="window-off-by-one",
        kind="silent",
        group=_WINDOWS,
        problem="Yes, if your windows are cut with range(len(data) - T) and have no target after them.",
        symptom="There is one window fewer than counted, and the newest row is never used.",
        sizes={"T": 3},
        most={"T": 9},
        given="""
            data = list(range(10))  # ten rows, the last is 9
            """,
        wrong="""
            windows = [data[i : i + {T}] for i in range(len(data) - {T})]
            """,
        right="""
            windows = [data[i : i + {T}] for i in range(len(data) - {T} + 1)]
            """,
        measures=(
            value(
                "windows missing",
                lambda names: len(names["data"]) - len(names["windows"][0]) + 1 - len(names["windows"]),
            ),
            value(
                "rows that no window holds",
                lambda names: len(set(names["data"]) - {row for w in names["windows"] for row in w}),
            ),
        ),
        why="n rows hold n − T + 1 windows of T. Only where one more row is needed as the target, there are n − T. The "
        "last window is what you predict the future from.",
        fix="`range(len(data) - T + 1)`, or `tensor.unfold(0, T, 1)`.",
    ),
    Pitfall(
        key="window-as-features",
        kind="silent",
        group=_WINDOWS,
        problem="Yes, if x is (B, 1, W): the window stands in the last axis.",
        symptom="The order of the steps makes no difference, and an LSTM is no better than a Linear.",
        sizes={"B": 4, "T": 12, "H": 5},
        least={"T": 2},
        given="""
            windows = torch.randn({B}, {T})  # {T} values of each sample
            """,
        wrong="""
            lstm = nn.LSTM({T}, {H}, batch_first=True)
            x = windows.unsqueeze(1)       # (B, 1, T)
            output, _ = lstm(x)
            """,
        right="""
            lstm = nn.LSTM(1, {H}, batch_first=True)
            x = windows.unsqueeze(2)       # (B, T, 1)
            output, _ = lstm(x)
            """,
        measures=(
            value(
                "steps of the window that are not steps to the layer",
                lambda names: names["windows"].shape[1] - names["x"].shape[1],
            ),
            value("recurrent weights that get no gradient", _without_past),
        ),
        why="The layer sees one step with {T} features. Nothing is carried from step to step: it is a small "
        "feed-forward network, and its recurrent weights never learn.",
        fix="`windows.unsqueeze(2)`: {T} steps of one feature, and input_size=1.",
        shows=("x", "output"),
    ),
)
