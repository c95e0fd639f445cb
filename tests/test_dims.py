"""Axes and shapes: what is printed can be read again, and gives the same size."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given, strategies

from lstm_viz.dims import SYMBOLS, Axis, describe, shape, shape_size

letters = strategies.sampled_from(sorted(SYMBOLS))
symbols = strategies.builds(lambda letter, number: f"{letter}{number or ''}", letters, strategies.integers(0, 12))
factors = strategies.lists(symbols | strategies.integers(0, 60), max_size=5)
axes = factors.map(lambda found: Axis.of(*found))
all_symbols = [f"{letter}{number or ''}" for letter in SYMBOLS for number in range(13)]
sizes = strategies.fixed_dictionaries(dict.fromkeys(all_symbols, strategies.integers(1, 50)))


@given(axes)
def test_what_is_printed_is_read_again(axis: Axis) -> None:
    assert Axis.parse(str(axis)) == axis


@given(axes, strategies.integers(-9, 9))
def test_an_offset_is_read_again(axis: Axis, offset: int) -> None:
    moved = Axis(axis.factors, offset)
    assert Axis.parse(str(moved)) == moved


@given(factors, sizes)
def test_size_is_the_product(found: list[str | int], known: dict[str, int]) -> None:
    expected = math.prod(known[factor] if isinstance(factor, str) else factor for factor in found)
    assert Axis.of(*found).size(known) == expected


@given(axes, axes, sizes)
def test_a_product_of_axes_has_the_product_of_their_sizes(first: Axis, second: Axis, known: dict[str, int]) -> None:
    assert (first * second).size(known) == first.size(known) * second.size(known)


@given(strategies.lists(axes, max_size=4), sizes)
def test_a_shape_is_read_again(found: list[Axis], known: dict[str, int]) -> None:
    text = describe(tuple(found)).strip("()")
    assert shape(text) == tuple(found)
    assert shape_size(tuple(found), known) == tuple(axis.size(known) for axis in found)


@given(strategies.text(max_size=8) | strategies.text("BTX012₂·*+-− ", max_size=8))
def test_any_text_is_an_axis_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        axis = Axis.parse(text)
        assert Axis.parse(str(axis)) == axis


@pytest.mark.parametrize(
    ("text", "printed"),
    [("B*T", "B·T"), ("4*H", "4·H"), ("H2", "H₂"), ("H₂", "H₂"), (" L · D ", "L·D"), ("T-2", "T−2"), ("1·H·1", "H")],
)
def test_how_it_prints(text: str, printed: str) -> None:
    assert str(Axis.parse(text)) == printed


@pytest.mark.parametrize("text", ["", "B·", "b", "B T", "T-", "-2", "B+C", "²", "4.5"])
def test_what_is_no_axis(text: str) -> None:
    with pytest.raises(ValueError, match="expected symbols and integers joined by '·', got"):
        Axis.parse(text)


def test_an_unknown_symbol_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"the symbols B, T, F, .* got 'X'"):
        Axis.parse("X")


def test_a_sum_cannot_be_multiplied() -> None:
    with pytest.raises(ValueError, match="cannot multiply T−2 by H"):
        Axis.parse("T-2") * Axis.of("H")


def test_a_symbol_without_a_size() -> None:
    with pytest.raises(KeyError, match="T"):
        Axis.parse("B*T").size({"B": 4})


@pytest.mark.parametrize(("text", "described"), [("", "()"), ("B", "(B,)"), ("B, T, D*H", "(B, T, D·H)")])
def test_describe_writes_tuples_as_python_does(text: str, described: str) -> None:
    assert describe(shape(text)) == described


def test_symbols_of_an_axis() -> None:
    assert Axis.parse("4·B·H2").symbols == ("B", "H2")
    assert Axis.of(12).symbols == ()
