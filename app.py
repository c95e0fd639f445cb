"""LSTM Shapes: streamlit run app.py."""

from __future__ import annotations

import streamlit as st

from lstm_viz.ui.frame import PAGES, UNDER_APP

st.session_state[UNDER_APP] = True
# without icons: Streamlit fetches a page's icon from a foreign host
pages = [st.Page(path, title=title, default=place == 0) for place, (path, title) in enumerate(PAGES.items())]
st.navigation(pages, position="top").run()
