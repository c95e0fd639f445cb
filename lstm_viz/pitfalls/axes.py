"""Mistakes with axes that say nothing: batch_first, the last step, view for permute, the future."""

from __future__ import annotations

from lstm_viz.pitfalls.measures import alone, future, gap, mixed, unseen, value
from lstm_viz.pitfalls.records import Pitfall

_AXES = "axes and steps"
_VIEW = "view, reshape, permute"
_FUTURE = "the future"
_SMALL = {"B": 8, "T": 16, "F": 16, "H": 32}
_SMALLER = _SMALL | {"B": 4, "T": 12}

_DATA = """
    x = torch.randn({B}, {T}, {F})  # (B, T, F)
    fc = nn.Linear({H}, 1)
    """


PITFALLS = (
    Pitfall(
        key="batch-first-forgotten",
        kind="silent",
        group=_AXES,
        problem="Yes, if your data is (B, T, F) and nn.LSTM was not told batch_first=True.",
        symptom="The loss goes down a little and stays high; predictions change with the other samples of the batch "
        "and their order.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5},
        least={"B": 2, "T": 2},
        most=_SMALL,
        given=_DATA,
        wrong="""
            lstm = nn.LSTM({F}, {H})

            def predict(x):
                output, _ = lstm(x)
                return fc(output[:, -1])  # the shape is right
            """,
        right="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)

            def predict(x):
                output, _ = lstm(x)
                return fc(output[:, -1])
            """,
        measures=(mixed(), unseen(), alone()),
        maps=True,
        why="Without batch_first the layer reads (T, B, F): the {B} samples are {B} steps of time to it, and the {T} "
        "steps are {T} samples. output[:, -1] then is the last step of every sample, run through the samples before "
        "it.",
        fix="`nn.LSTM({F}, {H}, batch_first=True)`.",
        shows=("x",),
    ),
    Pitfall(
        key="last-step-axis",
        kind="silent",
        group=_AXES,
        problem="Yes, if the layer is batch_first and you write output[-1].",
        symptom="A loss that does not go down, or a wrong number of rows; with T = B nothing but bad results.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5},
        least={"B": 2},
        most=_SMALL,
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            """
        + _DATA.replace("\n    ", "\n            "),
        wrong="""
            output, _ = lstm(x)
            last = output[-1]     # the last sample
            """,
        right="""
            output, _ = lstm(x)
            last = output[:, -1]  # the last step
            """,
        measures=(
            value("rows missing or too many", lambda names: abs(len(names["last"]) - len(names["x"]))),
            gap(
                "difference to the last step of sample 0",
                lambda names: names["last"][0],
                lambda names: names["output"][0, -1],
            ),
        ),
        why="output is (B, T, H) = ({B}, {T}, {H}). output[-1] takes the last of B: all steps of one sample, ({T}, "
        "{H}). With T = B nothing looks odd, each row then passes for a sample.",
        fix="`output[:, -1]`, or `h_n[-1]`, which needs no thought about batch_first.",
        shows=("output", "last"),
    ),
    Pitfall(
        key="view-for-permute",
        kind="silent",
        group=_VIEW,
        problem="Yes, if you wanted to exchange two axes and used view or reshape.",
        symptom="The loss does not go down, or to the mean alone; predictions change with the other samples of the "
        "batch.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5},
        least={"B": 2, "T": 2},
        most=_SMALL,
        given="""
            lstm = nn.LSTM({F}, {H})          # time first
            """
        + _DATA.replace("\n    ", "\n            "),
        wrong="""
            def predict(x):
                turned = x.view({T}, len(x), {F})
                output, _ = lstm(turned)      # (T, B, H)
                return fc(output[-1])
            """,
        right="""
            def predict(x):
                turned = x.transpose(0, 1)
                output, _ = lstm(turned)      # (T, B, H)
                return fc(output[-1])
            """,
        measures=(mixed(), unseen(), alone()),
        maps=True,
        why="view gives the shape (T, B, F) and leaves the numbers in their order: the first {B} steps of sample 0 "
        "become the first step of {B} samples.",
        fix="`x.transpose(0, 1)` or `x.permute(1, 0, 2)` turn axes. view and reshape only cut anew.",
        shows=("x",),
    ),
    Pitfall(
        key="view-rows-last",
        kind="silent",
        group=_VIEW,
        problem="Yes, if you flatten the output with view(-1, H) and then take [-1].",
        symptom="It works for a batch of one. With more samples there is one prediction, or the target broadcasts "
        "against it.",
        sizes={"B": 4, "T": 6, "F": 2, "H": 5},
        least={"B": 2},
        most=_SMALL,
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            """
        + _DATA.replace("\n    ", "\n            "),
        wrong="""
            output, _ = lstm(x)
            rows = output.reshape(-1, {H})  # (B·T, H)
            y = fc(rows)[-1:]             # one row
            """,
        right="""
            output, _ = lstm(x)
            last = output[:, -1]          # (B, H)
            y = fc(last)                  # (B, 1)
            """,
        measures=(value("samples without a prediction", lambda names: len(names["x"]) - len(names["y"])),),
        why="The reshape puts all {B·T} steps under one another. The last row is the last step of the last sample. "
        "With a batch of one that is the right answer, which is why it stays unnoticed; of {B} samples only one is "
        "predicted.",
        fix="Take the step while it is still an axis: `output[:, -1]`.",
        shows=("rows", "y"),
    ),
    Pitfall(
        key="view-not-contiguous",
        kind="error",
        group=_VIEW,
        problem="Yes, if you call view on the output of a batch_first layer, or after transpose or permute.",
        sizes={"B": 3, "T": 7, "F": 10, "H": 16},
        least={"B": 2, "T": 2},
        given="""
            gru = nn.GRU({F}, {H}, batch_first=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            output, _ = gru(x)           # (B, T, H)
            """,
        wrong="""
            rows = output.view(-1, {H})
            """,
        right="""
            rows = output.reshape(-1, {H})  # (B·T, H)
            """,
        says="view size is not compatible with input tensor's size and stride",
        older=(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Call .contiguous() before .view().",
            "input is not contiguous at",
        ),
        why="view takes the memory as it lies. A batch_first output lies time first in memory, and is only shown "
        "turned.",
        fix="`reshape`, which copies where it must. A Linear takes (B, T, H) as it is, too.",
        shows=("output", "rows"),
    ),
    Pitfall(
        key="future-linear",
        kind="silent",
        group=_FUTURE,
        problem="Yes, if you predict each step’s successor and flatten all steps into one Linear.",
        symptom="The loss is too good, near zero, in training and in testing; in use the predictions are useless.",
        sizes={"B": 3, "T": 6, "F": 1, "H": 4},
        least={"T": 2},
        most=_SMALLER,
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            fc = nn.Linear({T·H}, {T})

            def predict(x):
                output, _ = lstm(x)              # (B, T, H)
                y = fc(output.flatten(1))        # (B, T)
                return y.unsqueeze(2)
            """,
        right="""
            fc = nn.Linear({H}, 1)

            def predict(x):
                output, _ = lstm(x)              # (B, T, H)
                return fc(output)                # (B, T, 1)
            """,
        measures=(future(),),
        maps=True,
        why="The Linear sees all {T} steps for each of its {T} answers: the first prediction has read the last input, "
        "which is what it should foretell. The loss gets small, and in use there is no such input.",
        fix="One Linear for every step, `fc(output)`: what it says at step t comes from the steps up to t.",
        shows=("x",),
    ),
    Pitfall(
        key="future-bidirectional",
        kind="silent",
        group=_FUTURE,
        problem="Yes, if a bidirectional layer predicts the next value at every step, and the loss is too good.",
        symptom="The loss is too good, near zero, in training and in testing; in use the predictions are useless.",
        sizes={"B": 3, "T": 6, "F": 1, "H": 4},
        least={"T": 2},
        most=_SMALLER,
        given="""
            x = torch.randn({B}, {T}, {F})  # (B, T, F)
            """,
        wrong="""
            lstm = nn.LSTM({F}, {H}, batch_first=True, bidirectional=True)
            fc = nn.Linear({2·H}, 1)

            def predict(x):
                output, _ = lstm(x)  # (B, T, 2·H)
                return fc(output)
            """,
        right="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, 1)

            def predict(x):
                output, _ = lstm(x)  # (B, T, H)
                return fc(output)
            """,
        measures=(future(),),
        maps=True,
        why="The reverse direction reads from the end. At step t it has read t+1 and all that follows: the answer is "
        "in its input. It copies, and has learned nothing about foretelling.",
        fix="One direction wherever the next step is asked for. Two are for whole sequences: classes, tags, "
        "translation.",
        shows=("x",),
    ),
)
