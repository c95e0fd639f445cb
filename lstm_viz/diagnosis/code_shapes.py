"""Whole numbers and tensors' shapes in a syntax tree, as far as they can be told without running anything."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

LARGEST = 10**12
_MADE_OF_SIZES = frozenset({"randn", "zeros", "ones", "rand", "empty", "new_zeros", "new_ones"})
_SAME_SHAPE = frozenset(
    {"float", "long", "double", "half", "int", "to", "cuda", "cpu", "detach", "contiguous", "clone", "requires_grad_"}
    | {"Variable", "tanh", "relu", "sigmoid", "softmax", "dropout", "zeros_like", "randn_like", "ones_like", "type"}
)
Size = tuple[int, ...]


def name_of(node: ast.AST) -> str | None:
    """The last name of ``self.lstm``, ``nn.LSTM`` or ``x``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


class Shapes:
    """Names with their numbers and shapes, read from assignments, defaults and calls of the code's own classes."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.tensors: dict[str, Size] = {}
        self._parameters: dict[str, list[str]] = {}

    def read(self, nodes: Sequence[ast.AST]) -> None:
        """Take over what the nodes, in the order of the lines, set."""
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                self._read_class(node)
            elif isinstance(node, ast.FunctionDef):
                self._read_defaults(node)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)
            elif isinstance(node, ast.Call) and (name := name_of(node.func)) in self._parameters and name:
                self._read_call(node, self._parameters[name])

    def number(self, node: ast.AST, depth: int = 0) -> int | None:
        """The whole number that an expression gives: ``2 * hidden``, ``x.size(1)``; None where that is not known."""
        if depth > 12:
            return None
        if isinstance(node, ast.Constant):
            return node.value if type(node.value) is int and abs(node.value) <= LARGEST else None
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self.numbers.get(name_of(node) or "")
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.number(node.operand, depth + 1)
            return None if value is None else -value
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node, depth)
        return self._axis_of(node)

    def shape(self, node: ast.AST | None, depth: int = 0) -> Size | None:
        """The shape of the tensor that an expression gives, where it is known."""
        if node is None or depth > 12:
            return None
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self.tensors.get(name_of(node) or "")
        if not isinstance(node, ast.Call):
            return None
        name = name_of(node.func)
        if name in _MADE_OF_SIZES:
            return self._sizes(node.args)
        if name == "randint" and node.args:
            sizes = [part for part in node.args if isinstance(part, (ast.Tuple, ast.List))]
            return self._sizes(sizes)
        inner = node.func.value if isinstance(node.func, ast.Attribute) else None
        shape = self.shape(inner, depth + 1) or (self.shape(node.args[0], depth + 1) if node.args else None)
        if shape is None or name in _SAME_SHAPE:
            return shape
        of_torch = inner is not None and name_of(inner) in ("torch", "F")
        return self._reshaped(name, shape, node.args[1:] if of_torch else node.args)

    def _reshaped(self, name: str | None, shape: Size, arguments: Sequence[ast.expr]) -> Size | None:
        given = self._sizes(arguments, negative=True)
        count = len(shape)
        if given is None:
            return None
        if name == "unsqueeze" and len(given) == 1 and -count - 1 <= given[0] <= count:
            place = given[0] % (count + 1)
            return (*shape[:place], 1, *shape[place:])
        if name == "squeeze":
            places = [place % count for place in given] if count else []
            return tuple(s for place, s in enumerate(shape) if s != 1 or (given and place not in places))
        if name == "transpose" and len(given) == 2 and all(-count <= place < count for place in given):
            order = list(range(count))
            first, second = given[0] % count, given[1] % count
            order[first], order[second] = second, first
            return tuple(shape[place] for place in order)
        if name == "permute" and sorted(place % count for place in given) == list(range(count)):
            return tuple(shape[place] for place in given)
        if name in ("view", "reshape"):
            return _filled(given, math.prod(shape))
        return None

    def _sizes(self, nodes: Sequence[ast.expr], *, negative: bool = False) -> Size | None:
        if len(nodes) == 1 and isinstance(nodes[0], (ast.Tuple, ast.List)):
            nodes = nodes[0].elts
        numbers = [self.number(node) for node in nodes[:8]]
        known = [number for number in numbers if number is not None and (negative or number >= 0)]
        return tuple(known) if len(known) == len(numbers) else None

    def _arithmetic(self, node: ast.BinOp, depth: int) -> int | None:
        left, right = self.number(node.left, depth + 1), self.number(node.right, depth + 1)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Mult):
            value = left * right
        elif isinstance(node.op, ast.Add):
            value = left + right
        elif isinstance(node.op, ast.Sub):
            value = left - right
        elif isinstance(node.op, ast.FloorDiv) and right:
            value = left // right
        else:
            return None
        return value if abs(value) <= LARGEST else None

    def _axis_of(self, node: ast.AST) -> int | None:
        """``x.size(1)``, ``x.shape[1]`` and ``len(x)``."""
        place: int | None = None
        tensor: Size | None = None
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "size"
            and node.args
        ):
            tensor, place = self.shape(node.func.value), self.number(node.args[0])
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            tensor, place = self.shape(node.value.value), self.number(node.slice)
        elif isinstance(node, ast.Call) and name_of(node.func) == "len" and node.args:
            tensor, place = self.shape(node.args[0]), 0
        if tensor is None or place is None or not -len(tensor) <= place < len(tensor):
            return None
        return tensor[place]

    def _assign(self, target: ast.AST, value: ast.AST) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)):
                for each, part in zip(target.elts, value.elts, strict=False):
                    self._assign(each, part)
            return
        name = name_of(target)
        if name is None:
            return
        if (number := self.number(value)) is not None:
            self.numbers[name] = number
        elif (shape := self.shape(value)) is not None:
            self.tensors[name] = shape

    def _read_class(self, node: ast.ClassDef) -> None:
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                self._parameters[node.name] = [argument.arg for argument in part.args.args[1:]]

    def _read_defaults(self, node: ast.FunctionDef) -> None:
        names = [argument.arg for argument in node.args.args]
        defaults = node.args.defaults
        for name, value in zip(names[len(names) - len(defaults) :], defaults, strict=False):
            if (number := self.number(value)) is not None:
                self.numbers.setdefault(name, number)

    def _read_call(self, node: ast.Call, parameters: list[str]) -> None:
        given = list(zip(parameters, node.args, strict=False))
        for name, value in [*given, *((word.arg, word.value) for word in node.keywords if word.arg)]:
            if (number := self.number(value)) is not None:
                self.numbers[name] = number


def _filled(sizes: Size, count: int) -> Size | None:
    """Sizes with their −1 worked out."""
    known = math.prod(size for size in sizes if size >= 0)
    if -1 not in sizes:
        return sizes
    return tuple(count // known if size == -1 else size for size in sizes) if known and count % known == 0 else None
