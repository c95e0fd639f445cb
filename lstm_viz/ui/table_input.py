"""A visitor's own table: uploaded or pasted. What cannot be read is answered by a sentence, and nothing is lost."""

from __future__ import annotations

import streamlit as st

from lstm_viz.ui.settings import Settings, bring_table, refuse_table
from lstm_viz.ui.text import literal


def table_input(now: Settings) -> None:
    """Upload or paste, in a box that is open while the visitor's own table is chosen."""
    with st.expander("Your own table", expanded=now.draft["data"] == "table"):
        st.file_uploader(
            "A CSV file with numbers in columns", type=["csv", "tsv", "txt"], key="upload", on_change=_read_upload
        )
        st.text_area(
            "or paste its lines",
            key="pasted",
            placeholder="month,sales\n2024-01,12\n2024-02,15\n2024-03,11",
            height=110,
        )
        st.button("Use the pasted lines", on_click=_read_pasted, width="stretch")
        if now.table_error:
            st.error(literal(now.table_error))
        elif now.table is not None:
            rows, columns = now.table.values.shape
            names = ", ".join(now.table.columns[:6]) + ("…" if columns > 6 else "")
            st.caption(literal(f"{now.table.name}: {rows:,} rows, numbers in {names}"))
            for note in now.table.notes:
                st.caption(literal(note))


def _read_upload() -> None:
    if (upload := st.session_state["upload"]) is not None:
        _read(upload.name, upload.getvalue())


def _read_pasted() -> None:
    if text := st.session_state["pasted"]:
        _read("pasted table", text)
    else:
        refuse_table(
            "Nothing was pasted: put the lines of a table into the box first, with commas between its columns."
        )


def _read(name: str, content: bytes | str) -> None:
    from lstm_viz.preparation.reading import TableError, read_table  # pandas: 0.4 s that only this needs

    try:
        table = read_table(name, content)
    except TableError as error:
        refuse_table(str(error))
    else:
        bring_table(table)
