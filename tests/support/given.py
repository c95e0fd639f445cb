"""What a page gives its components."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from streamlit.testing.v1 import AppTest


def given(app: AppTest) -> Iterator[dict[str, Any]]:
    """The data of each component on the page, in their order."""
    for element in app.get("bidi_component"):
        yield json.loads(element.proto.bytes)


def given_to(app: AppTest, entry: str) -> dict[str, Any]:
    """What the first component was given whose data has this entry."""
    for data in given(app):
        if entry in data:
            return data
    raise AssertionError(f"no component was given {entry!r}")
