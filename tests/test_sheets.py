"""Reading what a person brings to the Data page: every kind of file, what is found, and what a bad one is told."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_viz.preparation import cells, excel, limits, parquet, reading_sheets
from lstm_viz.preparation.errors import TableError
from lstm_viz.preparation.reading_sheets import read_sheet
from lstm_viz.preparation.sheet import Sheet, preview

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
FRAME = pd.DataFrame(
    {"day": pd.date_range("2024-01-01", periods=4), "price": [1.5, 2.5, np.nan, 4.0], "who": ["a", "b", "c", "d"]}
)
CSV = FRAME.to_csv(index=False)


def as_excel(*frames: pd.DataFrame, **options: object) -> bytes:
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as writer:
        for number, frame in enumerate(frames, start=1):
            frame.to_excel(writer, sheet_name=f"Sheet{number}", index=False, **options)
    return buffer.getvalue()


def as_parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def workbook_with(part: str, data: bytes) -> bytes:
    """A workbook in which one part is another."""
    old, buffer = zipfile.ZipFile(io.BytesIO(as_excel(FRAME))), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, data if name == part else old.read(name))
    return buffer.getvalue()


def worksheet(rows: bytes) -> bytes:
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return workbook_with("xl/worksheets/sheet1.xml", start + rows + b"</sheetData></worksheet>")


def shared(name: str) -> bytes:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is not here")
    return (SHARED / name).read_bytes()


def found(sheet: Sheet) -> list[str]:
    return [finding.text for finding in sheet.findings]


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        CSV.replace(",", ";").replace(".", ","),
        CSV.replace(",", "\t"),
        CSV.replace(",", " , "),
        FRAME.assign(day=FRAME["day"].dt.strftime("%d.%m.%Y")).to_csv(index=False, sep="|"),
        as_excel(FRAME),
        as_excel(pd.DataFrame(), FRAME),
        as_excel(FRAME, startrow=3),
        as_parquet(FRAME),
        as_parquet(FRAME.set_index("day")),
        as_parquet(FRAME.astype({"who": "category"})),
    ],
)
def test_every_kind_of_file_reads_the_same(content: bytes | str) -> None:
    sheet = read_sheet("a.csv", content)
    assert sheet.time == "day"
    assert set(sheet.frame.columns) == {"day", "price", "who"}
    assert sheet.numbers == sheet.features == ("price",)
    assert sheet.texts == ("who",)
    assert sheet.dates == ("day",)
    assert sheet.labels() == ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04")
    np.testing.assert_array_equal(sheet.frame["price"], FRAME["price"])
    assert sheet.frame["who"].tolist() == FRAME["who"].tolist()
    assert sheet.rows.dtype == np.int64
    assert [finding.count for finding in sheet.findings if finding.kind == "gaps"] == [1]


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.csv", as_excel(FRAME), "'a.csv' is an Excel workbook, whatever its name ends in, and was read as one."),
        ("a.xlsx", as_parquet(FRAME), "'a.xlsx' is a Parquet file, whatever its name ends in, and was read as one."),
        ("a.parquet", CSV, "'a.parquet' is a text, whatever its name ends in, and was read as one."),
        (
            "b.xlsx",
            as_excel(pd.DataFrame(), FRAME, FRAME),
            "'b.xlsx' has 3 worksheets, and 'Sheet2' was read.",
        ),
        (
            "a.csv",
            "day,a\n2024-01-02,1\n2024-01-01,2\n2024-01-03,3",
            "The rows of 'a.csv' were not in the order of time, and were sorted by 'day'.",
        ),
        (
            "a.csv",
            "day,a\n2024-01-03,1\n2024-01-02,2\n2024-01-01,3",
            "The rows of 'a.csv' stood with the newest first, and were sorted by 'day'.",
        ),
        (
            "a.csv",
            "year,month,a\n1949,Jan,1\n1949,Feb,2\n1949,Mar,3",
            "Columns 'year' and 'month' of 'a.csv' say when each row was.",
        ),
        ("a.csv", "a,b\n1,\n2,\n3,4\n5,6", "Column 'b' of 'a.csv' has 2 gaps, the first in row 2."),
        ("a.csv", "a,b\n1,2\n2,?\n3,4\n5,6", "Column 'b' of 'a.csv' has 1 gap, in row 3."),
        ("a.csv", "a\n1\n2\nsold out\n4", "Column 'a' of 'a.csv' holds 1 cell that is no number, 'sold out' in row 4."),
        (
            "a.csv",
            "a\n1\nx\ny\n4\n5",
            "Column 'a' of 'a.csv' holds 2 cells that are no numbers, the first 'x' in row 3.",
        ),
        (
            "a.csv",
            "a\n1\ninf\n-1e99\n4",
            "Column 'a' of 'a.csv' holds 2 numbers that no float32 tensor holds (up to 3.4e+38), "
            "the first inf in row 3.",
        ),
        ("a.csv", "a,b\n1,7\n2,7\n3,", "Column 'b' of 'a.csv' holds the same number in every row."),
        (
            "a.csv",
            "a,a,\n1,2,3\n4,5,6\n7,8,9",
            "'a.csv': Names that were empty or there before were made different: 'a (2)' and 'column 3'.",
        ),
        (
            "a.csv",
            "day,a\n2024-01-01,1\nsoon,2\n2024-01-03,3",
            "Column 'day' of 'a.csv' holds 1 cell that is no date, 'soon' in row 3.",
        ),
        (
            "a.csv",
            "day,a\n2024-01-01,1\n2024-02-31,2\n,3\n2024-03-03,3",
            "Column 'day' of 'a.csv' holds 2 cells that are no date, the first, '2024-02-31' in row 3.",
        ),
        (
            "a.csv",
            "day,a\n2024-01-01,1\n2024-01-02,2\n2024-01-02,3",
            "1 row has a date that another row has in column 'day' of 'a.csv', in row 4, as in row 3: "
            "is it one series, in one order?",
        ),
        (
            "a.csv",
            "day,a\n01/02/2024,1\n01/03/2024,2\n01/04/2024,3",
            "The dates in column 'day' of 'a.csv' were read as 'month/day/year', and could be 'day/month/year': "
            "check which they are.",
        ),
        (
            "a.csv",
            "größe\n1\n2\n3".encode("cp1252"),
            "'a.csv' is not UTF-8 and was read as Windows-1252: check the letters with accents.",
        ),
        (
            "a.csv",
            "größe,b\n1,é\n2,x\n".encode() + "3,é\n".encode("cp1252"),
            "'a.csv' mixes encodings, UTF-8 and Windows-1252: row 4 was read as the second. Check the letters there.",
        ),
        ("a.csv", "who,b\nx,y\nz,w", "'a.csv' has no column of numbers: it can only be used for its texts."),
        ("a.csv", "a,b\n1,\n2,NA\n3,", "Left out of 'a.csv', as every cell is empty: 'b'."),
        (
            "a.parquet",
            as_parquet(FRAME.assign(list=[[1], [2], [3], [4]])),
            "Left out of 'a.parquet', as neither numbers nor dates nor text: 'list'.",
        ),
        ("a.csv", "a;b\n1,5;1\n2,5;2\n,5;3", "In column 'a' of 'a.csv' commas are decimal, as in '1,5'."),
        (
            "a.csv",
            "t,a\n2024-01-01T10:00+02:00,1\n2024-01-01T11:00+02:00,2",
            "The times of column 't' of 'a.csv' were turned into UTC.",
        ),
    ],
)
def test_what_is_found_is_said(name: str, content: bytes | str, text: str) -> None:
    sheet = read_sheet(name, content)
    assert text in found(sheet)
    finding = next(finding for finding in sheet.findings if finding.text == text)
    assert finding.file == name
    assert not finding.column or finding.column in text or finding.kind in ("date", "sorted")
    assert finding.row is None or f"{finding.row:,}" in text or finding.row == 1


def test_a_sheet_that_is_as_it_should_be_has_one_finding() -> None:
    assert found(read_sheet("a.csv", "day,a\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3")) == [
        "Column 'day' of 'a.csv' says when each row was."
    ]


def test_sorting_keeps_rows_strays_and_numbers_together() -> None:
    sheet = read_sheet("a.csv", "day,a,b\n2024-01-03,x,3\n2024-01-01,1,1\n2024-01-02,2,y\nlater,4,4\n2024-01-05,5,5")
    assert sheet.rows.tolist() == [3, 4, 2, 6, 5]
    assert sheet.labels() == ("2024-01-01", "2024-01-02", "2024-01-03", "2024-01-05", "row 5")
    np.testing.assert_array_equal(sheet.frame["a"], [1, 2, np.nan, 5, 4])
    assert sheet.strays["a"].to_dict() == {2: "x"}
    assert sheet.strays["b"].to_dict() == {1: "y"}
    assert sheet.strays["day"].to_dict() == {4: "later"}


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (("01.2024", "02.2024"), ("2024-01", "2024-02")),
        (("Jan 2024", "Feb 2024"), ("2024-01", "2024-02")),
        (("2024-01", "2024-02"), ("2024-01-01", "2024-02-01")),
        (("20240131", "20240201"), ("2024-01-31", "2024-02-01")),
        (("31/01/2024 10:30", "01/02/2024 11:00"), ("2024-01-31 10:30", "2024-02-01 11:00")),
        (("2024-01-01 10:00:01.5", "2024-01-01 10:00:02"), None),
        (("1704067200", "1704067260"), ("2024-01-01 00:00", "2024-01-01 00:01")),
        (("1704067200000", "1704067201000"), ("2024-01-01 00:00:00", "2024-01-01 00:00:01")),
    ],
)
def test_ways_to_write_a_date(cells: tuple[str, str], labels: tuple[str, str] | None) -> None:
    sheet = read_sheet("a.csv", f"Date;a\n{cells[0]};1\n{cells[1]};2")
    if cells[0] == "01.2024":  # a number to everyone but a person
        assert sheet.time == ""
        return
    assert sheet.time == "Date"
    assert sheet.labels() == (labels or ("2024-01-01 10:00:01.500000", "2024-01-01 10:00:02.000000"))


def test_the_person_says_which_number_is_the_day() -> None:
    content = "day,a\n01/02/2024,1\n02/02/2024,2\n03/02/2024,3"
    assert read_sheet("a.csv", content, day_first=True).labels()[0] == "2024-02-01"
    assert read_sheet("a.csv", content, day_first=False).labels()[0] == "2024-01-02"
    assert read_sheet("a.csv", content.replace("03/02", "13/02")).labels()[2] == "2024-02-13"


def test_a_worksheet_is_read_by_its_name() -> None:
    content = as_excel(FRAME, FRAME[["day", "price"]])
    assert read_sheet("a.xlsx", content, worksheet="Sheet2").texts == ()
    assert read_sheet("a.xlsx", content).origin.worksheets == ("Sheet1", "Sheet2")
    with pytest.raises(TableError, match=r"'a\.xlsx' has no worksheet 'x': it has 'Sheet1' and 'Sheet2'\."):
        read_sheet("a.xlsx", content, worksheet="x")


def test_parquet_brings_its_types() -> None:
    frame = pd.DataFrame(
        {
            "when": pd.date_range("2024-01-01", periods=3, tz="Europe/Berlin"),
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "truth": [True, False, True],
            "none": [None, None, None],
        }
    )
    sheet = read_sheet("a.parquet", as_parquet(frame))
    assert sheet.labels()[0] == "2023-12-31 23:00"
    np.testing.assert_array_equal(sheet.frame["whole"], [1, np.nan, 3])
    assert sheet.frame["truth"].tolist() == [1, 0, 1]
    assert "none" not in sheet.frame.columns


SAVE = 'save the table as "CSV UTF-8" and bring that file.'
DAMAGED = "is a damaged Excel workbook: open it in Excel, save the worksheet as CSV and bring that file."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "'a.xlsx' is empty: bring a table with a row of names and rows of numbers."),
        (
            "a,b\n",
            "'a.xlsx' has only one row, 'a, b': it needs rows of numbers below the names of the columns.",
        ),
        ("a\n\n\n", "'a.xlsx' has only one row, 'a': it needs rows of numbers below the names of the columns."),
        ("a,b\n,NA\n-,", "'a.xlsx' holds only gaps below the names of its columns: bring rows of numbers."),
        (as_excel(FRAME)[:3000], f"'a.xlsx' {DAMAGED}"),
        (worksheet(b"<row><c>"), f"'a.xlsx' {DAMAGED}"),
        (worksheet(b""), "'a.xlsx' holds only empty cells: bring a table with names and rows of numbers."),
        (
            as_parquet(FRAME)[:-20],
            "'a.xlsx' is a damaged Parquet file: write it again, or save the table as CSV.",
        ),
        (as_parquet(FRAME[:0]), "'a.xlsx' has 3 columns and no rows: bring rows of numbers."),
        (
            as_parquet(pd.DataFrame({"a": [[1], [2]]})),
            "'a.xlsx' has no column of numbers, dates or text: write it again, or save the table as CSV.",
        ),
        (
            b"PK\x03\x04\x14\x00\x00\x00\x08\x00 some other archive",
            f"'a.xlsx' is a ZIP archive or an Excel workbook, not a text with commas: {SAVE}",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00",
            f"'a.xlsx' is an old Excel workbook, not a text with commas: {SAVE}",
        ),
        (
            b"1,2\n" * 12_500_001,
            "'a.xlsx' has 50.1 MB, and at most 50 MB are read here: "
            "keep fewer rows, or only the columns that you need.",
        ),
    ],
)
def test_what_a_bad_file_is_told(content: bytes | str, message: str) -> None:
    with pytest.raises(TableError) as caught:
        read_sheet("a.xlsx", content)
    assert str(caught.value) == message


MANY = "has more cells than the 500,000 that are read from a workbook: save the worksheet as CSV, which may have more."


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            b" " * 12_000_000,
            "has 12 MB unpacked, and at most 10 MB are read: save the worksheet as CSV, with fewer rows or columns.",
        ),
        (b"<row>" + b"<c/>" * 250_000 + b"</row>", MANY),
        (b"<row/>" * 350_000, MANY),
        (
            b'<row r="1"><c r="XFD1"><v>1</v></c></row>',
            "has 16,384 columns in row 1, and at most 1,000 are read: keep the columns that you need.",
        ),
        (
            b'<row r="600000"><c r="A600000"><v>1</v></c></row>',
            "has a filled cell in row 600,000, and at most 500,000 rows of a workbook are read: "
            "save the worksheet as CSV, which may have more.",
        ),
        (b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>', MANY),
    ],
    ids=["space", "one long row", "empty rows", "far right", "far down", "too far down"],
)
def test_workbooks_that_swell_are_refused(rows: bytes, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "LARGEST_UNPACKED_BYTES", 10_000_000)
    monkeypatch.setattr(excel, "MOST_ELEMENTS", 300_000)
    content = worksheet(rows)
    assert len(content) < 30_000
    with pytest.raises(TableError) as caught:
        read_sheet("a.xlsx", content)
    assert str(caught.value) == f"'a.xlsx' {message}"


def test_entities_that_multiply_are_refused() -> None:
    entities = b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    start = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">' + entities + b"]><worksheet "
    rows = b'<sheetData><row><c t="inlineStr"><is><t>&i;</t></is></c></row></sheetData></worksheet>'
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    with pytest.raises(TableError, match="damaged Excel workbook"):
        read_sheet("a.xlsx", workbook_with("xl/worksheets/sheet1.xml", start + space + rows))


def test_parquet_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = as_parquet(pd.DataFrame({"a": ["x" * 1_000_000] * 30}))
    assert len(content) < 200_000
    monkeypatch.setattr(parquet, "LARGEST_PARQUET_BYTES", 20_000_000)
    with pytest.raises(TableError, match="has more than 20 MB in memory: keep fewer rows"):
        read_sheet("a.parquet", content)
    monkeypatch.setattr(parquet, "MOST_SHEET_ROWS", 3)
    with pytest.raises(TableError, match="has 4 rows, and at most 3 are read: keep the latest ones"):
        read_sheet("a.parquet", as_parquet(FRAME))


def test_size_is_checked_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_sheets, "to_text", None)
    with pytest.raises(TableError, match=r"has 50\.1 MB"):
        read_sheet("a.csv", b"1" * (limits.LARGEST_SHEET_BYTES + 1))
    monkeypatch.setattr(excel, "LARGEST_EXCEL_BYTES", 1000)
    with pytest.raises(TableError, match="save the worksheet as CSV, which may have more"):
        read_sheet("a.xlsx", as_excel(FRAME))


@pytest.mark.parametrize(
    ("content", "most", "message"),
    [
        ("a\n" + "1\n" * 9, 5, r"'a\.csv' has .* rows, and at most 5 are read: keep the latest ones"),
        ("a,b\n" + "1\n" * 9, 5, r"at most 5 are read"),
    ],
)
def test_too_many_rows(content: str, most: int, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_CHUNK_ROWS", 2)
    monkeypatch.setattr(cells, "MOST_SHEET_ROWS", most)
    with pytest.raises(TableError, match=message):
        read_sheet("a.csv", content)


def test_a_row_at_fault_is_named_beyond_the_first_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_CHUNK_ROWS", 2)
    with pytest.raises(TableError, match=r"A quotation mark that opens in row 7 of 'a\.csv' is never closed"):
        read_sheet("a.csv", "a,b\n" + "1,2\n" * 5 + '3,"4\n5,6\n')
    with pytest.raises(TableError, match=r"Row 7 of 'a\.csv' has 3 columns and the first row 2"):
        read_sheet("a.csv", "a,b\n" + "1,2\n" * 5 + "3,4,5\n5,6\n")


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_CELLS", 10)
    what = "'a.csv' has 3 columns and 5 rows, and at most 10 cells are read"
    with pytest.raises(TableError, match=what):
        read_sheet("a.csv", "a,b,c\n" + "1,2,3\n" * 4)
    with pytest.raises(TableError, match="3 columns in its first row and mostly shorter rows below"):
        read_sheet("a.csv", "a,b,c\n" + "1\n" * 9)


def test_a_long_table_is_read_whole_and_shown_in_part() -> None:
    count = 120_000  # more than one chunk of the reader
    days = pd.date_range("2000-01-01", periods=count, freq="h").strftime("%Y-%m-%d %H:%M")
    rows = "\n".join(f"{day},{number}.5" for number, day in enumerate(days))
    sheet = read_sheet("a.csv", f"day,a\n{rows}\n")
    assert len(sheet.frame) == count
    assert sheet.rows[[0, -1]].tolist() == [2, count + 1]
    np.testing.assert_array_equal(sheet.frame["a"], np.arange(count) + 0.5)
    few = preview(sheet)
    assert few.note == "200 of 120,000 rows: the first 50, the last 50, and 100 at even distances between them."
    assert few.frame.index[:50].tolist() == list(range(2, 52))
    assert few.frame.index[-50:].tolist() == list(range(count - 48, count + 2))
    assert np.ptp(np.diff(few.frame.index[50:150])) <= 1
    assert few.frame["a"].tolist() == [row - 1.5 for row in few.frame.index]


@pytest.mark.parametrize("rows", [1, 3, 4, 5, 7, 8, 199, 200, 201, 202, 203, 401])
def test_a_preview_has_the_rows_that_it_says(rows: int) -> None:
    sheet = read_sheet("a.csv", "a\n" + "\n".join(map(str, range(rows))))
    for most in (4, 5, 6, 200):
        shown = preview(sheet, most).frame
        assert len(shown) == min(rows, most)
        assert shown.index.is_monotonic_increasing
        assert shown.index.is_unique
        assert {int(shown.index[0]), int(shown.index[-1])} == {int(sheet.rows[0]), int(sheet.rows[-1])}


def test_the_shared_files_go_through() -> None:
    prices = read_sheet("SBUX.csv", shared("SBUX.csv"))
    assert prices.features == ("Open", "High", "Low", "Close", "Adj Close", "Volume")
    assert (len(prices.frame), prices.labels()[-1]) == (253, "2020-12-10")
    flights = read_sheet("flights.csv", shared("flights.csv"))
    assert flights.features == ("passengers",)
    assert flights.parts == ("year", "month")
    assert (flights.labels()[0], flights.labels()[-1]) == ("1949-01", "1960-12")
    messages = read_sheet("sms_spam.csv", shared("sms_spam.csv"))
    assert (len(messages.frame), messages.texts) == (5574, ("type", "text"))


def check_sheet_or_sentence(content: bytes | str) -> None:
    sentence, sheet = "", None
    try:
        sheet = read_sheet("a.csv", content)
    except TableError as error:
        sentence = str(error)
    if sheet is None:
        assert sentence.endswith(".")
        assert "\n" not in sentence
        return
    assert len(sheet.frame) == len(sheet.rows) == len(sheet.labels()) >= 1
    assert len(set(sheet.rows.tolist())) == len(sheet.rows)
    assert set(sheet.frame.columns) == {*sheet.numbers, *sheet.dates, *sheet.texts}
    assert all(finding.text[-1] in ".?" and "\n" not in finding.text for finding in sheet.findings)
    for column, strays in sheet.strays.items():
        assert sheet.frame[column].iloc[strays.index].isna().all()
    preview(sheet, 4)


CELLS = st.sampled_from(
    [
        *("1", "-2.5", "1,5", "1.234,5", "1e400", "inf", "NA", "", " ", "x", '"', '"x, y"', "2020"),
        *("2020-01-01", "1/2/2020", "Jan", "20200101", "1704067200", "31.12.2020 10:00", "2020-01-01T10:00Z"),
        *("\xa0", "١", "0x1", "1_0", "nan(1)"),
    ]
)
NAMES = st.sampled_from(["date", "time", "year", "month", "day", "a", "a", "", "1", "<b>", "date (made)"])


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Something like a table, and something wrong with it."""
    delimiter, width = draw(st.sampled_from([",", ";", "\t", "|"])), draw(st.integers(1, 4))
    rows = [[draw(NAMES) for _ in range(width)]]
    rows += [[draw(CELLS) for _ in range(width)] for _ in range(draw(st.integers(0, 6)))]
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-16", "utf-8-sig"]))
    content = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(map(delimiter.join, rows)).encode(encoding)
    cut = draw(st.integers(0, len(content)))
    return content[:cut] + draw(st.sampled_from([b"", b"", b"", b'"', b"\xe9", b"\n", b"\x00"])) + content[cut:]


@settings(max_examples=80, deadline=None)
@given(tables())
def test_damaged_tables_give_a_sheet_or_a_sentence(content: bytes) -> None:
    check_sheet_or_sentence(content)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100) | st.text(alphabet='a1.,;\t|"\r\n -', max_size=60))
def test_anything_gives_a_sheet_or_a_sentence(content: bytes | str) -> None:
    check_sheet_or_sentence(content)


WHOLE = (as_excel(FRAME), as_parquet(FRAME), as_parquet(FRAME.set_index("day")))


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A workbook or a Parquet file with some of its bytes changed, cut out or doubled."""
    content = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content) - 1))
        length = draw(st.sampled_from([0, 0, 1, 4, 40]))
        content[place : place + length] = draw(st.binary(max_size=4))
    return bytes(content)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=60, deadline=None)
@given(damaged())
def test_damaged_workbooks_and_parquet_files_give_a_sheet_or_a_sentence(content: bytes) -> None:
    check_sheet_or_sentence(content)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(12))
def test_workbooks_with_a_damaged_part_give_a_sheet_or_a_sentence(seed: int) -> None:
    chance = random.Random(seed)
    archive = zipfile.ZipFile(io.BytesIO(as_excel(FRAME)))
    part = chance.choice(archive.namelist())
    data = bytearray(archive.read(part))
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    check_sheet_or_sentence(workbook_with(part, bytes(data)))
