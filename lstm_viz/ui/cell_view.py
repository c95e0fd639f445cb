"""What every part of the Cell page looks at: one network unrolled, and the place that the visitor chose in it."""

from __future__ import annotations

from dataclasses import dataclass

from lstm_viz.cell import LayerPass, Unrolled
from lstm_viz.forward import Forward
from lstm_viz.recurrent import Recurrent


@dataclass(frozen=True, eq=False)
class CellView:
    """``module`` is the recurrent layer of the spec's own network, ``unrolled`` its run on the spec's own batch."""

    forward: Forward
    module: Recurrent
    unrolled: Unrolled
    sample: int = 0
    layer: int = 0
    direction: int = 0
    unit: int = 0
    step: int = 0

    @property
    def layer_pass(self) -> LayerPass:
        """The chosen layer and direction."""
        return self.unrolled.at(self.layer, self.direction)
