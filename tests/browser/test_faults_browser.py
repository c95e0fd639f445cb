"""What goes wrong between a browser and its server: each ends unnoticed or in a clear sentence."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.support.browsing import app_ready
from tests.support.serving import ROOT, TRACEBACK, Server, serving


class Restarting:
    """A server on one port, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._folder, self._stack, self._starts = folder, ExitStack(), 0
        self.server = self.start()

    def start(self) -> Server:
        self._starts += 1
        log = self._folder / f"server-{self._starts}.log"
        self.server = self._stack.enter_context(serving(log, ROOT / "app.py", f"--server.port={self.port}"))
        return self.server

    def kill(self) -> None:
        os.kill(self.server.pid, signal.SIGKILL)
        self._stack.close()

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def restarting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Restarting]:
    monkeypatch.setenv("LSTM_VIZ_STATE_DIR", str(tmp_path / "state"))
    server = Restarting(tmp_path)
    yield server
    server.close()


@pytest.fixture
def page(browser: Browser, restarting: Restarting) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=restarting.server.url)
    yield context.new_page()
    context.close()


def act(page: Page, name: str) -> object:
    return page.locator(f'[data-act="{name}"]')


def test_a_server_that_is_killed_and_started_again_loses_neither_settings_nor_curve(
    page: Page, restarting: Restarting
) -> None:
    page.goto("/training?H=7&tep=20000")
    expect(act(page, "train")).to_be_visible(timeout=60_000)
    app_ready(page)
    act(page, "train").click()
    kept = restarting._folder / "state"
    end = time.monotonic() + 60
    while not any(path.stat().st_size > 5_000 for path in kept.glob("*/*.run")):
        assert time.monotonic() < end, "nothing was written"
        time.sleep(0.1)
    restarting.kill()
    expect(page.locator(".said")).to_contain_text("The server does not answer", timeout=30_000)
    restarting.start()
    said = page.locator(".said")
    expect(said).to_contain_text("The server was started again, and this run ended with it after epoch", timeout=90_000)
    expect(page.locator(".loss path.train")).to_have_count(1)
    assert "H=7" in page.url
    page.reload()
    expect(said).to_contain_text("The server was started again", timeout=60_000)
    app_ready(page)
    act(page, "resume").click()
    expect(act(page, "stop")).to_be_visible(timeout=60_000)
    act(page, "stop").click()
    expect(said).to_contain_text("It was stopped", timeout=60_000)
    expect(page.locator(".runs tbody tr")).to_have_count(2)
    assert TRACEBACK not in restarting.server.logged()


def test_a_connection_that_drops_a_reload_and_a_second_tab(browser: Browser, server: str) -> None:
    """As a phone that sleeps: what was set is still set, and the run goes on; another tab has neither."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=server)
    page = context.new_page()
    held: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        held.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/_stcore/stream", through)
    page.goto("/training?H=7&tep=20000")
    expect(act(page, "train")).to_be_visible(timeout=60_000)
    app_ready(page)
    act(page, "train").click()
    expect(act(page, "stop")).to_be_visible(timeout=60_000)
    connections = len(held)
    held[-1].close(code=1001)
    end = time.monotonic() + 60
    while len(held) == connections:
        assert time.monotonic() < end, "it did not connect again"
        page.wait_for_timeout(50)
    app_ready(page, timeout=60_000)
    expect(act(page, "stop")).to_be_visible(timeout=60_000)
    page.reload()
    expect(act(page, "stop")).to_be_visible(timeout=60_000)
    assert "H=7" in page.url
    with context.expect_page() as opened:
        page.evaluate("window.open('/training?H=9')")  # a tab that is opened so has a copy of what the first one keeps
    other = opened.value
    expect(act(other, "train")).to_be_visible(timeout=60_000)
    app_ready(other)
    expect(other.locator(".runs tbody tr")).to_have_count(0)
    act(page, "stop").click()
    expect(page.locator(".said")).to_contain_text("It was stopped", timeout=60_000)
    expect(page.locator(".runs tbody tr")).to_have_count(1)
    context.close()
