"""What it costs to explain a message: alone, and a whole traceback with the person's code."""

from __future__ import annotations

from statistics import median

from lstm_viz.diagnosis import diagnose
from tests.benchmarks.figure import Figure, spread
from tests.benchmarks.timing import by_turns

_MESSAGE = "RuntimeError: Expected hidden[0] size (2, 4, 128), got [2, 64, 128]"
_FRAME = '  File "/lib/torch/nn/modules/module.py", line 1511, in _call_impl\n    return forward_call(*args)\n'
_CODE = """class Net(nn.Module):
    def __init__(self, features=5, hidden=128, layers=2):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, 1)
    def forward(self, x, state):
        output, state = self.lstm(x, state)
        return self.fc(output[:, -1])
"""


def diagnosing(rounds: int) -> list[Figure]:
    """One line, a traceback of 60 frames with code, and a message that is not known."""
    trace = "Traceback (most recent call last):\n" + 60 * _FRAME + _MESSAGE
    found = by_turns(
        rounds,
        lambda: diagnose(_MESSAGE),
        lambda: diagnose(trace, code=10 * _CODE, sizes={"B": 64}),
        lambda: diagnose("FancyError: " + 50 * "no such words, 12 and 34; "),
    )
    names = ("a message", "a traceback of 60 frames with code", "a long message that is not known")
    return [
        Figure(f"diagnose {name}", 1000 * median(seconds), "ms", 50, parts=spread(seconds))
        for name, seconds in zip(names, found, strict=True)
    ]
