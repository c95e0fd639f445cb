"""Two processes behind the nginx of docs/nginx.conf, below /lstm/, and what visitors see when one of them dies."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import Watch, app_ready, new_page
from tests.support.nginx import Proxy, program, proxying
from tests.support.serving import ROOT, Server, serving


@dataclass(frozen=True)
class Farm:
    """A proxy, and the servers behind it by their addresses."""

    proxy: Proxy
    servers: dict[str, Server]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    if program() is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    home = tmp_path_factory.mktemp("nginx")
    home.chmod(0o755)
    with ExitStack() as stack:
        flags = ("--server.baseUrlPath=lstm", "--browser.serverAddress=127.0.0.1")
        servers = [
            stack.enter_context(serving(home / f"server-{number}.log", ROOT / "app.py", *flags)) for number in (1, 2)
        ]
        by_address = {urlsplit(server.url).netloc: server for server in servers}
        ports = [int(address.split(":")[1]) for address in by_address]
        yield Farm(stack.enter_context(proxying(home, ports)), by_address)


def ask(url: str, body: object = None, **headers: str) -> tuple[int, HTTPResponse | HTTPError, bytes]:
    content = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(url, content, {name.replace("_", "-"): text for name, text in headers.items()})) as answer:
            return answer.status, answer, answer.read()
    except HTTPError as error:
        return error.code, error, error.read()


def test_pages_and_routes_below_the_base_path(farm: Farm) -> None:
    url = farm.proxy.url
    assert ask(f"{url}/lstm/")[2].startswith(b"<!--")
    assert ask(f"{url}/lstm/_stcore/health")[2] == b"ok"
    status, _, picture = ask(f"{url}/lstm/picture?T=9")
    assert (status, "(4, 9, 5)" in json.loads(picture)["svg"]) == (200, True)
    assert ask(f"{url}/lstm/training-runs", {})[::2] == (200, b'{"unknown":true}')
    assert ask(f"{url}/lstm/training-runs", {}, Origin="https://evil.example")[0] == 403
    assert ask(f"{url}/lstm/_stcore/metrics")[0] == 404
    assert ask(f"{url}/elsewhere")[0] == 404


def test_a_visitor_stays_with_one_process(farm: Farm) -> None:
    url = f"{farm.proxy.url}/lstm/_stcore/health"
    visitors = [ask(url)[1].headers.get_all("Set-Cookie") or [] for _ in range(16)]
    nodes = [next(cookie.split(";")[0] for cookie in each if cookie.startswith("lstm_node=")) for each in visitors]
    for number, node in enumerate(nodes):
        for _ in range(2):
            assert "lstm_node" not in str(ask(f"{url}?visitor={number}", Cookie=node)[1].headers)
    places = [set(farm.proxy.nodes_of(f"/lstm/_stcore/health?visitor={number}")[-2:]) for number in range(16)]
    assert all(len(each) == 1 for each in places), places
    assert set.union(*places) == farm.servers.keys(), "both processes have visitors"


def test_a_password_keeps_everyone_else_out(farm: Farm, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    secret = subprocess.run(["openssl", "passwd", "-apr1", "open sesame"], capture_output=True, text=True, check=True)
    (tmp_path / "htpasswd").write_text(f"room:{secret.stdout}")
    lines = {
        "# auth_basic  ": "auth_basic  ",
        "# auth_basic_user_file /etc/nginx/lstm.htpasswd": f"auth_basic_user_file {tmp_path}/htpasswd",
    }
    ports = [urlsplit(f"//{address}").port or 0 for address in farm.servers]
    right, wrong = (base64.b64encode(f"room:{word}".encode()).decode() for word in ("open sesame", "guess"))
    with proxying(tmp_path, ports, lines) as proxy:
        for path in ("/lstm/", "/lstm/picture", "/lstm/_stcore/health", "/lstm/_stcore/stream"):
            assert ask(proxy.url + path)[0] == 401
            assert ask(proxy.url + path, Authorization=f"Basic {wrong}")[0] == 401
        assert ask(f"{proxy.url}/lstm/picture", Authorization=f"Basic {right}")[0] == 200


def test_whoever_was_on_a_killed_process_comes_back_on_the_other(farm: Farm, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=farm.proxy.url)
    watch = Watch(context)
    page = new_page(context)
    page.goto("/lstm/?T=7")
    shape_is(page, "(4, 7, 5)")
    app_ready(page)
    change(page, "H", "8")
    shape_is(page, "(4, 7, 8)")
    page.wait_for_function("location.pathname === '/lstm/' && location.search.includes('H=8')")
    assert farm.proxy.nodes_of("/lstm/picture?"), "a moved control asks the route below the base path"
    page.get_by_role("link", name="Training", exact=True).first.click()
    expect(page.locator('[data-act="train"]')).to_be_visible(timeout=60_000)
    page.wait_for_function("location.pathname === '/lstm/training'")
    page.get_by_role("link", name="Shapes", exact=True).first.click()
    shape_is(page, "(4, 7, 8)")
    app_ready(page)
    assert not watch.problems

    at = page.evaluate("performance.timeOrigin")
    os.kill(farm.servers[farm.proxy.nodes_of("/lstm/picture?")[-1]].pid, signal.SIGKILL)
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').dataset.testConnectionState !== 'CONNECTED'", timeout=30_000
    )
    app_ready(page, timeout=90_000)
    shape_is(page, "(4, 7, 8)")
    change(page, "T", "6")
    shape_is(page, "(4, 6, 8)")
    assert page.evaluate("performance.timeOrigin") == at, "the page was not loaded anew"
    context.close()


def change(page: Page, letter: str, value: str) -> None:
    page.locator(f'input[type=number][aria-label^="{letter},"]').fill(value)


def shape_is(page: Page, shape: str) -> None:
    expect(page.locator('[data-tensor="output"]').first).to_have_attribute("data-shape", shape, timeout=60_000)
