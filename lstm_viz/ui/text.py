"""Markdown in the colours of the symbols. Whatever a visitor named is escaped first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from lstm_viz.dims import SYMBOLS
from lstm_viz.drawing.markup import coloured as coloured
from lstm_viz.drawing.markup import html_table as html_table
from lstm_viz.drawing.markup import inline_code as inline_code
from lstm_viz.drawing.palette import DARK, LIGHT
from lstm_viz.trace import TensorRecord

_BACKTICKS = re.compile(r"`([^`]*)`")
_MARKS = re.compile(r"[\\`*{}\[\]~$|^]|(?<![^\W_])_|_(?![^\W_])|^[#+=-]", re.MULTILINE)
_LINKS = re.compile(r":(?=[a-z_/+-])|(?<=www)\.|@", re.IGNORECASE)
_JOINER = "\u2060"
"""Of no width: Streamlit makes a link of https://… and an icon of :name: even where each mark is escaped."""


def literal(sentence: str) -> str:
    """Markdown that shows a sentence as it is, whatever a visitor's file or link put into it.

    What stands in backticks is code; there are no links, no pictures, no formulas and no icons.

    >>> print(literal("expected `hidden_size`, got '![x](y)'"))
    expected `hidden_size`, got '!\\[x\\](y)'
    """
    plain, code = sentence.split("`")[::2], sentence.split("`")[1::2]
    if len(plain) == len(code):  # a last one that is not closed is no code
        plain[-1] += f"`{code.pop()}"
    shown = [f"`{each}`" if each.strip() else _escaped(f"`{each}`") for each in code]
    return "".join(_escaped(each) + after for each, after in zip(plain, [*shown, ""], strict=True))


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", html.escape(_LINKS.sub(rf"\g<0>{_JOINER}", text), quote=False))


def spoken(sentences: Iterable[str], records: Iterable[TensorRecord]) -> str:
    """Sentences as HTML: what stands in backticks as code, and the shapes of ``records`` coloured.

    A shape that tensors with different axes have stays plain.
    """
    text = _BACKTICKS.sub(r"<code>\1</code>", html.escape(" ".join(sentences)))
    by_shape: dict[str, set[str]] = {}
    for record in records:
        if len(record.shape) > 1:
            by_shape.setdefault(str(record.shape), set()).add(coloured(record))
    for shape, ways in by_shape.items():
        if len(ways) == 1:
            text = text.replace(shape, next(iter(ways)))
    return text


def symbol_style() -> str:
    """The rules that colour the symbols in prose, for light and dark."""
    rules = [f".s-{letter}{{color:light-dark({LIGHT[letter]},{DARK[letter]});font-weight:700}}" for letter in SYMBOLS]
    return "".join(rules)
