"""How results look in a notebook, in a terminal and as files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
from torch import Tensor, nn

import lstm_viz as lv
from tests.support.any_models import CellLoop, encoder
from tests.support.serving import ROOT


class Swapped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(2, 5)
        self.fc = nn.Linear(5, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.lstm(x)[0][:, -1])


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    torch.manual_seed(0)
    return {
        "trace": lv.trace(CellLoop(), torch.randn(4, 8, 3)),
        "audit": lv.audit(Swapped(), torch.randn(4, 6, 2), torch.randn(4, 1), nn.MSELoss()),
        "diagnoses": lv.diagnose("RuntimeError: Expected hidden[0] size (2, 4, 128), got [2, 64, 128]"),
        "parameters": lv.parameters(nn.LSTM(2, 5, bidirectional=True)),
        "unrolled": lv.unroll(nn.LSTM(3, 5, 2, bidirectional=True), torch.randn(12, 4, 3)),
        "gru": lv.unroll(nn.GRU(3, 5), torch.randn(12, 3)),
    }


KINDS = ("trace", "audit", "diagnoses", "parameters", "unrolled", "gru")


@pytest.mark.parametrize("kind", KINDS)
def test_every_result_shows_itself_without_script_and_network(
    results: dict[str, Any], kind: str, tmp_path: Path
) -> None:
    shown = results[kind]._repr_html_()
    page = results[kind].save(tmp_path / "page.html").read_text(encoding="utf-8")
    for text in (shown, page):
        assert not re.search(r"<script|<link|<iframe|\son\w+=|@import|url\((?!#)", text)
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)\S+", text)
    assert page.startswith("<!DOCTYPE html>")
    assert "prefers-color-scheme:dark" in page
    assert "data-jp-theme-light=false" in shown


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("trace", ["×8, the first run", "torch.stack(outputs, 1)", "212 weights, all trained"]),
        ("audit", ["1 mistake", "Time and batch are swapped", "batch_first=True"]),
        ("diagnoses", ["made for another batch size", "<details><summary>Or: "]),
        ("parameters", ["4·5·2 = 40", "rows of each gate"]),
        ("unrolled", ["the end: c_n", "f, forget gate", "L1←"]),
        ("gru", ["r, reset gate"]),
    ],
)
def test_what_is_shown_says_what_was_found(results: dict[str, Any], kind: str, words: list[str]) -> None:
    shown = results[kind]._repr_html_()
    for word in words:
        assert word in shown


def test_the_cell_holds_the_numbers_of_its_last_step(results: dict[str, Any]) -> None:
    found = results["unrolled"]
    svg = re.search(r"<svg.*?</svg>", found._repr_html_(), re.DOTALL)[0]
    first = found.at(0).gates["f"][0, -1, 0].item()
    texts = {"".join(text.itertext()) for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert f"{first:.2f}" in texts


def test_layers_that_are_alike_open_once() -> None:
    shown = lv.trace(encoder(12), torch.randn(2, 7, 16))._repr_html_()
    assert shown.count("<details>") == 1
    assert "layers.0 · TransformerEncoderLayer, and 11 alike" in shown
    assert len(shown) < 400_000


def test_the_files_of_a_trace(results: dict[str, Any], tmp_path: Path) -> None:
    found = results["trace"]
    assert found.save(str(tmp_path / "a.svg")).read_text(encoding="utf-8").startswith("<svg")
    assert found.diagram().save(tmp_path / "b.SVG").exists()
    data = json.loads(found.save(tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (data["format"], data["version"], data["model"]) == ("lstm-shapes-trace", 1, "CellLoop")
    assert [each["name"] for each in data["tensors"]] == [record.name for record in found]
    assert data["tensors"][-1]["shape"] == [4, 8, 2]
    assert data["tensors"][-1]["axes"] == ["B", "T", "O"]
    told = (ROOT / "docs/trace-json.md").read_text(encoding="utf-8")
    documented = {
        name
        for line in told.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert documented == data.keys() | data["tensors"][0].keys()


@pytest.mark.parametrize("name", ["shapes.txt", "shapes", "shapes.html.gz"])
def test_another_ending_is_refused(results: dict[str, Any], name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ends with \.html, \.svg or \.json, got"):
        results["trace"].save(tmp_path / name)
    with pytest.raises(ValueError, match=r"ends with \.html, got"):
        results["audit"].save(tmp_path / name)
    with pytest.raises(ValueError, match=r"ends with \.svg, got"):
        results["trace"].diagram().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_the_table_of_a_terminal_is_aligned(results: dict[str, Any]) -> None:
    lines = str(results["trace"]).splitlines()
    assert lines[0] == "CellLoop: B = 4, T = 8, H = 5, O = 2, F = 3"
    assert lines[2].split() == ["tensor", "made", "by", "shape", "axes", "weights"]
    place = lines[2].index("shape")
    rows = lines[4 : lines.index(lines[1], 4)]
    assert all(row[place] == "(" and row[place - 1] == " " for row in rows if "×" not in row)
    assert "×8, the first run:" in rows
    assert lines[-4:-1] == ["29 tensors with 776 numbers, 3.1 kB", "212 weights, all trained", "returned: fc, h #9"]
    assert repr(results["trace"]) == str(results["trace"])


def test_long_names_lose_their_middle() -> None:
    model = nn.Sequential()
    model.add_module("a_name_" * 20, nn.Linear(2, 2))
    assert max(map(len, str(lv.trace(model, torch.zeros(3, 2))).splitlines())) < 140


def test_a_trace_of_another_dtype_says_so_and_frozen_weights_are_counted_apart() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    model[0].requires_grad_(False)
    text = str(lv.trace(model.double(), torch.zeros(3, 2, dtype=torch.float64)))
    assert "float64" in text
    assert "13 weights, 4 of them trained" in text


def test_answers_of_the_doctor_print_as_text(results: dict[str, Any]) -> None:
    text = str(results["diagnoses"])
    assert text.startswith("The initial state was made for another batch size")
    assert "\n\nOr: " in text
    assert "\n  64: the batch that h_0 was made for" in text
