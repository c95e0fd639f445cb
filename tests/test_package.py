"""What a person imports, and what the README shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

import lstm_viz
from lstm_viz import training
from tests.support.serving import ROOT

# what these are for needs a process of their own, which takes seconds: tests/test_training_runs.py has them
_OF_PROCESSES = {"Runner", "RunnerError", "RunView"}


@pytest.mark.parametrize("package", [lstm_viz, training], ids=["lstm_viz", "training"])
def test_every_public_name_is_explained_with_an_example(package: ModuleType) -> None:
    lacking = [name for name in package.__all__ if ">>>" not in (getattr(package, name).__doc__ or "")]
    assert not set(lacking) - _OF_PROCESSES, "the examples run as doctests, where the names are defined"
    assert all(getattr(package, name).__doc__ for name in package.__all__)


def test_trace_from_the_package() -> None:
    found = lstm_viz.trace(nn.LSTM(3, 5), torch.randn(7, 2, 3))
    assert found["output"].shape == (7, 2, 5)


def test_the_readme_s_example_runs(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}  # it saves a file where it runs
    for example in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        subprocess.run(
            [sys.executable, "-W", "error", "-c", example],
            check=True,
            cwd=tmp_path,
            env=surroundings,
            capture_output=True,
        )


def test_the_readme_s_pictures_and_links_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for place in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / place).exists(), place
