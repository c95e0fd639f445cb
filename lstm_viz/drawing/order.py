"""A picture as it is asked for by its settings alone, so that another process can make it."""

from __future__ import annotations

import copyreg
import io
import pickle  # it writes, and reads none  # nosec B403
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection

import torch
from torch import Tensor

from lstm_viz.drawing.diagram import shapes_diagram
from lstm_viz.drawing.unrolled import can_unroll, unrolled_diagram
from lstm_viz.forward import Forward, run_forward
from lstm_viz.spec import NetworkSpec

Picture = tuple[Forward, str]
"""A forward pass and its drawing, an SVG."""


@dataclass(frozen=True)
class Order:
    """The picture of a spec on its own batch: in one row or ``tall``, ``unrolled`` where that is possible, and to be
    read from ``far``, on a projector.
    """

    spec: NetworkSpec
    tall: bool = False
    unrolled: bool = False
    far: bool = False


def drawn(forward: Forward, order: Order) -> str:
    """The drawing of a forward pass, as ordered."""
    if order.unrolled and can_unroll(forward):
        return unrolled_diagram(forward, far=order.far)
    return shapes_diagram(forward, tall=order.tall, far=order.far)


_run = lru_cache(maxsize=32)(run_forward)  # a room has wide screens and tall ones


def carry_out(order: Order) -> Picture:
    """Run and draw it.

    >>> forward, svg = carry_out(Order(NetworkSpec()))
    >>> forward.trace["output"].shape, svg[:4]
    ((4, 12, 5), '<svg')
    """
    forward = _run(order.spec)
    return forward, drawn(forward, order)


class _Pickler(pickle.Pickler):
    """Tensors go as the arrays that they are: torch's own way opens an archive for each, a millisecond in all."""

    dispatch_table = copyreg.dispatch_table | {Tensor: lambda tensor: (torch.from_numpy, (tensor.detach().numpy(),))}


def packed(picture: Picture) -> bytes:
    """The picture as a pickle."""
    found = io.BytesIO()
    _Pickler(found, pickle.HIGHEST_PROTOCOL).dump(picture)
    return found.getvalue()


def carry_out_all(connection: Connection) -> None:
    """What the process does that draws: an order after the other, until the server is gone.

    It answers each with a pickled ``Picture``, or with an empty message where an order raises.
    """
    torch.set_num_threads(1)
    while True:
        try:
            order = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer = packed(carry_out(order))
        except Exception:
            answer = b""  # whoever asked does it themselves, and says what is wrong
        connection.send_bytes(answer)
