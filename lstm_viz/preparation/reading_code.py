"""The lines of pandas that read a person's own file as ``read_sheet`` and ``clean`` did."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_viz.preparation.cleaning import Cleaning
from lstm_viz.preparation.column import DateWay
from lstm_viz.preparation.numbers import GAPS, PLAIN_OR_COMMA
from lstm_viz.preparation.sheet import Sheet

_WIDTH = 100
_KNOWN_GAPS = frozenset(
    (
        *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A"),
        *("NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
    )
)
"""What pandas takes for a gap by itself."""


def reading_code(sheet: Sheet, cleaning: Cleaning, file_name: str, imports: bool = True) -> str:
    """Python that reads ``file_name`` into ``table``: the columns of ``clean(sheet, cleaning)``, float64, without gaps.

    Its index is the date of each row, where there is one. ``imports`` says whether it brings ``import pandas as pd``;
    what else it needs it always brings. It runs as it is, beside the file.

    >>> from lstm_viz.preparation.reading_sheets import read_sheet
    >>> sheet = read_sheet("tides.csv", "day;height\\n02.01.2024;1,5\\n01.01.2024;\\n03.01.2024;2,0")
    >>> print(reading_code(sheet, Cleaning(gaps="drop"), "tides.csv"), end="")
    import pandas as pd
    <BLANKLINE>
    table = pd.read_csv("tides.csv", sep=";", dtype={"day": str}, decimal=",")
    table["day"] = pd.to_datetime(table["day"], format="%d.%m.%Y")
    table = table.sort_values("day", kind="stable")  # the file is not in the order of time
    table = table.set_index("day")[["height"]].astype("float64")
    table = table.dropna()  # rows with a gap are left out
    """
    columns = cleaning.columns or sheet.features or sheet.numbers
    lines = [*_read(sheet, columns, file_name), *_numbers(sheet, columns), *_time(sheet, cleaning)]
    chosen = f"[{_names(columns)}]"
    if sheet.time:
        lines.append(f'table = table.set_index({_text(sheet.time)})[{chosen}].astype("float64")')
    else:
        lines.append(f'table = table[{chosen}].astype("float64")')
    lines += _gaps(sheet, columns, cleaning)
    return _whole(lines, sheet, imports)


def text_reading_code(sheet: Sheet, text_column: str, label_column: str, file_name: str, imports: bool = True) -> str:
    """Python that reads ``file_name`` into ``texts`` and ``labels``, lists of str: those of ``texts(sheet, …)``."""
    lines = _read(sheet, (), file_name, as_text=(text_column, label_column))
    if any(finding.kind == "sorted" for finding in sheet.findings):
        lines += _time(sheet, Cleaning())
    both = f"[{_names((text_column, label_column))}]"
    lines += [
        f"table = table[{both}].apply(lambda cells: cells.str.strip())",
        'table = table[(table != "").all(axis=1)]  # rows without a text or a label are left out',
        f"texts = table[{_text(text_column)}].tolist()",
        f"labels = table[{_text(label_column)}].tolist()",
    ]
    return _whole(lines, sheet, imports)


def _whole(lines: list[str], sheet: Sheet, imports: bool) -> str:
    needed = ["import io"] if sheet.origin.mixed else []
    if imports:
        needed += [*([""] if needed else []), "import pandas as pd"]
    return "\n".join([*needed, *([""] if needed else []), *map(_fitted, lines)]) + "\n"


def _fitted(line: str) -> str:
    """A remark that has no room stands above its line."""
    code, mark, remark = line.rpartition("  # ")
    return f"# {remark}\n{code}" if mark and len(line) > _WIDTH and not code.startswith(" ") else line


def _read(sheet: Sheet, columns: tuple[str, ...], file_name: str, as_text: tuple[str, ...] = ()) -> list[str]:
    origin = sheet.origin
    if origin.kind == "parquet":
        line = f"table = pd.read_parquet({_text(file_name)})"
        return [f"{line}.reset_index()" if origin.indexed else line, *_renamed_parquet(sheet)]
    lines = []
    source = _text(file_name)
    if origin.mixed:
        lines += [*_decoding_lines(source)]
        source = "io.StringIO(text)"
    arguments = [source, *_arguments(sheet, columns, as_text)]
    lines += _call("table = pd.read_excel" if origin.kind == "excel" else "table = pd.read_csv", arguments)
    if origin.renamed:
        lines += _call("table.columns =", [_text(name) for name in origin.names], "[]")
    if origin.empty_rows and not as_text:
        lines.append('table = table.dropna(how="all")  # empty rows')
    if origin.spaced and not as_text:
        read_as_text = [name for name in _read_as_text(sheet, columns) if name]
        lines += [f"table[{_text(name)}] = table[{_text(name)}].str.strip()" for name in read_as_text]
    return lines


def _decoding_lines(source: str) -> Iterator[str]:
    yield ""
    yield "def decode(line):"
    yield "    try:"
    yield "        return line.decode()"
    yield "    except UnicodeDecodeError:"
    yield '        return line.decode("cp1252")  # some lines are not UTF-8 as the others'
    yield ""
    yield ""
    yield f'with open({source}, "rb") as file:'
    yield '    text = "".join(decode(line) for line in file)'


def _arguments(sheet: Sheet, columns: tuple[str, ...], as_text: tuple[str, ...]) -> Iterator[str]:
    origin = sheet.origin
    if origin.kind == "excel" and len(origin.worksheets) > 1:
        yield f"sheet_name={_text(origin.worksheet)}"
    if origin.kind == "text" and origin.delimiter != "," and (len(origin.names) > 1 or origin.commas or sheet.strays):
        yield f"sep={_text(origin.delimiter)}"
    if origin.encoding not in ("utf-8", "utf-8-sig") and not origin.mixed:
        yield f"encoding={_text(origin.encoding)}"
    if origin.skipped:
        yield f"skiprows={origin.skipped}"
    if not origin.header:
        yield "header=None"
    if origin.spaced and origin.kind == "text":
        yield "skipinitialspace=True"
    if as_text:
        yield "dtype=str"
        yield "keep_default_na=False"
        return
    if origin.kind == "text" and len(origin.names) == 1 and sheet.frame.isna().any(axis=None):
        yield "skip_blank_lines=False"
    if texts := _read_as_text(sheet, columns):
        keys = [str(origin.names.index(name)) if origin.renamed else _text(name) for name in texts]
        yield "dtype={" + ", ".join(f"{key}: str" for key in keys) + "}"
    if words := [word for word in origin.gap_words if word not in _KNOWN_GAPS and word.lower() in GAPS]:
        yield f"na_values=[{_names(tuple(words))}]"
    commas = _commas_of_all(sheet, columns)
    if commas == "decimal":
        yield 'decimal=","'
        if any(name in origin.dots for name in _with_commas(sheet, columns, "decimal")):
            yield 'thousands="."'
    elif commas == "thousands":
        yield 'thousands=","'


def _with_commas(sheet: Sheet, columns: tuple[str, ...], what: str) -> list[str]:
    return [name for name in columns if sheet.origin.commas.get(name) == what]


def _commas_of_all(sheet: Sheet, columns: tuple[str, ...]) -> str:
    """What a comma is in every column of the file, "" where the columns differ or hold text as well."""
    decimal, thousands = (_with_commas(sheet, columns, what) for what in ("decimal", "thousands"))
    if any(name in sheet.strays for name in (*decimal, *thousands)):
        return ""
    if decimal:
        dotted = any(name in sheet.origin.dots for name in columns if name not in decimal)
        return "" if dotted or thousands else "decimal"
    return "thousands" if thousands else ""


def _read_as_text(sheet: Sheet, columns: tuple[str, ...]) -> list[str]:
    """The columns in the file that pandas is not to read as numbers, which the lines after it do."""
    own = [name for name in columns if _is_special(sheet, columns, name)]
    way = sheet.ways.get(sheet.time)
    plain = ("seconds", "milliseconds") if sheet.origin.spaced else ("ISO8601", "seconds", "milliseconds")
    if way and not way.parts and way.form not in plain:
        own.append(sheet.time)
    if way and way.months == "name":
        own.append(way.parts[1])
    return own


def _is_special(sheet: Sheet, columns: tuple[str, ...], name: str) -> bool:
    return name in sheet.strays or bool(sheet.origin.commas.get(name) and not _commas_of_all(sheet, columns))


def _numbers(sheet: Sheet, columns: tuple[str, ...]) -> Iterator[str]:
    for name in columns:
        if not _is_special(sheet, columns, name):
            continue
        cells = f"table[{_text(name)}]"
        remark = "  # text becomes a gap" if name in sheet.strays else ""
        commas = sheet.origin.commas.get(name)
        if commas == "decimal":
            yield f'cells = {cells}.where({cells}.str.fullmatch(r"{PLAIN_OR_COMMA}")){remark}'
            yield 'cells = cells.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)'
            cells, remark = "cells", ""
        elif commas == "thousands":
            cells = f'{cells}.str.replace(",", "", regex=False)'
        yield f'table[{_text(name)}] = pd.to_numeric({cells}, errors="coerce"){remark}'


def _time(sheet: Sheet, cleaning: Cleaning) -> Iterator[str]:
    if not sheet.time:
        return
    time, way = _text(sheet.time), sheet.ways[sheet.time]
    if way.parts:
        yield from _date_of_parts(time, way)
    else:
        yield f"table[{time}] = {_date(sheet, time, way)}"
    if cleaning.undated == "drop" and sheet.frame[sheet.time].isna().any():
        yield f"table = table.dropna(subset={time})  # rows without a date"
    if any(finding.kind == "sorted" for finding in sheet.findings):
        yield f'table = table.sort_values({time}, kind="stable")  # the file is not in the order of time'


def _date(sheet: Sheet, time: str, way: DateWay) -> str:
    coerce = ', errors="coerce"' if sheet.time in sheet.strays else ""
    zone = ", utc=True).dt.tz_localize(None)" if way.offset else ")"
    if sheet.origin.kind == "parquet" and sheet.time not in sheet.origin.written:
        return f"pd.to_datetime(table[{time}]{zone}"
    if way.form in ("seconds", "milliseconds"):
        unit = "s" if way.form == "seconds" else "ms"
        return f'pd.to_datetime(table[{time}], unit="{unit}"{coerce})'
    return f"pd.to_datetime(table[{time}], format={_text(way.form)}{coerce}{zone}"


def _date_of_parts(time: str, way: DateWay) -> Iterator[str]:
    years, *rest = [f"table[{_text(name)}]" for name in way.parts]
    if way.months == "name":
        yield f'months = pd.to_datetime({rest[0]}.str.strip().str[:3], format="%b").dt.month'
        rest[0] = "months"
    month, day = [*rest, "1", "1"][:2] if len(rest) < 2 else rest
    yield f'table[{time}] = pd.to_datetime({{"year": {years}, "month": {month}, "day": {day}}})'


def _gaps(sheet: Sheet, columns: tuple[str, ...], cleaning: Cleaning) -> Iterator[str]:
    if cleaning.infinite_as_gaps and any(f.kind == "infinite" and f.column in columns for f in sheet.findings):
        yield "table = table.where(table.abs() < 3.4028235e38)  # what float32 cannot hold becomes a gap"
    if cleaning.gaps == "drop":
        yield "table = table.dropna()  # rows with a gap are left out"
    elif cleaning.gaps == "forward":
        yield "table = table.ffill().dropna()  # the last number before; rows before the first one are left out"
    elif cleaning.gaps == "interpolate":
        yield 'table = table.interpolate(limit_area="inside").dropna()  # a straight line between the two numbers'


def _renamed_parquet(sheet: Sheet) -> Iterator[str]:
    if sheet.origin.renamed:
        yield 'table.columns = [" ".join(str(name).split()) or "column" for name in table.columns]'


def _call(function: str, arguments: list[str], brackets: str = "()") -> list[str]:
    gap = " " if function.endswith("=") else ""
    line = f"{function}{gap}{brackets[0]}{', '.join(arguments)}{brackets[1]}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{function}{gap}{brackets[0]}", *(f"    {argument}," for argument in arguments), brackets[1]]


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(_text, names))


def _text(text: str) -> str:
    """A text as Python writes it, in double quotation marks where it can be."""
    written = repr(text)
    return f'"{written[1:-1]}"' if '"' not in text and "'" not in text else written
