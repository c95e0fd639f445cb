"""Runs in processes of their own: they start, wait, pause, stop and die, and leave nothing behind."""

from __future__ import annotations

import multiprocessing.forkserver
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
import torch
from nbclient import NotebookClient
from torch import Tensor, nn

from lstm_viz.notebook import notebook
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.spec import NetworkSpec, SpecError
from lstm_viz.training import (
    Job,
    Limits,
    Room,
    Runner,
    RunnerError,
    RunView,
    TableData,
    TensorData,
    TrainingSpec,
    start,
)
from lstm_viz.training.data import from_tensors
from lstm_viz.training.keeping import weights_of
from lstm_viz.training.presets import PRESETS
from lstm_viz.training.script import training_script

pytestmark = pytest.mark.skipif(os.name != "posix", reason="runs need a forkserver")

QUICK = Job(NetworkSpec(), TableData(Recipe()), TrainingSpec(epochs=3), "quick")
LONG = replace(QUICK, spec=TrainingSpec(epochs=5_000))
DATA = TensorData(from_tensors((torch.ones(8, 3, 1), torch.ones(8, 1)), (torch.ones(4, 3, 1), torch.ones(4, 1))))


class Sleeper(nn.Module):
    """Sleeps in its forward pass, and does not look at signals meanwhile."""

    def __init__(self, seconds: float = 30.0) -> None:
        super().__init__()
        self.fc, self.seconds = nn.Linear(3, 1), seconds

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            time.sleep(self.seconds)
        return self.fc(x[..., 0])


class Breaking(nn.Module):
    """Does ``what`` in its n-th forward pass in training."""

    def __init__(self, what: str, after: int) -> None:
        super().__init__()
        self.fc, self.what, self.left = nn.Linear(3, 1), what, after

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.left -= 1
        if self.left < 0:
            if self.what == "raise":
                raise KeyError("a word that is not there")
            if self.what == "memory":
                torch.empty(10_000_000_000)
            if self.what == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.what == "exit":
                os._exit(3)
        return self.fc(x[..., 0]) * (float("nan") if self.what == "nan" and self.left < 0 else 1)


@pytest.fixture(scope="module")
def shared() -> Iterator[Runner]:
    runner = Runner(Room(grace=0.5))
    runner.warm_up()
    yield runner
    runner.close()


@pytest.fixture
def runner(shared: Runner) -> Iterator[Runner]:
    yield shared
    for view in shared.views():
        shared.forget(view.id)
    until(lambda: not shared.views())


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited for nothing"
        time.sleep(0.005)


def has_begun(runner: Runner, run: str) -> Callable[[], bool]:
    return lambda: bool(runner.view(run).epochs) or runner.view(run).is_over


def done(runner: Runner, job: Job) -> RunView:
    return runner.wait(runner.submit(job), 30)


def test_a_run_gives_what_the_same_job_gives_here(runner: Runner) -> None:
    view = done(runner, QUICK)
    here = list(start(QUICK).epochs())
    assert view.state == "finished"
    assert view.message == ""
    assert [(epoch.train_loss, epoch.validation_loss) for epoch in view.epochs] == [
        (epoch.train_loss, epoch.validation_loss) for epoch in here
    ]
    assert view.report is not None
    assert view.report.metrics == here[-1].metrics
    assert (view.epoch, view.progress, view.kept, view.place) == (3, 1.0, 3, 0)
    assert view.live is not None
    assert view.live.predictions["test"].shape == (12, 1)
    assert view.started is not None
    assert view.ended is not None
    assert view.queued <= view.started <= view.ended


def test_what_is_kept_are_the_weights(runner: Runner) -> None:
    run = runner.submit(QUICK)
    runner.wait(run)
    here = start(QUICK)
    list(here.epochs())
    content = runner.checkpoint(run)
    assert content is not None
    kept = weights_of(content)
    assert all(torch.equal(kept[name], tensor) for name, tensor in here.training.model.state_dict().items())


def test_as_many_run_as_may_and_the_others_wait_in_order(runner: Runner) -> None:
    runs = [runner.submit(LONG, f"visitor {number}") for number in range(4)]
    until(lambda: all(runner.view(run).state == "running" for run in runs[:2]))
    assert [runner.view(run).place for run in runs] == [0, 0, 1, 2]
    runner.stop(runs[2])
    assert runner.view(runs[2]).state == "stopped"
    assert runner.view(runs[3]).place == 1
    runner.stop(runs[0])
    until(lambda: runner.view(runs[3]).state == "running")
    assert runner.view(runs[0]).state == "stopped"
    assert runner.view(runs[0]).message == "It was stopped."


def test_a_paused_run_holds_lets_another_run_and_goes_on_as_if_nothing_had_been(runner: Runner) -> None:
    job = replace(QUICK, spec=TrainingSpec(epochs=80))
    run = runner.submit(job)
    until(has_begun(runner, run))
    runner.pause(run)
    began = time.time()
    time.sleep(0.2)
    held = runner.view(run)
    assert held.state == "paused"
    others = [runner.submit(QUICK) for _ in range(2)]
    assert all(runner.wait(other).state == "finished" for other in others)
    assert runner.view(run).epochs == held.epochs
    paused = time.time() - began
    runner.go_on(run)
    view = runner.wait(run)
    assert view.state == "finished"
    assert [epoch.train_loss for epoch in view.epochs] == [epoch.train_loss for epoch in start(job).epochs()]
    assert view.started is not None
    assert view.ended is not None
    assert view.seconds < view.ended - view.started - paused + 0.2, "the pause does not count as training"


def test_a_pause_shows_what_the_network_predicts_there(runner: Runner) -> None:
    run = runner.submit(LONG)
    for _ in range(3):  # the looks of a run that is not paused come every half second
        epochs = len(runner.view(run).epochs)
        until(lambda least=epochs: len(runner.view(run).epochs) > least + 3)  # type: ignore[misc]
        runner.pause(run)
        until(lambda: (live := runner.view(run).live) is not None and live.epoch == runner.view(run).epoch, 5)
        live = runner.view(run).live
        assert live is not None
        assert live.whole
        time.sleep(0.1)
        assert (runner.view(run).epoch, runner.view(run).live) == (live.epoch, live), "it is paused between two epochs"
        runner.go_on(run)
    runner.stop(run)


def test_a_pause_in_a_long_epoch_comes_soon_and_says_that_the_epoch_is_not_over(runner: Runner) -> None:
    run = runner.submit(Job(Sleeper(0.25), DATA, TrainingSpec(epochs=3, batch_size=1)))
    until(lambda: bool(runner.view(run).epochs))
    time.sleep(0.4)  # into the second epoch, of two seconds
    runner.pause(run)
    asked = time.monotonic()
    until(lambda: (live := runner.view(run).live) is not None and (live.epoch, live.whole) == (1, False), 10)
    assert time.monotonic() - asked < 5
    assert runner.view(run).epoch == 1
    runner.stop(run)
    assert runner.wait(run, 10).state == "stopped"


def test_a_run_that_does_not_listen_is_killed(runner: Runner) -> None:
    run = runner.submit(Job(Sleeper(), DATA, TrainingSpec(epochs=2)))
    until(lambda: runner.view(run).state == "running")
    asked = time.monotonic()
    runner.stop(run)
    assert runner.wait(run).state == "stopped"
    assert time.monotonic() - asked < 3


def test_a_paused_run_can_be_stopped(runner: Runner) -> None:
    run = runner.submit(LONG)
    until(has_begun(runner, run))
    runner.pause(run)
    runner.stop(run)
    view = runner.wait(run, 5)
    assert view.state == "stopped"
    assert view.kept == view.epoch, "the last whole epoch is kept"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("raise", "KeyError in epoch 3: 'a word that is not there'"),
        ("nan", "The loss became no number (nan) in epoch 3: expected a finite number. Lower the learning rate"),
        ("memory", "In epoch 3 it needed more memory than a run may have: make the network"),
        (
            "kill",
            "Its process was ended by SIGKILL after epoch 2: somebody ended it, or the machine ran out of memory.",
        ),
        ("exit", "Its process ended with exit code 3 after epoch 2, without saying why."),
    ],
)
def test_a_run_that_dies_says_so_keeps_what_it_had_and_disturbs_no_other(runner: Runner, what: str, said: str) -> None:
    other = runner.submit(replace(QUICK, spec=TrainingSpec(epochs=60)))
    job = Job(Breaking(what, after=4), DATA, TrainingSpec(epochs=9, batch_size=4))
    run = runner.submit(job)
    view = runner.wait(run)
    assert view.state == "failed"
    assert view.epoch <= 2
    if what not in ("kill", "exit"):
        assert view.epoch == 2
        assert view.message.startswith(said)
        assert view.kept == 2
    else:  # what was gathered in the last tenth of a second is lost with it
        assert view.message.split(" epoch ")[0] in said
        assert view.kept == 1
    assert runner.wait(other).state == "finished"


def test_a_run_killed_from_outside_can_be_gone_on_with_to_the_same_numbers(runner: Runner) -> None:
    job = replace(QUICK, spec=TrainingSpec(epochs=80))
    runner.warm_up()
    forkserver = psutil.Process(multiprocessing.forkserver._forkserver._forkserver_pid)  # type: ignore[attr-defined]
    others = forkserver.children()
    run = runner.submit(job)
    until(lambda: runner.view(run).epoch > 5)
    new = [child for child in forkserver.children() if child not in others]
    [trainer] = [child for child in new if child.status() != psutil.STATUS_ZOMBIE]
    trainer.kill()
    view = runner.wait(run)
    assert view.state == "failed"
    assert "SIGKILL" in view.message
    assert view.kept is not None
    onward = runner.wait(runner.resume(run))
    assert onward.state == "finished"
    assert [epoch.epoch for epoch in onward.epochs] == list(range(1, 81))
    whole = list(start(job).epochs())
    assert [epoch.train_loss for epoch in onward.epochs] == [epoch.train_loss for epoch in whole]


def test_a_run_goes_on_from_its_best_weights_with_other_settings_where_the_loss_was_lost(runner: Runner) -> None:
    run = runner.submit(Job(NetworkSpec(), TableData(Recipe()), TrainingSpec(optimizer="sgd", learning_rate=1000.0)))
    view = runner.wait(run)
    assert view.state == "failed"
    assert "The loss became" in view.message
    assert "Lower the learning rate" in view.message
    onward = runner.wait(runner.resume(run, TrainingSpec(epochs=view.epoch + 3)))
    assert onward.state == "finished"


def test_where_nothing_was_kept_there_is_nothing_to_go_on_from(runner: Runner) -> None:
    run = runner.submit(replace(QUICK, model=NetworkSpec(features=2)))
    view = runner.wait(run)
    assert view.state == "failed"
    assert view.message == (
        "SpecError before the first epoch was done: features: expected 1 as in the data, got 2. "
        "Set it so, or prepare other data."
    )
    with pytest.raises(RunnerError, match="kept no weights to go on from: start it anew"):
        runner.resume(run)


def test_limits(runner: Runner) -> None:
    with pytest.raises(SpecError, match=r"epochs: expected at most 20,000 here, got 50000\."):
        runner.submit(replace(QUICK, spec=TrainingSpec(epochs=50_000)))
    brief = Runner(limits=Limits(seconds=1.5))
    try:
        view = done(brief, LONG)
        assert view.state == "stopped"
        assert view.message == "It reached its limit of 1.5 seconds."
        assert view.kept == view.epoch > 0
    finally:
        brief.close()


def test_a_full_queue_says_so() -> None:
    runner = Runner(Room(at_once=1, waiting=3, waiting_each=2, paused=1, grace=0.2))
    try:
        first = runner.submit(LONG, "one")
        until(has_begun(runner, first))
        runner.submit(LONG, "one")
        runner.submit(LONG, "one")
        with pytest.raises(RunnerError, match="2 runs of yours are waiting, and that is the most"):
            runner.submit(LONG, "one")
        runner.submit(LONG, "two")
        with pytest.raises(RunnerError, match="3 runs are waiting, and that is the most"):
            runner.submit(LONG, "three")
        with pytest.raises(RunnerError, match="There is no run 'run-99'"):
            runner.view("run-99")
    finally:
        runner.close()
    assert all(view.state == "stopped" for view in runner.views())
    with pytest.raises(RunnerError, match="shut down"):
        runner.submit(QUICK)


def test_the_forkserver_may_die(runner: Runner) -> None:
    run = runner.submit(replace(QUICK, spec=TrainingSpec(epochs=120)))
    until(has_begun(runner, run))
    server = multiprocessing.forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(server, signal.SIGKILL)
    assert done(runner, QUICK).state == "finished", "it is started anew"
    assert runner.wait(run).state == "finished", "what ran goes on"
    assert multiprocessing.forkserver._forkserver._forkserver_pid != server  # type: ignore[attr-defined]


def test_the_runs_of_a_visitor_who_left_are_ended_unless_they_come_back(runner: Runner) -> None:
    quick = Runner(Room(leaving=0.3, grace=0.3))
    try:
        gone, back = quick.submit(LONG, "gone"), quick.submit(LONG, "back")
        waiting = quick.submit(LONG, "gone")
        until(lambda: quick.view(gone).state == "running")
        quick.release("gone")
        quick.release("back")
        quick.seen("back")
        until(lambda: not quick.views("gone"))
        assert quick.view(back).state == "running"
        until(lambda: not {gone, waiting} & {view.id for view in quick.views()})
    finally:
        quick.close()


def test_a_restart_stands_beside_the_old_run(runner: Runner) -> None:
    first = runner.submit(QUICK, "me")
    runner.wait(first)
    second = runner.restart(first, TrainingSpec(epochs=2, learning_rate=0.1))
    assert runner.wait(second).epoch == 2
    assert [view.id for view in runner.views("me")] == [first, second]
    assert runner.view(first).epoch == 3


def test_a_view_costs_next_to_nothing_and_does_not_change(runner: Runner) -> None:
    job = Job(NetworkSpec(hidden_size=1), DATA_OF_ONE, TrainingSpec(epochs=4_000))
    run = runner.submit(job)
    until(lambda: runner.view(run).epoch > 500)
    view, count = runner.view(run), len(runner.view(run).epochs)
    seconds = []
    while not runner.view(run).is_over and len(seconds) < 200:
        began = time.perf_counter()
        runner.view(run)
        seconds.append(time.perf_counter() - began)
        time.sleep(0.001)
    assert sorted(seconds)[len(seconds) // 2] < 0.001
    assert view.epoch >= count - 1
    assert isinstance(view.epochs, tuple)
    runner.stop(run)


DATA_OF_ONE = TensorData(from_tensors((torch.ones(1, 12, 1), torch.ones(1, 1))))


def test_any_thread_may_ask(runner: Runner) -> None:
    problems: list[BaseException] = []

    def visit(number: int) -> None:
        try:
            run = runner.submit(replace(QUICK, spec=TrainingSpec(epochs=8)), f"visitor {number}")
            until(has_begun(runner, run))
            runner.pause(run)
            runner.go_on(run)
            if number % 2:
                runner.stop(run)
            assert runner.wait(run).is_over
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
def test_nothing_is_left_of_runs_that_ended() -> None:
    def left() -> tuple[int, int]:
        server = psutil.Process(multiprocessing.forkserver._forkserver._forkserver_pid)  # type: ignore[attr-defined]
        return len(os.listdir("/proc/self/fd")), len(server.children())  # noqa: PTH208

    runner = Runner()
    done(runner, QUICK)
    files, children = left()
    threads = threading.active_count()
    for number in range(8):
        run = runner.submit(LONG if number % 2 else QUICK)
        if number % 2:
            until(has_begun(runner, run))
            runner.stop(run)
        runner.wait(run)
    assert left() == (files, children)
    assert threading.active_count() == threads
    runner.close()
    assert threading.active_count() == threads - 1
    assert left()[0] < files


def test_the_main_script_of_the_server_is_not_run_in_a_run(runner: Runner) -> None:
    view = done(runner, Job(Telling(), DATA, TrainingSpec(epochs=1)))
    assert view.message == "RuntimeError before the first epoch was done: main script: none"


class Telling(nn.Module):
    """Says in an error whether its process has run the main script of the one that started it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError(f"main script: {getattr(sys.modules['__main__'], '__file__', 'none')}")


SCRIPTS = {
    "airline": Job(
        NetworkSpec(hidden_size=3),
        TableData(Recipe()),
        TrainingSpec(epochs=3, clip=0.1, patience=2, schedule="plateau"),
    ),
    "many to many, carried": Job(
        NetworkSpec(cell="gru", head="every_step", batch_first=False),
        TableData(Recipe(many_to_many=True, validation=12)),
        TrainingSpec(epochs=2, batch_size=3, state="carried", shuffle=False, optimizer="sgd", schedule="step"),
    ),
    "messages": replace(PRESETS[4].job(), spec=TrainingSpec(epochs=2, optimizer="adamw")),
}


def test_scripts_as_a_notebook_repeat_runs_to_the_last_bit(runner: Runner, tmp_path: Path) -> None:
    """All in one interpreter, which knows torch but not this package."""
    texts = [f"print('RUN')\n{training_script(job)}" for job in SCRIPTS.values()]
    made = nbformat.reads(notebook("\n".join(texts), "Runs"), as_version=4)
    NotebookClient(made, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = "".join(output.get("text", "") for cell in made.cells for output in cell.get("outputs", ()))
    for (name, job), said in zip(SCRIPTS.items(), printed.split("RUN\n")[1:], strict=True):
        lines = re.findall(r"^(\d+) (\S+) (\S+) [\d.]+ s$", said, re.MULTILINE)
        assert [(int(epoch), float(loss), float(watched)) for epoch, loss, watched in lines] == [
            (epoch.epoch, epoch.train_loss, epoch.validation_loss) for epoch in done(runner, job).epochs
        ], name
