"""A layer's own arguments: sizes, switches and their order."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, rules, worded

_MADE = "lstm = nn.LSTM(input_size=10, hidden_size=20, num_layers=2, batch_first=True, dropout=0.2, bidirectional=True)"
_KERAS = {
    "return_sequences": "output has every step always; the last one is output[:, -1]",
    "return_state": "the state always comes beside the output",
    "units": "hidden_size",
    "input_shape": "input_size, the features of one step; batch and steps are not fixed",
    "activation": "nonlinearity, of nn.RNN alone",
    "nonlinearity": "of nn.RNN alone; an LSTM's and a GRU's are fixed",
    "recurrent_dropout": "dropout, which acts between layers",
    "stateful": "hand the state from call to call yourself",
    "n_layers": "num_layers",
    "batchfirst": "batch_first",
    "bidirection": "bidirectional",
    "hidden_dim": "hidden_size",
    "input_dim": "input_size",
}


def _unexpected(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    name, where = found["name"], found["where"] or ""
    meant = _KERAS.get(name.lower())
    call = "forward" in where
    text = f"There is no argument {name}" + (
        " when the layer is called: x and the state, lstm(x, (h_0, c_0))." if call else "."
    )
    yield Diagnosis(
        key="argument-unknown",
        title=f"The {'call of the layer' if call else 'layer'} has no argument {name}",
        explanation=text
        + (f" In PyTorch it is: {meant}." if meant else "")
        + " Names are input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional and, in an LSTM, "
        "proj_size.",
        fix=f"Use {meant}."
        if meant
        else "Use the names of PyTorch; the call takes (x, state) without a name for the state but hx.",
        fixed_code="output, state = lstm(x, state)" if call else _MADE,
        pitfall="num-layers-true" if name == "bidirection" else "",
        confidence=0.9,
    )


def _kind(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    name, got = found["name"], found["got"]
    bias = name == "bias"
    yield Diagnosis(
        key=f"argument-type-{name}",
        title=f"{name} is a {got}",
        explanation=(
            "The fourth argument of nn.LSTM is bias, a switch; a number there was meant for another one: the order is "
            "input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional."
            if bias
            else f"{name} must be a whole number, and is a {got}. A division with / gives a float, shape gives a "
            "tuple: one number of it is wanted."
        ),
        axis=f"the argument {name}",
        fix="Name the arguments."
        if bias
        else f"Give a whole number: int(...), // for /, and x.shape[-1] for {name} of an input.",
        fixed_code=_MADE,
        pitfall="num-layers-true" if bias else "input-size",
        confidence=0.93,
    )


RULES = rules(
    (
        r"dropout option adds dropout after all but last recurrent layer|expects num_layers greater than 1, but got "
        r"dropout=(?P<_d>\S{1,10}) and num_layers=1",
        worded(
            Diagnosis(
                key="dropout-one-layer",
                title="dropout does nothing in a single layer",
                explanation="The layer's dropout acts between its layers, after each but the last. With num_layers=1 "
                "there is nothing between, so none is dropped.",
                numbers=((1, "num_layers (L)"),),
                axis="the argument dropout",
                misleading="It is a warning: the model runs, without any dropout.",
                fix="Put nn.Dropout after the layer, on its output; or set num_layers=2 or more; or dropout=0 to quiet "
                "it.",
                fixed_code="self.lstm = nn.LSTM(input_size, hidden_size, batch_first=True)\n"
                "self.dropout = nn.Dropout(0.2)\n"
                "output, _ = self.lstm(x)\n"
                "y = self.fc(self.dropout(output[:, -1]))",
                pitfall="dropout-one-layer",
                confidence=0.98,
            )
        ),
    ),
    (
        r"dropout should be a number in range",
        worded(
            Diagnosis(
                key="dropout-range",
                title="dropout is a share between 0 and 1",
                explanation="A number outside 0 to 1 was given, or arguments are in another order than meant: after "
                "hidden_size come num_layers, bias, batch_first, dropout.",
                axis="the argument dropout",
                fix="Name the arguments: dropout=0.2.",
                fixed_code=_MADE,
                pitfall="num-layers-true",
            )
        ),
    ),
    (r"(?P<where>\b\w+)?(?:\(\))? got an unexpected keyword argument '(?P<name>\w{1,60})'", _unexpected),
    (
        r"(?P<name>input_size|hidden_size|num_layers|bias|batch_first) should be of type (?:int|bool),? (?:but "
        r")?got:? (?P<got>\w+)",
        _kind,
    ),
    (
        r"(?P<name>input_size|hidden_size|num_layers) must be greater than zero",
        worded(
            Diagnosis(
                key="argument-zero",
                title="«name» is zero or negative",
                explanation="«name» must be 1 or more. A count that came out as 0 (no columns, an empty vocabulary) "
                "was handed over.",
                axis="the argument «name»",
                fix="Print what it is worked out from.",
                fixed_code=_MADE,
                pitfall="input-size",
            )
        ),
    ),
    (
        r"missing (?P<count>\d) required positional arguments?: "
        r"(?P<names>'input_size'|'hidden_size'|'in_features'|'out_features'|'embedding_dim')",
        worded(
            Diagnosis(
                key="argument-missing",
                title="The layer was made without «names»",
                explanation="nn.LSTM, nn.GRU and nn.RNN need input_size, the features of one step, and hidden_size; "
                "nn.Linear needs in_features and out_features.",
                axis="the layer's arguments",
                fix="Give both sizes: input_size is the last axis of x.",
                fixed_code=_MADE,
                pitfall="input-size",
            )
        ),
    ),
    (
        r"forward\(\) missing 1 required positional argument: '(?P<name>\w+)'",
        worded(
            Diagnosis(
                key="call-missing",
                title="The call lacks «name»",
                explanation="forward() takes «name» too, and it was not handed over: a state that the code expects, or "
                "the model was called as a class.",
                axis="the arguments of the call",
                fix="Hand it over, or give it a default in forward(): state=None.",
                fixed_code="def forward(self, x, state=None):\n    output, state = self.lstm(x, state)",
                confidence=0.85,
            )
        ),
    ),
    (
        r"Unknown nonlinearity '(?P<name>\w+)'",
        worded(
            Diagnosis(
                key="nonlinearity",
                title="nn.RNN knows tanh and relu only",
                explanation="'«name»' is no nonlinearity of nn.RNN.",
                fix="Choose 'tanh' or 'relu'; an LSTM's gates have their sigmoid already.",
                fixed_code="rnn = nn.RNN(10, 20, nonlinearity='tanh')",
            )
        ),
    ),
    (
        r"proj_size (?:argument is only supported for LSTM|has to be smaller than hidden_size|should be a positive "
        r"integer)",
        worded(
            Diagnosis(
                key="proj-size",
                title="proj_size must be below hidden_size, and only an LSTM has it",
                explanation="A projection makes the state smaller: 0 < proj_size < hidden_size, of nn.LSTM alone. 0 is "
                "no projection.",
                axis="the argument proj_size",
                fix="Make proj_size smaller than hidden_size, or leave it out. For a GRU put a Linear behind.",
                fixed_code="lstm = nn.LSTM(10, 20, proj_size=5)  # output and h_n have 5 features, c_n 20",
                pitfall="hidden-state-projection",
                confidence=0.95,
            )
        ),
    ),
    (
        r"'<=?' not supported between instances of '(?P<kind>\w+)' and 'int'",
        worded(
            Diagnosis(
                key="argument-order",
                title="A «kind» stands where a number belongs",
                explanation="The third argument of nn.LSTM is num_layers. Arguments given by place are in another "
                "order than meant.",
                axis="the layer's arguments",
                fix="Name the arguments.",
                fixed_code=_MADE,
                pitfall="num-layers-true",
                confidence=0.75,
            )
        ),
    ),
    (
        r"Implicit dimension choice for (?P<name>log_softmax|softmax|softmin)",
        worded(
            Diagnosis(
                key="softmax-axis",
                title="«name» was not told its axis",
                explanation="Without dim it chooses one by the number of axes: axis 0 for 1-D and 3-D, 1 for 2-D and "
                "4-D. On (B, T, C) that is the batch: the classes of different samples are compared.",
                axis="the class axis (C)",
                fix="Say dim=-1, or the axis of the classes. Before CrossEntropyLoss there must be no softmax at all.",
                fixed_code="probabilities = torch.softmax(scores, dim=-1)",
                pitfall="softmax-before-cross-entropy",
                confidence=0.95,
            )
        ),
    ),
)
