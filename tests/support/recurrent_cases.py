"""Random recurrent modules with something to read: every layout, direction, state and length that PyTorch takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from lstm_viz.recurrent import Recurrent, State

LAYOUTS = ("batched", "unbatched", "packed", "packed in order")


@dataclass(frozen=True)
class Case:
    """One configuration; ``make`` builds the module and what it reads."""

    kind: str
    seed: int
    B: int
    T: int
    F: int
    H: int
    L: int
    bidirectional: bool
    bias: bool
    batch_first: bool
    layout: str
    given_state: bool
    proj_size: int
    dropout: float
    double: bool

    def make(self) -> tuple[Recurrent, Tensor | PackedSequence, State | None]:
        """The module in eval mode, x and the state, the same for the same case."""
        dtype = torch.float64 if self.double else torch.float32
        options: dict[str, Any] = {"batch_first": self.batch_first, "bias": self.bias, "dtype": dtype}
        options |= {"num_layers": self.L, "bidirectional": self.bidirectional, "dropout": self.dropout}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            module: Recurrent
            if self.kind == "lstm":
                module = nn.LSTM(self.F, self.H, proj_size=self.proj_size, **options)
            elif self.kind == "gru":
                module = nn.GRU(self.F, self.H, **options)
            else:
                module = nn.RNN(self.F, self.H, nonlinearity=self.kind, **options)
            return module.eval(), self._x(dtype), self._state(dtype) if self.given_state else None

    @property
    def rows(self) -> int:
        """L·D."""
        return self.L * (2 if self.bidirectional else 1)

    def _x(self, dtype: torch.dtype) -> Tensor | PackedSequence:
        if self.layout == "unbatched":
            return torch.randn(self.T, self.F, dtype=dtype)
        x = torch.randn(*((self.B, self.T) if self.batch_first else (self.T, self.B)), self.F, dtype=dtype)
        if self.layout == "batched":
            return x
        lengths = torch.randint(1, self.T + 1, (self.B,))
        in_order = self.layout == "packed in order"
        lengths = lengths.sort(descending=True).values if in_order else lengths
        return pack_padded_sequence(x, lengths, self.batch_first, enforce_sorted=in_order)

    def _state(self, dtype: torch.dtype) -> State:
        batch = () if self.layout == "unbatched" else (self.B,)
        h_0 = torch.randn(self.rows, *batch, self.proj_size or self.H, dtype=dtype)
        return (h_0, torch.randn(self.rows, *batch, self.H, dtype=dtype)) if self.kind == "lstm" else h_0


@st.composite
def cases(draw: st.DrawFn, layouts: tuple[str, ...] = LAYOUTS) -> Case:
    """Any small configuration that PyTorch can build."""
    kind = draw(st.sampled_from(["lstm", "gru", "tanh", "relu"]))
    H, L = draw(st.integers(1, 7)), draw(st.integers(1, 3))  # noqa: N806
    return Case(
        kind=kind,
        seed=draw(st.integers(0, 10_000)),
        B=draw(st.integers(1, 4)),
        T=draw(st.integers(1, 7)),
        F=draw(st.integers(1, 5)),
        H=H,
        L=L,
        bidirectional=draw(st.booleans()),
        bias=draw(st.booleans()),
        batch_first=draw(st.booleans()),
        layout=draw(st.sampled_from(layouts)),
        given_state=draw(st.booleans()),
        proj_size=draw(st.integers(0, H - 1)) if kind == "lstm" else 0,
        dropout=0.5 if L > 1 and draw(st.booleans()) else 0.0,
        double=draw(st.booleans()),
    )


def parts(state: State) -> tuple[Tensor, ...]:
    """h_n, and c_n where there is one."""
    return (state,) if isinstance(state, Tensor) else tuple(state)
