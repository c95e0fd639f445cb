"""What has to be known of a module before it is watched."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Subject:
    """What has to be known of a module before it runs: the path of each part, and which parts are not entered."""

    def __init__(self, root: nn.Module) -> None:
        self.root = root
        self.parts = dict(root.named_modules())
        self.paths = {id(module): name for name, module in self.parts.items()}
        self._atomic: dict[int, bool] = {}

    def is_atomic(self, module: nn.Module) -> bool:
        """Whether a module is shown as one operation."""
        known = self._atomic.get(id(module))
        if known is None:
            known = self._atomic[id(module)] = _is_atomic(module)
        return known

    def holder_of(self, tensor: Tensor) -> tuple[str, str] | None:
        """(kind, name) of a tensor that the model holds: one of its parameters, buffers, or other attributes."""
        for path, module in self.parts.items():
            kinds = {"parameter": module._parameters, "buffer": module._buffers, "constant": vars(module)}
            for kind, held in kinds.items():
                for name, value in held.items():
                    if value is tensor or (isinstance(value, (tuple, list)) and any(part is tensor for part in value)):
                        return kind, f"{path}.{name}" if path else name
        return None


def _is_atomic(module: nn.Module) -> bool:
    """Torch's own without parts of its own, or a subclass of it with the same forward, and what cannot be entered."""
    if isinstance(module, (torch.jit.ScriptModule, nn.MultiheadAttention)):
        return True
    forward = getattr(type(module), "forward", None)
    own = getattr(forward, "__module__", None) or ""
    if not own.startswith("torch.nn.") or "forward" in vars(module) or forward is nn.Module.forward:
        return False
    return not any(name != "parametrizations" for name, _ in module.named_children())


def class_name(module: nn.Module) -> str:
    """The name of a module's class, as it was before it was scripted."""
    scripted = isinstance(module, torch.jit.ScriptModule)
    return getattr(module, "original_name", "") if scripted else type(module).__name__
