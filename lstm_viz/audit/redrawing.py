"""Weights drawn anew, on a copy: what can depend on what, whatever training or a bad start has made of the weights."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

_OPEN = 3.0
"""What is added to the bias of a gate that keeps the state, so that a gradient reaches the first of many steps."""


def redraw(module: nn.Module, seed: int) -> None:
    """Draw every parameter of ``module`` anew; the global random state is not used."""
    generator = Generator().manual_seed(seed)
    with torch.no_grad():
        for part in module.modules():
            for name, parameter in part.named_parameters(recurse=False):
                if parameter.is_floating_point() and not parameter.is_meta:
                    drawn = _drawn(tuple(parameter.shape), name, generator)
                    if isinstance(part, (nn.RNNBase, nn.RNNCellBase)):
                        drawn = _carrying(part, name, drawn)
                    parameter.copy_(drawn)


def randomised(tensor: Tensor, seed: int) -> Tensor:
    """Normal random numbers in place of all but the zeros: those may be padding, or what a mask is made of."""
    drawn = torch.randn(tensor.shape, generator=Generator().manual_seed(seed), dtype=torch.float64)
    return torch.where(tensor == 0, tensor, drawn.to(tensor))


def _drawn(shape: tuple[int, ...], name: str, generator: Generator) -> Tensor:
    drawn: Tensor = torch.randn(shape, generator=generator, dtype=torch.float64)
    if len(shape) >= 2:
        return drawn.div(max(1, torch.Size(shape[1:]).numel()) ** 0.5)
    return 1 + 0.1 * drawn if name.endswith("weight") or not shape else 0.1 * drawn


def _carrying(part: nn.RNNBase | nn.RNNCellBase, name: str, drawn: Tensor) -> Tensor:
    gated = isinstance(part, (nn.LSTM, nn.LSTMCell, nn.GRU, nn.GRUCell))
    hidden = int(part.hidden_size)
    if name.startswith("bias_ih") and gated:
        drawn[hidden : 2 * hidden] += _OPEN  # f of an LSTM, z of a GRU
    if name.startswith("weight_hh") and not gated:
        q: Tensor = torch.linalg.qr(drawn)[0]
        return q.mul(0.95)
    return drawn
