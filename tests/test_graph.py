"""The diagram of any trace: laid out in layers, nothing on top of anything, modules folded, loops counted."""

from __future__ import annotations

import random
import time
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from lstm_viz.drawing.graph import trace_diagram
from lstm_viz.drawing.graph_plan import LEGIBLE, MOST, plan_of
from lstm_viz.drawing.layered import Box, Edge, layered, ranks
from lstm_viz.grouping import Group, Step, tree_of
from lstm_viz.trace import Trace, trace
from tests.support.any_models import MODELS, CellLoop, Translator, words
from tests.support.pictures import text_boxes

SVG = "{http://www.w3.org/2000/svg}"


def traced(name: str) -> Trace:
    torch.manual_seed(0)
    model, inputs = MODELS[name]()
    return trace(model, *inputs)


def cards(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each call."""
    found = []
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        if group.get("class", "").startswith("call "):
            box = next(each for each in group if each.get("class") == "card")
            x, y, width, height = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + width, y + height))
    return found


@pytest.mark.parametrize("name", MODELS)
def test_nothing_lies_on_anything_else(name: str) -> None:
    diagram = trace_diagram(traced(name))
    boxes = cards(diagram.svg)
    assert 2 <= len(boxes) <= LEGIBLE
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    assert all(x >= 0 and right <= diagram.width and bottom <= diagram.height for x, _, right, bottom in boxes)
    texts = [box for box in text_boxes(diagram.svg) if not box.text.startswith("×")]
    assert not [(a.text, b.text) for a, b in combinations(texts, 2) if a.overlaps(b)]


@pytest.mark.parametrize("name", MODELS)
def test_every_arrow_goes_down_and_every_returned_tensor_is_marked(name: str) -> None:
    found = traced(name)
    svg = trace_diagram(found).svg
    assert svg.count(">returned<") == len(found.returned)
    paths = [path for path in ElementTree.fromstring(svg).iter(f"{SVG}path") if path.get("class") == "arrow"]
    assert paths
    for path in paths:
        if path.get("stroke-dasharray") is None:
            ends = path.attrib["d"].replace("C", "L").replace("V", "L0,").split("L")
            heights = [float(end.split()[-1].split(",")[-1]) for end in (ends[0].removeprefix("M"), ends[-1])]
            assert heights[0] < heights[1]


def test_a_loop_is_one_body_with_its_count() -> None:
    found = traced("loop of a cell")
    (loop,) = [part for part in tree_of(found.tensors) if isinstance(part, Group)]
    assert (loop.kind, loop.times, loop.count) == ("loop", 64, 2)
    svg = trace_diagram(found).svg
    assert "×64" in svg
    assert svg.count("self.cell(x[:, t], (h, c))</text>") == 1
    assert svg.count("handed to the next run") == 2, "h and c"


def test_two_runs_are_no_loop_and_a_module_in_a_loop_stays_a_module() -> None:
    two = trace(CellLoop(), torch.randn(4, 2, 3))
    assert all(isinstance(part, Step) for part in tree_of(two.tensors))
    loop = next(
        part for part in tree_of(trace(Translator(), words(2, 4), words(2, 5)).tensors) if isinstance(part, Group)
    )
    assert loop.times == 5
    assert [part.path for part in loop.parts if isinstance(part, Group)] == ["attention"]


def test_modules_fold_by_name_and_by_depth() -> None:
    found = traced("nested")
    assert found.diagram().folded == ()
    assert found.diagram(depth=0).folded == ("0",)
    assert found.diagram(depth=1).folded == ("0.1",)
    assert found.diagram(fold="0.1").folded == ("0.1",)
    assert traced("twelve layers").diagram().folded == tuple(f"layers.{place}" for place in range(12))
    assert len(traced("twelve layers").diagram(fold=["layers"]).folded) == 12
    with pytest.raises(ValueError, match=r"one of 0, 0\.1; got 'encoder'"):
        found.diagram(fold="encoder")


def test_a_folded_module_that_runs_twice_is_two_blocks() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Sequential(nn.Linear(3, 3), nn.ReLU())

        def forward(self, x: Tensor) -> Tensor:
            return self.part(self.part(x) + x)

    svg = trace(Twice(), torch.randn(2, 3)).diagram(fold="part").svg
    assert svg.count("part · Sequential</text>") == 2


class Long(nn.Module):
    """A straight line of different calls, without modules to fold."""

    def forward(self, x: Tensor) -> Tensor:
        for place in range(700):
            x = x.reshape(-1, 1 + place % 2) if random.Random(place).random() < 0.5 else x + place
        return x


def test_what_is_too_much_is_joined_and_takes_no_time() -> None:
    found = trace(Long(), torch.randn(4, 6), names=False)
    began = time.process_time()
    diagram = trace_diagram(found)
    seconds = time.process_time() - began
    assert len(cards(diagram.svg)) <= MOST
    assert "more tensors" in diagram.svg
    assert seconds < 3, "1 s on a machine that has nothing else to do"


def test_an_empty_trace_and_strange_tensors_are_drawn() -> None:
    class Strange(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, ...]:
            return torch.fft.rfft(x), x[:0], x.sum(), x > 0, torch.full_like(x, float("nan")), x / 0, x.to_sparse()

    assert "<svg" in trace_diagram(Trace((), {}, "Nothing")).svg
    assert "()" in trace_diagram(trace(Strange(), torch.ones(3, 4))).svg


def test_names_are_escaped() -> None:
    model = nn.Sequential()
    model.add_module("<script>alert(1)</script>", nn.Sequential(nn.Linear(3, 3), nn.ReLU()))
    found = trace(model, torch.randn(2, 3))
    for text in (found.diagram(depth=0).svg, found.diagram().svg, found._repr_html_()):
        assert "<script" not in text


def test_plans_say_what_goes_where() -> None:
    found = traced("loop of a cell")
    plan = plan_of(found)
    assert plan.shown["h #65"] == "h #2"
    assert plan.readers["h #2"][0] == plan.maker["h #2"], "the next run reads what this one made"
    assert plan.returned == {"fc", "h #2"}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, Box], list[Edge]]:
    count = draw(st.integers(1, 14))
    size = st.floats(1, 200)
    boxes = {str(node): Box(draw(size), draw(size)) for node in range(count)}
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=25)) if pairs else []
    return boxes, [Edge(str(a), str(b)) for a, b in chosen]


@given(graph=graphs())
def test_any_acyclic_graph_is_laid_out(graph: tuple[dict[str, Box], list[Edge]]) -> None:
    boxes, edges = graph
    rank = ranks(boxes, edges)
    found = layered(boxes, edges)
    for edge, way in zip(edges, found.ways, strict=True):
        assert rank[edge.source] < rank[edge.target]
        assert len(way) == 2 * (rank[edge.target] - rank[edge.source] - 1)
        assert all(above[1] <= below[1] for above, below in pairwise(way))
    for one, other in combinations(boxes, 2):
        (x1, y1), (x2, y2) = found.places[one], found.places[other]
        a, b = boxes[one], boxes[other]
        clear = x1 + a.width <= x2 + 1e-6 or x2 + b.width <= x1 + 1e-6
        assert clear or y1 + a.height <= y2 + 1e-6 or y2 + b.height <= y1 + 1e-6
    for name, (x, y) in found.places.items():
        assert -1e-6 <= x <= found.width - boxes[name].width + 1e-6
        assert -1e-6 <= y <= found.height - boxes[name].height + 1e-6


def test_a_cycle_is_refused() -> None:
    with pytest.raises(ValueError, match="without cycles"):
        layered({"a": Box(1, 1), "b": Box(1, 1)}, [Edge("a", "b"), Edge("b", "a")])


def test_crossings_that_need_not_be_are_taken_out() -> None:
    boxes = {name: Box(10, 10) for name in "abcd"}
    found = layered(boxes, [Edge("a", "d"), Edge("b", "c")])
    places = found.places
    assert (places["a"][0] < places["b"][0]) == (places["d"][0] < places["c"][0])
