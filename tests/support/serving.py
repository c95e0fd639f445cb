"""The app as a person gets it: `streamlit run` in a process of its own, on a port that the system chose."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRACEBACK = "Traceback (most recent call last)"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+(?:/\w+)?")


@dataclass(frozen=True)
class Server:
    """A running server: where it answers, base path and all, which process it is, and the file that it logs to."""

    url: str
    pid: int
    log: Path

    def logged(self, since: int = 0) -> str:
        """What the server wrote after the first `since` bytes of its log."""
        return self.log.read_bytes()[since:].decode(errors="replace")


@contextmanager
def serving(
    log: Path, script: Path = ROOT / "app.py", *flags: str, seconds: float = 60, within: Sequence[str] = ()
) -> Iterator[Server]:
    """Serve a script under the project's own configuration until the block ends; ``within`` is a command that runs it.

    Raises RuntimeError, with the server's log, when it does not answer within the seconds.
    """
    options = ["--server.port=0", "--server.address=127.0.0.1", "--server.headless=true", "--logger.enableRich=false"]
    command = [*within, sys.executable, "-m", "streamlit", "run", str(script), *options, *flags]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield Server(answering(process, log, seconds), process.pid, log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answering(process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> str:
    """The address that a starting server writes into its log, once it answers there. Raises RuntimeError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if (address := _ADDRESS.search(log.read_text(errors="replace"))) and _healthy(address[0]):
            return address[0]
        time.sleep(0.05)
    ending = "still silent" if process.poll() is None else f"ended with exit status {process.returncode}"
    raise RuntimeError(f"The server is {ending}; it logged:\n{log.read_text(errors='replace')}")


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # refused, or too busy to answer yet
        return False
