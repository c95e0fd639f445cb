"""The Mistakes page without a browser: the catalogue, the doctor, and the check of the visitor's network."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
from streamlit.testing.v1 import AppTest

from lstm_viz.audit import audit
from lstm_viz.drawing.dependency import dependency_diagram
from lstm_viz.pitfalls import CATALOGUE, KEYS, TITLES, find, program, run
from lstm_viz.pitfalls.measures import DEPENDS, dependency, reach
from lstm_viz.pitfalls.running import execute
from lstm_viz.ui.pitfall_catalogue import cached_run
from lstm_viz.ui.pitfall_code import both_as_html
from lstm_viz.ui.pitfall_detail import detail
from lstm_viz.ui.pitfall_doctor import answers_html, sizes_in
from lstm_viz.ui.pitfall_place import PitfallPlace
from tests.support.given import given, given_to
from tests.support.serving import ROOT

PAGE = "pages/pitfalls.py"
_TAG = re.compile(r"<[^>]+>")


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / PAGE), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def test_it_opens_alone_and_under_the_app(run_app: Callable[..., AppTest]) -> None:
    for app in (opened(), run_app(PAGE)):
        assert not app.exception
        assert not app.warning
        data = given_to(app, "items")
        assert [item["key"] for item in data["items"]] == list(KEYS)
        assert data["chosen"] is False
        assert data["detail"]["key"] == "batch-first-forgotten"


@pytest.mark.parametrize("key", ["hidden-state-last-batch", "mse-broadcast", "future-linear"])
def test_a_link_opens_its_mistake_at_its_sizes(key: str) -> None:
    data = given_to(opened(pitfall=key, sizes="B-5_H-7"), "items")
    assert data["chosen"]
    assert data["detail"]["key"] == key
    assert {size["letter"]: size["value"] for size in data["detail"]["sizes"]}["H"] == 7


def test_a_link_with_the_settings_too_complains_of_nothing() -> None:
    app = opened(pitfall="input-size", sizes="B-5", T="7", cell="gru")
    assert not app.warning
    assert app.session_state["settings"].spec.sequence_length == 7


@pytest.mark.parametrize("query", [{"pitfall": "no-such"}, {"pitfall": "<script>"}, {"sizes": "B-0_Q-9"}])
def test_a_link_to_nothing_opens_the_list(query: dict[str, str]) -> None:
    app = opened(**query)
    assert not app.exception
    assert given_to(app, "items")["chosen"] is False


def test_sizes_that_cannot_be_are_said_beside_them() -> None:
    data = given_to(opened(pitfall="hidden-state-projection", sizes="P-30"), "items")["detail"]
    assert data["error"].startswith("P: expected a number less than H = 20, got 30.")
    assert {size["letter"]: size["value"] for size in data["sizes"]}["P"] == 30
    assert "torch.zeros(1, 2, 5)" in data["copies"]["right"]


def test_the_place_makes_its_own_link() -> None:
    assert PitfallPlace().to_query() == {}
    assert PitfallPlace("input-size", {"B": 4, "B2": 3}).to_query() == {"pitfall": "input-size", "sizes": "B-4_B2-3"}


@pytest.mark.parametrize("pitfall", CATALOGUE, ids=KEYS)
def test_every_mistake_is_shown_with_what_was_caught(pitfall: Any) -> None:
    outcome = cached_run(pitfall.key, tuple(pitfall.sizes.items()))
    shown = detail(outcome, {}, "")
    text = html.unescape(_TAG.sub("", shown["body"]))
    for said in (outcome.wrong.raised, *outcome.wrong.warned):
        assert all(part in text for part in said.split(": ", 1))
    assert text.count("PyTorch says nothing.") == (pitfall.kind == "silent")
    assert "Is this my problem?" in shown["head"]
    assert pitfall.kind in shown["head"]
    assert shown["copies"]["wrong"].startswith("import torch\n")
    assert ("<svg" in shown["body"]) == pitfall.maps
    ElementTree.fromstring(f"<div>{shown['body']}</div>")


@pytest.mark.parametrize("pitfall", CATALOGUE, ids=KEYS)
def test_the_shown_code_is_the_code_that_ran(pitfall: Any) -> None:
    outcome = cached_run(pitfall.key, tuple(pitfall.sizes.items()))
    both = both_as_html(outcome)
    assert "differs" in both[0] + both[1]
    for ran, markup in zip((outcome.wrong, outcome.right), both, strict=True):
        lines = [html.unescape(_TAG.sub("", line)) for line in re.split(r'(?=<span class="line)', markup) if line]
        shown = "\n".join(line.rstrip() for line in lines)
        assert shown.strip() in ran.program
        assert ran.program.endswith(shown.strip() + "\n")
        assert markup.count("raises") == bool(ran.line)


def test_the_line_that_raises_is_marked() -> None:
    found = find("hidden-state-last-batch")
    assert found is not None
    wrong, _ = both_as_html(run(found))
    marked = re.search(r'<span class="line[^"]*raises">(.*?)</span>(?:<span class="line|$)', wrong)
    assert marked is not None
    assert "output, _ = lstm(x, (h_0, c_0))" in _TAG.sub("", marked[1])


@pytest.mark.parametrize("key", ["batch-first-forgotten", "h-n-view", "view-for-permute"])
def test_the_map_is_what_the_audit_finds(key: str) -> None:
    found = find(key)
    assert found is not None
    for side in ("wrong", "right"):
        _, names = execute(program(found, side, found.sizes))
        names[DEPENDS] = reach(names)
        ours, audited = dependency(names), audit(names["predict"], names["x"], axes="B, T, F")
        assert audited.map is not None
        assert torch.equal(ours.depends, audited.map.depends)
        assert torch.equal(ours.expected, audited.map.expected)
        assert audited.clean == (side == "right")
        assert all(finding.pitfall in TITLES for finding in audited.findings)


def test_a_large_map_stays_a_picture() -> None:
    lstm = torch.nn.LSTM(2, 4, batch_first=True)
    found = audit(lstm, torch.randn(20, 150, 2)).map
    assert found is not None
    drawing = dependency_diagram(found)
    width, height = (float(side) for side in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)[0])
    assert width < 1100
    assert height < 800
    assert "steps a cell" in drawing
    assert len(drawing) < 300_000


def test_the_doctor_explains_in_the_numbers_and_links_to_the_catalogue() -> None:
    text = answers_html({"message": "RuntimeError: Expected hidden[0] size (2, 4, 128), got [2, 64, 128]"})
    assert "<td>64</td>" in text
    assert 'data-pitfall="hidden-state-last-batch"' in text
    assert "Paste what PyTorch said" in answers_html({})


def test_what_is_pasted_is_only_text() -> None:
    evil = "<script>alert(1)</script> __import__('os').system('touch /tmp/pasted')"
    for pasted in ({"message": evil}, {"message": "IndexError: index out of range in self", "code": evil}):
        assert "<script" not in answers_html(pasted)
    assert "<script" not in answers_html({"message": f"RuntimeError: Target {evil} is out of bounds."})


def test_sizes_are_read_from_words() -> None:
    assert sizes_in("B=64, T: 19 and H = 128; sequence 3, Z=4") == {"B": 64, "T": 19, "H": 128}
    assert sizes_in("") == {}


def test_the_doctor_may_take_the_sizes_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("lstm_viz.ui.pitfall_doctor.diagnose", lambda *args, **named: seen.append(named) or [])
    answers_html({"message": "x", "network": True, "sizes": "T=99"})
    assert seen[0]["sizes"]["T"] == 99
    assert seen[0]["sizes"]["H"] == 5


def test_the_open_tab_is_in_the_link_and_a_mistake_opens_the_first() -> None:
    app = opened(mistakes="check", bi="1")
    assert not app.exception
    assert not app.warning
    assert given_to(app, "places")["query"] == "bi=1&mistakes=check"
    next(button for button in app.button if button.label.startswith("See it run")).click().run()
    assert "mistakes" not in given_to(app, "places")["query"]
    assert [warning.value for warning in opened(mistakes="all").warning] == [
        "The link's mistakes=all was left out: expected one of find, explain, check."
    ]


def test_the_check_finds_nothing_in_a_good_network_and_shows_its_map() -> None:
    app = opened()
    app.session_state["pitfall_tab"] = "Check my network"
    app.run()
    assert not app.exception
    assert app.success[0].value == "No mistake found in this network."
    body = given_to(app, "map")["map"]
    assert "<svg" in body
    assert "y[3] depends on every step of x[3]." in body
    assert "Checked: 4 positions of the output" in body
    ElementTree.fromstring(f"<div>{body}</div>")


@pytest.mark.parametrize(("room", "widest"), [(300, 400), (700, 700), (1500, 1000), ("wide", 1000), (-1, 1000)])
def test_the_map_of_the_network_is_drawn_for_the_room_there_is(room: object, widest: float) -> None:
    app = opened(mistakes="check", T="40")
    app.session_state["check"] = {"room": room}
    app.run()
    assert not app.exception
    width = float(given_to(app, "map")["map"].split('viewBox="0 0 ')[1].split()[0])
    assert widest * 0.7 < width <= widest


def test_presented_the_check_goes_screen_by_screen() -> None:
    app = opened(mistakes="check", bi="1", present="1")
    assert [button.label for button in app.button][:2] == ["‹ Back", "Next ›"]
    assert any("The reverse half" in markdown.value for markdown in app.markdown)
    assert all("map" not in data for data in given(app))
    app.button[1].click().run()
    assert not app.exception
    assert "<svg" in given_to(app, "map")["map"]
    assert not any("The reverse half" in markdown.value for markdown in app.markdown)
    alone = opened(mistakes="check", present="1")
    assert not alone.button
    assert alone.success


def test_the_check_finds_a_mistake_and_leads_to_it() -> None:
    app = opened(bi="1")
    app.session_state["pitfall_tab"] = "Check my network"
    app.run()
    assert not app.exception
    assert not app.success
    button = next(button for button in app.button if button.label.startswith("See it run: The reverse half"))
    button.click().run()
    assert not app.exception
    data = given_to(app, "items")
    assert (data["chosen"], data["detail"]["key"]) == (True, "bidirectional-last-step")


def test_a_network_that_is_too_large_is_not_checked() -> None:
    app = opened(T="5000", H="4000", data="random")
    app.session_state["pitfall_tab"] = "Check my network"
    app.run()
    assert not app.exception
    assert "too large to be run here" in app.info[0].value
