"""The JSON object that a browser posts to one of our routes, read with a bound and with care."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse


class PostedError(ValueError):
    """What was posted cannot be taken; ``answer`` says why."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.answer = JSONResponse({"error": sentence}, status_code=status)


async def posted(request: Request, most: int) -> dict[str, Any]:
    """The object in a body of at most ``most`` bytes; {} for none. Raises PostedError."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise PostedError(f"expected a question of at most {most:,} bytes", 413)
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise PostedError("expected a JSON object")
    return found
