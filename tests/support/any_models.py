"""Models of any kind, small, with an input each: what a diagram of any trace has to lay out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class CellLoop(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(3, 5)
        self.fc = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        h = x.new_zeros(x.shape[0], 5)
        c = x.new_zeros(x.shape[0], 5)
        outputs = []
        for t in range(x.shape[1]):
            h, c = self.cell(x[:, t], (h, c))
            outputs.append(h)
        return {"y": self.fc(torch.stack(outputs, 1)), "last": h}


class ConvLSTM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(2, 8, 3)
        self.lstm = nn.LSTM(8, 16, 2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(32, 3)

    def forward(self, x: Tensor) -> Tensor:
        z = torch.relu(self.conv(x.transpose(1, 2))).transpose(1, 2)
        _, (h_n, _) = self.lstm(z)
        return self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(8, 8)

    def forward(self, h: Tensor, memory: Tensor) -> Tensor:
        scores = torch.bmm(memory, self.query(h).unsqueeze(2)).squeeze(2)
        scores = scores.masked_fill(torch.zeros_like(scores, dtype=torch.bool), float("-inf"))
        return torch.bmm(scores.softmax(-1).unsqueeze(1), memory).squeeze(1)


class Translator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 6)
        self.encoder = nn.LSTM(6, 8, batch_first=True)
        self.attention = Attention()
        self.cell = nn.LSTMCell(14, 8)
        self.fc = nn.Linear(8, 20)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        memory, (h, c) = self.encoder(self.embedding(source))
        h, c = h[0], c[0]
        words, scores = self.embedding(target), []
        for t in range(target.shape[1]):
            context = self.attention(h, memory)
            h, c = self.cell(torch.cat([words[:, t], context], -1), (h, c))
            scores.append(self.fc(h))
        return torch.stack(scores, 1)


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 5, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.lstm(packed)[0], batch_first=True)[0]


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.norm(self.first(x)))


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 6)

    def forward(self, ids: Tensor) -> Tensor:
        return self.embedding(ids) @ self.embedding.weight.T


def encoder(layers: int) -> nn.Module:
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)


def words(*shape: int) -> Tensor:
    return torch.arange(torch.Size(shape).numel()).reshape(shape) % 20


MODELS: dict[str, Callable[[], tuple[nn.Module, tuple[Any, ...]]]] = {
    "transformer layer": lambda: (encoder(1), (torch.randn(2, 7, 16),)),
    "convolution and LSTM": lambda: (ConvLSTM(), (torch.randn(4, 20, 2),)),
    "loop of a cell": lambda: (CellLoop(), (torch.randn(4, 64, 3),)),
    "translator": lambda: (Translator(), (words(4, 9), words(4, 6))),
    "nested": lambda: (
        nn.Sequential(nn.Sequential(nn.Linear(3, 8), nn.Sequential(nn.ReLU(), nn.Tanh())), nn.Linear(8, 2)),
        (torch.randn(4, 3),),
    ),
    "packed": lambda: (Packed(), (torch.randn(3, 6, 3), torch.tensor([6, 2, 4]))),
    "residual": lambda: (nn.Sequential(Residual(), Residual()), (torch.randn(2, 3, 8, 8),)),
    "twelve layers": lambda: (encoder(12), (torch.randn(2, 7, 16),)),
    "tied weights": lambda: (Tied(), (words(4, 9),)),
    "one layer": lambda: (nn.LSTM(3, 5, 2), (torch.randn(12, 4, 3),)),
}
