"""A room full of people, in a process of its own: `python -m tests.benchmarks.crowd` with a plan on its first line.

It says on its output, a JSON object a line, when all are there, what they met, and when they have left; a line on its
input makes it go on from each of these. It ends by itself, whatever happens.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.benchmarks.person import PATIENCE, Person, Trouble

SETTLED = 0.22
"""How long a control has been let be when the page follows: see controls.js."""
_ENTERING = 0.05
_POLLED_EVERY = 0.2


@dataclass(frozen=True)
class Plan:
    """``people`` change a setting about every ``think`` seconds for so many ``seconds``; ``learners`` train meanwhile.

    ``alike``: all of them opened the same link; else no two ever ask for the same network. ``changes``: at most so
    many in all.
    """

    url: str
    people: int
    seconds: float
    think: float = 2.0
    alike: bool = False
    learners: int = 0
    changes: int | None = None
    epochs: int = 20_000


@dataclass
class Met:
    """What they met: seconds of each kind of wait, and what went wrong. ``own`` is the processor time of the crowd."""

    opened: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    waited: int = 0
    own: float = 0.0
    seconds: float = 0.0


def link(number: int, alike: bool) -> str:
    """The link that a person opens.

    >>> link(0, False), link(17, False), link(17, True)
    ('B=2&T=6&H=1', 'B=3&T=7&H=1', 'H=1')
    """
    return "H=1" if alike else f"B={2 + number % 16}&T={6 + number // 16}&H=1"


def hidden_sizes(number: int, alike: bool) -> Iterator[int]:
    """What a person sets H to, one after the other: never what it is."""
    at = random.Random(number).randrange(64) if alike else 0
    while True:
        at = at + 1 if at < 64 else 2 if not alike else 1
        if at > 1:
            yield at


class Crowd:
    """The people of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self.met = plan, Met()
        self._random = random.Random(0)
        self._until = 0.0
        self._all_there = asyncio.Event()
        self._may_leave = asyncio.Event()
        self._done: list[asyncio.Event] = []
        self._left = plan.changes if plan.changes is not None else sys.maxsize

    async def visit(self) -> AsyncIterator[str]:
        """Yield when all are there, when they are done, and when all have left."""
        plan = self._plan
        lives = [self._life(number, learns=number < plan.learners) for number in range(plan.learners + plan.people)]
        tasks = []
        for life in lives:
            self._done.append(asyncio.Event())
            tasks.append(asyncio.create_task(self._safely(life, self._done[-1])))
            await asyncio.sleep(_ENTERING)
        while len(self.met.opened) + len(self.met.troubles) < len(tasks):
            await asyncio.sleep(0.05)
        yield "there"
        began, cpu = time.perf_counter(), time.process_time()
        self._until = began + plan.seconds
        self._all_there.set()
        for done in self._done:
            await done.wait()
        self.met.seconds, self.met.own = time.perf_counter() - began, time.process_time() - cpu
        yield "done"
        self._may_leave.set()
        await asyncio.gather(*tasks)
        yield "left"

    async def _safely(self, life: Any, done: asyncio.Event) -> None:
        try:
            await life
        except Exception as error:  # whatever it is, the others go on, and it is told
            self.met.troubles.append(f"{type(error).__name__}: {str(error)[:200]}")
        finally:
            done.set()

    async def _life(self, number: int, learns: bool) -> None:
        place = number - self._plan.learners
        query = f"tep={self._plan.epochs}" if learns else link(place, self._plan.alike)
        async with Person(self._plan.url, query, "training" if learns else "") as person:
            self.met.opened.append(await person.open())
            await self._all_there.wait()
            await (self._learn(person) if learns else self._change(person, place))
            self._done[number].set()
            await self._may_leave.wait()

    async def _change(self, person: Person, place: int) -> None:
        think = self._plan.think
        await asyncio.sleep(self._random.random() * think)
        for size in hidden_sizes(place, self._plan.alike):
            if time.perf_counter() >= self._until or self._left <= 0:
                return
            self._left -= 1
            fields = {"hidden_size": size}
            self.met.pictures.append(await person.ask_for_picture(fields))
            await asyncio.sleep(min(SETTLED, think))
            self.met.pages.append(await person.settle(fields))
            await asyncio.sleep(max(0.0, self._random.uniform(0.5, 1.5) * think - SETTLED))

    async def _learn(self, person: Person) -> None:
        found = await person.ask_about_runs(act="train")
        if "started" not in found:
            raise Trouble(f"training did not start: {found.get('error')}")
        run, have = found["started"], 0
        while time.perf_counter() < self._until:
            began = time.perf_counter()
            found = await person.ask_about_runs(chosen=run, have={run: have}, scene=run, live=0)
            self.met.polls.append(time.perf_counter() - began)
            [row] = found["runs"]
            if row.get("state") == "failed":
                raise Trouble(f"a run failed: {row['message']}")
            have = row.get("epoch", have)
            await asyncio.sleep(_POLLED_EVERY if row.get("state") == "running" else 3 * _POLLED_EVERY)
        self.met.waited += row.get("state") == "queued"
        await person.ask_about_runs(act="stop", run=run)


async def _main(plan: Plan) -> None:
    crowd = Crowd(plan)
    async with asyncio.timeout(plan.seconds + 4 * PATIENCE):
        async for stage in crowd.visit():
            print(json.dumps({"stage": stage, "met": asdict(crowd.met)}), flush=True)
            if not await asyncio.to_thread(sys.stdin.readline):
                return  # nobody listens any more


if __name__ == "__main__":
    asyncio.run(_main(Plan(**json.loads(sys.stdin.readline()))))
