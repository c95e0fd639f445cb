"""The package on a GPU: the same names, shapes, findings and numbers as on the CPU, and what only a GPU says."""

from __future__ import annotations

import copy
import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_viz import audit, diagnose, parameters, trace
from lstm_viz.cell import unroll
from lstm_viz.network import build
from lstm_viz.spec import NetworkSpec
from lstm_viz.training import TrainingSpec, train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")

SPECS = (
    NetworkSpec(data="random"),
    NetworkSpec(cell="gru", layers=2, bidirectional=True, head="last_hidden", data="random"),
    NetworkSpec(cell="rnn", head="every_step", batch_first=False, data="random"),
    NetworkSpec(hidden_size=8, proj_size=3, head="flatten", data="random"),
)
KINDS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


def x_of(spec: NetworkSpec) -> Tensor:
    sizes = (spec.batch_size, spec.sequence_length, spec.features)
    return torch.randn(sizes if spec.batch_first else (sizes[1], sizes[0], sizes[2]))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.cell)
def test_a_trace_has_the_same_names_shapes_and_numbers(spec: NetworkSpec) -> None:
    model, x = build(spec).eval(), x_of(spec)
    own = trace(model, x)
    found = trace(copy.deepcopy(model).cuda(), x.cuda())
    assert [(each.name, each.shape, str(each.axes)) for each in found] == [
        (each.name, each.shape, str(each.axes)) for each in own
    ]
    for each in found:
        if each.values is not None:
            assert torch.allclose(each.values.cpu().double(), own[each.name].values.double(), atol=1e-3), each.name


def test_it_leaves_the_model_and_the_random_states() -> None:
    model, x = nn.LSTM(3, 5, 2, dropout=0.5, batch_first=True).cuda().train(), torch.randn(4, 7, 3, device="cuda")
    weights = {name: weight.clone() for name, weight in model.state_dict().items()}
    before, own = torch.cuda.get_rng_state(), torch.get_rng_state()
    trace(model, x)
    audit(model, x)
    assert torch.equal(before, torch.cuda.get_rng_state())
    assert torch.equal(own, torch.get_rng_state())
    assert model.training
    assert all(weight.is_cuda and torch.equal(weight, weights[name]) for name, weight in model.state_dict().items())


class Mixing(nn.Module):
    """view where permute was meant."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.fc = nn.LSTM(3, 5), nn.Linear(5, 1)

    def forward(self, x: Tensor) -> Tensor:
        B, T, F = x.shape  # noqa: N806
        return self.fc(self.lstm(x.view(T, B, F))[0][-1])  # type: ignore[no-any-return]


def test_an_audit_finds_what_it_finds_on_the_cpu() -> None:
    for model, x in ((Mixing(), torch.randn(4, 6, 3)), (build(SPECS[0]).eval(), x_of(SPECS[0]))):
        keys = [each.key for each in audit(model, x).findings]
        assert [each.key for each in audit(copy.deepcopy(model).cuda(), x.cuda()).findings] == keys
    assert keys == []


@pytest.mark.parametrize("cell", KINDS)
def test_unroll_equals_torch(cell: str) -> None:
    layer = KINDS[cell](3, 5, 2, bidirectional=True, batch_first=True).cuda()
    x = torch.randn(4, 7, 3, device="cuda")
    assert torch.allclose(unroll(layer, x).output, layer(x)[0], atol=1e-3)
    packed = pack_padded_sequence(x, torch.tensor([7, 5, 2, 1]), batch_first=True)
    found = unroll(layer, packed).h_n
    state = layer(packed)[1]
    assert torch.allclose(found, state[0] if cell == "lstm" else state, atol=1e-3)


def test_parameters_and_training() -> None:
    model, x = build(SPECS[0]).cuda(), x_of(SPECS[0]).cuda()
    assert parameters(model).total == sum(weight.numel() for weight in model.parameters())
    losses = [
        epoch.train_loss
        for epoch in train(model, [(x, torch.ones(4, 1, device="cuda"))], None, TrainingSpec(epochs=20))
    ]
    assert losses[-1] < losses[0]


def said(call: object) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        call()  # type: ignore[operator]
    return f"{type(caught.value).__name__}: {caught.value}"


def test_what_is_on_two_devices_is_told() -> None:
    lstm, x = nn.LSTM(3, 5, batch_first=True).cuda(), torch.randn(4, 7, 3, device="cuda")
    state = (torch.zeros(1, 4, 5), torch.zeros(1, 4, 5))
    answers = {
        "input": said(lambda: lstm(x.cpu())),
        "state": said(lambda: lstm(x, state)),
        "linear": said(lambda: nn.Linear(5, 1).cuda()(torch.randn(2, 5))),
        "embedding": said(lambda: nn.Embedding(9, 3).cuda()(torch.zeros(2, 3, dtype=torch.long))),
        "loss": said(lambda: nn.MSELoss()(torch.zeros(3, device="cuda"), torch.zeros(3))),
        "lengths": said(lambda: pack_padded_sequence(x, torch.tensor([7, 7, 5, 2]).cuda(), batch_first=True)),
        "numpy": said(lambda: x.numpy()),
    }
    for name, message in answers.items():
        found = diagnose(message)[0]
        assert "device" in found.key or "numpy" in found.key or "cpu" in found.fix.lower(), (name, message, found.key)


def test_a_device_side_assert_is_told() -> None:
    """It breaks the device for the process that meets it."""
    script = "import torch; e = torch.nn.Embedding(5, 2).cuda(); print(e(torch.tensor([7], device='cuda')))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    found = diagnose(run.stderr)[0]
    assert "index" in f"{found.title} {found.explanation}".lower(), (run.stderr[-500:], found.title)
