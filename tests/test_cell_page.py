"""The Cell page without a browser: alone and under app.py, for every kind of cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from lstm_viz.cell import unroll
from lstm_viz.datasets import Table
from lstm_viz.spec import NetworkSpec
from lstm_viz.ui.cell_cache import LARGEST_HIDDEN, LONGEST, too_large
from lstm_viz.ui.settings import Settings
from lstm_viz.ui.tabs import CELL_TABS
from lstm_viz.ui.text import literal
from lstm_viz.ui.unit_panel import unit_html
from lstm_viz.unit import explain_unit
from tests.support.given import given_to
from tests.support.serving import ROOT

QUERIES: list[dict[str, str]] = [
    {},
    {"cell": "gru"},
    {"cell": "rnn", "act": "relu"},
    {"bi": "1", "L": "2", "layer": "1", "direction": "1", "step": "3"},
    {"P": "2", "unit": "4"},
    {"in": "tokens"},
    {"in": "one-hot", "F": "9", "H": "20", "unit": "12"},
    {"bf": "0", "cell": "gru", "bias": "0"},
]


def sent(app: AppTest) -> dict[str, Any]:
    """What the page sends to the cell in the browser."""
    return given_to(app, "drawing")


def address(app: AppTest) -> str:
    """The query that the page keeps in the address."""
    return str(given_to(app, "places")["query"])


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_it_opens_alone_and_under_the_app(run_app: Callable[..., AppTest], query: dict[str, str]) -> None:
    alone = AppTest.from_file(str(ROOT / "pages/cell.py"), default_timeout=60)
    for name, value in query.items():
        alone.query_params[name] = value
    for app in (alone.run(), run_app("pages/cell.py", **query)):
        assert not app.exception
        assert not app.warning
        drawing = sent(app)["drawing"]
        assert drawing["steps"] == 12
        assert "<svg" in drawing["svg"]
        assert any(markdown.value.startswith("## Unit") for markdown in app.markdown)


def test_the_open_tab_is_in_the_link(run_app: Callable[..., AppTest]) -> None:
    app = run_app("pages/cell.py", tab="weights", step="3")
    assert not app.exception
    assert not app.warning
    assert app.session_state["cell_tab"] == "Weights"
    assert address(app) == "step=3&tab=weights"
    app.session_state["cell_tab"] = "By hand"
    assert address(app.run()) == "step=3&tab=by-hand"
    app.session_state["cell_tab"] = "Step by step"
    assert address(app.run()) == "step=3"


@pytest.mark.parametrize("word", CELL_TABS.labels)
def test_each_tab_opens_by_its_link(run_app: Callable[..., AppTest], word: str) -> None:
    app = run_app("pages/cell.py", tab=word)
    assert not app.exception
    assert not app.warning
    assert app.session_state["cell_tab"] == CELL_TABS.labels[word]


def test_a_tab_that_there_is_not_is_said_in_a_line(run_app: Callable[..., AppTest]) -> None:
    app = run_app("pages/cell.py", tab="<b>*weights*", step="3")
    assert not app.exception
    assert [warning.value for warning in app.warning] == [
        literal(
            "The link's tab=<b>*weights* was left out: expected one of step, over-time, weights, one-at-a-time, "
            "what-leaves, initial-state, by-hand."
        )
    ]
    assert address(app) == "step=3"
    assert sent(app)["command"]["step"] == 3


def test_a_place_that_the_network_no_longer_has_is_moved_inside() -> None:
    app = AppTest.from_file(str(ROOT / "pages/cell.py"), default_timeout=60)
    for name, value in {"T": "4", "H": "3", "step": "99", "unit": "77", "layer": "5", "sample": "x"}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    command = sent(app)["command"]
    assert (command["step"], command["unit"]) == (3, 2)


def test_the_labels_are_those_of_the_data_and_random_numbers_have_none(run_app: Callable[..., AppTest]) -> None:
    assert sent(run_app("pages/cell.py"))["labels"][:2] == ["1949-01", "1949-02"]
    assert set(sent(run_app("pages/cell.py", data="random"))["labels"]) == {""}


def test_the_fact_is_measured(run_app: Callable[..., AppTest]) -> None:
    fact = sent(run_app("pages/cell.py"))["fact"]
    assert fact.startswith("✓ equal to torch: max difference ")
    assert float(fact.split()[-1]) < 1e-6


def test_what_is_too_large_is_said_and_mended(run_app: Callable[..., AppTest]) -> None:
    app = run_app("pages/cell.py", T="500", H="300")
    assert "T = 500, H = 300 is too much" in app.info[0].value
    next(button for button in app.button if button.label.startswith("Open it with")).click().run()
    assert not app.exception
    assert sent(app)["drawing"]["steps"] == LONGEST


@pytest.mark.parametrize(
    "fields", [{}, {"sequence_length": 10_000}, {"batch_size": 100_000}, {"layers": 900}, {"features": 9_999}]
)
def test_what_is_offered_instead_is_small_enough(fields: dict[str, int]) -> None:
    spec = NetworkSpec(**fields)
    smaller = too_large(spec)
    assert too_large(NetworkSpec(**(fields | smaller))) == {}
    assert all(value <= getattr(spec, name) for name, value in smaller.items())
    assert LARGEST_HIDDEN == 128


def test_names_from_a_table_are_only_text() -> None:
    evil = "<script>alert(1)</script>"
    app = AppTest.from_file(str(ROOT / "pages/cell.py"), default_timeout=60)
    values = torch.arange(20.0).reshape(20, 1).numpy()
    table = Table(evil, (evil,), tuple(f"{evil}{row}" for row in range(20)), values)
    spec = NetworkSpec(data="table")
    app.session_state["settings"] = Settings(spec=spec, table=table)
    app.run()
    assert not app.exception
    found = sent(app)
    assert found["labels"][0] == f"{evil}0"  # the browser sets it as text, never as HTML
    assert "script" not in found["drawing"]["svg"]
    assert all("<script" not in markdown.value for markdown in app.markdown)


def test_the_panel_ends_in_the_number_of_torch_and_long_sums_can_be_opened() -> None:
    module = torch.nn.LSTM(12, 20, batch_first=True)
    x = torch.randn(2, 3, 12)
    found = explain_unit(unroll(module, x), unit=4, step=2)
    value = float(module(x)[0][0, 2, 4].detach())
    text = unit_html(found, value)
    assert f"{value:.8f}".replace("-", "−") in text
    assert "all 21 terms" in text
    assert "of 16 more" in text
    assert "row 24 of weight_ih_l0" in text
