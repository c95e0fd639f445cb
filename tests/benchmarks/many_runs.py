"""200 runs, some stopped, paused or killed: does anything stay behind? `python -m tests.benchmarks.many_runs`."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import replace
from multiprocessing.forkserver import _forkserver  # type: ignore[attr-defined]
from pathlib import Path

import psutil

from lstm_viz.preparation.recipe import Recipe
from lstm_viz.spec import NetworkSpec
from lstm_viz.training import Job, Runner, TableData, TrainingSpec

QUICK = Job(NetworkSpec(), TableData(Recipe()), TrainingSpec(epochs=3))
LONG = replace(QUICK, spec=TrainingSpec(epochs=5_000))


def main(count: int) -> None:
    """Run them, and print what there was after the first and after the last."""
    runner = Runner()
    for number in range(10):
        _one(runner, number)
    before = _left()
    print(f"after 10 runs: {before}", flush=True)
    for number in range(10, count):
        _one(runner, number)
        if number % 50 == 49:
            print(f"after {number + 1} runs: {_left()}", flush=True)
    runner.close()
    print(f"closed: {_left()}")


def _one(runner: Runner, number: int) -> None:
    kind = number % 5
    run = runner.submit(QUICK if kind in (0, 1) else LONG, f"visitor {number % 7}")
    if kind >= 2:
        while not runner.view(run).epochs:
            time.sleep(0.01)
    if kind == 2:
        runner.stop(run)
    elif kind == 3:
        runner.pause(run)
        runner.stop(run)
    elif kind == 4:
        for child in psutil.Process(_forkserver._forkserver_pid).children():
            child.kill()
    view = runner.wait(run)
    assert view.state == ("finished", "finished", "stopped", "stopped", "failed")[kind], (view.state, view.message)


def _left() -> str:
    me, server = psutil.Process(), psutil.Process(_forkserver._forkserver_pid)
    files, theirs = (len(os.listdir(f"/proc/{process.pid}/fd")) for process in (me, server))  # noqa: PTH208
    sizes = [process.memory_info().rss / 1e6 for process in (me, server)]
    temporary = len(list(Path("/tmp").glob("lstm*")))
    return (
        f"{threading.active_count()} threads, {len(server.children())} processes, {files} and {theirs} open files, "
        f"{sizes[0]:.1f} and {sizes[1]:.1f} MB resident, {temporary} temporary files"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
