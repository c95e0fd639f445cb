"""See every tensor of an LSTM: its shape, the name of each axis, and the code that made it.

>>> import torch
>>> from lstm_viz import trace
>>> trace(torch.nn.GRU(3, 5, batch_first=True), torch.zeros(4, 12, 3))["h_n"].shape
(1, 4, 5)
"""

from lstm_viz.audit import Audit, assert_clean, audit
from lstm_viz.cell import Unrolled, unroll
from lstm_viz.diagnosis import Diagnoses, Diagnosis, diagnose
from lstm_viz.network import build
from lstm_viz.parameters import ParameterTable, parameters
from lstm_viz.quiz import quiz
from lstm_viz.spec import NetworkSpec, SpecError
from lstm_viz.trace import TensorRecord, Trace, TraceError, trace

__all__ = [
    "Audit",
    "Diagnoses",
    "Diagnosis",
    "NetworkSpec",
    "ParameterTable",
    "SpecError",
    "TensorRecord",
    "Trace",
    "TraceError",
    "Unrolled",
    "assert_clean",
    "audit",
    "build",
    "diagnose",
    "parameters",
    "quiz",
    "trace",
    "unroll",
]
