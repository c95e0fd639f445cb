"""Mistakes made on purpose, of random sizes: what PyTorch or scikit-learn says, and what the answer must be."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, TensorDataset


@dataclass(frozen=True)
class Sizes:
    """Sizes that all differ, and none of which is a multiple of another."""

    B: int
    T: int
    F: int
    H: int
    C: int

    @classmethod
    def draw(cls, chance: random.Random) -> Sizes:
        """Five different primes, so that no answer is right by accident."""
        return cls(*chance.sample([5, 7, 11, 13, 17, 19, 23], 5))


Mistake = Callable[[Sizes], object]
Numbers = Callable[[Sizes], tuple[int, ...]]

_NONE: Numbers = lambda s: ()  # noqa: E731
randn, zeros = torch.randn, torch.zeros


def said(mistake: Mistake, sizes: Sizes) -> str:
    """The error, or else the first warning, as a traceback's last line shows it."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            mistake(sizes)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    assert warned, "nothing was said"
    return f"{warned[0].category.__name__}: {warned[0].message}"


def _labels(*shape: int) -> Tensor:
    return torch.randint(0, 3, shape)


def _ce(scores: Tensor, target: object) -> object:
    return nn.CrossEntropyLoss()(scores, target)


def _unpacked_gru(s: Sizes) -> object:
    _, (h, c) = nn.GRU(s.F, s.H)(randn(s.T, s.B, s.F))
    return h, c


def _unpacked_lstm(s: Sizes) -> object:
    output, h, c = nn.LSTM(s.F, s.H)(randn(s.T, s.B, s.F))
    return output, h, c


def _carried(s: Sizes) -> None:
    lstm, state = nn.LSTM(s.F, s.H), None
    for _ in range(2):
        output, state = lstm(randn(s.T, s.B, s.F), state)
        output.sum().backward()


def _stepped(s: Sizes) -> None:
    lstm, state = nn.LSTM(s.F, s.H), None
    for _ in range(2):
        output, state = lstm(randn(s.T, s.B, s.F), state)
        output.sum().backward(retain_graph=True)
        with torch.no_grad():
            for weight in lstm.parameters():
                weight -= 0.1  # what optimizer.step() does


def _first_step_2d(s: Sizes) -> None:
    lstm = nn.LSTM(s.F, s.H, batch_first=True)
    _, state = lstm(randn(s.B, s.F))
    lstm(randn(s.B, 1, s.F), state)


def _loaded(samples: list[object]) -> object:
    return next(iter(DataLoader(samples, batch_size=len(samples))))


def _copied(s: Sizes) -> None:
    lstm = nn.LSTM(3, s.H)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(randn(3, 4 * s.H))


def _state_dict(saved: nn.Module, made: nn.Module) -> object:
    return made.load_state_dict(saved.state_dict())


def _packed(s: Sizes, features: int) -> object:
    return pack_padded_sequence(randn(s.T, 3, features), [s.T, s.T - 1, s.T - 2])


MISTAKES: dict[str, tuple[Mistake, str, Numbers]] = {
    # h_0 and c_0
    "lstm state larger": (
        lambda s: nn.LSTM(s.F, s.H)(randn(s.T, s.B, s.F), (zeros(1, s.B + 9, s.H), zeros(1, s.B + 9, s.H))),
        "hidden-last-batch",
        lambda s: (s.B + 9, s.B, s.H),
    ),
    "gru state larger": (
        lambda s: nn.GRU(s.F, s.H, 2)(randn(s.T, s.B, s.F), zeros(2, s.B + 9, s.H)),
        "hidden-last-batch",
        lambda s: (s.B + 9, s.B),
    ),
    "state batch first": (
        lambda s: nn.LSTM(s.F, s.H, batch_first=True)(randn(s.B, s.T, s.F), (zeros(s.B, 1, s.H), zeros(s.B, 1, s.H))),
        "hidden-batch-first",
        lambda s: (1, s.B, s.H),
    ),
    "two directions for one": (
        lambda s: nn.GRU(s.F, s.H)(randn(s.T, s.B, s.F), zeros(2, s.B, s.H)),
        "hidden-directions",
        lambda s: (1, 2, s.B, s.H),
    ),
    "directions missing": (
        lambda s: nn.RNN(s.F, s.H, 3, bidirectional=True)(randn(s.T, s.B, s.F), zeros(3, s.B, s.H)),
        "hidden-rows",
        lambda s: (6, 3),
    ),
    "layers and batch by two GPUs": (
        lambda s: nn.LSTM(s.F, s.H, 2)(randn(s.T, s.B, s.F), (zeros(1, 2 * s.B, s.H), zeros(1, 2 * s.B, s.H))),
        "hidden-data-parallel",
        lambda s: (2, 2 * s.B, s.B),
    ),
    "gru state features": (
        lambda s: nn.GRU(s.F, s.H)(randn(s.T, s.B, s.F), zeros(1, s.B, 2 * s.H)),
        "hidden-features",
        lambda s: (s.H, 2 * s.H),
    ),
    "projected h": (
        lambda s: nn.LSTM(s.F, 5 * s.H, proj_size=s.H)(
            randn(s.T, s.B, s.F), (zeros(1, s.B, 5 * s.H), zeros(1, s.B, 5 * s.H))
        ),
        "hidden-projection",
        lambda s: (s.H, 5 * s.H),
    ),
    "projected c": (
        lambda s: nn.LSTM(s.F, 5 * s.H, proj_size=s.H)(randn(s.T, s.B, s.F), (zeros(1, s.B, s.H), zeros(1, s.B, s.H))),
        "hidden-projection",
        lambda s: (s.H, 5 * s.H),
    ),
    "state 2-D": (
        lambda s: nn.GRU(s.F, s.H)(randn(s.T, s.B, s.F), zeros(s.B, s.H)),
        "hidden-2d-for-batch",
        _NONE,
    ),
    "first step 2-D": (_first_step_2d, "hidden-2d-for-batch", _NONE),
    "state 3-D, x 2-D": (lambda s: nn.RNN(s.F, s.H)(randn(s.B, s.F), zeros(1, s.B, s.H)), "input-2d-for-state", _NONE),
    "state (B, H), x 2-D": (
        lambda s: nn.RNN(s.F, s.H)(randn(s.B, s.F), zeros(s.B, s.H)),
        "hidden-unbatched",
        lambda s: (s.B, 1, s.H),
    ),
    "one tensor for two": (
        lambda s: nn.LSTM(s.F, s.H)(randn(s.T, s.B, s.F), zeros(1, s.B, s.H)),
        "hidden-single-tensor",
        _NONE,
    ),
    "state by two arguments": (
        lambda s: nn.LSTM(s.F, s.H)(randn(s.T, s.B, s.F), zeros(1, s.B, s.H), zeros(1, s.B, s.H)),
        "state-two-arguments",
        _NONE,
    ),
    # cells
    "cell over the batch": (
        lambda s: nn.LSTMCell(s.F, 64)(randn(s.F), (randn(s.B, 64), randn(s.B, 64))),
        "cell-over-batch",
        lambda s: (s.B, 64),
    ),
    "cell hidden size": (
        lambda s: nn.GRUCell(s.F, 24)(randn(s.B, s.F), randn(s.B, 23)),
        "cell-hidden-size",
        lambda s: (23, 24),
    ),
    "cell input": (lambda s: nn.RNNCell(s.F, s.H)(randn(s.B, s.T)), "cell-input-size", lambda s: (s.T, s.F)),
    "cell batch": (
        lambda s: nn.GRUCell(s.F, s.H)(randn(s.B, s.F), randn(s.T, s.H)),
        "cell-batch",
        lambda s: (s.T, s.B),
    ),
    "cell 3-D": (lambda s: nn.LSTMCell(s.F, s.H)(randn(s.T, s.B, s.F)), "cell-dimensions", lambda s: (3,)),
    "cell state 3-D": (
        lambda s: nn.LSTMCell(s.F, s.H)(randn(s.B, s.F), (randn(1, s.B, s.H), randn(1, s.B, s.H))),
        "cell-dimensions",
        lambda s: (3,),
    ),
    # x
    "input size": (lambda s: nn.LSTM(s.F, s.H)(randn(s.T, s.B, s.C)), "input-size", lambda s: (s.F, s.C)),
    "input size 1": (lambda s: nn.GRU(1, s.H)(randn(s.B, s.T)), "input-size", lambda s: (1, s.T)),
    "4-D": (lambda s: nn.RNN(s.F, s.H)(randn(s.T, s.B, s.C, s.F)), "input-4d", lambda s: (4,)),
    "1-D": (lambda s: nn.LSTM(s.F, s.H)(randn(s.F)), "input-1d", lambda s: (1,)),
    "no steps": (lambda s: nn.LSTM(s.F, s.H)(randn(0, s.B, s.F)), "input-empty", _NONE),
    "integers": (lambda s: nn.LSTM(s.F, s.H)(_labels(s.T, s.B, s.F)), "input-integers", _NONE),
    "double": (lambda s: nn.GRU(s.F, s.H)(randn(s.T, s.B, s.F).double()), "input-double", _NONE),
    "half": (lambda s: nn.GRU(s.F, s.H)(randn(s.T, s.B, s.F).half()), "input-half", _NONE),
    "array": (lambda s: nn.LSTM(s.F, s.H)(np.zeros((s.T, s.B, s.F))), "not-a-tensor-ndarray", _NONE),
    "x elsewhere": (lambda s: nn.LSTM(s.F, s.H)(randn(s.T, s.B, s.F, device="meta")), "device-input", _NONE),
    "state elsewhere": (
        lambda s: nn.GRU(s.F, s.H)(randn(s.T, s.B, s.F), zeros(1, s.B, s.H, device="meta")),
        "device-hidden",
        _NONE,
    ),
    # packing
    "unsorted": (lambda s: pack_padded_sequence(randn(9, 3, s.F), [3, 9, 4]), "pack-unsorted", _NONE),
    "pack_sequence unsorted": (lambda s: pack_sequence([randn(2, s.F), randn(5, s.F)]), "pack-unsorted", _NONE),
    "zero length": (lambda s: pack_padded_sequence(randn(9, 3, s.F), [9, 4, 0]), "pack-zero-length", _NONE),
    "pack batch first": (
        lambda s: pack_padded_sequence(randn(s.B, s.T, s.F), [s.T] * s.B),
        "pack-batch-first",
        lambda s: (s.B, s.T),
    ),
    "lengths 0-D": (
        lambda s: pack_padded_sequence(randn(s.T, 1, s.F), torch.tensor(s.T)),
        "pack-lengths-0d",
        lambda s: (0,),
    ),
    "lengths 2-D": (
        lambda s: pack_padded_sequence(randn(s.T, s.B, s.F), torch.full((s.B, 1), s.T)),
        "pack-lengths-2d",
        lambda s: (2,),
    ),
    "lengths elsewhere": (
        lambda s: pack_padded_sequence(randn(s.T, 2, s.F), torch.tensor([3, 2], device="meta")),
        "pack-lengths-device",
        _NONE,
    ),
    "packed input size": (
        lambda s: nn.LSTM(s.F, 4 * s.H)(_packed(s, s.C)),
        "packed-input-size",
        lambda s: (3 * s.T - 3, s.C, s.F, 16 * s.H),
    ),
    "packed to Linear": (lambda s: nn.Linear(s.F, s.H)(_packed(s, s.F)), "packed-as-tensor", _NONE),
    "unpack a tensor": (lambda s: pad_packed_sequence(randn(s.T, s.B, s.F)), "unpack-tensor", _NONE),
    "total length": (
        lambda s: pad_packed_sequence(_packed(s, s.F), total_length=s.T - 2),
        "pack-total-length",
        lambda s: (s.T - 2, s.T),
    ),
    "pad lists": (lambda s: pad_sequence([[1.0], [2.0]]), "not-a-tensor-list", _NONE),
    # cross-entropy
    "classes last": (
        lambda s: _ce(randn(s.B, s.T, s.C), _labels(s.B, s.T)),
        "class-axis-last",
        lambda s: (s.B, s.C, s.T),
    ),
    "one label": (lambda s: _ce(randn(s.B, s.T, s.C), _labels(s.B)), "class-every-step", lambda s: (s.B, s.C)),
    "column": (lambda s: _ce(randn(s.B, s.C), _labels(s.B, 1)), "class-target-2d", _NONE),
    "every step": (
        lambda s: _ce(randn(s.B * s.T, s.C), _labels(s.B)),
        "class-rows-of-every-step",
        lambda s: (s.B * s.T, s.B, s.T),
    ),
    "labels of every step": (
        lambda s: _ce(randn(s.B, s.C), _labels(s.B * s.T)),
        "class-labels-of-every-step",
        lambda s: (s.B, s.B * s.T, s.T),
    ),
    "other rows": (lambda s: _ce(randn(s.T, s.C), _labels(s.B)), "class-other-batch", lambda s: (s.T, s.B)),
    "0-D target": (lambda s: _ce(randn(1, s.C), _labels(1)[0]), "class-target-0d", lambda s: (1, 0)),
    "one-hot": (lambda s: _ce(randn(s.B, s.C), functional.one_hot(_labels(s.B), s.C)), "class-one-hot", _NONE),
    "float classes": (lambda s: _ce(randn(s.B, s.C), randn(s.B)), "class-target-dtype", _NONE),
    "int32 classes": (lambda s: _ce(randn(s.B, s.C), _labels(s.B).int()), "class-target-dtype", _NONE),
    "class beyond": (
        lambda s: _ce(randn(s.B, s.C), torch.full((s.B,), s.C + 2)),
        "class-index-range",
        lambda s: (s.C + 2,),
    ),
    "class −1": (lambda s: nn.NLLLoss()(randn(s.B, s.C), torch.full((s.B,), -1)), "class-index-range", lambda s: (-1,)),
    "class weights": (
        lambda s: nn.CrossEntropyLoss(torch.ones(s.T))(randn(s.B, s.C), _labels(s.B)),
        "class-weights",
        lambda s: (s.C, s.T),
    ),
    "scores 1-D": (lambda s: _ce(randn(s.C), _labels(s.B)), "class-scores-1d", lambda s: (s.B,)),
    "tuple to a loss": (lambda s: _ce(nn.LSTM(s.F, s.H)(randn(s.T, s.B, s.F)), _labels(s.B)), "tuple-output", _NONE),
    "loss made of tensors": (
        lambda s: bool(randn(s.B) > 0),
        "loss-called-as-class",
        _NONE,
    ),
    # losses that compare
    "MSE column": (lambda s: nn.MSELoss()(randn(s.B, 1), randn(s.B)), "loss-column", lambda s: (s.B, 1)),
    "L1 target column": (lambda s: nn.L1Loss()(randn(s.B), randn(s.B, 1)), "loss-column", lambda s: (s.B, 1)),
    "Huber every step": (
        lambda s: nn.HuberLoss()(randn(1, s.T), randn(1)),
        "loss-every-step",
        lambda s: (s.T, 1),
    ),
    "BCE column": (lambda s: nn.BCELoss()(torch.rand(s.B, 1), torch.rand(s.B)), "loss-column", lambda s: (s.B, 1)),
    "logits outputs": (
        lambda s: nn.BCEWithLogitsLoss()(randn(s.B, s.C), torch.rand(s.B)),
        "loss-outputs",
        lambda s: (s.B, s.C),
    ),
    "BCE range": (lambda s: nn.BCELoss()(torch.full((s.B,), 3.0), torch.rand(s.B)), "bce-range", _NONE),
    "BCE target range": (lambda s: nn.BCELoss()(torch.rand(s.B), torch.full((s.B,), 2.0)), "bce-target-range", _NONE),
    "BCE integers": (lambda s: nn.BCELoss()(torch.rand(s.B), _labels(s.B)), "loss-integer-target", _NONE),
    "logits integers": (lambda s: nn.BCEWithLogitsLoss()(randn(s.B), _labels(s.B)), "loss-integer-target", _NONE),
    "BCE double": (lambda s: nn.BCELoss()(torch.rand(s.B), torch.rand(s.B).double()), "loss-double-target", _NONE),
    # Embedding and Linear
    "word beyond": (lambda s: nn.Embedding(s.C, s.H)(torch.tensor([s.C])), "embedding-index-range", _NONE),
    "float ids": (lambda s: nn.Embedding(s.C, s.H)(randn(s.B)), "embedding-float", _NONE),
    "padding_idx": (lambda s: nn.Embedding(s.C, s.H, padding_idx=s.C), "padding-idx", _NONE),
    "Linear after two directions": (
        lambda s: nn.Linear(s.H, 1)(randn(s.B, 2 * s.H)),
        "linear-in-features",
        lambda s: (s.B, 2 * s.H, s.H, 1),
    ),
    "Linear after flatten": (
        lambda s: nn.Linear(s.H, 3)(randn(s.B, s.T * s.H)),
        "linear-in-features",
        lambda s: (s.B, s.T * s.H, s.H, 3),
    ),
    "Linear of integers": (lambda s: nn.Linear(s.F, 3)(_labels(s.B, s.F)), "input-integers", _NONE),
    "Linear of a tuple": (lambda s: nn.Linear(s.H, 3)(nn.GRU(s.F, s.H)(randn(s.T, s.B, s.F))), "tuple-output", _NONE),
    # what a layer returns
    "two LSTMs in Sequential": (
        lambda s: nn.Sequential(nn.LSTM(s.F, s.H), nn.LSTM(s.H, s.H))(randn(s.T, s.B, s.F)),
        "tuple-output",
        _NONE,
    ),
    "GRU unpacked": (_unpacked_gru, "gru-state-unpacked", lambda s: (1,)),
    "LSTM unpacked": (_unpacked_lstm, "lstm-unpacked-flat", lambda s: (3, 2)),
    # shapes
    "view": (lambda s: randn(s.B, s.T).view(-1, s.C), "view-count", lambda s: (s.B * s.T, s.C)),
    "view of turned": (lambda s: randn(s.B, s.T, s.H).transpose(0, 1).view(-1, s.H), "view-not-contiguous", _NONE),
    "squeeze": (lambda s: randn(s.B).squeeze(1), "axis-missing", lambda s: (1, 1)),
    "three indices": (lambda s: randn(s.T, s.H)[:, -1, :], "too-many-indices", lambda s: (2,)),
    "permute": (lambda s: randn(s.B, s.T).permute(1, 0, 2), "permute-dimensions", lambda s: (2, 3)),
    "cat": (lambda s: torch.cat([randn(s.B, s.T), randn(s.H, s.T)], 1), "cat-sizes", lambda s: (s.B, s.H, 1)),
    "bmm": (lambda s: torch.bmm(randn(s.B, 1, s.T), randn(s.T, s.B, s.H)), "batched-matrices", lambda s: (s.B, s.T)),
    "BatchNorm": (lambda s: nn.BatchNorm1d(s.H)(randn(s.B, s.T, s.H)), "batch-norm-axis", lambda s: (s.T, s.H)),
    "Conv": (lambda s: nn.Conv1d(s.F, 2, 1)(randn(s.B, s.T, s.F)), "conv-channels", lambda s: (s.F, s.T)),
    "Keras kernel": (_copied, "weights-turned", lambda s: (3, 4 * s.H)),
    # gradients
    "state carried": (_carried, "backward-twice", _NONE),
    "step between": (_stepped, "backward-in-place", lambda s: ()),
    "detached": (lambda s: randn(s.B).sum().backward(), "loss-detached", _NONE),
    "vector backward": (lambda s: nn.Linear(s.F, 2)(randn(s.B, s.F)).backward(), "backward-not-scalar", _NONE),
    "loss.data[0]": (lambda s: randn(s.B).mean().data[0], "loss-data-0", _NONE),
    "numpy of a prediction": (lambda s: nn.Linear(s.F, 2)(randn(s.B, s.F)).numpy(), "numpy-requires-grad", _NONE),
    # arguments
    "dropout": (lambda s: nn.LSTM(s.F, s.H, dropout=0.3), "dropout-one-layer", lambda s: (1,)),
    "num_layers for bias": (lambda s: nn.LSTM(s.F, s.H, 2, 1), "argument-type-bias", _NONE),
    "hidden_size / 2": (lambda s: nn.LSTM(s.F, s.H / 2), "argument-type-hidden_size", _NONE),
    "Keras' words": (lambda s: nn.LSTM(s.F, s.H, return_sequences=True), "argument-unknown", _NONE),
    "proj_size": (lambda s: nn.LSTM(s.F, s.H, proj_size=s.H), "proj-size", _NONE),
    "softmax axis": (lambda s: nn.Softmax()(randn(s.B, s.C)), "softmax-axis", _NONE),
    # loading
    "samples of other lengths": (
        lambda s: _loaded([randn(s.T, s.F), randn(s.H, s.F)]),
        "batch-unequal-lengths",
        lambda s: (s.T, s.H),
    ),
    "lists of other lengths": (lambda s: _loaded([[1, 2], [1]]), "batch-unequal-lengths", _NONE),
    "None in a batch": (lambda s: _loaded([None, None]), "batch-kind", _NONE),
    "dataset lengths": (lambda s: TensorDataset(randn(s.B), randn(s.T)), "dataset-lengths", _NONE),
    "empty dataset": (lambda s: DataLoader([], shuffle=True), "dataset-empty", lambda s: (0,)),
    "table as dataset": (
        lambda s: list(DataLoader(pd.DataFrame({"a": [1.0, 2.0]}))),
        "dataset-pandas-key",
        lambda s: (0,),
    ),
    # scalers and arrays
    "transform": (
        lambda s: MinMaxScaler().fit(np.random.rand(9, s.F)).transform(np.zeros((9, 1))),
        "scaler-columns",
        lambda s: (s.F, 1),
    ),
    "inverse_transform": (
        lambda s: StandardScaler().fit(np.random.rand(9, s.F)).inverse_transform(np.zeros((s.B, 1))),
        "scaler-columns",
        lambda s: (s.F, 1),
    ),
    "scaler of a vector": (lambda s: MinMaxScaler().fit(np.zeros(s.B)), "scaler-1d", _NONE),
    "scaler of windows": (lambda s: MinMaxScaler().fit(np.zeros((s.B, s.T, 1))), "scaler-3d", lambda s: (3,)),
    "scaler not fitted": (lambda s: MinMaxScaler().transform(np.zeros((s.B, 1))), "scaler-not-fitted", _NONE),
    "object array": (lambda s: torch.from_numpy(np.array([None, 1])), "array-kind", _NONE),
    "from_numpy of a list": (lambda s: torch.from_numpy([1, 2]), "from-numpy-kind", _NONE),
    "uneven rows": (lambda s: torch.tensor([[0] * s.B, [0] * s.T]), "rows-unequal", lambda s: (s.B, s.T)),
    # checkpoints
    "checkpoint hidden size": (
        lambda s: _state_dict(nn.LSTM(s.F, s.H), nn.LSTM(s.F, s.C)),
        "checkpoint-sizes",
        lambda s: (s.H, s.C),
    ),
    "checkpoint layers": (lambda s: _state_dict(nn.LSTM(s.F, s.H), nn.LSTM(s.F, s.H, 2)), "checkpoint-names", _NONE),
    "checkpoint directions": (
        lambda s: _state_dict(nn.GRU(s.F, s.H, bidirectional=True), nn.GRU(s.F, s.H)),
        "checkpoint-names",
        _NONE,
    ),
}
"""What is done wrong → how, the key of the right answer, and the numbers that it must explain."""
