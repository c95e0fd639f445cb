"""A visitor's own data: uploaded or pasted. What cannot be read is answered by a sentence, and nothing is lost."""

from __future__ import annotations

import streamlit as st

from lstm_viz.datasets.texts import Texts
from lstm_viz.preparation.errors import TableError
from lstm_viz.preparation.reading_code import text_reading_code
from lstm_viz.preparation.reading_sheets import read_sheet
from lstm_viz.preparation.reading_text import read_text, read_text_code
from lstm_viz.preparation.sheet import Sheet
from lstm_viz.preparation.text_errors import TextError
from lstm_viz.preparation.text_table import suggest_columns, texts
from lstm_viz.ui.data_settings import Brought, DataSettings, bring, refuse
from lstm_viz.ui.text import literal

_KINDS = ["csv", "tsv", "txt", "xlsx", "parquet"]
_MOST_COLUMNS = 3
"""A table of messages has no more columns than this; with more it is a text with commas."""
_EXAMPLES = {
    "table": "day,sales,visitors\n2024-01-01,12,40\n2024-01-02,15,52\n2024-01-03,11,38",
    "text": "label,text\nwanted,see you at noon\nunwanted,you have won a prize",
}
_DAYS = {True: "the day first, 31/12/2024", False: "the month first, 12/31/2024"}


def data_input(now: DataSettings) -> None:
    """Upload or paste. A table with texts and labels becomes messages; any other text becomes characters."""
    kind = now.draft["data"]
    asked = now.asked
    own = asked.sheet if kind == "table" else asked.texts
    with st.expander("Your own table" if kind == "table" else "Your own text", expanded=own is None):
        about = "CSV, Excel or Parquet" if kind == "table" else "A text, or a table of labels and messages"
        st.file_uploader(about, type=_KINDS, key=f"data_upload_{kind}", on_change=_read_upload, args=(kind,))
        st.text_area("or paste its lines", key=f"data_pasted_{kind}", placeholder=_EXAMPLES[kind], height=110)
        st.button("Use the pasted lines", on_click=_read_pasted, args=(kind,), width="stretch")
        if own is not None:
            st.caption(literal(f"In use: {own.name}"))
        if kind == "table" and asked.sheet is not None:
            _ways_to_read(asked.sheet)


def _ways_to_read(sheet: Sheet) -> None:
    """What a file leaves open: which worksheet, and which number of a date is the day."""
    if len(sheet.origin.worksheets) > 1:
        here = sheet.origin.worksheets.index(sheet.origin.worksheet)
        st.selectbox("Worksheet", sheet.origin.worksheets, here, key="data_worksheet", on_change=_read_again)
    if any(finding.kind == "either way" for finding in sheet.findings) or "data_day_first" in st.session_state:
        st.radio("Dates have", _DAYS, format_func=_DAYS.__getitem__, key="data_day_first", on_change=_read_again)


def _read_upload(kind: str) -> None:
    for choice in ("data_worksheet", "data_day_first"):
        st.session_state.pop(choice, None)
    if (upload := st.session_state[f"data_upload_{kind}"]) is not None:
        _read(kind, upload.name, upload.getvalue())


def _read_pasted(kind: str) -> None:
    if text := st.session_state[f"data_pasted_{kind}"]:
        _read(kind, "the pasted lines", text)
    else:
        refuse("Nothing was pasted: put the lines of a table or a text into the box first.")


def _read_again() -> None:
    """The same file, read in another way."""
    upload = st.session_state.get("data_upload_table")
    if upload is not None:
        _read("table", upload.name, upload.getvalue())
    elif text := st.session_state.get("data_pasted_table"):
        _read("table", "the pasted lines", text)


def _read(kind: str, name: str, content: bytes | str) -> None:
    try:
        (_bring_text if kind == "text" else _bring_table)(name, content)
    except (TableError, TextError) as error:
        refuse(str(error))


def _bring_table(name: str, content: bytes | str) -> None:
    ways = {"worksheet": st.session_state.get("data_worksheet", "")}
    sheet = read_sheet(name, content, day_first=st.session_state.get("data_day_first"), **ways)
    if not sheet.numbers and (found := suggest_columns(sheet)):
        _bring_messages(sheet, *found)
    else:
        bring(Brought(sheet=sheet))


def _bring_text(name: str, content: bytes | str) -> None:
    """Messages with labels where the content is a table of them, else one text."""
    try:
        sheet = read_sheet(name, content)
        found = suggest_columns(sheet)
    except TableError:
        found = None
    if found and len(sheet.frame.columns) <= _MOST_COLUMNS:
        _bring_messages(sheet, *found)
    else:
        bring(Brought(texts=read_text(name, content), texts_code=read_text_code(name, content)))


def _bring_messages(sheet: Sheet, text_column: str, label_column: str) -> None:
    found = texts(sheet, text_column, label_column)
    source = f"{sheet.name}, messages that you brought."
    code = text_reading_code(sheet, text_column, label_column, sheet.name)
    bring(Brought(texts=Texts(sheet.name, found.texts, found.labels, source, found.notes), texts_code=code))
