"""A room full of people on one server: how long they wait, what they take of its memory, and whether they give it back.

Each opens the Shapes page and changes a setting about every two seconds, as a browser does: a picture over plain HTTP,
and the whole page after it. The crowd is a process of its own beside the server, on the same cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import psutil

from lstm_viz.training.shelf import PLACE
from tests.benchmarks.crowd import Met, Plan
from tests.benchmarks.figure import Figure
from tests.benchmarks.visitor import visiting
from tests.support.serving import ROOT, Server, serving

MB = 1e6
_KEPT_FOR = 3
"""Seconds that this server keeps the session of somebody who left: two minutes otherwise."""
_LEAVING = 8.0
_FILL = 600
"""Changes after which the caches that all share are full: what grows later is of the people."""
_SOAK_HOUR = 18_000
"""What 10 people change in an hour."""


@dataclass(frozen=True)
class Visit:
    """What a crowd met, the server's memory (bytes) before, at its end and after they left, and its processor share."""

    plan: Plan
    met: Met
    before: int
    there: int
    end: int
    after: int
    share: float

    @property
    def waits(self) -> list[float]:
        """Each wait for a picture or a page."""
        return self.met.pictures + self.met.pages

    def slow(self) -> float:
        """What 95 of 100 waits were shorter than, in ms: of pictures or of pages, whichever is longer."""
        return max(quantile(self.met.pictures, 0.95), quantile(self.met.pages, 0.95))

    def words(self) -> str:
        """Medians and 95th parts, how many, and who took the processors."""
        met = self.met
        kinds = {"picture": met.pictures, "page": met.pages, "first page": met.opened, "runs": met.polls}
        waits = ", ".join(
            f"{name} {1000 * median(found):.0f} and {quantile(found, 0.95):.0f} ms"
            for name, found in kinds.items()
            if found
        )
        pace = len(met.pages) / met.seconds if met.seconds else 0
        shares = f"server {self.share:.0%} and crowd {met.own / max(met.seconds, 1e-9):.0%} of a core"
        return f"median and p95: {waits}; {pace:.0f} changes a second; {shares}"


def quantile(seconds: Sequence[float], share: float) -> float:
    """In ms, the time that so large a share of them is within; 0 without any.

    >>> quantile([0.001 * number for number in range(1, 101)], 0.95)
    95.0
    """
    ordered = sorted(seconds)
    return round(1000 * ordered[max(0, int(share * len(ordered)) - 1)], 1) if ordered else 0.0


def loading(seconds: float) -> list[Figure]:
    """Rooms of several sizes on one server, each ``seconds`` long, and an hour of 10 people without the pauses."""
    with _server() as server:
        visit(server, Plan(server.url, people=48, seconds=25, think=0.0, learners=2, changes=_FILL))
        figures = _room(server, Plan(server.url, 100, seconds, learners=2), "100 people, all different, 2 runs train")
        figures += _room(server, Plan(server.url, 100, seconds, learners=2, alike=True), "100, one link, 2 runs train")
        figures += _room(server, Plan(server.url, 150, seconds), "150 people, all different")
        figures += _room(server, Plan(server.url, 150, seconds, alike=True), "150 people, one link")
        figures += _too_many(server, seconds)
        figures += _all_train(server, seconds)
        return figures + _soak(server, seconds)


def visit(server: Server, plan: Plan) -> Visit:
    """Let a crowd come, do what its plan says, and leave."""
    command = [sys.executable, "-m", "tests.benchmarks.crowd"]
    crowd = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process = psutil.Process(server.pid)
    before = process.memory_info().rss
    try:
        _say(crowd, json.dumps(asdict(plan)))
        _hear(crowd)
        there, began, cpu = process.memory_info().rss, time.perf_counter(), _processor(process)
        _say(crowd, "go")
        met = _hear(crowd)
        share = (_processor(process) - cpu) / (time.perf_counter() - began)
        end = process.memory_info().rss
        _say(crowd, "leave")
        _hear(crowd)
        _say(crowd, "thanks")
        crowd.wait(30)
    finally:
        crowd.kill()
        crowd.wait()
    time.sleep(_LEAVING)
    _look_in(server)
    return Visit(plan, met, before, there, end, process.memory_info().rss, share)


def _say(crowd: subprocess.Popen[str], line: str) -> None:
    assert crowd.stdin is not None
    crowd.stdin.write(f"{line}\n")
    crowd.stdin.flush()


def _hear(crowd: subprocess.Popen[str]) -> Met:
    assert crowd.stdout is not None
    line = crowd.stdout.readline()
    if not line:
        raise RuntimeError("the crowd has vanished; its own words stand above")
    return Met(**json.loads(line)["met"])


def _processor(process: psutil.Process) -> float:
    """Seconds of the server itself; runs that train are processes of their own."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _look_in(server: Server) -> None:
    """Sessions that are over are dropped when another one ends."""
    with visiting(server.url) as visitor:
        visitor.run()
    time.sleep(1.0)


@contextmanager
def _server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ[PLACE] = f"{folder}/state"
        flags = (f"--server.disconnectedSessionTTL={_KEPT_FOR}",)
        with serving(Path(folder) / "server.log", ROOT / "app.py", *flags) as server:
            yield server


def _room(server: Server, plan: Plan, what: str) -> list[Figure]:
    found = visit(server, plan)
    people = plan.people + plan.learners
    growth = (found.end - found.before) / people / MB
    kept = (found.after - found.before) / people / MB
    sizes = ", ".join(f"{size / MB:.0f}" for size in (found.before, found.there, found.end, found.after))
    return [
        Figure(f"{what}: p95 of a wait", found.slow(), "ms", 300, parts=found.words()),
        _errors(found),
        Figure("  memory, each person", growth, "MB", 1, parts=f"server {sizes} MB: before, all there, end, left"),
        Figure("  memory, kept of each when they had left", kept, "MB", 0.2),
    ]


def _errors(found: Visit) -> Figure:
    first = f", the first: {found.met.troubles[0]}" if found.met.troubles else ""
    parts = f"of {len(found.waits):,} answers{first}"
    return Figure("  errors", len(found.met.troubles), "", 0, parts=parts)


def _too_many(server: Server, seconds: float) -> list[Figure]:
    """300 come; when they have left, 20 find it as quick as it was."""
    plan = Plan(server.url, 300, seconds)
    crowded = visit(server, plan)
    after = visit(server, replace(plan, people=20, seconds=min(seconds, 15)))
    return [
        Figure("300 people, all different: p95 of a wait", crowded.slow(), "ms", parts=crowded.words()),
        _errors(crowded),
        Figure("  20 people afterwards: p95 of a wait", after.slow(), "ms", 300, parts=after.words()),
        _errors(after),
    ]


def _all_train(server: Server, seconds: float) -> list[Figure]:
    found = visit(server, Plan(server.url, 30, seconds, learners=30))
    waiting = f"{found.met.waited} still waited at the end, {30 - found.met.waited} had begun"
    return [
        Figure("30 train at once, 30 on Shapes: p95 of a wait", found.slow(), "ms", 500, parts=found.words()),
        replace(_errors(found), parts=f"{_errors(found).parts}; {waiting}"),
        Figure("  p95 of asking how the runs are", quantile(found.met.polls, 0.95), "ms", 500),
    ]


def _soak(server: Server, seconds: float) -> list[Figure]:
    """An hour of 10 people without the pauses, or as much of it as five times ``seconds`` hold, in four parts."""
    plan = Plan(server.url, 10, 5 * seconds / 4, think=0.0, changes=_SOAK_HOUR // 4)
    parts = [visit(server, plan) for _ in range(4)]
    ends = [part.end / MB for part in parts]
    changes = sum(len(part.met.pages) for part in parts)
    sizes = ", ".join(f"{size:.0f}" for size in (parts[0].before / MB, *ends))
    hours = changes / _SOAK_HOUR
    return [
        Figure(
            "soak: memory, from the first quarter to the last",
            ends[-1] - ends[0],
            "MB",
            5,
            parts=f"{changes:,} changes, {hours:.0%} of an hour of 10 people, in four parts; server {sizes} MB",
        ),
        Figure("  errors", sum(len(part.met.troubles) for part in parts), "", 0, parts=parts[-1].words()),
    ]
