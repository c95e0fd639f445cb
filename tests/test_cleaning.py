"""From a sheet to a table by choices: what each touches, what is done, and that the written code does the same."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lstm_viz.datasets import Table
from lstm_viz.preparation.cleaning import Cleaning, clean, touched
from lstm_viz.preparation.errors import TableError
from lstm_viz.preparation.reading_code import reading_code, text_reading_code
from lstm_viz.preparation.reading_sheets import read_sheet
from lstm_viz.preparation.text_table import suggest_columns, texts

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
HOLED = "day,a,b\n2024-01-01,,1\n2024-01-02,2,x\n2024-01-03,,3\n2024-01-04,6,4\n2024-01-05,7,\n2024-01-06,8,inf\n"
ANYTHING = {"text_as_gaps": True, "infinite_as_gaps": True}


def shared(name: str) -> bytes:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is not here")
    return (SHARED / name).read_bytes()


@pytest.mark.parametrize(
    ("gaps", "labels", "values"),
    [
        ("drop", ["2024-01-04"], [[6, 4]]),
        ("forward", ["2024-01-02", "2024-01-03", "2024-01-04"], [[2, 1], [2, 3], [6, 4], [7, 4], [8, 4]]),
        ("interpolate", ["2024-01-02", "2024-01-03", "2024-01-04"], [[2, 2], [4, 3], [6, 4]]),
    ],
)
def test_gaps_are_filled_as_chosen(gaps: Any, labels: list[str], values: list[list[float]]) -> None:
    content = HOLED.replace("2024-01-05,7,\n2024-01-06,8,inf\n", "") if gaps == "interpolate" else HOLED
    if gaps == "drop":
        with pytest.raises(TableError, match="has 1 row of numbers left, and it needs at least 3"):
            clean(read_sheet("a.csv", content), Cleaning(gaps=gaps, **ANYTHING))
        return
    table = clean(read_sheet("a.csv", content), Cleaning(gaps=gaps, **ANYTHING))
    assert table.labels[:3] == tuple(labels)
    assert table.values.tolist() == values
    assert table.values.dtype == np.float64
    assert table.columns == ("a", "b")


def test_what_each_choice_touches_is_known_before() -> None:
    touches = {touch.choice: touch for touch in touched(read_sheet("a.csv", HOLED))}
    assert {choice: (touch.cells, touch.rows, touch.dropped) for choice, touch in touches.items()} == {
        "text": (1, 1, 0),
        "infinite": (1, 1, 0),
        "drop": (5, 5, 5),
        "forward": (5, 5, 1),
        "interpolate": (5, 5, 3),
    }
    assert touches["text"].text == "1 cell that is no number becomes a gap, in 1 row."
    assert touches["infinite"].text == "1 number too large for float32 becomes a gap."
    assert touches["drop"].text == "5 gaps in 5 rows: the rows are left out."
    assert touches["forward"].text == (
        "5 gaps in 5 rows: filled with the last number before. "
        "1 row at the start, before the first number, was left out."
    )
    assert touches["interpolate"].text.endswith(
        "3 rows at the start or end, with a number on one side only, were left out."
    )
    only_a = touched(read_sheet("a.csv", HOLED), Cleaning(columns=("a",)))
    assert [(touch.choice, touch.cells) for touch in only_a] == [("drop", 2), ("forward", 2), ("interpolate", 2)]
    assert touched(read_sheet("a.csv", "a\n1\n2\n3")) == ()


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["1", "2.5", "", "x", "inf", "7"]), min_size=2, max_size=2), min_size=3),
    st.sampled_from(["drop", "forward", "interpolate"]),
)
def test_what_was_announced_is_what_happens(rows: list[list[str]], gaps: Any) -> None:
    try:
        sheet = read_sheet("a.csv", "\n".join(map(",".join, [["a", "b"], *rows])))
        table = clean(sheet, Cleaning(gaps=gaps, **ANYTHING))
    except TableError:
        assume(False)
    announced = {touch.choice: touch for touch in touched(sheet)}
    if gaps not in announced:
        assert table.rows == len(sheet.frame)
        return
    assert table.rows == len(sheet.frame) - announced[gaps].dropped
    frame = sheet.frame[list(sheet.features)]
    as_read = frame.where(frame.abs() < 3.4e38).set_axis(list(sheet.labels())).loc[list(table.labels)]
    kept = as_read.notna().to_numpy()
    np.testing.assert_array_equal(table.values[kept], as_read.to_numpy()[kept])


@pytest.mark.parametrize(
    ("content", "choices", "message"),
    [
        (
            HOLED,
            {},
            "Row 3 of column 'b' of 'a.csv' holds 'x' where a number was expected: "
            "choose to treat text as gaps, or leave the column out.",
        ),
        (
            HOLED,
            {"text_as_gaps": True},
            "Row 7 of column 'b' of 'a.csv' holds inf, and a float32 tensor holds numbers up to 3.4e+38: "
            "choose to treat such numbers as gaps, or leave the column out.",
        ),
        (
            HOLED,
            ANYTHING,
            "Row 2 of column 'a' of 'a.csv' is empty, the first of 5 gaps: "
            "choose to drop their rows, to carry the number before each forward, or to interpolate.",
        ),
        (
            "day,a\n2024-01-01,1\nsoon,2\n2024-01-03,3",
            {},
            "Row 3 of column 'day' of 'a.csv' holds no date: choose to drop or to keep the rows without one.",
        ),
        (HOLED, {"columns": ("c",)}, "'a.csv' has no column 'c': it has 'day', 'a' and 'b'."),
        (
            HOLED,
            {"columns": ("day",)},
            "Column 'day' of 'a.csv' holds dates, not numbers: choose from 'a' and 'b'.",
        ),
        (HOLED, {"columns": ("a", "a")}, "Expected every column once, got 'a' and 'a': name each one once."),
        (
            "who,what\nx,y\nz,w",
            {},
            "'a.csv' has no column of numbers, only 'who' and 'what', which hold dates or text: "
            "add a column of numbers.",
        ),
        (
            "a,b\n1,inf\n2,inf\n3,-inf",
            ANYTHING | {"gaps": "drop"},
            "Column 'b' of 'a.csv' has no number in any row: leave it out.",
        ),
        (
            "a\n1\n2",
            {},
            "'a.csv' has 2 rows of numbers left, and it needs at least 3: "
            "add rows, or leave out the columns that are mostly gaps.",
        ),
        (
            ",".join(f"c{number}" for number in range(70)) + ("\n" + ",".join(map(str, range(70)))) * 3,
            {},
            "'a.csv' has 70 columns of numbers, and at most 64 are taken: choose those that you need.",
        ),
    ],
)
def test_what_is_not_decided_is_asked(content: str, choices: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError) as caught:
        clean(read_sheet("a.csv", content), Cleaning(**choices))
    assert str(caught.value) == message


def test_rows_without_a_date_are_dropped_or_kept() -> None:
    sheet = read_sheet("a.csv", "day,a\n2024-01-02,1\nsoon,2\n2024-01-01,3\n2024-01-03,4")
    dropped = clean(sheet, Cleaning(undated="drop"))
    assert dropped.labels == ("2024-01-01", "2024-01-02", "2024-01-03")
    assert dropped.values[:, 0].tolist() == [3, 1, 4]
    assert "1 row without a date in 'day' is left out." in dropped.notes
    kept = clean(sheet, Cleaning(undated="keep"))
    assert kept.labels == ("2024-01-01", "2024-01-02", "2024-01-03", "row 3")
    assert "1 row without a date in 'day' is kept." in kept.notes


def test_notes_hold_what_was_found_and_done() -> None:
    table = clean(read_sheet("a.csv", "day,a,b\n2024-01-02,1,5\n2024-01-01,,5\n2024-01-03,3,5\n2024-01-04,1,5"), DROP)
    assert table.notes == (
        "Column 'day' of 'a.csv' says when each row was.",
        "The rows of 'a.csv' were not in the order of time, and were sorted by 'day'.",
        "Column 'b' of 'a.csv' holds the same number in every row.",
        "1 gap in 1 row: the row is left out.",
    )
    assert table.source == "a.csv, a table that you brought."


DROP = Cleaning(gaps="drop")
MESSAGES = 'type,text\nham,"Ok, see you"\nspam,"Say ""yes"" now"\nham,NA\nham,\n,who?\nspam,7\n'


def test_texts_and_labels() -> None:
    found = texts(read_sheet("a.csv", MESSAGES), "text", "type")
    assert found.texts == ("Ok, see you", 'Say "yes" now', "NA", "7")
    assert found.labels == ("ham", "spam", "ham", "spam")
    assert found.classes == ("ham", "spam")
    assert found.rows.tolist() == [2, 3, 4, 7]
    assert found.notes == ("2 rows without a text or a label were left out.",)


def test_labels_may_be_numbers() -> None:
    found = texts(read_sheet("a.csv", "y,text\n1,see you\n0,later\n1.5,now\nmaybe,then"), "text", "y")
    assert found.labels == ("1", "0", "1.5", "maybe")


def test_columns_of_messages_are_suggested() -> None:
    assert suggest_columns(read_sheet("a.csv", MESSAGES)) == ("text", "type")
    assert suggest_columns(read_sheet("a.csv", "a\n1\n2")) is None
    assert suggest_columns(read_sheet("a.csv", "id,y,text\n1,1,see you\n2,0,later\n3,0,x")) == ("text", "y")


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        (MESSAGES, ("text", "kind"), "'a.csv' has no column 'kind': it has 'type' and 'text'."),
        (
            MESSAGES,
            ("text", "text"),
            "Column 'text' of 'a.csv' was chosen for the texts and for the labels: choose two columns.",
        ),
        (
            "type,text\nham,a b\nham,c d\nham,e f",
            ("text", "type"),
            "Column 'type' of 'a.csv' holds only 'ham', in all 3 rows: "
            "a label needs at least two classes to tell apart.",
        ),
        (
            "type,text\n" + "\n".join(f"k{number},hello" for number in range(101)),
            ("text", "type"),
            "Column 'type' of 'a.csv' has 101 different values, such as 'k0', 'k1' and 99 others: "
            "choose a column of at most 100 classes.",
        ),
        (
            "type,text\nham,\n,see you\n",
            ("text", "type"),
            "No row of 'a.csv' has both a text and a label: choose other columns.",
        ),
    ],
)
def test_what_unfit_messages_are_told(content: str, columns: tuple[str, str], message: str) -> None:
    with pytest.raises(TableError) as caught:
        texts(read_sheet("a.csv", content), *columns)
    assert str(caught.value) == message


def ran(code: str, name: str, content: bytes | str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the code defines, run beside the file."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    monkeypatch.chdir(folder)
    defined: dict[str, Any] = {}
    exec(code, defined)
    return defined


def compare(frame: pd.DataFrame, table: Table) -> None:
    assert tuple(frame.columns) == table.columns
    assert (frame.dtypes == np.float64).all()
    np.testing.assert_array_equal(frame.to_numpy(), table.values)
    if isinstance(frame.index, pd.DatetimeIndex):
        for moment, label in zip(frame.index, table.labels, strict=True):
            assert pd.isna(moment) if label.startswith("row") else str(moment).startswith(label)


def as_excel(frame: pd.DataFrame, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer) as writer:
        frame.to_excel(writer, sheet_name="Prices", index=False, **options)
        pd.DataFrame({"other": [1]}).to_excel(writer, sheet_name="Other")
    return buffer.getvalue()


def as_parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


MIXED = pd.DataFrame(
    {
        "Date": pd.date_range("2024-01-01", periods=6)[::-1],
        "a": [1.5, 2, np.nan, 4, 5, 6],
        "b": ["1", "2", "x", "3", "4", "5"],
        "it's": [1.25, 2, 3, 4, 5, 6],
    }
)


@pytest.mark.parametrize(
    "content",
    [
        HOLED,
        HOLED.replace("2024-01-01,,", "2024-01-09,,"),
        HOLED.replace(",", ";").replace("x", "1,5").replace(";7;", ";1.234,5;"),
        HOLED.replace(",", ";").replace("2;x", "1,5;x").replace(";7;", ";1.234,5;"),
        HOLED.replace(",", ";").replace("2;x", "1,5;2.5"),
        'when,a\n1/2/2024,"1,234"\n1/3/2024,"2,000.5"\nsoon,3\n1/4/2024,-\n1/5/2024,7\n',
        'when,a\n1/2/2024,"1,234"\n1/3/2024,"2,000.5"\n1/14/2024,?\n1/15/2024,x\n1/16/2024,4\n',
        "a\n1\n\nNA\n4\n5\n",
        "1,2\n3,4\n5,6\n",
        "größe,x,x,\n1,2,3,4\n3,4,5,4\n5,1e99,6,4\n7,,5,4\n8,1,5,4\n".encode("cp1252"),
        "größe,x\n1,2\n3,4\n5,6\n".encode() + "7,8\né,9\n".encode("cp1252"),
        HOLED.encode("utf-16"),
        HOLED.encode("utf-8-sig"),
        " a , b \n1 , 2\n3, x \n4,5\n6,7",
        "day ,a\n2024-01-01 ,1\n2024-01-03 ,2\n2024-01-02 ,3",
        "\n\nday\ta\n\n2024-01-01\t1\n\t\n2024-01-03\t2\n2024-01-02\t3\n",
        ",a\n0,5\n1,6\n2,7",
        "time,a\n2024-01-01T10:00+02:00,1\n2024-01-01T10:00Z,2\n2024-01-01T10:00-02:00,4",
        "timestamp,a\n1704067200,1\n1704067260,2\n1704067320,4",
        "date,a\n20240103,1\n20240102,2\n20240101,4",
        "day,Month,Year,a\n1,12,2020,1\n2,12,2020,2\n1,1,2019,3",
        "year,month,a\n1949,March,1\n1949,jan,\n1949,Feb,3\n1949,April,4\n1949,Dec,5",
        "Year,a,b\n1949,1,2\n1947,2,2\n1948,5,2",
        "a,b\nTrue,1\nFalse,2\nTrue,3",
    ],
)
@pytest.mark.parametrize("gaps", ["drop", "forward", "interpolate"])
def test_the_code_gives_the_same_numbers(
    content: bytes | str, gaps: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = read_sheet("my data.csv", content)
    cleaning = Cleaning(gaps=gaps, undated="keep" if gaps == "forward" else "drop", **ANYTHING)
    try:
        table = clean(sheet, cleaning)
    except TableError as error:
        assert "left" in str(error)  # noqa: PT017
        return
    code = reading_code(sheet, cleaning, "my data.csv")
    compare(ran(code, "my data.csv", content, tmp_path, monkeypatch)["table"], table)
    assert max(map(len, code.splitlines())) <= 140


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", as_excel(MIXED)),
        ("b.xlsx", as_excel(MIXED, startrow=3)),
        ("a.parquet", as_parquet(MIXED)),
        ("b.parquet", as_parquet(MIXED.set_index("Date"))),
        ("c.parquet", as_parquet(MIXED.assign(Date=MIXED["Date"].dt.tz_localize("Asia/Tokyo")))),
        ("d.parquet", as_parquet(MIXED.assign(Date=MIXED["Date"].dt.strftime("%d/%m/%Y")))),
    ],
)
def test_the_code_reads_workbooks_and_parquet(
    name: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = read_sheet(name, content)
    cleaning = Cleaning(columns=("it's", "b", "a"), gaps="forward", text_as_gaps=True)
    compare(
        ran(reading_code(sheet, cleaning, name), name, content, tmp_path, monkeypatch)["table"], clean(sheet, cleaning)
    )


@pytest.mark.parametrize(
    "content",
    [
        MESSAGES,
        "day,type,text\n2024-01-02,ham,see you\n2024-01-01,spam, WIN \n2024-01-03,ham,\n",
        "type|text|text\nham|x|see you\nspam|y|größe".encode("cp1252"),
    ],
)
def test_the_code_reads_messages(content: bytes | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = read_sheet("a.csv", content)
    found = ran(text_reading_code(sheet, "text", "type", "a.csv"), "a.csv", content, tmp_path, monkeypatch)
    expected = texts(sheet, "text", "type")
    assert (tuple(found["texts"]), tuple(found["labels"])) == (expected.texts, expected.labels)


@pytest.mark.parametrize("name", ["SBUX.csv", "flights.csv"])
def test_the_shared_tables_go_through(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = read_sheet(name, shared(name))
    table = clean(sheet)
    assert table.rows == len(sheet.frame)
    code = reading_code(sheet, Cleaning(), name)
    compare(ran(code, name, shared(name), tmp_path, monkeypatch)["table"], table)


def test_the_shared_messages_go_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = read_sheet("sms_spam.csv", shared("sms_spam.csv"))
    assert suggest_columns(sheet) == ("text", "type")
    found = texts(sheet, "text", "type")
    assert (len(found.texts), found.classes, found.labels.count("spam")) == (5574, ("ham", "spam"), 747)
    code = text_reading_code(sheet, "text", "type", "sms_spam.csv")
    again = ran(code, "sms_spam.csv", shared("sms_spam.csv"), tmp_path, monkeypatch)
    assert tuple(again["texts"]) == found.texts


CELLS = st.one_of(st.floats(-1e6, 1e6).map(lambda number: f"{number:.6g}"), st.sampled_from(["", "NA", "-", "x y"]))


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=4, max_size=9),
    st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", ",")]),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%b %d %Y"]),
    st.randoms(use_true_random=False),
    st.sampled_from(["drop", "forward", "interpolate"]),
)
def test_the_code_gives_the_same_numbers_for_any_table(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, marks: tuple[str, str], form: str, chance: Any, gaps: Any
) -> None:
    delimiter, decimal = marks
    days = [day.strftime(form) for day in pd.date_range("2024-03-09", periods=len(rows), freq="9D")]
    chance.shuffle(days)
    lines = [[day, *(cell.replace(".", decimal) for cell in cells)] for day, cells in zip(days, rows, strict=True)]
    content = "\n".join(map(delimiter.join, [["when", "a", "b"], *lines]))
    cleaning = Cleaning(gaps=gaps, undated="drop", **ANYTHING)
    try:
        sheet = read_sheet("a.csv", content)
        table = clean(sheet, cleaning)
    except TableError:
        assume(False)
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("code")
        compare(ran(reading_code(sheet, cleaning, "a.csv"), "a.csv", content, folder, patch)["table"], table)


def test_code_says_what_pandas_it_needs() -> None:
    sheet = read_sheet("a.csv", "a\n1\n2\n3")
    assert reading_code(sheet, Cleaning(), "a.csv").startswith("import pandas as pd\n\n")
    assert reading_code(sheet, Cleaning(), "a.csv", imports=False).startswith("table = pd.read_csv")
    assert reading_code(sheet, Cleaning(), 'it"s.csv', imports=False).startswith("table = pd.read_csv('it\"s.csv')")


def test_a_name_from_the_file_cannot_become_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ['"]; boom = 1; x = ["', "\\", "'''", "{0}", "#", "a\tb"]
    content = ";".join('"' + name.replace('"', '""') + '"' for name in names) + "\n1;2;3;4;5;6" * 3
    sheet = read_sheet("a.csv", content)
    defined = ran(reading_code(sheet, Cleaning(), "a.csv"), "a.csv", content, tmp_path, monkeypatch)
    assert "boom" not in defined
    compare(defined["table"], clean(sheet))


@pytest.mark.parametrize("pair", [("a", "b"), ("b", "a")])
def test_columns_come_in_the_order_that_was_asked_for(pair: tuple[str, str]) -> None:
    table = clean(read_sheet("a.csv", "a,b\n1,2\n3,4\n5,6"), Cleaning(columns=pair))
    assert table.columns == pair
    assert table.values[0].tolist() == [{"a": 1, "b": 2}[name] for name in pair]
