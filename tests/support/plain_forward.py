"""A spec's forward pass and loss, layer by layer and without any of the program's own machinery."""

from __future__ import annotations

from torch import Tensor, nn

from lstm_viz.batch import Batch
from lstm_viz.network import classes_last, loss_function
from lstm_viz.spec import NetworkSpec


def plain_forward(spec: NetworkSpec, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Every tensor of the forward pass by its name in the network's code, and target and loss."""
    tensors = {"x": batch.x}
    if spec.input == "tokens":
        tensors["embedded"] = network.get_submodule("embedding")(batch.x)
    inner: list[Tensor] = []
    hook = network.get_submodule("fc").register_forward_pre_hook(lambda _, given: inner.append(given[0]))
    output, state = network.get_submodule(spec.cell)(tensors.get("embedded", batch.x))
    tensors |= {"output": output} | dict(zip(("h_n", "c_n"), state if spec.cell == "lstm" else (state,), strict=False))
    prediction = network(batch.x)
    hook.remove()
    names = {"last_step": "last", "last_hidden": "last", "every_step": "steps", "flatten": "flat"}
    if spec.head in names:
        tensors[names[spec.head]] = inner[0]
    scores = prediction.transpose(1, 2) if classes_last(spec) else prediction
    loss = loss_function(spec)(scores, batch.target)
    return tensors | {"prediction": prediction, "target": batch.target, "loss": loss}
