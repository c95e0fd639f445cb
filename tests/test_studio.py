"""The process that draws: what it gives is what the server would have drawn, and without it the server does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from lstm_viz.drawing.order import Order, Picture, carry_out
from lstm_viz.spec import NetworkSpec
from lstm_viz.ui import studio as module
from lstm_viz.ui.caches import picture_of
from lstm_viz.ui.settings import Settings
from lstm_viz.ui.studio import Studio
from tests.support.session import until

ORDERS = [
    Order(NetworkSpec()),
    Order(NetworkSpec(cell="gru", bidirectional=True, layers=2, head="last_hidden", hidden_size=7), tall=True),
    Order(NetworkSpec(input="tokens", task="classification", outputs=3, batch_first=False), unrolled=True),
    Order(NetworkSpec(proj_size=2, head="every_step", seed=7)),
]


@pytest.fixture(scope="module")
def open_studio() -> Iterator[Studio]:
    studio = Studio()
    studio.open()
    yield studio
    studio.close()


def same(found: Picture | None, wanted: Picture) -> bool:
    if found is None:
        return False
    pairs = zip(found[0].trace, wanted[0].trace, strict=True)
    values = all(
        one.shape == other.shape and (one.values is None or torch.equal(one.values, other.values))  # type: ignore[arg-type]
        for one, other in pairs
    )
    return values and found[1] == wanted[1] and found[0].spec == wanted[0].spec


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.spec.cell)
def test_it_draws_what_the_server_would(open_studio: Studio, order: Order) -> None:
    assert same(open_studio.carry_out(order), carry_out(order))


def test_each_thread_gets_its_own_picture(open_studio: Studio) -> None:
    orders = [Order(NetworkSpec(hidden_size=size)) for size in range(2, 26)]
    orders.insert(9, Order(None))  # type: ignore[arg-type]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(open_studio.carry_out, orders))
    assert [each[0].spec if each else None for each in found] == [order.spec for order in orders]


def test_an_order_that_raises_is_the_servers_again(open_studio: Studio) -> None:
    assert open_studio.carry_out(Order(None)) is None  # type: ignore[arg-type]
    assert open_studio.carry_out(ORDERS[0]) is not None


def test_without_its_process_the_server_draws_and_another_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AGAIN_AFTER", 0.0)
    studio = Studio()
    monkeypatch.setattr("lstm_viz.ui.caches.studio", lambda: studio)
    settings = Settings(spec=NetworkSpec(hidden_size=61))
    assert studio.carry_out(ORDERS[0]) is None, "it has not been opened"
    assert "<svg" in picture_of(settings, tall=False, unrolled=False, far=False)[1]
    studio.open()
    first = studio.process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert studio.carry_out(ORDERS[0]) is None
    until(lambda: studio.carry_out(ORDERS[0]) is not None)
    assert studio.process.pid != first
    studio.close()
    studio.process.join(10)
    assert not studio.process.is_alive()


def test_its_process_ends_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    studio = Studio()
    studio.open()
    assert studio._connection is not None
    studio._connection.close()  # as it is when the server is killed
    studio.process.join(10)
    assert studio.process.exitcode == 0
