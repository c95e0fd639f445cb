"""The cell diagram: every number in it is that of the run, wherever the cell, the layer and the layout put it."""

from __future__ import annotations

import base64
import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from torch import nn

from lstm_viz.cell import Unrolled, unroll
from lstm_viz.drawing.cell_diagram import CellDrawing, cell_diagram, number_text, shade
from lstm_viz.drawing.cell_strips import shown_rows
from lstm_viz.recurrent import Recurrent
from lstm_viz.reference import greatest_difference, layer_outputs

SVG = "{http://www.w3.org/2000/svg}"
MODULES: dict[str, Recurrent] = {
    "lstm": nn.LSTM(3, 5, batch_first=True),
    "two layers, two directions": nn.LSTM(2, 4, num_layers=2, bidirectional=True, batch_first=True),
    "projection": nn.LSTM(6, 7, proj_size=3, bidirectional=True, batch_first=True),
    "no bias": nn.LSTM(1, 2, bias=False),
    "gru": nn.GRU(3, 20, num_layers=2, bidirectional=True, batch_first=True),
    "rnn": nn.RNN(2, 5, batch_first=True),
    "relu": nn.RNN(2, 3, nonlinearity="relu", bias=False),
}


@pytest.fixture(params=MODULES, scope="module")
def module(request: pytest.FixtureRequest) -> Recurrent:
    return MODULES[request.param]


@pytest.fixture(scope="module")
def x(module: Recurrent) -> torch.Tensor:
    return torch.randn(4, 6, module.input_size, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def unrolled(module: Recurrent, x: torch.Tensor) -> Unrolled:
    return unroll(module, x)


def places(unrolled: Unrolled) -> list[dict[str, int]]:
    names = {"sample": "B", "layer": "L", "direction": "D"}
    ends = [(0, unrolled.sizes[letter] - 1) for letter in names.values()]
    units = (0, unrolled.sizes["H"] - 1)
    return [dict(zip([*names, "unit"], each, strict=True)) for each in set(itertools.product(*ends, units))]


def expected(unrolled: Unrolled, key: str, sample: int, layer: int, direction: int) -> torch.Tensor:
    """The (T, n) values of a strip, from the run itself."""
    found = unrolled.at(layer, direction)
    gates = found.gates
    old = found.h_before if unrolled.cell == "gru" else found.c_before
    ways = {
        "x": lambda: found.x,
        "h_before": lambda: found.h_before,
        "c_before": lambda: found.c_before,
        "kept": lambda: gates["z" if unrolled.cell == "gru" else "f"] * old,
        "stored": lambda: gates["i"] * gates["g"],
        "new": lambda: (1 - gates["z"]) * gates["n"],
        "c": lambda: found.c,
        "tanh_c": lambda: found.tanh_c,
        "m": lambda: found.unprojected,
        "h": lambda: found.h,
        "hn": lambda: found.recurrent_share["n"],
        "xn": lambda: found.input_share["n"],
        "rhn": lambda: gates["r"] * found.recurrent_share["n"],
        "hh": lambda: found.recurrent_share["h"],
        "xh": lambda: found.input_share["h"],
        "a": lambda: found.pre_activation["h"],
    }
    if key.startswith("a_"):
        return found.pre_activation[key[2:]][sample]
    values = ways[key]() if key in ways else gates[key]
    assert values is not None
    return values[sample]


@pytest.mark.parametrize("tall", [False, True])
def test_every_number_is_that_of_the_run(unrolled: Unrolled, tall: bool) -> None:
    for at in places(unrolled):
        drawing = cell_diagram(unrolled, **at, tall=tall)
        where = at["sample"], at["layer"], at["direction"]
        for column, (key, index) in enumerate(drawing.slots):
            assert torch.equal(drawing.values[:, column], expected(unrolled, key, *where)[:, index])


def test_the_json_holds_the_same_numbers_bit_for_bit(unrolled: Unrolled) -> None:
    drawing = cell_diagram(unrolled)
    sent = drawing.to_json()
    values = np.frombuffer(base64.b64decode(sent["values"]), dtype="<f4").reshape(sent["steps"], len(sent["slots"]))
    assert np.array_equal(values, drawing.values.numpy())
    assert [tuple(slot) for slot in sent["slots"]] == list(drawing.slots)


@pytest.mark.parametrize("tall", [False, True])
def test_each_slot_is_in_the_drawing_once_under_its_strip_and_unit(unrolled: Unrolled, tall: bool) -> None:
    drawing = cell_diagram(unrolled, unit=unrolled.sizes["H"] - 1, tall=tall)
    found = {}
    for strip in ElementTree.fromstring(drawing.svg).iter(f"{SVG}g"):
        for cell in strip.findall(f"{SVG}g[@data-slot]"):
            slot = int(cell.attrib["data-slot"])
            assert slot not in found
            found[slot] = strip.attrib["data-strip"], cell.get("data-unit"), cell.findtext(f"{SVG}title")
            assert [child.tag for child in cell] == [f"{SVG}rect", f"{SVG}text", f"{SVG}title"]
    assert sorted(found) == list(range(len(drawing.slots)))
    for slot, (key, index) in enumerate(drawing.slots):
        assert found[slot][0] == key
        assert found[slot][1] == (None if key == "x" else str(index))
        assert (found[slot][2] or "").endswith(f"[{index}]")


def test_what_the_sentences_and_the_chosen_unit_need_is_drawn(unrolled: Unrolled) -> None:
    for at, tall in itertools.product(places(unrolled), (False, True)):
        drawing = cell_diagram(unrolled, **at, tall=tall)
        here = {key for key, index in drawing.slots if key != "x" and index == at["unit"]}
        for case in (case for stage in drawing.stages for case in stage.cases):
            needed = set(re.findall(r"\{(\w+)[!%+]*\}", case.text)) - {"unit"} | ({case.strip} - {""})
            assert needed <= here
        assert drawing.stages[0].cases[-1].strip == ""  # something is always said


def test_the_edge_steps_say_where_the_state_comes_from_and_goes() -> None:
    module = nn.LSTM(1, 2, bidirectional=True, batch_first=True)
    unrolled = unroll(module, torch.randn(1, 4, 1))
    forward, reverse = (cell_diagram(unrolled, direction=direction) for direction in (0, 1))
    assert forward.before == ("initial state", "from step 0", "from step 1", "from step 2")
    assert forward.after_c == ("to step 1", "to step 2", "to step 3", "the end: c_n")
    assert reverse.before == ("from step 1", "from step 2", "from step 3", "initial state")
    assert reverse.after_h == ("the end: h_n", "to step 0", "to step 1", "to step 2")
    assert reverse.reverse


@pytest.mark.parametrize(("size", "chosen"), [(1, 0), (8, 7), (9, 3), (9, 7), (9, 8), (128, 0), (128, 126), (128, 127)])
def test_at_most_eight_units_are_drawn_the_chosen_among_them(size: int, chosen: int) -> None:
    rows = shown_rows(size, chosen)
    assert len(rows) <= 8
    assert {0, chosen, size - 1} <= set(rows)
    assert list(rows) == sorted(set(rows))
    assert max(rows) < size


def titles(drawing: CellDrawing) -> list[str]:
    return [stage.title for stage in drawing.stages]


def test_the_steps_are_named_in_the_picture() -> None:
    for module in (nn.LSTM(1, 2), nn.GRU(1, 2), nn.RNN(1, 2)):
        for tall in (False, True):
            drawing = cell_diagram(unroll(module, torch.randn(3, 1, 1)), tall=tall)
            texts = {text.text for text in ElementTree.fromstring(drawing.svg).iter(f"{SVG}text")}
            assert set(titles(drawing)) <= texts


def test_shapes_and_rows_are_those_of_the_weights() -> None:
    module = nn.LSTM(3, 5, num_layers=2, bidirectional=True)
    drawing = cell_diagram(unroll(module, torch.randn(4, 2, 3)), layer=1)
    text = re.sub(r"<[^>]*>", " ", drawing.svg)
    assert str(tuple(module.weight_ih_l1.shape)) in text
    assert str(tuple(module.weight_hh_l1.shape)) in text
    assert "rows 5:10" in text  # the forget gate is torch's second


def test_numbers_and_shades_at_their_limits() -> None:
    assert [number_text(value) for value in (0.0, -0.004, 123.4, 1e6, float("inf"))] == [
        "+0.00",
        "−0.00",
        "+123",
        "+1e+06",
        "inf",
    ]
    assert [shade(value, "gate", 1.0) for value in (0.0, 0.5, 1.0)] == ["g0", "g3", "g6"]
    assert [shade(value, "signed", 2.0) for value in (-2.0, 0.0, 2.0, 5.0)] == ["v-6", "v0", "v6", "v6"]
    assert shade(float("nan"), "signed", 1.0) == "blank"


def test_pytorch_itself_agrees_in_every_layer(module: Recurrent, x: torch.Tensor, unrolled: Unrolled) -> None:
    outputs = layer_outputs(module, x)
    assert len(outputs) == module.num_layers
    last = module(x)[0]
    assert torch.equal(outputs[-1], last if module.batch_first else last.transpose(0, 1))
    assert greatest_difference(unrolled, outputs) < 1e-6
