"""Reading tables: what is understood, what each bad file is told, and that nothing else ever comes out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lstm_viz.datasets import Table
from lstm_viz.preparation import reading
from lstm_viz.preparation.limits import LARGEST_BYTES
from lstm_viz.preparation.reading import TableError, read_table

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
BODY = "day,price\n2024-01-01,1.5\n2024-01-02,2.5\n2024-01-03,2\n"
PRICES = [[1.5], [2.5], [2.0]]


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


def wide(columns: int, rows: int = 3) -> str:
    names = ",".join(f"c{number}" for number in range(columns))
    return "\n".join([names, *[",".join(map(str, range(row, row + columns))) for row in range(rows)]])


def shared(name: str) -> bytes:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is not here")
    return (SHARED / name).read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        BODY,
        BODY.encode(),
        BODY.rstrip("\n").encode(),
        BODY.encode("utf-8-sig"),
        "\ufeff" + BODY,
        BODY.encode("utf-16"),
        BODY.encode("utf-16-le"),
        BODY.encode("utf-16-be"),
        BODY.encode("utf-32"),
        BODY.replace("\n", "\r\n"),
        BODY.replace("\n", "\r"),
        BODY.replace(",", "\t"),
        BODY.replace(",", ";"),
        BODY.replace(",", ";").replace(".5", ",5"),
        BODY.replace(",", "|"),
        BODY.replace(",", " , "),
        "\n\n" + BODY + "\n\n",
        "".join(f'"{line.replace(",", chr(34) + "," + chr(34))}"\n' for line in BODY.splitlines()),
    ],
)
def test_every_way_of_writing_a_table_reads_the_same(content: bytes | str) -> None:
    table = read_table("a.csv", content)
    assert table.columns == ("price",)
    assert table.labels == ("2024-01-01", "2024-01-02", "2024-01-03")
    assert table.values.tolist() == PRICES
    assert table.name == "a.csv"
    assert not table.values.flags.writeable


@pytest.mark.parametrize(
    ("content", "columns", "values", "notes"),
    [
        (
            "größe\n1\n2\n3".encode("cp1252"),
            ("größe",),
            [[1], [2], [3]],
            ("The file is not UTF-8 and was read as Windows-1252: check the letters with accents.",),
        ),
        (
            "a,a,\n1,2,3\n4,5,6\n7,8,9",
            ("a", "a (2)", "column 3"),
            [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
            ("Names that were empty or there before were made different: 'a (2)' and 'column 3'.",),
        ),
        (
            "1,20\n2,30\n3,40",
            ("column 1", "column 2"),
            [[1, 20], [2, 30], [3, 40]],
            ("The first row holds numbers and no names: the columns are called 'column 1' and 'column 2'.",),
        ),
        (
            "who,a,remark\nx,1,\ny,2,\nz,3,",
            ("a",),
            [[1], [2], [3]],
            ("Left out, as text: 'who'.", "Left out, as empty: 'remark'."),
        ),
        (
            ",a\n0,5\n1,6\n2,7",
            ("a",),
            [[5], [6], [7]],
            ("Left out, as it has no name and counts the rows: the first column.",),
        ),
        ("a,b\n1,2\n\n3,4\n5,6", ("a", "b"), [[1, 2], [3, 4], [5, 6]], ("1 empty row was left out: row 3.",)),
        (
            "price\n1,5\n2\n-3,25",
            ("price",),
            [[1.5], [2], [-3.25]],
            ("In column 'price' commas are decimal, as in '1,5'.",),
        ),
        (
            "a;b\n1.234,5;1\n2.000;2\n,5;3",
            ("a", "b"),
            [[1234.5, 1], [2000, 2], [0.5, 3]],
            ("In column 'a' commas are decimal, as in '1.234,5'.",),
        ),
        (
            'a,b\n"1,234",1\n"12,345.5",2\n999,3',
            ("a", "b"),
            [[1234, 1], [12345.5, 2], [999, 3]],
            ("In column 'a' commas separate thousands, as in '1,234'.",),
        ),
        ("a,b\n1,7\n2,7\n3,7", ("a", "b"), [[1, 7], [2, 7], [3, 7]], ("The same number in every row: 'b'.",)),
        (
            "<script>alert(1)</script>,b\n1,2\n2,3\n3,4",
            ("<script>alert(1)</script>", "b"),
            [[1, 2], [2, 3], [3, 4]],
            (),
        ),
    ],
)
def test_what_was_found_is_said(
    content: bytes | str, columns: tuple[str, ...], values: list[list[float]], notes: tuple[str, ...]
) -> None:
    table = read_table("a.csv", content)
    assert table.columns == columns
    assert table.values.tolist() == values
    assert table.notes == notes
    assert table.labels[0].startswith("row ")


@pytest.mark.parametrize(
    ("content", "labels", "first", "notes"),
    [
        (
            "a,when\n1,2024-01\n2,2024-02\n3,2024-03",
            ("2024-01", "2024-02", "2024-03"),
            1,
            ("Column 'when' labels the rows.",),
        ),
        (
            "Date,a\n12/31/2020,1\n12/30/2020,2\n12/29/2020,3",
            ("12/29/2020", "12/30/2020", "12/31/2020"),
            3,
            ("Column 'Date' labels the rows.", "The rows were not in the order of time, and were sorted by 'Date'."),
        ),
        (
            "Date,a\n01/02/2020,1\n02/01/2020,2\n01/03/2020,3",
            ("01/02/2020", "02/01/2020", "01/03/2020"),
            1,
            (
                "Column 'Date' labels the rows.",
                "Column 'Date' can be read as day and month or as month and day, and neither is in order: "
                "the rows were left as they are.",
            ),
        ),
        (
            "Date,a\n2020-01-01,1\n2020-01-02,2\nsoon,3",
            ("row 2", "row 3", "row 4"),
            1,
            (
                "Row 4 of column 'Date' holds 'soon', which is no date like those above: "
                "the rows are labelled by their numbers.",
                "Left out, as text: 'Date'.",
            ),
        ),
        (
            "Year,Month,a\n1949,March,1\n1949,Jan,2\n1949,february,3",
            ("1949-01", "1949-02", "1949-03"),
            2,
            (
                "Columns 'Year' and 'Month' label the rows.",
                "The rows were not in the order of time, and were sorted by 'Year' and 'Month'.",
            ),
        ),
        (
            "day,month,year,a\n1,12,2020,1\n2,12,2020,2\n1,1,2021,3",
            ("2020-12-01", "2020-12-02", "2021-01-01"),
            1,
            ("Columns 'year', 'month' and 'day' label the rows.",),
        ),
        ("year,a\n1900,1\n1901,2\n1902,3", ("1900", "1901", "1902"), 1, ("Column 'year' labels the rows.",)),
        (
            "date,a\n20200101,1\n20200102,2\n20200103,3",
            ("20200101", "20200102", "20200103"),
            1,
            ("Column 'date' labels the rows.",),
        ),
        (
            "t,a\n2020-01-01 00:00:00,1\n2020-01-02 00:00:00,2\n2020-01-03 00:00:00,3",
            ("2020-01-01", "2020-01-02", "2020-01-03"),
            1,
            ("Column 't' labels the rows.",),
        ),
        ("t,a\n1:00 PM,1\n2:00 PM,2\n3:00 PM,3", ("row 2", "row 3", "row 4"), 1, ("Left out, as text: 't'.",)),
        (
            't,a\n"Dec 1, 2020",1\n"Dec 2, 2020",2\n"Jan 1, 2021",3',
            ("Dec 1, 2020", "Dec 2, 2020", "Jan 1, 2021"),
            1,
            ("Column 't' labels the rows.",),
        ),
        (
            "2020-01-01,1\n2020-01-02,2\n2020-01-03,3",
            ("2020-01-01", "2020-01-02", "2020-01-03"),
            1,
            (
                "The first row holds numbers and no names: the columns are called 'column 1' and 'column 2'.",
                "Column 'column 1' labels the rows.",
            ),
        ),
    ],
)
def test_dates_become_labels_in_order(
    content: str, labels: tuple[str, ...], first: float, notes: tuple[str, ...]
) -> None:
    table = read_table("a.csv", content)
    assert table.labels == labels
    assert table.values[0, 0] == first
    assert table.values.shape == (3, 1)
    assert table.notes == notes


SAVE = 'save the table as "CSV UTF-8" and bring that file.'
NEEDS = "bring a table with a row of names and rows of numbers."
KEEP = "keep the columns that you need."
ADD = "add a column of numbers."
FLOAT32 = "beyond the numbers that a float32 tensor holds (up to 3.4e+38): replace it by a number."
REPLACE = "where a number was expected: replace it by a number, or leave the column out."
LONGER = "put quotation marks around text that holds one, or delete the lines above the names of the columns."

NO_TEXT = [
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", f"'a.csv' is a PNG picture, not a text with commas: {SAVE}"),
    (zipped(), f"'a.csv' is a ZIP archive or an Excel workbook, not a text with commas: {SAVE}"),
    (bytes(range(256)), f"'a.csv' is no text, because row 1 holds the control character 0x00: {SAVE}"),
    ("a\n1\x00\n", f"'a.csv' is no text, because row 2 holds the control character 0x00: {SAVE}"),
    (b"a,b\n1,2\n\x81,3", f"Row 3 of 'a.csv' holds the byte 0x81, which is no text in UTF-8 or Windows-1252: {SAVE}"),
    (b"\xff\xfea\x00\n\x00\x00\xd8", f"Row 2 of 'a.csv' holds the byte 0x00, which is no text in UTF-16-LE: {SAVE}"),
    (b"\xef\xbb\xbfa\n\xff", f"Row 2 of 'a.csv' holds the byte 0xff, which is no text in UTF-8: {SAVE}"),
    ("a\n\ud800\n1", f"Row 2 of 'a.csv' holds half a character: {SAVE}"),
    (b"", f"'a.csv' is empty: {NEEDS}"),
    (b"\xef\xbb\xbf", f"'a.csv' is empty: {NEEDS}"),
    (" \n\t\r\n", f"'a.csv' holds only empty space: {NEEDS}"),
    ("<!DOCTYPE html>", "'a.csv' is a web page or XML, not a text with commas: download the table itself."),
]
NO_TABLE = [
    (",,\n,,", "'a.csv' holds only empty cells: bring a table with names and rows of numbers."),
    ("a,b\n", "'a.csv' has only one row, 'a, b': it needs rows of numbers below the names of the columns."),
    ("a,b\nx,y\nx,z", f"'a.csv' has no column of numbers, only text ('x' in row 2 of column 'a'): {ADD}"),
    ("a\n2024-01-01\n2024-01-02", f"'a.csv' has no column of numbers, only dates or gaps: {ADD}"),
    ("a,b\n1,2", "'a.csv' has 1 row of numbers, and it needs at least 3: add rows."),
    ("a,b\n1,2\n3,4", "'a.csv' has 2 rows of numbers, and it needs at least 3: add rows."),
    (wide(2000), f"'a.csv' has 2,000 columns, and at most 1,000 are read, 64 of them numbers: {KEEP}"),
    (wide(65), f"'a.csv' has 65 columns of numbers, and at most 64 are taken: {KEEP}"),
    (
        wide(900, 0) + "\n1" * 20_000,
        "'a.csv' has 900 columns in its first row and mostly shorter rows below: make every row as long as the first.",
    ),
    (
        b"1,2\n" * 12_500_000,
        "'a.csv' has 50.0 MB, and at most 5 MB are read here: keep fewer rows, or only the columns that you need.",
    ),
    (
        "a,b\n1,2\n3,4,5\n1,2",
        f"Row 3 of 'a.csv' has 3 columns and the first row 2, with a comma between columns: {LONGER}",
    ),
    (
        "\nMy report\n\na;b\n1;2",
        f"Row 4 of 'a.csv' has 2 columns and the first row 1, with a semicolon between columns: {LONGER}",
    ),
    ('a,b\n1,"2\n3,4', "A quotation mark that opens in row 2 of 'a.csv' is never closed: close or remove it."),
]
BAD_CELL = [
    ("a\n1\ninf\n2", 3, "a", f"Row 3 of column 'a' holds 'inf', {FLOAT32}"),
    ("a\n1\n2\n-1e99", 4, "a", f"Row 4 of column 'a' holds '-1e99', {FLOAT32}"),
    (
        "a,b\n1,2\n3\n5,6",
        *(3, "b"),
        "Row 3 of column 'b' is empty, the only gap in 'a.csv': fill it or delete the row.",
    ),
    (
        "a\n1\n\n3",
        *(3, "a"),
        "Row 3 of column 'a' is empty, the only gap in 'a.csv': fill it or delete the row.",
    ),
    (
        "b,a\n1,2\n,3\n4,NA\n5,",
        *(3, "b"),
        "Row 3 of column 'b' is empty, the first of 3 gaps in 'a.csv': fill them or delete their rows.",
    ),
    (
        "day,price\n1,2\n2,n/a\n3,5",
        *(3, "price"),
        "Row 3 of column 'price' holds 'n/a' where a number was expected, the only gap in 'a.csv': "
        "fill it or delete the row.",
    ),
    ("day,price\n\n1,2\n2,3\n3,n/a-ish", 5, "price", f"Row 5 of column 'price' holds 'n/a-ish' {REPLACE}"),
    ("a;b\n1,5;1\n1.5;2\n2,5;3", 3, "a", f"Row 3 of column 'a' holds '1.5' {REPLACE}"),
]


@pytest.mark.parametrize(("content", "message"), NO_TEXT + NO_TABLE)
def test_what_a_file_that_is_no_table_is_told(content: bytes | str, message: str) -> None:
    with pytest.raises(TableError) as caught:
        read_table("a.csv", content)
    assert str(caught.value) == message


@pytest.mark.parametrize(("content", "row", "column", "message"), BAD_CELL)
def test_what_a_bad_cell_is_told(content: str, row: int, column: str, message: str) -> None:
    with pytest.raises(TableError) as caught:
        read_table("a.csv", content)
    assert str(caught.value) == message
    assert (caught.value.row, caught.value.column) == (row, column)


def test_long_names_and_cells_are_cut_in_a_message() -> None:
    with pytest.raises(TableError) as caught:
        read_table("n" * 500, "c" * 500 + "\n1\n2\n" + "x" * 5000)
    assert len(str(caught.value)) < 250


def test_size_is_checked_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_cells", None)
    with pytest.raises(TableError, match=r"has 5\.1 MB"):
        read_table("a.csv", b"1" * (LARGEST_BYTES + 1))


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 4)
    with pytest.raises(TableError, match="has 5 rows, and at most 4 are read: keep the latest ones"):
        read_table("a.csv", "a\n1\n2\n3\n4\n5")


def test_stock_prices_read_well() -> None:
    table = read_table("SBUX.csv", shared("SBUX.csv"))
    assert table.columns == ("Open", "High", "Low", "Close", "Adj Close", "Volume")
    assert table.values.shape == (253, 6)
    assert (table.labels[0], table.labels[-1]) == ("2019-12-11", "2020-12-10")
    assert table.values[0].tolist() == [86.260002, 86.870003, 85.849998, 86.589996, 81.116577, 4921900]


def test_flights_read_well() -> None:
    table = read_table("flights.csv", shared("flights.csv"))
    assert table.columns == ("passengers",)
    assert (table.labels[0], table.labels[-1]) == ("1949-01", "1960-12")
    assert table.values.shape == (144, 1)


def test_messages_are_refused_because_they_hold_no_numbers() -> None:
    with pytest.raises(TableError, match="'ham' in row 2 of column 'type'"):
        read_table("sms_spam.csv", shared("sms_spam.csv"))


NUMBERS = st.sampled_from(
    ["1", "-2.5", "3e4", "1,5", "1.234,5", "1,234", "1e400", "-inf", "0", "007", "5e-324", "3e38"]
)
TEXTS = st.sampled_from(
    ["", " ", "NA", "-", "a", '"', '"x', 'x"y"', "2020-01-01", "1/2/2020", "2020", "Jan", "\xa0", "١", "1_0"]
)
NAMES = st.sampled_from(["date", "year", "month", "day", "a", "a", "", "a (2)", "column 1", "<b>", "1", "2020-01-01"])
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\r\n"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Something like a table, and something wrong with it."""
    delimiter, end = draw(st.sampled_from([",", ";", "\t", "|", ", "])), draw(ENDS)
    width = draw(st.integers(1, 4))
    kinds = [
        draw(st.sampled_from([NUMBERS, TEXTS, st.integers().map(str), st.one_of(NUMBERS, TEXTS), st.dates().map(str)]))
        for _ in range(width)
    ]
    rows = [[draw(NAMES) for _ in range(width)]]
    rows += [[draw(kind) for kind in kinds] for _ in range(draw(st.integers(0, 6)))]
    content = end.join(delimiter.join(row) for row in rows).encode(draw(ENCODINGS))
    cut = draw(st.integers(0, len(content)))
    return content[:cut] + draw(st.sampled_from([b"", b"", b"", b",", b'"', b"\x81", b"\n", b"\xff"])) + content[cut:]


def check_table_or_sentence(content: bytes | str) -> None:
    sentence, table = "", None
    try:
        table = read_table("a.csv", content)
    except TableError as error:
        sentence = str(error)
    if table is None:
        assert sentence.endswith(".")
        assert "\n" not in sentence
    else:
        assert isinstance(table, Table)
        assert table.rows >= 3
        assert 1 <= len(table.columns) <= 64
        assert all(note.endswith(".") for note in table.notes)


@settings(max_examples=150)
@given(files())
def test_damaged_tables_give_a_table_or_a_sentence(content: bytes) -> None:
    check_table_or_sentence(content)


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.text(max_size=100) | st.text(alphabet='a1.,;\t|"\r\n -', max_size=60))
@example("\x1c\n1\n")
def test_anything_gives_a_table_or_a_sentence(content: bytes | str) -> None:
    check_table_or_sentence(content)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.floats(-1e30, 1e30), min_size=3, max_size=3), min_size=3, max_size=8),
    st.sampled_from([",", ";", "\t"]),
)
def test_numbers_come_back_as_they_were_written(rows: list[list[float]], delimiter: str) -> None:
    text = "\n".join(delimiter.join(map(str, row)) for row in [["a", "b", "c"], *rows])
    np.testing.assert_allclose(read_table("a.csv", text).values, rows, rtol=1e-12)
