"""What goes screen by screen on a projector: where the presenter is, and the buttons that the page keys press."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lstm_viz.ui.projector_link import presenting

_STYLE = """
[class*=st-key-screen_]{zoom:var(--lv-zoom,1);flex-wrap:nowrap}
[class*=st-key-screen_]:has(.stPlotlyChart){min-height:calc(100vh - var(--lv-bar) - var(--lv-above,5.5rem))}
[class*=st-key-screen_] :is(.stVerticalBlock,[data-testid=stLayoutWrapper],.stElementContainer):has(.stPlotlyChart){
flex:1 1 auto;min-height:10rem}
[class*=st-key-screen_] .stElementContainer:has(.stPlotlyChart)>*{height:100%}
[class*=st-key-screen_] .stPlotlyChart{position:absolute;inset:0}
[class*=st-key-screen_] [data-testid=stMarkdownContainer]{margin-bottom:0}
[class*=st-key-screen_] [data-testid=stMarkdownContainer] p{font-size:1.08rem;line-height:1.4;margin:0}
[class*=st-key-screen_] [data-testid=stMarkdownContainer] p+p{margin-top:.6rem}
[class*=st-key-screen_] button [data-testid=stMarkdownContainer] p{font-size:1rem}
[class*=st-key-screen_] :is([data-testid=stNumberInput],[data-testid=stButtonGroup]){display:flex;flex-flow:row wrap;
align-items:center;gap:.2rem .6rem}
[class*=st-key-screen_] [data-testid=stWidgetLabel]{margin:0;min-height:0;white-space:nowrap}
[class*=st-key-screen_] [data-testid=stNumberInputContainer]{width:9rem;flex:none}
"""
"""How high a screen is, and how its controls stand; ``--lv-zoom`` and ``--lv-above`` are from screens.js."""


@dataclass(frozen=True)
class Screen:
    """What one screen shows, under its title."""

    title: str
    show: Callable[[], None]


def on_screens(key: str, screens: Sequence[Screen]) -> None:
    """Show all of ``screens``, one below the other; presented, the one that the presenter has come to."""
    if not presenting():
        for each in screens:
            each.show()
        return
    place = min(st.session_state.get(f"{key}_place", 0), len(screens) - 1)
    turn_bar(place, len(screens), lambda to: _turn(key, to), key=f"turn_{key}", title=screens[place].title)
    with screen(key):
        screens[place].show()


def heading(text: str, *, divided: bool = False) -> None:
    """The heading of a part whose screen has it for a title; on the page a line above it where it is ``divided``."""
    if presenting():
        return
    if divided:
        st.divider()
    st.markdown(f"## {text}")


def screen(key: str) -> DeltaGenerator:
    """A place where, presented, a chart that ``fills`` takes the room that is left."""
    if presenting():
        st.html(f"<style>{_STYLE}</style>")
    return st.container(key=f"screen_{key}")


def turn_bar(place: int, count: int, turn: Callable[[int], None], *, key: str, title: str = "") -> None:
    """A dot for each of ``count`` screens, and the buttons around ``place``; ``turn`` is told where to go."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key=key):
        if title:
            st.markdown(f"## {title}", width="stretch")
        if count == 1:
            return
        st.markdown(" ".join("●" if each == place else "○" for each in range(count)), width="content")
        st.button("‹ Back", on_click=turn, args=(place - 1,), disabled=place == 0, shortcut="PageUp")
        last = place == count - 1
        st.button("Next ›", on_click=turn, args=(place + 1,), disabled=last, shortcut="PageDown")


def back_bar(label: str, go_back: Callable[[], None], *, key: str) -> None:
    """The button from what stands in the place of a picture back to it."""
    with st.container(horizontal=True, horizontal_alignment="right", key=key):
        st.button(label, on_click=go_back, shortcut="PageUp")


def _turn(key: str, place: int) -> None:
    st.session_state[f"{key}_place"] = place
