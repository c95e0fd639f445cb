"""The Training page, without a browser: its settings, what a browser is answered, and its tabs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
from starlette.requests import Request as Asked
from streamlit.testing.v1 import AppTest

from lstm_viz.datasets import Table, passengers
from lstm_viz.preparation.prepare import prepare
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.comparison import count_weights
from lstm_viz.training.data import from_prepared
from lstm_viz.training.job import Job, TableData, start
from lstm_viz.training.limits import Limits, Room
from lstm_viz.training.live import look
from lstm_viz.training.presets import PRESETS, TrainingPreset
from lstm_viz.training.records import Epoch
from lstm_viz.training.runner import Runner
from lstm_viz.training.spec import QUERY_NAMES, TrainingSpec
from lstm_viz.ui import training_desk
from lstm_viz.ui.training_controls import training_controls
from lstm_viz.ui.training_desk import Desk, desk
from lstm_viz.ui.training_link import MODEL, TRAINING_NAMES
from lstm_viz.ui.training_offer import Offer
from lstm_viz.ui.training_route import HEADER, ROUTES
from lstm_viz.ui.training_scene import scene, shown
from lstm_viz.ui.training_settings import START, TrainingSettings, taken
from tests.support.given import given_to
from tests.support.run_async import run_async

RunApp = Callable[..., AppTest]
PAGE = "pages/training.py"
DATA = from_prepared(prepare(Recipe(), passengers()))


def offer(epochs: int = 3, network: NetworkSpec | None = None) -> Offer:
    model = network or NetworkSpec(hidden_size=2)
    job = Job(model, TableData(Recipe()), TrainingSpec(epochs=epochs, batch_size=60), "")
    return Offer(
        job, DATA, "LSTM H 2", "It learns.", "120 samples.", count_weights(model), "passengers", None, scene(DATA)
    )


@pytest.fixture(scope="module")
def ours() -> Iterator[Desk]:
    made = Desk(Runner(Room(at_once=1, leaving=0.2), Limits(seconds=60)))
    yield made
    made.close()


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    """The server's own desk is closed when these tests are over."""
    yield
    if training_desk._desk.cache_info().currsize:
        desk().close()
        training_desk._desk.cache_clear()


def until(found: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (value := found()) and time.monotonic() < end:
        time.sleep(0.02)
    assert value
    return value


def over(place: Desk, word: str, run_id: str) -> dict[str, Any]:
    def row() -> dict[str, Any] | None:
        answer = place.answer(word, {"chosen": run_id})
        mine = next(each for each in answer["runs"] if each["id"] == run_id)
        return answer | mine if mine["state"] in ("finished", "stopped", "failed") else None

    found: dict[str, Any] = until(row)
    return found


class TestDesk:
    def test_a_run_from_the_button_to_its_report(self, ours: Desk) -> None:
        ours.offer("one", offer(), lambda: True)
        run_id = ours.answer("one", {"act": "train"})["started"]
        answer = over(ours, "one", run_id)
        assert [point[0] for point in answer["new"]] == [1, 2, 3]
        assert answer["name"] == "A"
        assert answer["progress"] == 1
        assert answer["watched"] == "test"
        assert answer["scene"]["kind"] == "series"
        assert answer["live"]["epoch"] == 3
        assert set(answer["report"]["baselines"]) == {"last value", "mean of training"}
        json.dumps(answer, allow_nan=False)

    def test_only_what_is_new_is_sent(self, ours: Desk) -> None:
        ours.offer("two", offer(), lambda: True)
        run_id = ours.answer("two", {"act": "train"})["started"]
        over(ours, "two", run_id)
        known = {"have": {run_id: 2}, "chosen": run_id, "scene": run_id, "live": 3}
        answer = ours.answer("two", known)
        assert [point[0] for point in answer["runs"][0]["new"]] == [3]
        assert "scene" not in answer
        assert "live" not in answer
        small = ours.answer("two", known | {"have": {run_id: 3}})
        assert ours.answer("two", known | {"done": [run_id]})["runs"] == [{"id": run_id, "same": True}]
        assert len(json.dumps(small)) < 1500

    def test_a_long_curve_is_thinned_and_ends_are_kept(self, ours: Desk) -> None:
        ours.offer("long", offer(), lambda: True)
        run_id = ours.answer("long", {"act": "train"})["started"]
        over(ours, "long", run_id)
        curve = [Epoch(n, 1 / n, 2 / n, 1.0, 0.01, 0.1, 9.0) for n in range(1, 20_001)]
        ours.runner._runs[run_id].epochs[:] = curve
        ours.runner._runs[run_id].changed()
        points = ours.answer("long", {})["runs"][0]["new"]
        assert len(points) <= 600
        assert (points[0][0], points[-1][0]) == (1, 20_000)

    def test_waiting_pausing_stopping_going_on_and_removing(self, ours: Desk) -> None:
        ours.offer("three", offer(20_000), lambda: True)
        first = ours.answer("three", {"act": "train"})["started"]
        second = ours.answer("three", {"act": "train"})["started"]
        until(lambda: ours.answer("three", {})["runs"][0]["state"] == "running")
        waiting = ours.answer("three", {})["runs"][1]
        assert (waiting["id"], waiting["state"], waiting["place"]) == (second, "queued", 1)
        ours.answer("three", {"act": "stop", "run": second})
        until(lambda: ours.answer("three", {"have": {}})["runs"][0]["epoch"])
        ours.answer("three", {"act": "pause", "run": first})
        assert ours.answer("three", {})["runs"][0]["state"] == "paused"
        ours.answer("three", {"act": "go_on", "run": first})
        until(lambda: ours.answer("three", {})["runs"][0]["state"] == "running")
        ours.answer("three", {"act": "stop", "run": first})
        stopped = over(ours, "three", first)
        assert stopped["state"] == "stopped"
        assert stopped["kept"] == stopped["epoch"]
        ours.offer("three", offer(2), lambda: True)
        gone_on = ours.answer("three", {"act": "resume", "run": first})["started"]
        until(lambda: len(ours.answer("three", {})["runs"][-1]["new"]))
        assert ours.answer("three", {})["runs"][-1]["new"][0][0] == 1  # its curve begins with the old one
        for run_id in (gone_on, second, first):
            ours.answer("three", {"act": "remove", "run": run_id})
        assert ours.answer("three", {})["runs"] == []

    def test_a_finished_run_goes_on_for_as_many_epochs_again(self, ours: Desk) -> None:
        ours.offer("on", offer(2), lambda: True)
        first = ours.answer("on", {"act": "train"})["started"]
        over(ours, "on", first)
        answer = over(ours, "on", ours.answer("on", {"act": "resume", "run": first})["started"])
        assert answer["epochs"] == answer["epoch"] == 4
        assert answer["summary"] == "A gone on"

    def test_three_cells_are_compared(self, ours: Desk) -> None:
        ours.offer("cells", offer(1), lambda: True)
        ours.answer("cells", {"act": "compare"})
        rows = ours.answer("cells", {})["runs"]
        assert [row["summary"] for row in rows] == ["LSTM H 2", "GRU H 2", "RNN H 2"]
        assert [row["weights"] for row in rows] == sorted((row["weights"] for row in rows), reverse=True)

    def test_nobody_sees_the_runs_of_others(self, ours: Desk) -> None:
        ours.offer("four", offer(), lambda: True)
        ours.offer("five", offer(), lambda: True)
        run_id = ours.answer("four", {"act": "train"})["started"]
        assert ours.answer("five", {"chosen": run_id})["runs"] == []
        assert "no such run" in ours.answer("five", {"act": "stop", "run": run_id})["error"]
        with pytest.raises(KeyError):
            ours.answer("a guess", {})

    def test_what_cannot_be_is_said(self, ours: Desk) -> None:
        ours.offer("six", None, lambda: True)
        assert "nothing to train" in ours.answer("six", {"act": "train"})["error"]
        assert not ours.answer("six", {})["ready"]

    @pytest.mark.parametrize(
        "asked", [{"have": 3}, {"have": {"x": "y"}}, {"chosen": []}, {"act": "sing"}, {"live": {}}]
    )
    def test_a_strange_question_is_answered(self, ours: Desk, asked: dict[str, Any]) -> None:
        ours.offer("seven", offer(), lambda: True)
        assert "runs" in ours.answer("seven", asked)

    def test_the_runs_of_who_has_left_are_ended(self, ours: Desk) -> None:
        ours.offer("gone", offer(20_000), lambda: False)
        ours.answer("gone", {"act": "train"})
        ours.look()
        assert ours.runner.views("gone")  # asked a moment ago: still there
        ours._visitors["gone"].polled -= 60
        ours.look()
        until(lambda: not ours.runner.views("gone"))
        ours.look()
        with pytest.raises(KeyError):
            ours.answer("gone", {})

    def test_who_is_on_another_page_keeps_their_runs(self, ours: Desk) -> None:
        ours.offer("away", offer(20_000), lambda: True)
        run_id = ours.answer("away", {"act": "train"})["started"]
        ours._visitors["away"].polled -= 600
        ours.look()
        time.sleep(0.4)
        assert ours.runner.view(run_id)
        ours.answer("away", {"act": "remove", "run": run_id})


class TestScene:
    @pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
    def test_what_each_example_shows(self, preset: TrainingPreset) -> None:
        started = start(replace(preset.job(), spec=replace(preset.spec, epochs=1)))
        drawn = scene(started.data)
        found = shown(look(started.training.model, started.data, started.network, 1), started.data)
        json.dumps([drawn, found], allow_nan=False)
        if drawn["kind"] == "series":
            rows, values = found["series"]["test"]
            assert len(rows) == len(values)
            test = next(part for part in drawn["parts"] if part[0] == "test")
            assert test[1] <= rows[0] <= rows[-1] < test[2]
        else:
            assert len(found["confusion"]) == len(drawn["labels"])

    def test_predictions_stand_at_the_row_that_they_are_of(self) -> None:
        table = Table("counted", ("a",), tuple(map(str, range(40))), np.arange(40.0)[:, None], "made up")
        data = from_prepared(prepare(Recipe(data="table", window=5, horizon=2, test=10), table))
        started = start(Job(NetworkSpec(sequence_length=5, outputs=2), TableData(data.prepared.recipe, table)))
        live = look(started.training.model, data, started.network, 0)
        live = replace(live, predictions={"test": data.inverse(data.test.target.numpy())})  # as if it knew
        rows, values = shown(live, data)["series"]["test"]
        assert values == [float(row) for row in rows]

    def test_a_long_table_is_thinned(self) -> None:
        values = np.sin(np.arange(30_000) / 50)[:, None]
        table = Table("long", ("a",), tuple(map(str, range(30_000))), values, "made up")
        drawn = scene(from_prepared(prepare(Recipe(data="table", window=5, test=100), table)))
        assert len(drawn["rows"]) <= 1200
        assert max(drawn["values"]) == pytest.approx(values.max(), abs=1e-5)


class TestSettings:
    def test_the_names_of_a_link_are_those_of_the_training(self) -> None:
        assert set(TRAINING_NAMES) == {*QUERY_NAMES.values(), MODEL}

    def test_a_carried_state_keeps_the_order(self) -> None:
        now = taken(TrainingSettings(), {"state": "carried"})
        assert not now.errors
        assert not now.spec.shuffle
        refused = taken(now, {"shuffle": True})
        assert "shuffle" in refused.errors
        assert refused.spec == now.spec

    def test_a_number_out_of_range_keeps_the_last_that_was_possible(self) -> None:
        now = taken(TrainingSettings(), {"epochs": 0})
        assert now.spec == START
        assert "1 to" in now.errors["epochs"]

    def test_a_select_gives_text(self) -> None:
        assert taken(TrainingSettings(), {"learning_rate": "0.03"}).spec.learning_rate == 0.03

    def test_controls_exist_for_every_setting(self) -> None:
        assert callable(training_controls)
        assert set(asdict(START)) == set(QUERY_NAMES)


def texts(app: AppTest) -> str:
    parts = [
        *(each.value for each in app.caption),
        *(each.value for each in app.markdown),
        *(each.value for each in app.info),
    ]
    return " ".join([*parts, *(str(each.proto.body) for each in app.get("html")), *(each.value for each in app.code)])


def sent(app: AppTest) -> dict[str, Any]:
    """What the live component was given."""
    return given_to(app, "visitor")


class TestPage:
    def test_it_says_what_will_be_learned_from_what(self, run_app: RunApp) -> None:
        app = run_app(PAGE)
        assert not app.exception
        data = sent(app)
        assert (
            data["lead"]
            == "An LSTM with 5 hidden units learns to predict the next value of passengers from the 12 before it."
        )
        assert "120 samples train its 166 weights, 12 test it" in data["detail"]
        assert not data["error"]

    @pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
    def test_an_example_sets_network_data_and_training(self, run_app: RunApp, preset: TrainingPreset) -> None:
        app = choose(run_app(PAGE), preset=preset.name)
        assert not app.exception
        assert not app.error
        assert any(preset.expect in each.value for each in app.caption)
        offered = desk()._visitors[app.session_state["training_visitor"]].offer
        wanted = preset.job()
        assert offered is not None
        assert offered.job.spec == wanted.spec
        if isinstance(wanted.model, NetworkSpec):
            assert same_network(offered.job.model, wanted.model)
        else:
            assert offered.job.model.func is wanted.model.func  # type: ignore[union-attr]
        link = app.session_state["training_entries"]
        again = run_app(
            PAGE, **link, **app.session_state["data_entries"], **app.session_state["settings"].spec.to_query()
        )
        assert any(preset.expect in each.value for each in again.caption)

    def test_a_network_that_does_not_fit_is_fitted(self, run_app: RunApp) -> None:
        app = run_app(PAGE, T="3", F="7", O="4", task="classification", H="4")
        assert not sent(app)["error"]
        assert "4 hidden units" in sent(app)["lead"]

    def test_a_table_and_a_text_are_other_data_though_neither_has_entries_in_a_link(self, run_app: RunApp) -> None:
        assert sent(run_app(PAGE))["data"] != sent(run_app(PAGE, **{"from": "text"}))["data"]

    def test_a_state_that_is_handed_on_needs_samples_that_follow(self, run_app: RunApp) -> None:
        several = run_app(PAGE, tstate="carried", tshuf="0", tB="4", tep="2")
        assert "8 of 120 samples, which follow one another, train" in sent(several)["detail"]
        assert "one batch" not in sent(several)["detail"]
        alone = run_app(PAGE, tstate="undetached", tshuf="0", tB="8", tep="2")
        assert sent(alone)["detail"].endswith("no state is handed on: choose a smaller batch size.")

    def test_what_a_link_gets_wrong_is_said(self, run_app: RunApp) -> None:
        app = run_app(PAGE, tlr="fast", tep="7", tnet="mine")
        assert not app.exception
        assert len(app.warning) == 2
        assert app.session_state["training_settings"].spec.epochs == 7

    def test_other_pages_keep_what_a_link_says_of_training(self, run_app: RunApp) -> None:
        app = run_app(None, tep="7")
        assert not app.warning
        assert app.session_state["training_entries"] == {"tep": "7"}

    @pytest.mark.parametrize(
        "tab", ["Take it along", "Predict further", "Batch by batch", "The code that runs", "State between batches"]
    )
    def test_every_tab_before_a_run(self, run_app: RunApp, tab: str) -> None:
        app = run_app(PAGE)
        app.session_state["training_tab"] = tab
        app.run()
        assert not app.exception

    def test_the_open_tab_is_in_the_link(self, run_app: RunApp) -> None:
        app = run_app(PAGE, about="state")
        assert app.session_state["training_tab"] == "State between batches"
        assert given_to(app, "places")["query"] == "about=state"
        app.session_state["training_tab"] = "Take it along"
        assert given_to(app.run(), "places")["query"] == ""

    def test_the_code_is_the_loop_that_runs(self, run_app: RunApp) -> None:
        app = run_app(PAGE)
        app.session_state["training_tab"] = "The code that runs"
        assert "loss.backward()" in texts(app.run())

    def test_the_lesson_shows_five_steps_with_shapes(self, run_app: RunApp) -> None:
        app = run_app(PAGE)
        app.session_state["training_tab"] = "Batch by batch"
        said = texts(app.run())
        for code in ("optimizer.zero_grad()", "prediction = model(x)", "loss.backward()", "optimizer.step()"):
            assert code in said
        assert "weight_ih_l0" in said

    def test_the_mistake_of_an_undetached_state_is_run(self, run_app: RunApp) -> None:
        app = run_app(PAGE)
        app.session_state["training_tab"] = "State between batches"
        app.run()
        next(each for each in app.button if each.label == "Run the mistake").click().run()
        assert not app.exception
        assert any("second time" in each.value for each in app.code)


def choose(app: AppTest, **fields: object) -> AppTest:
    """What the controls' component says when a person changes something."""
    app.session_state["training_wish"] = fields
    script = (
        "import streamlit as st\n"
        "from lstm_viz.ui.training_settings import take_training\n"
        "take_training(st.session_state['training_wish'])\n"
    )
    taker = AppTest.from_string(script, default_timeout=60)
    for name in ("settings", "data_settings", "data_entries", "training_settings", "training_entries", "training_wish"):
        taker.session_state[name] = app.session_state[name]
    taker.session_state["training_entries_taken"] = app.session_state["training_entries"]
    taker.run()
    assert not taker.exception
    for name in ("settings", "data_settings", "data_entries", "training_settings", "training_entries"):
        app.session_state[name] = taker.session_state[name]
    app.session_state["training_entries_taken"] = taker.session_state["training_entries"]
    return app.run()


def same_network(one: Any, other: NetworkSpec) -> bool:
    return replace(one, data="random", batch_size=1) == replace(other, data="random", batch_size=1)


class TestAfterARun:
    def trained(self, app: AppTest) -> str:
        word = app.session_state["training_visitor"]
        run_id: str = desk().answer(word, {"act": "train"})["started"]
        assert over(desk(), word, run_id)["state"] == "finished"
        app.run()
        return run_id

    def test_a_series_can_be_taken_along_and_predicted_further(self, run_app: RunApp) -> None:
        app = run_app(PAGE, tep="3")
        self.trained(app)
        assert not app.exception
        assert {each.proto.label for each in app.get("download_button")} == {
            "Model, state_dict",
            "Curves, .csv",
            "Script, .py",
            "Notebook, .ipynb",
        }
        app.session_state["training_tab"] = "Predict further"
        app.run()
        assert not app.exception
        assert app.get("plotly_chart")
        assert "running free" in texts(app)

    def test_characters_are_written(self, run_app: RunApp) -> None:
        app = run_app(PAGE, **{"from": "text", "wd": "zen", "wu": "characters", "wT": "10", "tep": "1", "tB": "100"})
        self.trained(app)
        app.session_state["training_tab"] = "Let it write"
        app.run()
        assert not app.exception
        assert "temperature 0.7" in texts(app)

    def test_a_message_is_scored_word_by_word(self, run_app: RunApp) -> None:
        app = run_app(PAGE, **{"from": "text", "tep": "1", "tB": "100"})
        self.trained(app)
        app.session_state["training_tab"] = "Type a message"
        app.run()
        assert not app.exception
        app.text_input("training_message").set_value("win <b>money</b> now").run()
        assert not app.exception
        assert "<b>money" not in texts(app)
        assert "state h" in texts(app)


def post(url: str, content: bytes, word: str = "") -> tuple[int, dict[str, Any]]:
    request = Request(url, content, {"Training-Visitor": word, "Content-Type": "application/json"}, method="POST")
    try:
        with urlopen(request) as found:
            return found.status, json.load(found)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


@pytest.mark.parametrize(
    ("content", "status", "word"),
    [(b"{}", 200, "unknown"), (b"[1]", 400, "error"), (b"{", 400, "error"), (b"x" * 9000, 413, "error")],
)
def test_the_route_answers_in_json(server: str, content: bytes, status: int, word: str) -> None:
    found, answer = post(f"{server}/training-runs", content, "nobody")
    assert found == status
    assert word in answer


def routed(word: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What the route answers, without a server."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(asked).encode()}

    scope = {"type": "http", "method": "POST", "headers": [(HEADER.encode(), word.encode())]}
    found: dict[str, Any] = json.loads(run_async(ROUTES[0].endpoint(Asked(scope, receive))).body)
    return found


def test_an_answer_waits_for_the_first_epoch_but_not_for_long() -> None:
    desk().offer("waits", offer(20_000), lambda: True)
    runs = [routed("waits", {"act": "train"})["started"] for _ in range(3)]
    until(lambda: routed("waits", {"wait": runs[0]})["runs"][0]["new"])
    assert not desk().is_starting("waits", runs[0])
    began = time.monotonic()
    assert routed("waits", {"wait": runs[2]})["runs"][2]["state"] == "queued", "it waits for its place, and says so"
    assert time.monotonic() - began > 0.4
    assert routed("nobody", {"wait": runs[0]}) == {"unknown": True}
    for each in reversed(runs):
        routed("waits", {"act": "remove", "run": each})
