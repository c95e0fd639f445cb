"""TextError: what cannot be made of a text, in a sentence."""

from __future__ import annotations


class TextError(ValueError):
    """A text, its labels or its lengths cannot become a batch.

    The message says what was expected, what was got and what to do. ``place`` is the message, sample or row at fault,
    counted from 0, None where no single one is; ``torch_message`` is what torch itself said, where it was torch that
    refused.
    """

    def __init__(self, message: str, place: int | None = None, torch_message: str = "") -> None:
        self.place = place
        self.torch_message = torch_message
        super().__init__(message)
