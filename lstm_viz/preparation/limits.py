"""What is read at most, so that no file takes the server down."""

LARGEST_BYTES = 5_000_000
MOST_ROWS = 1_000_000
FEWEST_ROWS = 3
MOST_COLUMNS = 64
"""Columns of numbers."""
WIDEST = 1_000
"""Columns of any kind."""
MOST_CELLS = 10_000_000
"""Rows times the length of the longest: short rows are filled up with empty cells."""
