"""Mistakes with backward and the state that is carried, or is not."""

from __future__ import annotations

from typing import cast

from torch import Tensor

from lstm_viz.pitfalls.measures import gap, without_gradient
from lstm_viz.pitfalls.records import Namespace, Pitfall

_BACKWARD = "backward and the state"
_UNUSED = "not used, not carried"

_LAYER = """
    lstm = nn.LSTM({F}, {H}, batch_first=True)
    x = torch.randn({B}, {T}, {F})  # (B, T, F)
    """


def _all_at_once(names: Namespace) -> Tensor:
    return cast(Tensor, names["lstm"](names["x"])[0])


PITFALLS = (
    Pitfall(
        key="backward-twice",
        kind="error",
        group=_BACKWARD,
        problem="Yes, if the state of one batch goes into the next, and the second backward fails.",
        sizes={"B": 4, "T": 5, "F": 3, "H": 8},
        given=_LAYER
        + """
    state = None
    """,
        wrong="""
            for batch in range(2):
                output, state = lstm(x, state)
                output.mean().backward()
            """,
        right="""
            for batch in range(2):
                output, state = lstm(x, state)
                output.mean().backward()
                state = tuple(each.detach() for each in state)
            """,
        says="Trying to backward through the graph a second time",
        older=(
            "Specify retain_graph=True when calling backward the first time.",
            "one of the variables needed for gradient computation has been modified by an inplace operation",
        ),
        misleads="It offers retain_graph=True. That keeps every batch since the first: memory and time grow with each.",
        why="The state remembers how it was computed, in the batch before. The second backward wants to go back there, "
        "and that graph was freed.",
        fix="`detach()` the state between batches: its numbers stay, its past does not.",
        shows=("output",),
    ),
    Pitfall(
        key="state-across-samples",
        kind="silent",
        group=_BACKWARD,
        problem="Yes, if the batches are shuffled or independent and you pass the state on from one to the next.",
        symptom="Predictions depend on what was predicted before; validation changes with the order of the batches.",
        sizes={"B": 3, "T": 5, "F": 4, "H": 8},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            before = torch.randn({B}, {T}, {F})  # other samples
            x = torch.randn({B}, {T}, {F})       # (B, T, F)
            _, state = lstm(before)
            """,
        wrong="""
            output, _ = lstm(x, state)
            """,
        right="""
            output, _ = lstm(x)  # begins with zeros
            """,
        measures=(gap("how far the batch before moves the answer", lambda names: names["output"], _all_at_once),),
        why="Row i of the state goes on with sample i of the batch before. If row i of this batch does not continue "
        "it, the answer depends on who came before.",
        fix="No state for independent samples. Carry it only where the next batch continues the same sequences, in the "
        "same order, without shuffling.",
        shows=("output",),
    ),
    Pitfall(
        key="state-not-handed-on",
        kind="silent",
        group=_UNUSED,
        problem="Yes, if you feed one step at a time and throw the state away.",
        symptom="Step by step gives other numbers than the whole sequence, and the model remembers nothing.",
        sizes={"B": 4, "T": 5, "F": 3, "H": 4},
        least={"T": 2},
        given=_LAYER,
        wrong="""
            outputs = []
            for t in range({T}):
                output, _ = lstm(x[:, t : t + 1])
                outputs.append(output)
            found = torch.cat(outputs, dim=1)  # (B, T, H)
            """,
        right="""
            outputs, state = [], None
            for t in range({T}):
                output, state = lstm(x[:, t : t + 1], state)
                outputs.append(output)
            found = torch.cat(outputs, dim=1)  # (B, T, H)
            """,
        measures=(gap("difference to the whole sequence at once", lambda names: names["found"], _all_at_once),),
        why="Without a state each call begins with zeros: {T} sequences of one step each, and nothing is remembered.",
        fix="Hand the state on, `output, state = lstm(step, state)`, or give the layer all steps at once.",
        shows=("x", "found"),
    ),
    Pitfall(
        key="loss-detached",
        kind="error",
        group=_BACKWARD,
        problem="Yes, if detach(), .data, .item(), numpy() or no_grad() stands between the model and the loss.",
        sizes={"B": 4, "T": 5, "F": 3, "H": 8},
        given="""
            lstm = nn.LSTM({F}, {H}, batch_first=True)
            fc = nn.Linear({H}, 1)
            x = torch.randn({B}, {T}, {F})           # (B, T, F)
            target = torch.randn({B}, 1)           # (B, 1)
            prediction = fc(lstm(x)[0][:, -1])     # (B, 1)
            """,
        wrong="""
            loss = nn.MSELoss()(prediction.detach(), target)
            loss.backward()
            """,
        right="""
            loss = nn.MSELoss()(prediction, target)
            loss.backward()
            """,
        says="element 0 of tensors does not require grad and does not have a grad_fn",
        why="The loss no longer knows how it came from the weights, so there is nothing to go back through.",
        fix="Detach what you print or plot, never what the loss is made of.",
        shows=("prediction", "target", "loss"),
    ),
    Pitfall(
        key="loss-data-0",
        kind="error",
        group=_BACKWARD,
        problem="Yes, if your code comes from an old tutorial and reads loss.data[0].",
        sizes={"B": 4, "O": 5},
        given="""
            scores = torch.randn({B}, {O})         # (B, C)
            target = torch.randint({O}, ({B},))    # (B,)
            loss = nn.CrossEntropyLoss()(scores, target)
            """,
        wrong="""
            total = loss.data[0]
            """,
        right="""
            total = loss.item()
            """,
        says="invalid index of a 0-dim tensor. Use `tensor.item()`",
        older=("invalid index of a 0-dim tensor. Use tensor.item() to convert a 0-dim tensor to a Python number",),
        why="A loss is one number, and has no axis that an index could go into.",
        fix="`loss.item()`.",
        shows=("loss",),
    ),
    Pitfall(
        key="weights-unused",
        kind="silent",
        group=_UNUSED,
        problem="Yes, if forward returns before the last layer, or a layer is made and never called.",
        symptom="Part of the model never changes, and more scores come out than there are classes.",
        sizes={"B": 8, "T": 5, "F": 8, "H": 16, "O": 4},
        given="""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.lstm = nn.LSTM({F}, {H}, batch_first=True)
                    self.hidden = nn.Linear({H}, 64)
                    self.fc = nn.Linear(64, {O})

                def forward(self, x):
                    last = self.lstm(x)[0][:, -1]
                    return self.head(torch.relu(self.hidden(last)))

            x = torch.randn({B}, {T}, {F})         # (B, T, F)
            target = torch.randint({O}, ({B},))  # (B,)
            model = Model()
            """,
        wrong="""
            model.head = lambda hidden: hidden  # fc is never called
            scores = model(x)                   # (B, 64)
            nn.CrossEntropyLoss()(scores, target).backward()
            """,
        right="""
            model.head = model.fc
            scores = model(x)                   # (B, C)
            nn.CrossEntropyLoss()(scores, target).backward()
            """,
        measures=(without_gradient(),),
        why="Cross-entropy takes more scores than there are classes without a word: 64 numbers pass for 64 classes, "
        "and the last layer never learns.",
        fix="Look at the last axis of what the model returns, and for parameters whose grad is None after backward().",
        shows=("scores", "target"),
    ),
)
