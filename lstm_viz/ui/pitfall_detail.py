"""One mistake as HTML: both programs with what PyTorch says of each, the harm, why, and what to do instead."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from lstm_viz.audit import DependencyMap
from lstm_viz.drawing.svg import leading_symbol
from lstm_viz.pitfalls import CATALOGUE, KEYS, Harm, Outcome, Pitfall, Ran, limits, nearest
from lstm_viz.pitfalls.filling import pieces, size_name
from lstm_viz.pitfalls.records import HARMLESS
from lstm_viz.ui.dependency_map import dependency_map
from lstm_viz.ui.pitfall_code import both_as_html

OFTEN = 20
"""So many of the first in the order are marked as seen often."""
KINDS = {"error": "error", "warning": "warning", "silent": "silent"}
_SAYS_NOTHING = {"error": "", "warning": "", "silent": "PyTorch says nothing. It runs."}
_NAMES = {"B": "batch", "T": "steps", "B2": "last batch", "H": "hidden", "E": "embedding", "V": "words", "O": "classes"}
_LAST_STEP = re.compile(r"\w*\[:, -1\]")  # broken in two it reads badly
_BACKTICKS = re.compile(r"`([^`]*)`")


def detail(outcome: Outcome, wished: Mapping[str, int], error: str) -> dict[str, Any]:
    """What the page shows of a mistake. ``wished`` are the sizes that were asked for, ``error`` what is wrong there."""
    pitfall = outcome.pitfall
    return {
        "key": pitfall.key,
        "head": _head(pitfall),
        "sizes": [_size(pitfall, letter, wished.get(letter, size)) for letter, size in outcome.sizes.items()],
        "error": error,
        "changed": dict(outcome.sizes) != dict(pitfall.sizes) or bool(error),
        "body": _body(outcome),
        "copies": {"wrong": outcome.wrong.program, "right": outcome.right.program},
        "before": KEYS[KEYS.index(pitfall.key) - 1] if pitfall.key != KEYS[0] else None,
        "after": KEYS[KEYS.index(pitfall.key) + 1] if pitfall.key != KEYS[-1] else None,
    }


def network_sizes(pitfall: Pitfall, sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes of the visitor's own network, as far as this mistake can have them."""
    return nearest(pitfall, sizes)


def prose(template: str, sizes: Mapping[str, int]) -> str:
    """A sentence as HTML: sizes in their colours, what stands in backticks as code."""
    parts = []
    for text, axis in pieces(template, sizes):
        symbol = leading_symbol(axis) if axis else None
        parts.append(f'<b class="s-{symbol}">{text}</b>' if symbol else html.escape(text))
    text = _BACKTICKS.sub(r"<code>\1</code>", "".join(parts))
    return _LAST_STEP.sub(r'<span class="tight">\g<0></span>', text)


def _head(pitfall: Pitfall) -> str:
    place = KEYS.index(pitfall.key)
    often = '<span class="badge often">seen often</span>' if place < OFTEN else ""
    return (
        f'<p class="crumbs">Mistakes › {html.escape(pitfall.group)} › {place + 1} of {len(CATALOGUE)}</p>'
        f"<h2>{prose(pitfall.title, pitfall.sizes)}</h2>"
        f'<p class="mine"><span class="badge {pitfall.kind}">{KINDS[pitfall.kind]}</span>{often}'
        f"<span><b>Is this my problem?</b> {prose(pitfall.problem, pitfall.sizes)}</span></p>"
    )


def _size(pitfall: Pitfall, letter: str, value: int) -> dict[str, Any]:
    least, most = limits(pitfall, letter)
    name = _NAMES.get(letter, size_name(letter))
    shown = letter[0] + letter[1:].translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    return {"letter": letter, "shown": shown, "name": name, "value": value, "least": least, "most": most}


def _body(outcome: Outcome) -> str:
    wrong, right = both_as_html(outcome)
    pitfall, sizes = outcome.pitfall, outcome.sizes
    symptom = f"<h3>How it shows</h3><p>{prose(pitfall.symptom, sizes)}</p>" if pitfall.symptom else ""
    misleads = (
        f"<h3>Why PyTorch’s words mislead</h3><p>{prose(pitfall.misleads, sizes)}</p>" if pitfall.misleads else ""
    )
    return (
        '<div class="sides">'
        f"{_side('wrong', 'Wrong', wrong, _said(outcome.wrong, pitfall.kind), outcome)}"
        f"{_side('right', 'Right', right, _said(outcome.right, ''), outcome)}"
        "</div>"
        f'<div class="words"><section><h3>Why</h3><p>{prose(pitfall.why, sizes)}</p>{misleads}{symptom}</section>'
        f'<section class="fix"><h3>What to do</h3><p>{prose(pitfall.fix, sizes)}</p></section></div>'
    )


def _side(side: str, title: str, code: str, said: str, outcome: Outcome) -> str:
    sign = {"wrong": "✗", "right": "✓"}[side]
    return (
        f'<section class="side {side}"><header><h3><span>{sign}</span> {title}</h3>'
        f'<button class="copy" type="button" data-copy="{side}">Copy code</button></header>'
        f'<pre tabindex="0"><code>{code}</code></pre><div class="heard">{said}</div>'
        f"{_map(outcome, side)}{_measures(outcome.harms, side)}</section>"
    )


def _said(ran: Ran, kind: str) -> str:
    """What PyTorch said, and the shapes that came out."""
    boxes = []
    if ran.raised:
        exception, _, message = ran.raised.partition(": ")
        boxes.append(f'<p class="said raised"><b>{html.escape(exception)}</b> {html.escape(message)}</p>')
    for text in ran.warned:
        category, _, message = text.partition(": ")
        boxes.append(f'<p class="said warned"><b>{html.escape(category)}</b> {html.escape(message)}</p>')
    if ran.clean:
        boxes.append(f'<p class="said clean">{_SAYS_NOTHING.get(kind) or "Runs, and nothing is wrong."}</p>')
    shapes = "".join(f"<span><code>{name}</code> {shape}</span>" for name, shape in ran.shapes)
    return "".join(boxes) + (f'<p class="shapes">{shapes}</p>' if shapes else "")


def _map(outcome: Outcome, side: str) -> str:
    if outcome.maps is None:
        return "<div></div>"
    wrong, right = outcome.maps
    found = right if side == "right" else wrong
    sentence = html.escape(found.sentence(worst_output(wrong)))
    return f'<div class="map">{dependency_map(found, side.capitalize())}<p class="reads">{sentence}</p></div>'


def worst_output(found: DependencyMap) -> int:
    """The output that depends on most of what it should not; of several the last."""
    return len(found.outputs) - 1 - int(found.unexpected.sum(1).flip(0).argmax())


def _measures(harms: tuple[Harm, ...], side: str) -> str:
    rows = [
        f'<li><b class="{"bad" if abs(value) > HARMLESS else "good"}">{_number(value)}</b>'
        f"<span>{html.escape(harm.what)}</span></li>"
        for harm in harms
        for value in (harm.wrong if side == "wrong" else harm.right,)
    ]
    return f'<ul class="measures">{"".join(rows)}</ul>'


def _number(value: float) -> str:
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.0e}".replace("e-0", "e-") if abs(value) <= HARMLESS else f"{value:.4f}"
