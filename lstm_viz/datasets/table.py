"""Table: named columns of numbers with a label for each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST_NUMBER = float(np.finfo(np.float32).max)
"""Tensors are float32: what is beyond this would become infinite there."""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of numbers, one row a step in time. Two tables are equal only if they are the same object.

    ``values`` is (rows, columns), float64 and read-only, without gaps; ``labels`` says what each row is ("1949-01"),
    ``source`` where the table comes from, and ``notes`` hold a sentence for each thing that was found or changed when
    it was read. Raises ValueError where the parts do not fit each other.

    >>> table = Table("tides", ("height",), ("Mon", "Tue"), np.array([[1.5], [2.0]]))
    >>> table.rows, table.values[1, 0].item()
    (2, 2.0)
    """

    name: str
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    values: NDArray[np.float64]
    source: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        if values.shape != (len(self.labels), len(self.columns)):
            expected = f"({len(self.labels)}, {len(self.columns)})"
            raise ValueError(f"values: expected the shape {expected} of labels and columns, got {values.shape}")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError(f"columns: expected a name for each, all different, got {self.columns}")
        if not (np.abs(values) <= LARGEST_NUMBER).all():
            raise ValueError(f"values: expected numbers from {-LARGEST_NUMBER:.1e} to {LARGEST_NUMBER:.1e}, no gaps")
        if values.flags.writeable:
            values = values.copy()
            values.flags.writeable = False
        object.__setattr__(self, "values", values)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.labels)
