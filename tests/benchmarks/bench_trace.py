"""What it costs to watch a forward pass, and to name the axes of every tensor in it."""

from __future__ import annotations

import linecache
import sys
import time

import torch
import torchinfo
from torch import Tensor, nn

from lstm_viz.trace import trace
from tests.benchmarks.figure import Figure, ratio
from tests.benchmarks.timing import by_turns, timings_by_turns
from tests.support.models import Forecaster

B, T, F, H, L = 32, 64, 16, 128, 2


def watching(rounds: int) -> list[Figure]:
    """trace without axis names against the plain forward pass."""
    model, x = _model()

    def plain() -> None:
        with torch.no_grad():
            model(x)

    ours, floor = by_turns(rounds, lambda: trace(model, x, names=False), plain)
    return [ratio("trace over the plain forward pass", ours, floor, 1.10, "`model(x)`")]


def naming(rounds: int) -> list[Figure]:
    """trace with axis names, nothing remembered from an earlier one, against torchinfo.summary."""
    model, x = _model()

    def ours() -> float:
        _forget()
        started = time.perf_counter()
        trace(model, x)
        return time.perf_counter() - started

    def theirs() -> float:
        started = time.perf_counter()
        torchinfo.summary(model, input_data=x, verbose=0)
        return time.perf_counter() - started

    mine, floor = timings_by_turns(rounds, ours, theirs)
    return [ratio("trace with axis names over torchinfo.summary", mine, floor, 2.0, "torchinfo")]


def _model() -> tuple[nn.Module, Tensor]:
    torch.set_num_threads(1)  # as the app does
    return Forecaster(F, H, 1, num_layers=L).eval(), torch.randn(B, T, F)


def _forget() -> None:
    """Empty every cache of the package, and Python's own of source lines."""
    linecache.clearcache()
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "lstm_viz":
            for value in vars(module).values():
                if callable(getattr(value, "cache_clear", None)):
                    value.cache_clear()
