"""SVG by the standard library's XML tree; every text is escaped, whatever a person called their column."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache
from xml.etree import ElementTree  # it writes, and parses nothing  # nosec B405

from lstm_viz.dims import SYMBOLS, Axis
from lstm_viz.drawing.palette import STEPS, variables

Element = ElementTree.Element
_UNSAFE = re.compile("[&<>\"']")
MONO = "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
_ADVANCE = 0.602
"""The width of a monospaced letter over its font size."""


def add(parent: Element, tag: str, text: str | None = None, **attributes: object) -> Element:
    """A new child. ``class_`` is class, other underscores are hyphens, and None is left out."""
    known = {
        _attribute_name(name): value if isinstance(value, str) else _number(value)
        for name, value in attributes.items()
        if value is not None
    }
    element = ElementTree.SubElement(parent, tag, known)
    element.text = text
    return element


@cache
def _attribute_name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def picture(width: float, height: float, label: str) -> Element:
    """An empty drawing with its style; ``label`` is what a screen reader says first."""
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_number(width)} {_number(height)}",
            "class": "lv",
            "role": "group",
            "aria-label": label,
        },
    )
    add(root, "style", style())
    return root


def to_text(root: Element) -> str:
    """The drawing as text. ElementTree's own writer also looks for namespaces, and takes three times as long."""
    parts: list[str] = []
    _write(root, parts)
    return "".join(parts)


def _write(element: Element, parts: list[str]) -> None:
    attributes = "".join(f' {name}="{_escaped(value)}"' for name, value in element.items())
    text = _escaped(element.text) if element.text else ""
    if not len(element):
        parts.append(f"<{element.tag}{attributes}>{text}</{element.tag}>")
        return
    parts.append(f"<{element.tag}{attributes}>{text}")
    for child in element:
        _write(child, parts)
    parts.append(f"</{element.tag}>")


def _escaped(text: str) -> str:
    return html.escape(text) if _UNSAFE.search(text) else text


def text_width(text: str, size: float) -> float:
    """How wide a monospaced text is."""
    return len(text) * size * _ADVANCE


def wrapped(expression: str, longest: int) -> tuple[str, ...]:
    """An expression in lines, broken as code is: before dots, else also after commas, else after the first bracket."""
    lines = [expression]
    for breaks in (".", ".,", ".,("):
        lines = []
        for piece in _pieces(expression, breaks):
            if lines and len(lines[-1]) + len(piece) <= longest:
                lines[-1] += piece
            else:
                lines.append(piece)
        if max(map(len, lines)) <= longest + 8:
            break
    return tuple(line.strip() for line in lines)


def coloured_axis(parent: Element, axis: Axis, after: str = "") -> None:
    """An axis as tspans, each letter in its colour: B·T = 48."""
    for place, factor in enumerate(axis.factors):
        if place:
            add(parent, "tspan", "·", class_="soft")
        if isinstance(factor, str):
            add(parent, "tspan", str(Axis.of(factor)), class_=f"s {factor[0]}", data_axis=factor[0])
        else:
            add(parent, "tspan", str(factor))
    if axis.offset:
        add(parent, "tspan", f"{'+' if axis.offset > 0 else '−'}{abs(axis.offset)}")
    if after:
        add(parent, "tspan", after)


def leading_symbol(axis: Axis) -> str | None:
    """The letter whose colour stands for a product: what is counted, rather than how many times."""
    letters = [symbol[0] for symbol in axis.symbols]
    return next((letter for letter in letters if letter not in "LDG"), letters[0] if letters else None)


def letters(axes: Iterable[Axis]) -> str:
    """The letters of some axes, for the ``data-axis`` of an element that lights up with each of them."""
    return " ".join(dict.fromkeys(symbol[0] for axis in axes for symbol in axis.symbols))


@cache
def style() -> str:
    """The rules of every drawing. ``data-theme`` decides; without it, the reader's own setting does."""
    colours = "".join(f".lv .{letter}{{--c:var(--{letter})}}" for letter in SYMBOLS)
    values = "".join(f".lv .v{step}{{fill:var(--v{step})}}" for step in range(-STEPS, STEPS + 1))
    lit = "".join(
        f".lv[data-lit={letter}] [data-axis~={letter}].edge{{stroke-width:7}}"
        f".lv[data-lit={letter}] text [data-axis~={letter}]{{text-decoration:underline;font-weight:800}}"
        f".lv[data-lit={letter}] .block:not([data-axis~={letter}]){{opacity:.35}}"
        for letter in SYMBOLS
    )
    return (
        f".lv{{{variables('light')};font-family:{MONO}}}"
        f"@media(prefers-color-scheme:dark){{.lv:not([data-theme=light]){{{variables('dark')}}}}}"
        f".lv[data-theme=dark]{{{variables('dark')}}}"
        ".lv text{fill:var(--ink)}.lv .soft{fill:var(--soft)}.lv .good{fill:var(--good)}"
        f".lv .prose{{font-family:{SANS}}}.lv .s{{fill:var(--c);font-weight:700}}"
        ".lv .edge{stroke:var(--c);stroke-width:3.5}"
        ".lv .front{fill:transparent}.lv .side{opacity:.82}"
        ".lv .cell,.lv .side{stroke:var(--line);stroke-width:.7;stroke-linejoin:round}"
        ".lv .hull{fill:none;stroke:var(--line);stroke-width:1.4;stroke-linejoin:round}"
        ".lv .blank{fill:var(--blank)}.lv .gap{fill:var(--soft)}"
        ".lv .arrow{stroke:var(--line);stroke-width:1.6;fill:none}.lv .head{fill:var(--line)}"
        ".lv .equal{stroke:var(--good);stroke-width:2;fill:none;stroke-dasharray:2 4;stroke-linecap:round}"
        ".lv .read{fill:none;stroke:var(--ink);stroke-width:2.6}"
        ".lv .box{fill:var(--box);stroke:var(--line);stroke-width:1.2}.lv .block{cursor:pointer;outline:none}"
        ".lv .row{paint-order:stroke;stroke:var(--paper);stroke-width:3px;font-weight:700;pointer-events:none}"
        ".lv .halo{fill:transparent;stroke:transparent;stroke-width:2}"
        ".lv .block:hover .halo{stroke:var(--faint)}.lv .block:focus-visible .halo{stroke:var(--T);stroke-width:3}"
        ".lv .block[aria-pressed=true] .halo{stroke:var(--T);fill:var(--box)}"
        f"{colours}{values}{lit}"
    )


def _pieces(expression: str, breaks: str) -> list[str]:
    pieces, start, depth = [], 0, 0
    for place, letter in enumerate(expression):
        depth += (letter in "([") - (letter in ")]")
        ends = {
            ".": depth == 0 and expression[place : place + 2] == ").",
            ",": depth <= 1 and letter == ",",
            "(": depth == 1 and letter == "(",
        }
        if any(ends[kind] for kind in breaks):
            pieces.append(expression[start : place + 1])
            start = place + 1
    return [piece for piece in (*pieces, expression[start:]) if piece]


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
