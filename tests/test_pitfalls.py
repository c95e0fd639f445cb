"""The catalogue of mistakes: every wrong program does its harm at any size, every right one is clean."""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys
import warnings

import pytest
import torch

from lstm_viz.diagnosis import diagnose
from lstm_viz.pitfalls import (
    CATALOGUE,
    KEYS,
    TITLES,
    Pitfall,
    SizeError,
    checked,
    fill,
    find,
    limits,
    nearest,
    program,
    run,
)
from lstm_viz.pitfalls.filling import pieces
from tests.support.serving import ROOT

SIZES = 10
_NUMBER = re.compile(r"\d+")
by_key = pytest.mark.parametrize("pitfall", CATALOGUE, ids=KEYS)


def drawn(pitfall: Pitfall, dice: random.Random) -> dict[str, int]:
    """Sizes that the mistake can have, small ones more often: they are where sizes coincide."""
    most = {letter: dice.choice([4, 12, 24]) for letter in pitfall.sizes}
    wished = {letter: dice.randint(1, most[letter]) for letter in pitfall.sizes}
    return nearest(pitfall, wished)


def sizes_of(pitfall: Pitfall) -> list[dict[str, int]]:
    dice = random.Random(pitfall.key)
    return [dict(pitfall.sizes), *(drawn(pitfall, dice) for _ in range(SIZES))]


def test_there_are_enough_and_each_key_is_a_short_name() -> None:
    assert len(CATALOGUE) >= 34
    assert tuple(pitfall.key for pitfall in CATALOGUE) == KEYS
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key) and len(key) <= 32 for key in KEYS)
    assert len(set(TITLES.values())) == len(TITLES)
    assert find("nothing-of-the-kind") is None


def test_they_are_ordered_by_how_often_people_make_them() -> None:
    """The order of the ranking in the issue's cases, by the first of each kind."""
    ranking = [
        "hidden-state-last-batch",
        "pack-unsorted",
        "cross-entropy-classes-last",
        "batch-first-forgotten",
        "mse-broadcast",
        "input-integers",
        "embedding-index-range",
        "input-size",
        "unbatched-2d",
        "device-input",
        "scaler-columns",
        "tuple-output",
        "backward-twice",
        "bce-shape",
        "softmax-before-cross-entropy",
        "view-for-permute",
        "squeeze-batch-of-one",
        "dropout-one-layer",
        "window-off-by-one",
    ]
    assert [KEYS.index(key) for key in ranking] == sorted(KEYS.index(key) for key in ranking)


@by_key
def test_the_wrong_one_does_harm_and_the_right_one_none(pitfall: Pitfall) -> None:
    for sizes in sizes_of(pitfall):
        outcome = run(pitfall, sizes)
        assert outcome.right.clean, (sizes, outcome.right)
        assert outcome.wrong.program != outcome.right.program
        if pitfall.kind == "error":
            assert outcome.wrong.raised, sizes
            assert not outcome.wrong.warned
            assert outcome.wrong.line
        elif pitfall.kind == "warning":
            assert not outcome.wrong.raised
            assert outcome.wrong.warned, sizes
        else:
            assert outcome.wrong.clean, (sizes, outcome.wrong)
            assert any(harm.shown for harm in outcome.harms), (sizes, outcome.harms)
        assert all(abs(harm.right) <= 1e-5 for harm in outcome.harms), (sizes, outcome.harms)


def test_the_doctor_leads_from_each_message_to_its_mistake() -> None:
    """Some mistakes share a text; most are told apart by their numbers."""
    led = total = 0
    for pitfall in CATALOGUE:
        if pitfall.kind == "silent":
            continue
        outcome = run(pitfall)
        answers = diagnose(outcome.wrong.raised or outcome.wrong.warned[0], sizes=dict(outcome.sizes))
        assert all(answer.pitfall in (*KEYS, "") for answer in answers)
        led += answers[0].pitfall == pitfall.key
        total += 1
    assert led >= 0.9 * total


@by_key
def test_what_is_caught_holds_the_text_with_its_numbers(pitfall: Pitfall) -> None:
    for sizes in sizes_of(pitfall)[:4]:
        outcome = run(pitfall, sizes)
        said = outcome.wrong.raised + "".join(outcome.wrong.warned)
        assert bool(pitfall.says) == (pitfall.kind != "silent")
        assert fill(pitfall.says, outcome.sizes) in said
        numbers = {text for text, axis in pieces(pitfall.says, outcome.sizes) if axis is not None}
        assert numbers <= set(_NUMBER.findall(said))


@by_key
def test_every_text_is_there_and_can_be_filled(pitfall: Pitfall) -> None:
    for text in (pitfall.problem, pitfall.why, pitfall.fix, pitfall.says, pitfall.misleads):
        filled = fill(text, pitfall.sizes)
        assert "{" not in filled
        assert "  " not in filled
    assert pitfall.problem.startswith("Yes, if ")
    assert pitfall.problem.count(". ") == 0
    assert pitfall.problem.endswith(".")
    assert all(text.endswith((".", "`.")) for text in (pitfall.why, pitfall.fix))
    assert len(pitfall.group) < 30


@by_key
def test_its_lines_fit_side_by_side(pitfall: Pitfall) -> None:
    for side in ("wrong", "right"):
        text = program(pitfall, side, pitfall.sizes)
        compile(text, "program", "exec")
        assert max(map(len, text.splitlines())) <= 92
        assert "print" not in text


def test_what_is_copied_runs_as_it_stands() -> None:
    found = find("hidden-state-last-batch")
    assert found is not None
    outcome = run(found)
    done = subprocess.run(
        [sys.executable, "-c", outcome.wrong.program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stderr.strip().endswith(outcome.wrong.raised)


def test_two_runs_are_alike_and_leave_the_random_state_and_the_warnings_alone() -> None:
    found = find("mse-broadcast")
    assert found is not None
    state, filters = torch.get_rng_state(), list(warnings.filters)
    first, second = run(found), run(found)
    assert first == second
    assert torch.equal(state, torch.get_rng_state())
    assert warnings.filters == filters


def test_sizes_that_cannot_be_are_refused_in_a_sentence() -> None:
    found = find("hidden-state-projection")
    assert found is not None
    for sizes, sentence in (
        ({"B": 0}, "B: expected a whole number from 1 to 64, got 0."),
        ({"B": 65}, "B: expected a whole number from 1 to 64, got 65."),
        ({"B": "4); import os"}, "B: expected a whole number from 1 to 64, got '4); import os'."),
        ({"B": True}, "B: expected a whole number from 1 to 64, got True."),
        ({"P": 20}, "P: expected a number less than H = 20, got 20."),
        ({"V": 3}, "V: this mistake has the sizes B, T, F, H, P only."),
    ):
        with pytest.raises(SizeError) as raised:
            run(found, sizes)  # type: ignore[arg-type]
        assert str(raised.value) == sentence


@by_key
def test_the_nearest_sizes_can_always_be_run(pitfall: Pitfall) -> None:
    dice = random.Random(3)
    for _ in range(50):
        wished = {letter: dice.choice([0, 1, 2, 3, 64, 100, 10**9]) for letter in "BTFHLPVEO"}
        assert checked(pitfall, nearest(pitfall, wished))
    for letter in pitfall.sizes:
        least, most = limits(pitfall, letter)
        assert 1 <= least <= pitfall.sizes[letter] <= most <= 1000


def constants(value: ast.expr) -> set[str]:
    """The keys that an argument can be: itself, or either branch of a choice."""
    if isinstance(value, ast.IfExp):
        return constants(value.body) | constants(value.orelse)
    return {str(value.value)} - {""} if isinstance(value, ast.Constant) else set()


def test_the_keys_that_the_audit_and_the_doctor_name_are_in_the_catalogue() -> None:
    named: set[str] = set()
    for package in ("audit", "diagnosis"):
        for file in (ROOT / "lstm_viz" / package).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call):
                    given = [word.value for word in call.keywords if word.arg == "pitfall"]
                    given += call.args[5:6] if getattr(call.func, "id", "") == "Finding" else []
                    named |= {key for value in given for key in constants(value)}
    assert len(named) > 20
    assert named <= set(KEYS)


def test_every_silent_one_says_how_it_shows() -> None:
    assert [pitfall.key for pitfall in CATALOGUE if pitfall.kind != "error" and not pitfall.symptom] == []
