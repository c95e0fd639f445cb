"""Faults: each ends in a clear sentence or unnoticed, and the log tells of it without a visitor's data."""

from __future__ import annotations

import errno
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from streamlit.testing.v1 import AppTest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from lstm_viz.spec import NetworkSpec
from lstm_viz.training.limits import Limits, Room
from lstm_viz.training.records import Epoch
from lstm_viz.training.runner import Runner
from lstm_viz.training.shelf import Bounds, PastRun, Shelf, open_shelf
from lstm_viz.training.spec import TrainingSpec
from lstm_viz.ui.cell_place import PLACE_NAMES
from lstm_viz.ui.data_link import DATA_NAMES, recipe_of
from lstm_viz.ui.frame import PAGES
from lstm_viz.ui.gradients_link import GRADIENT_NAMES
from lstm_viz.ui.logs import WORDS
from lstm_viz.ui.picture_route import answer
from lstm_viz.ui.pitfall_place import PITFALL_NAMES
from lstm_viz.ui.settings import OTHERS
from lstm_viz.ui.training_desk import Desk
from lstm_viz.ui.training_link import TRAINING_NAMES
from lstm_viz.ui.training_offer import Offer, offer_of_link
from lstm_viz.ui.training_past import PastRuns
from lstm_viz.ui.training_route import HEADER
from tests.benchmarks.visitor import ScriptError, visiting
from tests.support.serving import ROOT, TRACEBACK, Server, serving

needs_runs = pytest.mark.skipif(os.name != "posix", reason="runs need a forkserver")
WORD, OTHER = "w" * 32, "o" * 32
CURVE = tuple(Epoch(n, 1 / n, 2 / n, 1.0, 0.01, 0.1, 9.0, {}, n == 30) for n in range(1, 31))
PAST = PastRun("run-ab-1", "A", "LSTM", "running", "", 99, 12, "test", "key", "server", CURVE, 30)


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited for nothing"
        time.sleep(0.01)


# ---- the shelf


def test_a_run_comes_back_as_it_was_and_to_nobody_else(tmp_path: Path) -> None:
    Shelf(tmp_path).put(WORD, PAST, b"weights\nof any bytes\0")
    again = Shelf(tmp_path)
    assert again.runs(WORD) == (PAST,)
    assert again.checkpoint(WORD, PAST.id) == b"weights\nof any bytes\0"
    assert again.runs(OTHER) == ()
    assert again.checkpoint(OTHER, PAST.id) is None
    assert WORD not in "".join(str(path) for path in tmp_path.rglob("*"))
    assert WORD.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*.run"))
    again.remove(WORD, PAST.id)
    assert not list(tmp_path.iterdir())


def test_what_is_kept_is_bounded(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Bounds(total_bytes=9_000, checkpoint_bytes=100, points=20, runs_each=3))
    for number in range(1, 6):
        shelf.put(WORD, replace(PAST, id=f"run-ab-{number}"), b"x" * 101)
    assert [run.id for run in shelf.runs(WORD)] == ["run-ab-3", "run-ab-4", "run-ab-5"]
    assert all(len(run.epochs) <= 20 for run in shelf.runs(WORD))
    assert {run.kept for run in shelf.runs(WORD)} == {None}, "a checkpoint that is too large is left out"
    for number in range(20):
        shelf.put(f"{number:032}", PAST)
    shelf.sweep()
    paths = list(tmp_path.rglob("*.run"))
    assert 0 < sum(path.stat().st_size for path in paths) <= 9_000
    for path in paths:
        os.utime(path, (0, 0))
    shelf.sweep()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"{", b"[]\n", b'{"id": 3}\n', b"\xff\xfe\n", b'{"epochs": [[1]]}\n'])
def test_what_cannot_be_read_is_left_out(tmp_path: Path, content: bytes) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(WORD, PAST)
    path = next(tmp_path.rglob("*.run"))
    path.write_bytes(content)
    assert shelf.runs(WORD) == ()
    assert shelf.checkpoint(WORD, PAST.id) is None


def test_a_folder_that_others_can_open_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(PermissionError, match=r"a folder of this user's that nobody else can open, got .* Name"):
        open_shelf(str(tmp_path))
    with pytest.raises(ValueError, match="the id of a run"):
        Shelf(tmp_path).checkpoint(WORD, "../../etc/passwd") or Shelf(tmp_path).remove(WORD, "../x")
    assert open_shelf("") is None


# ---- runs over a restart, a full disk, a clock that jumps


class Servers:
    """Desks that share a folder, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.started = folder, []  # type: ignore[var-annotated]

    def start(self) -> Desk:
        desk = Desk(Runner(Room(at_once=1, leaving=0.3), Limits(seconds=60)), PastRuns(Shelf(self.folder)))
        self.started.append(desk)
        return desk


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    made = Servers(tmp_path)
    yield made
    for desk in made.started:
        if not desk._closing.is_set():
            desk.close()


def offer(epochs: int = 20_000) -> Offer:
    return offer_of_link({"H": "2", "tep": str(epochs)})


def begun(desk: Desk, word: str, given: Offer) -> str:
    desk.offer(word, given, lambda: True)
    run: str = desk.answer(word, {"act": "train"})["started"]
    until(lambda: (row(desk, word, run)["kept"] or 0) > 2)
    return run


def row(desk: Desk, word: str, run: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in desk.answer(word, {})["runs"] if each["id"] == run)
    return found


@needs_runs
def test_a_run_outlives_its_server_and_can_go_on(servers: Servers) -> None:
    first = servers.start()
    run = begun(first, WORD, offer())
    first.close()
    second = servers.start()
    with pytest.raises(KeyError):
        second.answer(WORD, {})
    assert not second.claim(OTHER, lambda: True)
    assert second.claim(WORD, lambda: True)
    found = row(second, WORD, run)
    assert found["state"] == "stopped"
    assert found["message"].startswith("The server was started again, and this run ended with it after epoch")
    assert found["message"].endswith(f"Go on from epoch {found['kept']:,}, or train again.")
    assert found["new"][-1][0] == found["epoch"] >= found["kept"]
    onward = second.answer(WORD, {"act": "resume", "run": run})["started"]
    until(lambda: row(second, WORD, onward)["epoch"] > found["epoch"])
    assert row(second, WORD, onward)["name"] == "B"
    assert row(second, WORD, onward)["new"][0][0] == 1, "its curve begins with the old one"
    second.answer(WORD, {"act": "remove", "run": run})
    assert [each["id"] for each in second.answer(WORD, {})["runs"]] == [onward]


@needs_runs
def test_own_data_is_not_written_down_and_its_curve_is(servers: Servers) -> None:
    first = servers.start()
    run = begun(first, WORD, replace(offer(), link=None, data_key="own 7 secret column"))
    first.close()
    assert b"secret column" not in b"".join(path.read_bytes() for path in servers.folder.rglob("*.run"))
    second = servers.start()
    assert second.claim(WORD, lambda: True)
    found = row(second, WORD, run)
    assert found["new"]
    assert found["kept"] is None
    assert found["message"].endswith("Its data was your own and is not kept: bring it again, and train again.")
    assert "not kept any more" in second.answer(WORD, {"act": "resume", "run": run})["error"]


@needs_runs
def test_a_second_tab_goes_on_by_itself_and_a_sleeper_comes_back(servers: Servers) -> None:
    desk = servers.start()
    there = [True]
    desk.offer(WORD, offer(), lambda: there[0])
    run = desk.answer(WORD, {"act": "train"})["started"]
    assert not desk.claim(WORD, lambda: True), "somebody is there by this word"
    there[0] = False
    assert desk.claim(WORD, lambda: True)
    until(lambda: row(desk, WORD, run)["epoch"] > 5)
    assert not desk.claim("too short", lambda: True)


@needs_runs
def test_who_was_away_too_long_finds_the_curve(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = servers.start()
    run = begun(desk, WORD, offer())
    desk.keep(now=True)
    monkeypatch.setattr("lstm_viz.ui.training_desk._POLLED_WITHIN", 0.0)
    desk._visitors[WORD].is_there = lambda: False
    until(lambda: (desk.look(), WORD not in desk._visitors)[1])  # type: ignore[func-returns-value]
    assert desk.claim(WORD, lambda: True)
    assert row(desk, WORD, run)["message"].startswith("You were away for more than a minute, and this run was ended")


@needs_runs
def test_a_full_disk_stops_no_run_and_is_told(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    desk = servers.start()
    run = begun(desk, WORD, offer(60))
    desk.keep(now=True)
    assert row(desk, WORD, run)["unkept"] == (
        "Its curve could not be kept on the server's disk (No space left on device): "
        "if the server ends, the curve ends with it."
    )
    until(lambda: row(desk, WORD, run)["state"] == "finished")
    monkeypatch.undo()
    desk.keep(now=True)
    assert row(desk, WORD, run)["unkept"] == ""


@needs_runs
@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_clock_that_jumps_ends_no_run(servers: Servers, monkeypatch: pytest.MonkeyPatch, jump: float) -> None:
    desk = servers.start()
    run = begun(desk, WORD, offer())
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    before = row(desk, WORD, run)["epoch"]
    until(lambda: row(desk, WORD, run)["epoch"] > before + 50)
    desk.look()
    assert row(desk, WORD, run)["state"] == "running"
    desk.answer(WORD, {"act": "stop", "run": run})
    until(lambda: row(desk, WORD, run)["state"] == "stopped")


# ---- links


NAMES = (
    *NetworkSpec(hidden_size=7, layers=2, bidirectional=True, batch_size=9).to_query(),
    *("F", "T", "O", "V", "E", "P", "cell", "head", "task", "input", "data", "seed", "dropout", "bias", "embed"),
    *(*PLACE_NAMES, *DATA_NAMES, *PITFALL_NAMES, *TRAINING_NAMES, *GRADIENT_NAMES, "hidden", "lstm", "ünknown", ""),
)
VALUES = (
    *("1", "0", "-1", "3", "12", "64", "1e9", "1000000", "9" * 5000, "٣", "nan", "inf", "0.5", "true", "", " ", "\0"),
    *("lstm", "gru", "rnn", "last_step", "flatten", "tokens", "table", "prepared", "random", "text", "words", "zen"),
    *("#0", "#-1", "#99", "a,b,#1", "%zz", "<script>", "</svg>", "x" * 300, "adam", "cross-entropy", "B-8_T-6", "🦄"),
)


def link(rng: random.Random) -> dict[str, str]:
    return {rng.choice(NAMES): rng.choice(VALUES) for _ in range(rng.randint(1, 9))}


def test_ten_thousand_links_never_raise_and_say_what_they_left_out() -> None:
    rng = random.Random(8)
    for _ in range(10_000):
        query = link(rng)
        spec, problems = NetworkSpec.from_query(query, ignore=OTHERS)
        again, none = NetworkSpec.from_query(spec.to_query())
        assert again == spec
        assert not none
        unknown = query.keys() & {"hidden", "lstm", "ünknown", ""}
        assert len(problems) >= len(unknown)
        assert all(len(problem) < 500 for problem in problems)
        recipe_of(query)
        TrainingSpec.from_query(query, ignore=query)


def test_thirty_links_in_the_app(run_app: Callable[..., AppTest]) -> None:
    rng = random.Random(9)
    for number in range(30):
        query = {name: text for name, text in link(rng).items() if name not in ("", "L", "embed")}
        app = run_app([*PAGES][number % 5] if number % 5 else None, **query)
        assert not app.exception, query


def test_a_link_of_another_version_says_what_is_not_known(run_app: Callable[..., AppTest]) -> None:
    app = run_app(H="7", hidden="9", L="two")
    said = [warning.value for warning in app.warning]
    assert "The link has an entry 'hidden' that is not known here." in said
    assert any("L=two was left out: layers: expected a whole number" in each for each in said)
    assert app.session_state["settings"].spec.hidden_size == 7


# ---- malformed messages and questions


@pytest.fixture
def strict(server_process: Server) -> Iterator[Server]:
    """The served app. No error may come by a line of the package, but for the middleware that all questions pass; and
    the server lives on."""
    already = server_process.log.stat().st_size
    yield server_process
    for record in records(server_process, already):
        passed = record.get("traceback", "")
        for middleware in ("no_delay", "guard"):
            passed = passed.replace(f"{ROOT}/lstm_viz/ui/{middleware}.py", "")
        assert f"{ROOT}/lstm_viz" not in passed, record["traceback"]
    with visiting(server_process.url) as visitor:
        visitor.run()


def records(server: Server, since: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.logged(since).splitlines() if line.startswith("{")]


def test_noise_on_the_websocket_ends_that_connection_alone(strict: Server) -> None:
    rng = random.Random(1)
    address = strict.url.replace("http", "ws", 1) + "/_stcore/stream"
    for size in (0, 1, 7, 300, 70_000, 3_000_000):
        for noise in (rng.randbytes(size), "text " * (size // 5)):
            with connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
                try:
                    socket.send(noise)
                    socket.recv(2)
                except (ConnectionClosed, TimeoutError):
                    pass


JUNK: tuple[Any, ...] = (
    *(None, 0, -1, 1e308, "x", [], {}, [1, 2], True, "🦄" * 90, {"fields": 1}, {"fields": [1]}, {"sent": []}),
    {"fields": {"hidden_size": [1], "layers": "<script>", "preset": {}, "source": {}, "model": {}}, "sent": "x"},
    {"fields": {"hidden_size": 1e308, "optimizer": [], "learning_rate": "abc", "epochs": None}, "sent": -1},
    {"fields": {"features": [[]], "window": -4, "target": {}, "target_offset": [], "many": 3}, "sent": 1e400},
    {"number": 1, "step": 10**8, "unit": 10**8, "place": 10**8, "sample": 10**8, "row": 10**8, "part": 9},
    {"key": "input-size", "sizes": 3, "act": [], "have": 3, "run": {}, "message": 7, "code": []},
    {"key": "input-size", "sizes": {"B": [1]}, "act": "stop", "run": "run-1", "chosen": [], "done": 4},
)
WAYS = (
    "values",
    "picked",
    "narrow",
    "unrolled",
    "returned",
    "shown",
    "ask",
    "claim",
    "at",
    "page",
    "pasted",
    "opened",
    "act",
    "type",
)


@pytest.mark.parametrize("page", ["", "lessons", "cell", "data", "training", "pitfalls", "gradients", "quiz"])
def test_junk_from_the_components_raises_nothing(strict: Server, page: str) -> None:
    rng = random.Random(page)
    for _ in range(2):
        with visiting(strict.url, page) as visitor:
            visitor.run()
            for _ in range(5):
                for identity, _fragment in list(visitor._components.values()):
                    visitor._states[identity] = {way: rng.choice(JUNK) for way in (*WAYS, "asked")}
                visitor.run()


def asked(url: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    try:
        with urlopen(Request(url, body, headers)) as found:
            return found.status, found.read()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def test_strange_questions_get_an_answer_and_no_traceback(strict: Server) -> None:
    rng = random.Random(2)
    queries = ["set=%00", "set={}&H=%ff", "set=1e999", "H=" + "9" * 3000, "set=%7B%22a%22%3A" + "%5B" * 900, "%", "&&="]
    queries += ["set=" + json.dumps({"hidden_size": value}).replace(" ", "") for value in (True, [], {}, -1)]
    for query in queries:
        status, content = asked(f"{strict.url}/picture?{query.replace(chr(34), '%22')}")
        assert status in (200, 400, 414), query
        assert TRACEBACK.encode() not in content
    deep = b"[" * 7_000
    bodies = [b"", b"[]", b"1", b"{", deep, b'{"act": {}}', b"\xff" * 99, b"x" * 9_000, rng.randbytes(500)]
    for body in bodies:
        status, content = asked(f"{strict.url}/training-runs", body, **{HEADER: "nobody"})
        assert status in (200, 400, 413), body[:20]
        assert TRACEBACK.encode() not in content


@pytest.mark.parametrize("junk", JUNK)
def test_a_junk_change_is_answered_with_a_picture(junk: Any) -> None:
    fields = junk.get("fields", junk) if isinstance(junk, dict) else {"hidden_size": junk, "preset": junk}
    if isinstance(fields, dict):
        assert answer({"set": json.dumps(fields)})["svg"].startswith("<svg")


# ---- the log

_BROKEN = """
import streamlit as st
if __name__ == "__main__":
    if st.query_params.get("H") == "7":
        raise ValueError("of a visitor: " + st.query_params["secret"])
    st.text("fine")
else:
    from lstm_viz.ui.logs import say_sorry, set_up
    set_up()
    app = st.App(__file__, on_script_error=say_sorry)
"""


def test_a_visitor_gets_a_sentence_and_the_log_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WORDS, raising=False)
    script = tmp_path / "broken.py"
    script.write_text(_BROKEN)
    with serving(tmp_path / "server.log", script) as server:
        with visiting(server.url) as visitor:
            visitor.query = "H=7&secret=hush"
            with pytest.raises(ScriptError) as said:
                visitor.run()
        until(lambda: any("traceback" in each for each in records(server)), 10)
        [record] = [each for each in records(server) if "traceback" in each]
        logged = server.logged()
    assert str(said.value).startswith(
        f"Something went wrong on this page, and it is in the server's log as **{record['session']}**"
    )
    assert "Traceback" not in str(said.value)
    assert len(record["session"]) == 8
    assert record["error"] == "ValueError"
    assert record["traceback"].startswith(TRACEBACK)
    assert f'File "{script}", line 5' in record["traceback"]
    assert {"time", "level", "logger", "message"} < record.keys()
    assert "hush" not in logged
    assert "secret=" not in logged
