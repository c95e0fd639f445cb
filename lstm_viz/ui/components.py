"""The browser's side: each component is a piece of JavaScript beside this file and a function that mounts it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lstm_viz.dims import SYMBOLS
from lstm_viz.drawing.cell_style import cell_variables
from lstm_viz.drawing.palette import variables
from lstm_viz.ui.projector_link import presenting
from lstm_viz.ui.told import state_of, told, word

_HERE = Path(__file__).parent


def _palette() -> str:
    light, dark = variables("light"), variables("dark")
    symbols = "".join(f".s-{letter}{{color:var(--{letter});font-weight:700}}" for letter in SYMBOLS)
    inherited = ";".join(
        f"{pair.partition(':')[0]}:inherit!important" for pair in f"{light};{cell_variables('light')}".split(";")
    )
    in_room = f":host([data-room]) .lv{{{inherited}}}"
    key = ":host(:not([data-room])) .key,:host([data-room]) .legend{display:none}"
    return f":host{{{light}}}:host([data-theme=dark]){{{dark}}}{symbols}{in_room}{key}"


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def component(name: str, html: str, parts: Sequence[str] = ()) -> Callable[..., Any]:
    """Register the component whose script and style are ``name``.js and ``name``.css beside this file.

    ``parts`` names further scripts, which come before its own, with the style of each that has one.
    """
    styles = (*(part for part in parts if (_HERE / f"{part}.css").exists()), name)
    css = _palette() + "".join(_asset(f"{each}.css") for each in styles)
    return _registered(name, ("theme", *parts, name), html=html, css=css)


def _registered(name: str, scripts: Sequence[str], **looks: Any) -> Callable[..., Any]:
    js = "".join(_asset(f"{each}.js") for each in ("given", *scripts))
    mount: Callable[..., Any] = st.components.v2.component(f"lstm_{name}", js=js, **looks)

    def put(*, data: Mapping[str, Any], **rest: Any) -> Any:
        # bytes go as they are; in a dictionary Streamlit would look for data frames and write the JSON a second time
        return mount(data=json.dumps(data).encode(), **rest)

    return put


_DIAGRAM = component(
    "diagram",
    '<div class="top"><div class="chips" role="toolbar"></div><span class="tools">'
    '<button class="unroll" type="button" aria-pressed="false">Unroll time</button></span></div>'
    '<div class="picture"></div><div class="said" aria-live="polite"></div>',
    parts=("front", "place"),
)
_CONTROLS = component("controls", '<div class="controls"></div>')
_ADDRESS = _registered("address", ("address",))


def diagram(
    svg: str,
    symbols: Sequence[Mapping[str, Any]],
    said: str,
    *,
    can_unroll: bool,
    place: Mapping[str, Any],
    on_place: Callable[[], None],
    route: str,
    key: str,
) -> None:
    """The picture with its symbols above it and what is said of it (HTML) below.

    ``place`` is the chosen ``tensor``, empty for none, and whether time is ``unrolled``; after ``on_place`` it is what
    the person chose instead. While they move a control the picture comes from ``route`` (see ``picture_route``); the
    page follows.
    """
    data = {
        "svg": svg,
        "symbols": list(symbols),
        "said": said,
        "place": dict(place),
        "can_unroll": can_unroll,
        "route": route,
        "seen": _seen("controls"),
    }
    _DIAGRAM(
        key=key,
        data=data,
        default={"place": None, "narrow": False},
        on_place_change=on_place,
        on_narrow_change=lambda: None,
    )


def diagram_is_narrow(key: str) -> bool:
    """Whether the browser has too little room for the diagram ``key`` in one row."""
    return bool(state_of(key).get("narrow"))


def controls(sections: Sequence[Mapping[str, Any]], query: str | None, on_set: Callable[[], None], *, key: str) -> None:
    """All settings, section by section; ``on_set`` finds what was set by ``what_was_set(key)``.

    ``query`` holds the same settings as a link does, None where a link cannot hold them.
    """
    data = {"name": key, "sections": list(sections), "query": query, "seen": _seen(key), "slim": presenting()}
    _CONTROLS(key=key, data=data, default={"values": {}}, on_values_change=on_set)


def controls_place() -> DeltaGenerator:
    """Where the controls stand: beside the page, or as a slim bar below it while it is presented."""
    return st.container(key="sizes") if presenting() else st.sidebar


def what_was_set(key: str) -> dict[str, Any]:
    """Field → value, as the person last set it in the controls ``key``."""
    fields = told(key, "values").get("fields")
    return {str(name): value for name, value in fields.items()} if isinstance(fields, Mapping) else {}


def _seen(key: str) -> int:
    return int(told(key, "values", "sent").get("sent", 0))


def address(
    query: str,
    on_return: Callable[[], None],
    *,
    key: str,
    places: Sequence[str] = (),
    decisions: Sequence[str] = (),
) -> None:
    """Keep the browser's address; ``on_return`` is called when the person goes back or forward.

    Where only entries of ``places`` change, there is nothing to go back to; where one of ``decisions`` does, there
    always is, however soon it follows on the change before.
    """
    data = {"query": query, "places": list(places), "decisions": list(decisions)}
    _ADDRESS(key=key, data=data, default={"returned": ""}, on_returned_change=on_return)


def returned_address(key: str) -> str:
    """The query of the address that the person went back or forward to."""
    return word(key, "returned") or ""
