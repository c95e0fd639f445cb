"""Runs inside an LSTM: a gate as a valve, four lines by hand, the rows of the weights, and how long a memory lasts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import torch
from torch import Tensor, nn

from lstm_viz.cell import LayerPass
from lstm_viz.equalities import gaps
from lstm_viz.lessons.records import Values, Verdict
from lstm_viz.lessons.running import forward, unrolled
from lstm_viz.network import build
from lstm_viz.random_state import seeded
from lstm_viz.recurrent import Weights
from lstm_viz.spec import NetworkSpec


def opening(pre_activation: float) -> float:
    """How far a gate is open: σ(a), from 0 to 1.

    >>> opening(0.0)
    0.5
    """
    return float(torch.sigmoid(torch.tensor(pre_activation, dtype=torch.float64)))


@dataclass(frozen=True)
class Inside:
    """One unit at one step: its gates, and the memory before and after."""

    f: float
    i: float
    g: float
    o: float
    before: float
    kept: float
    stored: float
    c: float
    h: float


def inside(spec: NetworkSpec, step: int, unit: int) -> Inside:
    """What ``unroll`` has measured of sample 0.

    >>> found = inside(NetworkSpec(), 3, 0)
    >>> abs(found.c - (found.f * found.before + found.i * found.g)) < 1e-6
    True
    """
    found: LayerPass = unrolled(spec).at(0)
    assert found.c_before is not None
    assert found.c is not None
    i, f, g, o = (float(found.gates[letter][0, step, unit]) for letter in "ifgo")
    before, c = float(found.c_before[0, step, unit]), float(found.c[0, step, unit])
    return Inside(f, i, g, o, before, f * before, i * g, c, float(found.h[0, step, unit]))


@dataclass(frozen=True)
class ByHand:
    """h after every step of sample 0, (T, H), in four lines of one's own; PyTorch's; and the greatest difference."""

    ours: Tensor
    torchs: Tensor
    gap: float


@lru_cache(maxsize=64)
def by_hand(spec: NetworkSpec) -> ByHand:
    """The four lines on the very weights of nn.LSTM.

    >>> by_hand(NetworkSpec()).gap < 1e-6
    True
    """
    weights: Weights = unrolled(spec).at(0).weights
    batch = forward(spec).batch
    assert batch is not None
    W_ih, W_hh, b = weights.weight_ih, weights.weight_hh, weights.bias_ih  # noqa: N806
    assert b is not None
    assert weights.bias_hh is not None
    b = b + weights.bias_hh
    h = c = torch.zeros(spec.hidden_size)
    rows = []
    with torch.no_grad():
        for x_t in batch.x[0]:
            i, f, g, o = (W_ih @ x_t + W_hh @ h + b).chunk(4)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            rows.append(h)
        output, _ = build(spec).eval().get_submodule(spec.cell)(batch.x[:1])
    ours = torch.stack(rows)  # (T, H)
    return ByHand(ours, output[0], float(gaps(ours, output[0]).max()))


@cache
def rows_of_gates(hidden: int, features: int) -> tuple[tuple[int, ...], Tensor]:
    """The shape of weight_ih_l0, and its values."""
    with seeded(0):
        weight = dict(nn.LSTM(features, hidden).named_parameters())["weight_ih_l0"].detach()
    return tuple(weight.shape), weight


def _keeper(bias: float) -> nn.LSTM:
    """One unit that is written to by x alone: its forget gate is σ(bias) at every step, its input gate σ(20·x − 10)."""
    lstm = nn.LSTM(1, 1, batch_first=True)
    weights = dict(lstm.named_parameters())
    with torch.no_grad():
        for weight in weights.values():
            weight.zero_()
        weights["weight_ih_l0"].copy_(torch.tensor([[20.0], [0.0], [4.0], [0.0]]))
        weights["bias_ih_l0"].copy_(torch.tensor([-10.0, bias, 0.0, 0.0]))
    return lstm


@lru_cache(maxsize=128)
def memory(bias: float, steps: int) -> tuple[float, ...]:
    """c after each step of a real nn.LSTM with one unit: a 1 comes in at step 0, then only zeros.

    >>> found = memory(2.0, 10)
    >>> abs(found[9] / found[0] - opening(2.0) ** 9) < 1e-4
    True
    """
    lstm, x = _keeper(bias), torch.zeros(1, steps, 1)
    x[0, 0] = 1.0
    state, kept = None, []
    with torch.no_grad():
        for x_t in torch.split(x, 1, dim=1):
            _, state = lstm(x_t, state)
            kept.append(float(state[1]))
    return tuple(kept)


def lasts(bias: float) -> float:
    """After how many steps half of a memory is gone, by f alone: ln ½ / ln σ(bias)."""
    return math.log(0.5) / math.log(opening(bias))


def forget_everything(values: Values) -> Verdict:
    """What a forget gate of 1 does."""
    found = memory(12.0, 10)
    return Verdict(
        f"f = {opening(12.0):.4f}; c at steps 0 … 9: " + ", ".join(f"{c:.4f}" for c in found),
        "f is multiplied with the memory: 1 keeps all of it, 0 forgets it. It might better be called the keep gate.",
        holds=found[-1] < 0.5 * found[0],
    )
