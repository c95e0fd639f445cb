"""What the app adds to a training loop: in speed, in waiting, in memory, and whether a run can be repeated."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import torch
from torch import nn

from lstm_viz.training.job import Job, start
from lstm_viz.training.limits import Limits
from lstm_viz.training.presets import PRESETS
from lstm_viz.training.process import launch
from lstm_viz.training.runner import Runner
from tests.benchmarks.figure import Figure, spread

_EPOCHS = {
    "Airline passengers": 100,
    "A week of prices": 60,
    "Next character": 4,
    "Coffee company's volume": 1_000,
    "Spam or ham": 4,
}
_MOST = 7
_DROPPED = 1


def training(rounds: int) -> list[Figure]:
    """Speed of the presets by turns with the bare loop; the first epoch; memory; the same losses again."""
    with warm() as runner:
        speeds = [_speed(runner, name, min(rounds, _MOST)) for name in _EPOCHS]
        return [*speeds, _first_epoch(runner, min(rounds, 2 * _MOST)), _memory(runner), _repeated(runner)]


@contextmanager
def warm() -> Iterator[Runner]:
    """A runner whose forkserver has loaded what runs share."""
    runner = Runner()
    try:
        runner.wait(runner.submit(_job("Airline passengers", 2)))
        yield runner
    finally:
        runner.close()


def _job(name: str, epochs: int) -> Job:
    job = next(preset for preset in PRESETS if preset.name == name).job()
    return replace(job, spec=replace(job.spec, epochs=epochs))


def _speed(runner: Runner, name: str, rounds: int) -> Figure:
    """Epochs a second from the first epoch to the last, as they are run by the app, over those of the bare loop."""
    job = _job(name, _EPOCHS[name])
    ours, bare = [], []
    for turn in range(_DROPPED + rounds):
        calls = [lambda: ours.append(_in_app(runner, job)), lambda: bare.append(_bare(job))]
        for call in calls if turn % 2 else reversed(calls):
            call()
    ours, bare = ours[_DROPPED:], bare[_DROPPED:]
    ratios = median(bare) / median(ours)
    parts = f"{spread(ours)} against {spread(bare)}, {_EPOCHS[name]:,} epochs"
    return Figure(f"samples a second over the bare loop: {name}", ratios, "×", 0.95, at_least=True, parts=parts)


def _in_app(runner: Runner, job: Job) -> float:
    """Seconds from the first epoch to the end of the last, as the run's own clock says, all it sends counted in."""
    view = runner.wait(runner.submit(job), 600)
    assert view.state == "finished", view.message
    assert view.trained is not None
    return view.trained


def _bare(job: Job) -> float:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = launch(bare_loop, theirs, job)
    theirs.close()
    seconds: float = ours.recv()
    process.join()
    ours.close()
    return seconds


def bare_loop(pipe: Connection, job: Job) -> None:
    """The same maths as a script would do it: forward, loss, backward, step, and the validation loss."""
    os.nice(Limits().nice)  # as runs are: on a machine that others use, it would win else
    torch.set_num_threads(1)
    started = start(job)
    model, optimizer, loss_function = started.training.model, started.training.optimizer, started.loss_function
    began = time.perf_counter()
    for _ in range(job.spec.epochs):
        model.train()
        for x, target in started.batches:
            optimizer.zero_grad()
            loss = loss_function(model(x), target)
            loss.backward()  # type: ignore[no-untyped-call]
            if job.spec.clip:
                nn.utils.clip_grad_norm_(model.parameters(), job.spec.clip)
            optimizer.step()
            loss.item()
        model.eval()
        with torch.no_grad():
            for x, target in started.validation or ():
                loss_function(model(x), target).item()
    pipe.send(time.perf_counter() - began)


def _first_epoch(runner: Runner, rounds: int) -> Figure:
    seconds = []
    for _ in range(_DROPPED + rounds):
        began = time.perf_counter()
        run = runner.submit(_job("Airline passengers", 3))
        while not runner.view(run).epochs:
            time.sleep(0.002)
        seconds.append(time.perf_counter() - began)
        runner.wait(run)
    seconds = seconds[_DROPPED:]
    return Figure("submit to first epoch, warm", median(seconds), "s", 0.3, parts=spread(seconds))


def _memory(runner: Runner) -> Figure:
    """What a second run adds to the proportional set sizes of all, the largest of the presets."""
    if not Path("/proc/self/smaps_rollup").exists():
        return Figure("memory of a further run", failure="needs Linux's /proc")
    found = {}
    for name in _EPOCHS:
        runs = [runner.submit(_job(name, 3_000)) for _ in range(2)]
        while not all(runner.view(run).epoch > 2 for run in runs):
            time.sleep(0.05)
        both = _resident()
        runner.stop(runs[1])
        runner.wait(runs[1])
        found[name] = (both - _resident()) / 1e6
        runner.stop(runs[0])
        runner.wait(runs[0])
    parts = ", ".join(f"{name} {size:.0f}" for name, size in found.items())
    return Figure("memory of a further run, the largest of the presets", max(found.values()), "MB", 60, parts=parts)


def _resident() -> int:
    """The proportional set sizes of the forkserver and of all runs, bytes."""
    from multiprocessing.forkserver import _forkserver  # type: ignore[attr-defined]

    import psutil

    server = psutil.Process(_forkserver._forkserver_pid)
    sizes = []
    for process in (server, *server.children()):
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        sizes.append(next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")))
    return sum(sizes)


def _repeated(runner: Runner) -> Figure:
    """How many of the presets give other losses when they are run again, each here and in a run."""
    other = []
    for name in _EPOCHS:
        job = _job(name, 3)
        curves = [runner.wait(runner.submit(job)).epochs for _ in range(2)]
        losses = {tuple((each.train_loss, each.validation_loss) for each in curve) for curve in curves}
        if len(losses) > 1:
            other.append(name)
    return Figure("presets whose losses differ when run again", len(other), "", 0, parts=f"of {len(_EPOCHS)}")
