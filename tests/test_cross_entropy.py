"""Cross-entropy's layouts: what is legal is right, what is refused says why, and what is silent is found."""

from __future__ import annotations

import random
import re

import pytest
import torch
from torch import nn
from torch.nn import functional

from lstm_viz.preparation.cross_entropy import LossLayout, cross_entropy_layouts

SIZES = [
    (random.Random(seed).randint(1, 6), random.Random(seed + 99).randint(1, 6), seed % 6 + 1) for seed in range(50)
]


def layout(layouts: tuple[LossLayout, ...], scores: str, target: str = "target") -> LossLayout:
    return next(each for each in layouts if (each.scores, each.target) == (scores, target))


@pytest.mark.parametrize(("B", "T", "C"), SIZES)
def test_the_records_are_what_torch_does(B: int, T: int, C: int) -> None:  # noqa: N803
    generator = torch.Generator().manual_seed(3)
    scores = torch.randn(B, T, C, generator=generator)
    target = torch.randint(C, (B, T), generator=generator)
    loss = nn.CrossEntropyLoss()
    for record in cross_entropy_layouts(B, T, C, seed=3):
        names = {"scores": scores, "target": target, "functional": functional}
        given, wanted = eval(record.scores, names), eval(record.target, names)
        assert record.scores_shape == tuple(given.shape)
        assert record.target_shape == tuple(wanted.shape)
        assert f"torch.{record.target_dtype}" == str(wanted.dtype)
        assert len(record.scores_axes) == given.dim()
        assert len(record.target_axes) == wanted.dim()
        if record.accepted:
            assert record.loss == pytest.approx(loss(given, wanted).item())
            assert (record.error, record.message) == ("", "")
        else:
            with pytest.raises((RuntimeError, IndexError, ValueError)) as raised:
                loss(given, wanted)
            assert str(raised.value).splitlines()[0] == record.message
            assert type(raised.value).__name__ == record.error
        assert record.sentence


@pytest.mark.parametrize(("B", "T", "C"), SIZES)
def test_the_legal_layouts_are_right_and_the_loss_is_the_mean(B: int, T: int, C: int) -> None:  # noqa: N803
    layouts = cross_entropy_layouts(B, T, C)
    rows, channels, last = layouts[:3]
    assert rows.right
    assert channels.right
    assert last.right
    assert rows.meant == channels.meant
    assert rows.loss == pytest.approx(channels.loss, abs=1e-6)
    if C > 1:
        plain = layout(layouts, "scores")
        assert plain.accepted == (T == C)
        assert plain.silent == (T == C)
    assert not layout(layouts, "scores[:, -1]", "target[:, -1:]").accepted


def test_why_it_is_refused_and_when_it_is_not() -> None:
    refused = layout(cross_entropy_layouts(4, 5, 7), "scores")
    assert (refused.error, refused.message) == ("RuntimeError", "Expected target size [4, 7], got [4, 5]")
    assert refused.sentence == (
        "Refused: axis 1 is read as the classes, so (4, 5, 7) asks for a target of shape (4, 7), and got (4, 5). "
        "transpose(1, 2) puts the classes on axis 1."
    )
    silent = layout(cross_entropy_layouts(4, 7, 7), "scores")
    assert silent.silent
    assert silent.sentence.startswith("Accepted and wrong, because T = O = 7: axis 1 holds the steps and is read as")
    scrambled = layout(cross_entropy_layouts(4, 5, 7), "scores.reshape(4, 7, 5)")
    assert scrambled.silent
    assert "transpose(1, 2) moves the axis" in scrambled.sentence


def test_the_first_worked_examples_target_raises() -> None:
    wrong = layout(cross_entropy_layouts(50, 1, 50), "scores[:, -1]", "target[:, -1:]")
    assert wrong.target_shape == (50, 1)
    assert wrong.message == "0D or 1D target tensor expected, multi-target not supported"
    assert wrong.sentence.startswith("Refused: one class for each sample is (B,), without an axis of 1")


def test_one_hot_targets_are_probabilities() -> None:
    layouts = cross_entropy_layouts(4, 5, 7)
    as_long = layout(layouts, "scores[:, -1]", "functional.one_hot(target[:, -1], 7)")
    assert "Expected floating point type for target with class probabilities" in as_long.message
    as_float = layout(layouts, "scores[:, -1]", "functional.one_hot(target[:, -1], 7).float()")
    assert as_float.right
    assert as_float.code == "functional.cross_entropy(scores[:, -1], functional.one_hot(target[:, -1], 7).float())"
    floats = layout(layouts, "scores[:, -1]", "target[:, -1].float()")
    assert floats.message == "expected target dtype to be Long or Byte, but got Float"


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("expected 1 or more each, got (4, 0, 7)")):
        cross_entropy_layouts(4, 0, 7)
