"""A copy of what a person wants audited, a module or any function of x, so that their own stays as it is."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import CellType, FunctionType, MethodType
from typing import Any

from torch import Tensor, nn

_COPIED = (nn.Module, Tensor, list, dict, set)


class Program(nn.Module):
    """A function of x as a module: the modules that it uses are its parts, under the names that the function uses."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self._copier = _Copier()
        self._function = self._copier.copied(function)
        for name, module in self._copier.modules.items():
            self.add_module(name.replace(".", "_"), module)
        self._copier.keep()

    def forward(self, *inputs: Any, **keywords: Any) -> Any:
        return self._function(*inputs, **keywords)

    def names(self, arguments: tuple[tuple[Any, ...], dict[str, Any]]) -> list[str]:
        """What the function calls each of its arguments."""
        count = len(arguments[0])
        try:
            parameters = list(inspect.signature(self._function).parameters.values())
        except (TypeError, ValueError):
            parameters = []
        named = [part.name for part in parameters if part.kind in (part.POSITIONAL_ONLY, part.POSITIONAL_OR_KEYWORD)]
        return [*named[:count], *(f"input {place}" for place in range(len(named), count)), *arguments[1]]

    def rewind(self) -> None:
        """Give the variables that the function keeps the values that they had."""
        self._copier.rewind()


def isolated(model: Any) -> tuple[nn.Module, bool]:
    """A copy of ``model``, and whether it is one: what cannot be copied is given back itself.

    Raises TypeError for what cannot be called.
    """
    if isinstance(model, nn.Module):
        module: nn.Module = model._orig_mod if type(model).__name__ == "OptimizedModule" else model  # type: ignore[assignment]
        with suppress(Exception):  # whatever a person's own __deepcopy__ raises, or a state that holds a graph
            return copy.deepcopy(module), True
        return module, False
    if not callable(model) or isinstance(model, type):
        advice = "Pass the model itself, or a function of x that calls it."
        got = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise TypeError(f"audit: expected a torch.nn.Module or a function of x, got {got}. {advice}")
    return Program(model), True


class _Copier:
    """Copies functions together with the variables that they read, so that all see the same copies."""

    def __init__(self) -> None:
        self.modules: dict[str, nn.Module] = {}
        self._memo: dict[int, Any] = {}
        self._homes: dict[int, dict[str, Any]] = {}
        self._functions: dict[int, FunctionType] = {}
        self._cells: dict[int, tuple[CellType, CellType]] = {}
        self._kept: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._kept_cells: list[tuple[CellType, Any]] = []

    def copied(self, value: Any, name: str = "model") -> Any:
        if isinstance(value, functools.partial):
            held = [self.copied(part) for part in value.args]
            return functools.partial(
                self.copied(value.func), *held, **{key: self.copied(part, key) for key, part in value.keywords.items()}
            )
        if isinstance(value, MethodType):
            return getattr(self.copied(value.__self__, name), value.__name__)
        if isinstance(value, FunctionType):
            return self._function(value)
        if isinstance(value, type) or inspect.ismodule(value) or inspect.isbuiltin(value):
            return value
        if isinstance(value, _COPIED) or callable(value):
            with suppress(Exception):
                value = copy.deepcopy(value, self._memo)
            self._note(name, value)
        return value

    def keep(self) -> None:
        """Remember the variables as they are now."""
        self._kept = [(home, dict(home)) for home in self._homes.values()]
        self._kept_cells = [(new, new.cell_contents) for _, new in self._cells.values() if _filled(new)]

    def rewind(self) -> None:
        for home, was in self._kept:
            home.clear()
            home.update(was)
        for cell, content in self._kept_cells:
            cell.cell_contents = content

    def _note(self, name: str, value: Any) -> None:
        if isinstance(value, nn.Module):
            if not any(value is known for known in self.modules.values()):
                self.modules[name] = value
        elif hasattr(value, "__dict__"):
            for attribute, part in vars(value).items():
                if isinstance(part, nn.Module):
                    self._note(attribute, part)
        elif isinstance(value, (list, dict)):
            for key, part in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(part, nn.Module):
                    self._note(f"{name}_{key}", part)

    def _function(self, function: FunctionType) -> FunctionType:
        known = self._functions.get(id(function))
        if known is not None:
            return known
        home = self._homes.setdefault(id(function.__globals__), dict(function.__globals__))
        cells = [self._cell(cell) for cell in function.__closure__ or ()]
        new = FunctionType(function.__code__, home, function.__name__, function.__defaults__, tuple(cells))
        new.__kwdefaults__, new.__module__ = function.__kwdefaults__, function.__module__
        self._functions[id(function)] = new
        for cell, fresh, name in zip(function.__closure__ or (), cells, function.__code__.co_freevars, strict=True):
            if _filled(cell) and not _filled(fresh):
                fresh.cell_contents = self.copied(cell.cell_contents, name)
        for name in _read_names(function):
            value = function.__globals__.get(name)
            foreign = isinstance(value, FunctionType) and value.__globals__ is not function.__globals__
            if value is not None and not foreign and home.get(name) is value:
                home[name] = self.copied(value, name)
        return new

    def _cell(self, cell: CellType) -> CellType:
        """The new cell of an old one; both stay alive, as an id is only good for as long."""
        return self._cells.setdefault(id(cell), (cell, CellType()))[1]


def _filled(cell: CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def _read_names(function: FunctionType) -> Iterator[str]:
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        yield from code.co_names
        codes += [constant for constant in code.co_consts if isinstance(constant, type(code))]
