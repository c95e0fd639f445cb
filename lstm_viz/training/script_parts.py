"""The lines of a run's script that its settings choose."""

from __future__ import annotations

from lstm_viz.spec import NetworkSpec
from lstm_viz.training.data import TrainingData
from lstm_viz.training.spec import TrainingSpec

_OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "adamw": "AdamW", "rmsprop": "RMSprop"}


def optimizer_line(spec: TrainingSpec) -> str:
    """The expression that makes the optimizer.

    >>> optimizer_line(TrainingSpec(optimizer="sgd"))
    'torch.optim.SGD(model.parameters(), lr=0.001, weight_decay=0.0, momentum=0.9)'
    """
    momentum = f", momentum={spec.momentum!r}" if spec.optimizer == "sgd" else ""
    options = f"lr={spec.learning_rate!r}, weight_decay={spec.weight_decay!r}{momentum}"
    return f"torch.optim.{_OPTIMIZERS[spec.optimizer]}(model.parameters(), {options})"


def schedule_lines(spec: TrainingSpec) -> list[str]:
    """The line that makes the scheduler, if there is one."""
    every, factor = spec.schedule_every, spec.schedule_factor
    made = {
        "step": f"StepLR(optimizer, {every}, {factor!r})",
        "cosine": f"CosineAnnealingLR(optimizer, {spec.epochs})",
        "plateau": f"ReduceLROnPlateau(optimizer, factor={factor!r}, patience={every})",
    }.get(spec.schedule)
    return [f"scheduler = torch.optim.lr_scheduler.{made}"] if made else []


def in_layout(network: NetworkSpec | None, data: TrainingData) -> list[str]:
    """What turns ``rows`` and ``answers`` to what the network takes: the lines of ``batches.Layout``."""
    if network is None:
        return []
    lines = []
    if network.input == "one-hot":
        lines.append(f"rows = nn.functional.one_hot(rows, {network.features}).float()  # (B, T, F)")
    every = network.head in ("every_step", "every_step_3d")
    if every and not network.batch_first:
        lines.append("answers = answers.transpose(0, 1)  # (T, B, …)")
    if network.head == "every_step":
        lines.append("answers = answers.flatten(0, 1)  # in the order of output.reshape")
    if not network.batch_first:
        lines.append("rows = rows.transpose(0, 1)  # (T, B, …)")
    return lines


def carrying(network_axis: int, spec: TrainingSpec, apart: int) -> list[str]:
    """The block that hands the state on between training batches, and the order of samples in which it can be."""
    detached = "tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()"
    return [
        "# The state is handed on from batch to batch.",
        "recurrent = next(layer for layer in model.modules() if isinstance(layer, nn.RNNBase))",
        "kept = []",
        "",
        "",
        "def hand_on(layer, given):",
        "    if model.training and kept:",
        "        h = kept[0][0] if isinstance(kept[0], tuple) else kept[0]",
        f"        if h.shape[1] == given[0].shape[{network_axis}]:",
        "            return given[0], kept[0]",
        "",
        "",
        "def keep(layer, given, result):",
        "    if model.training:",
        "        state = result[1]",
        f"        kept[:] = [{'state' if spec.state == 'undetached' else detached}]",
        "",
        "",
        "recurrent.register_forward_pre_hook(hand_on)",
        "recurrent.register_forward_hook(keep)",
        "",
        "# Sample b of each batch goes on where sample b of the one before ended.",
        f"following = torch.arange(0, len(x_train), {apart})",
        f"size = min({spec.batch_size}, len(following))",
        "steps = len(following) // size",
        "order = following[: steps * size].reshape(size, steps).T.reshape(-1)",
    ]
