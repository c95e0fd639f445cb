"""The Gradients page, without a browser."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lstm_viz.gradients import CELLS, PRESETS, GradientSpec, flow_of
from lstm_viz.gradients.spec import QUERY_NAMES
from lstm_viz.gradients.words import number
from lstm_viz.training.job import start
from lstm_viz.training.records import Epoch
from lstm_viz.training.view import RunView
from lstm_viz.ui.gradients_cache import all_clipped, flows
from lstm_viz.ui.gradients_learning import sentences
from lstm_viz.ui.gradients_link import GRADIENT_NAMES
from lstm_viz.ui.gradients_runs import EPOCHS, RACED, chance, job
from lstm_viz.ui.gradients_settings import TAB, TABS, GradientSettings, preset_of, taken
from tests.support.given import given
from tests.support.serving import ROOT

PAGE = "pages/gradients.py"
RunApp = Callable[..., AppTest]
PICTURES = {"through-time": 3, "clipping": 2, "learning": 1}
SMALL = {"gT": "12", "gH": "4", "gB": "2"}


def said(app: AppTest) -> str:
    return " ".join(str(each.value) for each in app.markdown)


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(each.proto.spec) for each in app.get("plotly_chart")]


def sections(app: AppTest) -> dict[str, dict[str, Any]]:
    """The rows of the controls, by field."""
    for data in given(app):
        if data.get("name") == "gradient_controls":
            return {row["field"]: row for section in data["sections"] for row in section["rows"]}
    raise AssertionError("no controls")


def set_fields(app: AppTest, **fields: object) -> AppTest:
    """What the controls' component says when a person changes something."""
    settings = taken(app.session_state["gradient_settings"], fields)
    app.session_state["gradient_settings"] = settings
    entries = settings.spec.to_query()
    app.session_state["gradient_entries"] = app.session_state["gradient_entries_taken"] = entries
    return app.run()


def test_it_opens_alone_and_under_the_app(run_app: RunApp) -> None:
    alone = AppTest.from_file(str(ROOT / PAGE), default_timeout=60).run()
    for app in (alone, run_app(PAGE)):
        assert not app.exception
        assert not app.warning
        assert len(charts(app)) == 3
        flow = flow_of(GradientSpec(), "rnn")
        assert f"**RNN** ({number(flow.x[-1])} → {number(flow.x[0])})" in said(app)
        assert sections(app)["preset"]["value"] == "RNN forgets"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_opens_its_picture(run_app: RunApp, preset: Any) -> None:
    app = run_app(PAGE, **preset.spec.to_query())
    assert not app.exception
    assert not app.warning
    assert len(charts(app)) == PICTURES[preset.spec.view]
    assert sections(app)["preset"]["value"] == preset.name
    assert TABS[app.session_state[TAB]] == preset.spec.view


@pytest.mark.parametrize("view", TABS.values())
def test_every_tab_at_the_ends_of_the_sliders(run_app: RunApp, view: str) -> None:
    ends = {"gscale": "4", "gstart": "orthogonal", "gact": "relu", "gclip": "0.05", "gfb": "-2"}
    for query in ({**SMALL, **ends}, {"gT": "3", "gB": "1", "gH": "1", "gscale": "0.1", "gfb": "8"}):
        app = run_app(PAGE, **query, gview=view)
        assert not app.exception
        assert not app.warning
        assert len(charts(app)) == PICTURES[view]
        assert "nan" not in said(app)


def test_a_control_changes_the_picture_and_the_link(run_app: RunApp) -> None:
    app = run_app(PAGE, **SMALL)
    before = charts(app)[0]["data"]
    set_fields(app, forget_bias=4)
    after = charts(app)[0]["data"]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False]
    assert "σ(4) = 0.98" in said(app)
    address = next(data for data in given(app) if "gfb" in data.get("query", ""))
    assert "gfb=4" in address["query"]


def test_what_cannot_be_is_said_beside_its_control(run_app: RunApp) -> None:
    app = set_fields(run_app(PAGE, **SMALL), steps=500)
    assert not app.exception
    assert sections(app)["steps"]["error"] == "steps: expected a whole number from 3 to 200, got 500."
    assert len(charts(app)[0]["data"][0]["x"]) == 12


def test_a_link_says_what_it_left_out(run_app: RunApp) -> None:
    app = run_app(PAGE, gT="12", gfb="lots", H="7")
    assert [each.value for each in app.warning] == [
        "The link's gfb=lots was left out: forget_bias: expected a number, got 'lots'."
    ]
    assert app.session_state["settings"].spec.hidden_size == 7


def test_other_pages_keep_the_entries_unread(run_app: RunApp) -> None:
    app = run_app("pages/shapes.py", gT="12", gview="clipping")
    assert not app.warning
    assert app.session_state["gradient_entries"] == {"gT": "12", "gview": "clipping"}


def test_the_names_in_links_are_written_out_rightly() -> None:
    assert tuple(QUERY_NAMES.values()) == GRADIENT_NAMES


def test_a_preset_is_known_on_every_tab() -> None:
    now = taken(GradientSettings(), {"preset": "Explodes: weight scale 2"})
    assert [getattr(preset_of(taken(now, {"view": view})), "name", "") for view in TABS.values()] == [
        "Explodes: weight scale 2",
        "Clipping",
        "Explodes: weight scale 2",
    ]
    assert preset_of(taken(now, {"forget_bias": 3})) is None


def test_what_a_cell_does_not_read_does_not_measure_it_again() -> None:
    spec = GradientSpec(steps=9, hidden_size=3)
    first, second = flows(spec), flows(GradientSpec(steps=9, hidden_size=3, forget_bias=2, activation="relu", clip=3))
    assert [a is b for a, b in zip(first, second, strict=True)] == [False, True, False]
    assert all_clipped(spec)[0] is all_clipped(GradientSpec(steps=9, hidden_size=3, forget_bias=2))[0]


@pytest.mark.parametrize("cell", RACED)
@pytest.mark.parametrize("task", ["adding", "copy"])
def test_the_jobs_train(task: Any, cell: Any) -> None:
    spec = GradientSpec(steps=9, hidden_size=4, task=task, forget_bias=1.0)
    epoch = next(iter(start(job(spec, cell)).epochs()))
    assert epoch.validation_loss is not None
    assert 0 < epoch.validation_loss < 5 * chance(spec)[0] + 1


def view_of(cell: str, losses: list[float], state: Any = "running") -> RunView:
    epochs = tuple(Epoch(place, loss, loss, 1.0, 0.01, 0.1, 100.0) for place, loss in enumerate(losses, start=1))
    made = job(GradientSpec(), "rnn")
    return RunView(cell, "", made, state, epochs, "", 2, time.time(), None, None, None, None, None)


def test_the_curves_are_read_aloud() -> None:
    runs: dict[Any, RunView] = {"rnn": view_of("rnn", [0.2, 0.165]), "lstm": view_of("lstm", [0.2, 0.04, 0.001])}
    curves = {cell: [epoch.train_loss for epoch in run.epochs] for cell, run in runs.items()}
    assert sentences(runs, curves, 1 / 6) == [
        "After 2 epochs the **RNN**'s loss is 0.17, 99% of the dashed line's: so far it remembers nothing.",
        "After 3 epochs the **LSTM**'s loss is 0.001, under 1% of the dashed line's: it remembers, since epoch 2.",
    ]
    queued = {"rnn": view_of("rnn", [], "queued"), "lstm": view_of("lstm", [0.1])}
    assert sentences(queued, {"rnn": [], "lstm": [0.1]}, 1 / 6) == [  # type: ignore[arg-type]
        "The **RNN** waits for its turn, place 2 of the queue.",
        "After 1 epoch the **LSTM**'s loss is 0.1, 60% of the dashed line's: it begins to remember.",
    ]


def test_it_says_what_is_trained(run_app: RunApp) -> None:
    app = run_app(PAGE, gview="learning", gtask="copy", gT="20")
    assert "Of 20 steps the first 4 show symbols" in said(app)
    assert f"{EPOCHS} epochs" in " ".join(str(each.value) for each in app.caption)
    assert [(each.label, each.disabled) for each in app.button] == [("Train RNN and LSTM", False), ("Stop", True)]
    assert len(CELLS) == 3
