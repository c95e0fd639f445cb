"""The lines of a script that makes the samples of a generated task."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from lstm_viz.datasets.tasks import TASKS, TaskName, task_source
from lstm_viz.preparation.prepared import Prepared, Stage, axes_text
from lstm_viz.preparation.script_loading import Line


def task_imports() -> list[str]:
    """The import lines that the stages need."""
    return ["import numpy as np", "import torch", "from torch.utils.data import DataLoader, TensorDataset"]


def task_lines(ready: Prepared) -> dict[Stage, list[Line]]:
    """The code of the stages before the tensors."""
    return {"table": list(_made(ready)), "split": list(_split(ready))}


def _made(ready: Prepared) -> Iterator[Line]:
    recipe = ready.recipe
    name: TaskName = next(name for name in TASKS if name == recipe.data)
    yield from ((line, "") for line in ("", *task_source(name).splitlines(), "", ""))
    last = f", {recipe.classes - 1}" if name == "copy" else ""
    call = f"make_{name}({recipe.samples}, {recipe.window}, {recipe.seed}{last})"
    yield f"x_all, y_all = {call}", f"{ready.x.shape} = {axes_text(ready.x_axes('N'))}"


def _split(ready: Prepared) -> Iterator[Line]:
    borders = [0, *np.cumsum([len(part) for part in ready.parts.values()]).tolist()]
    for (name, part), (first, last) in zip(ready.parts.items(), pairwise(borders), strict=True):
        shape = (len(part), *ready.x.shape[1:])
        yield f"x_{name} = x_all[{first}:{last}]", f"{shape} = {axes_text(ready.x_axes('N'))}"
        shape = (len(part), *ready.y.shape[1:])
        yield f"y_{name} = y_all[{first}:{last}]", f"{shape} = {axes_text(ready.y_axes('N'))}"
