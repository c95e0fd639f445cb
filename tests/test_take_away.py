"""The menu of every page, without a browser: what it offers, and that every file opens, parses and runs."""

from __future__ import annotations

import base64
import csv
import io
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from streamlit.testing.v1 import AppTest

from lstm_viz.codegen_cell import cell_script
from lstm_viz.drawing.standalone import Code, OnScreen, Prose, Section, Sheet, to_html
from lstm_viz.forward import run_forward
from lstm_viz.spec import NetworkSpec
from lstm_viz.spreadsheet import Grid, to_csv
from lstm_viz.ui.take_away import File, made
from tests.support.given import given_to
from tests.support.serving import ROOT

RunApp = Callable[..., AppTest]
HOSTILE = ("<script>alert(1)</script>", "</svg><b>", "=1+2", "@sum")
PAGES: dict[str, list[str]] = {
    "pages/shapes.py": [
        "Script, .py",
        "Notebook, .ipynb",
        "Tensors, .csv",
        "Parameters, .csv",
        "Cost, .csv",
        "This page, .html",
    ],
    "pages/cell.py": ["Script, .py", "Notebook, .ipynb", "Gates, .csv", "This page, .html"],
    "pages/data.py": [
        "Script, .py",
        "Notebook, .ipynb",
        "Steps, .csv",
        "Windows, .csv",
        "Table, .csv",
        "This page, .html",
    ],
    "pages/training.py": ["Script, .py", "Notebook, .ipynb", "This page, .html"],
    "pages/pitfalls.py": [
        "Wrong: script, .py",
        "Wrong: notebook, .ipynb",
        "Right: script, .py",
        "Right: notebook, .ipynb",
        "This page, .html",
    ],
    "pages/gradients.py": ["Script, .py", "Notebook, .ipynb", "Norms, .csv", "Radii, .csv", "This page, .html"],
    "pages/lessons.py": [],
    "pages/quiz.py": ["Question, .py"],
}


def menu(app: AppTest) -> dict[str, Any]:
    """What the menu's component was sent."""
    return given_to(app, "stem")


def offered(app: AppTest) -> list[str]:
    return [file["label"] for file in menu(app)["files"]]


def taken(app: AppTest, label: str, number: int = 1) -> tuple[str, str]:
    """The name and the text of the file that the browser asks for."""
    app.session_state["take_away"] = {"asked": {"label": label, "number": number}}
    app.run()
    assert not app.exception
    answer = menu(app)["answer"]
    assert answer["number"] == number
    assert "error" not in answer, answer
    return answer["name"], base64.b64decode(answer["base64"]).decode("utf-8-sig")


class Reader(HTMLParser):
    """Checks that tags close in their order, and collects them with their attributes."""

    VOID = frozenset({"meta", "br", "link", "img", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def checked_page(text: str) -> Reader:
    """A page that is well-formed, has a title, and neither runs nor loads anything."""
    page = Reader(text)
    names = [tag for tag, _ in page.tags]
    assert text.startswith("<!DOCTYPE html>")
    assert names.count("title") >= 1
    assert names.count("h1") == 1
    assert not {"script", "link", "iframe", "object", "embed", "img", "image"} & set(names)
    for _, attributes in page.tags:
        assert not {"src", "srcset", "href", "xlink:href"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(http" not in text
    assert "@import" not in text
    return page


@pytest.mark.parametrize(("path", "labels"), PAGES.items(), ids=lambda value: str(value)[:20])
def test_every_page_offers_its_things(run_app: RunApp, path: str, labels: list[str]) -> None:
    app = run_app(path)
    assert not app.exception
    assert offered(app) == labels
    assert menu(app)["answer"] is None
    for number, label in enumerate(labels, start=1):
        name, text = taken(app, label, number)
        match Path(name).suffix:
            case ".py":
                compile(text, name, "exec")
            case ".ipynb":
                nbformat.validate(nbformat.reads(text, as_version=4))
            case ".csv":
                rows = list(csv.reader(io.StringIO(text)))
                assert len(rows) > 1
                assert len({len(row) for row in rows}) == 1
            case ".html":
                checked_page(text)
    app.run()
    assert menu(app)["answer"] is None  # what was answered is not made again


@pytest.mark.parametrize("view", ["clipping", "learning"])
def test_the_other_tabs_of_gradients(run_app: RunApp, view: str) -> None:
    app = run_app("pages/gradients.py", gview=view, gT="12", gH="4")
    if view == "clipping":
        assert taken(app, "Clipping, .csv")[0] == "gradients-clipping-T12-H4-clipping.csv"
    else:
        app.session_state["take_away"] = {"asked": {"label": "Losses, .csv", "number": 1}}
        assert menu(app.run())["answer"]["error"] == "There are no curves yet: train the RNN and the LSTM first."
    checked_page(taken(app, "This page, .html", 2)[1])


def test_words_and_tasks_can_be_taken_too(run_app: RunApp) -> None:
    for query in ({"from": "text"}, {"from": "text", "wd": "zen", "wu": "characters"}, {"dd": "copy"}):
        app = run_app("pages/data.py", **query)
        for number, label in enumerate(offered(app), start=1):
            assert taken(app, label, number)[1]


def test_a_network_that_is_too_large_to_run(run_app: RunApp) -> None:
    app = run_app("pages/shapes.py", B="10000000")
    for number, label in enumerate(offered(app), start=1):
        assert taken(app, label, number)[1]
    assert "Computed from the names of the axes, not run." in taken(app, "This page, .html", 99)[1]
    assert offered(run_app("pages/cell.py", B="10000000")) == []


def test_the_notebook_prints_the_shapes_of_the_page(run_app: RunApp, tmp_path: Path) -> None:
    app = run_app("pages/shapes.py", cell="gru", H="7", bi="1")
    notebook = nbformat.reads(taken(app, "Notebook, .ipynb")[1], as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = "".join(
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream"
    )
    forward = run_forward(NetworkSpec(cell="gru", hidden_size=7, bidirectional=True))
    for name in ("x", "output", "h_n", "prediction"):
        assert f"{name} {forward.trace[name].shape}" in printed


@pytest.mark.parametrize(
    "spec",
    [
        NetworkSpec(),
        NetworkSpec(cell="gru", layers=2, bidirectional=True, batch_first=False, data="random"),
        NetworkSpec(cell="rnn", nonlinearity="relu", bias=False, input="one-hot", data="random"),
        NetworkSpec(proj_size=2, layers=2, input="tokens", data="random"),
    ],
    ids=lambda spec: spec.cell,
)
def test_the_cell_script_does_what_pytorch_does(spec: NetworkSpec) -> None:
    forward = run_forward(spec)
    shapes = {record.variable or record.name: (record.shape, record.axes) for record in forward.trace}
    text = cell_script(spec, shapes, forward.batch, sample=1, layer=spec.layers - 1, direction=spec.directions - 1)
    run = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", text], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    *lines, last = run.stdout.strip().split("\n")
    assert float(last.rsplit(" ", 1)[1]) < 1e-6
    assert len(lines) == spec.sequence_length * {"lstm": 6, "gru": 4, "rnn": 1}[spec.cell]


def test_what_a_visitor_named_is_inert_everywhere(run_app: RunApp) -> None:
    app = run_app("pages/data.py", dd="table")
    lines = [",".join(HOSTILE), *(f"{row},{row * 2 % 7},{row % 3},{row % 5}" for row in range(40))]
    app.text_area("data_pasted_table").set_value("\n".join(lines)).run()
    next(each for each in app.button if each.label == "Use the pasted lines").click().run()
    assert not app.exception
    assert "<script>alert(1)</script>" in app.session_state["data_settings"].table.columns
    files = dict(taken(app, label, number) for number, label in enumerate(offered(app), start=1))
    by_suffix = {Path(name).suffix: text for name, text in files.items()}
    page = checked_page(by_suffix[".html"])
    assert "script" not in [tag for tag, _ in page.tags]
    assert HOSTILE[0] in "".join(page.words)
    compile(by_suffix[".py"], "prepare.py", "exec")
    notebook = nbformat.reads(by_suffix[".ipynb"], as_version=4)
    assert not any("<script" in cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    table = next(text for name, text in files.items() if name.endswith("-table.csv"))
    head, first = list(csv.reader(io.StringIO(table)))[:2]
    assert head[2:] == [HOSTILE[0], HOSTILE[1], "'=1+2", "'@sum"]
    assert first[2:] == ["0.0", "0.0", "0.0", "0.0"]


@pytest.mark.parametrize("text", ["=1", "+cmd|' /C calc'!A0", "-x", "@a", "\t=1", " =1", "\r=1", "＝1", "|x", "%x"])
def test_no_text_is_a_formula(text: str) -> None:
    (cell,) = list(csv.reader(io.StringIO(to_csv(Grid("", ("a",), [(text,)])), newline="")))[1]
    assert cell == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "+2.5", "-1e-9", ".5", "a=b", "(4, 12)", "−1", ""])
def test_numbers_and_other_texts_stay(text: str) -> None:
    assert list(csv.reader(io.StringIO(to_csv(Grid("", ("a", "b"), [(text, -1.5)])))))[1] == [text, "-1.5"]


def test_a_page_escapes_what_it_is_given() -> None:
    blocks = [
        Prose(f"**{HOSTILE[0]}** `{HOSTILE[1]}`"),
        Code(f"# {HOSTILE[0]}"),
        OnScreen('"><script>', HOSTILE[0]),
        Grid(HOSTILE[0], HOSTILE, [HOSTILE, (1, 2.5, None, -3)]),
    ]
    page = checked_page(to_html(Sheet(HOSTILE[0], [Section(HOSTILE[1], blocks)])))
    assert "".join(page.words).count(HOSTILE[0]) == 8


def test_a_file_that_cannot_be_made_is_said() -> None:
    def refuse() -> str:
        raise ValueError("Expected a run, got none.")

    assert made(File("Script", "a.py", refuse)) == {"error": "Expected a run, got none."}
    assert made(File("Script", "a.py", lambda: str(1 // 0))) == {
        "error": "This could not be made. The other things can still be had."
    }
    assert base64.b64decode(made(File("Table", "a.csv", lambda: "µ"))["base64"]) == "\ufeffµ".encode()


def test_what_is_not_offered_any_more_is_said(run_app: RunApp) -> None:
    app = run_app("pages/shapes.py")
    app.session_state["take_away"] = {"asked": {"label": "Curves, .csv", "number": 5}}
    assert menu(app.run())["answer"] == {"number": 5, "error": "The page has changed since: open the menu again."}


def test_a_question_that_bears_the_time_is_answered(run_app: RunApp) -> None:
    app = run_app("pages/shapes.py")
    now = 1_900_000_000_000.0  # milliseconds, as a browser's clock gives them
    app.session_state["take_away"] = {"asked": {"label": "Script, .py", "number": now}}
    answer = menu(app.run())["answer"]
    assert answer["number"] == now
    assert answer["name"].endswith(".py")


@pytest.mark.parametrize("path", PAGES)
def test_the_view_for_an_iframe_has_no_tabs_below(path: str) -> None:
    app = AppTest.from_file(str(ROOT / path), default_timeout=60)
    app.context["is_embedded"] = True
    app.run()
    assert not app.exception
    assert menu(app)["embedded"] is True
    labels = [tab.label for tab in app.tabs]
    assert not {"Tensors", "Windows", "Take it along"} & set(labels)
