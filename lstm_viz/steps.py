"""One step of an LSTM, a GRU and an RNN, written as their equations are."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from lstm_viz.recurrent import Weights


class Step(NamedTuple):
    """What one step of a cell computes: ``gates`` G times (B, H), in the order of the rows of the weights.

    ``recurrent_share`` W_hh h + b_hh and ``pre_activation`` (B, G·H) are cut in the same order; all else is (B, H).
    A GRU and an RNN have no ``c`` and ``tanh_c``; ``unprojected`` is o ⊙ tanh(c), there only where a projection makes
    ``h`` (B, P) of it. A tuple, so that a list of steps transposes with zip.
    """

    recurrent_share: Tensor
    pre_activation: Tensor
    gates: tuple[Tensor, ...]
    c: Tensor | None
    tanh_c: Tensor | None
    unprojected: Tensor | None
    h: Tensor


def lstm_step(input_share: Tensor, h: Tensor, c: Tensor, weights: Weights) -> Step:
    """One step of an LSTM, with the projection of Sak et al. where ``weights`` have one.

    ``input_share`` (B, 4·H) is W_ih x_t + b_ih; ``h`` (B, H), or (B, P), and ``c`` (B, H) come from the step before.
    Source: Hochreiter and Schmidhuber 1997, Gers et al. 2000; projection: Sak et al. 2014, https://arxiv.org/abs/1402.1128.

    >>> ones = torch.ones(4, 1)
    >>> step = lstm_step(torch.zeros(1, 4), torch.zeros(1, 1), ones[:1], Weights("_l0", ones, ones, None, None, None))
    >>> step.c, step.h  # both gates half open, nothing to store
    (tensor([[0.5000]]), tensor([[0.2311]]))
    """
    recurrent_share = F.linear(h, weights.weight_hh, weights.bias_hh)  # (B, 4·H)
    a = input_share + recurrent_share  # (B, 4·H)
    a_i, a_f, a_g, a_o = a.chunk(4, dim=-1)  # (B, H) each
    i = torch.sigmoid(a_i)
    f = torch.sigmoid(a_f)
    g = torch.tanh(a_g)
    o = torch.sigmoid(a_o)
    c = f * c + i * g
    tanh_c = torch.tanh(c)
    h = o * tanh_c
    unprojected = None
    if weights.weight_hr is not None:
        unprojected, h = h, F.linear(h, weights.weight_hr)  # (B, P)
    return Step(recurrent_share, a, (i, f, g, o), c, tanh_c, unprojected, h)


def gru_step(input_share: Tensor, h: Tensor, weights: Weights) -> Step:
    """One step of a GRU; as in PyTorch, r scales what W_hn has made of h, its bias included, and not h itself.

    ``input_share`` (B, 3·H) is W_ih x_t + b_ih; ``h`` (B, H) comes from the step before.
    Source: Cho et al. 2014, https://arxiv.org/abs/1406.1078, v1 of which places r as PyTorch does.

    >>> zeros = torch.zeros(3, 1)
    >>> gru_step(torch.zeros(1, 3), torch.ones(1, 1), Weights("_l0", zeros, zeros, None, None, None)).h
    tensor([[0.5000]])
    """
    recurrent_share = F.linear(h, weights.weight_hh, weights.bias_hh)  # (B, 3·H)
    x_r, x_z, x_n = input_share.chunk(3, dim=-1)  # (B, H) each
    h_r, h_z, h_n = recurrent_share.chunk(3, dim=-1)  # (B, H) each
    a_r, a_z = x_r + h_r, x_z + h_z
    r = torch.sigmoid(a_r)
    z = torch.sigmoid(a_z)
    a_n = x_n + r * h_n
    n = torch.tanh(a_n)
    h = (1 - z) * n + z * h
    return Step(recurrent_share, torch.cat((a_r, a_z, a_n), dim=-1), (r, z, n), None, None, None, h)


def rnn_step(input_share: Tensor, h: Tensor, weights: Weights, activation: str = "tanh") -> Step:
    """One step of an RNN; ``activation`` is tanh or relu. Its one "gate" is the new h itself.

    ``input_share`` (B, H) is W_ih x_t + b_ih; ``h`` (B, H) comes from the step before.
    Source: Elman 1990, https://doi.org/10.1207/s15516709cog1402_1.

    >>> one = torch.ones(1, 1)
    >>> rnn_step(one, 2 * one, Weights("_l0", one, one, None, None, None), "relu").h
    tensor([[3.]])
    """
    recurrent_share = F.linear(h, weights.weight_hh, weights.bias_hh)  # (B, H)
    a = input_share + recurrent_share
    h = torch.relu(a) if activation == "relu" else torch.tanh(a)
    return Step(recurrent_share, a, (h,), None, None, None, h)
