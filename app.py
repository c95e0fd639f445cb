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

    from lstm_viz.ui.base_path import under_base
    from lstm_viz.ui.guard import Guard
    from lstm_viz.ui.housekeeping import housekeeping
    from lstm_viz.ui.lessons_route import ROUTES as LESSON_ROUTES
    from lstm_viz.ui.logs import say_sorry, set_up
    from lstm_viz.ui.no_delay import NoDelay
    from lstm_viz.ui.picture_route import ROUTES as PICTURE_ROUTES
    from lstm_viz.ui.room_route import ROUTES as ROOM_ROUTES
    from lstm_viz.ui.training_route import ROUTES as TRAINING_ROUTES

    set_up()
    app = st.App(
        __file__,
        routes=under_base([*PICTURE_ROUTES, *TRAINING_ROUTES, *LESSON_ROUTES, *ROOM_ROUTES]),
        middleware=[Middleware(Guard), Middleware(NoDelay)],
        lifespan=housekeeping,
        on_script_error=say_sorry,
    )
