"""The pictures of the Data page: each cell shows the row that it says, and nothing stands on anything else."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_viz.datasets import Table, passengers
from lstm_viz.drawing.data_style import SAMPLE_COLOURS
from lstm_viz.drawing.data_way import data_way
from lstm_viz.drawing.loader import loader_diagram
from lstm_viz.drawing.palette import DARK, LIGHT
from lstm_viz.drawing.window_cut import window_cut
from lstm_viz.drawing.window_data import WindowCut, cut_from, short_number
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.prepare_text import prepare_text
from lstm_viz.preparation.prepared import Prepared, Step
from lstm_viz.preparation.recipe import Recipe, RecipeError
from lstm_viz.preparation.text_recipe import TextRecipe
from tests.support.pictures import SVG, check_picture, said
from tests.test_drawing import contrast


def random_preparation(seed: int) -> Prepared:
    """A table with its recipe, drawn until one can be carried out."""
    rng = random.Random(seed)
    while True:
        rows, columns = rng.randint(80, 150), rng.randint(1, 7)
        values = np.random.default_rng(seed).normal(size=(rows, columns)) * 10.0 ** rng.randint(-3, 6)
        labels = tuple(f"2024-{row // 28 + 1:02d}-{row % 28 + 1:02d}" if seed % 2 else str(row) for row in range(rows))
        table = Table("made up", tuple(f"column {place}" for place in range(columns)), labels, values)
        with suppress(RecipeError):
            return prepare(random_recipe(rng, columns), table)


def random_recipe(rng: random.Random, columns: int) -> Recipe:
    return Recipe(
        data="table",
        features=tuple(rng.sample(range(columns), rng.randint(1, columns))),
        target=rng.randrange(columns),
        window=rng.choice([1, 2, 5, 8, 13, 20]),
        horizon=rng.choice([1, 1, 2, 5]),
        target_offset=rng.choice([0, 1, 1, 3]),
        stride=rng.choice([1, 1, 3]),
        many_to_many=rng.random() < 0.3,
        validation=rng.choice([0, 0.1]),
        test=rng.choice([8, 0.2]),
        split_shuffle=rng.random() < 0.15,
        scaling=rng.choice(["minmax", "standard", "none"]),
        batch_size=rng.choice([1, 3, 8, 32]),
        shuffle=rng.random() < 0.5,
    )


def slots(svg: str) -> list[ElementTree.Element]:
    return [group for group in ElementTree.fromstring(svg).iter(f"{SVG}g") if group.get("class") == "slot"]


def number(values: NDArray[np.float64], row: int, column: int) -> str:
    return short_number(float(values[row, column]))


@pytest.mark.parametrize("seed", range(18))
@pytest.mark.parametrize("tall", [False, True])
def test_each_cell_of_the_windows_shows_the_row_that_it_stands_for(seed: int, tall: bool) -> None:
    ready = random_preparation(seed)
    assert ready.table is not None
    cut = cut_from(ready)
    place = random.Random(seed).randrange(len(cut.pairs))
    svg = window_cut(cut, place, tall=tall).svg
    check_picture(svg)
    for slot in slots(svg):
        at = place + int(slot.attrib["data-k"])
        row = slot.get("data-row")
        if not 0 <= at < len(cut.pairs):
            assert row is None
            continue
        pair, step = cut.pairs[at], int(slot.attrib["data-step"])
        if row is None:
            assert not 0 <= pair.start + step < ready.table.rows
            continue
        if 0 <= step < ready.recipe.window:
            assert int(row) == ready.row(pair.sample, step, pair.part)
        column = slot.attrib["data-column"]
        source = ready.target_place if column == "y" else ready.feature_places[cut.places[int(column)]]
        expected = number(ready.table.values, int(row), source)
        title = slot.findtext(f"{SVG}title") or ""
        assert title == f"{ready.table.columns[source]} {expected}, {ready.table.labels[int(row)]}, row {row}"
        text = slot.find(f"{SVG}text")
        assert text is None or said(text) == expected


@pytest.mark.parametrize("seed", range(18))
def test_the_targets_are_those_of_the_preparation(seed: int) -> None:
    ready = random_preparation(seed)
    cut = cut_from(ready)
    for pair in cut.pairs[:: max(1, len(cut.pairs) // 7)]:
        assert cut.target_rows(pair.start) == ready.target_rows(pair.sample, pair.part)
        if ready.recipe.many_to_many:
            assert cut.target_rows(pair.start, 0) == ready.target_rows(pair.sample, pair.part, step=0)
        x = [cut.texts[pair.start + step - cut.first][0] for step in range(cut.window)]
        raw = [ready.raw(pair.sample, step, cut.places[0], pair.part) for step in range(cut.window)]
        assert x == [short_number(value) for value in raw]
    assert cut.total == sum(map(len, ready.parts.values())) == len(cut.pairs)


@pytest.mark.parametrize("seed", range(8))
def test_the_pages_of_a_long_table_hold_every_pair(seed: int) -> None:
    ready = random_preparation(seed)
    assert ready.table is not None
    found = {}
    for row in range(ready.table.rows):
        cut = cut_from(ready, row, most_rows=30)
        assert len(cut.labels) <= max(30, ready.recipe.window + ready.recipe.reach)
        assert cut.first <= row
        found |= {(pair.part, pair.sample): pair.start for pair in cut.pairs}
        assert all(cut.first <= pair.start for pair in cut.pairs)
        ends = [cut.every_target_row(pair.start).stop for pair in cut.pairs]
        assert max(ends, default=0) <= cut.first + len(cut.labels)
    assert len(found) == sum(map(len, ready.parts.values()))
    page = next(cut for row in range(0, 40) if (cut := cut_from(ready, row, most_rows=30)).pairs)
    check_picture(window_cut(page).svg)


def test_the_curve_has_the_months_on_its_axis_and_the_window_on_its_rows() -> None:
    cut = cut_from(prepare(Recipe(), passengers()))
    drawing = window_cut(cut, 37)
    root = ElementTree.fromstring(drawing.svg)
    texts = [said(text) for text in root.iter(f"{SVG}text")]
    assert {"1949-01", "1955-01", "train", "test", "passengers"} <= set(texts)
    handle = next(group for group in root.iter(f"{SVG}g") if group.get("role") == "slider")
    assert handle.attrib["aria-valuetext"] == "train sample 37: 1952-02 … 1953-01 → 1953-02"
    assert (handle.attrib["aria-valuemin"], handle.attrib["aria-valuemax"]) == ("0", "131")
    frame = next(rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "window-frame")
    assert float(frame.attrib["x"]) == pytest.approx(drawing.plot.edge(37), abs=0.06)
    assert float(frame.attrib["width"]) == pytest.approx(12 * drawing.plot.step, abs=0.06)
    ring = next(circle for circle in root.iter(f"{SVG}circle") if circle.get("class") == "goal")
    assert float(ring.attrib["cy"]) == pytest.approx(drawing.plot.y(196.0), abs=0.06)
    json.dumps(drawing.to_json())


def test_what_the_component_is_sent_stays_small() -> None:
    rows = 1_000_000
    labels = tuple(map(str, range(rows)))
    table = Table("long", ("a",), labels, np.sin(np.arange(rows) / 50.0)[:, None])
    cut = cut_from(prepare(Recipe(data="table", test=100), table), around=500_000)
    assert len(cut.labels) == 400
    assert cut.first <= 500_000 < cut.first + 400
    drawing = window_cut(cut)
    assert "of 1,000,000" in drawing.svg
    assert len(json.dumps(drawing.to_json())) < 200_000


def test_a_place_that_is_not_there_and_a_generated_task_are_refused() -> None:
    ready = prepare(Recipe(), passengers())
    with pytest.raises(ValueError, match="expected one of the 132 pairs"):
        window_cut(cut_from(ready), 132)
    with pytest.raises(ValueError, match="not cut from a table"):
        cut_from(replace(ready, table=None))


def drawn_steps(svg: str) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return {group.attrib["data-tensor"]: group for group in root.iter(f"{SVG}g") if "data-tensor" in group.attrib}


def check_way(steps: tuple[Step, ...], part: str = "train") -> None:
    for tall in (False, True):
        svg = data_way(steps, part=part, tall=tall)
        check_picture(svg)
        drawn = drawn_steps(svg)
        text = " ".join(said(each) for each in ElementTree.fromstring(svg).iter(f"{SVG}text"))
        for step in steps:
            if step.stage == "split":
                assert f"{step.shape[0]:,}" in text
            elif step.name in drawn:
                group = drawn[step.name]
                assert group.attrib["data-shape"] == str(step.shape)
                assert str(step.shape) in "".join(said(each) for each in group.iter(f"{SVG}text"))
                assert step.sentence in (group.findtext(f"{SVG}title") or "")
                assert step.sentence in group.attrib["aria-label"]
            elif step.stage == "loader":
                assert step.part != part
                assert f"{step.part}: {step.shape[0]:,} batch" in text
            else:
                assert step.part not in ("", part)
                assert f"{step.name} {step.shape}" in text


@pytest.mark.parametrize("seed", range(16))
def test_the_way_shows_every_step_with_its_shape(seed: int) -> None:
    check_way(random_preparation(seed).steps)


@pytest.mark.parametrize(
    "recipe", [{}, {"pad_to": "longest", "reserved": False, "empty": "drop"}, {"unit": "characters", "length": 9}]
)
def test_the_way_of_a_text_too(recipe: dict[str, Any]) -> None:
    texts = [f"message {number} says {'very ' * (number % 5)}little <b>& more</b>" for number in range(20)]
    labels = ["a" if number % 3 else "b" for number in range(20)]
    check_way(prepare_text(TextRecipe(test=0.2, **recipe), texts, labels).steps)


@pytest.mark.parametrize("task", ["classification", "binary"])
def test_classes_are_int64_in_the_picture(task: Any) -> None:
    steps = prepare(Recipe(task=task, validation=12), passengers()).steps
    check_way(steps)
    check_way(steps, part="test")
    assert ("int64" in data_way(steps)) == (task == "classification")


def test_a_shuffled_split_is_called_what_it_is() -> None:
    assert "dealt out at random" in data_way(prepare(Recipe(split_shuffle=True), passengers()).steps)
    assert "in the order of time" in data_way(prepare(Recipe(), passengers()).steps)


def test_the_smaller_last_batch_is_said() -> None:
    svg = data_way(prepare(Recipe(), passengers()).steps)
    assert "The last batch is smaller: B = 24 instead of 32." in svg
    root = ElementTree.fromstring(svg)
    sizes = [rect.findtext(f"{SVG}title") for rect in root.iter(f"{SVG}rect") if "data-batch" in rect.attrib]
    assert sizes == ["batch 0: B = 32", "batch 1: B = 32", "batch 2: B = 32", "batch 3: B = 24"]


def test_the_values_of_a_sheet_are_those_of_the_step() -> None:
    step = prepare(Recipe(features=(0, 1)), passengers()).steps[1]
    group = drawn_steps(data_way((step,)))["features"]
    titles = [rect.findtext(f"{SVG}title") for rect in group.iter(f"{SVG}rect") if "cell" in rect.get("class", "")]
    assert titles[:4] == ["features[0, 0] = 112", "features[0, 1] = 1", "features[1, 0] = 118", "features[1, 1] = 2"]
    assert titles[-2:] == ["features[143, 0] = 432", "features[143, 1] = 12"]


def test_no_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="expected those of a preparation"):
        data_way(())


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("width", [1080.0, 400.0])
def test_the_loaders_rows_are_its_batches(seed: int, width: float) -> None:
    rng = random.Random(seed)
    order = list(range(rng.choice([1, 5, 40, 300])))
    rng.shuffle(order)
    size, drop = rng.choice([1, 3, 8, 40]), rng.random() < 0.5
    svg = loader_diagram(order, size, drop_last=drop, shuffled=True, width=width)
    check_picture(svg)
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    root = ElementTree.fromstring(svg)
    rows = {int(group.attrib["data-batch"]): group for group in root.iter(f"{SVG}g") if "data-batch" in group.attrib}
    assert set(rows) >= {0, len(batches) - 1}
    for batch, group in rows.items():
        shown = [int(cell.attrib["data-sample"]) for cell in group.iter(f"{SVG}g") if "data-sample" in cell.attrib]
        wanted = batches[batch]
        assert shown == wanted if len(shown) == len(wanted) else shown == [*wanted[: len(shown) - 1], wanted[-1]]
    smaller = len(batches[-1]) < size
    assert ("left out: drop_last=True" in svg) == (smaller and drop)
    assert ("the last batch is smaller" in svg) == (smaller and not drop)
    assert (root.find(f"{SVG}line[@class='strike']") is not None) == (smaller and drop)


def test_the_loader_counts_and_refuses() -> None:
    assert "120 samples: 3 batches of B = 32, and a last one of 24" in loader_diagram(range(120), 32)
    assert "3 samples: a last one of 3" in loader_diagram(range(3), 8)
    check_picture(loader_diagram([], 8))
    with pytest.raises(ValueError, match="expected 1 or more, got 0"):
        loader_diagram([1], 0)


@pytest.mark.parametrize(("theme", "ink"), [("light", LIGHT["ink"]), ("dark", DARK["ink"])])
def test_labels_are_legible_on_the_colours_of_samples(theme: str, ink: str) -> None:
    for colour in SAMPLE_COLOURS[theme]:
        assert contrast(colour, ink) >= 4.5


def test_a_column_may_be_called_anything() -> None:
    table = Table("t", ("<script>", "a&b"), tuple(map(str, range(40))), np.random.default_rng(0).normal(size=(40, 2)))
    ready = prepare(Recipe(data="table", features=(0, 1), window=4, test=4), table)
    for svg in (window_cut(cut_from(ready)).svg, data_way(ready.steps)):
        assert "<script>" not in svg
        check_picture(svg)


def test_the_nearest_pair_is_found() -> None:
    cut: WindowCut = cut_from(prepare(Recipe(stride=5), passengers()))
    for row in range(-3, 150, 7):
        distances = [abs(pair.start - row) for pair in cut.pairs]
        assert distances[cut.nearest(row)] == min(distances)
