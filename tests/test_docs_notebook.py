"""The notebook in docs/ runs from its first cell to its last, and shows pictures that need no script."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from tests.support.serving import ROOT

NOTEBOOK = ROOT / "docs/from_python.ipynb"


def test_it_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if "outputs" in cell)


@pytest.mark.filterwarnings("ignore")  # jupyter's own
def test_it_runs_and_what_it_shows_can_be_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.metadata.kernelspec.name = "python3"
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    shown = [output.data["text/html"] for cell in notebook.cells for output in cell.get("outputs", [])
             if "data" in output and "text/html" in output.data]  # fmt: skip
    assert len(shown) == 7
    assert not [text for text in shown if re.search(r"<script|https?://(?!www\.w3\.org)", text)]
    assert "×6, the first run" in shown[0]
    assert any("Time and batch are swapped" in text for text in shown)
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert page.count('<div class="lv-result">') == 5
