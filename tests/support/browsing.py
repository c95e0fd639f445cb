"""A real Chromium: finding one, watching what its pages complain about, and waiting until Streamlit has drawn."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Error,
    Page,
    WebSocket,
    sync_playwright,
)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # no page gets a word out
]
# On a deep link to /page Streamlit's own front end looks for its server below /page first, and gets a 404.
_PROBED = re.compile(r"/[\w-]+/_stcore/(health|host-config)$")
OWN_HOSTS = {"127.0.0.1", "localhost"}

# Calm: the last run has ended, nothing is stale or still loading, and so for a while. The while is there because a
# click or a key takes up to 50 ms to become a run, and a slider that is dragged up to 100 ms more.
_CALM = """([call, quiet]) => {
  const app = document.querySelector('[data-testid="stApp"]')
  const done = ["notRunning", "compilationError"].includes(app?.dataset.testScriptState)
  const busy = !done || app.dataset.testConnectionState !== "CONNECTED"
    || document.querySelector('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"], [data-stale="true"]')
  if (busy || window.calm?.call !== call) window.calm = { call, since: busy ? Infinity : performance.now() }
  if (!busy) window.calm.since = Math.min(window.calm.since, performance.now())
  return performance.now() - window.calm.since >= quiet
}"""
_CALLS = itertools.count()


_FUNCTION = re.compile(r"\s*(async\s+)?(\([^()]*\)|\w+)\s*=>")


def new_page(context: BrowserContext) -> Page:
    """A page of ``context`` whose ``wait_for_function`` takes expressions.

    Playwright evaluates those time and again from within the page, where our Content-Security-Policy forbids eval. A
    function is evaluated once, from outside.
    """
    page = context.new_page()
    wait = page.wait_for_function

    def wait_for_function(expression: str, **options: Any) -> Any:
        return wait(expression if _FUNCTION.match(expression) else f"() => {expression}", **options)

    page.wait_for_function = wait_for_function  # type: ignore[method-assign]
    return page


class NoBrowserError(Exception):
    """No Chromium could be started; the message says which were tried."""


def app_ready(page: Page, *, quiet: int = 200, timeout: float = 30_000) -> None:
    """Wait until Streamlit's run has ended and its result stands on the page, quiet for so many milliseconds."""
    page.wait_for_function(_CALM, arg=[next(_CALLS), quiet], timeout=timeout)


@contextmanager
def browsing(**options: Any) -> Iterator[Browser]:
    """A headless Chromium with an empty profile, closed when the block ends.

    Raises NoBrowserError where none starts.
    """
    with sync_playwright() as playwright:
        browser = _launch(playwright.chromium, options)
        try:
            yield browser
        finally:
            browser.close()


def _launch(chromium: BrowserType, options: dict[str, Any]) -> Browser:
    installed = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    candidates: list[dict[str, Any]] = [{"executable_path": path} for path in installed if path]
    candidates += [{"channel": "chrome"}, {}]  # then a person's own Chrome, then Playwright's Chromium
    refusals = []
    for candidate in candidates:
        try:
            return chromium.launch(args=FLAGS, **candidate, **options)
        except Error as error:
            refusals.append(f"{candidate or 'Playwright’s own'}: {error.message.splitlines()[0]}")
    raise NoBrowserError("no Chromium could be started. " + "; ".join(refusals))


class Watch:
    """Collects what goes wrong on the pages of a context: errors in the console or thrown, words to foreign hosts."""

    def __init__(self, context: BrowserContext) -> None:
        self.problems: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note("page error", str(error.error)))
        context.on("request", lambda request: self._address(request.url))
        context.on("page", lambda page: page.on("websocket", self._websocket))

    def _console(self, line: ConsoleMessage) -> None:
        url = line.location["url"]
        if line.type == "error" and not _PROBED.search(url):
            self._note("console", f"{line.text} ({url})")

    def _note(self, kind: str, text: str) -> None:
        self.problems.append(f"{kind}: {text}")

    def _address(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in OWN_HOSTS:
            self._note("foreign host", url)

    def _websocket(self, websocket: WebSocket) -> None:
        self._address(websocket.url)
