"""The catalogue in the browser: it filters by itself, and asks Python for a mistake and its sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lstm_viz.ui.components import component
from lstm_viz.ui.embed import is_embedded
from lstm_viz.ui.told import told

_SEARCH = """
<div class="search">
  <textarea class="find" rows="2" aria-label="Find a mistake" spellcheck="false"
    placeholder="Type what is wrong, or paste a piece of the error message"></textarea>
  <button class="clear" type="button" aria-label="Clear" hidden>×</button>
</div>
<div class="kinds" role="toolbar" aria-label="Which kind">
  <button type="button" data-kind="silent">silent</button>
  <button type="button" data-kind="error">error</button>
  <button type="button" data-kind="warning">warning</button>
</div>
<p class="count" role="status"></p>
<nav class="list" aria-label="Mistakes"></nav>"""
_DETAIL = """
<div class="tools bar">
  <button class="back" type="button">‹ All mistakes</button>
  <button class="link" type="button">Copy link</button>
  <span class="right">
    <span class="slides" role="img" hidden></span>
    <button class="before" type="button">‹ Previous</button>
    <button class="after" type="button">Next ›</button>
  </span>
</div>
<div class="head"></div>
<div class="sizebar">
  <span>Sizes</span>
  <div class="sizes"></div>
  <div class="tools">
    <button class="network" type="button">As in my network</button>
    <button class="reset" type="button">Reset</button>
  </div>
  <p class="problem" role="alert"></p>
</div>
<div class="body"></div>"""
_CATALOGUE = component(
    "pitfalls",
    f'<div class="mistakes"><aside>{_SEARCH}</aside><article class="detail">{_DETAIL}</article></div>',
    parts=("pitfall_slides",),
)


def catalogue(
    items: Sequence[Mapping[str, str]], detail: Mapping[str, Any], chosen: bool, on_ask: Callable[[], None], *, key: str
) -> None:
    """The list and one mistake beside it; ``on_ask`` finds what the person wants by ``asked_for(key)``.

    ``chosen`` says that they chose it, and not the page: on a phone the list is shown until then.
    """
    # never the same twice: Streamlit sends a large message that it sent before as a reference, and after going back in
    # the browser's history the browser may no longer have it
    data = {
        "items": list(items),
        "detail": dict(detail),
        "chosen": chosen,
        "embedded": is_embedded(),
        "sent": time.monotonic_ns(),
    }
    _CATALOGUE(key=key, data=data, default={"asked": {}}, on_asked_change=on_ask)


def asked_for(key: str) -> dict[str, Any]:
    """The mistake's key, and the sizes where they were changed: ``{"key": "input-size", "sizes": {"B": 8}}``."""
    return told(key, "asked")
