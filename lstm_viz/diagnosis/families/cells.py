"""LSTMCell, GRUCell and RNNCell: one step, a batch of samples, states without an axis of layers."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.families.hidden_axes import single_tensor
from lstm_viz.diagnosis.families.outputs import state_tuple
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import Found, number, rules, worded

_LOOP = """h, c = torch.zeros(B, H), torch.zeros(B, H)
for t in range(x.size(0)):  # x is (T, B, F): time first
    h, c = cell(x[t], (h, c))  # x[t] is (B, F)"""


def _hidden_size(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """The state's last axis: another hidden size, or a batch where an unbatched state was expected."""
    state, got, expected = found["state"], number(found, "got"), number(found, "expected")
    tensor = "h" if state == "0" else "c"
    over_batch = seen.is_size(got, "B") or (got != 2 * expected and got * 2 <= expected and not seen.is_size(got, "H"))
    yield Diagnosis(
        key="cell-over-batch",
        title="The cell got one sample without a batch, and states with a batch",
        explanation="A cell's input is (B, F) for a batch, or (F,) for one sample without a batch. A loop over the "
        "first axis of a (B, F) tensor hands it one sample at a time, (F,), while the states are (B, H). It then takes "
        f"the state's first axis, the batch of {got}, for its hidden size of {expected}.",
        numbers=((got, "the batch of the state (B)"), (expected, "hidden_size (H)")),
        axis=f"the input: its batch axis is missing; axis 0 of {tensor} (B) is read as H",
        misleading=f"“got {got}” is the batch, not a hidden size: the state is fine, the input has an axis too few.",
        fix="Loop over time and not over the batch: x must be (T, B, F), and x[t] is (B, F). One sample alone is (1, "
        "F).",
        fixed_code=_LOOP,
        tells_apart=f"It is this if the input of the cell is 1-D, or {got} is your batch size. If the input is (B, F), "
        f"the state was made with {got} features instead of {expected}.",
        pitfall="lstmcell-over-batch",
        confidence=0.92 if over_batch else 0.6,
    )
    yield Diagnosis(
        key="cell-hidden-size",
        title="The cell's state has another hidden size than the cell",
        explanation=f"{tensor} has {got} features for each sample, and the cell was made with hidden_size={expected}."
        + (f" {got} = 2 · {expected}: two directions side by side." if got == 2 * expected else ""),
        numbers=((got, "features of the state"), (expected, "hidden_size of the cell (H)")),
        axis=f"axis 1 of {tensor} (H)",
        fix=f"Make the states (B, {expected}), or the cell with hidden_size={got}. A cell has no axis of layers.",
        fixed_code=f"h = torch.zeros(x.size(0), {expected})\nc = torch.zeros_like(h)",
        tells_apart=f"If the cell's input is 1-D, {got} is the batch of the state: the input lost its batch axis.",
        pitfall="lstmcell-over-batch",
        confidence=0.55 if over_batch else 0.9,
    )


RULES = rules(
    (
        r"hidden_?(?P<state>\d) has inconsistent hidden_size: got (?P<got>\d+),? expected (?P<expected>\d+)",
        _hidden_size,
    ),
    (
        r"input has inconsistent input_size: got (?P<got>\d+),? expected (?P<expected>\d+)",
        worded(
            Diagnosis(
                key="cell-input-size",
                title="The cell's input has another number of features than input_size",
                explanation="x[t] has «got» features in its last axis, and the cell was made with "
                "input_size=«expected».",
                axis="the last axis of the cell's input (F)",
                fix="Make the cell with input_size=«got», or give it «expected» features. In a stack the second cell's "
                "input_size is the first one's hidden_size. x[t] must be (B, F): a loop over time, not over features.",
                fixed_code="cell = nn.LSTMCell(input_size=«got», hidden_size=H)",
                tells_apart="If «got» is the number of steps, the axes are swapped: index the time axis, x[:, t] where "
                "x is batch first.",
                pitfall="input-size",
            ),
            got="features that it got (F)",
            expected="input_size of the cell",
        ),
    ),
    (
        r"Input batch size (?P<x>\d+) doesn't match hidden_?(?P<state>\d) batch size (?P<h>\d+)",
        worded(
            Diagnosis(
                key="cell-batch",
                title="The cell's state was made for another batch",
                explanation="The input of this step has «x» samples, and hidden«state» was made for «h». The last "
                "batch is often smaller; a state with a fixed batch size then no longer fits. Where «x» is the number "
                "of steps, the loop goes over the batch and not over time.",
                axis="axis 0 of the state (B)",
                fix="Make the states from the input: torch.zeros(x_t.size(0), H). Loop over the time axis.",
                fixed_code="h = x_t.new_zeros(x_t.size(0), H)\nc = torch.zeros_like(h)\nh, c = cell(x_t, (h, c))",
                tells_apart="If it runs for some batches first, the last one is smaller. If it stops at once, look "
                "which axis of x the loop goes over.",
                pitfall="hidden-state-last-batch",
            ),
            h="the batch that the state was made for",
            x="the samples in the input (B)",
        ),
    ),
    (
        r"\b(?P<cell>\w+Cell): Expected (?P<what>input|hx|hidden)(?:\((?P<which>\d)\))? to be 1-?D or 2-?D,? "
        r"(?:but )?(?:got|received) (?P<dims>\d)-?D",
        worded(
            Diagnosis(
                key="cell-dimensions",
                title="A cell takes one step: (B, F), and states (B, H)",
                explanation="«cell» got a «what» of «dims» axes. It computes a single time step: its input is (B, F) "
                "and its states are (B, H). The axes of time (in x) and of layers (in a state) belong to the layers "
                "nn.LSTM and nn.GRU.",
                axis="«what»: one axis too many (T in x, L·D in a state)",
                fix="Loop over time and hand over x[:, t] (x[t] where time is first); make the states (B, H), "
                "state.squeeze(0) for a state of one layer. Or use nn.LSTM, which takes the whole sequence.",
                fixed_code="for t in range(x.size(1)):  # x is (B, T, F)\n    h, c = cell(x[:, t], (h, c))",
                pitfall="lstmcell-over-batch",
            ),
            dims="axes that it got",
        ),
    ),
    (
        r"lstm_cell\(\): argument 'hx' .{0,20}must be tuple of Tensors, not Tensor",
        lambda found, seen: [single_tensor(0.95)],
    ),
    (
        r"\blstm\(\)(?: received an invalid combination of arguments - got|: argument 'hx' .{0,20}must be tuple of "
        r"Tensors)",
        lambda found, seen: [single_tensor(0.93)],
    ),
    (
        r"\b(?:gru|rnn_tanh|rnn_relu)\(\)(?: received an invalid combination of arguments - got|: argument 'hx')",
        lambda found, seen: [state_tuple(0.93)],
    ),
    (r"expects two hidden states", lambda found, seen: [single_tensor(0.9)]),
    (
        r"\bforward\(\) takes from 2 to 3 positional arguments but (?P<given>\d) were given",
        worded(
            Diagnosis(
                key="state-two-arguments",
                title="h_0 and c_0 were given as two arguments; they are one tuple",
                explanation="The layer takes x and one more argument, the state. An LSTM's state is the tuple (h_0, "
                "c_0).",
                axis="the second argument of the layer",
                misleading="The count has the layer itself in it: of «given», one is self.",
                fix="Put the two states in brackets: lstm(x, (h_0, c_0)).",
                fixed_code="output, (h_n, c_n) = lstm(x, (h_0, c_0))",
                pitfall="gru-state-unpacked",
            )
        ),
    ),
)
