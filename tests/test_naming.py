"""The names of axes, in models that nobody shaped for it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_viz.dims import shape_size
from lstm_viz.trace import Trace, trace
from tests.support import models
from tests.support.models import numbered

X = numbered((4, 12, 3))
TOKENS = torch.arange(48).reshape(4, 12) % 20


def axes_of(found: Trace) -> dict[str, str]:
    """Name → axes; the first of a name also under its variable."""
    named = {record.variable: ", ".join(map(str, record.axes)) for record in reversed(found.tensors) if record.variable}
    return named | {record.name: ", ".join(map(str, record.axes)) for record in found}


def check(found: Trace, expected: dict[str, str]) -> None:
    """Every expected name stands there, and every axis gives its size."""
    axes = axes_of(found)
    assert {name: axes.get(name) for name in expected} == expected
    for record in found:
        assert shape_size(record.axes, found.sizes) == record.shape, record.name


MODELS: dict[str, tuple[nn.Module, tuple[Any, ...], dict[str, str]]] = {
    "cnn and lstm": (
        models.ConvLSTM(),
        (X,),
        {"x.transpose(1, 2)": "B, F, T", "channels": "B, F₂, T−2", "features": "B, T−2, F₂", "output": "B, T−2, H"}
        | {"h_n": "L·D, B, H", "output.mean(dim=1)": "B, H", "fc": "B, O"},
    ),
    "lstm cell in a loop": (
        models.CellLoop(),
        (X,),
        {"h": "B, H", "c": "B, H", "x[:, t] #12": "B, F", "h #13": "B, H", "stacked": "B, T, H", "fc": "B, T, O"},
    ),
    "packed inside, lengths as a tensor": (
        models.Packing(),
        (X, torch.tensor([3, 12, 5, 5])),
        {"lengths": "B", "packed": "N, F", "packed_output": "N, D·H", "h_n": "L·D, B, H", "output #2": "B, T, D·H"}
        | {"out_lengths": "B", "fc": "B, T, O"},
    ),
    "packed inside, lengths as a list": (
        models.Packing(enforce_sorted=True, total_length=True),
        (X, [11, 7, 7, 1]),
        {"packed": "N, F", "packed_output": "N, D·H", "c_n": "L·D, B, H", "output #2": "B, T, D·H"},
    ),
    "a list of sequences": (
        models.PackingList(),
        ([numbered((steps, 3)) for steps in (4, 2, 5)],),
        {"sequences[1]": "2, F", "packed": "N, F", "output": "N, H", "h_n": "L·D, B, H", "h_n[-1]": "B, H"},
    ),
    "packed already": (
        models.PackedIn(),
        (pack_padded_sequence(numbered((12, 4, 3)), [7, 12, 5, 5], enforce_sorted=False),),
        {"packed": "N, F", "output": "N, H", "h_n": "L·D, B, H", "h_n[-1]": "B, H"},
    ),
    "packed already, in order": (
        models.PackedIn(),
        (pack_padded_sequence(numbered((12, 4, 3)), [12, 7, 5, 5]),),
        {"packed": "N, F", "output": "N, H", "h_n": "L·D, B, H"},
    ),
    "two lengths": (
        models.Seq2Seq(),
        (TOKENS, torch.arange(36).reshape(4, 9) % 30),
        {"source": "B, T", "goal": "B, T₂", "source_embedding": "B, T, E", "target_embedding": "B, T₂, E₂"}
        | {"output": "B, T, H", "output #2": "B, T₂, H₂", "bridge": "L·D, B, H₂", "scores": "B, T₂, O"},
    ),
    "the same length twice": (
        models.Seq2Seq(),
        (TOKENS, TOKENS),
        {"goal": "B, T", "target_embedding": "B, T, E₂", "output #2": "B, T, H₂", "scores": "B, T, O"},
    ),
    "states given": (
        models.WithStates(),
        (numbered((4, 4, 4)), numbered((12, 4, 3)), numbered((4, 4, 6))),
        {"h0": "L·D, B, P", "x": "T, B, F", "c0": "L·D, B, H", "output": "T, B, D·P", "h_n": "L·D, B, P"},
    ),
    "states made": (models.OwnZeros(), (X,), {"h0": "L·D, B, H", "c0": "L·D, B, H", "output": "B, T, H"}),
    "attention by hand": (
        models.Attention(),
        (X,),
        {"weights * output": "B, T, D·H", "context": "B, D·H", "output.transpose(1, 2)": "B, D·H, T"}
        | {"similar": "B, T, T", "weights.squeeze(-1)": "B, T", "summed": "B, D·H", "similar.mean()": ""},
    ),
    "heads": (
        models.Heads(),
        (X,),
        {"heads": "B, 2, T, 4", "attended": "B, 2, T, 4", "joined": "B, T, H"},
    ),
    "one length only": (models.Pinned(), (X,), {"x": "B, T, F", "flat": "B, T·H", "fc": "B, O"}),
    "one batch size only": (models.PinnedBatch(), (X,), {"x": "B, T, F", "h0": "L·D, B, H", "h_n": "L·D, B, H"}),
    "a state of its own": (models.Stateful(), (X,), {"x": "B, T, F", "output": "B, T, H", "h_n": "L·D, B, H"}),
    "tied weights": (
        models.Tied(),
        (TOKENS,),
        {"embedding": "B, T, E", "output": "B, T, H", "output #2": "B, T, H", "scores": "B, T, O"}
        | {"embedding.weight": "V, E", "again": "B, T, V"},
    ),
    "containers": (
        models.Containers(),
        (X,),
        {"output #2": "B, T, H", "x.unbind(dim=1)[11]": "B, H", "heads.mean.0": "B, O₂", "heads.mean.1.1": "B, O"}
        | {"torch.stack(steps)": "T, B, O"},
    ),
    "frames": (
        models.Video(),
        (numbered((4, 12, 3, 8, 8)),),
        {"frames": "B, T, 3, 8, 8", "frames.flatten(0, 1)": "B·T, 3, 8, 8", "cnn.0": "B·T, F, 8, 8"}
        | {"features.view(B, T, -1)": "B, T, F", "output": "B, T, H"},
    ),
    "what no mode sees": (models.Unseen(), (X,), {"there": "B, H", "fc": "B, O"}),
    "branches": (models.Branching(), (X,), {"output > 0": "B, T, H", "output.mean(dim=1)": "B, H"}),
    "lstm": (
        nn.LSTM(3, 5, 2, bidirectional=True),
        (numbered((12, 4, 3)),),
        {"input": "T, B, F", "output": "T, B, D·H"},
    ),
    "gru without a batch": (nn.GRU(3, 5), (numbered((12, 3)),), {"input": "T, F", "output": "T, H", "h_n": "L·D, H"}),
    "one cell": (nn.LSTMCell(3, 5), (numbered((4, 3)),), {"input": "B, F", "h": "B, H", "c": "B, H"}),
    "layers in a row": (
        nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 1))),
        (numbered((4, 3)),),
        {"input": "B, F", "0": "B, O₂", "1": "B, O₂", "2.0": "B, O"},
    ),
    "pictures": (
        nn.Sequential(nn.Conv2d(3, 8, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 10)),
        (numbered((4, 3, 8, 8)),),
        {"input": "B, 3, 8, 8", "0": "B, F, 6, 6", "1": "B, F, 3, 3", "2": "B, 9·F", "3": "B, O"},
    ),
    "transformer layer": (
        nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
        (numbered((4, 12, 8)),),
        {"src": "B, T, F", "self_attn": "B, T, F", "add": "B, T, F", "linear1": "B, T, O₂", "norm2": "B, T, F"},
    ),
    "transformer layers, steps first": (
        nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2, enable_nested_tensor=False),
        (numbered((12, 4, 8)),),
        {"src": "T, B, F", "layers.1.norm2": "T, B, F", "layers.0.linear1": "T, B, O₂"},
    ),
    "decoder layer": (
        nn.TransformerDecoderLayer(8, 2, 16, batch_first=True),
        (numbered((4, 9, 8)), numbered((4, 12, 8))),
        {"tgt": "B, T, F", "memory": "B, T₂, F", "multihead_attn": "B, T, F", "norm3": "B, T, F"},
    ),
    "attention": (
        nn.MultiheadAttention(8, 2),
        (numbered((9, 4, 8)), numbered((12, 4, 8)), numbered((12, 4, 8))),
        {"query": "T, B, F", "key": "T₂, B, F", "multiheadattention": "T, B, F", "multiheadattention #2": "B, T, T₂"},
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_models(name: str) -> None:
    model, inputs, expected = MODELS[name]
    check(trace(model, *inputs), expected)


SIZED: dict[str, tuple[Any, dict[str, str]]] = {
    "forecaster": (models.Forecaster, {"x": "B, T, F", "output": "B, T, H", "last": "B, H", "fc": "B, O"}),
    "loop": (models.CellLoop, {"x": "B, T, F", "h": "B, H", "h #2": "B, H", "stacked": "B, T, H", "fc": "B, T, O"}),
    "attention": (
        models.Attention,
        {"output": "B, T, D·H", "context": "B, D·H", "output.transpose(1, 2)": "B, D·H, T", "similar": "B, T, T"}
        | {"summed": "B, D·H", "weights.squeeze(-1)": "B, T", "fc": "B, O"},
    ),
    "own zeros": (models.OwnZeros, {"h0": "L·D, B, H", "c0": "L·D, B, H", "output": "B, T, H", "h_n": "L·D, B, H"}),
}


@pytest.mark.parametrize("name", SIZED)
@pytest.mark.parametrize(
    ("batch", "steps", "features", "hidden"),
    [(2, 2, 2, 2), (3, 3, 3, 3), (1, 1, 1, 1), (4, 8, 4, 4), (7, 3, 7, 3), (5, 11, 5, 11), (1, 5, 1, 5), (6, 1, 2, 3)],
)
def test_sizes_that_are_alike(name: str, batch: int, steps: int, features: int, hidden: int) -> None:
    make, expected = SIZED[name]
    check(trace(make(features, hidden), numbered((batch, steps, features))), expected)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_packed_sizes_that_are_alike(size: int) -> None:
    x = numbered((size, size, size))
    found = trace(models.Packing(features=size, hidden=size), x, torch.full((size,), size))
    check(found, {"packed": "N, F", "packed_output": "N, D·H", "output #2": "B, T, D·H", "h_n": "L·D, B, H"})


class Reshaping(nn.Module):
    """Every way to move, cut and join axes, at sizes that are all alike."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(size, size, num_layers=size, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Tensor:
        output, (h_n, _c_n) = self.lstm(x)
        B, T, D = len(x), x.size(1), 2  # noqa: N806
        rows = output.reshape(B * T, -1)
        back = rows.view(B, T, -1)
        halves = output.unflatten(-1, (D, -1))
        layers = h_n.view(-1, D, B, h_n.size(-1))
        sides = torch.cat([h_n[-2], h_n[-1]], dim=1)
        per_sample = h_n.transpose(0, 1).reshape(B, -1)
        turned = output.permute(2, 0, 1)
        wide = output[:, None].expand(-1, T, -1, -1)
        repeated = output.repeat(1, 3, 1)
        steps = torch.arange(T)
        chosen = output[torch.arange(B), torch.full((B,), T - 1)]
        forward, _backward = output.chunk(2, dim=-1)
        doubled = torch.cat([forward, forward], dim=0)  # noqa: F841 - its name is what is tested
        longer = nn.functional.pad(forward, (0, 0, 1, 0))  # noqa: F841 - its name is what is tested
        later = forward[:, 1:]
        batched = torch.bmm(output, output.transpose(1, 2))
        top = forward.topk(1, dim=1).values
        return rows, back, halves, layers, sides, per_sample, turned, wide, repeated, steps, chosen, top, batched, later


@pytest.mark.parametrize("size", [2, 3, 4, 6, 7])
def test_every_way_to_move_axes(size: int) -> None:
    expected = {
        **{"rows": "B·T, D·H", "back": "B, T, D·H", "halves": "B, T, D, H", "layers": "L, D, B, H", "sides": "B, D·H"},
        **{"per_sample": "B, L·D·H", "turned": "D·H, B, T", "wide": "B, T, T, D·H", "repeated": "B, 3·T, D·H"},
        **{"steps": "T", "chosen": "B, D·H", "forward": "B, T, H", "doubled": "2·B, T, H", "longer": "B, T+1, H"},
        **{"later": "B, T−1, H", "batched": "B, T, T", "forward.topk(1, dim=1)[0]": "B, 1, H"},
    }
    check(trace(Reshaping(size), numbered((size, size, size))), expected)


def test_pinned_sizes_are_said() -> None:
    found = trace(models.Pinned(), X)
    assert found.pinned == {"T": 12}
    assert found.notes == ("This model only accepts T = 12: at T = 7 and at T = 14 its forward pass raises.",)
    assert trace(models.Pinned(7), X[:, :7]).pinned == {"T": 7}
    assert trace(models.PinnedBatch(), X).pinned == {"B": 4}
    for model in (models.Forecaster(), models.CellLoop(), models.Branching(), models.Stateful()):
        assert trace(model, X).pinned == {}


def test_a_length_that_must_not_be_small_is_not_pinned() -> None:
    class Strided(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv1d(3, 4, kernel_size=15)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(x.transpose(1, 2))

    found = trace(Strided(), numbered((4, 40, 3)))
    assert found.pinned == {}
    check(found, {"x": "B, T, F", "conv": "B, F₂, T−14"})


def test_axes_may_be_stated() -> None:
    class Mean(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.mean(dim=0)

    check(trace(Mean(), X), {"x": "B, T, F", "x.mean(dim=0)": "T, F"})
    check(trace(Mean(), X, axes="T, B, E"), {"x": "T, B, E", "x.mean(dim=0)": "B, E"})
    check(trace(Mean(), X, axes="B, 12, F"), {"x": "B, 12, F", "x.mean(dim=0)": "12, F"})


@pytest.mark.parametrize(
    ("axes", "text"),
    [
        ("B, T", r"axes: expected 3 names for an input of shape \(4, 12, 3\), got 'B, T'"),
        ("B, Q, F", "axes: an axis is made of the symbols B, T, F, .* got 'Q'"),
        ("", "axes: expected symbols and integers joined by '·', got ''"),
    ],
)
def test_axes_that_do_not_fit(axes: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        trace(models.Forecaster(), X, axes=axes)


def test_without_names_an_axis_is_its_number() -> None:
    found = trace(models.Forecaster(), X, names=False)
    assert axes_of(found)["output"] == "4, 12, 6"
    assert (found.sizes, found.pinned, found.notes) == ({}, {}, ())
    assert [record.name for record in found] == [record.name for record in trace(models.Forecaster(), X)]


def test_a_reshape_that_mixes_is_noted() -> None:
    class Wrong(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            right = x.transpose(0, 1)
            wrong = x.view(x.size(1), x.size(0), -1)
            return right + wrong

    found = trace(Wrong(), X)
    assert found["right"].notes == ()
    assert found["wrong"].notes[0].startswith("x.view(x.size(1), x.size(0), -1) cuts across the axes")
    for model in (models.Heads(), models.Pinned(), Reshaping(4)):
        inputs = numbered((4, 4, 4)) if isinstance(model, Reshaping) else X
        assert not any(record.notes for record in trace(model, inputs))


def test_of_a_batch_of_none_the_axes_have_names() -> None:
    check(trace(models.Forecaster(), X[:0]), {"x": "B, T, F", "output": "B, T, H", "fc": "B, O"})


def test_a_target_has_the_axes_of_the_prediction() -> None:
    found = trace(models.Forecaster(), X, target=torch.zeros(4).long(), loss=nn.functional.cross_entropy)
    check(found, {"target": "B", "loss": ""})
    found = trace(models.Forecaster(), X, target=torch.zeros(4, 2), loss=nn.functional.mse_loss)
    check(found, {"target": "B, O", "loss": ""})
