"""What PyTorch itself says about a run that was unrolled: the output of every layer, and how far ours is from it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from lstm_viz.cell import Unrolled
from lstm_viz.recurrent import Recurrent


def layer_outputs(module: Recurrent, x: Tensor) -> tuple[Tensor, ...]:
    """The (B, T, D·H) outputs of each layer, from PyTorch, for x (B, T, F), or (T, B, F) as the module takes it.

    PyTorch hands out only the last layer's: the others come from modules with fewer layers and the same weights.

    >>> lstm = nn.LSTM(3, 5, num_layers=2, batch_first=True)
    >>> [tuple(output.shape) for output in layer_outputs(lstm, torch.ones(4, 7, 3))]
    [(4, 7, 5), (4, 7, 5)]
    """
    outputs = []
    with torch.no_grad():
        for layers in range(1, module.num_layers + 1):
            output, _ = _first_layers(module, layers)(x)
            outputs.append(output if module.batch_first else output.transpose(0, 1))  # (B, T, D·H)
    return tuple(outputs)


def greatest_difference(unrolled: Unrolled, outputs: tuple[Tensor, ...]) -> float:
    """The greatest difference between the h of any layer, step and unit as unrolled, and as PyTorch computed it."""
    directions = unrolled.sizes["D"]
    differences = []
    for layer, output in enumerate(outputs):
        ours = torch.cat([unrolled.at(layer, direction).h for direction in range(directions)], dim=-1)  # (B, T, D·H)
        differences.append(float((ours - output).abs().max()))
    return max(differences)


def _first_layers(module: Recurrent, layers: int) -> nn.Module:
    options: dict[str, Any] = {
        "bias": module.bias,
        "batch_first": module.batch_first,
        "dtype": module.weight_ih_l0.dtype,
    }
    options |= {"bidirectional": module.bidirectional, "num_layers": layers}
    if isinstance(module, nn.LSTM):
        options["proj_size"] = module.proj_size
    if isinstance(module, nn.RNN):
        options["nonlinearity"] = module.nonlinearity
    kind = nn.LSTM if isinstance(module, nn.LSTM) else nn.GRU if isinstance(module, nn.GRU) else nn.RNN
    # on meta first: no numbers are drawn, so the random state stays as it was
    empty = kind(module.input_size, module.hidden_size, device="meta", **options)
    weights = module.state_dict()
    first: nn.Module = empty.to_empty(device=str(module.weight_ih_l0.device))
    first.load_state_dict({name: weights[name] for name in first.state_dict()})
    return first.eval()
