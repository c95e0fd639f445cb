"""The container as far as it can be tried without an engine, and the checks of `make check` that may be offline."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest
import yaml
from streamlit import config as streamlit_config

from lstm_viz.training.limits import Limits, Room
from lstm_viz.ui.upload_limits import MOST_BYTES, MOST_FILES
from tests import audit
from tests.support.serving import ROOT, Server, serving
from tests.support.session import ask, connected, until

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
USER = 10001
PAGES = ("architecture", "decisions", "development", "hosting", "performance", "security")
# The keys of a service in the Compose Specification that are of use here; a misspelt one would be ignored by no engine.
KNOWN = {"build", "image", "ports", "environment", "read_only", "tmpfs", "mem_limit", "cpus", "pids_limit", "cap_drop"}
KNOWN |= {"security_opt", "init", "restart", "stop_grace_period", "healthcheck"}


class TestDockerfile:
    def test_the_base_is_pinned_to_a_patch(self) -> None:
        assert re.search(r"^ARG PYTHON_IMAGE=python:3\.11\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)

    def test_the_image_has_no_tools_of_the_build(self) -> None:
        first, second = re.split(r"(?=^FROM )", DOCKERFILE, flags=re.MULTILINE)[1:]
        assert "pip install" in first
        assert "pip" not in second
        assert "--from=packages /opt/venv /opt/venv" in second

    def test_nothing_else_goes_in(self) -> None:
        allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
        assert allowed == {"requirements.txt", "LICENSE", "app.py", ".streamlit", "lstm_viz", "pages"}


class TestCompose:
    @pytest.fixture
    def app(self) -> dict[str, Any]:
        assert COMPOSE.keys() == {"services"}
        found: dict[str, Any] = COMPOSE["services"]["app"]
        return found

    def test_it_has_keys_that_compose_knows(self, app: dict[str, Any]) -> None:
        assert app.keys() <= KNOWN
        assert app["healthcheck"].keys() <= {"test", "interval", "timeout", "retries", "start_period"}
        assert app["build"].keys() <= {"context", "args"}

    def test_it_gives_no_more_than_is_needed(self, app: dict[str, Any]) -> None:
        assert app["read_only"] is True
        assert app["cap_drop"] == ["ALL"]
        assert app["security_opt"] == ["no-new-privileges:true"]
        assert [mount.split(":")[0] for mount in app["tmpfs"]] == ["/tmp"]
        assert re.fullmatch(r"\d+g", app["mem_limit"])
        assert app["pids_limit"] > 0
        assert all(port.startswith("127.0.0.1:") for port in app["ports"])
        assert app["stop_grace_period"] == "5s"

    def test_it_asks_for_health_as_the_image_does(self, app: dict[str, Any]) -> None:
        kind, *command = app["healthcheck"]["test"]
        assert kind == "CMD"
        assert command[:2] == ["python", "-c"]
        assert "/_stcore/health" in command[2]
        compile(command[2], "health", "exec")

    def test_the_arguments_are_the_dockerfiles(self, app: dict[str, Any]) -> None:
        assert app["build"]["args"].keys() <= set(re.findall(r"^ARG (\w+)", DOCKERFILE, re.MULTILINE))


class TestDocuments:
    @pytest.mark.parametrize("name", ["docs/hosting.md", "docs/security.md", "docs/nginx.conf", "compose.yaml"])
    def test_options_are_streamlits(self, name: str) -> None:
        options = streamlit_config.get_config_options()
        text = (ROOT / name).read_text()
        assert set(re.findall(r"STREAMLIT_\w+", text)) <= {option.env_var for option in options.values()}
        named = re.findall(r"(?:--|`)((?:server|browser|client)\.\w+)", text)
        assert set(named) <= options.keys()

    @pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", *(f"docs/{each}.md" for each in PAGES)])
    def test_links_lead_somewhere(self, name: str) -> None:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / name).read_text()):
            assert (ROOT / name).parent.joinpath(target).exists(), f"{name} names {target}"

    def test_limits_are_as_written(self) -> None:
        text = " ".join((ROOT / "docs/security.md").read_text().split())
        room, limits = Room(), Limits()
        assert f"{MOST_FILES} at a time for one visitor, {MOST_BYTES // 10**9} GB for all" in text
        assert f"At most {streamlit_config.get_option('server.maxUploadSize')} MB each" in text
        assert f"{['no', 'One', 'Two'][room.at_once]} trainings at once, {room.waiting} waiting" in text
        assert f"{room.waiting_each} of each visitor" in text
        run = f"{limits.seconds / 60:g} minutes, {limits.memory_bytes // 10**9} GB and {limits.epochs:,} epochs"
        assert f"a run has {run}" in text

    def test_the_picture_is_drawn_and_not_fetched(self) -> None:
        picture = ElementTree.parse(ROOT / "docs/architecture.svg").getroot()
        assert not [each for each in picture.iter() if "href" in "".join(each.attrib)]


# What `docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --user 10001` does, by hand.
# An interpreter that lies where only root may look is put where it is for everyone.
_CONTAINED = """
set -e
if [ -n "$LOCKED" ]; then
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/base
    mount --bind "$BASE" /mnt/base
    mount -t tmpfs -o mode=755 tmpfs "$LOCKED"
    mkdir -p "$BASE"
    mount --bind /mnt/base "$BASE"
    mount -o remount,bind,ro "$LOCKED"
fi
mount -t tmpfs -o size=64m,mode=1777 tmpfs /tmp
mount -o remount,bind,ro /
exec setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups --inh-caps=-all --bounding-set=-all \\
    --no-new-privs "$@"
"""


def locked_folder(path: Path) -> str:
    """The outermost folder on the way to ``path`` that others may not enter, or ""."""
    return next((str(each) for each in reversed(path.parents) if not each.stat().st_mode & 0o001), "")


@pytest.fixture(scope="module")
def contained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with the Dockerfile's environment, a root that is read-only, and a user without any right."""
    if os.geteuid() or not (shutil.which("unshare") and shutil.which("setpriv")):
        pytest.skip("only root can make a root of its own that is read-only, with unshare and setpriv")
    if Path("/tmp") in ROOT.parents or locked_folder(ROOT / "app.py"):
        pytest.skip("the project lies where another user, or a new /tmp, does not let it be seen")
    base = Path(sys.base_prefix)
    with pytest.MonkeyPatch.context() as surroundings:
        for name, value in environment().items():
            surroundings.setenv(name, value)
        surroundings.setenv("BASE", str(base))
        surroundings.setenv("LOCKED", locked_folder(base / "bin"))
        surroundings.setenv("USER_ID", str(USER))
        within = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _CONTAINED, "sh"]
        log = tmp_path_factory.mktemp("contained") / "server.log"
        with serving(log, ROOT / "app.py", "--browser.serverAddress=127.0.0.1", seconds=120, within=within) as server:
            yield server


def environment() -> dict[str, str]:
    """The image's, but for where programs are."""
    lines = re.findall(r"^ENV (.+)$", DOCKERFILE, re.MULTILINE)
    found = dict(word.split("=", 1) for line in lines for word in shlex.split(line))
    return {name: value for name, value in found.items() if name not in {"PATH", "STREAMLIT_SERVER_PORT"}}


class TestContained:
    def test_it_has_no_rights(self, contained: Server) -> None:
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{contained.pid}/status").read_text().splitlines())
        assert set(status["Uid"].split()) == {str(USER)}
        assert (status["CapEff"], status["CapBnd"], status["NoNewPrivs"]) == ("0" * 16, "0" * 16, "1")
        (root,) = (
            line for line in Path(f"/proc/{contained.pid}/mounts").read_text().splitlines() if line.split()[1] == "/"
        )
        assert "ro" in root.split()[3].split(",")

    def test_a_page_a_file_and_a_training(self, contained: Server) -> None:
        with connected(contained.url) as session:
            assert "lstm_diagram" in session.open("")
            assert session.upload("0", b"a,b\n1,2\n" * 500_000) == 204
            given = session.open("training", "tep=2&tB=64")["lstm_training"]
            ask(contained.url, given, act="train")
            until(lambda: ask(contained.url, given)["runs"][0]["state"] == "finished", 180)
        assert "Traceback" not in contained.logged()
        written = [each for each in Path("/proc", str(contained.pid), "root", "tmp").rglob("*") if each.is_file()]
        assert sum(each.stat().st_size for each in written) < 1_000_000, written

    def test_it_stops_within_5_seconds_in_the_midst_of_a_training(self, contained: Server) -> None:
        with connected(contained.url) as session:
            given = session.open("training", "tep=20000&tB=1")["lstm_training"]
            ask(contained.url, given, act="train")
            until(lambda: ask(contained.url, given)["runs"][-1]["state"] == "running", 180)
            server = psutil.Process(contained.pid)
            family = server.children(recursive=True)
            server.terminate()
            assert server.wait(timeout=5) in (0, -signal.SIGTERM)
        until(lambda: not any(map(goes_on, family)))  # what it started has ended as well


def goes_on(process: psutil.Process) -> bool:
    """Whether it runs: one that has ended may stand in the list until somebody asks how."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class TestAudit:
    def fake(self, folder: Path, said: str, to: str = "stdout", status: int = 0) -> str:
        program = folder / "pip-audit"
        program.write_text(f"#!{sys.executable}\nimport sys\nprint({said!r}, file=sys.{to})\nsys.exit({status})\n")
        program.chmod(0o755)
        return str(program)

    def test_a_vulnerability_fails(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        bad = {"name": "thing", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"], "aliases": []}]}
        fine = {"name": "other", "skip_reason": "not found"}
        assert audit.main(self.fake(tmp_path, json.dumps({"dependencies": [fine, bad]}), status=1)) == 1
        assert "thing 1.0: CVE-1, mended in 1.1" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("said", "to"),
        [
            (json.dumps({"dependencies": [{"name": "thing", "skip_reason": "not found"}]}), "stdout"),
            ("ERROR: Could not connect to the vulnerability feed", "stderr"),
        ],
    )
    def test_without_a_network_it_says_so_in_one_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], said: str, to: str
    ) -> None:
        assert audit.main(self.fake(tmp_path, said, to)) == 0
        assert capsys.readouterr().out == "pip-audit: not checked, its vulnerability service does not answer here.\n"

    def test_a_failure_of_its_own_is_none_of_the_network(self, tmp_path: Path) -> None:
        assert audit.main(self.fake(tmp_path, "ERROR: unrecognized arguments", "stderr", 2)) == 1
