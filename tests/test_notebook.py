"""A script as a notebook: every line of it, under the headings that its comments are."""

from __future__ import annotations

import ast
import json
from typing import Any

import nbformat
import pytest

from lstm_viz.codegen import script
from lstm_viz.notebook import notebook
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.spec import NetworkSpec
from lstm_viz.training import Job, TableData, TrainingSpec
from lstm_viz.training.script import training_script

TRAINING = training_script(Job(NetworkSpec(), TableData(Recipe()), TrainingSpec(epochs=3, patience=2)))
HARD = '''\
"""What it does."""

import torch


def f(x):
    y = x
    # no heading: inside a function

# no heading either: this line is in the function's text
    return y


text = """
# no heading: inside a text

# nor this
"""

# Two lines of one
# heading. And a sentence.
# Its third line.
print(text)
# no heading: no empty line before it
print(1)

# A heading without code.

@property
def g(self): ...
'''


def cells(text: str) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = json.loads(text)["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in found]


def test_comments_are_headings_and_nothing_else_is() -> None:
    assert [text for kind, text in cells(notebook(HARD, "Title")) if kind == "markdown"] == [
        "# Title\n\nWhat it does.",
        "## Two lines of one heading\n\nAnd a sentence. Its third line.",
        "## A heading without code",
    ]


@pytest.mark.parametrize("text", [HARD, TRAINING, script(NetworkSpec(), {}), "x = 1", ""])
def test_the_code_is_that_of_the_script_and_the_notebook_is_valid(text: str) -> None:
    made = notebook(text, "A title")
    nbformat.validate(nbformat.reads(made, as_version=4))
    code = [source for kind, source in cells(made) if kind == "code"]
    assert all(source.strip() for source in code)
    tree = ast.parse(text)
    tree.body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    assert ast.dump(ast.parse("\n".join(code))) == ast.dump(tree)
    assert made == notebook(text, "A title")


def test_the_way_of_a_run_is_told_by_its_headings() -> None:
    headings = [text for kind, text in cells(notebook(TRAINING, "Training")) if kind == "markdown"]
    assert headings[1:4] == [
        "## The table: a row for each step in time",
        "## The columns of x, and the column of the target",
        "## The split, in the order of time",
    ]
    assert headings[-2:] == ["## The network", "## The loop"]


def test_names_that_people_chose_are_shown_as_they_are() -> None:
    made = cells(notebook("# The column <script>alert(1)</script> and $a_b$.\nx = 1", "*bold* <b>"))
    assert made[0][1] == r"# \*bold\* \<b\>"
    assert made[1][1] == r"## The column \<script\>alert(1)\</script\> and \$a\_b\$"


def test_what_is_not_python_is_refused() -> None:
    with pytest.raises(SyntaxError):
        notebook("x = = 1", "No")
