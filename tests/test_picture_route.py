"""The route that answers while a control is being moved."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_viz.forward import run_forward
from lstm_viz.presets import PRESETS
from lstm_viz.spec import DEFAULT, NetworkSpec
from lstm_viz.ui.no_delay import NoDelay
from lstm_viz.ui.picture_route import answer
from tests.specs import random_specs


def changed(**fields: object) -> dict[str, str]:
    return {"set": json.dumps(fields)}


def errors(found: dict) -> dict[str, str]:  # type: ignore[type-arg]
    rows = [row for section in found["sections"] for row in section["rows"]]
    return {row["field"]: row["error"] for row in rows if row.get("error")}


@pytest.mark.parametrize("spec", random_specs(12, seed=5), ids=str)
def test_a_change_gives_the_picture_of_the_changed_network(spec: NetworkSpec) -> None:
    found = answer(changed(**asdict(spec)))
    assert not errors(found)
    for name in ("x", "output"):
        assert f'data-shape="{run_forward(spec).trace[name].shape}"' in found["svg"]


def test_what_the_link_says_holds_beside_the_change() -> None:
    found = answer({"H": "7", "T": "9"} | changed(batch_size=3))
    assert 'data-shape="(3, 9, 7)"' in found["svg"]


def test_an_impossible_change_keeps_the_picture_and_says_why() -> None:
    found = answer({"H": "7"} | changed(proj_size=8))
    assert 'data-shape="(4, 12, 7)"' in found["svg"]
    assert "less than hidden_size=7" in errors(found)["proj_size"]


def test_a_preset_comes_as_a_whole() -> None:
    preset = PRESETS[2]
    found = answer({"H": "7"} | changed(preset=preset.name))
    assert answer(preset.spec.to_query())["svg"] == found["svg"]


def test_a_million_sequences_are_computed() -> None:
    assert "(1000000, 12, 5)" in answer(changed(batch_size=1_000_000))["svg"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**9) | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*asdict(DEFAULT), "preset", "x"]), json_values, max_size=3))
def test_whatever_is_set_gives_a_picture(fields: dict[str, object]) -> None:
    fields = {name: value for name, value in fields.items() if name != "layers"}  # thousands of layers take minutes
    assert answer(changed(**fields))["svg"].startswith("<svg")


def get(url: str) -> tuple[int, dict]:  # type: ignore[type-arg]
    try:
        with urlopen(url) as found:
            return found.status, json.load(found)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_it_answers_over_http(server: str) -> None:
    status, found = get(f"{server}/picture?{urlencode(changed(hidden_size=3))}")
    assert status == 200
    assert 'data-shape="(4, 12, 3)"' in found["svg"]


@pytest.mark.parametrize(("query", "status"), [("set=[1]", 400), ("set={", 400), (f"set={'x' * 5000}", 414)])
def test_it_refuses_in_a_sentence(server: str, query: str, status: int) -> None:
    refused, found = get(f"{server}/picture?{query}")
    assert refused == status
    assert found["error"]


class Connected:
    """What uvicorn hands an application as ``receive``: a method of the protocol that holds the connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.transport = self
        self._connection = connection

    def get_extra_info(self, _: str) -> socket.socket:
        return self._connection

    async def receive(self) -> dict[str, str]:
        return {"type": "http.request"}


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
def test_answers_leave_at_once(family: socket.AddressFamily) -> None:
    async def app(scope: object, receive: object, send: object) -> None: ...

    with socket.socket(family) as connection:
        call = NoDelay(app)({"type": "http"}, Connected(connection).receive, None)  # type: ignore[arg-type]
        with pytest.raises(StopIteration):
            call.send(None)
        if family == socket.AF_INET:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_default_network_is_asked_for_without_entries() -> None:
    assert answer({})["svg"] == answer(NetworkSpec().to_query())["svg"]
