"""The real nginx with docs/nginx.conf, in front of servers on ports of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.serving import ROOT

CONFIG = ROOT / "docs/nginx.conf"
_AROUND = """
daemon off;
{user}
worker_processes 1;
pid {home}/pid;
error_log {home}/error.log;
events {{}}
http {{
    log_format seen '$status $upstream_addr $request_uri';
    access_log {home}/access.log seen;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/site.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    """A running nginx: where it answers, and its folder."""

    url: str
    home: Path

    def nodes_of(self, path: str) -> list[str]:
        """Which server answered each question for ``path``, oldest first."""
        lines = [line.split() for line in (self.home / "access.log").read_text().splitlines()]
        return [line[-2] for line in lines if line[-1].startswith(path)]


def program() -> str | None:
    """Where nginx is: Debian has it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def proxying(home: Path, ports: Sequence[int], changes: dict[str, str] | None = None) -> Iterator[Proxy]:
    """Serve docs/nginx.conf on a free port, its two processes at ``ports``; ``changes`` are made to its text."""
    port = free_port()
    places = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "server 127.0.0.1:8501": f"server 127.0.0.1:{ports[0]}",
        "server 127.0.0.1:8502": f"server 127.0.0.1:{ports[1]}",
    }
    text = CONFIG.read_text()
    for old, new in (places | (changes or {})).items():
        assert old in text, f"docs/nginx.conf has no {old!r} any more"
        text = text.replace(old, new)
    (home / "site.conf").write_text(text)
    (home / "nginx.conf").write_text(_AROUND.format(home=home, user="user root;" if os.geteuid() == 0 else ""))
    command = [str(program()), "-p", str(home), "-c", str(home / "nginx.conf"), "-e", str(home / "error.log")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        _wait_for(port, process, home)
        yield Proxy(f"http://127.0.0.1:{port}", home)
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """A port that nobody listened at a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], home: Path, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nginx does not answer: {(home / 'error.log').read_text()}")
