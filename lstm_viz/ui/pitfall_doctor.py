"""The second tab of the Mistakes page: a pasted message explained in its own numbers. Nothing pasted is executed."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Mapping
from typing import Any

from lstm_viz.diagnosis import Diagnosis, diagnose
from lstm_viz.dims import SYMBOLS
from lstm_viz.pitfalls.keys import TITLES
from lstm_viz.ui.components import component
from lstm_viz.ui.pitfall_place import open_pitfall
from lstm_viz.ui.settings import current
from lstm_viz.ui.told import told

EXAMPLES = (
    "RuntimeError: Expected hidden[0] size (2, 4, 128), got [2, 64, 128]",
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x40 and 20x5)",
    "ValueError: Expected input batch_size (48) to match target batch_size (4).",
    "IndexError: index out of range in self",
)
MOST_LETTERS = 20_000
_KEY = "doctor"
_SIZE = re.compile(r"\b([A-Z])\s*[=:]\s*(\d{1,9})\b")
_BACKTICKS = re.compile(r"`([^`]*)`")
_HELLO = (
    "<p class='hello'><b>Paste what PyTorch said</b>, one line or the whole traceback. The answer says what each "
    "number in it is, what is wrong, and what to change. Your code and the sizes of your network make it more certain. "
    "What you paste is read and never run.</p>"
)
_ABOUT = "It is about the network of this app"
_DOCTOR = component(
    "doctor",
    '<div class="doctor"><div class="ask"><label>What PyTorch says<textarea class="message" spellcheck="false" '
    'placeholder="Paste the message or the whole traceback"></textarea></label>'
    '<div class="examples"><span class="note">or try one:</span>'
    + "".join(f'<button type="button" data-example="{each}">{each}</button>' for each in EXAMPLES)
    + f'</div><label class="own"><input type="checkbox"><span>{_ABOUT}</span></label>'
    "<details><summary>Your code and sizes</summary><div>"
    '<label>Code <small>read, never run</small><textarea class="code" spellcheck="false" '
    'placeholder="The lines around the one that fails"></textarea></label>'
    "<label>Sizes <small>such as B=64, T=19, F=8, H=128, L=2</small>"
    '<input class="sizes" spellcheck="false" placeholder="B=64, T=19"></label></div></details>'
    '<div class="row"><span class="note">Nothing that you paste is executed.</span>'
    '<button class="clear" type="button">Clear</button></div></div>'
    '<div class="answers" aria-live="polite"></div></div>',
    parts=("parts",),
)


def section() -> None:
    """The fields, and the answers beside them."""
    pasted = told(_KEY, "pasted")
    sizes = current().spec.sizes
    named = ", ".join(f"{letter} = {size:,}" for letter, size in sizes.items() if letter in "BTFHLD")
    data = {"answers": answers_html(pasted), "network": f"{_ABOUT}: {named}"}
    data["sent"] = str(time.monotonic_ns())  # see pitfall_component.py
    _DOCTOR(key=_KEY, data=data, default={"pasted": {}, "opened": {}}, on_pasted_change=_again, on_opened_change=_open)


def answers_html(pasted: Mapping[str, Any]) -> str:
    """Every answer to what was pasted, best first."""
    message = str(pasted.get("message", ""))[:MOST_LETTERS]
    if not message.strip():
        return _HELLO
    sizes = sizes_in(str(pasted.get("sizes", "")))
    if pasted.get("network"):
        sizes = dict(current().spec.sizes) | sizes
    code = str(pasted.get("code", ""))[:MOST_LETTERS]
    found = diagnose(message, code=code or None, sizes=sizes or None)
    return "".join(_answer(each, place, len(found)) for place, each in enumerate(found))


def sizes_in(text: str) -> dict[str, int]:
    """The sizes that a person wrote.

    >>> sizes_in("B=64, T = 19, Q=3")
    {'B': 64, 'T': 19}
    """
    return {letter: int(size) for letter, size in _SIZE.findall(text) if letter in SYMBOLS}


def _again() -> None:
    """What was pasted is in the session; the run that follows shows it."""


def _open() -> None:
    opened = str(told(_KEY, "opened").get("key"))
    if opened in TITLES:
        open_pitfall(opened)


def _answer(found: Diagnosis, place: int, count: int) -> str:
    rows = "".join(f"<tr><td>{number:,}</td><td>{said(meaning)}</td></tr>" for number, meaning in found.numbers)
    order = "most likely" if place == 0 else "or else"
    parts = [
        f'<div class="order">{order}, answer {place + 1} of {count}</div>' if count > 1 else "",
        f"<h2>{said(found.title)}</h2>",
        f"<p>{said(found.explanation)}</p>",
        f'<table class="numbers">{rows}</table>' if rows else "",
        f"<p><b>Where:</b> {said(found.axis)}</p>" if found.axis else "",
        f'<p class="misleads"><b>Why the words mislead:</b> {said(found.misleading)}</p>' if found.misleading else "",
        f'<div class="fix"><p><b>What to do:</b> {said(found.fix)}</p>{_code(found.fixed_code)}</div>',
        f"<p><b>If it is not this:</b> {said(found.tells_apart)}</p>" if found.tells_apart else "",
    ]
    if found.pitfall in TITLES:
        title = html.escape(TITLES[found.pitfall])
        parts.append(f'<p><button type="button" data-pitfall="{found.pitfall}">See it run: {title} →</button></p>')
    return f'<section class="answer{"" if place else " first"}">{"".join(parts)}</section>'


def _code(text: str) -> str:
    if not text:
        return ""
    return f'<div><pre tabindex="0">{html.escape(text)}</pre><button class="copy" type="button">Copy</button></div>'


def said(text: str) -> str:
    """A sentence as HTML, whatever it quotes: what stands in backticks as code."""
    return _BACKTICKS.sub(r"<code>\1</code>", html.escape(text))
