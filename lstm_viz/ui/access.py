"""What Streamlit's own parts lack for those who see little or hold no mouse, as style; and a page's heading."""

from __future__ import annotations

import streamlit as st

_INKS = {
    ".comment,.prolog,.doctype,.punctuation": "#556070,#a6b1c2",
    ".keyword,.tag,.function,.class-name,.selector": "#1f5f9e,#93c3f5",
    ".string,.triple-quoted-string,.char,.attr-value,.boolean,.constant,.symbol": "#0a6b2e,#7fd39a",
    ".number,.regex": "#0b6464,#62cfc9",
    ".operator,.entity,.decorator,.atrule": "#8f4300,#f0b070",
    ".attr-name,.property,.variable": "#0f5f86,#86cdf2",
}
"""Code in colours that have a contrast of 4.5 on its ground, light and dark: Streamlit's own have from 2.9 on."""
_CODE = "".join(
    f".stApp .stCode.stCode .token:is({names}){{color:light-dark({colours})}}" for names, colours in _INKS.items()
)
ACCESS_STYLE = f"""{_CODE}
.stApp [data-testid=stButtonGroup] button[data-selected=true] p,
.stApp [data-testid=stSliderThumbValue] p{{color:light-dark(#1f5f9e,#93c3f5)}}
.stApp [data-testid=stBaseButton-primary] p{{color:#fff}}
.stMainBlockContainer .stMarkdown h2{{font-size:1.2rem;padding:.3rem 0 .5rem}}
.stApp :is(a,button,summary,pre,[role=tab],[tabindex="0"]):focus-visible{{
outline:2px solid light-dark(#1f5f9e,#93c3f5);outline-offset:2px}}
[data-testid=stElementContainer]:has(.lv-title){{position:absolute}}
.stApp .lv-title{{position:absolute;width:1px;height:1px;padding:0;overflow:hidden;
clip-path:inset(50%);white-space:nowrap}}
@media(forced-colors:active){{[role=tab][aria-selected=true]{{text-decoration:underline 2px}}}}
@media(prefers-reduced-motion:reduce){{.stApp :not(.stCode *),.stApp ::before,.stApp ::after{{
animation-duration:1ms!important;
animation-iteration-count:1!important;transition:none!important;scroll-behavior:auto!important}}}}
"""


def heading(title: str) -> None:
    """The page's heading, for screen readers: the menu shows it to everyone else."""
    st.html(f'<h1 class="lv-title">{title}</h1>')
