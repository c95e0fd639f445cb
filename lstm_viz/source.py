"""What the person wrote: the exact expression of a running call, and the names that its result is given."""

from __future__ import annotations

import ast
import inspect
import io
import linecache
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import CodeType

_LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}

Target = str | tuple["Target", ...] | None
"""A name, a tuple of them as in ``output, (h_n, c_n) = …``, or None where the result gets no name."""

Node = ast.expr | ast.Assign | ast.AugAssign
Place = tuple[int, int | None, int, int | None]
"""Line, last line, column, last column, as ``ast`` counts them."""


@dataclass(frozen=True)
class Written:
    """One expression of somebody's source, and where its value goes."""

    text: str
    target: Target = None


@lru_cache(maxsize=4096)
def expression_at(code: CodeType, instruction: int) -> Written | None:
    """The expression that the instruction at offset ``instruction`` computes; None where its text is not found."""
    line, end_line, column, end_column = next(islice(code.co_positions(), instruction // 2, None))
    if line is None or end_line is None or column is None or end_column is None:
        return None
    lines = linecache.getlines(code.co_filename)
    # the whole file only where the function alone cannot be read: a lambda in the middle of an expression
    for first, text in ((code.co_firstlineno, _block(lines, code)), (1, "".join(lines))):
        written = _places(text).get((line - first + 2, end_line - first + 2, column, end_column))
        if written is not None:
            return written
    return None


def _block(lines: list[str], code: CodeType) -> str:
    # not inspect.getsourcelines: it looks through every loaded module first, which takes 0.1 s with torch
    try:
        return "".join(inspect.getblock(lines[code.co_firstlineno - 1 :]))
    except (IndexError, SyntaxError):
        return ""


@lru_cache(maxsize=64)
def _places(text: str) -> dict[Place, Written]:
    """Every expression of a source by its place. The source may be indented: it stands below a line of its own."""
    whole = ("if 1:\n" if text[:1].isspace() else "\n") + text
    try:
        tree = ast.parse(whole)
    except (SyntaxError, ValueError):
        return {}
    lines = whole.encode().splitlines(keepends=True)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    found = {_place(node): Written(_text(lines, node)) for node in reversed(nodes)}
    for node, value, target in _assignments(tree):
        found[_place(node)] = Written(_text(lines, value), target)
    return found


def _assignments(tree: ast.AST) -> Iterator[tuple[Node, Node, Target]]:
    """(where a value is computed, where its text stands, the names that it is given)"""
    for statement in ast.walk(tree):
        match statement:
            case ast.Assign(targets=[first, *_], value=value):
                target = _names(first)
                if isinstance(target, tuple):  # unpacking a tensor takes it apart at the place of the names
                    yield first, value, target
                elif isinstance(first, ast.Subscript):  # and writing into one is a call at the place of the left side
                    yield first, statement, _names(first.value)
            case ast.AnnAssign(target=first, value=ast.expr() as value) | ast.NamedExpr(target=first, value=value):
                target = _names(first)
            case ast.AugAssign(target=first):
                yield statement, statement, _names(first)
                continue
            case _:
                continue
        yield from ((part, part, target) for part in _branches(value))


def _branches(value: Node) -> Iterator[Node]:
    """An expression, and for ``a if c else b`` what its value may be."""
    yield value
    if isinstance(value, ast.IfExp):
        yield from _branches(value.body)
        yield from _branches(value.orelse)


def _place(node: Node) -> Place:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def _text(lines: list[bytes], node: Node) -> str:
    last = node.end_lineno or node.lineno
    cut = lines[node.lineno - 1 : last]
    cut[-1] = cut[-1][: node.end_col_offset]
    cut[0] = cut[0][node.col_offset :]
    text = b"".join(cut).decode()
    return text if last == node.lineno else _in_one_line(text)


def _in_one_line(text: str) -> str:
    """Every token as it was written, without the comments and the line breaks between."""
    joined, row, column = "", 1, 0
    for token in tokenize.generate_tokens(io.StringIO(f"({text})").readline):
        if token.type in _LAYOUT:
            continue
        if token.start[0] == row:
            joined += " " * (token.start[1] - column)
        elif joined[-1:] not in tuple("([{") and token.string not in tuple(")]}."):
            joined += " "
        joined += token.string
        row, column = token.end
    return joined[1:-1]


def _names(target: ast.expr) -> Target:
    match target:
        case ast.Name(id=name):
            return None if name.startswith("_") else name
        case ast.Attribute(attr=name):
            return name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(map(_names, parts))
        case _:
            return None
