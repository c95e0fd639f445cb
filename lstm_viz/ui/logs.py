"""The server's log: a JSON object a line, with a session's short id, and with nothing that people typed or brought.

An error's own words can hold a visitor's data (the name of a column, a line of a text), so a record has its kind and
where it was raised, and its words only where LSTM_VIZ_LOG_WORDS=1 asks for them, on a machine of one's own.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
import traceback
from typing import Any

import streamlit as st
from streamlit import logger as streamlits
from streamlit.runtime.scriptrunner import get_script_run_ctx

WORDS = "LSTM_VIZ_LOG_WORDS"
_SORRY = (
    "Something went wrong on this page, and it is in the server's log as **{name}**. Your settings are in the address: "
    "load the page again, or change a setting back. What you brought and trained is kept."
)


def short_id() -> str:
    """The short name of the session whose script runs here; "" outside of one. Nobody can come back in by it."""
    context = get_script_run_ctx(suppress_warning=True)
    return "" if context is None else hashlib.sha256(context.session_id.encode()).hexdigest()[:8]


class Structured(logging.Formatter):
    """A record as one line of JSON.

    >>> record = logging.LogRecord("lstm_viz", logging.WARNING, "", 0, "The disk is full: %s", ("28",), None)
    >>> json.loads(Structured().format(record))["message"]
    'The disk is full: 28'
    """

    def format(self, record: logging.LogRecord) -> str:
        """``time`` (UTC), ``level``, ``logger``, ``session`` where there is one, ``message`` and ``traceback``."""
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        said: dict[str, Any] = {
            "time": f"{when}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if session := short_id():
            said["session"] = session
        said["message"] = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            said |= _told(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False)


def _told(error: BaseException) -> dict[str, str]:
    """Its kind and its way through the code."""
    words = f": {error}" if os.environ.get(WORDS) == "1" else ""
    kind = f"{type(error).__name__}{words}"
    frames = "".join(traceback.format_tb(error.__traceback__))
    return {"error": kind, "traceback": f"Traceback (most recent call last):\n{frames}{kind}"}


def set_up() -> None:
    """Let this server's log be so: what it writes itself, and what Streamlit and the web server write."""
    before = streamlits.setup_formatter

    def setup_formatter(logger: logging.Logger) -> None:
        before(logger)
        for handler in logger.handlers:
            handler.setFormatter(Structured())
            if logger.name.startswith(("uvicorn", "websockets")):
                handler.setLevel(logging.WARNING)  # below that they write down who asked for what

    streamlits.setup_formatter = setup_formatter
    streamlits.update_formatter()
    handler = logging.StreamHandler()
    handler.setFormatter(Structured())
    ours = logging.getLogger("lstm_viz")
    ours.handlers, ours.propagate = [handler], False
    ours.setLevel(logging.INFO)


def say_sorry(error: Exception) -> bool:
    """What a visitor sees where a page has raised an error that nobody foresaw. The log has it already."""
    st.error(_SORRY.format(name=short_id() or type(error).__name__), icon=":material/error:")
    return True
