"""What the recurrent layer of the page's network was given."""

from __future__ import annotations

from torch import Tensor

from lstm_viz.recurrent import State
from lstm_viz.starting import run_quietly
from lstm_viz.ui.cell_view import CellView


def recurrent_input(view: CellView) -> Tensor:
    """x in the module's own layout, (B, T, F) or (T, B, F): the embedded words where the network reads tokens."""
    x: Tensor = view.unrolled.at(0).x  # (B, T, F)
    return x if view.module.batch_first else x.transpose(0, 1).contiguous()


def module_call(view: CellView) -> tuple[Tensor, State]:
    """What the module itself returns for it: output, and h_n or (h_n, c_n)."""
    return run_quietly(view.module, recurrent_input(view))
