"""How long a person waits after `make run` on a machine that is set up."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.benchmarks.figure import Figure, ratio
from tests.benchmarks.floors import served
from tests.benchmarks.timing import timings_by_turns
from tests.benchmarks.visitor import visiting

_MOST = 5


def starting(rounds: int) -> list[Figure]:
    """From the start of the server to the first diagram, against the bare imports in a fresh process."""
    ours, floor = timings_by_turns(min(rounds, _MOST), _server, _imports, dropped=1)
    return [ratio("start of the server to first diagram over imports", ours, floor, 1.3, "`import torch, streamlit`")]


def _server() -> float:
    started = time.perf_counter()
    with served() as server, visiting(server.url) as visitor:
        visitor.run_until(lambda component: "<svg" in component.bytes.decode())
        return time.perf_counter() - started


def _imports() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, streamlit"], check=True)
    return time.perf_counter() - started
