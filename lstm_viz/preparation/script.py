"""The whole preparation as a script that a person runs on their own file."""

from __future__ import annotations

from collections.abc import Iterable

from lstm_viz.preparation.prepared import Prepared, Stage
from lstm_viz.preparation.script_lines import imports, stage_lines
from lstm_viz.preparation.script_loading import Line

_WIDTH = 100
_GENERATED: dict[Stage, str] = {"table": "The samples, generated.", "split": "The parts."}
_REMARKS: dict[Stage, str] = {
    "table": "The table: a row for each step in time.",
    "columns": "The columns of x, and the column of the target.",
    "split": "The split, in the order of time.",
    "scaled": "Scaling, with the least and largest (or mean and deviation) of the fitted rows.",
    "windows": "Windows of T rows, each with its target.",
    "tensors": "Tensors.",
    "loader": "Batches.",
    "batches": "The first batch, and the sizes of all.",
}


def preparation_script(ready: Prepared, reading_code: str | None = None) -> str:
    """A script with torch, numpy, pandas and scikit-learn that makes the same tensors and prints their shapes.

    ``reading_code`` reads the person's file into ``table``, a DataFrame of numbers in the order of time, and brings its
    own imports beside pandas and numpy. Without it, a small table is written down number by number.

    >>> from lstm_viz.datasets import passengers
    >>> from lstm_viz.preparation.prepare import prepare
    >>> from lstm_viz.preparation.recipe import Recipe
    >>> text = preparation_script(prepare(Recipe(), passengers()))
    >>> print(next(line for line in text.splitlines() if line.startswith("x_train")))
    x_train = x_windows[0:120]  # (120, 12, 1) = (N, T, F)
    """
    parts = [[f'"""{_title(ready)}"""'], imports(ready)]
    for stage, lines in stage_lines(ready, reading_code).items():
        remark = _REMARKS[stage] if ready.table else _GENERATED.get(stage, _REMARKS[stage])
        parts.append([f"# {remark}", *code_lines(lines)])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def code_lines(lines: Iterable[Line]) -> list[str]:
    """Code with its comments, two spaces apart; a comment that has no room stands above its line."""
    written: list[str] = []
    for code, comment in lines:
        if comment and len(code) + len(comment) + 4 > _WIDTH:
            written += [f"# {comment}", code]
        else:
            written.append(f"{code}  # {comment}" if comment else code)
    return written


def _title(ready: Prepared) -> str:
    x, y = ready.batch(0)
    start = "From a table" if ready.table else "From generated samples"
    return f"{start} to batches: x {tuple(x.shape)} with target {tuple(y.shape)}."
