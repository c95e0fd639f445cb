"""Which levels, seeds and questions there are."""

from __future__ import annotations

LEVELS = (1, 2, 3)
LARGEST = 999_999
"""The largest seed and the largest number of a question: both stand in a link."""
