"""What a trace holds: every tensor of a forward pass, as values that print, show and save themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lstm_viz.dims import Shape, describe
from lstm_viz.display import Shown, diagram_of
from lstm_viz.grouping import Group
from lstm_viz.printing import trace_text
from lstm_viz.seen import Inside

if TYPE_CHECKING:
    from pandas import DataFrame

    from lstm_viz.display import Diagram

_COLUMNS = ["tensor", "made by", "axes", "shape", "dtype", "elements", "bytes", "module", "from"]


@dataclass(frozen=True)
class Packed:
    """What a PackedSequence holds beside its data (N, …): how many samples run at each step, and their lengths."""

    batch_sizes: tuple[int, ...]
    lengths: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TensorRecord:
    """One tensor of a trace.

    ``name`` is unique in its trace: PyTorch's own word for what a recurrent layer returns (``output``, ``h_n``,
    ``c_n``), else the variable in the code, else something readable; ``variable`` is the name in the code, if it has
    one. ``values`` holds the whole tensor or None past the budget; then ``corner`` holds both ends of each axis.
    ``call`` numbers the call that made it, ``inside`` says which modules were running then, and ``weights`` is how many
    weights the layer has that made it, where it is the first tensor of its first call.

    >>> from lstm_viz import trace
    >>> record = trace(torch.nn.LSTM(3, 5), torch.zeros(12, 4, 3))["output"]  # x is (T, B, F)
    >>> record.shape, describe(record.axes), record.elements
    ((12, 4, 5), '(T, B, H)', 240)
    """

    name: str
    variable: str | None
    kind: str
    operation: str
    expression: str
    module: str
    layer: str
    shape: tuple[int, ...]
    axes: Shape
    dtype: torch.dtype
    nbytes: int
    parents: tuple[str, ...]
    values: Tensor | None = None
    corner: Tensor | None = None
    packed: Packed | None = None
    notes: tuple[str, ...] = ()
    call: int = 0
    inside: Inside = ()
    weights: int = 0

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return int(torch.Size(self.shape).numel())


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Shown):
    """Every tensor of one forward pass, in the order of making. In a notebook it shows its diagram and its table.

    ``sizes`` says what each symbol stands for; ``pinned`` which of them the model does not let vary; ``returned``
    names what the model returned; ``seconds`` is the forward pass as it was watched. ``weights`` is how many weights
    the model has, shared ones once, and ``trained`` how many of them a training step changes. ``modules`` has
    the class of each module by its path.

    >>> from lstm_viz import trace
    >>> found = trace(torch.nn.LSTM(3, 5, batch_first=True), torch.zeros(4, 12, 3))
    >>> found["h_n"].shape, found.weights  # (L·D, B, H)
    ((1, 4, 5), 200)
    """

    tensors: tuple[TensorRecord, ...]
    sizes: Mapping[str, int]
    model: str
    returned: tuple[str, ...] = ()
    pinned: Mapping[str, int] | None = None
    notes: tuple[str, ...] = ()
    seconds: float | None = None
    weights: int = 0
    trained: int = 0
    modules: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> TensorRecord:
        for key in ("name", "variable"):
            for record in self.tensors:
                if getattr(record, key) == name:
                    return record
        raise KeyError(f"no tensor {name!r} in this trace; it has {', '.join(record.name for record in self.tensors)}")

    def __iter__(self) -> Iterator[TensorRecord]:
        return iter(self.tensors)

    def __len__(self) -> int:
        return len(self.tensors)

    def __contains__(self, name: object) -> bool:
        return any(name in (record.name, record.variable) for record in self.tensors)

    def to_frame(self) -> DataFrame:
        """A row a tensor: name, expression, axes, shape, dtype, elements, bytes, module and parents."""
        from pandas import DataFrame  # takes half a second to import, and most callers need no frame

        rows = [
            {
                "tensor": record.name,
                "made by": record.expression,
                "axes": describe(record.axes),
                "shape": str(record.shape),
                "dtype": str(record.dtype).removeprefix("torch."),
                "elements": record.elements,
                "bytes": record.nbytes,
                "module": record.module,
                "from": ", ".join(record.parents),
            }
            for record in self.tensors
        ]
        return DataFrame(rows, columns=_COLUMNS)

    def group_title(self, group: Group, above: str = "") -> str:
        """What stands above a group of calls: ``encoder · Encoder``, or ``×64``; ``above`` is the module around it."""
        if group.kind == "loop":
            return f"×{group.times}, the first run"
        if not group.path:
            return f"{len(group.records)} more tensors"
        local = group.path.removeprefix(f"{above}.") if above else group.path
        kind = self.modules.get(group.path, "")
        return f"{local} · {kind}" if kind else local

    def diagram(self, fold: str | Sequence[str] = (), depth: int | None = None) -> Diagram:
        """The trace as a picture, which a notebook shows, ``str`` gives as SVG text and ``save`` writes.

        ``fold`` names modules to draw as one block each, by their path; ``depth`` is how deep modules are opened, 0
        for none. Without it as many levels are opened as stay legible. Raises ValueError for a module that is not
        there.

        >>> from lstm_viz import trace
        >>> found = trace(torch.nn.LSTM(3, 5), torch.zeros(12, 4, 3))
        >>> str(found.diagram())[:4]
        '<svg'
        """
        picture: Diagram = diagram_of(self, fold, depth)
        return picture

    def save(self, path: str | Path) -> Path:
        """Write it to a file: ``.html``, one page with diagram and table; ``.svg``, the diagram; ``.json``, the data.

        The page needs no network. docs/trace-json.md describes the data. Raises ValueError for another ending.
        """
        return super().save(path)

    def __str__(self) -> str:
        return trace_text(self)

    def __repr__(self) -> str:
        return trace_text(self)


class TraceError(RuntimeError):
    """The forward pass raised. ``partial`` is the trace of what ran until then; ``__cause__`` is what was raised.

    >>> from lstm_viz import trace
    >>> try:
    ...     trace(torch.nn.LSTM(3, 5), torch.zeros(12, 4, 2))  # F is 2, and should be 3
    ... except TraceError as error:
    ...     print([record.name for record in error.partial])
    ['input']
    """

    def __init__(self, message: str, partial: Trace) -> None:
        super().__init__(message)
        self.partial = partial
