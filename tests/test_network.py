"""The network of a spec: the same weights each time, nothing global touched, and every combination runs."""

from __future__ import annotations

import ast
import gc
import inspect
import linecache
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor, nn

from lstm_viz.batch import make_batch
from lstm_viz.network import build, classes_last, loss_function, loss_source, outline, source
from lstm_viz.spec import NetworkSpec
from tests.specs import every_combination, random_specs

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")

SPECS = random_specs(60, seed=5)


def same_weights(first: nn.Module, second: nn.Module) -> bool:
    states = first.state_dict(), second.state_dict()
    return states[0].keys() == states[1].keys() and all(
        torch.equal(states[0][name], states[1][name]) for name in states[0]
    )


def loss_of(spec: NetworkSpec, network: nn.Module) -> tuple[Tensor, Tensor]:
    batch = make_batch(spec)
    prediction = network(batch.x)
    scores = prediction.transpose(1, 2) if classes_last(spec) else prediction
    return prediction, loss_function(spec)(scores, batch.target)


def test_the_same_spec_has_the_same_weights() -> None:
    for spec in SPECS:
        assert same_weights(build(spec), build(spec)), spec


def test_another_seed_has_other_weights() -> None:
    assert not same_weights(build(NetworkSpec(seed=1)), build(NetworkSpec(seed=2)))


def test_weights_are_those_of_the_script_that_seeds_first() -> None:
    state = torch.random.get_rng_state()
    torch.manual_seed(3)
    lstm, fc = nn.LSTM(1, 5, batch_first=True), nn.Linear(5, 1)
    torch.random.set_rng_state(state)
    network = build(NetworkSpec(seed=3))
    assert same_weights(network.get_submodule("lstm"), lstm)
    assert same_weights(network.get_submodule("fc"), fc)


def test_random_state_is_left_as_it_was() -> None:
    before = torch.random.get_rng_state()
    for spec in SPECS[:10]:
        build(spec)
        outline(spec)
    assert torch.equal(before, torch.random.get_rng_state())


def test_threads_that_build_at_once_get_their_own_weights() -> None:
    specs = [NetworkSpec(seed=seed, hidden_size=40) for seed in range(16)]
    with ThreadPoolExecutor(4) as threads:
        networks = list(threads.map(build, specs))
    assert all(same_weights(network, build(spec)) for network, spec in zip(networks, specs, strict=True))


def test_it_is_in_training_mode_with_gradients() -> None:
    network = build(NetworkSpec())
    assert network.training
    assert all(weight.requires_grad for weight in network.parameters())


def test_source_is_one_class_with_two_functions() -> None:
    for spec in SPECS:
        (network,) = ast.parse(source(spec)).body
        assert isinstance(network, ast.ClassDef)
        assert [part.name for part in network.body if isinstance(part, ast.FunctionDef)] == ["__init__", "forward"]


def test_source_of_the_first_page() -> None:
    assert source(NetworkSpec()) == (
        "class Network(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.lstm = nn.LSTM(1, 5, batch_first=True)\n"
        "        self.fc = nn.Linear(5, 1)\n"
        "\n"
        "    def forward(self, x):\n"
        "        output, (h_n, c_n) = self.lstm(x)\n"
        "        last = output[:, -1]\n"
        "        prediction = self.fc(last)\n"
        "        return prediction\n"
    )


def test_inspect_finds_the_source_of_a_built_network() -> None:
    for spec in SPECS[:10]:
        forward = inspect.getsource(type(build(spec)).forward)
        assert forward in source(spec)
        assert forward.lstrip().startswith("def forward(self, x):")


def test_a_network_that_goes_leaves_the_source_of_another_alike() -> None:
    kept, gone = build(NetworkSpec()), build(NetworkSpec())
    entries = len(linecache.cache)
    del gone
    gc.collect()
    assert len(linecache.cache) < entries
    assert "self.lstm(x)" in inspect.getsource(type(kept).forward)


def test_a_traceback_shows_the_line() -> None:
    with pytest.raises(RuntimeError) as caught:
        build(NetworkSpec())(torch.zeros(4, 12, 2))
    assert "output, (h_n, c_n) = self.lstm(x)" in str(caught.getrepr(chain=False))


def test_outline_has_the_same_shapes_and_no_memory() -> None:
    for spec in SPECS[:20]:
        shapes = [(name, weight.shape) for name, weight in build(spec).named_parameters()]
        assert [(name, weight.shape) for name, weight in outline(spec).named_parameters()] == shapes
        assert all(weight.is_meta for weight in outline(spec).parameters())


def test_prediction_has_a_row_for_each_target() -> None:
    for spec in SPECS:
        prediction, loss = loss_of(spec, build(spec))
        rows = {
            "every_step": (spec.batch_size * spec.sequence_length,),
            "every_step_3d": make_batch(spec).x.shape[:2],
        }.get(spec.head, (spec.batch_size,))
        assert tuple(prediction.shape) == (*rows, spec.outputs), spec
        assert loss.shape == ()


def test_every_combination_runs_forward_loss_and_backward() -> None:
    count = 0
    for spec in every_combination(NetworkSpec(batch_size=2, sequence_length=3, features=3, hidden_size=2, layers=2)):
        network = build(spec)
        _, loss = loss_of(spec, network)
        loss.backward()  # type: ignore[no-untyped-call]
        assert torch.isfinite(loss), spec
        assert all(weight.grad is not None for weight in network.parameters()), spec
        count += 1
    assert count == 5 * 3 * 3 * 3 * 2 * 2


def test_last_step_and_last_hidden_agree_in_one_direction() -> None:
    for spec in random_specs(10, seed=6, head="last_step", bidirectional=False, dropout=0.0):
        fields = {name: getattr(spec, name) for name in spec.__dataclass_fields__} | {"head": "last_hidden"}
        hidden = NetworkSpec(**fields)
        x = make_batch(spec).x
        assert torch.equal(build(spec).eval()(x), build(hidden).eval()(x)), spec


@pytest.mark.parametrize(
    ("task", "outputs", "written"),
    [
        ("regression", 1, "nn.MSELoss()"),
        ("classification", 2, "nn.CrossEntropyLoss()"),
        ("binary", 1, "nn.BCEWithLogitsLoss()"),
    ],
)
def test_loss_is_what_its_source_says(task: str, outputs: int, written: str) -> None:
    spec = NetworkSpec(task=task, outputs=outputs)  # type: ignore[arg-type]
    assert loss_source(spec) == written
    assert type(loss_function(spec)) is type(eval(written, {"nn": nn}))
