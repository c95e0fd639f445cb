"""The wheel: it is built from what git knows, holds the app and its data, and serves from an empty folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.serving import ROOT, answering
from tests.test_ground import own_files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by setuptools' own backend, from a copy, so that nothing is left in the checkout."""
    copy, place = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for file in own_files():
        target = copy / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(copy)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (found,) = place.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's files where a folder on PYTHONPATH has them; what it needs is the running environment's."""
    place = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def environment(installed: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), sysconfig.get_path("purelib")])}


def test_it_holds_the_app_and_every_data_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("lstm_viz/")}
    package = {str(path.relative_to(ROOT)) for path in own_files() if path.is_relative_to(ROOT / "lstm_viz")}
    assert held >= {name for name in package if not name.endswith(".md")}
    app = [ROOT / "app.py", ROOT / ".streamlit/config.toml", *sorted((ROOT / "pages").glob("*.py"))]
    assert {f"lstm_viz/served/{path.relative_to(ROOT)}" for path in app} == held - package
    assert not [name for name in held if "tests" in name or "__pycache__" in name]


def test_it_names_its_command_and_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {
            name.rpartition("/")[2]: archive.read(name).decode() for name in archive.namelist() if ".dist-info/" in name
        }
    assert "lstm-viz = lstm_viz.cli:main" in texts["entry_points.txt"]
    assert "Requires-Dist: torch" in texts["METADATA"]


def test_it_traces_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lstm_viz", "trace", "torch.nn:Identity", "--input", "4,12,1"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(installed), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "(4, 12, 1)" in done.stdout


@pytest.fixture(scope="module")
def address(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    empty, log = tmp_path_factory.mktemp("empty"), tmp_path_factory.mktemp("log") / "server.log"
    command = [
        sys.executable,
        "-m",
        "lstm_viz",
        "--port",
        "0",
        "--server.headless",
        "true",
        "--logger.enableRich",
        "false",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=empty, env=environment(installed), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield answering(process, log)
    finally:
        process.terminate()
        process.wait(10)


def test_it_serves_the_app_with_its_routes(address: str) -> None:
    with urllib.request.urlopen(f"{address}/picture?H=7", timeout=60) as answer:
        assert "<svg" in answer.read().decode()
    with urllib.request.urlopen(f"{address}/gradients", timeout=60) as answer:
        assert answer.status == 200


def test_its_own_configuration_holds(address: str) -> None:
    own = urlsplit(address)
    with socket.create_connection((own.hostname, own.port)) as line, pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://rebound.example:{own.port}/_stcore/stream", subprotocols=["streamlit"], sock=line)
