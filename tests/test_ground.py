"""The ground that the app stands on: what is installed, how it is served, and what the files promise."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import packages_distributions, version
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from packaging.requirements import Requirement
from streamlit import config as streamlit_config
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.serving import ROOT, Server, serving

CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
INSTALLED = packages_distributions()
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def requirements(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text().splitlines()
    found = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    return [each for each in found if each.marker is None or each.marker.evaluate()]


def make(*arguments: str) -> str:
    """What make would do. Its own variables are dropped: these tests may run under `make test`."""
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    surroundings = {
        name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"
    }
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True
    ).stdout


def instructions(name: str) -> list[str]:
    return re.findall(rf"^ *{name} +(.+)$", DOCKERFILE, re.MULTILINE)


class TestMakefile:
    @pytest.mark.parametrize("target", ["run", "test", "check", "bench"])
    def test_target_exists_and_is_listed(self, target: str) -> None:
        assert make("--dry-run", target)
        assert re.search(rf"make {target}\b", make("help"))

    def test_serves_this_machine_alone_by_default(self) -> None:
        command = make("--dry-run", "run")
        assert "--server.port 8501 --server.address 127.0.0.1" in command
        assert "allowedHosts" not in command

    def test_serves_a_room_where_asked(self) -> None:
        command = make("--dry-run", "run", "HOST=0.0.0.0", "PORT=9000")
        assert "--server.port 9000 --server.address 0.0.0.0 --server.allowedHosts '*'" in command

    def test_documents_name_only_targets_that_exist(self) -> None:
        named = {target for file in DOCUMENTS for target in re.findall(r"\bmake ([a-z]+)\b`?", code_in(file))}
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert named <= targets, f"no such target: {', '.join(sorted(named - targets))}"


def code_in(document: Path) -> str:
    """The code of a Markdown file: its fences and what stands in backticks."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", document.read_text(), re.DOTALL)) if document.exists() else ""


class TestRequirements:
    @pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
    def test_each_is_pinned_to_what_is_installed(self, name: str) -> None:
        wanted = {each.name: str(each.specifier) for each in requirements(name)}
        assert wanted == {each: f"=={version(each).split('+')[0]}" for each in wanted}

    def test_the_tests_take_the_run_requirements_first(self) -> None:
        assert (ROOT / "requirements-dev.txt").read_text().splitlines()[0] == "-r requirements.txt"

    def test_the_package_asks_for_the_same_as_the_app(self) -> None:
        pinned = {each.name: each for each in requirements("requirements.txt")}
        asked = {
            each.name: each
            for each in map(Requirement, PROJECT["project"]["dependencies"])
            if each.marker is None or each.marker.evaluate()
        }
        assert asked.keys() == pinned.keys()
        for name, requirement in asked.items():
            (pin,) = pinned[name].specifier
            assert requirement.specifier.contains(pin.version), f"{requirement} does not allow {pinned[name]}"

    @pytest.mark.parametrize(
        ("files", "names"),
        [
            (("app.py", "pages/**/*.py", "lstm_viz/**/*.py"), ["requirements.txt"]),
            (("tests/**/*.py",), ["requirements.txt", "requirements-dev.txt"]),
        ],
    )
    def test_whatever_is_imported_is_required(self, files: tuple[str, ...], names: list[str]) -> None:
        required = {each.name.lower().replace("_", "-") for name in names for each in requirements(name)}
        paths = [path for pattern in files for path in ROOT.glob(pattern)]
        missing = {name: path.name for path in paths for name in third_party_imports(path) if name not in required}
        assert not missing, f"imported but not in {' or '.join(names)}: {missing}"


def third_party_imports(path: Path) -> Iterator[str]:
    """The distributions that a file imports, by the names that a requirements file would use."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
        for top in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"lstm_viz", "tests"}:
            yield from {name.lower().replace("_", "-") for name in INSTALLED.get(top, [top])}


class TestFiles:
    def test_no_machine_and_no_registry_is_written_down(self) -> None:
        # Spelled in pieces, so that this file may be searched too.
        hosts = [
            "py" + "pi.org",
            "python" + "hosted.org",
            "npm" + "js.org",
            "deb.deb" + "ian.org",
            "download.pyt" + "orch.org",
        ]
        paths = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/opt/whe" + "els"]
        pattern = re.compile(
            "|".join(rf"(?<![\w.])(?:[\w-]+\.)*{re.escape(host)}" for host in hosts)
            + "|"
            + "|".join(rf"(?<![\w.]){path}" for path in paths)
        )
        found = [
            f"{path.relative_to(ROOT)}: {match[0]}"
            for path in own_files()
            for match in pattern.finditer(path.read_text(errors="ignore"))
        ]
        assert not found, "\n".join(found)

    def test_ci_script_is_ready_to_run(self) -> None:
        script = ROOT / ".ci/run"
        assert os.access(script, os.X_OK)
        subprocess.run(["bash", "-n", script], check=True)

    def test_licence_is_the_one_that_is_declared(self) -> None:
        assert (ROOT / "LICENSE").read_text().startswith(f"{PROJECT['project']['license']} License")

    def test_import_contract(self) -> None:
        here = Path.cwd()
        os.chdir(ROOT)
        try:
            assert lint_imports(no_cache=True, no_logo=True) == EXIT_STATUS_SUCCESS
        finally:
            os.chdir(here)


def own_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


def flatten(options: dict[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in options.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


class TestStreamlitConfig:
    def test_streamlit_knows_every_option(self) -> None:
        assert not flatten(CONFIG).keys() - streamlit_config.get_config_options().keys()

    def test_protections_stand(self) -> None:
        options = flatten(CONFIG)
        assert options["server.enableXsrfProtection"]
        assert options["server.enableCORS"]
        assert options["client.showErrorDetails"] == "none"
        assert options["browser.gatherUsageStats"] is False
        assert options["server.maxUploadSize"] == 50
        assert options["runner.postScriptGC"] is False

    @pytest.mark.parametrize("mode", ["light", "dark"])
    def test_colours_can_be_read(self, mode: str) -> None:
        theme = CONFIG["theme"][mode]
        for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
            assert contrast(theme["textColor"], ground) >= 7
            assert contrast(theme["linkColor"], ground) >= 4.5
            assert contrast(theme["primaryColor"], ground) >= 3
        assert contrast(theme["primaryColor"], "#ffffff") >= 4.5, "Streamlit writes white on a primary button"

    def test_fonts_are_the_visitors_own(self) -> None:
        assert not [
            name for name, value in flatten(CONFIG["theme"]).items() if "://" in str(value) or "fontFaces" in name
        ]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, WCAG 2.2: 1 is none, 21 is black on white."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestDockerfile:
    def test_runs_as_nobody_special(self) -> None:
        assert int(instructions("USER")[-1]) > 0
        assert instructions("EXPOSE") == ["8501"]

    def test_starts_without_a_shell_so_that_signals_arrive(self) -> None:
        command = json.loads(instructions("CMD")[-1])
        assert command == ["python", "-m", "streamlit", "run", "app.py"]

    def test_takes_the_torch_index_from_outside(self) -> None:
        assert 'TORCH_INDEX_URL=""' in instructions("ARG")
        assert "://" not in re.sub(r"^#.*$|http://127\.0\.0\.1", "", DOCKERFILE, flags=re.MULTILINE)

    def test_copies_what_exists_and_is_not_ignored(self) -> None:
        rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
        sources = [source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]]
        for source in sources:
            assert (ROOT / source).exists(), f"{source} is copied but does not exist"
            verdicts = [rule[0] == "!" for rule in rules if fnmatch(source, rule.removeprefix("!"))]
            assert verdicts[-1], f"{source} is copied but ignored by .dockerignore"

    def test_sets_only_options_that_streamlit_reads(self) -> None:
        known = {option.env_var for option in streamlit_config.get_config_options().values()}
        named = set(re.findall(r"\b(STREAMLIT_\w+)=", DOCKERFILE))
        assert named
        assert named <= known

    def test_health_check_tells_a_living_server_from_a_dead_one(self, small_server: Server) -> None:
        _, *arguments = json.loads(re.search(r"HEALTHCHECK.*?CMD (\[.*\])", DOCKERFILE)[1])
        statuses = [
            subprocess.run(
                [sys.executable, *arguments], env=os.environ | {"STREAMLIT_SERVER_PORT": port}, capture_output=True
            ).returncode
            for port in (small_server.url.rsplit(":")[-1], "9")
        ]
        assert statuses == [0, 1]


@pytest.fixture
def small_server(tmp_path: Path) -> Iterator[Server]:
    script = tmp_path / "small.py"
    script.write_text('import streamlit as st\nst.text("small")\n')
    with serving(tmp_path / "server.log", script) as server:
        yield server


class TestServer:
    def test_stops_within_5_seconds_though_a_visitor_is_there(self, small_server: Server) -> None:
        with connect(stream_of(small_server), subprotocols=["streamlit"]):
            server = psutil.Process(small_server.pid)
            server.terminate()
            assert server.wait(timeout=5) == 0

    def test_refuses_a_name_that_is_not_its_own(self, small_server: Server) -> None:
        with connect(stream_of(small_server), subprotocols=["streamlit"]):
            pass
        address = urlsplit(small_server.url)
        with (
            socket.create_connection((address.hostname, address.port)) as line,
            pytest.raises(InvalidStatus, match="403"),
        ):
            connect(f"ws://rebound.example:{address.port}/_stcore/stream", subprotocols=["streamlit"], sock=line)


def stream_of(server: Server) -> str:
    return f"{server.url.replace('http', 'ws', 1)}/_stcore/stream"
