"""The script of a run: what a person takes away, runs in an interpreter of its own, and gets the same numbers."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import Any

from lstm_viz.network import source
from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.script import preparation_script
from lstm_viz.preparation.text_script import text_script
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.data import VALIDATED, TrainingData
from lstm_viz.training.job import Job
from lstm_viz.training.parts import LOSS_NAMES, OF_TASK
from lstm_viz.training.script_parts import carrying, in_layout, optimizer_line, schedule_lines
from lstm_viz.training.spec import TrainingSpec


class ScriptError(ValueError):
    """A run that no script repeats: why, and what to do."""


def training_script(job: Job, data: TrainingData | None = None, reading_code: str | None = None) -> str:
    """A script that prepares the data, builds the network and trains it: the same losses, bit for bit, on one machine.

    It needs torch, numpy, pandas and scikit-learn, not this package. ``data`` is ``job.data.load()``, if that is there
    already; ``reading_code`` reads a person's own table (see ``preparation_script``). It prints a line an epoch, with
    every digit. Raises ScriptError for tensors and modules of one's own, whose code is not here to be written.
    """
    found = data or job.data.load()
    network = job.model if isinstance(job.model, NetworkSpec) else None
    spec = job.spec
    parts = [
        _preparation(found, reading_code),
        _split(found),
        _batches(found, spec, network),
        _model(job.model, spec),
        _parts(found, spec),
        _loop(found, spec, network),
    ]
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def _preparation(data: TrainingData, reading_code: str | None) -> str:
    prepared = data.prepared
    if isinstance(prepared, Prepared):
        text = preparation_script(prepared, reading_code)
    elif isinstance(prepared, PreparedText):
        text = text_script(prepared)
    else:
        raise ScriptError("data: expected a prepared table or text, got tensors. Their script is where they were made.")
    text = text.split("\n# Batches.")[0]
    return text.replace("import torch\n", "import time\n\nimport torch\nfrom torch import nn\n", 1)


def _split(data: TrainingData) -> str:
    watched = "validation" if data.validation is not None else "test"
    if isinstance(data.prepared, Prepared):
        lines = ["x_train, y_train = train.tensors"]
        lines += [f"x_watched, y_watched = {watched}.tensors"] if data.watched else []
    else:
        lines = ["x_train, y_train = x_train.contiguous(), y_train.contiguous()"]
        lines += [f"x_watched, y_watched = x_{watched}, y_{watched}"] if data.watched else []
    return "# What is trained on, and what is watched meanwhile.\n" + "\n".join(lines)


def _batches(data: TrainingData, spec: TrainingSpec, network: NetworkSpec | None) -> str:
    prepare = in_layout(network, data)
    lines = [
        "# Batches: whole tensors cut, which is quicker than a DataLoader.",
        "def batches(x, target, size, order=None):",
    ]
    lines += ["    for first in range(0, len(x) if order is None else len(order), size):"]
    lines += ["        chosen = slice(first, first + size) if order is None else order[first : first + size]"]
    lines += ["        rows, answers = x[chosen].contiguous(), target[chosen].contiguous()"]
    lines += [f"        {line}" for line in prepare]
    lines += ["        yield rows, answers"]
    return "\n".join(lines)


def _model(model: Any, spec: TrainingSpec) -> str:
    if isinstance(model, NetworkSpec):
        return f"# The network.\n{source(model)}\n\ntorch.manual_seed({model.seed})  # its weights\nmodel = Network()"
    made = model if isinstance(model, partial) else None
    if made is None or not inspect.isclass(made.func) or made.func.__module__ != "lstm_viz.training.examples":
        raise ScriptError("model: expected a network from its settings or an example's, got code of one's own.")
    code = re.sub(r": Tensor|: int|: float| -> (Tensor|None)|  # type: ignore.*", "", inspect.getsource(made.func))
    arguments = ", ".join(f"{name}={value!r}" for name, value in made.keywords.items())
    name = made.func.__name__
    return f"# The network.\n{code}\n\ntorch.manual_seed({spec.seed})  # its weights\nmodel = {name}({arguments})"


def _parts(data: TrainingData, spec: TrainingSpec) -> str:
    loss = LOSS_NAMES[OF_TASK[data.task] if spec.loss == "auto" else spec.loss]
    lines = [
        f"torch.manual_seed({spec.seed})  # dropout",
        "torch.set_num_threads(1)  # several threads add up in another order, which changes the last digits",
        f"loss_function = {loss}",
        f"optimizer = {optimizer_line(spec)}",
        *schedule_lines(spec),
    ]
    if spec.shuffle:
        lines.append(f"shuffling = torch.Generator().manual_seed({spec.seed})")
    return "\n".join(lines)


def _loop(data: TrainingData, spec: TrainingSpec, network: NetworkSpec | None) -> str:
    carried = spec.state != "reset"
    before = ["order = torch.randperm(len(x_train), generator=shuffling)"] if spec.shuffle else []
    before = ["kept.clear()"] if carried else before
    axis = 0 if network is None or network.batch_first else 1
    block = "\n".join(carrying(axis, spec, data.apart)) + "\n\n\n" if carried else ""
    schedule = {"none": "", "plateau": "\n    scheduler.step(watched)"}.get(spec.schedule, "\n    scheduler.step()")
    return block + _LOOP.format(
        epochs=spec.epochs,
        before="".join(f"\n    {line}" for line in before),
        size="size" if carried else spec.batch_size,
        order="order" if carried or spec.shuffle else "None",
        scores="prediction.movedim(-1, 1)" if _turned(network) else "prediction",
        clip=f"\n        nn.utils.clip_grad_norm_(model.parameters(), {spec.clip!r})" if spec.clip else "",
        watch=_WATCH.format(validated=VALIDATED) if data.watched else "    watched = train_loss",
        schedule=schedule,
        early=_EARLY.format(patience=spec.patience) if spec.patience else "",
        late="\nmodel.load_state_dict(best_weights)  # those with the lowest loss" if spec.patience else "",
        start='best, best_epoch = float("inf"), 0\n' if spec.patience else "",
    )


def _turned(network: NetworkSpec | None) -> bool:
    return network is not None and network.task == "classification" and network.head == "every_step_3d"


_LOOP = """\
def loss_of(prediction, target):
    return loss_function({scores}, target)


# The loop.
{start}for epoch in range(1, {epochs} + 1):
    began, losses, compared = time.perf_counter(), 0.0, 0
    model.train(){before}
    for x, target in batches(x_train, y_train, {size}, {order}):
        optimizer.zero_grad()
        prediction = model(x)
        loss = loss_of(prediction, target)
        loss.backward(){clip}
        losses += loss.item() * target.numel()
        compared += target.numel()
        optimizer.step()
    train_loss = losses / compared
{watch}{schedule}
    print(epoch, repr(train_loss), repr(watched), f"{{time.perf_counter() - began:.3f}} s")
{early}{late}
"""
_WATCH = """
    model.eval()
    losses, compared = 0.0, 0
    with torch.no_grad():
        for x, target in batches(x_watched, y_watched, {validated}):
            losses += loss_of(model(x), target).item() * target.numel()
            compared += target.numel()
    watched = losses / compared"""
_EARLY = """
    if watched < best:
        best, best_epoch = watched, epoch
        best_weights = {{name: tensor.clone() for name, tensor in model.state_dict().items()}}
    if epoch - best_epoch >= {patience}:
        break"""
