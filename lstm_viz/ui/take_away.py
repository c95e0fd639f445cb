"""The menu "Take away" of every page. Nothing in it is made before somebody asks for it."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import streamlit as st

from lstm_viz.drawing.standalone import Sheet, to_html
from lstm_viz.spreadsheet import Grid, to_csv
from lstm_viz.ui.components import component
from lstm_viz.ui.embed import is_embedded
from lstm_viz.ui.told import told
from lstm_viz.ui.toolbar import toolbar

_KEY = "take_away"
_DONE = "take_away_done"
_KINDS = {
    ".py": ("Code", "text/x-python"),
    ".ipynb": ("Code", "application/x-ipynb+json"),
    ".csv": ("Tables", "text/csv"),
    ".pt": ("Model", "application/octet-stream"),
    ".html": ("Page", "text/html"),
}
_FAILED = "This could not be made. The other things can still be had."
_MENU = component("take_away", '<div class="take"></div>', parts=("still", "standalone"))


@dataclass(frozen=True)
class File:
    """Something to download: ``make`` gives its content, or raises ValueError with a sentence for the visitor.

    The ending of ``name`` decides where it stands in the menu.
    """

    label: str
    name: str
    make: Callable[[], str | bytes]


def take_away(
    stem: str, files: Sequence[File] = (), sheet: Callable[[], Sheet] | None = None, *, within_fragment: bool = False
) -> None:
    """Put the menu into the page's toolbar: ``files``, the page itself, its pictures, its link, the code to embed it.

    Pictures are found and made in the browser; ``stem`` begins the names of their files. Called once by each page:
    a question runs the menu alone, or, ``within_fragment``, the fragment that called, and so does opening the menu.
    """
    if sheet is not None:
        files = (*files, File("This page, .html", f"{stem}.html", lambda: to_html(sheet())))
    menu = _menu if within_fragment else st.fragment(_menu)
    with toolbar():
        menu(stem, tuple(files), within_fragment)


def script_files(stem: str, title: str, make: Callable[[], str]) -> tuple[File, File]:
    """A script, and the same as a notebook."""

    def as_notebook() -> str:
        from lstm_viz.notebook import notebook

        return notebook(make(), title)

    return File("Script, .py", f"{stem}.py", make), File("Notebook, .ipynb", f"{stem}.ipynb", as_notebook)


def table_file(stem: str, name: str, make: Callable[[], Grid]) -> File:
    """A table as CSV: "tensors" becomes ``{stem}-tensors.csv``."""
    return File(f"{name.capitalize()}, .csv", f"{stem}-{name.replace(' ', '-')}.csv", lambda: to_csv(make()))


def _menu(stem: str, files: tuple[File, ...], asks: bool) -> None:
    names = [{"label": file.label, "group": _KINDS[PurePosixPath(file.name).suffix][0]} for file in files]
    data = {"stem": stem, "files": names, "embedded": is_embedded(), "asks": asks, "answer": _answer(files)}
    default = {"asked": None, "opened": None}
    _MENU(key=_KEY, data=data, default=default, on_asked_change=lambda: None, on_opened_change=lambda: None)


def _answer(files: tuple[File, ...]) -> dict[str, Any] | None:
    """What was asked for since the last answer: a file, or why there is none."""
    asked = told(_KEY, "asked", "number")
    if not asked or asked["number"] == st.session_state.get(_DONE):
        return None
    st.session_state[_DONE] = asked["number"]
    file = next((file for file in files if file.label == asked.get("label")), None)
    if file is None:
        return {"number": asked["number"], "error": "The page has changed since: open the menu again."}
    return {"number": asked["number"], **made(file)}


def made(file: File) -> dict[str, str]:
    """The file as the browser takes it, or ``error``, a sentence."""
    try:
        content = file.make()
    except ValueError as error:
        return {"error": str(error)}
    except Exception:
        logging.getLogger(__name__).exception("A file of the menu could not be made")
        return {"error": _FAILED}
    suffix = PurePosixPath(file.name).suffix
    if isinstance(content, str):
        # Excel takes a CSV without the mark for another encoding
        content = content.encode("utf-8-sig" if suffix == ".csv" else "utf-8")
    return {"name": file.name, "kind": _KINDS[suffix][1], "base64": base64.b64encode(content).decode("ascii")}
