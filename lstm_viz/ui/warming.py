"""What training runs share is loaded before anybody presses Train, but after the first page has been answered.

The process that draws comes from there too.
"""

from __future__ import annotations

from functools import cache
from threading import Timer

from streamlit.runtime import exists

from lstm_viz.ui.studio import open_studio

_AFTER_SECONDS = 3.0


def warm_later() -> None:
    """Load it in a process of its own, a few seconds from now; once for the server, and not at all without one."""
    if exists():
        _once()


@cache
def _once() -> Timer:
    timer = Timer(_AFTER_SECONDS, _warm_up)
    timer.daemon = True
    timer.start()
    return timer


def _warm_up() -> None:
    from lstm_viz.training.process import warm_up  # a first page does not wait for this import

    warm_up()
    open_studio()
