"""The figures of the thread on feeding an LSTM, as its lesson has them: to the four decimals that it prints."""

from __future__ import annotations

import torch
from torch import nn

from lstm_viz.feeding import PRINTED_AT_ONCE, PRINTED_C_N, PRINTED_ONE_BY_ONE
from lstm_viz.lessons.one_by_one import ONE_BY_ONE, agrees, another_state, example, fed, forgotten, words
from lstm_viz.lessons.pictures import Numbers
from lstm_viz.lessons.running import shape
from lstm_viz.ui.lessons_place import LessonPlace
from lstm_viz.ui.lessons_view import view_of

STEPS = {step.key: step for step in ONE_BY_ONE.steps}


def rounded(values: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(number, 4) for number in row) for row in values)


def test_the_source_s_own_program_prints_what_is_shown() -> None:
    torch.manual_seed(2)
    lstm = nn.LSTM(4, 3)
    inputs = [torch.randn(1, 4) for _ in range(5)]
    state = torch.randn(1, 1, 3), torch.randn(1, 1, 3)
    outputs = [lstm(x_t.view(1, 1, -1), state)[0] for x_t in inputs]
    fresh = torch.randn(1, 1, 3), torch.randn(1, 1, 3)
    at_once, (_, c_n) = lstm(torch.cat(inputs).view(5, 1, 4), fresh)
    loop, whole, memory = (torch.cat(outputs)[:, 0].tolist(), at_once[:, 0].tolist(), c_n[0].tolist())
    assert rounded(loop) == PRINTED_ONE_BY_ONE
    assert rounded(whole) == PRINTED_AT_ONCE
    assert rounded(memory) == PRINTED_C_N
    shown = STEPS["loop"].picture(STEPS["loop"].values({"fed": 5}))
    assert isinstance(shown, Numbers)
    assert rounded(shown.grids[0].values) == PRINTED_ONE_BY_ONE
    both = STEPS["at-once"].picture({})
    assert isinstance(both, Numbers)
    assert [rounded(grid.values) for grid in both.grids] == [PRINTED_AT_ONCE, PRINTED_ONE_BY_ONE, PRINTED_C_N]


def test_every_printed_number_is_on_the_page() -> None:
    view = view_of(LessonPlace("one-by-one", "at-once"))
    assert view is not None
    for row in (*PRINTED_AT_ONCE, *PRINTED_ONE_BY_ONE, *PRINTED_C_N):
        for number in row:
            assert f">{number:.4f}<".replace("-", "−") in view["picture"]


def test_a_sentence_of_four_words() -> None:
    four = STEPS["sentence"].values()
    assert [shape(words(four), name) for name in ("x", "output", "h_n", "c_n")] == [
        (4, 1, 4),
        (4, 1, 3),
        (1, 1, 3),
        (1, 1, 3),
    ]


def test_another_initial_state_is_not_the_reason() -> None:
    found = another_state({})
    assert not found.holds
    assert "0.0000, 0." in found.happened


def test_handing_the_state_on_agrees_to_1e_6() -> None:
    for steps in range(1, 17):
        assert agrees({"T": steps, "carry": 1})
        assert agrees({"T": steps, "carry": 0}) == (steps == 1)
    assert torch.equal(fed(5).at_once.output, example().feeding.at_once.output)


def test_the_loop_depends_on_its_own_step_alone() -> None:
    without, with_it = forgotten({"T": 6})
    assert torch.equal(without.map.depends, torch.eye(6, dtype=torch.bool))
    assert torch.equal(with_it.map.depends, torch.ones(6, 6).tril().bool())
