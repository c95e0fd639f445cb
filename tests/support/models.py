"""Models that nobody shaped for the trace: each kind of forward pass that people write."""

# ruff: noqa: RUF059, RET504 - people name what they do not use

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, pad_packed_sequence


class Forecaster(nn.Module):
    """The usual one: x (B, T, F) → LSTM → the last step → (B, O)."""

    def __init__(self, features: int = 3, hidden: int = 6, outputs: int = 2, **options: Any) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, batch_first=True, **options)
        self.fc = nn.Linear(hidden * (2 if self.lstm.bidirectional else 1), outputs)

    def forward(self, x: Tensor) -> Tensor:
        output, (h_n, c_n) = self.lstm(x)
        last = output[:, -1]
        return self.fc(last)


class ConvLSTM(nn.Module):
    """Convolutions along T before the LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(3, 8, kernel_size=3)
        self.norm = nn.BatchNorm1d(8)
        self.lstm = nn.LSTM(8, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        channels = self.conv(x.transpose(1, 2))
        features = torch.relu(self.norm(channels)).transpose(1, 2)
        output, _ = self.lstm(features)
        return self.fc(output.mean(dim=1))


class CellLoop(nn.Module):
    """One LSTMCell, called for every step."""

    def __init__(self, features: int = 3, hidden: int = 6, outputs: int = 2) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(features, hidden)
        self.fc = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(x.size(0), self.cell.hidden_size)
        c = torch.zeros(x.size(0), self.cell.hidden_size)
        outputs = []
        for t in range(x.size(1)):
            h, c = self.cell(x[:, t], (h, c))
            outputs.append(h)
        stacked = torch.stack(outputs, dim=1)
        return self.fc(stacked)


class Packing(nn.Module):
    """Packs inside: lengths as a tensor or a list."""

    def __init__(
        self, enforce_sorted: bool = False, total_length: bool = False, features: int = 3, hidden: int = 6
    ) -> None:
        super().__init__()
        self.enforce_sorted = enforce_sorted
        self.total_length = total_length
        self.lstm = nn.LSTM(features, hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, 2)

    def forward(self, x: Tensor, lengths: Any) -> Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=self.enforce_sorted)
        packed_output, (h_n, c_n) = self.lstm(packed)
        total = x.size(1) if self.total_length else None
        output, out_lengths = pad_packed_sequence(packed_output, batch_first=True, total_length=total)
        return self.fc(output)


class PackingList(nn.Module):
    """Is given sequences of unequal length, and packs them."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(3, 6)

    def forward(self, sequences: list[Tensor]) -> Tensor:
        packed = pack_sequence(sequences, enforce_sorted=False)
        _, h_n = self.gru(packed)
        return h_n[-1]


class PackedIn(nn.Module):
    """Takes a PackedSequence and gives one back."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, num_layers=2)

    def forward(self, packed: PackedSequence) -> tuple[PackedSequence, Tensor]:
        output, (h_n, _) = self.lstm(packed)
        return output, h_n[-1]


class Seq2Seq(nn.Module):
    """An encoder and a decoder of different hidden sizes, and two lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(20, 4)
        self.target_embedding = nn.Embedding(30, 5)
        self.encoder = nn.LSTM(4, 6, batch_first=True)
        self.bridge = nn.Linear(6, 7)
        self.decoder = nn.LSTM(5, 7, batch_first=True)
        self.fc = nn.Linear(7, 30)

    def forward(self, source: Tensor, goal: Tensor) -> Tensor:
        _, (h, c) = self.encoder(self.source_embedding(source))
        decoded, _ = self.decoder(self.target_embedding(goal), (self.bridge(h), self.bridge(c)))
        scores = self.fc(decoded)
        return scores


class WithStates(nn.Module):
    """Is given its first states."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, num_layers=2, bidirectional=True, proj_size=4)

    def forward(self, h0: Tensor, x: Tensor, c0: Tensor) -> Tensor:
        output, _ = self.lstm(x, (h0, c0))
        return output


class OwnZeros(nn.Module):
    """Makes its first states itself, as old tutorials do."""

    def __init__(self, features: int = 3, hidden: int = 6) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, num_layers=2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        h0 = torch.zeros(2, x.size(0), self.lstm.hidden_size)
        c0 = x.new_zeros(2, x.size(0), self.lstm.hidden_size)
        output, _ = self.lstm(x, (h0, c0))
        return output


class Attention(nn.Module):
    """Attention over the steps of a bidirectional GRU, written by hand."""

    def __init__(self, features: int = 3, hidden: int = 6, outputs: int = 2) -> None:
        super().__init__()
        self.gru = nn.GRU(features, hidden, batch_first=True, bidirectional=True)
        self.score = nn.Linear(2 * hidden, 1)
        self.fc = nn.Linear(2 * hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.gru(x)
        weights = self.score(output).softmax(dim=1)
        context = (weights * output).sum(dim=1)
        similar = output @ output.transpose(1, 2)
        summed = torch.einsum("bth,bt->bh", output, weights.squeeze(-1))
        return self.fc(context + summed) + similar.mean()


class Heads(nn.Module):
    """Splits H into heads and back, with scaled_dot_product_attention between."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 8, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.lstm(x)
        B, T, H = output.shape  # noqa: N806
        heads = output.view(B, T, 2, H // 2).transpose(1, 2)
        attended = functional.scaled_dot_product_attention(heads, heads, heads)
        joined = attended.transpose(1, 2).reshape(B, T, H)
        return joined


class Pinned(nn.Module):
    """Takes one T alone."""

    def __init__(self, steps: int = 12) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, batch_first=True)
        self.fc = nn.Linear(steps * 6, 2)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.lstm(x)
        flat = output.reshape(output.size(0), -1)
        return self.fc(flat)


class PinnedBatch(nn.Module):
    """Takes one B alone: its first state has it."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, batch_first=True)
        self.register_buffer("h0", torch.zeros(1, 4, 6))

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.lstm(x, (self.h0, self.h0))
        return output


class Stateful(nn.Module):
    """Goes on where it stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, batch_first=True)
        self.hidden: Any = None
        self.calls = 0
        self.history: list[Tensor] = []
        self.options = {"seen": 0}

    def forward(self, x: Tensor) -> Tensor:
        output, self.hidden = self.lstm(x, self.hidden)
        self.calls += 1
        self.history.append(output)
        self.options["seen"] += 1
        return output


class Counting(nn.Module):
    """BatchNorm, buffers that change in place and by assignment, and a plain tensor that is written."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(3)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(3, 2)
        self.register_buffer("steps", torch.zeros(1))
        self.register_buffer("latest", torch.zeros(1))
        self.plain = torch.zeros(2)

    def forward(self, x: Tensor) -> Tensor:
        self.steps += 1
        self.latest = x.mean().reshape(1)
        self.plain[0] = 7.0
        with torch.no_grad():
            self.fc.weight.mul_(2)
            self.fc.bias.data.clamp_(max=0.0)
        self.fc.bias.requires_grad_(False)
        return self.fc(self.dropout(self.norm(x)))


class InPlace(nn.Module):
    """Writes into its tensors after they were made, in every way."""

    def forward(self, x: Tensor) -> Tensor:
        first = x * 1
        view = first[:, 0]
        row = first.select(1, 1)
        first[:, 0] = 100
        first.relu_()
        torch.mul(row, 0, out=row)
        functional.relu(first, inplace=True)
        second = first + 0
        second += 1
        return second + view.sum()


class Returning(nn.Module):
    """Gives back what it is told to: a dict, a dataclass, a named tuple, nothing."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form
        self.lstm = nn.LSTM(3, 6, batch_first=True)

    def forward(self, x: Tensor) -> Any:
        output, (h_n, _) = self.lstm(x)
        last = h_n[-1]
        if self.form == "dict":
            return {"steps": output, "inner": {"last": last}}
        if self.form == "dataclass":
            return Result(output, last)
        if self.form == "tuple":
            return Pair(output, last)
        return x if self.form == "input" else None


@dataclass
class Result:
    steps: Tensor
    last: Tensor


class Pair(NamedTuple):
    steps: Tensor
    last: Tensor


class Arguments(nn.Module):
    """Positional, starred, by keyword, a dict of tensors, and things that are no tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, batch_first=True)

    def forward(self, scale: float, x: Tensor, *more: Tensor, mask: Tensor | None = None, **rest: Any) -> Tensor:
        output, _ = self.lstm(x * scale)
        for other in more:
            output = output + other.mean()
        if mask is not None:
            output = output * mask.unsqueeze(-1)
        return output + rest.get("bias", 0)


class Halfway(nn.Module):
    """Raises after the LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, batch_first=True)
        self.fc = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        output, (h_n, c_n) = self.lstm(x)
        last = output[:, -1]
        return self.fc(last)


class Branching(nn.Module):
    """Which lines run depends on the numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.lstm(x)
        if x[0, 0, 0] > 0:
            output = output * 2
        kept = output[output > 0]
        return output.mean(dim=1) + kept.sum()


class Tied(nn.Module):
    """The same layer twice, and the embedding's weight as the output's."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 6)
        self.lstm = nn.LSTM(6, 6, batch_first=True)
        self.decoder = nn.Linear(6, 20, bias=False)
        self.decoder.weight = self.embedding.weight

    def forward(self, x: Tensor) -> Tensor:
        once, _ = self.lstm(self.embedding(x))
        twice, _ = self.lstm(once)
        scores = self.decoder(twice)
        again = functional.linear(twice, self.embedding.weight)
        return scores + again


class Containers(nn.Module):
    """ModuleList, ModuleDict, nested Sequential."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.LSTM(3 if layer == 0 else 6, 6, batch_first=True) for layer in range(2))
        self.heads = nn.ModuleDict({"mean": nn.Sequential(nn.Linear(6, 4), nn.Sequential(nn.ReLU(), nn.Linear(4, 2)))})

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x, _ = layer(x)
        steps = [self.heads["mean"](step) for step in x.unbind(dim=1)]
        return torch.stack(steps).sum(dim=0)


class ByHand(nn.Module):
    """An LSTM of raw parameters, as a course writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.randn(3, 20))
        self.U = nn.Parameter(torch.randn(5, 20))
        self.b = nn.Parameter(torch.zeros(20))

    def forward(self, x: Tensor) -> Tensor:
        h = c = x.new_zeros(x.shape[0], 5)
        for t in range(x.shape[1]):
            gates = x[:, t] @ self.W + h @ self.U + self.b
            i, f, g, o = gates.chunk(4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        return h


class Formatting(nn.Module):
    """Expressions in every form that Python has."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, batch_first=True)
        self.fc = nn.Linear(6, 6)
        self.act = lambda value: value.tanh()

    def forward(self, x: Tensor) -> Tensor:
        output, (h_n, c_n) = self.lstm(
            x,  # the whole sequence
        )
        if (peak := output.amax(dim=1)) is not None:
            peak += self.fc( peak )  # fmt: skip
        picked = output[:, 0] if x.ndim == 3 else output[0]
        parts = [self.act(step) for step in (output[:, 0], output[:, 1])]
        first, second = torch.stack(parts)
        text: Tensor = (
            first  # the first of them
            + second * 1e-3
        )
        self.kept = text - 1
        return self.kept + peak + picked


class Deep(nn.Module):
    """Hundreds of layers."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(nn.Linear(8, 8) for _ in range(depth)))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layers(x)
        return result


class Doubled(torch.autograd.Function):
    """A function that no mode is told of."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        return grads[0] * 2


class Unseen(nn.Module):
    """vmap, a function of its own for autograd, and numpy between."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 6, batch_first=True)
        self.fc = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.lstm(x)
        mapped = torch.func.vmap(lambda row: row.mean(dim=0))(output)
        doubled = Doubled.apply(mapped)
        there = torch.from_numpy(doubled.detach().numpy() + 1)
        return self.fc(there)


class Video(nn.Module):
    """A CNN on each frame, and an LSTM over them."""

    def __init__(self) -> None:
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.lstm = nn.LSTM(4, 6, batch_first=True)

    def forward(self, frames: Tensor) -> Tensor:
        B, T = frames.shape[:2]  # noqa: N806
        features = self.cnn(frames.flatten(0, 1))
        output, _ = self.lstm(features.view(B, T, -1))
        return output[:, -1]


def numbered(shape: Iterable[int], seed: int = 0) -> Tensor:
    """Random numbers of a shape, the same for the same seed."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
