"""The Data page, without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from lstm_viz.ui.data_presets import DATA_PRESETS
from tests.support.given import given_to

RunApp = Callable[..., AppTest]
TABS = {
    "passengers": ["Windows", "Table", "Split and scaling", "Loader", "view and permute", "Steps and code"],
    "adding": ["Samples", "Loader", "view and permute", "Steps and code"],
    "messages": ["Words", "Padding and packing", "Loader", "view and permute", "Steps and code"],
    "zen": ["Characters", "Cross-entropy", "Loader", "view and permute", "Steps and code"],
}
LINKS: dict[str, dict[str, str]] = {
    "passengers": {},
    "adding": {"dd": "adding", "dT": "20"},
    "messages": {"from": "text"},
    "zen": {"from": "text", "wd": "zen", "wu": "characters", "wT": "10"},
}


def text_of(app: AppTest) -> str:
    return " ".join(str(each.proto.body) for each in app.get("html"))


@pytest.mark.parametrize(("source", "tab"), [(source, tab) for source, tabs in TABS.items() for tab in tabs])
def test_every_tab_of_every_kind_of_data(run_app: RunApp, source: str, tab: str) -> None:
    app = run_app("pages/data.py", **LINKS[source])
    assert not app.exception
    app.session_state["data_tab"] = tab
    app.run()
    assert not app.exception
    assert "A batch is" in text_of(app)


def test_the_open_tab_is_in_the_link_and_goes_with_the_data(run_app: RunApp) -> None:
    app = run_app("pages/data.py", part="scaling")
    assert app.session_state["data_tab"] == "Split and scaling"
    assert given_to(app, "places")["query"] == "part=scaling"
    app = run_app("pages/data.py", **LINKS["adding"])
    assert given_to(app, "places")["query"] == "dd=adding&dT=20", "the first tab is not written"
    app = run_app("pages/data.py", **LINKS["messages"], part="scaling")
    assert not app.exception
    assert app.session_state["data_tab"] == "Words", "messages are not scaled"
    assert [warning.value for warning in run_app("pages/data.py", part="nowhere").warning] == [
        "The link's part=nowhere was left out: expected one of windows, table, scaling, loader, layouts, code."
    ]


@pytest.mark.parametrize("preset", DATA_PRESETS, ids=lambda preset: preset.name)
def test_every_preset(run_app: RunApp, preset: object) -> None:
    from lstm_viz.preparation.text_recipe import TextRecipe
    from lstm_viz.ui.data_presets import DataPreset

    assert isinstance(preset, DataPreset)
    kind = {"from": "text"} if isinstance(preset.recipe, TextRecipe) else {}
    app = run_app("pages/data.py", **kind, **preset.recipe.to_query())
    assert not app.exception
    assert not app.warning


def set_fields(app: AppTest, **fields: object) -> AppTest:
    """What the controls' component says when a person changes something."""
    app.session_state["data_controls"] = {"values": {"fields": fields, "sent": 1, "at": 1}}
    from lstm_viz.ui import data_settings

    now = data_settings.changed(app.session_state["data_settings"], fields)
    app.session_state["data_settings"] = now
    return app.run()


def paste(app: AppTest, kind: str, text: str) -> AppTest:
    app.text_area(f"data_pasted_{kind}").set_value(text).run()
    return next(each for each in app.button if each.label == "Use the pasted lines").click().run()


def test_the_default_is_that_of_the_worked_example(run_app: RunApp) -> None:
    said = text_of(run_app("pages/data.py"))
    assert "132 − 12 = 120" in said
    assert "(<span" in said


def test_a_window_longer_than_the_table_keeps_the_picture_and_says_why(run_app: RunApp) -> None:
    app = set_fields(run_app("pages/data.py"), window=500)
    assert not app.exception
    assert any("window" in each.value for each in app.error)
    assert "132 − 12 = 120" in text_of(app)
    assert not set_fields(app, window=24).error


def test_what_a_link_gets_wrong_is_said(run_app: RunApp) -> None:
    app = run_app("pages/data.py", dT="x", dd="nothing", ds="3")
    assert not app.exception
    assert len(app.warning) == 2
    assert app.session_state["data_settings"].recipe.stride == 3


def test_an_own_table_goes_through(run_app: RunApp) -> None:
    app = set_fields(run_app("pages/data.py"), source="table")
    assert any("no table of yours yet" in each.value for each in app.info)
    rows = "\n".join(f"{day:02}.01.2024;{day % 7},5;{day}" for day in range(1, 31))
    paste(app, "table", f"day;price;visitors\n{rows}")
    assert not app.exception
    assert not app.error
    now = app.session_state["data_settings"]
    assert now.table.columns == ("price", "visitors")
    assert now.is_own
    assert "the pasted lines" in text_of(app)


def test_gaps_are_for_the_person_to_decide(run_app: RunApp) -> None:
    app = set_fields(run_app("pages/data.py"), source="table")
    rows = [f"{day},{day * 2}" for day in range(40)]
    rows[7] = "7,"
    paste(app, "table", "a,b\n" + "\n".join(rows))
    assert not app.error  # b is not used yet
    set_fields(app, features=[0, 1])
    assert any("interpolate" in each.value for each in app.error)
    set_fields(app, gaps="interpolate")
    assert not app.error
    assert app.session_state["data_settings"].table.values[7, 1] == 14


@pytest.mark.parametrize(
    "text", ["", "a", "a,b", "a,b\n1,2", "day\n2024-01-01\n2024-01-02", "\x00\x01", "a,b\nx,y\nz,w"]
)
def test_a_bad_table_is_refused_in_a_sentence_and_nothing_is_lost(run_app: RunApp, text: str) -> None:
    app = set_fields(run_app("pages/data.py"), source="table")
    paste(app, "table", text)
    assert not app.exception
    assert app.error
    assert "132 − 12 = 120" in text_of(app)


def test_a_table_of_messages_becomes_words(run_app: RunApp) -> None:
    app = set_fields(run_app("pages/data.py"), source="text")
    lines = "\n".join(f"{'spam' if n % 3 else 'ham'},message number {n} of some words" for n in range(30))
    paste(app, "text", f"label,text\n{lines}")
    assert not app.exception
    assert not app.error
    assert app.session_state["data_settings"].ready.classes == ("spam", "ham")


def test_a_text_becomes_characters(run_app: RunApp) -> None:
    app = set_fields(run_app("pages/data.py"), source="text")
    paste(app, "text", "It was the best of times, it was the worst of times. " * 4)
    assert not app.exception
    assert not app.error
    assert app.session_state["data_settings"].ready.recipe.unit == "characters"
