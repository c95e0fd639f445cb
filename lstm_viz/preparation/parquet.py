"""From a Parquet file to typed columns."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lstm_viz.preparation.cells import refuse_long
from lstm_viz.preparation.column import Column, date_column, empty_column, number_column, type_column
from lstm_viz.preparation.errors import TableError, counted, listing, quoted
from lstm_viz.preparation.limits import LARGEST_PARQUET_BYTES, MOST_SHEET_ROWS, WIDEST

if TYPE_CHECKING:
    from lstm_viz.preparation.finding import Notes

_BATCH_ROWS = 65_536
_AGAIN = "write it again, or save the table as CSV"


def read_parquet(name: str, content: bytes, notes: Notes, day_first: bool | None) -> tuple[dict[str, Column], bool]:
    """The columns of numbers, dates and text, and whether pandas would make one of them its index.

    Columns of lists and other nested kinds are left out, which ``notes`` say. Raises TableError for a damaged file, one
    without rows, and one that is too large in memory.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        _refuse_huge(name, file)
        schema = file.schema_arrow
        if len(set(schema.names)) < len(schema.names):
            twice = next(column for column in schema.names if schema.names.count(column) > 1)
            raise TableError(f"{quoted(name)} has two columns {quoted(twice)}: give each its own name.", column=twice)
        kept = [field.name for field in schema if not _nested(field.type)]
        if left_out := [column for column in schema.names if column not in kept]:
            what = f"Left out of {quoted(name)}, as neither numbers nor dates nor text: {listing(left_out)}."
            notes.add("left out", what, column=left_out[0], count=len(left_out))
        if not kept:
            raise TableError(f"{quoted(name)} has no column of numbers, dates or text: {_AGAIN}.")
        # as dictionaries, because a long text that stands in many rows is in the file only once
        texts = [column for column in kept if _is_text(schema.field(column).type)]
        file = pq.ParquetFile(io.BytesIO(content), read_dictionary=texts)
        table = _read(name, file, kept)
        metadata = schema.pandas_metadata or {}
        indexed = any(isinstance(column, str) and column in kept for column in metadata.get("index_columns", []))
        columns = {_plain(column): _column(column, table[column], day_first) for column in kept}
    except (TableError, MemoryError):
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise TableError(f"{quoted(name)} is a damaged Parquet file: {_AGAIN}.") from error
    return columns, indexed


def _refuse_huge(name: str, file: Any) -> None:
    metadata = file.metadata
    if metadata.num_columns > WIDEST:
        what = f"{metadata.num_columns:,} columns, and at most {WIDEST:,} are read"
        raise TableError(f"{quoted(name)} has {what}: keep the columns that you need.")
    refuse_long(name, metadata.num_rows, MOST_SHEET_ROWS)
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if size > LARGEST_PARQUET_BYTES:
        raise _too_large(name)


def _too_large(name: str) -> TableError:
    limit = f"more than {LARGEST_PARQUET_BYTES // 1_000_000} MB in memory"
    return TableError(f"{quoted(name)} has {limit}: keep fewer rows, or only the columns that you need.")


def _read(name: str, file: Any, columns: list[str]) -> Any:
    import pyarrow as pa

    batches, rows, size = [], 0, 0
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=columns, use_threads=False):
        batches.append(batch)
        rows, size = rows + batch.num_rows, size + sum(_decoded_size(column) for column in batch.columns)
        refuse_long(name, rows, MOST_SHEET_ROWS)
        if size > LARGEST_PARQUET_BYTES:
            raise _too_large(name)
    if not rows:
        raise TableError(f"{quoted(name)} has {counted(len(columns), 'column')} and no rows: bring rows of numbers.")
    return pa.Table.from_batches(batches)


def _decoded_size(column: Any) -> int:
    """The bytes of a column once each row has its own copy of its text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type) or not len(column.dictionary):
        return int(column.nbytes)
    if not _is_text(column.type.value_type):
        return 8 * len(column)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(lengths).as_py() or 0)


def _nested(kind: Any) -> bool:
    import pyarrow.types as types

    if types.is_dictionary(kind):
        kind = kind.value_type
    plain = (types.is_integer, types.is_floating, types.is_decimal, types.is_boolean, types.is_date, types.is_timestamp)
    return not (_is_text(kind) or types.is_null(kind) or any(check(kind) for check in plain))


def _is_text(kind: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _column(name: str, column: Any, day_first: bool | None) -> Column:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as types

    if types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if types.is_date(column.type) or types.is_timestamp(column.type):
        offset = types.is_timestamp(column.type) and column.type.tz is not None
        moments = pc.cast(column, pa.timestamp("us"), safe=False).to_numpy()
        return _filled(date_column(pd.Series(moments.astype("datetime64[us]")), offset), column)
    if _is_text(column.type):
        texts = pd.Series(pc.fill_null(column, "").to_pandas().astype(str)).str.strip()
        return type_column(name, texts, ",", day_first)
    if types.is_null(column.type):
        return empty_column(len(column))
    floats = pc.cast(column, pa.float64(), safe=False) if not types.is_boolean(column.type) else column.cast(pa.int8())
    numbers = pd.Series(floats.to_pandas().to_numpy(dtype=np.float64))
    return _filled(number_column(numbers), column)


def _filled(typed: Column, column: Any) -> Column:
    """The column, or an empty one where every cell is a gap."""
    if typed.values.notna().any():
        return typed
    return empty_column(len(column))


def _plain(name: str) -> str:
    """``__index_level_0__`` is what pandas calls an index without a name, and "index" when it is a column."""
    return "index" if name == "__index_level_0__" else " ".join(name.split()) or "column"
