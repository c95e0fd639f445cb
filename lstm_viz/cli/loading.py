"""A model of a person's own, from ``module:name``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn


class ModelError(ValueError):
    """A model that cannot be had: what was expected, what was got, what to do."""


def load_model(place: str) -> nn.Module:
    """The module that ``module:name`` stands for: a Module itself, or what a function or a class makes of nothing.

    ``module`` is a module's name or the path of a .py file; what lies in the working folder is found.
    Raises ModelError.
    """
    module_name, _, path = place.partition(":")
    if not module_name or not path:
        raise ModelError(f"expected module:name, such as my_module:make_model, got {place!r}.")
    found: Any = _import(module_name)
    for name in path.split("."):
        if not hasattr(found, name):
            known = ", ".join(_candidates(found)) or "nothing that could be a model"
            raise ModelError(f"{module_name} has no {path!r}; it has {known}.")
        found = getattr(found, name)
    if not isinstance(found, nn.Module) and callable(found):
        found = _called(found, place)
    if not isinstance(found, nn.Module):
        advice = "Name a Module, or a function or class that makes one without arguments."
        raise ModelError(f"{place}: expected a torch.nn.Module, got {type(found).__name__}. {advice}")
    return found


def _import(name: str) -> ModuleType:
    if name.endswith(".py"):
        return _import_file(Path(name))
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise ModelError(f"{name} imports {error.name}, and there is no module of that name.") from error
        advice = f"It is looked for in {Path.cwd()} and among what is installed."
        raise ModelError(f"there is no module {name!r}. {advice}") from error
    except Exception as error:
        raise ModelError(f"importing {name} raised {type(error).__name__}: {error}") from error


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ModelError(f"there is no file {path}.")
    sys.path.insert(0, str(path.resolve().parent))
    return _import(path.stem)


def _called(make: Any, place: str) -> Any:
    try:
        return make()
    except Exception as error:
        advice = "It is called without arguments: name a function that needs none."
        raise ModelError(f"{place}() raised {type(error).__name__}: {error}. {advice}") from error


def _candidates(module: Any) -> list[str]:
    """What could be meant: the models, and the classes and functions of the module itself."""
    home = getattr(module, "__name__", "")
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (isinstance(value, nn.Module) or (callable(value) and getattr(value, "__module__", "") == home))
    ]
