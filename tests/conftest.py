"""What every test may ask for: the served app, the app without a browser, and the rules of a test run."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: several processes share the cores
os.environ["LSTM_VIZ_STATE_DIR"] = ""  # a test that keeps curves on disk says where

from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from streamlit.testing.v1 import AppTest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.support.serving import ROOT, Server, serving

BROWSER_TESTS = "tests/browser/"

settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--demand-browser", action="store_true", help="fail where no browser test ran")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies in tests/browser is a browser test."""
    for item in items:
        if item.nodeid.startswith(BROWSER_TESTS):
            item.add_marker(pytest.mark.browser)


class Scheduling(LoadScopeScheduling):
    """A file of browser tests stays with one worker, its server and its browser; every other test goes alone.

    xdist's own `--dist loadgroup` groups nothing under pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if nodeid.startswith(BROWSER_TESTS) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput") or not session.config.getoption("demand_browser"):
        return
    reports = [report for outcome in ("passed", "failed") for report in reporter.stats.get(outcome, [])]
    ran = sum("browser" in report.keywords and report.when == "call" for report in reports)
    reporter.write_line(f"\n{ran} browser tests ran")
    if not ran:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def server_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The served app.py, one for each worker: its URL, process id and log."""
    with serving(tmp_path_factory.mktemp("server") / "server.log") as server:
        yield server


@pytest.fixture(scope="session")
def server(server_process: Server) -> str:
    """The URL of the served app, without a slash at its end."""
    return server_process.url


@pytest.fixture
def run_app() -> Callable[..., AppTest]:
    """Run the app without a browser: `run_app()`, `run_app("pages/shapes.py", cell="gru")`. The rest is its query."""

    def run(page: str | None = None, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app.switch_page(page).run() if page else app

    return run
