"""The spec: every wrong value says what is allowed, and a link gives the spec that made it."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from hypothesis import given, strategies

from lstm_viz.dims import SYMBOLS
from lstm_viz.spec import DEFAULT, FIELD_OF_SYMBOL, LARGEST_SIZE, QUERY_NAMES, NetworkSpec, SpecError
from tests.specs import random_specs, valid_specs

WRONG_VALUES: list[tuple[dict[str, Any], str, str]] = [
    ({"batch_size": 0}, f"a whole number from 1 to {LARGEST_SIZE:,}", "0"),
    ({"sequence_length": -3}, f"a whole number from 1 to {LARGEST_SIZE:,}", "-3"),
    ({"features": 2.0}, f"a whole number from 1 to {LARGEST_SIZE:,}", "2.0"),
    ({"hidden_size": LARGEST_SIZE + 1}, f"a whole number from 1 to {LARGEST_SIZE:,}", str(LARGEST_SIZE + 1)),
    ({"layers": True}, f"a whole number from 1 to {LARGEST_SIZE:,}", "True"),
    ({"outputs": "2"}, f"a whole number from 1 to {LARGEST_SIZE:,}", "'2'"),
    ({"vocabulary_size": None}, f"a whole number from 1 to {LARGEST_SIZE:,}", "None"),
    ({"embedding_size": 0}, f"a whole number from 1 to {LARGEST_SIZE:,}", "0"),
    ({"seed": -1}, f"a whole number from 0 to {LARGEST_SIZE:,}", "-1"),
    ({"proj_size": -1}, f"a whole number from 0 to {LARGEST_SIZE:,}", "-1"),
    ({"bidirectional": 1}, "True or False", "1"),
    ({"batch_first": "yes"}, "True or False", "'yes'"),
    ({"bias": None}, "True or False", "None"),
    ({"dropout": 1.0, "layers": 2}, "a number from 0 to below 1", "1.0"),
    ({"dropout": float("nan"), "layers": 2}, "a number from 0 to below 1", "nan"),
    ({"dropout": True, "layers": 2}, "a number from 0 to below 1", "True"),
    ({"cell": "LSTM"}, "one of lstm, gru, rnn", "'LSTM'"),
    ({"nonlinearity": "sigmoid"}, "one of tanh, relu", "'sigmoid'"),
    ({"input": []}, "one of numbers, one-hot, tokens", "[]"),
    ({"head": "last"}, "one of last_step, last_hidden, every_step, every_step_3d, flatten", "'last'"),
    ({"task": ""}, "one of regression, classification, binary", "''"),
    ({"data": None}, "one of random, passengers, prices, table, prepared", "None"),
]

WRONG_COMBINATIONS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"nonlinearity": "relu"}, "nonlinearity", "tanh with cell=lstm", "'relu'"),
    ({"dropout": 0.5}, "dropout", "0 with layers=1", "0.5"),
    ({"cell": "gru", "proj_size": 2}, "proj_size", "0 with cell=gru", "2"),
    ({"proj_size": 5}, "proj_size", "less than hidden_size=5", "5"),
    ({"task": "classification"}, "outputs", "2 or more classes with task=classification", "1"),
    (
        {"head": "flatten", "sequence_length": LARGEST_SIZE, "bidirectional": True, "outputs": 2},
        "head",
        "at most 100,000,000 weights in a flatten head (T·D·H·O)",
        "'200,000,000'",
    ),
]


@pytest.mark.parametrize(("wrong", "allowed", "got"), WRONG_VALUES)
def test_a_wrong_value_names_field_allowed_and_got(wrong: dict[str, Any], allowed: str, got: str) -> None:
    with pytest.raises(SpecError) as caught:
        NetworkSpec(**wrong)
    (field,) = set(wrong) - {"layers"} or set(wrong)
    assert str(caught.value) == f"{field}: expected {allowed}, got {got}."
    assert caught.value.field == field


@pytest.mark.parametrize(("wrong", "field", "allowed", "got"), WRONG_COMBINATIONS)
def test_a_wrong_combination_says_what_to_do(wrong: dict[str, Any], field: str, allowed: str, got: str) -> None:
    with pytest.raises(SpecError) as caught:
        NetworkSpec(**wrong)
    text = str(caught.value)
    assert text.startswith(f"{field}: expected {allowed}")
    assert f"got {got}. " in text
    assert text.endswith(".")
    assert set(caught.value.involved) <= {name.name for name in fields(NetworkSpec)}
    assert set(wrong) <= {field, *caught.value.involved}


def test_each_field_has_a_wrong_value_here() -> None:
    assert {name for wrong, _, _ in WRONG_VALUES for name in wrong} == {field.name for field in fields(NetworkSpec)}


def test_a_very_long_value_does_not_fill_the_page() -> None:
    with pytest.raises(SpecError) as caught:
        NetworkSpec(cell="x" * 10_000)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 200


@given(valid_specs)
def test_a_link_gives_the_spec_that_made_it(spec: NetworkSpec) -> None:
    assert NetworkSpec.from_query(spec.to_query()) == (spec, ())


@given(valid_specs)
def test_only_what_differs_from_the_default_is_written(spec: NetworkSpec) -> None:
    different = {field.name for field in fields(spec) if getattr(spec, field.name) != getattr(DEFAULT, field.name)}
    assert set(spec.to_query()) == {QUERY_NAMES[name] for name in different}


@given(valid_specs)
def test_sizes_name_every_symbol_that_the_network_has(spec: NetworkSpec) -> None:
    assert ("F" in spec.sizes) is (spec.input != "tokens")
    assert {"V", "E"}.issubset(spec.sizes) is (spec.input == "tokens")
    assert ("P" in spec.sizes) is bool(spec.proj_size)
    assert list(spec.sizes) == [letter for letter in SYMBOLS if letter in spec.sizes]
    for symbol, field in FIELD_OF_SYMBOL.items():
        assert symbol not in spec.sizes or spec.sizes[symbol] == getattr(spec, field)


tricky = ["0", "1", "-1", "2.5", "nan", "1e999", "lstm", "rnn", "flatten", "tokens", "relu", "true", "9" * 5000, "a\nb"]
link_values = strategies.sampled_from(tricky) | strategies.text(max_size=12)
link_names = strategies.sampled_from(sorted(QUERY_NAMES.values())) | strategies.text(max_size=8)


@given(strategies.dictionaries(link_names, link_values))
def test_any_link_gives_a_spec_and_a_line_for_each_bad_entry(query: dict[str, str]) -> None:
    spec, problems = NetworkSpec.from_query(query)
    assert all(len(problem.splitlines()) == 1 and len(problem) < 500 for problem in problems)
    known = {name: value for name, value in query.items() if name in QUERY_NAMES.values()}
    said = [re.match(r"The link's (\w+)=", problem) for problem in problems]
    left_out = [match[1] for match in said if match]
    assert len(problems) == len(query) - len(known) + len(left_out)
    assert len(set(left_out)) == len(left_out)
    rest = {name: value for name, value in known.items() if name not in left_out}
    assert NetworkSpec.from_query(rest) == (spec, ())


def test_what_is_wrong_is_left_out_and_the_rest_counts() -> None:
    spec, problems = NetworkSpec.from_query({"H": "7", "B": "many", "P": "9", "utm": "x", "page": "2"}, ignore=["page"])
    assert (spec.hidden_size, spec.batch_size, spec.proj_size) == (7, 4, 0)
    assert problems == (
        "The link has an entry 'utm' that is not known here.",
        "The link's B=many was left out: batch_size: expected a whole number, got 'many'.",
        "The link's P=9 was left out: proj_size: expected less than hidden_size=7 (0 for no projection), got 9. "
        "A projection makes the state smaller.",
    )


def test_a_combination_that_cannot_be_costs_one_entry_only() -> None:
    spec, problems = NetworkSpec.from_query({"drop": "0.5", "seed": "3"})
    assert (spec.dropout, spec.seed) == (0.0, 3)
    assert len(problems) == 1


def test_every_field_has_a_name_in_a_link_that_no_other_has() -> None:
    assert set(QUERY_NAMES) == {field.name for field in fields(NetworkSpec)}
    assert len(set(QUERY_NAMES.values())) == len(QUERY_NAMES)


def test_names_in_links_do_not_change() -> None:
    names = "cell act B T F H L bi bf bias drop P in V E head O task data seed"
    assert list(QUERY_NAMES.values()) == names.split()


def test_it_is_a_frozen_value() -> None:
    spec = NetworkSpec()
    assert {spec: 1}[NetworkSpec()] == 1
    with pytest.raises(FrozenInstanceError):
        spec.seed = 1  # type: ignore[misc]


def test_derived_sizes() -> None:
    spec = NetworkSpec(bidirectional=True, proj_size=3, input="tokens")
    assert (spec.directions, spec.gates, spec.input_size, spec.step_size) == (2, 4, 10, 6)
    assert [NetworkSpec(cell=cell).gates for cell in ("lstm", "gru", "rnn")] == [4, 3, 1]


def test_random_specs_are_fair() -> None:
    specs = random_specs(300, seed=9)
    assert specs == random_specs(300, seed=9)
    for name in ("cell", "nonlinearity", "bidirectional", "batch_first", "bias", "input", "head", "task", "data"):
        assert len({getattr(spec, name) for spec in specs}) == len({getattr(s, name) for s in random_specs(3000)}), name
    assert sum(bool(spec.proj_size) for spec in specs) > 10
    assert sum(bool(spec.dropout) for spec in specs) > 10
    assert len({re.sub(r"seed=\d+", "", repr(spec)) for spec in specs}) > 290
