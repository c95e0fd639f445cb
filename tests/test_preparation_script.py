"""The script of a preparation: run in a clean interpreter, it makes the tensors that were shown."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lstm_viz.datasets import Table, coffee, passengers
from lstm_viz.preparation.cleaning import Cleaning, clean
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.reading_code import reading_code
from lstm_viz.preparation.reading_sheets import read_sheet
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.script import preparation_script
from lstm_viz.preparation.sources import prepared_of
from tests.support.recipe_cases import CASES, VOLUME

_SHAPE = re.compile(r"(?P<name>\w+) = .*#.*?(?P<shape>\(\d[\d, ]*\))")


def run(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "script"}
    with redirect_stdout(io.StringIO()):
        exec(compile(text, "script.py", "exec"), names)
    return names


def assert_same(ready: Prepared, names: dict[str, Any]) -> None:
    for part in ready.parts:
        x, y = ready.samples(np.arange(len(ready.parts[part])), part)
        assert torch.equal(torch.tensor(names[f"x_{part}"]), x)
        assert torch.equal(torch.tensor(names[f"y_{part}"]), y)
        assert len(names[part]) == len(x)
    x, target = ready.batch(0)
    assert torch.equal(names["x"], x)
    assert torch.equal(names["target"], target)


def test_in_a_clean_interpreter_it_prints_the_shapes_and_the_first_batch(tmp_path: Path) -> None:
    ready = prepare(VOLUME, coffee())
    script = tmp_path / "prepare.py"
    script.write_text(preparation_script(ready) + "print([round(number, 4) for number in x[0, 0].tolist()])\n")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(script)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "table (253, 6)",
        "x_train (200, 1, 5) y_train (200, 1)",
        "x_test (53, 1, 5) y_test (53, 1)",
        "x (32, 1, 5) torch.float32",
        "target (32, 1) torch.float32",
        "train batches of [32, 32, 32, 32, 32, 32, 8]",
        "test batches of [32, 21]",
        str([round(number, 4) for number in ready.batch(0)[0][0, 0].tolist()]),
    ]


def test_random_recipes_make_the_same_tensors() -> None:
    for _, _, ready in CASES[::4]:
        assert_same(ready, run(preparation_script(ready)))


@pytest.mark.parametrize("data", ["passengers", "prices", "coffee", "adding", "parity", "copy"])
def test_every_data_set_has_its_script(data: Any) -> None:
    ready = prepared_of(Recipe(data=data, window=8, validation=0.1, test=0.2))
    text = preparation_script(ready)
    assert_same(ready, run(text))
    assert "lstm_viz" not in text


def test_the_shapes_in_its_comments_are_true() -> None:
    for _, _, ready in CASES[::6]:
        text = preparation_script(ready)
        names = run(text)
        found = [match for line in text.splitlines() if (match := _SHAPE.match(line))]
        assert len(found) > 5
        for match in found:
            if hasattr(names[match["name"]], "shape"):
                assert str(tuple(names[match["name"]].shape)) == match["shape"]


def test_it_reads_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "tides.csv"
    values = np.random.default_rng(2).normal(size=(60, 2)).round(3)
    file.write_text("height,wind\n" + "\n".join(f"{a},{b}" for a, b in values))
    table = Table("tides.csv", ("height", "wind"), tuple(map(str, range(60))), values)
    ready = prepare(Recipe(data="table", features=("wind", "height"), window=5), table)
    text = preparation_script(ready, f"table = pd.read_csv({str(file)!r})")
    assert_same(ready, run(text))
    assert 'print("table", table.shape)  # (60, 2) = (rows, columns)' in text


def test_it_follows_the_lines_that_read_and_clean_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(3)
    lines = [f"{day:02}.01.2024;{draw.normal():.3f};{draw.normal():.2f}" for day in range(31, 0, -1)]
    lines[4] = lines[4].rsplit(";", 1)[0] + ";"  # a gap
    content = "day;height;wind\n" + "\n".join(lines)
    Path("tides.csv").write_text(content)
    sheet, cleaning = read_sheet("tides.csv", content), Cleaning(gaps="interpolate")
    recipe = Recipe(data="table", gaps="interpolate", features=(), target="wind", window=4, test=5)
    ready = prepare(recipe, clean(sheet, cleaning))
    assert_same(ready, run(preparation_script(ready, reading_code(sheet, cleaning, "tides.csv", imports=False))))
    assert ready.label(ready.row(0, 0)) == "2024-01-01"


def test_a_long_table_is_read_and_its_windows_stay_views(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(30_000, 7))
    table = Table("long", tuple("abcdefg"), ("row",) * 30_000, values)
    ready = prepare(Recipe(data="table", features=(), window=100, many_to_many=True, test=0.1), table)
    text = preparation_script(ready)
    assert 'table = pd.read_csv("your_file.csv")  # put the name of your file here' in text
    assert len(text) < 5_000
    np.save(tmp_path / "long.npy", values)
    given = f'pd.DataFrame(np.load({str(tmp_path / "long.npy")!r}), columns=list("abcdefg"))'
    names = run(text.replace('pd.read_csv("your_file.csv")', given))
    assert_same(ready, names)
    assert np.shares_memory(names["x_train"], names["x_rows"])
    assert names["train"].tensors[0].data_ptr() == names["x_rows"].ctypes.data


@pytest.mark.parametrize(
    "name", ["it's", 'a "b"', "line\nbreak", "{x}", "\\", "# no comment", "a\u2028b\x7f\0", "ü", "x" * 80]
)
def test_names_of_columns_cannot_break_it(name: str) -> None:
    values = np.random.default_rng(2).normal(size=(30, 2))
    ready = prepare(
        Recipe(data="table", features=(name, "other"), target=name, window=5),
        Table("t", (name, "other"), tuple(map(str, range(30))), values),
    )
    assert_same(ready, run(preparation_script(ready)))


def test_the_code_of_each_step_is_part_of_it() -> None:
    for recipe in (Recipe(), Recipe(task="binary", horizon=3, test=30), Recipe(split_shuffle=True, test=0.2)):
        ready = prepare(recipe, passengers())
        text = preparation_script(ready)
        for step in ready.steps:
            assert "\n".join(step.code) in text
            start = step.expression.split("…")[0]
            assert start in text or start in ("list(train_loader)[-1]",)


def test_lines_are_short() -> None:
    for _, _, ready in CASES[::10]:
        assert max(map(len, preparation_script(ready).splitlines())) <= 110


def test_options_that_are_not_chosen_are_not_written() -> None:
    text = preparation_script(prepare(replace(Recipe(), shuffle=False), passengers()))
    assert "shuffle" not in text
    assert "Generator" not in text
    assert "validation" not in text
    assert "drop_last" not in text
