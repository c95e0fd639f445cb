"""The command: what it prints, what it writes, and how it says what was wrong."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstm_viz.cli import command, main
from lstm_viz.ui import serving

MODULE = """
import torch
from torch import nn

def make_model():
    return nn.LSTM(1, 5, batch_first=True)

class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 6)
        self.gru = nn.GRU(6, 5, batch_first=True)
    def forward(self, ids, scale):
        return self.gru(self.embedding(ids))[0] * scale

model = make_model()
size = 3

def needs(size):
    return nn.Linear(size, 2)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "models_of_mine.py").write_text(MODULE)
    (tmp_path / "broken.py").write_text("import no_such_package_here\n")
    (tmp_path / "failing.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("models_of_mine", "broken", "failing"):
        sys.modules.pop(name, None)


def test_trace_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "models_of_mine:make_model", "--input", "4,12,1"]) == 0
    told = capsys.readouterr().out
    assert "LSTM: B = 4, T = 12" in told
    assert "(4, 12, 5)  (B, T, H)" in told
    assert "160 weights" in told


@pytest.mark.parametrize("name", ["models_of_mine:model", "models_of_mine.py:make_model"])
def test_a_model_or_what_makes_one_by_module_or_by_file(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", name, "--input", "4,12,1", "--parameters"]) == 0
    assert "weight_ih_l0  (20, 1)" in capsys.readouterr().out


def test_several_inputs_and_dtypes(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    told = ["models_of_mine:Words", "--input", "4,12:int64", "--below", "20", "--input", "1:float32"]
    assert main(["trace", *told, "--save", "words.json"]) == 0
    assert "int64" in capsys.readouterr().out
    assert (folder / "words.json").read_text().startswith("{")


def test_a_wrong_shape_shows_how_far_it_came_and_what_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "models_of_mine:make_model", "--input", "4,12,2"]) == 1
    told = capsys.readouterr()
    assert "(4, 12, 2)" in told.out
    assert "Expected 1, got 2" in told.err
    assert "The last axis of x is not input_size" in told.err


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (["no_such_module:x"], "there is no module 'no_such_module'"),
        (["no_such_file.py:x"], "there is no file no_such_file.py"),
        (["models_of_mine"], "expected module:name"),
        (["models_of_mine:nothing"], "has no 'nothing'; it has make_model, Words, model, needs"),
        (["models_of_mine:size"], "expected a torch.nn.Module, got int"),
        (["models_of_mine:needs"], "It is called without arguments"),
        (["broken:x"], "broken imports no_such_package_here"),
        (["failing:x"], "importing failing raised ZeroDivisionError"),
        (["models_of_mine:model", "--input", "4,x"], "expected whole numbers with commas between"),
        (["models_of_mine:model", "--input", "4,-1"], "expected whole numbers with commas between"),
        (["models_of_mine:model", "--input", "4:int65"], "expected one of float32"),
        (["models_of_mine:model", "--input", "99999,99999"], "expected at most 50,000,000 numbers"),
        (["models_of_mine:model", "--input", "4,12,1", "--save", "a.txt"], "ends with .html, .svg or .json"),
        (["models_of_mine:model", "--input", "4,12,1", "--save", "none/a.svg"], "No such file or directory"),
        (["models_of_mine:model", "--input", "4,12,1", "--axes", "B, T"], "expected 3 names"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    told: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", *told]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("told", "words"), [(["--version"], "lstm-viz"), (["--help"], "serve or trace"), (["trace", "--help"], "--input")]
)
def test_help_and_version(told: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(told)
    assert ended.value.code == 0
    assert words in capsys.readouterr().out


def test_options_that_do_not_exist_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["trace", "models_of_mine:model", "--colour", "red"])
    assert ended.value.code == 2
    assert "--colour" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("told", "served"),
    [
        ([], (8501, "127.0.0.1", [])),
        (["--port", "9000"], (9000, "127.0.0.1", [])),
        (["serve", "--host", "0.0.0.0", "--server.headless", "true"], (8501, "0.0.0.0", ["--server.headless", "true"])),
    ],
)
def test_without_a_command_it_serves(
    told: list[str], served: tuple[int, str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, str, list[str]]] = []
    monkeypatch.setattr(command, "serve", lambda port, host, more: asked.append((port, host, list(more))) or 0)
    assert main(told) == 0
    assert asked == [served]


def test_only_a_server_for_others_answers_to_every_name() -> None:
    assert "--server.allowedHosts" not in serving.arguments(9000, "localhost")
    assert serving.arguments(9000, "0.0.0.0")[-2:] == ["--server.allowedHosts", "*"]


def test_python_m_is_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["lstm-viz", "--version"])
    with pytest.raises(SystemExit):
        runpy.run_module("lstm_viz", run_name="__main__")
    assert capsys.readouterr().out.startswith("lstm-viz")
