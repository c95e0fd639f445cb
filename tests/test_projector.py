"""Presenting and following, without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from lstm_viz.drawing.cell_style import strong_cells
from lstm_viz.drawing.palette import DARK, LIGHT, contrast, strong
from lstm_viz.ui import room_place
from lstm_viz.ui.frame import PAGES
from lstm_viz.ui.room_place import reach
from lstm_viz.ui.rooms import Shown, rooms
from tests.support.given import given_to
from tests.support.serving import ROOT

RunApp = Callable[..., AppTest]


def styles(app: AppTest) -> str:
    return " ".join(str(each.proto.body) for each in app.get("html"))


def there() -> bool:
    return True


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_presented_alone_and_under_the_app(run_app: RunApp, page: str) -> None:
    alone = AppTest.from_file(str(ROOT / page), default_timeout=60)
    alone.query_params["present"] = "1"
    for app in (alone.run(), run_app(page, present="1")):
        assert not app.exception
        assert not app.warning
        assert given_to(app, "presenting")["presenting"] is True
        assert "--lv-present:1" in styles(app)
        assert "present=1" in given_to(app, "places")["query"]
    plain = run_app(page)
    assert "--lv-present:1" not in styles(plain)
    assert "present" not in given_to(plain, "places")["query"]


def test_the_controls_become_a_slim_bar(run_app: RunApp) -> None:
    app = run_app("pages/shapes.py", present="1")
    assert given_to(app, "sections")["slim"] is True
    assert not app.sidebar.markdown
    assert given_to(run_app("pages/shapes.py"), "sections")["slim"] is False


def test_charts_grow_and_their_words_are_legible(run_app: RunApp) -> None:
    def sizes(app: AppTest) -> list[float]:
        charts = [json.loads(each.proto.spec) for each in app.get("plotly_chart")]
        return [axis["tickfont"]["size"] for chart in charts for axis in (chart["layout"]["xaxis"],)]

    before, after = (sizes(run_app("pages/gradients.py", gT="12", **more)) for more in ({}, {"present": "1"}))
    assert len(before) == 3
    assert [round(size * 1.6, 1) for size in before[:1]] == [round(size, 1) for size in after]  # one a screen
    assert min(after) >= 20


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_strong_colour_has_its_contrast(theme: str) -> None:
    colours = strong(theme)
    grounds = (colours["paper"], colours["box"])
    for name in {*LIGHT, *DARK} - {"paper", "box", "blank", "faint"}:
        assert all(contrast(colours[name], ground) >= 7 for ground in grounds), name
    cells = strong_cells(theme)
    for name, colour in cells.items():
        if name[1] != "t":
            assert contrast(colour, cells[f"{name[0]}t{name[1:]}"]) >= 7, name


def test_a_followers_page_knows_the_code_and_no_secret(run_app: RunApp) -> None:
    key = rooms().open("presenter", Shown("pages/cell.py", {"T": "9", "step": "2"}, live=True), there)
    app = run_app(follow=key.code)
    assert given_to(app, "following")["following"] == key.code
    follower = given_to(app, "taken")
    assert follower["mine"] is None
    assert key.secret not in json.dumps(follower)
    rooms().close(key)


def test_a_link_cannot_bring_a_secret(run_app: RunApp) -> None:
    key = rooms().open("presenter", Shown("pages/shapes.py"), there)
    app = run_app(room_mine=key.secret, follow=key.code)
    assert given_to(app, "mine")["mine"] is None
    rooms().close(key)


@pytest.mark.parametrize(
    ("url", "address", "expected", "sentence"),
    [
        ("http://192.168.1.20:8501/cell", "0.0.0.0", "http://192.168.1.20:8501", ""),
        ("https://shapes.example/", "0.0.0.0", "https://shapes.example", ""),
        ("http://localhost:8501/", "0.0.0.0", "http://10.0.0.7:8501", ""),
        ("http://127.0.0.1:8501/", "127.0.0.1", "http://127.0.0.1:8501", "make run HOST=0.0.0.0"),
    ],
)
def test_phones_are_told_an_address_that_they_can_reach(
    monkeypatch: pytest.MonkeyPatch, url: str, address: str, expected: str, sentence: str
) -> None:
    class Context:
        pass

    context = Context()
    context.url = url  # type: ignore[attr-defined]
    monkeypatch.setattr(room_place.st, "context", context)
    monkeypatch.setattr(room_place.st, "get_option", {"server.address": address, "server.port": 8501}.get)
    monkeypatch.setattr(room_place, "lan_address", lambda: "10.0.0.7")
    found = reach()
    assert found.origin == expected
    assert sentence in found.sentence
    assert bool(found.sentence) == bool(sentence)
