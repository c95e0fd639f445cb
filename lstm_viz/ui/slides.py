"""What goes screen by screen on a projector: where the presenter is, and the buttons that the page keys press."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def turn_bar(place: int, count: int, turn: Callable[[int], None], *, key: str) -> None:
    """A dot for each of ``count`` screens, and the buttons around ``place``; ``turn`` is told where to go."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key=key):
        st.markdown(" ".join("●" if each == place else "○" for each in range(count)), width="content")
        st.button("‹ Back", on_click=turn, args=(place - 1,), disabled=place == 0, shortcut="PageUp")
        last = place == count - 1
        st.button("Next ›", on_click=turn, args=(place + 1,), disabled=last, shortcut="PageDown")
