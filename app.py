"""LSTM Shapes: streamlit run app.py."""

from __future__ import annotations

import streamlit as st

from lstm_viz.ui.frame import PAGES, UNDER_APP

if __name__ == "__main__":  # a visitor's run
    st.session_state[UNDER_APP] = True
    # without icons: Streamlit fetches a page's icon from a foreign host
    pages = [st.Page(path, title=title, default=place == 0) for place, (path, title) in enumerate(PAGES.items())]
    st.navigation(pages, position="top").run()
else:  # the server's import, which finds its own routes here
    from starlette.middleware import Middleware

    from lstm_viz.ui.no_delay import NoDelay
    from lstm_viz.ui.picture_route import ROUTES
    from lstm_viz.ui.room_route import ROUTES as ROOM_ROUTES
    from lstm_viz.ui.training_route import ROUTES as TRAINING_ROUTES

    app = st.App(__file__, routes=[*ROUTES, *TRAINING_ROUTES, *ROOM_ROUTES], middleware=[Middleware(NoDelay)])
