"""The cost of a spec, computed, against what torch itself counts and needs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lstm_viz.batch import make_batch
from lstm_viz.budget import decide, explain
from lstm_viz.cost import cost
from lstm_viz.network import build
from lstm_viz.spec import LARGEST_SIZE, NetworkSpec
from tests.specs import random_specs
from tests.support.plain_forward import plain_forward

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")

SPECS = random_specs(80, seed=4)
HUGE = NetworkSpec(
    batch_size=LARGEST_SIZE,
    sequence_length=LARGEST_SIZE,
    features=LARGEST_SIZE,
    hidden_size=LARGEST_SIZE,
    layers=LARGEST_SIZE,
)


@pytest.fixture
def no_one_dnn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fused layers are single operations whose inside torch's counter does not know."""
    monkeypatch.setattr(torch.backends.mkldnn, "enabled", False)


def torch_flops(network: nn.Module, x: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x)
    return int(counter.get_total_flops())


@pytest.mark.usefixtures("no_one_dnn")
def test_multiply_adds_are_half_of_torchs_flops() -> None:
    for spec in SPECS:
        assert 2 * cost(spec).multiply_adds == torch_flops(build(spec), make_batch(spec).x), spec


def test_weights_are_torchs_numel() -> None:
    for spec in SPECS:
        assert cost(spec).parameters == sum(weight.numel() for weight in build(spec).parameters()), spec


def in_numbers(text: str, sizes: Mapping[str, int]) -> int:
    plain = re.sub(r"[A-Z]", lambda letter: str(sizes[letter[0]]), text.replace(",", ""))
    return int(eval(plain.replace("·", "*")))


def test_texts_compute_what_they_say() -> None:
    for spec in SPECS:
        found = cost(spec)
        for count in (*(part.each for part in found.parts + found.weights), found.working):
            assert count.count == in_numbers(count.arithmetic.split(" = ")[0], {})
            assert count.count == in_numbers(count.arithmetic.split(" = ")[-1], {})
            assert count.count == in_numbers(count.formula, spec.sizes)


def test_tensors_are_those_of_a_real_run() -> None:
    for spec in SPECS:
        measured = plain_forward(spec, build(spec).eval(), make_batch(spec))
        computed = {tensor.name: (tensor.shape, tensor.item_bytes) for tensor in cost(spec).tensors}
        assert computed == {name: (tuple(t.shape), t.element_size()) for name, t in measured.items()}, spec


def test_views_take_no_memory_of_their_own() -> None:
    for spec in SPECS:
        measured = plain_forward(spec, build(spec).eval(), make_batch(spec))
        inner = next((tensor for tensor in cost(spec).tensors if tensor.view_of), None)
        if inner is not None:
            assert inner.bytes == 0
            same_memory = [measured[name].untyped_storage().nbytes() for name in (inner.name, inner.view_of)]
            assert same_memory[0] == same_memory[1], spec


def test_example_of_the_issue() -> None:
    found = cost(NetworkSpec())
    assert [part.each.arithmetic for part in found.weights] == ["4·5·1 + 4·5·5 + 2·4·5 = 160", "1·5 + 1 = 6"]
    assert found.parts[0].each.formula == "B·T·(4·H·F + 4·H·H)"


def test_layers_that_are_alike_are_one_part() -> None:
    parts = cost(NetworkSpec(layers=4, input="tokens")).parts
    assert [(part.name, part.times) for part in parts] == [
        ("embedding", 1),
        ("lstm layer 0", 1),
        ("lstm layers 1 to 3, each", 3),
        ("fc", 1),
    ]
    assert parts[0].total == 0


@pytest.mark.parametrize("spec", [HUGE, NetworkSpec(batch_size=LARGEST_SIZE), NetworkSpec(layers=LARGEST_SIZE)])
def test_any_size_has_its_answer_at_once(spec: NetworkSpec) -> None:
    start = time.perf_counter()
    found = cost(spec)
    assert time.perf_counter() - start < 0.05
    assert decide(found) == "refuse"
    assert explain(found).endswith("too much to run here.")


def test_decisions() -> None:
    assert decide(cost(NetworkSpec())) == "run"
    # what the bench runs must not ask first
    assert decide(cost(NetworkSpec(batch_size=32, sequence_length=64, features=16, hidden_size=128, layers=2))) == "run"
    assert decide(cost(NetworkSpec(hidden_size=4000))) == "ask"
    assert decide(cost(NetworkSpec(sequence_length=LARGEST_SIZE))) == "refuse"


def test_sentences() -> None:
    assert explain(cost(NetworkSpec())) == "One forward pass: 5,780 multiply-adds, 13.8 kB."
    asked = explain(cost(NetworkSpec(hidden_size=4000)))
    assert "521 MB of memory (the limit is 100 MB)" in asked
    assert asked.endswith("so it runs only if you ask for it.")


MEASURE = """
import ctypes, json, sys
import torch
from lstm_viz.batch import make_batch
from lstm_viz.network import build
from lstm_viz.spec import NetworkSpec

def memory(kind):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(kind)) * 1024

torch.set_num_threads(1)
torch.backends.mkldnn.enabled = sys.argv[2] == "on"
for fields in json.loads(sys.argv[1]):
    spec = NetworkSpec(**fields)
    small = make_batch(NetworkSpec(**fields | {"batch_size": 2}))
    with torch.no_grad():
        build(spec).eval()(small.x)  # what is loaded once is loaded here
        ctypes.CDLL(None).malloc_trim(0)
        before = memory("VmRSS")
        open("/proc/self/clear_refs", "w").write("5")
        network, batch = build(spec).eval(), make_batch(spec)
        prediction = network(batch.x)
        print(memory("VmHWM") - before)
"""

BIG: list[dict[str, Any]] = [
    {"batch_size": 500, "sequence_length": 200, "features": 16, "hidden_size": 32},
    {"batch_size": 30_000, "sequence_length": 4, "features": 16, "hidden_size": 16, "layers": 3, "bidirectional": True},
    {"batch_size": 200, "sequence_length": 100, "input": "one-hot", "features": 100, "hidden_size": 50, "layers": 2},
    {"batch_size": 200, "sequence_length": 100, "hidden_size": 100, "head": "flatten", "outputs": 50},
    {"batch_size": 100_000, "sequence_length": 12, "head": "every_step"},
    {"hidden_size": 1500, "batch_size": 8},
]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak from /proc")
@pytest.mark.parametrize("one_dnn", ["on", "off"])
def test_memory_is_never_below_the_measured_peak(one_dnn: str) -> None:
    specs = [NetworkSpec(**fields, cell=cell) for fields in BIG for cell in ("lstm", "gru")]
    fields = json.dumps([asdict(spec) for spec in specs])
    run = subprocess.run([sys.executable, "-c", MEASURE, fields, one_dnn], capture_output=True, text=True, check=True)
    for spec, peak in zip(specs, map(int, run.stdout.split()), strict=True):
        assert peak <= cost(spec).bytes, spec
