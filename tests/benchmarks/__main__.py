"""Measures, and compares with the figures to reach: `python -m tests.benchmarks [names] [--rounds 20] [--seconds 20]`.

It measures and does not judge: the exit status is 0 whatever was found.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # for the servers: a person's machine keeps what it has compiled

from tests.benchmarks.bench_audit import auditing
from tests.benchmarks.bench_beside import beside
from tests.benchmarks.bench_click import clicking
from tests.benchmarks.bench_diagnose import diagnosing
from tests.benchmarks.bench_drag import dragging
from tests.benchmarks.bench_key import pressing
from tests.benchmarks.bench_load import loading
from tests.benchmarks.bench_rerun import rerunning
from tests.benchmarks.bench_start import starting
from tests.benchmarks.bench_step import stepping
from tests.benchmarks.bench_trace import naming, watching
from tests.benchmarks.bench_train import training
from tests.benchmarks.bench_unroll import unrolling
from tests.benchmarks.figure import Figure, table

MEASUREMENTS: dict[str, Callable[[int], list[Figure]]] = {
    "trace": watching,
    "names": naming,
    "key": pressing,
    "drag": dragging,
    "rerun": rerunning,
    "start": starting,
    "unroll": unrolling,
    "step": stepping,
    "audit": auditing,
    "train": training,
    "click": clicking,
    "beside": beside,
    "diagnose": diagnosing,
}
LOAD = "load"
"""It takes seconds and not rounds."""
_NAMES = (*MEASUREMENTS, LOAD)


def main() -> None:
    """Run what was asked for, everything unless named, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=f"some of: {', '.join(_NAMES)}")
    parser.add_argument("--rounds", type=int, default=20, help="how many of each (20)")
    parser.add_argument("--seconds", type=float, default=20, help=f"how long each room of {LOAD} stays (20)")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in _NAMES]:
        parser.error(f"expected some of {', '.join(_NAMES)}, got {', '.join(unknown)}")
    if asked.rounds < 1:
        parser.error(f"--rounds: expected a whole number from 1, got {asked.rounds}")
    if not 1 <= asked.seconds <= 3600:
        parser.error(f"--seconds: expected 1 to 3600, got {asked.seconds:g}")
    began, figures = f"{_load()}", []
    for name in asked.names or _NAMES:
        print(f"{time.strftime('%H:%M:%S')} {name}", file=sys.stderr, flush=True)
        measure = partial(loading, asked.seconds) if name == LOAD else partial(MEASUREMENTS[name], asked.rounds)
        figures += _measured(name, measure)
    print(f"{_machine()}. Load at the beginning {began}, at the end {_load()}. Medians of {asked.rounds}.\n")
    print(table(figures))


def _measured(name: str, measure: Callable[[], list[Figure]]) -> list[Figure]:
    try:
        return measure()
    except Exception as error:  # whatever it is: the others are measured all the same
        traceback.print_exc()
        return [Figure(name, failure=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")]


def _machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "streamlit", "torchinfo"))
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {packages}"


def _load() -> str:
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
