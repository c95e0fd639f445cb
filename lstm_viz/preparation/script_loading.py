"""The last lines of a preparation's script: from windows to tensors, loaders and batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from lstm_viz.preparation.prepared import Prepared, Stage, axes_text

Line: TypeAlias = tuple[str, str]
"""A line of code and the comment at its end."""

LARGEST_COPY = 20_000_000
"""Windows of more numbers than this stay views in the script too."""


def loading_lines(ready: Prepared) -> dict[Stage, list[Line]]:
    """The code of the stages after the windows. They need x_train, y_train and so on."""
    return {
        "tensors": list(_tensors(ready)),
        "loader": list(_loader(ready)),
        "batches": list(_batches(ready)),
    }


def stays_view(ready: Prepared) -> bool:
    """Whether the windows are too many to be copied."""
    return ready.table is not None and ready.x.size > LARGEST_COPY


def _tensors(ready: Prepared) -> Iterator[Line]:
    to_tensor = "torch.from_numpy" if stays_view(ready) else "torch.tensor"
    why = "views still: windows share the memory of their rows" if stays_view(ready) else ""
    for name in ready.parts:
        yield f"{name} = TensorDataset({to_tensor}(x_{name}), {to_tensor}(y_{name}))", why


def _loader(ready: Prepared) -> Iterator[Line]:
    recipe = ready.recipe
    options = "".join([", shuffle=True" if recipe.shuffle else "", ", drop_last=True" if recipe.drop_last else ""])
    if recipe.shuffle:
        yield f"g = torch.Generator().manual_seed({recipe.seed})", "the same order each time the script runs"
        options += ", generator=g"
    for name in ready.parts:
        of_part = options if name == "train" else ""
        yield f"{name}_loader = DataLoader({name}, batch_size={recipe.batch_size}{of_part})", ""


def _batches(ready: Prepared) -> Iterator[Line]:
    x, y = ready.batch(0)
    yield "x, target = next(iter(train_loader))", f"{tuple(x.shape)} = {axes_text(ready.x_axes('B'))}"
    yield 'print("x", tuple(x.shape), x.dtype)', ""
    yield 'print("target", tuple(target.shape), target.dtype)', f"{tuple(y.shape)} = {axes_text(ready.y_axes('B'))}"
    for name in ready.parts:
        yield f'print("{name} batches of", [len(rows) for rows, _ in {name}_loader])', ""
