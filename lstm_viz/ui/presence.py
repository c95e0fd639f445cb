"""Whether a visitor is still there, asked from any thread."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx


def present() -> Callable[[], bool]:
    """What says from any thread whether this visitor's session is alive."""
    context = get_script_run_ctx()
    if context is None or not exists():
        return lambda: True
    runtime, session = get_instance(), context.session_id
    return lambda: runtime.is_active_session(session)
