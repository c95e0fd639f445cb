"""The gradients through time as a script: torch and numpy alone, the same numbers as on the page."""

from __future__ import annotations

import ast
import inspect

from lstm_viz.datasets.tasks import make_adding
from lstm_viz.gradients.spec import GradientSpec

_MAKERS = {
    "RNN": 'nn.RNN(2, {H}, nonlinearity="{activation}", batch_first=True)',
    "GRU": "nn.GRU(2, {H}, batch_first=True)",
    "LSTM": "nn.LSTM(2, {H}, batch_first=True)",
}
_LOOP = """\
def norms(recurrent, linear):
    x_steps = x.clone().requires_grad_()  # (B, T, 2)
    hidden, state = [], None
    for step in x_steps.unbind(1):  # (B, 2)
        output, state = recurrent(step.unsqueeze(1), state)
        hidden.append(state[0] if isinstance(state, tuple) else state)  # (1, B, H), a tensor of its own
    loss = nn.functional.mse_loss(linear(hidden[-1][-1]), y)
    by_x, *by_h = torch.autograd.grad(loss, [x_steps, *hidden])
    return [step.norm().item() for step in by_x.unbind(1)], [step.norm().item() for step in by_h]


for name in NETWORKS:
    torch.manual_seed({seed})
    by_x, by_h = norms(*prepared(name))
    print(f"{{name:<4}} by x: {{by_x[-1]:.4g}} at the last step, {{by_x[0]:.4g}} at the first")
    print(f"{{name:<4}} by h: {{by_h[-1]:.4g}} at the last step, {{by_h[0]:.4g}} at the first")
"""


def gradient_script(spec: GradientSpec) -> str:
    """|∂loss/∂x_t| and |∂loss/∂h_t| of the three networks of ``spec``, printed at both ends of time.

    >>> "nn.LSTM(2, 4, batch_first=True)" in gradient_script(GradientSpec(hidden_size=4))
    True
    """
    H, T = spec.hidden_size, spec.steps  # noqa: N806
    makers = ",\n".join(
        f'    "{name}": lambda: {maker.format(H=H, activation=spec.activation)}' for name, maker in _MAKERS.items()
    )
    orthogonal = "            nn.init.orthogonal_(block)\n" if spec.start == "orthogonal" else ""
    return f"""\
import numpy as np
import torch
from torch import nn

# The adding problem: x (B, T, F) = ({spec.batch_size}, {T}, 2), y (B, O) = ({spec.batch_size}, 1)
{_without_types(inspect.getsource(make_adding))}

x, y = make_adding({spec.batch_size}, {T}, {spec.seed})
x, y = torch.from_numpy(x).double(), torch.from_numpy(y).double()  # float64: 10 to the −60 is a number there

# The three networks
NETWORKS = {{
{makers},
}}


def prepared(name):
    \"\"\"The layer with its weights scaled, and the Linear behind it.\"\"\"
    recurrent = NETWORKS[name]()
    with torch.no_grad():
        for block in recurrent.weight_hh_l0.split({H}):  # (H, H), one for each gate
{orthogonal}            block *= {spec.weight_scale!r}
        if name == "LSTM":
            recurrent.bias_ih_l0[{H}:{2 * H}] = {spec.forget_bias!r}  # of the forget gate
            recurrent.bias_hh_l0[{H}:{2 * H}] = 0
    return recurrent.double(), nn.Linear({H}, 1).double()


# Gradients at every step
{_LOOP.format(T=T, seed=spec.seed)}"""


def _without_types(source: str) -> str:
    """A function of ours as a person would paste it: without annotations that need imports, and its docstring."""
    tree = ast.parse(source)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None
    if ast.get_docstring(function):
        function.body = function.body[1:]
    return ast.unparse(tree)
