"""Which line of the person's own code made a call."""

from __future__ import annotations

import os
from pathlib import Path
from types import FrameType

import torch
from torch import Tensor

from lstm_viz.seen import Call

_TORCH = str(Path(torch.__file__).parent)
_PACKING = str(Path(_TORCH, "nn", "utils", "rnn.py"))
# Between a person's line and the call that is seen stand torch's own dispatching functions: they are looked through.
_TRANSPARENT = {
    str(Path(__file__).with_name("capture.py")),
    str(Path(__file__).parent / "audit" / "recording.py"),
    *(
        str(Path(_TORCH, *place.split("/")))
        for place in (
            *("overrides.py", "functional.py", "nn/functional.py", "nn/modules/module.py", "_tensor.py", "_ops.py"),
            *("utils/_contextlib.py", "utils/_device.py", "_jit_internal.py", "_utils.py"),
        )
    ),
}
_OURS = str(Path(__file__).with_name("running.py"))  # calls a loss that is one of torch's own functions
_EINOPS = f"{os.sep}einops{os.sep}"  # its calls stand on one line of the person's too


def locate(call: Call, frame: FrameType | None) -> None:
    """Find the person's own line: look through torch's dispatch, and say where it was torch's own code instead."""
    frame = _behind_dispatch(frame)
    packing = None
    while frame is not None and frame.f_code.co_filename == _PACKING:
        packing, frame = frame.f_code.co_name, frame.f_back
    if frame is None:
        return
    if packing:
        call.packing = (packing, id(frame), frame.f_lasti)
    if not frame.f_code.co_filename.startswith((_TORCH, _OURS)):
        call.place = (frame.f_code, frame.f_lasti)


def _behind_dispatch(frame: FrameType | None) -> FrameType | None:
    while frame is not None and (frame.f_code.co_filename in _TRANSPARENT or _EINOPS in frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def local_name(tensor: Tensor, frame: FrameType | None) -> str | None:
    """The variable that holds a tensor where the call was made."""
    frame = _behind_dispatch(frame)
    found = (name for name, value in (frame.f_locals if frame else {}).items() if value is tensor)
    return next(found, None)
