"""Mistakes with layers: what they return, their arguments, and what stands around them."""

from __future__ import annotations

import torch

from lstm_viz.pitfalls.measures import gap, value
from lstm_viz.pitfalls.records import Namespace, Pitfall

_RETURNS = "what a layer returns"
_ARGUMENTS = "a layer’s arguments"
_UNUSED = "not used, not carried"

_LAYER = """
    lstm = nn.LSTM({F}, {H}, batch_first=True)
    x = torch.randn({B}, {T}, {F})  # (B, T, F)
    """


def _normalized(names: Namespace) -> float:
    """How far the features are from mean 0, over all samples and steps."""
    return float(names["normal"].detach().mean((0, 1)).abs().max())


def _repeated(names: Namespace) -> float:
    with torch.no_grad():
        return float((names["model"](names["x"]) - names["model"](names["x"])).abs().max())


PITFALLS = (
    Pitfall(
        key="tuple-output",
        kind="error",
        group=_RETURNS,
        problem="Yes, if an LSTM, a GRU or an RNN stands in nn.Sequential, or its result goes straight into a Linear.",
        sizes={"B": 4, "T": 5, "F": 10, "H": 20, "O": 3},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, {O})
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            model = nn.Sequential(lstm, fc)
            y = model(x)
            """,
        right="""
            output, _ = lstm(x)  # output, (h_n, c_n)
            y = fc(output)
            """,
        says="linear(): argument 'input' (position 1) must be Tensor, not tuple",
        older=("'tuple' object has no attribute 'dim'", "'tuple' object has no attribute 'size'"),
        why="A recurrent layer returns two things, the output and the last state. The Linear gets both in a tuple.",
        fix="Unpack: `output, _ = lstm(x)`. In nn.Sequential, put a small module between that returns the first of the "
        "two.",
        shows=("x", "output", "y"),
    ),
    Pitfall(
        key="gru-state-unpacked",
        kind="error",
        group=_RETURNS,
        problem="Yes, if you replaced an LSTM by a GRU or an RNN and still unpack (h, c).",
        sizes={"B": 4, "T": 5, "F": 10, "H": 16},
        given="""
            gru = nn.GRU({F}, {H}, batch_first=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            output, (h, c) = gru(x)
            """,
        right="""
            output, h = gru(x)
            """,
        says="not enough values to unpack (expected 2, got 1)",
        misleads="Plain Python, no word of a GRU: it tries to split the one state along its layers.",
        why="A GRU and an RNN have one state, h_n (L·D, B, H) = (1, {B}, {H}), and no memory c.",
        fix="`output, h = gru(x)`.",
        shows=("output", "h"),
    ),
    Pitfall(
        key="gru-layers-unpacked",
        kind="silent",
        group=_RETURNS,
        problem="Yes, if you unpack (h, c) from a GRU of two layers, or of two directions.",
        symptom="It learns, but no better than a single layer.",
        sizes={"B": 4, "T": 5, "F": 10, "H": 16},
        given="""
            gru = nn.GRU({F}, {H}, num_layers=2, batch_first=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            output, (h, c) = gru(x)  # splits (2, B, H) by layer
            last = h
            """,
        right="""
            output, h_n = gru(x)
            last = h_n[-1]
            """,
        measures=(
            gap("difference to output[:, -1]", lambda names: names["last"], lambda names: names["output"][:, -1]),
        ),
        why="A GRU has no c. Its state (2, {B}, {H}) falls into two tensors ({B}, {H}): “h” is the lower layer and “c” "
        "the upper one.",
        fix="`output, h_n = gru(x)`, and h_n[-1] is the last layer.",
        shows=("output", "last"),
    ),
    Pitfall(
        key="squeeze-batch-of-one",
        kind="error",
        group="squeeze",
        problem="Yes, if it only fails at the end of an epoch, or when you predict a single sample.",
        sizes={"B": 8, "T": 7, "F": 4, "H": 8},
        least={"B": 2},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, 1)
            data = torch.randn({B+1}, {T}, {F})  # the last batch has one sample
            """,
        wrong="""
            for x in data.split({B}):
                _, (h_n, _) = lstm(x)
                y = fc(h_n.squeeze()).squeeze(1)
            """,
        right="""
            for x in data.split({B}):
                _, (h_n, _) = lstm(x)
                y = fc(h_n[-1]).squeeze(1)
            """,
        says="Dimension out of range (expected to be in range of [-1, 0], but got 1)",
        misleads="It names no tensor, and the same line ran for every batch before.",
        why="squeeze() removes every axis of size 1. With {B} samples that is the layers’ alone, (1, {B}, {H}); with "
        "one sample the batch goes as well.",
        fix="Never squeeze without a number: `h_n[-1]` and `squeeze(1)` say which axis goes.",
        shows=("x", "h_n", "y"),
    ),
    Pitfall(
        key="dropout-one-layer",
        kind="warning",
        group=_ARGUMENTS,
        problem="Yes, if you gave dropout to a layer with num_layers=1.",
        symptom="It overfits as before, whatever the dropout is.",
        sizes={"B": 4, "T": 5, "F": 10, "H": 20, "O": 3},
        given="""
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            fc = nn.Linear({H}, {O})
            """,
        wrong="""
            lstm = nn.LSTM({F}, {H}, dropout=0.3, batch_first=True)
            y = fc(lstm(x)[0][:, -1])
            """,
        right="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            dropout = nn.Dropout(0.3)
            y = fc(dropout(lstm(x)[0][:, -1]))
            """,
        says="dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
        "greater than 1",
        why="The dropout of nn.LSTM acts between its layers. One layer has nothing between, so nothing is dropped.",
        fix="An nn.Dropout of your own after the layer, or num_layers=2.",
        shows=("x", "y"),
    ),
    Pitfall(
        key="num-layers-true",
        kind="error",
        group=_ARGUMENTS,
        problem="Yes, if a bare True or False stands among the arguments of nn.LSTM.",
        sizes={"B": 4, "T": 5, "F": 10, "H": 20},
        given="""
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            lstm = nn.LSTM({F}, {H}, True)  # meant: bidirectional
            output, _ = lstm(x)
            """,
        right="""
            lstm = nn.LSTM({F}, {H}, batch_first=True, bidirectional=True)
            output, _ = lstm(x)
            """,
        says="lstm() received an invalid combination of arguments",
        older=(
            "got (Tensor, tuple, list, bool, bool, float, bool, bool, bool), but expected one of: (Tensor data, Tensor "
            "batch_sizes, tuple of Tensors hx, tuple of Tensors params, bool has_biases, int num_layers, float "
            "dropout, "
            "bool train, bool bidirectional) didn't match because some of the arguments have invalid types",
        ),
        misleads="It lists the arguments of a function that you never called, and not the one that is wrong.",
        why="The third argument is num_layers. Where True is taken for the number 1, there is one layer, in one "
        "direction, time first, and no message at all; this version refuses it when the layer is called.",
        fix="Name every argument after the second.",
        shows=("x", "output"),
    ),
    Pitfall(
        key="eval-forgotten",
        kind="silent",
        group=_ARGUMENTS,
        problem="Yes, if the same input gives another prediction each time you ask.",
        symptom="Predictions differ from run to run for the same input; validation is worse than it should be.",
        sizes={"B": 4, "T": 5, "F": 10, "H": 20},
        given="""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.lstm = nn.LSTM({F}, {H}, num_layers=2, dropout=0.5, batch_first=True)

                def forward(self, x):
                    return self.lstm(x)[0][:, -1]

            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            model = Model()
            """,
        wrong="""
            y = model(x)  # still in training mode
            """,
        right="""
            model.eval()
            y = model(x)
            """,
        measures=(value("difference of two predictions for one input", _repeated),),
        why="In training mode dropout goes on throwing away half of what passes between the layers, at random each "
        "time.",
        fix="`model.eval()` before predicting, `model.train()` before the next epoch. no_grad() does not do this.",
        shows=("x", "y"),
    ),
    Pitfall(
        key="batch-norm-axis",
        kind="silent",
        group=_UNUSED,
        problem="Yes, if BatchNorm1d follows the layer, and it was made for T so that it would run.",
        symptom="It fails for another sequence length, and trends over time are lost.",
        sizes={"B": 8, "T": 5, "F": 3, "H": 6},
        least={"B": 4, "H": 2, "T": 2},
        given=_LAYER
        + """
    output, _ = lstm(x)  # (B, T, H)
    """,
        wrong="""
            norm = nn.BatchNorm1d({T})
            normal = norm(output)                  # a mean for each step
            """,
        right="""
            norm = nn.BatchNorm1d({H})
            normal = norm(output.transpose(1, 2))  # (B, H, T): for each unit
            normal = normal.transpose(1, 2)        # (B, T, H)
            """,
        measures=(value("largest mean of a unit after normalizing", _normalized),),
        why="BatchNorm1d takes the second axis for the features. In (B, T, H) that is time: it evens out the steps, so "
        "that a rise over time is gone, and the units keep their differences.",
        fix="Turn to (B, H, T) and back, or use nn.LayerNorm(H), which takes the last axis.",
        shows=("output", "normal"),
    ),
    Pitfall(
        key="keras-weights",
        kind="error",
        group="from Keras",
        problem="Yes, if you copy a Keras kernel into weight_ih_l0.",
        sizes={"F": 2, "H": 9},
        least={"F": 2},
        rules=("F != 4·H",),
        given="""
            lstm = nn.LSTM({F}, {H})
            kernel = torch.randn({F}, {4·H})  # Keras: (F, 4·H)
            """,
        wrong="""
            with torch.no_grad():
                lstm.weight_ih_l0.copy_(kernel)
            """,
        right="""
            with torch.no_grad():
                lstm.weight_ih_l0.copy_(kernel.T)
            """,
        says="The size of tensor a ({F}) must match the size of tensor b ({4·H}) at non-singleton dimension 1",
        why="PyTorch keeps (4·H, F) = ({4·H}, {F}), Keras the transpose. The gates’ order i, f, g, o is the same in "
        "both.",
        fix="`kernel.T`, and the same for the recurrent kernel. Keras has one bias: copy it, and set the other to "
        "zero.",
        shows=("kernel",),
    ),
)
