"""How much one visitor, and all together, may have uploaded at once. Streamlit limits only the size of each file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.formparsers import MultiPartParser
from starlette.types import Scope
from streamlit import config
from streamlit.runtime import exists, get_instance

MOST_FILES = 6
"""That one session holds at a time, arriving ones included: more than the pages have places for."""
MOST_BYTES = 1_000_000_000
"""Of all sessions together."""
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+$")
_arriving: Counter[str] = Counter()

# Starlette writes a file of more than 1 MB to the disk while it arrives. They are to stay in memory.
MultiPartParser.spool_max_size = 1 << 30


@contextmanager
def upload_slot(scope: Scope) -> Iterator[str]:
    """Count an upload for as long as it arrives; gives a sentence where there is no room for it, else "".

    Whatever is no upload passes. Called on the server's one event loop, and so without a lock.
    """
    found = _UPLOAD.search(scope["path"]) if scope.get("method") == "PUT" else None
    if found is None:
        yield ""
        return
    session = found[1]
    _arriving[session] += 1
    try:
        yield _full(session)
    finally:
        _arriving[session] -= 1
        if not _arriving[session]:
            del _arriving[session]


def _full(session: str) -> str:
    kept = {owner: [len(file.data) for file in files.values()] for owner, files in _storage().items()}
    if len(kept.get(session, ())) + _arriving[session] > MOST_FILES:
        return f"Expected at most {MOST_FILES} files at a time: remove one, or reload the page."
    arriving = _arriving.total() * config.get_option("server.maxUploadSize") * 1_000_000
    if sum(map(sum, kept.values())) + arriving > MOST_BYTES:
        return "The server holds as many files as it can: try again in a few minutes."
    return ""


def _storage() -> dict[str, dict[str, Any]]:
    """Session → file id → file, as Streamlit keeps them in memory."""
    manager: Any = get_instance().uploaded_file_mgr if exists() else None
    return dict(manager.file_storage) if manager else {}
