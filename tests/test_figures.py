"""The charts: every number in them is a number of the tensors, and every text can be read."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from lstm_viz.cell import unroll
from lstm_viz.figures.differences import FLOOR, Series, differences
from lstm_viz.figures.over_time import MOST_MARKED, Steps, heat_maps, panels
from lstm_viz.figures.over_time_lines import every_unit_lines, unit_lines
from lstm_viz.figures.slices import shown, shown_note
from lstm_viz.figures.style import ticks
from lstm_viz.figures.weights import Matrix, Rows, projection, stacked
from lstm_viz.recurrent import Recurrent, gates_of
from lstm_viz.valves import valves

STEPS = Steps(tuple(f"1949-{month:02}" for month in range(1, 8)), 3)
MODULES = {
    "lstm": torch.nn.LSTM(2, 5, num_layers=2, bidirectional=True, batch_first=True),
    "projected": torch.nn.LSTM(2, 5, proj_size=3, batch_first=True),
    "gru": torch.nn.GRU(2, 5, batch_first=True),
    "rnn": torch.nn.RNN(2, 5, nonlinearity="relu", batch_first=True),
}


def strong(module: Recurrent) -> Recurrent:
    """The same with weights so large that gates shut and open."""
    with torch.no_grad():
        for weight in module.parameters():
            weight.mul_(12)
    return module


def heat(figure: go.Figure) -> dict[str, Any]:
    return {trace.name: np.asarray(trace.z) for trace in figure.data if trace.type == "heatmap"}


def marked(figure: go.Figure, name: str) -> set[tuple[int, int]]:
    found = [trace for trace in figure.data if trace.name == name]
    return {(step, unit) for trace in found for step, unit in zip(trace.x, trace.y, strict=True)}


@pytest.mark.parametrize("kind", MODULES)
def test_heat_maps_hold_the_tensors(kind: str) -> None:
    unrolled = unroll(MODULES[kind], torch.randn(3, 7, 2))
    found, units = unrolled.passes[-1], (0, 2, 4)
    drawn = panels(found, 1, 7, units)
    values = heat(heat_maps(drawn, units, 2, STEPS))
    wanted = dict(found.gates) | {"h": found.h}
    if found.c is not None:
        wanted["c"] = found.c
    assert values.keys() == wanted.keys()
    for letter, tensor in wanted.items():
        kept = [unit for unit in units if unit < tensor.shape[-1]]
        np.testing.assert_array_equal(values[letter], tensor[1][:, kept].T.numpy())


def test_each_step_can_be_clicked_and_the_present_one_is_framed() -> None:
    unrolled = unroll(MODULES["gru"], torch.randn(3, 7, 2))
    drawn = panels(unrolled.at(0), 0, 7, range(5))
    figure = heat_maps(drawn, range(5), 0, STEPS, token=4)
    clickable = [trace for trace in figure.data if trace.name == "steps"]
    assert [list(trace.x) for trace in clickable] == [list(range(7))] * len(drawn)
    assert {(shape.x0, shape.x1) for shape in figure.layout.shapes} == {(2.5, 3.5)}
    assert "t = 3 · 1949-04" in str(figure.layout.annotations)
    assert figure.layout.meta == 4


def test_marks_stand_where_gates_are_shut_or_open() -> None:
    torch.manual_seed(1)
    unrolled = unroll(strong(torch.nn.LSTM(2, 5, batch_first=True)), torch.randn(3, 7, 2))
    forget = next(valve for valve in valves(unrolled.at(0), 0, 7) if valve.gate.letter == "f")
    drawn = [panel for panel in panels(unrolled.at(0), 0, 7, range(5)) if panel.letter == "f"]
    figure = heat_maps(drawn, range(5), 0, STEPS)
    gate = unrolled.at(0).gates["f"][0]
    assert marked(figure, "nearly shut") == set(map(tuple, (gate < 0.1).nonzero().tolist())) != set()
    assert marked(figure, "nearly open") == set(map(tuple, (gate > 0.9).nonzero().tolist())) != set()
    assert forget.counts == (int((gate < 0.1).sum()), int((gate > 0.9).sum()), 35)


def test_a_long_sequence_of_many_units_stays_small() -> None:
    unrolled = unroll(strong(torch.nn.LSTM(2, 128, batch_first=True)), torch.randn(1, 200, 2))
    units = shown(128, 40, 12)
    figure = heat_maps(panels(unrolled.at(0), 0, 200, units), units, 40, Steps(("",) * 200, 3))
    assert MOST_MARKED < 200
    assert not marked(figure, "nearly shut")
    assert len(figure.to_json()) < 1_500_000


def test_lines_hold_the_tensors() -> None:
    unrolled = unroll(MODULES["lstm"], torch.randn(3, 7, 2))
    drawn = panels(unrolled.at(1, 1), 2, 7, range(5))
    one = unit_lines(drawn, 3, 3, STEPS)
    for trace, panel in zip(one.data, drawn, strict=True):
        np.testing.assert_allclose(trace.y, panel.values[:, 3].numpy())
    all_units = every_unit_lines(drawn[-1], range(5), 3, STEPS)
    assert all_units.data[-1].name == "unit 3"
    np.testing.assert_allclose(all_units.data[-1].y, unrolled.at(1, 1).h[2, :, 3].numpy())
    assert len(all_units.data) == 5


def test_lines_of_a_unit_that_a_projection_leaves_without_h() -> None:
    unrolled = unroll(MODULES["projected"], torch.randn(3, 7, 2))
    drawn = panels(unrolled.at(0), 0, 7, range(5))
    assert [trace.name for trace in unit_lines(drawn, 4, 4, STEPS).data] == ["i", "f", "o", "g", "c"]
    assert len(every_unit_lines(drawn[-1], range(5), 4, STEPS).data) == 3


@pytest.mark.parametrize("kind", MODULES)
def test_weights_are_cut_in_gates(kind: str) -> None:
    module = MODULES[kind]
    weight = module.weight_ih_l0.detach()
    rows = Rows(gates_of(module), 5, (0, 1, 2, 3, 4), 2)
    z = heat(stacked([Matrix("W_ih", weight, "F = 2")], rows, [(0, 1)]))["W_ih"]
    whole = z[~np.isnan(z).any(axis=1)]
    np.testing.assert_array_equal(whole, weight.numpy())
    assert len(z) == len(weight) + len(rows.gates) - 1
    assert rows.chosen_rows == [place * 5 + 2 for place in range(len(rows.gates))]


def test_the_chosen_row_of_each_gate_is_framed() -> None:
    module = MODULES["lstm"]
    rows = Rows(gates_of(module), 5, (0, 2, 4), 2)
    figure = stacked([Matrix("W_hh", module.weight_hh_l0.detach(), "H = 5")], rows, [tuple(range(5))])
    framed = sorted(int(shape.y0 + 0.5) for shape in figure.layout.shapes)
    names = np.asarray(figure.data[0].customdata)
    assert [names[row][0] for row in framed] == [
        f"row {place * 5 + 2}: unit 2 of {letter}, column 0" for place, letter in enumerate("ifgo")
    ]


def test_projection_holds_the_tensor() -> None:
    weight = MODULES["projected"].weight_hr_l0.detach()
    np.testing.assert_array_equal(heat(projection(weight, 1, (0, 1, 4)))["W_hr"], weight[:, [0, 1, 4]].numpy())


def test_differences_show_zero_on_a_logarithmic_axis() -> None:
    figure = differences([Series("a", (0.0, 0.5))], rounding=1e-5)
    assert list(figure.data[0].y) == [FLOOR, 0.5]
    assert figure.data[0].customdata[0][0] == "0"


@pytest.mark.parametrize(
    ("size", "chosen", "most"), [(128, 0, 12), (128, 127, 12), (13, 6, 12), (5, 4, 12), (200, 3, 2)]
)
@pytest.mark.parametrize("spread", ["evenly", "around"])
def test_slices_hold_the_chosen_one(size: int, chosen: int, most: int, spread: Any) -> None:
    units = shown(size, chosen, most, spread)
    assert chosen in units
    assert len(units) == min(size, most)
    assert list(units) == sorted(set(units))
    assert bool(shown_note(units, size)) == (size > most)


@pytest.mark.parametrize("count", [1, 2, 12, 13, 57, 128, 200])
def test_ticks_are_few_and_begin_at_zero(count: int) -> None:
    for most in (2, 5, 12):
        places = ticks(count, most)
        assert places[0] == 0
        assert len(places) <= most
        assert places[-1] < count


def figures() -> list[go.Figure]:
    unrolled = unroll(MODULES["projected"], torch.randn(3, 7, 2))
    drawn = panels(unrolled.at(0), 0, 7, range(5))
    module = MODULES["projected"]
    return [
        heat_maps(drawn, range(5), 0, STEPS),
        unit_lines(drawn, 0, 0, STEPS),
        every_unit_lines(drawn[0], range(5), 0, STEPS),
        stacked([Matrix("W", module.weight_ih_l0.detach(), "F = 2")], Rows(gates_of(module), 5, range(5), 0), [(0, 1)]),
        projection(module.weight_hr_l0.detach(), 0, tuple(range(5))),
        differences([Series("a", (0.0, 0.5))], rounding=1e-5),
    ]


@pytest.mark.parametrize("figure", figures(), ids=range(6))
def test_texts_are_large_and_the_paper_is_the_page(figure: go.Figure) -> None:
    def sizes(node: Any) -> list[float]:
        if isinstance(node, list):
            return [size for part in node for size in sizes(part)]
        if not isinstance(node, dict):
            return []
        fonts = [value["size"] for name, value in node.items() if "font" in name and "size" in (value or {})]
        return fonts + [size for value in node.values() for size in sizes(value)]

    layout = {name: part for name, part in json.loads(figure.to_json())["layout"].items() if name != "template"}
    assert min(sizes(layout)) >= 13
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert "color" not in layout["font"]
