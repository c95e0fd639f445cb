"""What leaves the layer: every expression is executed, every equality measured, over many configurations."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstm_viz.cell import unroll
from lstm_viz.dims import shape_size
from lstm_viz.equalities import Equality, equalities, holdings, reached_by
from lstm_viz.recurrent import RecurrentError, sizes_of
from tests.support.recurrent_cases import Case, cases, parts


def names_of(case: Case, output: Tensor | PackedSequence, state: Any) -> dict[str, Any]:
    h_n, *c_n = parts(state)
    names: dict[str, Any] = {"torch": torch, "output": output, "h_n": h_n, "H": case.H, "P": case.proj_size}
    names |= {"c_n": c_n[0]} if c_n else {}
    if isinstance(output, PackedSequence):
        names["padded"], names["lengths"] = pad_packed_sequence(output, case.batch_first)
        names["B"] = len(names["lengths"])
    return names


@given(cases())
@settings(max_examples=250)
def test_every_equality_holds_and_its_expressions_give_its_difference(case: Case) -> None:
    module, x, state = case.make()
    with torch.no_grad():
        output, last = module(x, state)
    found = equalities(module, output, last)
    names = names_of(case, output, last)
    assert [equality.holds for equality in found] == sorted((equality.holds for equality in found), reverse=True)
    assert sum(equality.holds for equality in found) == (2 if case.bidirectional else 1)
    for equality in found:
        left, right = eval(equality.left, names), eval(equality.right, names)
        assert left.shape == right.shape
        assert equality.difference == float((left - right).abs().max())
        if equality.holds:
            assert equality.difference == 0
            assert equality.as_expected


def texts(found: tuple[Equality, ...], holds: bool) -> list[tuple[str, str]]:
    return [(equality.left, equality.right) for equality in found if equality.holds is holds]


@pytest.mark.parametrize(
    ("module", "equal", "not_equal"),
    [
        (nn.GRU(2, 4, batch_first=True), [("h_n[-1]", "output[:, -1]")], []),
        (nn.GRU(2, 4), [("h_n[-1]", "output[-1]")], []),
        (
            nn.LSTM(2, 4, 3, batch_first=True),
            [("h_n[-1]", "output[:, -1]")],
            [("h_n[0]", "output[:, -1]"), ("c_n[-1]", "output[:, -1]")],
        ),
        (
            nn.LSTM(2, 4, bidirectional=True, batch_first=True),
            [("h_n[-2]", "output[:, -1, :H]"), ("h_n[-1]", "output[:, 0, H:]")],
            [("h_n[-1]", "output[:, -1, H:]"), ("c_n[-2]", "output[:, -1, :H]")],
        ),
        (
            nn.LSTM(2, 4, 2, bidirectional=True, proj_size=3),
            [("h_n[-2]", "output[-1, :, :P]"), ("h_n[-1]", "output[0, :, P:]")],
            [("h_n[-1]", "output[-1, :, P:]"), ("h_n[0]", "output[-1, :, :P]")],
        ),
    ],
)
def test_the_expressions_are_those_a_person_would_write(
    module: Any, equal: list[tuple[str, str]], not_equal: list[tuple[str, str]]
) -> None:
    found = equalities(module, *module(torch.randn(5, 5, 2)))
    assert texts(found, True) == equal
    assert texts(found, False) == not_equal
    assert all(equality.as_expected for equality in found)


def test_one_sample_and_packed_samples_have_their_own_expressions() -> None:
    lstm = nn.GRU(2, 4, bidirectional=True)
    assert texts(equalities(lstm, *lstm(torch.randn(5, 2))), True) == [
        ("h_n[-2]", "output[-1, :H]"),
        ("h_n[-1]", "output[0, H:]"),
    ]
    gru = nn.GRU(2, 4, batch_first=True)
    packed = pack_padded_sequence(torch.randn(3, 5, 2), [3, 5, 1], batch_first=True, enforce_sorted=False)
    found = equalities(gru, *gru(packed))
    assert texts(found, True) == [("h_n[-1]", "padded[torch.arange(B), lengths - 1]")]
    assert texts(found, False) == [("h_n[-1]", "padded[:, -1]")]
    assert found[1].sentence == "Past the end of a shorter sample there are zeros, not its last h."


def test_a_statement_gives_its_number_and_admits_a_coincidence() -> None:
    lstm = nn.LSTM(2, 4, bidirectional=True, batch_first=True)
    first, _, third, _ = equalities(lstm, *lstm(torch.randn(3, 5, 2)))
    assert first.statement == "h_n[-2] equals output[:, -1, :H]: max difference 0"
    assert third.statement == f"h_n[-1] is not output[:, -1, H:]: max difference {third.difference:.3g}"
    for weight in lstm.parameters():
        nn.init.zeros_(weight)
    *_, third, _ = equalities(lstm, *lstm(torch.randn(3, 5, 2)))
    assert third.statement == "h_n[-1] happens to equal output[:, -1, H:]: max difference 0"
    assert Equality("a", "b", True, 0.5, "").statement == "a should equal b: max difference 0.5"


def test_one_step_has_nothing_to_tell_the_two_ends_apart() -> None:
    rnn = nn.RNN(2, 4, bidirectional=True, batch_first=True)
    assert texts(equalities(rnn, *rnn(torch.randn(3, 1, 2))), False) == []


def test_infinite_numbers_and_gradients_do_no_harm() -> None:
    rnn = nn.RNN(1, 1, nonlinearity="relu", bias=False)
    for weight in rnn.parameters():
        nn.init.ones_(weight)
    for number in (torch.inf, torch.nan):
        assert equalities(rnn, *rnn(torch.full((3, 2, 1), number)))[0].difference == 0


@given(cases(("batched", "unbatched")))
@settings(max_examples=60)
def test_every_h_is_where_reached_by_says_and_nowhere_else(case: Case) -> None:
    module, x, state = case.make()
    with torch.no_grad():
        output, last = module(x, state)
    names = names_of(case, output, last)
    unrolled = unroll(module, x, state)
    reached: list[str] = []
    for done in unrolled.passes:
        for step in range(case.T):
            found = reached_by(module, done.layer, done.direction, step, case.T, case.layout == "batched")
            reached += found
            for text in found:
                expected = eval(text, names).reshape(done.h[:, step].shape)
                torch.testing.assert_close(done.h[:, step], expected, atol=1e-6, rtol=1e-6)
    assert len(reached) == len(set(reached)) == unrolled.sizes["D"] * case.T + case.rows


@given(cases(("batched", "unbatched")))
@settings(max_examples=40)
def test_holdings_have_the_shapes_that_torch_gives(case: Case) -> None:
    module, x, state = case.make()
    with torch.no_grad():
        output, last = module(x, state)
    sizes = sizes_of(module) | {"B": case.B, "T": case.T}
    found = holdings(module, case.layout == "batched")
    results = (output, *parts(last))
    assert [shape_size(holding.axes, sizes) for holding in found] == [tuple(result.shape) for result in results]
    assert [holding.name for holding in found] == ["output", "h_n", "c_n"][: len(results)]
    assert all(len(holding.rows) == case.rows for holding in found[1:])


def test_rows_and_sentences_of_what_is_held() -> None:
    output, h_n, c_n = holdings(nn.LSTM(2, 4, 2, bidirectional=True))
    assert h_n.rows == c_n.rows == ("L0→", "L0←", "L1→", "L1←")
    assert output.sentence == (
        "Every h_t of the last layer, one for each step, the forward direction first and the reverse beside it."
    )
    assert h_n.sentence == (
        "The h of each layer and direction after the last step that it reads; the reverse direction reads step 0 last."
    )
    assert c_n.sentence == "The memory c of each layer and direction at the same step; no other c is returned."


LSTM, GRU = nn.LSTM(2, 4), nn.GRU(2, 4)
ADVICE = "Pass what one and the same call returned: output, state = module(x)."


@pytest.mark.parametrize(
    ("module", "output", "state", "message"),
    [
        (
            LSTM,
            torch.zeros(5, 3, 4),
            torch.zeros(1, 3, 4),
            f"state: expected the pair (h_n, c_n) of an LSTM, got a Tensor. {ADVICE}",
        ),
        (
            GRU,
            torch.zeros(5, 3, 4),
            (torch.zeros(1, 3, 4),) * 2,
            f"state: expected h_n alone, as a GRU has no c_n, got a pair. {ADVICE}",
        ),
        (
            GRU,
            torch.zeros(5, 3, 6),
            torch.zeros(1, 3, 4),
            f"output: expected (…, D·H) with 4 numbers on the last axis, got (5, 3, 6). {ADVICE}",
        ),
        (
            GRU,
            torch.zeros(5, 3, 4),
            torch.zeros(1, 5, 4),
            f"h_n: expected (L·D, B, H) = (1, 3, 4) beside this output, got (1, 5, 4). {ADVICE}",
        ),
        (
            LSTM,
            torch.zeros(5, 4),
            (torch.zeros(1, 4), torch.zeros(1, 3)),
            f"c_n: expected (L·D, H) = (1, 4) beside this output, got (1, 3). {ADVICE}",
        ),
    ],
)
def test_results_of_another_module_are_refused(module: Any, output: Any, state: Any, message: str) -> None:
    with pytest.raises(RecurrentError, match=f"^{re.escape(message)}$"):
        equalities(module, output, state)
