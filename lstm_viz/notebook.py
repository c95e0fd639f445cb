"""A script as a Jupyter notebook: each section that a comment heads becomes a heading and a cell of code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~&])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9])")
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def notebook(script: str, title: str) -> str:
    """The notebook of a script, as the JSON text of an .ipynb file; the same script gives the same text.

    A section begins at a comment that starts its line and has an empty line before it. The comment becomes a heading,
    what follows it a cell of code; every line of code is kept, in its order. The script's docstring stands under the
    title. Raises SyntaxError for what is not Python.

    >>> import json
    >>> cells = json.loads(notebook("# Numbers.\\nx = 1\\n\\n# Their sum.\\nprint(x + 2)\\n", "A sum"))["cells"]
    >>> [(cell["cell_type"], "".join(cell["source"])) for cell in cells[1:3]]
    [('markdown', '## Numbers'), ('code', 'x = 1')]
    """
    import nbformat  # takes most of a second, and is needed for a download alone

    make: Any = nbformat.v4  # without types
    tree = ast.parse(script)
    said = ast.get_docstring(tree) or ""
    cells = [make.new_markdown_cell(f"# {_plain(title)}" + (f"\n\n{_plain(said)}" if said else ""))]
    for comment, code in _sections(script, tree):
        cells += [make.new_markdown_cell(_heading(comment))] if comment else []
        cells += [make.new_code_cell(code)] if code else []
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"  # nbformat's own are random
    found = make.new_notebook(cells=cells, metadata=_METADATA)
    nbformat.validate(found)
    return str(make.writes(found)) + "\n"


def _sections(script: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each section's comment, without its marks, and its code; the first may have no comment."""
    inside = _lines_of_statements(tree)
    comment: list[str] = []
    code: list[str] = []
    heading, gap = False, True
    for number, line in enumerate(_without_docstring(script, tree), 1):
        is_comment = line.startswith("#") and number not in inside
        if is_comment and gap:
            yield " ".join(comment), "\n".join(code).strip("\n")
            comment, code, heading = [], [], True
        heading = heading and is_comment
        (comment if heading else code).append(line.lstrip("# ") if heading else line)
        gap = not line.strip() and number not in inside
    yield " ".join(comment), "\n".join(code).strip("\n")


def _lines_of_statements(tree: ast.Module) -> set[int]:
    """The lines that statements span: what looks like a comment there is text, or belongs to a function."""
    spans = []
    for statement in tree.body:
        first = min(each.lineno for each in (statement, *getattr(statement, "decorator_list", ())))
        spans.append(range(first, (statement.end_lineno or first) + 1))
    return {line for span in spans for line in span}


def _without_docstring(script: str, tree: ast.Module) -> list[str]:
    """The lines of the script, those of its docstring emptied."""
    lines = script.split("\n")
    if ast.get_docstring(tree) is not None:
        last = tree.body[0].end_lineno or 1
        lines[tree.body[0].lineno - 1 : last] = [""] * (last - tree.body[0].lineno + 1)
    return lines


def _heading(comment: str) -> str:
    """The first sentence as a heading, the others below it."""
    first, *rest = _SENTENCE.split(comment, maxsplit=1)
    return "\n\n".join([f"## {_plain(first.removesuffix('.'))}", *map(_plain, rest)])


def _plain(text: str) -> str:
    """Text as Markdown that shows it as it is: column names and titles may hold anything.

    >>> print(_plain("a*b <i>"))
    a\\*b \\<i\\>
    """
    return _SPECIAL.sub(r"\\\1", text)
