"""What an audit knows of a model when it looks for mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from lstm_viz.audit.dependency import DependencyMap
from lstm_viz.audit.measuring import Use
from lstm_viz.audit.padding import Padding
from lstm_viz.audit.positions import Outputs
from lstm_viz.audit.reading import Reading
from lstm_viz.audit.stepping import Stepped
from lstm_viz.audit.watching import Watched
from lstm_viz.seen import Call, Seen
from lstm_viz.wording import expressions, merge_packing, names_of


@dataclass(eq=False)
class Evidence:
    """Everything that the checks look at.

    ``run`` is the person's own call, with the loss; ``mapped`` the run that the map is of, which may have more or fewer
    samples. ``whole`` (S, B·T) and ``everything`` (B·T,) are True where any position of a sample, or of the output,
    depends on a cell. ``explained`` holds what a check has found the cause of: "samples", "steps", paths of layers.
    """

    run: Watched
    mapped: Watched
    reading: Reading
    map: DependencyMap | None
    outputs: Outputs | None
    uses: tuple[Use, ...]
    whole: Tensor
    whole_samples: tuple[int, ...]
    everything: Tensor
    padding: Padding | None
    valid: Sequence[int] | None
    stepped: Stepped | None
    target: Any
    loss: Any
    samples: str | None
    not_checked: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    explained: set[str] = field(default_factory=set)
    _words: tuple[dict[int, str], dict[int, str]] | None = None

    @property
    def x_name(self) -> str:
        """What the model's own code calls x."""
        names = [call.name for call in self.run.capture.calls if call.kind == "input"]
        return names[0] if names else "x"

    def expression(self, call: Call) -> str:
        """The code of a call, as the person wrote it."""
        return self._texts()[1].get(id(call), call.name)

    def name(self, seen: Seen) -> str:
        """What a tensor is called."""
        return self._texts()[0].get(seen.index, "a tensor")

    def name_in_map(self, seen: Seen) -> str:
        """What a tensor of the run that the map is of is called: the same lines made it in both."""
        return self.name(seen)

    def expression_in_map(self, call: Call) -> str:
        """The code of a call of that run."""
        place = next((at for at, other in enumerate(self.mapped.capture.calls) if other is call), None)
        calls = self.run.capture.calls
        return self.expression(calls[place]) if place is not None and place < len(calls) else call.name

    def result(self, call: Call, place: int, default: str) -> str:
        """The person's own name for one result of a call, PyTorch's word where it has none."""
        seen = call.outputs[place]
        variable = names_of([call]).get(seen.index)
        return (variable.variable if variable else None) or default

    def _texts(self) -> tuple[dict[int, str], dict[int, str]]:
        if self._words is None:
            calls = merge_packing(self.run.capture.calls)
            names = {index: name.unique for index, name in names_of(calls, self.run.capture.loss).items()}
            texts = expressions(calls, names)
            by_first = {id(call): texts[id(call)] for call in calls}
            self._words = names, by_first
        return self._words

    def recurrent_modules(self) -> list[tuple[str, nn.RNNBase]]:
        """Every recurrent layer, with its path."""
        parts = self.run.module.named_modules()
        return [(path or type(part).__name__.lower(), part) for path, part in parts if isinstance(part, nn.RNNBase)]

    def own_cells(self, sample: int) -> Tensor:
        """(B·T,): True for the steps of one sample."""
        assert self.map is not None
        cells = torch.zeros(self.map.samples, self.map.steps, dtype=torch.bool)
        cells[sample] = True
        return cells.view(-1)


def layer_text(module: nn.Module | None) -> str:
    """``nn.LSTM(3, 5, batch_first=True)``."""
    return "" if module is None else f"nn.{type(module).__name__}({module.extra_repr()})"
