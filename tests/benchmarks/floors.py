"""The Streamlit pages to compare with: what the framework costs where an app does next to nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.serving import Server, serving

EMPTY = "import streamlit as st\n"
TEXT = 'import streamlit as st\n\nst.text(st.slider("n", 1, 64, 5))\n'


@contextmanager
def served(script: str | None = None) -> Iterator[Server]:
    """The app, or a script of this text, served until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        log, path = Path(folder) / "server.log", Path(folder) / "page.py"
        if script is None:
            with serving(log) as server:
                yield server
        else:
            path.write_text(script)
            with serving(log, path) as server:
                yield server
