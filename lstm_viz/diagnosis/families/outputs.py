"""What a layer returns and takes: tuples where a tensor was expected, arrays and lists, states that do not unpack."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, rules, worded

_UNPACK = "output, (h_n, c_n) = lstm(x)  # LSTM\noutput, h_n = gru(x)  # GRU, RNN\ny = fc(output[:, -1])"


def _tuple(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    name = found.groupdict().get("name") or ""
    state = name in ("detach", "to", "detach_", "data", "cuda", "zero_") or seen.has(
        "hidden.detach", "hidden.data", "hidden.to("
    )
    gru_state = name == "dim" and seen.has("gru(", "nn.gru", "nn.rnn(") and not seen.has("nn.lstm")
    if gru_state:
        yield state_tuple(0.93)
    yield Diagnosis(
        key="tuple-output",
        title="A tuple arrived where a tensor was expected: a recurrent layer returns two things",
        explanation="nn.LSTM returns (output, (h_n, c_n)), nn.GRU and nn.RNN return (output, h_n). The whole tuple was "
        "handed on, to the next layer, as nn.Sequential does, to a loss or an activation, or was sliced"
        + (f"; a tuple has no {name}." if name else ".")
        + (" An LSTM's state is a tuple, too: (h_n, c_n)." if state else ""),
        axis="the result of the recurrent layer",
        misleading="It names neither the layer that returned the tuple nor the one that got it: look one line before.",
        fix="Take the output apart: output, state = lstm(x), and hand on output (or output[:, -1]). nn.Sequential "
        "cannot do it: write a forward(), or put a small module between that returns output."
        + (" For an LSTM's state do it for both parts: tuple(part.detach() for part in state)." if state else ""),
        fixed_code=_UNPACK if not state else "state = tuple(part.detach() for part in state)  # (h_n, c_n)\n" + _UNPACK,
        tells_apart="If a GRU or RNN was given (h_0, c_0), that is the tuple: it takes h_0 alone. A PackedSequence is "
        "a tuple, too: unpack it with pad_packed_sequence.",
        pitfall="tuple-output",
        confidence=0.9,
    )
    if not gru_state and name == "dim":
        yield state_tuple(0.5)


def state_tuple(confidence: float) -> Diagnosis:
    """A GRU or RNN that got an LSTM's pair of states."""
    return Diagnosis(
        key="gru-state-tuple",
        title="A GRU or RNN got a pair of states; it has one",
        explanation="nn.GRU and nn.RNN have no cell state: their state is one tensor h_0, (L·D, B, H). The pair (h_0, "
        "c_0) is an LSTM's.",
        axis="the second argument of the layer",
        fix="Hand over h_0 alone; of an LSTM's state take the first part, state[0].",
        fixed_code="output, h_n = gru(x, h_0)",
        tells_apart="If the first argument is the result of another recurrent layer, that one is the tuple.",
        pitfall="gru-state-unpacked",
        confidence=confidence,
    )


def _unpack_too_few(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    expected, got = int(found["expected"]), int(found["got"])
    if expected == 3:
        yield Diagnosis(
            key="lstm-unpacked-flat",
            title="An LSTM returns two things, the second of them a pair",
            explanation="nn.LSTM returns (output, (h_n, c_n)): two, not three.",
            numbers=((expected, "names on the left"), (got, "things that came")),
            axis="the result of the layer",
            fix="Put the states in brackets.",
            fixed_code="output, (h_n, c_n) = lstm(x)",
            pitfall="gru-state-unpacked",
            confidence=0.92,
        )
        return
    yield _gru_unpacked(got, 0.9)


def _gru_unpacked(rows: int, confidence: float) -> Diagnosis:
    return Diagnosis(
        key="gru-state-unpacked",
        title="A GRU's state was unpacked into (h, c); it is one tensor",
        explanation="nn.GRU and nn.RNN return (output, h_n), with one state. Unpacking h_n into two goes along its "
        "first axis, layers · directions"
        + (f", of which there is {rows}: so there is nothing for c." if rows == 1 else ".")
        + " With 2 layers it would run, and give two layers instead of two states.",
        numbers=((rows, "layers · directions (L·D), the first axis of h_n"),) if rows else (),
        axis="axis 0 of h_n (L·D)",
        misleading="It counts values; that a GRU has no cell state it does not say.",
        fix="Write output, h_n = gru(x), and h_n[-1] for the last layer. Only an LSTM has (h_n, c_n).",
        fixed_code="output, h_n = gru(x)",
        tells_apart="If the layer is an LSTM, the right side was one of its two results already, or a cell: LSTMCell "
        "returns (h, c) alone.",
        pitfall="gru-state-unpacked",
        confidence=confidence,
    )


def _unpack_too_many(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    cells = seen.has("lstmcell", "grucell", "rnncell")
    if cells:
        yield Diagnosis(
            key="cell-unpacked",
            title="A cell returns its state only",
            explanation="nn.LSTMCell returns (h, c), nn.GRUCell returns h alone; there is no output beside it. More "
            "was unpacked.",
            axis="the result of the cell",
            fix="h, c = lstm_cell(x_t, (h, c)); h = gru_cell(x_t, h). The output of the step is h.",
            fixed_code="h, c = cell(x[:, t], (h, c))",
            pitfall="gru-state-unpacked",
            confidence=0.9,
        )
    yield _gru_unpacked(0, 0.8)
    yield Diagnosis(
        key="tensor-unpacked",
        title="More came than there are names for it",
        explanation="Something with more than two parts was unpacked into two: a tensor along its first axis, a batch "
        "of a DataLoader with three parts, or a h_n of more than two layers · directions.",
        axis="the first axis of what was unpacked",
        fix="Look at the line: of a layer take output, state; of a loader as many names as the dataset returns; "
        "x.size() has as many numbers as x has axes.",
        fixed_code="B, T, F = x.shape",
        tells_apart="The line of the traceback shows which.",
        pitfall="gru-state-unpacked",
        confidence=0.6,
    )


def _wrong_kind(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    kind = (found.groupdict().get("kind") or "").split(".")[-1]
    what, fix = _KINDS.get(kind, (f"a {kind}", "Convert it: torch.as_tensor(values)."))
    target = "'target'" in found.string
    code = "x = torch.as_tensor(values, dtype=torch.float32)"
    if kind == "NoneType":
        code = "def forward(self, x):\n    ...\n    return y  # without it forward returns None"
    yield Diagnosis(
        key=f"not-a-tensor-{kind.lower()}",
        title=f"{'The target' if target else 'What went in'} is {what}, not a tensor",
        explanation=f"A layer or a loss takes torch.Tensor, and got {what}.",
        axis="the argument of the layer or loss",
        fix=fix,
        fixed_code="target = torch.tensor(labels)  # int64 class numbers, (N,)" if target else code,
        tells_apart="Print type(x) on the line before.",
        pitfall="input-double" if kind == "ndarray" else "",
        confidence=0.92,
    )


_KINDS = {
    "ndarray": (
        "a numpy array",
        "Convert it: torch.from_numpy(array).float() (numpy's float64 becomes float32); class numbers with .long().",
    ),
    "list": (
        "a Python list",
        "Convert it: torch.tensor(values), or torch.stack(tensors) for a list of tensors of one shape.",
    ),
    "NoneType": (
        "None",
        "Look where it comes from: a forward() without return, a function that changes in place, or a variable that "
        "was not set. A layer's state may be None, its x not.",
    ),
    "int": ("a plain number", "Wrap it: torch.tensor([number])."),
    "float": (
        "a plain number",
        "Wrap it: torch.tensor([number]). Of a loss keep the tensor for backward(), and take .item() only to show it.",
    ),
    "str": (
        "a text",
        "Turn words into whole numbers with a vocabulary, then torch.tensor(ids). A text also comes from unpacking a "
        "dictionary, such as the output of a transformers model: take its entry, or return_dict=False.",
    ),
    "DataFrame": ("a table of pandas", "Convert it: torch.tensor(table.to_numpy(), dtype=torch.float32)."),
    "Series": ("a column of pandas", "Convert it: torch.tensor(column.to_numpy(), dtype=torch.float32)."),
}
_NAMES = r"NoneType|list|int|float|str|(?:numpy\.)?ndarray|DataFrame|Series"

RULES = rules(
    (
        r"'tuple' object has no attribute '(?P<name>(?!batch_sizes|sorted_indices)\w+)'|must be (?:\w+ )?Tensors?, not "
        r"tuple(?P<_a>)"
        r"|tuple indices must be integers or slices, not (?:tuple|Tensor)|'tuple' object is not callable"
        r"|expected Tensor as element \d+ in argument \d+, but got tuple|unsupported operand type\(s\) for .{1,40}"
        r"'tuple'"
        r"|invalid combination of arguments - got \(tuple|(?:argument 'input'|argument 0).{0,60}tuple",
        _tuple,
    ),
    (r"not enough values to unpack \(expected (?P<expected>\d+), got (?P<got>\d+)\)", _unpack_too_few),
    (r"too many values to unpack", _unpack_too_many),
    (rf"must be (?:\w+ )?Tensors?,? (?:\w+ )?not (?P<kind>{_NAMES})", _wrong_kind),
    (
        rf"'(?P<kind>{_NAMES})' object has no attribute "
        r"'(?:dim|size|to|shape|view|unsqueeze|squeeze|backward|float|long|device|cuda|permute|item|log_softmax|detach|cpu|numpy|requires_grad)'",
        _wrong_kind,
    ),
    (rf"expected Tensor as element \d+ in argument \d+, but got (?P<kind>{_NAMES})", _wrong_kind),
    (
        r"'int' object is not callable",
        worded(
            Diagnosis(
                key="not-a-tensor-ndarray",
                title="A numpy array stands where a tensor is expected",
                explanation="A tensor's size() is a function, an array's size is a number: so a loss or a dataset that "
                "calls .size() stops here. Also x.shape(0) and x.ndim() are written x.shape[0] and x.ndim.",
                axis="the dtype and kind of the data",
                misleading="It speaks of an int, because array.size is one.",
                fix="Convert arrays: torch.from_numpy(array).float().",
                fixed_code="dataset = TensorDataset(torch.from_numpy(x).float(), torch.from_numpy(y).float())",
                pitfall="input-double",
                confidence=0.8,
            )
        ),
    ),
    (
        r"missing 1 required positional argument: '(?:c|c_0|c0|cell|c_n|cx)'",
        lambda found, seen: [_gru_unpacked(1, 0.8)],
    ),
    (
        r"'NoneType' object is not (?:subscriptable|iterable|callable)|cannot unpack non-iterable NoneType",
        worded(
            Diagnosis(
                key="not-a-tensor-nonetype",
                title="Something is None",
                explanation="A function gave nothing back: a forward() or collate_fn without return, or a state that "
                "was never set.",
                fix="Return the result; make a state with torch.zeros, or hand None to the layer itself, which takes "
                "zeros then.",
                fixed_code="def forward(self, x):\n    output, _ = self.lstm(x)\n    return self.fc(output[:, -1])",
                confidence=0.8,
            )
        ),
    ),
    (
        r"'torch\.Size' object is not callable|'builtin_function_or_method' object is not subscriptable",
        worded(
            Diagnosis(
                key="size-brackets",
                title="shape takes square brackets, size takes round ones",
                explanation="x.shape is a tuple: x.shape[0]. x.size is a function: x.size(0).",
                fix="Write x.size(0) or x.shape[0].",
                fixed_code="batch = x.size(0)",
                confidence=0.95,
            )
        ),
    ),
    (
        r"'Tensor' object is not callable",
        worded(
            Diagnosis(
                key="tensor-called",
                title="A tensor was called like a function",
                explanation="Round brackets stand behind a tensor: x(0) for x[0], or a layer's name was overwritten by "
                "its result.",
                fix="Use square brackets to index, and other names for layers and results.",
                fixed_code="output, state = self.lstm(x)  # not: lstm = self.lstm(x)",
                confidence=0.85,
            )
        ),
    ),
)
