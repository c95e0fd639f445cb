"""What goes wrong without an error: scalers that know the test rows, windows one off, a shuffle too early."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.preprocessing import StandardScaler

from lstm_viz.datasets import Table, coffee, passengers, prices
from lstm_viz.preparation.leak import leak
from lstm_viz.preparation.mistakes import MOST_ROWS, in_order, off_by_one, shuffle_after, shuffle_before
from lstm_viz.preparation.recipe import Recipe, RecipeError
from tests.support.recipe_cases import VOLUME


def test_the_leak_of_the_passengers() -> None:
    found = leak(Recipe(), passengers())
    feature, target = found.columns
    assert (feature.role, target.role) == ("feature", "target")
    assert (feature.honest.rows, feature.leaking.rows) == (132, 144)
    assert (feature.honest.largest, feature.leaking.largest) == (559, 622)
    assert feature.label == "1960-07"
    assert feature.outside == int((passengers().values[132:, 0] > 559).sum()) == 2
    assert feature.test_largest == pytest.approx((622 - 104) / (559 - 104) * 2 - 1)
    assert feature.difference == pytest.approx(feature.test_largest - 1)
    assert feature.sentence == (
        "'passengers': a scaler fitted on all 144 rows knows the largest 622 (training: 559), and scaled test values "
        "move by up to 0.277 (1960-07). Fitted honestly, 2 of 12 test values leave (−1, 1), the range of training: "
        "they go from 0.257 to 1.28, as new data may."
    )
    assert found.sentence.startswith("Fitting on all rows changes 2 of 2 scaled columns, most of all 'passengers'")


def test_the_leak_of_the_volume_example() -> None:
    found = leak(VOLUME, coffee())
    assert [column.name for column in found.columns] == [*VOLUME.features, "volume"]
    values = coffee().values
    for place, column in enumerate(found.columns[:5]):
        honest = StandardScaler().fit(values[:200, [place]]).transform(values[200:, [place]])
        leaking = StandardScaler().fit(values[:, [place]]).transform(values[200:, [place]])
        assert column.difference == pytest.approx(np.abs(honest - leaking).max())
        assert column.honest.mean == pytest.approx(values[:200, place].mean())
        assert column.honest.std == pytest.approx(values[:200, place].std())
        assert column.leaking.std == pytest.approx(values[:, place].std())
        assert (column.test_least, column.test_largest) == pytest.approx((honest.min(), honest.max()))
    assert found.columns[5].train_range == (0, 1)


def test_nothing_leaks_where_nothing_is_fitted_or_test_rows_are_ordinary() -> None:
    plain = leak(Recipe(scaling="none", target_scaling="none"), passengers()).columns[0]
    assert plain.difference == 0
    assert plain.sentence.startswith("'passengers' is not scaled: nothing is fitted, so nothing leaks.")
    wave = Table("wave", ("a",), tuple(map(str, range(40))), np.sin(np.arange(40.0) * np.pi / 2).round()[:, None])
    found = leak(Recipe(data="table", window=3), wave)
    assert found.sentence == "On this split nothing leaks: both fits are the same. On another split it may."
    with pytest.raises(RecipeError, match="rows that are not for training, got 0"):
        leak(Recipe(test=0), passengers())


def test_every_table_says_its_leak_in_sentences() -> None:
    for table in (passengers(), prices(), coffee()):
        for kind in ("minmax", "minmax01", "standard", "none"):
            recipe = Recipe(features=(), target=0, test=0.2, scaling=kind, target_scaling=kind)  # type: ignore[arg-type]
            for column in leak(recipe, table).columns:
                assert column.sentence.endswith(".")
                assert "e+" not in column.sentence


def test_windows_that_are_one_off() -> None:
    right, lost, leaking, beyond = off_by_one(132, 12)
    assert (right.count, lost.count, leaking.count, beyond.count) == (120, 119, 120, 120)
    assert right.pairs[0] == (tuple(range(12)), 12)
    assert right.pairs[-1] == (tuple(range(119, 131)), 131)
    assert (right.lost, right.leaking, right.error) == (None, 0, "")
    assert lost.lost == right.pairs[-1]
    assert leaking.leaking == 120
    assert all(target == inputs[-1] for inputs, target in leaking.pairs)
    assert beyond.error == "IndexError: index 132 is out of bounds for axis 0 with size 132"
    assert "range(len(data) - T - 1)" in lost.code
    assert lost.sentence == "132 − 12 − 1 = 119 pairs: the last row is never a target. Nothing says so."


@pytest.mark.parametrize(("rows", "window"), [(2, 1), (5, 4), (50, 7), (3_000, 5), (3_000, 2_999), (1_000_000, 12)])
def test_any_number_of_rows_is_cut_by_the_code_that_is_shown(rows: int, window: int) -> None:
    for way in off_by_one(rows, window):
        assert len(way.pairs) == way.count
        assert way.rows == min(rows, max(MOST_ROWS, window + 10))
        assert way.sentence.endswith(".")
    right = off_by_one(rows, window)[0]
    assert right.count == right.rows - window


@pytest.mark.parametrize("window", [0, 12, 13])
def test_no_pair_can_be_cut(window: int) -> None:
    with pytest.raises(RecipeError, match="window: expected 1 to 11 with 12 rows"):
        off_by_one(12, window)


@pytest.mark.parametrize("window", [2, 3, 12, 100, 143, 144])
def test_the_correlation_is_that_of_all_windows(window: int) -> None:
    values = passengers().values[:, 0]
    found = in_order(passengers(), 0, window)
    windows = sliding_window_view(values, window)
    expected = np.corrcoef(windows[:, :-1].ravel(), windows[:, 1:].ravel())[0, 1]
    assert found.correlation == pytest.approx(expected)
    assert shuffle_after(passengers(), 0, window).correlation == pytest.approx(expected)


def test_a_shuffle_before_the_cut_destroys_the_order() -> None:
    before, after = shuffle_before(passengers(), 0, 12, seed=5), shuffle_after(passengers(), 0, 12, seed=5)
    assert abs(before.correlation) < 0.2
    assert after.correlation > 0.9
    assert all(np.diff(rows).tolist() == [1] * 11 for rows in after.windows)
    assert not any(np.diff(rows).tolist() == [1] * 11 for rows in before.windows)
    assert after.labels[0] == tuple(passengers().labels[row] for row in after.windows[0])
    assert before.sentence.startswith("Steps are rows from anywhere")
    assert after.sentence.startswith("Each step is the row after the one before")


@pytest.mark.parametrize("way", [shuffle_before, shuffle_after])
def test_the_code_of_a_shuffle_makes_these_windows(way: type) -> None:
    found = way(passengers(), 0, 12, seed=3)
    names = {"np": np, "sliding_window_view": sliding_window_view, "values": np.arange(144), "T": 12}
    exec(found.code, names)  # type: ignore[arg-type]
    assert [tuple(rows) for rows in names["windows"][:4].tolist()] == list(found.windows)  # type: ignore[index]


def test_a_shuffle_needs_two_steps() -> None:
    with pytest.raises(RecipeError, match="An order can only be lost among two steps or more"):
        shuffle_before(passengers(), 0, 1)


def test_a_column_that_never_changes_has_no_correlation() -> None:
    flat = Table("flat", ("a",), tuple("abcdef"), np.ones((6, 1)))
    assert np.isnan(in_order(flat, 0, 3).correlation)
