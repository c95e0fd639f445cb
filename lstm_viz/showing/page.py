"""The frame around what is shown: its style, for a notebook's cell or a page of its own, on light and on dark."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from lstm_viz.dims import SYMBOLS
from lstm_viz.drawing.palette import variables
from lstm_viz.drawing.svg import MONO, SANS

_RULES = (
    f".lv-result{{font-family:{SANS};font-size:14px;line-height:1.45;color:var(--ink);background:var(--paper);"
    "padding:12px 16px;border-radius:8px;overflow-x:auto}"
    ".lv-result h1{font-size:20px;margin:.2em 0 .4em}.lv-result h2{font-size:16px;margin:1.1em 0 .3em}"
    ".lv-result p{margin:.35em 0;max-width:64em}.lv-result .soft{color:var(--soft)}"
    f".lv-result code,.lv-result pre,.lv-result .shape{{font-family:{MONO};font-size:13px;color:inherit;"
    "background:none;padding:0}.lv-result pre{background:var(--box);padding:8px 12px;border-radius:6px;"
    "overflow-x:auto;white-space:pre-wrap}"
    ".lv-result .lv-table{overflow-x:auto;margin:.6em 0}"
    ".lv-result table{border-collapse:collapse;margin:0;border:0;font-size:13px;color:var(--ink)}"
    ".lv-result tr,.lv-result tr:nth-child(even){background:none;border:0;border-bottom:1px solid var(--faint)}"
    ".lv-result th,.lv-result td{text-align:left;padding:4px 12px 4px 0;border:0;white-space:nowrap;color:var(--ink)}"
    ".lv-result td.wide{white-space:normal;min-width:16em}"
    ".lv-result th{font-weight:600;color:var(--soft)}.lv-result .number{text-align:right}"
    ".lv-result details{margin:.4em 0}.lv-result summary{cursor:pointer;font-weight:600;padding:3px 0}"
    ".lv-result .lv-picture svg{max-width:100%;height:auto;display:block;overflow:visible}"
    ".lv-result .mark{font-weight:700;color:var(--O)}.lv-result .good{font-weight:700;color:var(--good)}"
)


@cache
def style() -> str:
    """The rules. A notebook's own theme decides, else the reader's setting; every part has its own ground."""
    light, dark = variables("light"), variables("dark")
    symbols = "".join(f".lv-result .s-{letter}{{color:var(--{letter});font-weight:700}}" for letter in SYMBOLS)
    both = ".lv-result,{0} .lv"
    themes = {"light": ("body[data-jp-theme-light=true]", "body.vscode-light"),
              "dark": ("body[data-jp-theme-light=false]", "body.vscode-dark")}  # fmt: skip
    of_notebooks = "".join(
        f"{where} {both.format(where)}{{{light if theme == 'light' else dark}}}"
        for theme, places in themes.items()
        for where in places
    )
    rules = (_RULES + symbols).replace(".lv-result", 3 * ".lv-result")  # stronger than a notebook's own for its tables
    return f".lv-result{{{light}}}@media(prefers-color-scheme:dark){{.lv-result{{{dark}}}}}{of_notebooks}{rules}"


def fragment(parts: Iterable[str]) -> str:
    """Some HTML as one part of a notebook's page."""
    return f'<div class="lv-result"><style>{style()}</style>{"".join(parts)}</div>'


def whole_page(title: str, parts: Iterable[str]) -> str:
    """Some HTML as a page of its own, which asks nobody for anything."""
    ground = "body{margin:0;background:#ffffff}@media(prefers-color-scheme:dark){body{background:#12171f}}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{html.escape(title)}</title><style>{ground}</style></head>"
        f"<body>{fragment([f'<h1>{html.escape(title)}</h1>', *parts])}</body></html>\n"
    )


def written(path: Path, writers: dict[str, Callable[[], str]]) -> str:
    """What the writer for the file's ending gives. Raises ValueError for an ending that has none."""
    writer = writers.get(path.suffix.lower())
    if writer is None:
        known = " or ".join(filter(None, (", ".join(list(writers)[:-1]), list(writers)[-1])))
        raise ValueError(f"save: expected a file name that ends with {known}, got {path.name!r}.")
    return writer()


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    opening = f'<p class="{kind}">' if kind else "<p>"
    return f"{opening}{html.escape(text)}</p>" if text else ""


def code_block(text: str) -> str:
    """Some lines of code."""
    return f"<pre><code>{html.escape(text)}</code></pre>" if text else ""
