"""Where the texts of a drawing stand, as far as it can be said without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
_MONO, _PROSE = 0.602, 0.56
_SHARE = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True)
class TextBox:
    """A text and the room that it takes; letters reach from 0.74 of the size above the line to 0.2 below it."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: TextBox) -> bool:
        """Whether one stands on the other, by more than a hair."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 1.0 and down > 1.0


def text_boxes(svg: str) -> list[TextBox]:
    """The texts that are not turned and not hidden."""
    return [_box(text) for text in _texts(ElementTree.fromstring(svg)) if "".join(text.itertext()).strip()]


def _texts(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    if element.get("opacity") == "0" or element.get("transform"):
        return
    if element.tag == f"{SVG}text":
        yield element
    for child in element:
        yield from _texts(child)


def said(element: ElementTree.Element) -> str:
    """A text with its tspans, without its title."""
    parts = [element.text or ""]
    for child in element:
        if child.tag != f"{SVG}title":
            parts.append(said(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _box(text: ElementTree.Element) -> TextBox:
    words, size = said(text), float(text.attrib["font-size"])
    advance = _PROSE if "prose" in text.get("class", "") else _MONO
    width = len(words) * size * advance
    left = float(text.attrib["x"]) - width * _SHARE[text.get("text-anchor", "start")]
    y = float(text.attrib["y"])
    return TextBox(words, left, y - 0.74 * size, left + width, y + 0.2 * size)


def check_picture(svg: str) -> None:
    """Well-formed, named, every text inside the picture, and none on another."""
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label")
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    boxes = text_boxes(svg)
    for box in boxes:
        assert box.left >= -1, box
        assert box.top >= -1, box
        assert box.right <= width + 1, (box, width)
        assert box.bottom <= height + 1, (box, height)
    overlapping = [(a.text, b.text) for a, b in combinations(boxes, 2) if a.overlaps(b)]
    assert not overlapping, overlapping[:5]
