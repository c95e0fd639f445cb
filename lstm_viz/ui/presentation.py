"""A page on a projector: the controls step aside, type grows, contrast rises, the picture fills the screen."""

from __future__ import annotations

from functools import cache

import streamlit as st

from lstm_viz.drawing.cell_style import strong_cells
from lstm_viz.drawing.palette import strong
from lstm_viz.ui.projector_link import presenting

_ASIDE = {
    "Shapes": (".st-key-details",),
    "Inside the cell": (".st-key-cell_choices", ".st-key-unit_numbers"),
    "Data": (".stTabs", ".st-key-data_said"),
    "Gradients": ("[data-testid=stCaptionContainer]",),
    "Training": (".stTabs", "[data-testid=stCaptionContainer]"),
}
"""What of a page is not for the room, as CSS selectors."""

# 1.28 % of the width: 24.6 px at 1920, so that 0.82 rem, the least of the app, is 20 px there
_STYLE = """
:root{font-size:clamp(15px,1.28vw,56px);--lv-present:1;--lv-least:.82rem;--lv-bar:3.1rem;--lv-toolbar:0}
[data-testid=stHeader],[data-testid=stSidebar],[data-testid=stExpandSidebarButton],.st-key-page_links{display:none}
.stTabs [role=tablist]{display:none}
.stTabs [role=tabpanel]{padding-top:0}
.stTabs [data-testid=stVerticalBlock]{gap:.5rem}
.stMainBlockContainer>[data-testid=stVerticalBlock]{gap:.4rem}
.stMainBlockContainer{padding:.5rem 1.2rem calc(var(--lv-bar) + .2rem)}
.stApp{background:light-dark(PAPER_LIGHT,PAPER_DARK);color:light-dark(INK_LIGHT,INK_DARK)}
.stMainBlockContainer :is(p,li,h1,h2,h3,h4,h5,h6,td,th,summary,[data-testid=stCaptionContainer],.small){
color:light-dark(INK_LIGHT,INK_DARK)}
.stMainBlockContainer button[aria-checked=true] p{color:light-dark(INK_LIGHT,INK_DARK)!important;font-weight:650}
.stMainBlockContainer [data-testid=stAlert] [data-testid=stIconMaterial]{color:light-dark(INK_LIGHT,INK_DARK)!important}
.stMainBlockContainer button:is([kind=primary],[data-variant=primary]):not(:disabled){
background:light-dark(T_LIGHT,T_DARK);border-color:light-dark(T_LIGHT,T_DARK)}
.stMainBlockContainer button:is([kind=primary],[data-variant=primary]):not(:disabled) :is(p,span){
color:light-dark(PAPER_LIGHT,PAPER_DARK)!important}
.stMainBlockContainer button:not(:disabled) kbd{color:light-dark(INK_LIGHT,INK_DARK)!important;opacity:1!important}
.stMainBlockContainer :is(p,li,td,th,code,span,small,sub){font-size:max(1em,var(--lv-least))}
[data-testid=stCaptionContainer]{opacity:1}
.stMainBlockContainer :is(.stCode span,.stMarkdownBadge){color:light-dark(INK_LIGHT,INK_DARK)!important}
.stApp :is(.lv-table,.lv-wide){--p:light-dark(PAPER_LIGHT,PAPER_DARK)}
.stMain::after{content:"";position:fixed;z-index:999980;left:0;right:0;bottom:0;height:var(--lv-bar);
background:light-dark(BOX_LIGHT,BOX_DARK);border-top:1px solid light-dark(FAINT_LIGHT,FAINT_DARK)}
.stApp .st-key-toolbar{top:auto;bottom:0;right:1.2rem;height:var(--lv-bar)}
.stMain:has(.st-key-inspector) .st-key-diagram,.stMain:has(.st-key-step) [class*=st-key-data_way]{display:none}
.st-key-sizes{position:fixed;z-index:999985;left:1.2rem;bottom:0;width:auto;max-width:calc(100vw - 2.4rem);
height:var(--lv-bar);flex-direction:row;align-items:center;gap:0}
.st-key-sizes>*:not([class*=controls]){display:none}
.st-key-sizes>[class*=controls]{width:auto}
@media(max-width:640px){:root{--lv-bar:7rem;font-size:17px}.st-key-sizes{bottom:3.3rem;height:3.6rem;overflow-x:auto}
.stApp .st-key-toolbar{height:3.4rem}}
"""


def presentation_style(title: str) -> None:
    """Dress the page ``title`` for the projector, while it is presented."""
    if presenting():
        aside = "".join(
            f"{each},[data-testid=stLayoutWrapper]:has(>{each}){{display:none}}" for each in _ASIDE.get(title, ())
        )
        st.html(f"<style>{_style()}{aside}</style>")


@cache
def _style() -> str:
    light, dark = strong("light"), strong("dark")
    style = _STYLE
    for name in ("paper", "ink", "box", "faint", "T"):
        style = style.replace(f"{name.upper()}_LIGHT", light[name]).replace(f"{name.upper()}_DARK", dark[name])
    both = [
        f"--{name}:light-dark({colour},{dark_colours[name]})"
        for colours, dark_colours in ((light, dark), (strong_cells("light"), strong_cells("dark")))
        for name, colour in colours.items()
    ]
    symbols = "".join(
        f".s-{name}{{color:light-dark({light[name]},{dark[name]})!important}}" for name in light if len(name) == 1
    )
    return f"{style}[data-testid=stBidiComponentIsolated]{{{';'.join(both)}}}{symbols}"
