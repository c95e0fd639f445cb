"""Mistakes with what h_n holds: layers, directions, and the batch between them."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from lstm_viz.pitfalls.measures import alone, gap, mixed, value
from lstm_viz.pitfalls.records import Namespace, Pitfall

_STATES = "what h_n holds"
_SMALL = {"B": 8, "T": 16, "F": 16, "H": 32}

_TWO_LAYERS = """
    lstm = nn.LSTM({F}, {H}, num_layers={L}, batch_first=True)
    x = torch.randn({B}, {T}, {F})   # (B, T, F)
    output, (h_n, _) = lstm(x)    # h_n is (L, B, H)
    """
_BOTH_WAYS = """
    lstm = nn.LSTM({F}, {H}, batch_first=True, bidirectional=True)
    x = torch.randn({B}, {T}, {F})  # (B, T, F)
    fc = nn.Linear({2·H}, 1)
    """


def _reverse_part(names: Namespace) -> Tensor:
    """The reverse half of what the prediction is made from."""
    last = cast(Tensor, names["last"])
    return last[:, last.shape[1] // 2 :]


def _reverse_state(names: Namespace) -> Tensor:
    return cast(Tensor, names["lstm"](names["x"])[1][0][1])


def _both_states(names: Namespace) -> Tensor:
    h_n = names["lstm"](names["x"])[1][0]
    return torch.cat([h_n[-2], h_n[-1]], dim=1)


def _top_layer(names: Namespace) -> Tensor:
    return cast(Tensor, names["output"][:, -1])


PITFALLS = (
    Pitfall(
        key="h-n-reverse-only",
        kind="silent",
        group=_STATES,
        problem="Yes, if the layer is bidirectional and you take h_n[-1] for everything it found.",
        symptom="It learns, but hardly better than one direction, or worse.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5},
        least={"T": 2},
        most=_SMALL,
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True, bidirectional=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            _, (h_n, _) = lstm(x)        # (2, {B}, {H}) = (L·D, B, H)
            """,
        wrong="""
            last = h_n[-1]  # (B, H)
            """,
        right="""
            last = torch.cat([h_n[-2], h_n[-1]], dim=1)  # (B, 2·H)
            """,
        measures=(
            value(
                "columns of the state that are missing",
                lambda names: _both_states(names).shape[1] - names["last"].shape[1],
            ),
        ),
        why="The rows of h_n are the layers, and of each layer first → then ←. h_n[-1] is the reverse direction alone; "
        "all that was read forward is thrown away.",
        fix="`torch.cat([h_n[-2], h_n[-1]], dim=1)`, and a Linear for 2·H = {2·H} numbers.",
        shows=("h_n", "last"),
    ),
    Pitfall(
        key="bidirectional-last-step",
        kind="silent",
        group=_STATES,
        problem="Yes, if the layer is bidirectional and you predict from output[:, -1].",
        symptom="It learns, but a bidirectional layer is no better than one direction.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5},
        least={"T": 2},
        most=_SMALL,
        given=_BOTH_WAYS,
        wrong="""
            output, (h_n, _) = lstm(x)
            last = output[:, -1]
            """,
        right="""
            output, (h_n, _) = lstm(x)
            last = torch.cat([h_n[-2], h_n[-1]], dim=1)
            """,
        measures=(gap("reverse half against the state after all steps", _reverse_part, _reverse_state),),
        why="The reverse direction begins at the last step. At output[:, -1] its half has read one step of {T}; the "
        "other half has read all of them.",
        fix="Take each direction where it has read everything: `torch.cat([h_n[-2], h_n[-1]], dim=1)`.",
        shows=("output", "last"),
    ),
    Pitfall(
        key="h-n-lowest-layer",
        kind="silent",
        group=_STATES,
        problem="Yes, if the layer has num_layers of 2 or more and you take h_n[0].",
        symptom="More layers make no difference, and the upper ones never change.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5, "L": 2},
        least={"L": 2},
        given=_TWO_LAYERS,
        wrong="""
            last = h_n[0]   # the lowest layer
            """,
        right="""
            last = h_n[-1]  # the top layer
            """,
        measures=(gap("difference to output[:, -1]", lambda names: names["last"], _top_layer),),
        why="h_n holds a state of each of the {L} layers, from the lowest up. h_n[0] comes before the other layers, "
        "which then get no gradient and learn nothing.",
        fix="`h_n[-1]`. It equals `output[:, -1]`.",
        shows=("h_n", "last"),
    ),
    Pitfall(
        key="h-n-view",
        kind="silent",
        group=_STATES,
        problem="Yes, if you make (B, L·D·H) out of h_n with view or reshape.",
        symptom="The loss does not go down, or slowly; predictions change with the other samples of the batch.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5},
        least={"B": 2},
        most=_SMALL,
        given=_BOTH_WAYS,
        wrong="""
            def predict(x):
                _, (h_n, _) = lstm(x)           # (2, B, H)
                return fc(h_n.view(len(x), {2·H}))
            """,
        right="""
            def predict(x):
                _, (h_n, _) = lstm(x)           # (2, B, H)
                return fc(h_n.transpose(0, 1).reshape(len(x), {2·H}))
            """,
        measures=(mixed(), alone()),
        maps=True,
        why="The batch is the middle axis of h_n, (2, {B}, {H}). A view cuts the memory anew without looking: row 0 "
        "becomes the forward states of samples 0 and 1.",
        fix="Bring the batch to the front first: `h_n.transpose(0, 1).reshape(B, -1)`, or cat the rows of h_n.",
        shows=("x",),
    ),
    Pitfall(
        key="h-n-layers-into-batch",
        kind="silent",
        group=_STATES,
        problem="Yes, if you write h_n.view(-1, H) and the layer has more than one layer or direction.",
        symptom="There are more predictions than samples, or the loss warns of sizes once num_layers is 2.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5, "L": 2},
        least={"L": 2},
        given=_TWO_LAYERS,
        wrong="""
            last = h_n.view(-1, {H})  # (L·B, H)
            """,
        right="""
            last = h_n[-1]          # (B, H)
            """,
        measures=(value("rows too many", lambda names: len(names["last"]) - len(names["x"])),),
        why="h_n is ({L}, {B}, {H}). view(-1, {H}) stacks the layers under one another: {L·B} rows for {B} samples. "
        "With one layer it happens to work, and that is where people copy it from.",
        fix="`h_n[-1]`, the top layer.",
        shows=("h_n", "last"),
    ),
)
