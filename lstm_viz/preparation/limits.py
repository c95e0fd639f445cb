"""What is read at most, so that no file takes the server down."""

LARGEST_BYTES = 5_000_000
"""Of a table for the Shapes page."""
LARGEST_SHEET_BYTES = 50_000_000
MOST_ROWS = 1_000_000
MOST_SHEET_ROWS = 2_000_000
FEWEST_ROWS = 3
MOST_COLUMNS = 64
"""Columns of numbers."""
WIDEST = 1_000
"""Columns of any kind."""
MOST_CELLS = 10_000_000
"""Rows times the length of the longest: short rows are filled up with empty cells."""

LARGEST_EXCEL_BYTES = 20_000_000
LARGEST_UNPACKED_BYTES = 100_000_000
"""Of all that a workbook holds: a few kilobytes of a ZIP archive can unpack to gigabytes."""
MOST_EXCEL_CELLS = 500_000
MOST_ELEMENTS = 2_500_000
"""XML tags in a workbook: about five for each cell. Python reads them one by one."""
LARGEST_PARQUET_BYTES = 400_000_000
"""Of its columns once they are in memory."""
