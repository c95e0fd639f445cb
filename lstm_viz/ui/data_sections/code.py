"""Every step with its shape, and the whole preparation as a script."""

from __future__ import annotations

import streamlit as st

from lstm_viz.preparation.prepared import Prepared
from lstm_viz.preparation.reading_code import reading_code
from lstm_viz.preparation.script import preparation_script
from lstm_viz.preparation.text_script import text_script
from lstm_viz.ui.data_settings import DataSettings
from lstm_viz.ui.data_way import steps_table


def section(now: DataSettings) -> None:
    """The table of all steps, and the script that takes a person's own file the same way."""
    st.html(steps_table(now.ready.steps))
    text = script_of(now)
    st.caption("The script runs on its own and prints these shapes.")
    st.code(text, language="python")


def script_of(now: DataSettings) -> str:
    """The script of what is shown; of a visitor's own file it begins with reading that file."""
    if isinstance(now.ready, Prepared):
        own = now.sheet is not None and now.recipe.data == "table"
        return preparation_script(now.ready, _reading(now) if own else None)
    return text_script(now.ready, now.texts_code if now.recipe.data == "text" else None)


def _reading(now: DataSettings) -> str:
    assert now.sheet is not None
    return reading_code(now.sheet, now.cleaning, now.sheet.name, imports=False)
