"""Serve the app from wherever the package lies: a checkout, or an installed wheel."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

PORT, HOST = 8501, "127.0.0.1"
_LOCAL = ("127.0.0.1", "localhost", "::1")


def app_folder() -> Path:
    """Where app.py, pages/ and .streamlit/ are: in the wheel within the package, in a checkout beside it.

    Raises FileNotFoundError where there is no app.

    >>> (app_folder() / "app.py").name
    'app.py'
    """
    package = Path(__file__).parents[1]
    for folder in (package / "served", package.parent):
        if (folder / "app.py").is_file() and (folder / ".streamlit" / "config.toml").is_file():
            return folder
    raise FileNotFoundError(f"The app is not beside the package in {package}: install it anew with pip install .")


def arguments(port: int = PORT, host: str = HOST, more: Sequence[str] = ()) -> list[str]:
    """What ``streamlit`` is told; ``more`` are options of Streamlit's own.

    A server that others can reach answers to every name, since a room's names cannot be known.

    >>> arguments(9000)[2:]
    ['--server.port', '9000', '--server.address', '127.0.0.1']
    """
    told = ["run", str(app_folder() / "app.py"), "--server.port", str(port), "--server.address", host]
    return [*told, *([] if host in _LOCAL else ["--server.allowedHosts", "*"]), *more]


def serve(port: int = PORT, host: str = HOST, more: Sequence[str] = ()) -> int:
    """Serve the app until it is stopped, with the configuration that lies beside it; returns the exit status."""
    from streamlit.web import cli

    told = arguments(port, host, more)
    sys.argv = ["streamlit", *told]
    try:
        cli.main(told, prog_name="streamlit")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0
