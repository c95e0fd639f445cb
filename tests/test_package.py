"""What a person imports, and what the README shows."""

from __future__ import annotations

import re
import subprocess
import sys

import torch
from torch import nn

import lstm_viz
from tests.support.serving import ROOT


def test_the_public_names() -> None:
    for name in lstm_viz.__all__:
        assert getattr(lstm_viz, name).__doc__


def test_trace_from_the_package() -> None:
    found = lstm_viz.trace(nn.LSTM(3, 5), torch.randn(7, 2, 3))
    assert found["output"].shape == (7, 2, 5)


def test_the_readme_s_example_runs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for example in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        subprocess.run([sys.executable, "-W", "error", "-c", example], check=True, cwd=ROOT, capture_output=True)


def test_the_readme_s_pictures_and_links_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for place in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / place).exists(), place
