"""The script of a spec runs alone, makes the same numbers and prints the same shapes."""

from __future__ import annotations

import ast
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lstm_viz.batch import Batch, make_batch
from lstm_viz.codegen import WIDTH, Shapes, network_lines, script, shape_comment
from lstm_viz.cost import cost
from lstm_viz.datasets import Table
from lstm_viz.dims import shape, shape_size
from lstm_viz.network import build, classes_last, loss_function, source
from lstm_viz.random_state import preserved, seeded
from lstm_viz.spec import NetworkSpec
from tests.specs import random_specs
from tests.support.plain_forward import plain_forward

# torch says so once a process, of any LSTM with a projection
PROJECTION_WARNING = "LSTM with projections is not supported with oneDNN"
pytestmark = pytest.mark.filterwarnings(f"ignore:{PROJECTION_WARNING}")

NUMBERS = np.random.default_rng(1).normal(size=(30, 3))
TABLE = Table("tides", ("height", "time of day", "class"), tuple(map(str, range(30))), NUMBERS)
SPECS = [
    *random_specs(70, seed=1),
    NetworkSpec(),
    NetworkSpec(features=2, batch_size=150, head="every_step", outputs=3),
    NetworkSpec(data="prices", features=7, task="binary", outputs=2, batch_first=False, head="every_step_3d"),
    NetworkSpec(data="table", features=3, task="classification", outputs=4, head="every_step", batch_first=False),
    NetworkSpec(data="table", features=5, batch_size=40, task="classification", outputs=2),
    NetworkSpec(input="tokens", head="every_step_3d", task="classification", outputs=20, batch_first=False),
    NetworkSpec(input="one-hot", features=9, head="every_step", task="classification", outputs=9),
]
SAMPLE = SPECS[:8] + SPECS[-7:]


def with_shapes(spec: NetworkSpec, table: Table | None = TABLE) -> tuple[Batch, Shapes]:
    batch = make_batch(spec, table)
    with preserved():
        measured = plain_forward(spec, build(spec), batch)
    axes = {tensor.name: tensor.axes for tensor in cost(spec).tensors}
    return batch, {name: (tuple(tensor.shape), axes[name]) for name, tensor in measured.items()}


def script_of(spec: NetworkSpec, table: Table | None = TABLE) -> str:
    batch, shapes = with_shapes(spec, table)
    return script(spec, shapes, batch)


def until(text: str, mark: str) -> dict[str, Any]:
    """The variables of a script after all that stands before ``mark``."""
    variables: dict[str, Any] = {}
    with preserved():
        exec(text.split(mark)[0], variables)
    return variables


def printed_shapes(output: str) -> dict[str, tuple[int, ...]]:
    lines = re.findall(r"^(\w+) (\([\d, ]*\))", output, re.MULTILINE)
    return {name: tuple(int(size) for size in re.findall(r"\d+", numbers)) for name, numbers in lines}


def printed_loss(output: str) -> float:
    return float(re.findall(r"^loss \(\) (\S+)", output, re.MULTILINE)[0])


def own_loss(spec: NetworkSpec) -> float:
    """What the package itself gets in the script's order: the seed, the weights, then the forward pass in training."""
    batch, network = make_batch(spec, TABLE), type(build(spec))
    with seeded(spec.seed):
        scores = network()(batch.x)
    scores = scores.transpose(1, 2) if classes_last(spec) else scores
    return float(loss_function(spec)(scores, batch.target).item())


RUNNER = """
import contextlib, io, json, runpy, sys
outputs = []
for path in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as output:
        runpy.run_path(path, run_name="__main__")
    outputs.append(output.getvalue())
print(json.dumps(outputs))
"""


def run_python(*arguments: str) -> str:
    """The output of an isolated interpreter that knows nothing of this project and takes warnings as errors."""
    warnings = ("-W", "error", "-W", f"ignore:{PROJECTION_WARNING}")
    run = subprocess.run([sys.executable, "-I", *warnings, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def written(texts: Iterable[str], folder: Path) -> list[str]:
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"script_{number}.py"
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    return paths


def test_prints_the_shapes_and_the_loss_that_the_package_has(tmp_path: Path) -> None:
    outputs = json.loads(run_python("-c", RUNNER, *written(map(script_of, SAMPLE), tmp_path)))
    for spec, output in zip(SAMPLE, outputs, strict=True):
        assert printed_shapes(output) == {name: numbers for name, (numbers, _) in with_shapes(spec)[1].items()}, spec
        assert math.isclose(printed_loss(output), own_loss(spec), rel_tol=1e-5), spec


def test_runs_in_a_fresh_interpreter(tmp_path: Path) -> None:
    output = run_python(*written([script_of(NetworkSpec())], tmp_path))
    assert output.splitlines()[:4] == ["x (4, 12, 1)", "output (4, 12, 5)", "h_n (1, 4, 5)", "c_n (1, 4, 5)"]
    before, after = (float(line.split()[-1]) for line in output.splitlines()[-2:])
    assert after < before


def test_data_and_weights_are_the_packages_own_to_the_last_bit() -> None:
    for spec in SPECS:
        batch, made = make_batch(spec, TABLE), until(script_of(spec), "# The forward pass")
        assert made["x"].dtype == batch.x.dtype
        assert torch.equal(made["x"], batch.x), spec
        assert made["target"].dtype == batch.target.dtype
        assert torch.equal(made["target"], batch.target), spec
        weights = build(spec).state_dict()
        assert all(torch.equal(weights[name], weight) for name, weight in made["model"].state_dict().items()), spec


def test_each_tensor_line_of_forward_ends_with_its_shape() -> None:
    for spec in SPECS:
        _, shapes = with_shapes(spec)
        lines = network_lines(spec, shapes)
        forward = "\n".join(lines).split("def forward(self, x):")[1]
        for name in ("output", "last", "steps", "flat", "embedded", "prediction"):
            if name in shapes:
                (line,) = re.findall(rf"^ +{name}(?:, .*)? = .*", forward, re.MULTILINE)
                assert line.endswith(f"  # {shape_comment(shapes, name)}")
        for name in ("h_n", "c_n"):
            assert name not in shapes or re.search(rf"# .*{name}.*{re.escape(str(shapes[name][0]))} = ", forward)


def test_comments_stand_in_one_column() -> None:
    _, shapes = with_shapes(NetworkSpec())
    assert network_lines(NetworkSpec(), shapes)[6:] == [
        "    def forward(self, x):                  # (4, 12, 1) = (B, T, F)",
        "        # h_n and c_n: (1, 4, 5) = (L·D, B, H)",
        "        output, (h_n, c_n) = self.lstm(x)  # (4, 12, 5) = (B, T, H)",
        "        last = output[:, -1]               # (4, 5) = (B, H)",
        "        prediction = self.fc(last)         # (4, 1) = (B, O)",
        "        return prediction",
    ]


def test_states_of_different_sizes_are_both_named() -> None:
    spec = NetworkSpec(proj_size=2)
    _, shapes = with_shapes(spec)
    assert "        # h_n: (1, 4, 2) = (L·D, B, P), c_n: (1, 4, 5) = (L·D, B, H)" in network_lines(spec, shapes)


def test_without_shapes_it_is_the_networks_own_source() -> None:
    for spec in SPECS:
        lines = network_lines(spec, {})
        assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(source(spec)))


def test_the_code_is_what_a_linter_would_pass(tmp_path: Path) -> None:
    texts = list(map(script_of, SPECS))
    for text in texts:
        assert all(len(line) <= WIDTH for line in text.splitlines()), text
    paths = written(texts, tmp_path)
    rules = ("--isolated", "--select", "E,F,W,I,B", "--preview", f"--line-length={WIDTH}", "--output-format=concise")
    checked = [sys.executable, "-m", "ruff", "check", *rules, "--no-cache", *paths]
    run = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_a_layer_too_long_for_a_line_is_folded() -> None:
    spec = NetworkSpec(hidden_size=1000, layers=2, bidirectional=True, dropout=0.25, proj_size=100, bias=False)
    lines = network_lines(spec, {})
    assert "        self.lstm = nn.LSTM(" in lines
    assert all(len(line) <= WIDTH for line in lines)
    compile("\n".join(lines), "folded", "exec")


def test_a_long_table_is_replaced_and_says_so() -> None:
    rows = 9_000
    table = Table("long", ("a",), tuple(map(str, range(rows))), np.random.default_rng(2).normal(size=(rows, 1)))
    spec = NetworkSpec(data="table")
    text = script_of(spec, table)
    assert "# x is random here, in the shape of the real data: its 9,000 rows would fill pages." in text
    assert len(text) < 5_000
    assert until(text, "# The forward pass")["x"].shape == make_batch(spec, table).x.shape


def test_a_wide_table_is_replaced_too() -> None:
    names = tuple(f"c{number}" for number in range(400))
    table = Table("wide", names, tuple(map(str, range(100))), np.random.default_rng(2).normal(size=(100, 400)))
    assert "would fill pages" in script_of(NetworkSpec(data="table", features=400), table)


def test_names_of_an_uploaded_table_cannot_become_code() -> None:
    names = ("x\nraise SystemExit", 'a"""', "print", "torch", "größe", "class", "2 m", "b c", "b-c", "", "loss")
    numbers = np.random.default_rng(3).normal(size=(30, len(names)))
    numbers[:, 4] = 7  # a constant column has no span to divide by
    table = Table('t\nraise SystemExit\r"""', names, tuple(map(str, range(30))), numbers)
    spec = NetworkSpec(data="table", features=len(names))
    text = script_of(spec, table)
    assert not re.search(r"^\s*raise", text, re.MULTILINE)
    assert torch.equal(until(text, "# The forward pass")["x"], make_batch(spec, table).x)


def test_without_a_batch_x_is_random() -> None:
    made = until(script(NetworkSpec(), {}), "# The forward pass")
    assert made["x"].shape == (4, 12, 1)
    assert made["target"].shape == (4, 1)


def test_shape_comment() -> None:
    sizes = {"B": 4, "T": 12, "H": 5}
    axes = shape("B, T, H")
    assert shape_comment({"output": (shape_size(axes, sizes), axes)}, "output") == "(4, 12, 5) = (B, T, H)"
    assert shape_comment({"steps": ((48,), shape("B*T"))}, "steps") == "(48,) = (B·T,)"
    assert shape_comment({"y": ((3, 4), shape("3, 4"))}, "y") == "(3, 4)"
    assert shape_comment({"loss": ((), ())}, "loss") == "() = a single number"
    assert shape_comment({}, "output") == ""
