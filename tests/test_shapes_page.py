"""The Shapes page without a browser: alone and under app.py, settings, links, tables, and what is too large."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from lstm_viz.forward import run_forward
from lstm_viz.presets import PRESETS
from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.shapes_place import ShapesPlace
from tests.specs import random_spec
from tests.support.given import given_to
from tests.support.serving import ROOT

RunApp = Callable[..., AppTest]


def shapes_drawn(app: AppTest) -> dict[str, str]:
    """Tensor → shape, as the drawing has them."""
    root = ElementTree.fromstring(given_to(app, "svg")["svg"])
    blocks = [element for element in root.iter() if "data-tensor" in element.attrib]
    return {block.attrib["data-tensor"]: block.attrib["data-shape"] for block in blocks}


def rows(app: AppTest) -> dict[str, dict[str, Any]]:
    """Field → row of the controls."""
    return {row["field"]: row for section in given_to(app, "sections")["sections"] for row in section["rows"]}


def texts(app: AppTest) -> str:
    """All that Streamlit's own elements say."""
    kinds = ("markdown", "info", "warning", "error", "caption")
    return "\n".join(element.value for kind in kinds for element in app.get(kind))


def test_it_opens_with_the_airline_passengers(run_app: RunApp) -> None:
    app = run_app()
    assert not app.exception
    assert shapes_drawn(app) == {
        "x": "(4, 12, 1)",
        "output": "(4, 12, 5)",
        "last": "(4, 5)",
        "prediction": "(4, 1)",
        "h_n": "(1, 4, 5)",
        "c_n": "(1, 4, 5)",
        "target": "(4, 1)",
        "loss": "()",
    }
    said = given_to(app, "svg")["said"]
    assert "4 samples of 12 steps" in said
    assert "Measured in PyTorch 2.13.0, with 166 parameters" in said
    assert [symbol["letter"] for symbol in given_to(app, "symbols")["symbols"]] == ["B", "T", "F", "H", "L", "O"]


def test_it_runs_alone_too() -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "shapes.py"), default_timeout=60)
    app.query_params["H"] = "7"
    app.run()
    assert not app.exception
    assert shapes_drawn(app)["output"] == "(4, 12, 7)"


@pytest.mark.parametrize("seed", range(12))
def test_any_link_shows_what_torch_computes(run_app: RunApp, seed: int) -> None:
    spec = random_spec(random.Random(seed))
    app = run_app(**spec.to_query())
    assert not app.exception
    measured = {record.name: str(record.shape) for record in run_forward(spec).trace}
    drawn = shapes_drawn(app)
    assert {name: measured[name] for name in drawn} == drawn
    assert {"x", "output", "h_n", "prediction", "loss"} <= set(drawn)
    assert given_to(app, "query")["query"].count("=") == len(spec.to_query())


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_presets_are_reached_by_their_link(run_app: RunApp, preset: Any) -> None:
    app = run_app(**preset.spec.to_query())
    assert not app.exception
    assert rows(app)["preset"]["value"] == preset.name
    assert preset.about in [row.get("label") for row in rows(app).values()]


def test_a_wrong_link_says_what_was_left_out_and_uses_the_rest(run_app: RunApp) -> None:
    app = run_app(H="7", P="9", zz="1", head="sideways")
    assert not app.exception
    warnings = [warning.value for warning in app.warning]
    assert len(warnings) == 3
    assert any("'zz'" in text for text in warnings)
    assert any("head=sideways" in text and "last_step" in text for text in warnings)
    assert any("P=9" in text and "less than hidden_size=7" in text for text in warnings)
    assert shapes_drawn(app)["output"] == "(4, 12, 7)"


def test_what_is_too_large_is_computed_and_says_so(run_app: RunApp) -> None:
    app = run_app(B="1000000")
    assert not app.exception
    assert shapes_drawn(app)["output"] == "(1000000, 12, 5)"
    assert "computed from the names of the axes" in texts(app)
    assert not app.button  # far beyond the limit: nothing is offered


def test_what_is_large_runs_when_asked(run_app: RunApp) -> None:
    app = run_app(B="20000")
    assert "runs only if you ask for it" in texts(app)
    app.button[0].click().run()
    assert not app.exception
    assert "computed" not in texts(app)
    assert shapes_drawn(app)["output"] == "(20000, 12, 5)"


@pytest.mark.parametrize("letters", ["L", "H", "TF", "O", "BTFHLO"])
def test_no_size_stops_the_page(run_app: RunApp, letters: str) -> None:
    app = run_app(**dict.fromkeys(letters, "10000000"))
    assert not app.exception
    for tab in ("Parameters", "Code", "Cost"):
        app.session_state["details"] = tab
        assert not app.run().exception


def test_each_tab_shows_its_own(run_app: RunApp) -> None:
    app = run_app(L="2")
    html = lambda: "".join(element.proto.body for element in app.get("html"))  # noqa: E731
    assert "self.lstm(x)" in html()
    app.session_state["details"] = "Parameters"
    app.run()
    assert "weight_ih_l0" in html()
    assert "160 + 240 = 400" in texts(app)
    app.session_state["details"] = "Code"
    app.run()
    assert "class Network(nn.Module):" in app.code[0].value
    app.session_state["details"] = "Cost"
    app.run()
    assert "15,380 multiply-adds" in texts(app)


def test_the_inspector_shows_real_months(run_app: RunApp) -> None:
    app = run_app()
    app.session_state["shapes_place"] = ShapesPlace("x")
    app.run()
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table.columns) == ["passengers", "passengers, as it was"]
    assert table.index[0] == "step 0 (1949-01)"
    assert table.iloc[0, 1] == 112
    assert "which sample of the batch" in texts(app)


@pytest.mark.parametrize("name", ["output", "h_n", "c_n", "last", "prediction", "target", "loss"])
def test_every_tensor_can_be_opened(run_app: RunApp, name: str) -> None:
    app = run_app(bi="1", L="2", cell="lstm")
    app.session_state["shapes_place"] = ShapesPlace(name)
    app.run()
    assert not app.exception
    record = run_forward(NetworkSpec(bidirectional=True, layers=2)).trace[name]
    shown = app.dataframe[0].value.to_numpy()
    values = record.values
    assert values is not None
    while values.ndim > 2:
        values = values[0]
    assert shown == pytest.approx(values.reshape(shown.shape).numpy(), abs=1e-6)


def test_a_link_opens_a_tensor_unrolls_time_and_opens_a_tab(run_app: RunApp) -> None:
    app = run_app(T="3", tensor="h_n", unrolled="1", details="cost")
    assert not app.exception
    assert not app.warning
    assert given_to(app, "svg")["place"] == {"tensor": "h_n", "unrolled": True}
    assert "output[:, 2]" in given_to(app, "svg")["svg"]
    assert "The hidden state after the last step of every layer." in texts(app)
    assert "multiply-adds" in texts(app)
    assert given_to(app, "places")["query"] == "T=3&tensor=h_n&unrolled=1&details=cost"
    assert {"tensor", "unrolled", "details", "tab"} <= set(given_to(app, "places")["places"])
    app.session_state["details"] = "Tensors"
    assert given_to(app.run(), "places")["query"] == "T=3&tensor=h_n&unrolled=1"


def test_what_a_link_cannot_open_is_said_and_the_rest_holds(run_app: RunApp) -> None:
    app = run_app(cell="gru", tensor="c_n<b>", unrolled="yes", details="all")
    assert not app.exception
    tensor, unrolled, details = sorted((warning.value for warning in app.warning), key=len, reverse=True)
    assert "tensor=c_n&lt;b&gt; was left out" in tensor
    assert "expected one of x, output, h" in tensor
    assert "unrolled=yes was left out: expected 0 or 1" in unrolled + details
    assert "details=all was left out: expected one of tensors, parameters, code, cost" in unrolled + details
    assert given_to(app, "places")["query"] == "cell=gru"


def test_a_tensor_that_goes_with_a_setting_is_closed_without_a_word(run_app: RunApp) -> None:
    app = run_app(tensor="c_n")
    settings = app.session_state["settings"]
    app.session_state["settings"] = replace(settings, spec=replace(settings.spec, cell="gru"))
    app.run()
    assert not app.exception
    assert not app.warning
    assert given_to(app, "svg")["place"]["tensor"] == ""


def test_what_is_said_of_the_picture_is_read_with_care(run_app: RunApp) -> None:
    app = run_app()
    for said in ({"tensor": 7, "unrolled": "1"}, ["x"], "x", {"tensor": "nothing of the kind" * 99}):
        app.session_state["diagram"] = {"place": said}
        app.run()
        assert not app.exception
        assert not app.warning
        assert given_to(app, "svg")["place"] == {"tensor": "", "unrolled": False}


def test_unrolled_over_time(run_app: RunApp) -> None:
    app = run_app(T="3")
    app.session_state["shapes_place"] = ShapesPlace(unrolled=True)
    app.run()
    assert not app.exception
    svg = given_to(app, "svg")["svg"]
    assert all(f"output[:, {t}]" in svg for t in range(3))
    assert "h_n[0]" in svg


def test_a_pasted_table_becomes_x(run_app: RunApp) -> None:
    app = run_app(data="table", T="2", B="2")
    assert not app.exception
    assert any("stays with the person who uploaded it" in info.value for info in app.info)
    lines = ["month,<script>alert(1)</script>,b", *(f"2024-0{month},{month},{month * 10}" for month in range(1, 10))]
    app.text_area[0].input("\n".join(lines)).run()
    app.button[0].click().run()
    assert not app.exception
    assert shapes_drawn(app)["x"] == "(2, 2, 2)"
    app.session_state["shapes_place"] = ShapesPlace("x")
    app.run()
    assert app.dataframe[0].value.index[0] == "step 0 (2024-01)"
    as_html = [element.value for element in app.markdown if element.allow_html]
    assert "<script>" not in "".join([*as_html, given_to(app, "svg")["svg"], given_to(app, "svg")["said"]])
    assert "&lt;script&gt;" in "".join(as_html)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Nothing was pasted"),
        ("only words, no numbers\nso, it\nis, bad", "number"),
        ("a,b\n1,2\n3,x\n4,5", "Row 3 of column 'b' holds 'x'"),
        ("a,b\n1,2\n3,\n4,5", "Row 3 of column 'b' is empty"),
        ("a,b\n1,2", "1 row"),
    ],
)
def test_a_bad_table_is_answered_and_nothing_is_lost(run_app: RunApp, content: str, words: str) -> None:
    app = run_app(data="table", H="9")
    app.text_area[0].input(content).run()
    app.button[0].click().run()
    assert not app.exception
    assert words in " ".join(error.value for error in app.error)
    assert app.text_area[0].value == content
    assert shapes_drawn(app)["output"] == "(4, 12, 9)"


def test_an_uploaded_file(run_app: RunApp) -> None:
    app = run_app(data="table", T="2")
    content = b"day;price\n01.02.2024;1,5\n02.02.2024;2,5\n03.02.2024;3,5\n04.02.2024;4,5\n05.02.2024;2,0\n"
    app.get("file_uploader")[0].upload("prices.csv", content, "text/csv").run()
    assert not app.exception
    assert not app.error
    assert "numbers in price" in texts(app)


def test_an_impossible_setting_is_said_beside_the_picture_too(run_app: RunApp) -> None:
    app = run_app()
    settings = app.session_state["settings"]
    app.session_state["settings"] = replace(settings, errors={"dropout": "dropout: expected 0 with layers=1, got 0.3."})
    app.run()
    assert not app.exception
    assert "The picture shows the last network that was possible. dropout: expected 0" in app.error[0].value
    assert rows(app)["dropout"]["error"] == "dropout: expected 0 with layers=1, got 0.3."
