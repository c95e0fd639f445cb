"""Inside the recurrent cell: a whole module unrolled with the equations of ``steps``, everything in it kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from lstm_viz.display import Shown
from lstm_viz.recurrent import (
    Gate,
    Recurrent,
    State,
    Weights,
    cell_of,
    check_input,
    check_state,
    gates_of,
    sizes_of,
    weights_of,
)
from lstm_viz.spec import Cell
from lstm_viz.steps import Step, gru_step, lstm_step, rnn_step

__all__ = ["LayerPass", "Step", "Unrolled", "gru_step", "lstm_step", "rnn_step", "unroll"]


@dataclass(frozen=True, eq=False)
class LayerPass:
    """One layer read in one direction, every tensor (B, T, ·) in the order of time, also in the reverse direction.

    ``x`` (B, T, F) is what the layer read, for the upper layers the (B, T, D·H) from below. ``h_before`` and
    ``c_before`` are the states that each step began with. ``input_share`` W_ih x + b_ih, ``recurrent_share``
    W_hh h + b_hh, ``pre_activation`` and ``gates`` hold one (B, T, H) for each letter of ``gate_kinds``. ``c``,
    ``tanh_c`` (B, T, H) are an LSTM's only; ``unprojected`` (B, T, H) is o ⊙ tanh(c) where ``proj_size`` makes ``h``
    (B, T, P) of it, else None. ``h_last`` (B, H) and ``c_last`` are the states after the step that was read last.
    Steps past a sample's length are zeros.
    """

    layer: int
    direction: int
    gate_kinds: tuple[Gate, ...]
    weights: Weights
    x: Tensor
    h_before: Tensor
    c_before: Tensor | None
    input_share: Mapping[str, Tensor]
    recurrent_share: Mapping[str, Tensor]
    pre_activation: Mapping[str, Tensor]
    gates: Mapping[str, Tensor]
    c: Tensor | None
    tanh_c: Tensor | None
    unprojected: Tensor | None
    h: Tensor
    h_last: Tensor
    c_last: Tensor | None


@dataclass(frozen=True, eq=False, repr=False)
class Unrolled(Shown):
    """A recurrent module with everything in it kept.

    ``passes`` are in the order of the rows of h_n: L0→, L0←, L1→, L1←. ``output``, ``h_n`` and ``c_n`` (None but for
    an LSTM) are laid out as the module itself returns them, packed where ``x`` was. ``lengths`` has the steps of each
    sample, and ``mask`` (B, T) is True where a step was read. ``sizes`` tells what B, T, F, H, L, D, G and P are.

    >>> found = unroll(torch.nn.LSTM(3, 5, num_layers=2), torch.randn(12, 4, 3))  # x is (T, B, F)
    >>> found.h_n.shape, found.at(1).c.shape  # (L·D, B, H), and (B, T, H) inside
    (torch.Size([2, 4, 5]), torch.Size([4, 12, 5]))
    """

    cell: Cell
    sizes: Mapping[str, int]
    passes: tuple[LayerPass, ...]
    output: Tensor | PackedSequence
    h_n: Tensor
    c_n: Tensor | None
    lengths: tuple[int, ...]
    mask: Tensor

    def __repr__(self) -> str:
        sizes = ", ".join(f"{symbol} = {size}" for symbol, size in self.sizes.items())
        return f"{self.cell.upper()} unrolled: {sizes}; {len(self.passes)} passes over its steps"

    def at(self, layer: int, direction: int = 0) -> LayerPass:
        """The pass of one layer, 0 to L-1, in one direction, 0 forward or 1 reverse."""
        return self.passes[layer * self.sizes["D"] + direction]


def unroll(module: Recurrent, x: Tensor | PackedSequence, state: State | None = None) -> Unrolled:
    """Run ``module`` step by step with the equations of ``steps`` and keep everything.

    ``x`` is (B, T, F), (T, B, F) or (T, F) as the module takes it, or a PackedSequence, in any order of lengths;
    ``state`` is what the module takes, zeros where it is None. The result equals the module's own up to rounding.
    Dropout between layers counts as switched off, as in eval mode, whatever the module's mode; the module, its mode and
    the random state are left as they were, nothing keeps a gradient, and no tensor shares memory with the module or x.
    Raises RecurrentError before PyTorch would.

    >>> lstm = torch.nn.LSTM(3, 5, num_layers=2)
    >>> unrolled = unroll(lstm, torch.randn(12, 4, 3))
    >>> unrolled.at(layer=1).gates["f"].shape  # (B, T, H)
    torch.Size([4, 12, 5])
    """
    check_input(module, x)
    with torch.no_grad():
        sequence, lengths = _read(module, x)  # (B, T, F)
        B, T, _ = sequence.shape  # noqa: N806
        unbatched = isinstance(x, Tensor) and x.dim() == 2
        check_state(module, state, None if unbatched else B)
        sizes = {"B": B, "T": T} | sizes_of(module)
        mask = torch.arange(T, device=sequence.device) < torch.tensor(lengths, device=sequence.device)[:, None]
        starts = _starts(module, state, sequence)
        passes: list[LayerPass] = []
        for layer in range(sizes["L"]):
            for direction in range(sizes["D"]):
                passes.append(_run(module, layer, direction, sequence, starts[len(passes)], mask))
            sequence = torch.cat([done.h for done in passes[-sizes["D"] :]], dim=-1)  # (B, T, D·H)
        h_n = torch.stack([done.h_last for done in passes])  # (L·D, B, H)
        c_n = _stack((done.c_last for done in passes), dim=0)  # (L·D, B, H)
        if unbatched:
            h_n, c_n = h_n.squeeze(1), None if c_n is None else c_n.squeeze(1)  # (L·D, H)
        output = _write(module, x, sequence, mask)
    return Unrolled(cell_of(module), sizes, tuple(passes), output, h_n, c_n, lengths, mask)


def _run(
    module: Recurrent, layer: int, direction: int, x: Tensor, start: tuple[Tensor, Tensor | None], mask: Tensor
) -> LayerPass:
    """Read ``x`` (B, T, F) in one direction, beginning with the (B, H) states of ``start``."""
    kinds, weights = gates_of(module), weights_of(module, layer, direction)
    # W_ih x + b_ih needs no h, so all steps share one product; only the rest has to wait for the step before.
    input_share = F.linear(x, weights.weight_ih, weights.bias_ih)  # (B, T, G·H)
    ragged = None if bool(mask.all()) else mask[..., None]  # (B, T, 1)
    with torch.inference_mode():  # a fifth quicker than no_grad; stack and clone make ordinary tensors again
        steps, before, (h_last, c_last) = _walk(kinds, weights, input_share, start, ragged, reverse=direction == 1)

    def join(tensors: Iterable[Tensor]) -> Tensor:
        return _blank(torch.stack(list(tensors), dim=1), ragged)  # (B, T, H)

    def join_any(tensors: Iterable[Tensor | None]) -> Tensor | None:
        joined = _stack(tensors, dim=1)
        return None if joined is None else _blank(joined, ragged)  # (B, T, H)

    def by_gate(tensors: Iterable[Tensor]) -> Mapping[str, Tensor]:
        return {kind.letter: tensor for kind, tensor in zip(kinds, tensors, strict=True)}

    def cut(tensor: Tensor) -> Mapping[str, Tensor]:
        return by_gate(tensor.chunk(len(kinds), dim=-1))  # G times (B, T, H)

    return LayerPass(
        layer=layer,
        direction=direction,
        gate_kinds=kinds,
        weights=weights,
        x=x,
        h_before=join(h for h, _ in before),
        c_before=join_any(c for _, c in before),
        input_share=cut(_blank(input_share, ragged)),
        recurrent_share=cut(join(step.recurrent_share for step in steps)),
        pre_activation=cut(join(step.pre_activation for step in steps)),
        gates=by_gate(join(gate) for gate in zip(*(step.gates for step in steps), strict=True)),
        c=join_any(step.c for step in steps),
        tanh_c=join_any(step.tanh_c for step in steps),
        unprojected=join_any(step.unprojected for step in steps),
        h=join(step.h for step in steps),
        h_last=h_last.clone(),
        c_last=None if c_last is None else c_last.clone(),
    )


def _walk(
    kinds: tuple[Gate, ...],
    weights: Weights,
    input_share: Tensor,
    start: tuple[Tensor, Tensor | None],
    ragged: Tensor | None,
    reverse: bool,
) -> tuple[list[Step], list[tuple[Tensor, Tensor | None]], tuple[Tensor, Tensor | None]]:
    """The steps in the order of time, the states that each began with, and the states at the end of the walk.

    Where samples have different lengths, ``ragged`` (B, T, 1) is False past their ends, and the state stays there.
    """
    (h, c), shares = start, input_share.unbind(1)
    steps: list[Step] = []
    before: list[tuple[Tensor, Tensor | None]] = []
    for t in reversed(range(len(shares))) if reverse else range(len(shares)):
        before.append((h, c))
        step = _step(kinds, weights, shares[t], h, c)
        steps.append(step)
        if ragged is None:
            h, c = step.h, step.c
        else:
            h = torch.where(ragged[:, t], step.h, h)  # (B, H)
            c = None if c is None or step.c is None else torch.where(ragged[:, t], step.c, c)
    if reverse:
        steps.reverse()
        before.reverse()
    return steps, before, (h, c)


def _step(kinds: tuple[Gate, ...], weights: Weights, input_share: Tensor, h: Tensor, c: Tensor | None) -> Step:
    if c is not None:
        return lstm_step(input_share, h, c, weights)
    if len(kinds) == 1:
        return rnn_step(input_share, h, weights, kinds[0].activation)
    return gru_step(input_share, h, weights)


def _read(module: Recurrent, x: Tensor | PackedSequence) -> tuple[Tensor, tuple[int, ...]]:
    """A copy of ``x`` as (B, T, F), in the order of the person's samples, and the steps of each sample."""
    if isinstance(x, PackedSequence):
        padded, lengths = pad_packed_sequence(x, batch_first=True)  # (B, T, F)
        return padded, tuple(lengths.tolist())
    if x.dim() == 2:
        x = x.unsqueeze(0)  # (1, T, F)
    elif not module.batch_first:
        x = x.transpose(0, 1)  # (B, T, F)
    return x.clone(), (x.shape[1],) * x.shape[0]


def _write(module: Recurrent, x: Tensor | PackedSequence, output: Tensor, mask: Tensor) -> Tensor | PackedSequence:
    """Lay (B, T, D·H) out as the module would for this ``x``."""
    if isinstance(x, PackedSequence):
        order = slice(None) if x.sorted_indices is None else x.sorted_indices
        data = output[order].transpose(0, 1)[mask[order].T]  # (N, D·H)
        return PackedSequence(data, x.batch_sizes, x.sorted_indices, x.unsorted_indices)
    if x.dim() == 2:
        return output.squeeze(0)  # (T, D·H)
    return output if module.batch_first else output.transpose(0, 1)  # (T, B, D·H)


def _starts(module: Recurrent, state: State | None, x: Tensor) -> list[tuple[Tensor, Tensor | None]]:
    """The (B, H) states that each pass begins with, in the order of the rows of h_0."""
    sizes = sizes_of(module)
    rows, lstm = sizes["L"] * sizes["D"], cell_of(module) == "lstm"
    if state is None:
        h_0 = x.new_zeros(rows, x.shape[0], sizes.get("P", sizes["H"]))  # (L·D, B, H)
        c_0 = x.new_zeros(rows, x.shape[0], sizes["H"]) if lstm else None
    else:
        h_0, c_0 = (state, None) if isinstance(state, Tensor) else state
    memory: Iterable[Tensor | None] = [None] * rows if c_0 is None else _rows(c_0)
    return list(zip(_rows(h_0), memory, strict=True))


def _rows(state: Tensor) -> tuple[Tensor, ...]:
    """(B, H) for each of the L·D rows; without a batch axis B is 1."""
    return (state if state.dim() == 3 else state.unsqueeze(1)).unbind(0)


def _stack(tensors: Iterable[Tensor | None], dim: int) -> Tensor | None:
    present = [tensor for tensor in tensors if tensor is not None]
    return torch.stack(present, dim) if present else None


def _blank(values: Tensor, ragged: Tensor | None) -> Tensor:
    return values if ragged is None else values.masked_fill(~ragged, 0)
