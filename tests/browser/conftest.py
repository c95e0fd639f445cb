"""Pages in a real browser, each in a fresh profile, watched for anything that goes wrong on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browsing import NoBrowserError, Watch, browsing, new_page
from tests.support.serving import TRACEBACK, Server

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """One headless Chromium for each worker. Without one the test is skipped, or fails under --demand-browser."""
    with ExitStack() as stack:
        try:
            chromium = stack.enter_context(browsing())
        except NoBrowserError as error:
            (pytest.fail if request.config.getoption("demand_browser") else pytest.skip)(str(error))
        yield chromium


@pytest.fixture
def open_page(
    browser: Browser, server_process: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """Open an empty page: `open_page(width=390, height=844, color_scheme="dark")`; then `page.goto("/?T=24")`.

    The test fails on an error in the console or on the page, on a request to a foreign host and on an exception in the
    server's log; `@pytest.mark.allow_problems("a pattern", …)` lets some pass.
    """
    pages: list[Page] = []
    watches: list[Watch] = []
    already_logged = server_process.log.stat().st_size

    def open_page(width: int = 1366, height: int = 768, **options: Any) -> Page:
        options.setdefault("permissions", ["clipboard-read", "clipboard-write"])
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=server_process.url, **options
        )
        watches.append(Watch(context))
        pages.append(new_page(context))
        return pages[-1]

    yield open_page
    for number, page in enumerate(pages):
        if request.node.stash.get(_FAILED, False) and not page.is_closed():
            picture = tmp_path / f"page-{number}.png"
            page.screenshot(path=picture)
            request.node.add_report_section("teardown", "screenshot", str(picture))
        page.context.close()
    problems = [problem for watch in watches for problem in watch.problems]
    if TRACEBACK in (logged := server_process.logged(already_logged)):
        problems.append(f"server log: {logged}")
    allowed = [pattern for mark in request.node.iter_markers("allow_problems") for pattern in mark.args]
    if problems := [text for text in problems if not any(re.search(pattern, text) for pattern in allowed)]:
        pytest.fail("\n".join(["The page reported:", *problems]), pytrace=False)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """An empty page of 1366 × 768 in a fresh profile."""
    return open_page()
