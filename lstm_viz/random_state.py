"""The random state is one for the whole process: whoever needs it takes it here, and gives it back."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

_LOCK = threading.RLock()


@contextmanager
def preserved() -> Iterator[Callable[[], None]]:
    """Leave the random state of torch, on every device in use, and of Python as it was.

    One thread at a time: two that restore it would undo each other. Gives a function that goes back to the start.
    """
    with _LOCK:
        devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()  # type: ignore[no-untyped-call]
        on_devices = [torch.cuda.get_rng_state(device) for device in devices]
        ours, pythons = torch.default_generator.get_state(), random.getstate()

        def restore() -> None:
            torch.default_generator.set_state(ours)
            random.setstate(pythons)
            for device, state in zip(devices, on_devices, strict=True):
                torch.cuda.set_rng_state(state, device)

        try:
            yield restore
        finally:
            restore()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, torch draws what a script draws after ``torch.manual_seed(seed)``; outside, nothing has changed."""
    with preserved():
        torch.default_generator.manual_seed(seed)
        yield
