"""The whole way from messages or a text to batches as a script that a person runs on their own file."""

from __future__ import annotations

from lstm_viz.preparation.prepared import Stage
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.script import code_lines
from lstm_viz.preparation.text_lines import text_imports, text_lines

_REMARKS: dict[Stage, str] = {
    "texts": "The text.",
    "tokens": "Its words.",
    "split": "The split, in order.",
    "vocabulary": "The vocabulary.",
    "indices": "Indices.",
    "padded": "All messages of one length.",
    "windows": "Windows of T characters, and what follows them.",
    "loader": "Batches.",
    "batches": "The first batch, and the sizes of all.",
}


def text_script(ready: PreparedText, reading_code: str | None = None) -> str:
    """A script with torch, and scikit-learn for words, that makes the same tensors and prints their shapes.

    ``reading_code`` reads the person's file into ``texts`` and ``labels``, lists of strings, or for characters into
    ``text``, and brings its own imports. Without it, texts of up to 60,000 characters are written down.

    >>> from lstm_viz.datasets.zen import zen
    >>> from lstm_viz.preparation.prepare_text import prepare_text
    >>> from lstm_viz.preparation.text_recipe import TextRecipe
    >>> text = text_script(prepare_text(TextRecipe(data="zen", unit="characters", length=20), zen().texts))
    >>> print(next(line for line in text.splitlines() if line.startswith("x_train")))
    x_train = train_codes[:-1].unfold(0, T, 1)  # (664, 20) = (N, T), a view
    """
    parts = [[f'"""{_title(ready)}"""'], text_imports(ready, reading_code)]
    for stage, lines in text_lines(ready, reading_code).items():
        gap = [""] if lines[0][0].startswith("def ") else []
        parts.append([*gap, f"# {_REMARKS[stage]}", *code_lines(lines)])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _title(ready: PreparedText) -> str:
    start = "From messages" if ready.recipe.unit == "words" else "From a text"
    return f"{start} to batches: x {tuple(ready.x.shape)} with target {tuple(ready.target.shape)}."
