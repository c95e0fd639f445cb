"""The state after the last word: packed, padded and read at the end, or padded and read where the words end."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstm_viz.preparation.errors import counted
from lstm_viz.preparation.packing import packing
from lstm_viz.preparation.padding import Side
from lstm_viz.preparation.text_errors import TextError
from lstm_viz.random_state import seeded
from lstm_viz.recurrent import Recurrent, cell_of, check_input
from lstm_viz.spec import Cell

TOLERANCE = 1e-5
"""What another order of adding may cost; what reads padding differs by far more."""


PACKED, AT_THE_END, H_N = "h_n of the packed batch", "output[:, -1] of the padded batch", "h_n of the padded batch"
GATHERED, UNPACKED = "output at the last word, padded batch", "output at the last word, unpacked again"
PACKED_LEFT = "h_n of the batch, packed as it is"


@dataclass(frozen=True, eq=False)
class StateReading:
    """One way to take a state for each sample: its ``values`` (B, D·H), and how far they are from the right ones.

    ``differences`` holds the greatest absolute difference of each sample. ``code`` goes on from ``x``, ``lengths`` and
    the batch-first module ``lstm`` (or ``gru``, ``rnn``); its last line is the expression.
    """

    name: str
    code: str
    values: Tensor
    differences: tuple[float, ...]

    @property
    def greatest(self) -> float:
        """The greatest absolute difference of all samples."""
        return max(self.differences)

    @property
    def exact(self) -> bool:
        """True where every number is the right one to the last bit."""
        return self.greatest == 0

    @property
    def right(self) -> bool:
        """True where every sample has the right numbers but for rounding."""
        return not self.wrong_samples

    @property
    def wrong_samples(self) -> tuple[int, ...]:
        """The samples whose numbers are not the right ones."""
        return tuple(sample for sample, apart in enumerate(self.differences) if not apart <= TOLERANCE)


@dataclass(frozen=True, eq=False)
class LastStates:
    """A batch of unequal lengths through one layer, and every way to read the state after the last word.

    ``last_steps`` says at which step of ``x`` each sample's last word stands. ``output`` (B, T, D·H) is that of the
    padded batch. The ``readings`` begin with h_n of the packed batch, which the others are compared with; ``alone``
    holds the greatest difference between it and each sample that ran by itself, without padding. ``directions`` and
    ``layers`` are D and L of the layer.
    """

    side: Side
    lengths: tuple[int, ...]
    last_steps: tuple[int, ...]
    output: Tensor
    readings: tuple[StateReading, ...]
    alone: tuple[float, ...]
    directions: int = 1
    layers: int = 1

    def __getitem__(self, name: str) -> StateReading:
        return next(reading for reading in self.readings if reading.name == name)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What came out, in words with its numbers: a sentence for each reading."""
        first = f"{PACKED}: what each sample gives alone, without padding (greatest difference {max(self.alone):.1g})."
        return (first, *map(self._sentence, self.readings[1:]))

    def _sentence(self, reading: StateReading) -> str:
        if reading.right:
            how = "to the last bit" if reading.exact else f"but for rounding ({reading.greatest:.1g})"
            return f"{reading.name}: the same {how}."
        wrong = reading.wrong_samples
        which = f"sample {wrong[0]}" if len(wrong) == 1 else f"{len(wrong):,} of {counted(len(self.lengths), 'sample')}"
        return f"{reading.name}: not the same for {which}, apart by up to {reading.greatest:.2g}. {self._why(reading)}"

    def _why(self, reading: StateReading) -> str:
        if reading.name == PACKED_LEFT:
            return "Packing takes the first steps of each sample, where padding stands: the last words are cut off."
        if reading.name == GATHERED:
            if self.layers == 1:
                return "The forward half is right; the reverse direction came through the padding first."
            return "The reverse direction came through the padding first, and the layer above read what it gave."
        why = "After the last word the state went on through the padding."
        if self.side == "left":
            why = "It ends at the last word, but the state came through the padding before the first one."
        if reading.name == AT_THE_END and self.directions == 2:
            why += " And the reverse half has read this one step alone: its state is at step 0."
        return why


def last_states(
    module: Recurrent | Cell,
    x: Tensor,
    lengths: Sequence[int] | Tensor,
    side: Side = "right",
    embedding: nn.Embedding | None = None,
    hidden_size: int = 5,
    seed: int = 0,
) -> LastStates:
    """Run ``x`` padded and packed through ``module``, and read the state after each sample's last word in every way.

    ``x`` is (B, T, F) float32, or (B, T) indices, batch first whatever ``module`` says; ``side`` is where its padding
    stands. For "lstm", "gru" or "rnn" a layer of ``hidden_size`` is made, seeded; so is an embedding of 4 where x is
    indices and none is given. In eval mode and without gradients; the module is left as it was. Raises TextError or
    RecurrentError for lengths or an x that do not fit.

    >>> found = last_states("lstm", torch.tensor([[5, 6, 7], [8, 0, 0]]), [3, 1])
    >>> found[AT_THE_END].wrong_samples, found[GATHERED].right, found[UNPACKED].exact
    ((1,), True, True)
    """
    counts = packing(x, lengths).lengths  # for its checks
    vectors = _embedded(x, embedding, seed)  # (B, T, F)
    layer = _layer(module, vectors.shape[-1], hidden_size, seed)
    check_input(layer, vectors)
    T = x.shape[1]  # noqa: N806
    starts = [0 if side == "right" else T - count for count in counts]
    front = torch.stack([row.roll(-start, 0) for row, start in zip(vectors, starts, strict=True)])  # (B, T, F)
    with torch.no_grad():
        output, state = layer(vectors)  # (B, T, D·H)
        packed_output, packed_state = layer(_pack(front, counts))
        right = _ends(layer, packed_state)  # (B, D·H)
        alone = torch.cat([_ends(layer, layer(row[None, :count])[1]) for row, count in zip(front, counts, strict=True)])
        found = {
            PACKED: (_packed_code(layer, side), right),
            AT_THE_END: (f"{_call(layer)}\noutput[:, -1]", output[:, -1]),
            H_N: (f"{_call(layer)}\n{_ends_code(layer)}", _ends(layer, state)),
        }
        if side == "right":
            unpacked, _ = pad_packed_sequence(packed_output, batch_first=True)
            found[GATHERED] = f"{_call(layer)}\n{_gather_code(layer)}", _gather(layer, output, counts)
            found[UNPACKED] = f"{_unpack_code(layer)}\n{_gather_code(layer)}", _gather(layer, unpacked, counts)
        else:
            taken = layer(_pack(vectors, counts))[1]
            found[PACKED_LEFT] = _packed_code(layer, "right"), _ends(layer, taken)
    readings = tuple(StateReading(name, code, values, _apart(values, right)) for name, (code, values) in found.items())
    ends = tuple(start + count - 1 for start, count in zip(starts, counts, strict=True))
    directions = 2 if layer.bidirectional else 1
    return LastStates(side, counts, ends, output, readings, _apart(alone, right), directions, layer.num_layers)


def _embedded(x: Tensor, embedding: nn.Embedding | None, seed: int) -> Tensor:
    if x.is_floating_point():
        if x.dim() != 3:
            raise TextError(f"x: expected (B, T, F), or (B, T) indices as int64, got {tuple(x.shape)} of {x.dtype}.")
        return x.detach()
    if embedding is None:
        with seeded(seed):
            embedding = nn.Embedding(int(x.max()) + 1, 4, padding_idx=0)
    if int(x.max()) >= embedding.num_embeddings:
        allowed = f"indices up to {embedding.num_embeddings - 1}, as the embedding has {embedding.num_embeddings} rows"
        raise TextError(f"x: expected {allowed}, got {int(x.max())}. Give the embedding a row for each entry.")
    with torch.no_grad():
        vectors: Tensor = embedding(x)  # (B, T, E)
    return vectors


def _layer(module: Recurrent | Cell, features: int, hidden_size: int, seed: int) -> Recurrent:
    """The layer as it runs here: batch first, without dropout. A shallow copy, which shares only the weights."""
    if isinstance(module, str):
        kinds: dict[Cell, type[Recurrent]] = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}
        with seeded(seed):
            module = kinds[module](features, hidden_size, batch_first=True)
    cell_of(module)
    layer = copy.copy(module)
    layer.training = False
    layer.batch_first = True
    return layer


def _pack(x: Tensor, lengths: tuple[int, ...]) -> PackedSequence:
    return pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)


def _ends(layer: Recurrent, state: Tensor | tuple[Tensor, Tensor]) -> Tensor:
    """h_n of the last layer, its two directions side by side: (B, D·H)."""
    h_n = state if isinstance(state, Tensor) else state[0]  # (L·D, B, H)
    return torch.cat([h_n[-2], h_n[-1]], dim=-1) if layer.bidirectional else h_n[-1]


def _gather(layer: Recurrent, output: Tensor, lengths: tuple[int, ...]) -> Tensor:
    """``output`` (B, T, D·H) at the last word; of the reverse direction at the first, which it reads last."""
    last = output[torch.arange(len(lengths)), torch.tensor(lengths) - 1]  # (B, D·H)
    if not layer.bidirectional:
        return last
    H = output.shape[-1] // 2  # noqa: N806
    return torch.cat([last[:, :H], output[:, 0, H:]], dim=-1)


def _apart(values: Tensor, right: Tensor) -> tuple[float, ...]:
    return tuple((values - right).abs().amax(dim=1).tolist())


def _call(layer: Recurrent, given: str = "x", output: str = "output") -> str:
    state = "(h_n, c_n)" if cell_of(layer) == "lstm" else "h_n"
    return f"{output}, {state} = {cell_of(layer)}({given})"


def _packed_code(layer: Recurrent, side: Side) -> str:
    lines = ["packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)"]
    if side == "left":
        lines.insert(0, "x = torch.stack([row.roll(int(n) - len(row), 0) for row, n in zip(x, lengths)])")
    return "\n".join([*lines, _call(layer, "packed"), _ends_code(layer)])


def _unpack_code(layer: Recurrent) -> str:
    return (
        "packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)\n"
        f"{_call(layer, 'packed', 'packed_output')}\n"
        "output, lengths = pad_packed_sequence(packed_output, batch_first=True)"
    )


def _ends_code(layer: Recurrent) -> str:
    return "torch.cat([h_n[-2], h_n[-1]], dim=-1)" if layer.bidirectional else "h_n[-1]"


def _gather_code(layer: Recurrent) -> str:
    last = "output[torch.arange(len(x)), lengths - 1]"
    if not layer.bidirectional:
        return last
    H = layer.proj_size or layer.hidden_size  # noqa: N806
    return f"torch.cat([{last}[:, :{H}], output[:, 0, {H}:]], dim=-1)"
