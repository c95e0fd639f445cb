"""The tabs of the Cell page: each drawn for many networks, its numbers those of the run, its sentences true."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from lstm_viz.by_hand import HandError, Layout, compute, first_weight, first_x, read_number, read_table
from lstm_viz.cell import unroll
from lstm_viz.drawing.leaving import Place, leaves, leaving_diagram
from lstm_viz.feeding import compare_feeding, example_five
from lstm_viz.recurrent import RecurrentError
from lstm_viz.spec import NetworkSpec
from lstm_viz.starting import (
    carried_state,
    effect_of,
    random_state,
    refusal,
    resized_batch,
    state_axes,
    zero_state,
)
from lstm_viz.ui.cell_sections.by_hand import in_words
from lstm_viz.ui.charts import number_table, signed
from lstm_viz.unit import explain_unit

SECTIONS = ("over_time", "weights", "one_at_a_time", "what_leaves", "initial_state", "by_hand")
SPECS: dict[str, dict[str, Any]] = {
    "lstm": {},
    "deep": {"layers": 2, "bidirectional": True, "dropout": 0.5, "batch_first": False},
    "gru": {"cell": "gru", "input": "tokens"},
    "rnn": {"cell": "rnn", "bias": False, "data": "random", "hidden_size": 30},
    "projected": {"proj_size": 2, "hidden_size": 6, "features": 2},
    "smallest": {"batch_size": 1, "sequence_length": 1, "hidden_size": 1},
    "long": {"sequence_length": 70, "hidden_size": 20, "data": "random", "batch_size": 2},
}


def _script(name: str, fields: dict[str, object], place: dict[str, int]) -> None:
    from importlib import import_module

    import torch

    from lstm_viz.cell import unroll
    from lstm_viz.forward import run_forward
    from lstm_viz.network import build
    from lstm_viz.spec import NetworkSpec
    from lstm_viz.ui.cell_view import CellView

    spec = NetworkSpec(**fields)
    forward, network = run_forward(spec), build(spec).eval()
    x = network.embedding(forward.batch.x) if spec.input == "tokens" else forward.batch.x
    module = getattr(network, spec.cell)
    view = CellView(forward, module, unroll(module, x.detach()), **place)
    torch.manual_seed(1)
    import_module(f"lstm_viz.ui.cell_sections.{name}").section(view)


def shown(name: str, fields: dict[str, Any], state: dict[str, Any] | None = None, **place: int) -> AppTest:
    app = AppTest.from_function(_script, args=(name, fields, place), default_timeout=60)
    for key, value in (state or {}).items():
        app.session_state[key] = value
    app.run()
    assert not app.exception, app.exception[0].value
    return app


def text_of(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.markdown, *app.caption))


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("fields", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_draws_every_network(name: str, fields: dict[str, Any]) -> None:
    spec = NetworkSpec(**fields)
    ends = {"sample": spec.batch_size, "layer": spec.layers, "direction": spec.directions, "unit": spec.hidden_size}
    last = {each: size - 1 for each, size in ends.items()} | {"step": spec.sequence_length - 1}
    for place in ({}, last) if fields == {} else (last,):
        app = shown(name, fields, **place)
        assert not app.error
        assert "tensor(" not in text_of(app)


class TestOverTime:
    def test_tells_the_data_s_own_steps(self) -> None:
        app = shown("over_time", {}, step=3)
        assert "(1949-01 to 1949-12)" in text_of(app)
        assert "t = 3 · 1949-04" in str(figures(app)[0])

    def test_says_what_is_left_out(self) -> None:
        text = text_of(shown("over_time", SPECS["long"], unit=7))
        assert "Shown are 12 of the 20 units" in text
        assert "only the colour tells" in text

    def test_says_that_an_rnn_has_no_gates(self) -> None:
        assert "An RNN has no gates" in text_of(shown("over_time", SPECS["rnn"]))

    def test_lines_follow_the_choice(self) -> None:
        app = shown("over_time", {}, unit=2)
        app.segmented_control(key="cell_time_lines").set_value("c").run()
        assert not app.exception
        assert figures(app)[-1]["data"][-1]["name"] == "unit 2"


class TestWeights:
    def test_says_why_four_times_hidden(self) -> None:
        text = text_of(shown("weights", {"features": 3}, unit=1))
        assert "Why 4·H rows?" in text
        assert "row 1 (i), row 6 (f), row 11 (g) and row 16 (o)" in text

    def test_upper_layers_read_both_directions(self) -> None:
        assert "D·H = 10" in str(figures(shown("weights", SPECS["deep"], layer=1))[0])

    def test_projection_has_its_own_picture(self) -> None:
        app = shown("weights", SPECS["projected"])
        assert len(figures(app)) == 2
        assert "(P, H) = (2, 6)" in text_of(app)


class TestOneAtATime:
    def test_figures_hold_the_differences(self) -> None:
        app = shown("one_at_a_time", {"data": "random"})
        spec = NetworkSpec(data="random")
        from lstm_viz.forward import run_forward
        from lstm_viz.network import build

        batch = run_forward(spec).batch
        assert batch is not None
        feeding = compare_feeding(build(spec).lstm, batch.x)
        drawn = figures(app)[0]["data"][1]["y"]
        assert drawn[1:] == pytest.approx(feeding.same_state.differences[1:])

    def test_the_example_is_reproduced_number_by_number(self) -> None:
        text = text_of(shown("one_at_a_time", {}))
        assert example_five().reproduced
        assert text.count("✓") == 12  # 5 steps, 5 steps and c_n, and the line that explains it
        assert "✗" not in text
        for number in ("−0.4372", "0.3817", "0.1611", "−0.4429"):
            assert number in text
        assert "never hands the new state on" in text


class TestWhatLeaves:
    def test_equalities_stand_there_with_their_differences(self) -> None:
        text = text_of(shown("what_leaves", SPECS["deep"]))
        assert "<code>h_n[-1]</code> equals <code>output[0, :, H:]</code>: max difference 0" in text
        assert "is in no result" in text

    def test_the_chosen_place_is_named(self) -> None:
        text = text_of(shown("what_leaves", {}, step=11))
        assert "<code>output[:, 11]</code> and <code>h_n[0]</code>" in text

    @pytest.mark.parametrize(("what", "expected"), [("everything", 24 + 2), ("one", 2), ("many", 24)])
    def test_counts_of_what_leaves(self, what: Any, expected: int) -> None:
        places = [Place(layer, direction, step) for layer in (0, 1) for direction in (0, 1) for step in range(12)]
        assert sum(leaves(place, 2, 12, what) for place in places) == expected

    def test_the_grid_shows_both_ends_and_the_chosen_step_of_a_long_run(self) -> None:
        unrolled = unroll(torch.nn.LSTM(1, 3), torch.randn(200, 2, 1))
        svg = leaving_diagram(unrolled, 1, 2, Place(0, 0, 77))
        for step in (0, 77, 199):
            value = float(unrolled.at(0).h[1, step, 2])
            assert f"step {step}, unit 2: {value:.6g}" in svg
        assert "step 100," not in svg


MODULES: dict[str, Callable[[], Any]] = {
    "lstm": lambda: torch.nn.LSTM(2, 3, num_layers=2, bidirectional=True, batch_first=True),
    "projected": lambda: torch.nn.LSTM(2, 3, proj_size=2),
    "gru": lambda: torch.nn.GRU(2, 3, batch_first=True),
    "rnn": lambda: torch.nn.RNN(2, 3),
}


class TestInitialState:
    @pytest.mark.parametrize("kind", MODULES)
    def test_effect_is_torch_s_own_difference(self, kind: str) -> None:
        module = MODULES[kind]()
        x = torch.randn(4, 6, 2) if module.batch_first else torch.randn(6, 4, 2)
        state = random_state(module, 4, 0)
        found = effect_of(module, x, state)
        apart = (module(x, state)[0] - module(x)[0]).abs().detach()
        apart = apart if module.batch_first else apart.transpose(0, 1)
        for place, half in enumerate(apart.chunk(len(found.by_direction), dim=-1)):
            np.testing.assert_allclose(found.by_direction[place], half.amax(dim=(0, 2)).numpy(), atol=1e-6)
        assert set(effect_of(module, x, zero_state(module, 4)).by_direction[0]) == {0.0}

    def test_random_state_is_what_the_shown_code_draws(self) -> None:
        module = torch.nn.LSTM(2, 3)
        before = torch.get_rng_state()
        h_0, c_0 = random_state(module, 4, 7)
        assert torch.equal(before, torch.get_rng_state())
        with torch.random.fork_rng():
            torch.manual_seed(7)
            assert torch.equal(h_0, torch.randn(1, 4, 3))
            assert torch.equal(c_0, torch.randn(1, 4, 3))

    def test_carried_state_is_the_end_of_the_batch(self) -> None:
        module, x = torch.nn.GRU(2, 3), torch.randn(5, 4, 2)
        assert torch.equal(carried_state(module, x), module(x)[1])

    def test_axes_know_the_projection(self) -> None:
        axes = state_axes(torch.nn.LSTM(2, 3, proj_size=2))
        assert [str(axis) for axis in axes["h_0"]] == ["L·D", "B", "P"]
        assert [str(axis) for axis in axes["c_0"]] == ["L·D", "B", "H"]

    def test_torch_s_own_words_when_the_batch_changes(self) -> None:
        module, x = torch.nn.GRU(2, 3, batch_first=True), torch.randn(4, 5, 2)
        state = zero_state(module, 4)
        with pytest.raises(RuntimeError) as raised:
            module(resized_batch(x, 3, 0), state)
        assert refusal(module, resized_batch(x, 3, 0), state) == f"RuntimeError: {raised.value}"
        assert refusal(module, x, state) == ""
        with pytest.raises(RecurrentError):
            effect_of(module, resized_batch(x, 3, 0), state)

    def test_a_larger_batch_repeats_the_samples(self) -> None:
        x = torch.randn(2, 3, 1)
        assert torch.equal(resized_batch(x, 5, 0), x[[0, 1, 0, 1, 0]])

    def test_the_page_shows_the_error_and_takes_the_same_batch(self) -> None:
        app = shown("initial_state", {})
        assert any("Expected hidden[0] size (1, 3, 5), got [1, 4, 5]" in each.value for each in app.code)
        app.number_input(key="cell_next_batch").set_value(4).run()
        assert "PyTorch takes the state" in text_of(app)

    @pytest.mark.parametrize("kind", ["zeros", "random", "carried"])
    def test_each_start_has_its_code(self, kind: str) -> None:
        app = shown("initial_state", SPECS["deep"])
        app.segmented_control(key="cell_start").set_value(kind).run()
        assert not app.exception
        code = app.code[0].value
        namespace: dict[str, Any] = {"torch": torch, "lstm": torch.nn.LSTM(1, 5, 2, bidirectional=True)}
        exec(code, namespace | {"x": torch.randn(12, 4, 1)})


class TestByHand:
    @pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
    @pytest.mark.parametrize("hidden", [1, 2])
    @pytest.mark.parametrize("features", [1, 2])
    def test_ends_in_torch_s_own_number(self, cell: Any, hidden: int, features: int) -> None:
        layout = Layout(cell, hidden, features, 3)
        weights, x = (
            read_table("t", rows, columns, {(row, column): first(row, column) for row in rows for column in columns})
            for rows, columns, first in (
                (layout.weight_rows, layout.weight_columns, first_weight),
                (layout.x_rows, layout.x_columns, first_x),
            )
        )
        found = compute(layout, weights, x)
        for step in range(3):
            for unit in range(hidden):
                told = explain_unit(found.unrolled, unit=unit, step=step)
                assert told.result.computed == pytest.approx(float(found.output[step, unit]), abs=1e-6)
                assert signed(told.result.value) in in_words(cell, told)

    def test_each_typed_number_reaches_its_weight(self) -> None:
        layout = Layout("lstm", 2, 2, 1)
        weights = torch.arange(48.0).view(8, 6)
        module = compute(layout, weights, torch.zeros(1, 2)).module
        assert torch.equal(module.weight_ih_l0, weights[:, :2])
        assert torch.equal(module.weight_hh_l0, weights[:, 2:4])
        assert torch.equal(module.bias_ih_l0, weights[:, 4])
        assert torch.equal(module.bias_hh_l0, weights[:, 5])
        assert layout.weight_rows[3] == "f, unit 1"

    @pytest.mark.parametrize(("text", "number"), [("0.5", 0.5), (" -0,5 ", -0.5), ("−2", -2.0), ("1e2", 100.0)])
    def test_numbers_are_read_as_people_write_them(self, text: str, number: float) -> None:
        assert read_number(text, "here") == number

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("abc", "here: expected a number such as 0.5, got 'abc'"),
            ("", "here: expected a number, got nothing"),
            ("1e9", "here: expected a number from −1000 to 1000, got 1e9"),
            ("nan", "from −1000 to 1000"),
            ("x" * 999, "…'"),
        ],
    )
    def test_wrong_input_is_answered_by_a_sentence(self, text: str, answer: str) -> None:
        with pytest.raises(HandError) as raised:
            read_number(text, "here")
        assert answer in str(raised.value)
        assert len(str(raised.value)) < 120

    def test_wrong_input_on_the_page_stays_in_its_table(self) -> None:
        typed = {("lstm weights", "f, unit 0", "x[0]"): "abc"}
        app = shown("by_hand", {}, {"by_hand_typed": typed})
        assert "f, unit 0”, column x\\[0\\]: expected a number such as 0.5, got 'abc'" in app.error[0].value
        assert app.session_state["by_hand_typed"] == typed
        app.button[0].click().run()
        assert not app.error
        assert "nn.LSTM(1, 1)" in text_of(app)

    def test_typed_numbers_survive_other_sizes(self) -> None:
        app = shown("by_hand", {}, {"by_hand_typed": {("lstm weights", "i, unit 0", "x[0]"): "2.5"}})
        assert "2.5000·1.0000" in text_of(app)
        app.segmented_control(key="by_hand_H").set_value(2).run()
        assert "2.5000·1.0000" in text_of(app)

    @pytest.mark.parametrize("cell", ["gru", "rnn"])
    def test_other_cells(self, cell: str) -> None:
        app = shown("by_hand", {})
        app.segmented_control(key="by_hand_cell").set_value(cell).run()
        assert not app.exception
        assert f"nn.{cell.upper()}(1, 1)" in text_of(app)


def test_numbers_in_sentences() -> None:
    assert [signed(number) for number in (-0.5, 0.0, -0.0, -0.0004, 12.3456)] == [
        "−0.500", "0.000", "0.000", "0.000", "12.346",
    ]  # fmt: skip
    assert "<tr><th>a</th><td>1</td><td>2</td></tr>" in number_table(["a"], [["1", "2"]])
