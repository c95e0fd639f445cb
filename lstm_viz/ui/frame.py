"""What every page has: its title, the visitor's settings, and an address that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from streamlit.errors import StreamlitAPIException

from lstm_viz.ui.access import ACCESS_STYLE, heading
from lstm_viz.ui.cell_place import PLACE_NAMES, adopt_place
from lstm_viz.ui.components import address, returned_address
from lstm_viz.ui.data_link import DATA_ENTRIES
from lstm_viz.ui.embed import EMBED_STYLE, is_embedded
from lstm_viz.ui.gradients_link import GRADIENT_ENTRIES
from lstm_viz.ui.lessons_place import DECISIONS, LessonPlace, adopt_lesson
from lstm_viz.ui.pitfall_place import adopt_pitfall
from lstm_viz.ui.presentation import presentation_style
from lstm_viz.ui.projector_link import PROJECTOR_ENTRIES, PROJECTOR_NAMES, presenting
from lstm_viz.ui.quiz_place import adopt_quiz
from lstm_viz.ui.room import follow_room, keep_room, say_address
from lstm_viz.ui.settings import Settings, adopt, current
from lstm_viz.ui.shapes_place import SHAPES_NAMES, adopt_shapes
from lstm_viz.ui.tabs import ALL_TABS, TAB_NAMES
from lstm_viz.ui.text import literal, symbol_style
from lstm_viz.ui.toolbar import TOOLBAR_STYLE, open_toolbar
from lstm_viz.ui.training_link import TRAINING_ENTRIES
from lstm_viz.ui.warming import warm_later

PAGES = {
    "pages/shapes.py": "Shapes",
    "pages/lessons.py": "Lessons",
    "pages/cell.py": "Inside the cell",
    "pages/data.py": "Data",
    "pages/training.py": "Training",
    "pages/pitfalls.py": "Mistakes",
    "pages/gradients.py": "Gradients",
    "pages/quiz.py": "Quiz",
}
"""The pages in their order, the first at the root."""
UNDER_APP = "under_app"
_ADOPT_PLACES = (
    *(adopt_place, adopt_pitfall, adopt_quiz, adopt_lesson, adopt_shapes),
    *(tabs.adopt for tabs in ALL_TABS),
)
_OF_PAGES = (DATA_ENTRIES, TRAINING_ENTRIES, GRADIENT_ENTRIES)
_ICON = Path(__file__).with_name("icon.svg")
_STYLE = """
.stMainBlockContainer{padding:3.6rem 1.6rem 3rem}
@media(min-width:641px){[data-testid=stHeader]{height:3.2rem;min-height:0}}
[data-testid="stSidebarUserContent"]{padding-top:0}
[data-testid="stSidebarHeader"]{height:2.4rem;margin-bottom:0}
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"]{gap:.7rem}
[data-testid="stSidebar"] h2{padding:0 0 .5rem;font-size:1.3rem}
.lv-table,.lv-wide{overflow-x:auto;--p:light-dark(#fcfcfd,#111820);--s:light-dark(#33415566,#000c);background:
linear-gradient(90deg,var(--p) 40%,transparent) 0 0/3rem 100% no-repeat local,
linear-gradient(-90deg,var(--p) 40%,transparent) 100% 0/3rem 100% no-repeat local,
linear-gradient(90deg,var(--s),transparent) 0 0/.9rem 100% no-repeat scroll,
linear-gradient(-90deg,var(--s),transparent) 100% 0/.9rem 100% no-repeat scroll}
.lv-table table{border-collapse:collapse;width:100%;font-size:.9rem}
.lv-table th,.lv-table td{text-align:left;padding:.34rem .7rem;white-space:nowrap}
.lv-table.wrapped td:nth-child(2){white-space:normal;min-width:18rem}
.lv-table tr{border-bottom:1px solid light-dark(#dde3eb,#2b3645)}
.lv-table th{font-weight:600;color:light-dark(#556070,#a6b1c2)}
.lv-table .number{text-align:right;font-variant-numeric:tabular-nums}
.lv-table code{font-size:.86rem}
.small{font-size:.88rem;color:light-dark(#556070,#a6b1c2)}
.shape,.stMarkdown code{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}
[role=tab][aria-selected=true]{color:light-dark(#1f5f9e,#93c3f5)}
[data-testid="stCaptionContainer"]{color:light-dark(#556070,#a6b1c2);opacity:1}
@media(max-width:640px){.stMainBlockContainer{padding:4.2rem .8rem 3rem}
.stTabs [role=tablist]{flex-wrap:wrap;gap:0 1rem}
[data-testid=stTabsScrollLeft],[data-testid=stTabsScrollRight]{display:none}}
"""
"""What is wider than its place has a shadow at the edge behind which there is more, and tabs go on in a new line."""


class InLink(Protocol):
    """A place on a page that is in the link; some have ``problems``, a sentence for each entry that was left out."""

    def to_query(self) -> dict[str, str]:
        """Its entries."""


def open_page(title: str) -> Settings:
    """Begin a page, alone or under app.py: returns the visitor's settings, which the address holds from now on."""
    st.set_page_config(page_title=f"{title} · LSTM Shapes", page_icon=str(_ICON), layout="wide")
    more = ACCESS_STYLE + TOOLBAR_STYLE + (EMBED_STYLE if is_embedded() else "")
    st.html(f"<style>{_STYLE}{symbol_style()}{more}</style>")
    heading(title)
    if UNDER_APP not in st.session_state and not (is_embedded() or presenting()):
        _links_between_pages()
    follow_room(title, PAGES)
    presentation_style(title)
    open_toolbar(title, PAGES, adopt_link)
    warm_later()
    return current()


def _links_between_pages() -> None:
    """On a server that has not run app.py yet, a deep link runs its page without app.py's navigation."""
    links = st.container(horizontal=True, key="page_links")
    with suppress(StreamlitAPIException), links:  # a page that is tested alone has no others
        for path, title in PAGES.items():
            st.page_link(path, label=title)


def keep_address(*at: InLink) -> None:
    """Write the address, and keep the visitor's room in step with it. Called when the controls have had their say."""
    write_address(*at)
    keep_room(adopt_link)


def write_address(*at: InLink) -> None:
    """Write the settings into the address, and the places on the page, and say what of a link could not be used.

    For a fragment; the page around it calls ``keep_room(adopt_link)``.
    """
    entries = current().spec.to_query()
    for page in _OF_PAGES:
        entries |= page.now()
    for place in at:
        entries |= place.to_query()
    shown = urlencode(entries | PROJECTOR_ENTRIES.now())
    say_address(shown)
    decisions = DECISIONS if any(isinstance(place, LessonPlace) for place in at) else ()
    places = (*PLACE_NAMES, *SHAPES_NAMES, *TAB_NAMES, "sizes", *PROJECTOR_NAMES)
    address(shown, _take_returned, key="address", places=places, decisions=decisions)
    with st.container():  # one place, however many there are: what stands below is not drawn anew
        for problem in chain(current().problems, *(getattr(place, "problems", ()) for place in at)):
            st.warning(literal(problem), icon=":material/link_off:")


def _take_returned() -> None:
    query = dict(parse_qsl(returned_address("address").split("#")[0].removeprefix("?")))
    PROJECTOR_ENTRIES.adopt(query)
    adopt_link(query)
    st.rerun()  # all of the page, where a fragment holds the address


def adopt_link(query: Mapping[str, str]) -> None:
    """Take the settings of a link and its places on the pages."""
    for take in (adopt, *(page.adopt for page in _OF_PAGES), *_ADOPT_PLACES):
        take(query)
