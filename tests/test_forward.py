"""run_forward and compute_forward, against PyTorch run plainly and against the roles of the axes."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lstm_viz.batch import make_batch
from lstm_viz.dims import shape_size
from lstm_viz.forward import Forward, compute_forward, run_forward
from lstm_viz.network import build
from lstm_viz.spec import NetworkSpec
from lstm_viz.trace import TensorRecord, Trace, trace
from tests.specs import every_combination, random_spec, random_specs

HEADS = ("last", "steps", "flat")


def coincident_specs(count: int, seed: int = 1) -> list[NetworkSpec]:
    """Specs in which as many sizes as possible are the same, ones and T = D·H among them."""
    rng = Random(seed)
    specs = []
    for number in range(count):
        size = number % 4 + 1
        fixed: dict[str, Any] = {"batch_size": size, "sequence_length": size, "features": size, "hidden_size": size}
        fixed |= {"layers": min(size, 3), "outputs": max(size, 2), "vocabulary_size": size, "embedding_size": size}
        if number % 3 == 0:
            fixed["sequence_length"] = 2 * size
        specs.append(random_spec(rng, **fixed))
    return specs


SPECS = [*random_specs(220), *coincident_specs(80)]
SAMPLE = SPECS[::3]


def by_hand(network: Any, spec: NetworkSpec, x: Tensor) -> dict[str, Tensor]:
    """Every tensor of the forward pass by its name, written anew from the meaning of the spec."""
    found = {"x": x}
    if spec.input == "tokens":
        x = found["embedded"] = network.embedding(x)
    output, state = getattr(network, spec.cell)(x)
    found["output"] = output
    found |= {"h_n": state[0], "c_n": state[1]} if spec.cell == "lstm" else {"h_n": state}
    by_sample = output if spec.batch_first else output.transpose(0, 1)  # (B, T, D·H)
    match spec.head:
        case "last_step":
            given = found["last"] = by_sample[:, -1]
        case "last_hidden":
            rows = found["h_n"][-2:] if spec.bidirectional else found["h_n"][-1:]
            given = found["last"] = torch.cat(list(rows), dim=-1)
        case "every_step":
            given = found["steps"] = output.flatten(0, 1)
        case "every_step_3d":
            given = output
        case "flatten":
            given = found["flat"] = by_sample.flatten(1)
    found["prediction"] = network.fc(given)
    return found


def expected_axes(spec: NetworkSpec) -> dict[str, str]:
    """The axes of every named tensor by its role, as the design has them: products in the order of the numbers."""
    steps = "B, T" if spec.batch_first else "T, B"
    width = "P" if spec.proj_size else "H"
    given = f"D·{width}" if spec.bidirectional else width
    rows = {"every_step": steps.replace(", ", "·"), "every_step_3d": steps}.get(spec.head, "B")
    axes = {"x": steps, "embedded": f"{steps}, E"} if spec.input == "tokens" else {"x": f"{steps}, F"}
    axes |= {"output": f"{steps}, {given}", "h_n": f"L·D, B, {width}"}
    axes |= {"c_n": "L·D, B, H"} if spec.cell == "lstm" else {}
    axes |= {"last_step": {"last": f"B, {given}"}, "last_hidden": {"last": f"B, {given}"}}.get(spec.head, {})
    axes |= {"every_step": {"steps": f"{rows}, {given}"}, "flatten": {"flat": f"B, T·{given}"}}.get(spec.head, {})
    axes["prediction"] = f"{rows}, O"
    axes["target"] = rows if spec.task == "classification" else f"{rows}, O"
    return axes | {"loss": ""}


def axes_of(found: Trace) -> dict[str, str]:
    """Name → axes, under the variable's name too."""
    named = {record.variable or record.name: ", ".join(map(str, record.axes)) for record in found}
    return named | {record.name: ", ".join(map(str, record.axes)) for record in found}


def described(record: TensorRecord) -> dict[str, Any]:
    """Everything of a record that needs no run."""
    return {name: value for name, value in vars(record).items() if name not in ("values", "corner")}


@pytest.fixture(scope="module")
def forwards() -> list[Forward]:
    return [run_forward(spec) for spec in SPECS]


def test_every_tensor_is_torchs_own(forwards: list[Forward]) -> None:
    for forward in forwards:
        network, batch = build(forward.spec).eval(), make_batch(forward.spec)
        with torch.no_grad():
            expected = by_hand(network, forward.spec, batch.x)
        expected["target"] = batch.target
        for name, tensor in expected.items():
            record = forward.trace[name]
            assert record.shape == tuple(tensor.shape), (name, forward.spec)
            assert record.dtype == tensor.dtype
            assert record.nbytes == tensor.numel() * tensor.element_size()
            assert record.values is not None
            assert torch.equal(record.values, tensor), (name, forward.spec)


def test_every_axis_has_the_name_of_its_role_and_its_size(forwards: list[Forward]) -> None:
    for forward in forwards:
        found = axes_of(forward.trace)
        expected = expected_axes(forward.spec)
        assert {name: found.get(name) for name in expected} == expected, forward.spec
        for record in forward.trace:
            assert shape_size(record.axes, forward.trace.sizes) == record.shape
        assert dict(forward.trace.sizes) == {s: forward.spec.sizes[s] for s in forward.trace.sizes}


def test_every_combination_of_the_choices() -> None:
    specs = list(every_combination(NetworkSpec(batch_size=2, sequence_length=3, hidden_size=4, data="random")))
    for spec in Random(0).sample(specs, 100):
        found, expected = axes_of(run_forward(spec).trace), expected_axes(spec)
        assert {name: found.get(name) for name in expected} == expected, spec


def test_the_loss_is_that_of_the_task(forwards: list[Forward]) -> None:
    for forward in forwards[::5]:
        spec, batch = forward.spec, make_batch(forward.spec)
        prediction = forward.trace["prediction"].values
        assert prediction is not None
        if spec.task == "classification":
            scores = prediction.flatten(0, -2)
            expected = nn.functional.cross_entropy(scores, batch.target.flatten())
        elif spec.task == "binary":
            expected = nn.functional.binary_cross_entropy_with_logits(prediction, batch.target)
        else:
            expected = ((prediction - batch.target) ** 2).mean()
        loss = forward.trace["loss"].values
        assert loss is not None
        torch.testing.assert_close(loss, expected)


def test_a_second_build_gives_the_same_values(forwards: list[Forward]) -> None:
    for forward in forwards[::4]:
        again = run_forward(forward.spec)
        assert [described(record) for record in again.trace] == [described(record) for record in forward.trace]
        for one, other in zip(forward.trace, again.trace, strict=True):
            assert one.values is not None
            assert other.values is not None
            assert torch.equal(one.values, other.values)
        assert [fact.statement for fact in again.facts] == [fact.statement for fact in forward.facts]


def test_a_link_gives_the_same_spec(forwards: list[Forward]) -> None:
    for forward in forwards:
        assert NetworkSpec.from_query(forward.spec.to_query()) == (forward.spec, ())


def test_computing_gives_what_running_gives(forwards: list[Forward]) -> None:
    for forward in forwards[::3]:
        computed = compute_forward(forward.spec)
        assert computed.computed
        assert [described(record) for record in computed.trace] == [described(record) for record in forward.trace]
        assert (computed.trace.weights, computed.trace.trained) == (forward.trace.weights, forward.trace.trained)
        assert dict(computed.trace.sizes) == dict(forward.trace.sizes)
        assert computed.trace.returned == forward.trace.returned
        assert dict(computed.trace.pinned or {}) == dict(forward.trace.pinned or {})
        assert computed.layers == forward.layers
        assert all(record.values is None and record.corner is None for record in computed.trace)


def test_without_being_told_the_layout_the_names_are_the_same() -> None:
    for spec in SAMPLE:
        found = axes_of(trace(build(spec), make_batch(spec).x))
        expected = {name: axes for name, axes in expected_axes(spec).items() if name not in ("target", "loss")}
        assert {name: found.get(name) for name in expected} == expected, spec


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 1_000_000},
        {"sequence_length": 10_000_000, "batch_size": 10_000_000},
        {"layers": 10_000_000, "dropout": 0.5, "bidirectional": True},
        {"hidden_size": 10_000_000, "proj_size": 9_999_999, "features": 10_000_000},
        {"input": "tokens", "vocabulary_size": 10_000_000, "embedding_size": 10_000_000},
        {"head": "flatten", "sequence_length": 10_000_000, "hidden_size": 10},
    ],
)
def test_sizes_that_cannot_run_are_computed_at_once(changes: dict[str, Any]) -> None:
    spec = NetworkSpec(**changes)
    compute_forward(NetworkSpec())
    started = time.perf_counter()
    forward = compute_forward(spec)
    assert time.perf_counter() - started < 1
    found, expected = axes_of(forward.trace), expected_axes(spec)
    assert {name: found.get(name) for name in expected} == expected
    for record in forward.trace:
        assert record.shape == shape_size(record.axes, spec.sizes)
        assert record.nbytes == record.elements * record.dtype.itemsize
    assert (
        forward.trace["prediction"].layer == f"nn.Linear(in_features={_linear_inputs(spec)}, out_features=1, bias=True)"
    )


def _linear_inputs(spec: NetworkSpec) -> int:
    return spec.step_size * (spec.sequence_length if spec.head == "flatten" else 1)


def test_a_flatten_head_pins_its_length() -> None:
    spec = NetworkSpec(head="flatten")
    assert run_forward(spec).trace.pinned == {"T": 12}
    assert compute_forward(replace(spec, sequence_length=30)).trace.pinned == {"T": 30}
    assert run_forward(NetworkSpec()).trace.pinned == {}


def test_expressions_are_those_of_the_networks_own_source() -> None:
    forward = run_forward(NetworkSpec(head="every_step", input="tokens", hidden_size=7))
    made_by = {record.name: record.expression for record in forward.trace}
    assert made_by["embedded"] == "self.embedding(x)"
    assert made_by["output"] == made_by["h_n"] == "self.lstm(embedded)"
    assert made_by["steps"] == "output.reshape(-1, 7)"
    assert made_by["prediction"] == "self.fc(steps)"
    assert made_by["loss"] == "loss_fn(prediction, target)"
    assert forward.layers == {
        "embedding": "nn.Embedding(20, 10)",
        "lstm": "nn.LSTM(10, 7, batch_first=True)",
        "fc": "nn.Linear(7, 1)",
        "loss_fn": "nn.MSELoss()",
    }


def test_facts_are_measured_on_this_very_run() -> None:
    forward = run_forward(NetworkSpec(layers=2, bidirectional=True))
    assert [fact.as_expected for fact in forward.facts] == [True] * len(forward.facts)
    assert forward.facts[0].statement == "h_n[-2] equals output[:, -1, :H]: max difference 0"
    assert compute_forward(forward.spec).facts == ()
