"""The pictures as text: what a reader, a screen reader and a page find in them."""

from __future__ import annotations

import random
from xml.etree import ElementTree

import pytest

from lstm_viz.drawing.diagram import shapes_diagram
from lstm_viz.drawing.palette import DARK, LIGHT, shades
from lstm_viz.drawing.svg import wrapped
from lstm_viz.drawing.unrolled import can_unroll, unrolled_diagram
from lstm_viz.forward import Forward, compute_forward, run_forward
from lstm_viz.spec import NetworkSpec
from tests.specs import random_spec

_SVG = "{http://www.w3.org/2000/svg}"


def blocks(svg: str) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return {
        element.attrib["data-tensor"]: element for element in root.iter(f"{_SVG}g") if "data-tensor" in element.attrib
    }


def words(element: ElementTree.Element) -> str:
    return " ".join("".join(text.itertext()) for text in element.iter(f"{_SVG}text"))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("tall", [False, True])
def test_any_spec_is_drawn_with_its_measured_shapes(seed: int, tall: bool) -> None:
    forward = run_forward(random_spec(random.Random(seed)))
    found = blocks(shapes_diagram(forward, tall=tall))
    assert {"x", "output", "h_n", "prediction", "target", "loss"} <= set(found)
    for name, element in found.items():
        record = forward.trace[name]
        assert element.attrib["data-shape"] == str(record.shape)
        assert str(record.shape) in element.attrib["aria-label"]
        assert str(record.shape) in words(element).replace("  ", " ")
        for axis in record.axes:
            assert f"{axis} = " in element.attrib["aria-label"]
        assert element.find(f"{_SVG}title") is not None


@pytest.mark.parametrize("seed", range(10))
def test_nothing_stands_on_anything_else(seed: int) -> None:
    """No block's front lies on another's, and all of them are inside the picture."""
    forward = run_forward(random_spec(random.Random(seed)))
    for tall in (False, True):
        svg = shapes_diagram(forward, tall=tall)
        left, top, width, height = map(float, ElementTree.fromstring(svg).attrib["viewBox"].split())
        fronts = [box for element in blocks(svg).values() if (box := front(element))]
        for place, (x, y, right, bottom) in enumerate(fronts):
            assert x >= left
            assert y >= top
            assert right <= left + width
            assert bottom <= top + height
            for other in fronts[:place]:
                assert right <= other[0] or other[2] <= x or bottom <= other[1] or other[3] <= y


def front(element: ElementTree.Element) -> tuple[float, float, float, float] | None:
    for rect in element.iter(f"{_SVG}rect"):
        if rect.attrib["class"] == "front":
            x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
            return x, y, x + width, y + height
    return None


def test_facts_of_this_run_are_written_down() -> None:
    text = words(ElementTree.fromstring(shapes_diagram(run_forward(NetworkSpec(bidirectional=True, layers=2)))))
    assert "h_n[-2] equals output[:, -1, :H]: max" in text
    assert "≠" in text
    for row in ("L0→", "L0←", "L1→", "L1←"):
        assert row in text


def test_long_axes_say_that_they_are_compressed() -> None:
    svg = shapes_diagram(run_forward(NetworkSpec(sequence_length=64)))
    assert "places are drawn: the dots stand for the others" in svg
    assert "T = 64 ⋯" in words(blocks(svg)["x"])


def test_time_first_changes_places_with_the_batch() -> None:
    def edges(forward: Forward, name: str) -> list[str]:
        return [line.attrib["data-axis"] for line in blocks(shapes_diagram(forward))[name].iter(f"{_SVG}line")]

    batch_first, time_first = (run_forward(NetworkSpec(batch_first=first)) for first in (True, False))
    assert edges(batch_first, "output") == ["T", "H", "B"]
    assert edges(time_first, "output") == ["B", "H", "T"]
    assert edges(batch_first, "h_n") == edges(time_first, "h_n")


def test_folded_rows_can_be_followed() -> None:
    text = words(blocks(shapes_diagram(run_forward(NetworkSpec(head="every_step"))))["steps"])
    assert all(f"b{sample}" in text for sample in range(4))


def test_a_computed_picture_has_no_values() -> None:
    svg = shapes_diagram(compute_forward(NetworkSpec(batch_size=1_000_000)))
    assert blocks(svg)["x"].attrib["data-shape"] == "(1000000, 12, 1)"
    assert "data-front" not in svg


@pytest.mark.parametrize(
    "spec", [NetworkSpec(), NetworkSpec(cell="gru", bidirectional=True, layers=2, batch_first=False)]
)
def test_unrolled_it_has_a_part_for_each_step(spec: NetworkSpec) -> None:
    forward = run_forward(spec)
    text = words(ElementTree.fromstring(unrolled_diagram(forward)))
    for t in range(spec.sequence_length):
        assert (f"output[:, {t}]" if spec.batch_first else f"output[{t}]") in text
    for row in range(spec.layers * spec.directions):
        assert f"h_n[{row}]" in text


def test_what_is_too_long_is_not_unrolled() -> None:
    forward = run_forward(NetworkSpec(sequence_length=13))
    assert not can_unroll(forward)
    with pytest.raises(ValueError, match="at most T = 12"):
        unrolled_diagram(forward)


def test_expressions_break_where_code_breaks() -> None:
    assert wrapped("output.transpose(0, 1).flatten(1)", 14) == ("output.transpose(0, 1)", ".flatten(1)")
    assert wrapped("self.lstm(x)", 14) == ("self.lstm(x)",)


@pytest.mark.parametrize(("theme", "paper"), [(LIGHT, "#ffffff"), (DARK, "#12171f")])
def test_every_colour_of_text_has_contrast(theme: dict[str, str], paper: str) -> None:
    for name in (*"BTFHLDPVEOGN", "ink", "soft", "good"):
        assert contrast(theme[name], paper) >= 4.5, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shades_differ_from_each_other(theme: str) -> None:
    assert len(set(shades(theme).values())) == len(shades(theme))


def contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)
