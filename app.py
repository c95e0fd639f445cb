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

    from lstm_viz.ui.lessons_route import ROUTES as LESSON_ROUTES
    from lstm_viz.ui.logs import say_sorry, set_up
    from lstm_viz.ui.no_delay import NoDelay
    from lstm_viz.ui.picture_route import ROUTES as PICTURE_ROUTES
    from lstm_viz.ui.training_route import ROUTES as TRAINING_ROUTES

    set_up()
    routes = [*PICTURE_ROUTES, *TRAINING_ROUTES, *LESSON_ROUTES]
    app = st.App(__file__, routes=routes, middleware=[Middleware(NoDelay)], on_script_error=say_sorry)
