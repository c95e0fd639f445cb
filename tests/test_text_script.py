"""The script of a text's way runs alone, in a clean interpreter, and makes the very tensors that are shown."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from lstm_viz.datasets import messages, zen
from lstm_viz.preparation.prepare_text import prepare_text
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.text_recipe import TextRecipe, TextRecipeError
from lstm_viz.preparation.text_script import text_script

WORDS = ["tea", "win", "car", "the", "a", "free", "soup", "I", "night", 'say "now"', "größe", "\u200d\x07"]


def random_words(rng: random.Random) -> PreparedText | None:
    texts = [" ".join(rng.choices(WORDS, k=rng.randint(0, 8))) for _ in range(rng.randint(14, 30))]
    labels = [rng.choice(["good", 'the "bad"']) for _ in texts]
    labels[:2], texts[:2] = ["good", 'the "bad"'], ["tea now", "win the car tea"]
    reserved = rng.random() < 0.6
    recipe = TextRecipe(
        data="text",
        length=rng.randint(1, 6),
        encoding=rng.choice(["indices", "one-hot"]),
        pad_to=rng.choice(["length", "longest", "batch"]),
        side=rng.choice(["right", "left"]),
        cut=rng.choice(["end", "start"]),
        lowercase=rng.random() < 0.5,
        one_letter=rng.random() < 0.5,
        min_count=rng.randint(1, 2),
        most=rng.choice([0, 3]),
        reserved=reserved,
        empty=rng.choice(["drop", "keep", "unknown"] if reserved else ["drop", "keep"]),
        validation=rng.choice([0, 0.2]),
        test=rng.choice([0, 0.3]),
        task=rng.choice(["binary", "classification"]),
        with_lengths=rng.random() < 0.5,
        shuffle=rng.random() < 0.5,
        drop_last=rng.random() < 0.3,
        batch_size=rng.randint(1, 5),
        seed=rng.randrange(99),
    )
    try:
        return prepare_text(recipe, texts, labels)
    except TextRecipeError:
        return None


def random_characters(rng: random.Random) -> PreparedText:
    recipe = TextRecipe(
        data="text",
        unit="characters",
        length=rng.randint(1, 6),
        encoding=rng.choice(["indices", "one-hot"]),
        stride=rng.randint(1, 4),
        many_to_many=rng.random() < 0.5,
        validation=rng.choice([0, 0.35]),
        test=rng.choice([0, 0.35]),
        with_lengths=rng.random() < 0.5,
        shuffle=rng.random() < 0.5,
        batch_size=rng.randint(1, 9),
        seed=rng.randrange(99),
    )
    return prepare_text(recipe, ["".join(rng.choices('abc \n"\\é\t', k=rng.randint(25, 60))) + "ab"])


def check(ready: PreparedText, names: dict[str, Any]) -> None:
    """The script's variables are the parts, tensor by tensor, and its loaders give the same batches twice over."""
    for name, part in ready.parts.items():
        assert torch.equal(names[f"x_{name}"], part.x)
        assert torch.equal(names[f"y_{name}"], part.target)
        assert names[f"y_{name}"].dtype == part.target.dtype
        if ready.recipe.unit == "words":
            assert torch.equal(names[f"lengths_{name}"], part.lengths)
            assert torch.equal(names[f"mask_{name}"], part.mask)
        loader = names[f"{name}_loader"]
        if loader.generator is not None:  # the script has taken a first batch of it
            loader.generator.manual_seed(ready.recipe.seed)
        for epoch in range(2):
            batches = list(loader)
            assert len(batches) == len(ready.order(name, epoch))
            for number, batch in enumerate(batches):
                mine = ready.batch(number, name, epoch)
                assert len(mine) == len(batch)
                assert all(torch.equal(one, other) for one, other in zip(mine, batch, strict=True))
    assert torch.equal(names["x"], ready.x)
    assert torch.equal(names["target"], ready.target)


@pytest.mark.parametrize("seed", range(40))
def test_the_script_of_any_messages_makes_the_same(seed: int) -> None:
    ready = random_words(random.Random(seed))
    if ready is None:
        return
    names: dict[str, Any] = {}
    exec(text_script(ready), names)
    check(ready, names)


@pytest.mark.parametrize("seed", range(30))
def test_the_script_of_any_text_makes_the_same(seed: int) -> None:
    ready = random_characters(random.Random(seed))
    names: dict[str, Any] = {}
    exec(text_script(ready), names)
    check(ready, names)


def in_a_clean_interpreter(script: str, folder: Path) -> tuple[dict[str, Any], str]:
    """The tensors that a script makes without this project in sight, and what it prints."""
    file = folder / "way.py"
    file.write_text(
        f'{script}\ntorch.save({{"x": x, "target": target, "x_train": x_train, "x_test": x_test}}, "way.pt")\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-I", "-W", "error", str(file)]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    found: dict[str, Any] = torch.load(folder / "way.pt")
    return found, ran.stdout


def test_the_messages_in_a_clean_interpreter(tmp_path: Path) -> None:
    data = messages()
    ready = prepare_text(TextRecipe(length=8, shuffle=True, seed=3), data.texts, data.labels)
    script = text_script(ready)
    assert "lstm_viz" not in script
    found, printed = in_a_clean_interpreter(script, tmp_path)
    assert torch.equal(found["x"], ready.x)
    assert torch.equal(found["target"], ready.target)
    assert torch.equal(found["x_test"], ready.parts["test"].x)
    assert printed.splitlines()[:3] == ["texts 612", "x (4, 8) torch.int64", "target (4, 1) torch.float32"]


def test_the_zen_in_a_clean_interpreter(tmp_path: Path) -> None:
    recipe = TextRecipe(data="zen", unit="characters", length=30, many_to_many=True, encoding="one-hot", batch_size=32)
    ready = prepare_text(recipe, zen().texts)
    found, printed = in_a_clean_interpreter(text_script(ready), tmp_path)
    assert torch.equal(found["x"], ready.x)
    assert torch.equal(found["x_train"], ready.parts["train"].x)
    assert "text 856\nx (32, 30, 45) torch.float32\ntarget (32, 30) torch.int64\n" in printed
    assert "Beautiful" not in printed


def test_reading_code_takes_the_place_of_the_texts() -> None:
    texts, labels = ["tea now", "win a car"], ["x", "y"]
    ready = prepare_text(TextRecipe(data="text", test=0), texts, labels)
    reading = f"texts = {json.dumps(texts)}\nlabels = {json.dumps(labels)}"
    script = text_script(ready, reading)
    assert reading in script
    assert "\nmessages = [" not in script
    names: dict[str, Any] = {}
    exec(script, names)
    check(ready, names)


def test_what_is_too_long_is_read_from_a_file() -> None:
    long = ["tea now " * 5_000, "win a car " * 5_000]
    script = text_script(prepare_text(TextRecipe(data="text", test=0), long, ["x", "y"]))
    assert 'table = pd.read_csv("your_file.csv")' in script
    assert "import pandas as pd" in script
    assert len(script) < 5_000
    ready = prepare_text(TextRecipe(data="text", unit="characters"), ["tea now " * 9_000])
    assert 'pathlib.Path("your_file.txt").read_text' in text_script(ready)


def test_every_line_has_room() -> None:
    data = messages()
    for recipe in (TextRecipe(min_count=2, most=100), TextRecipe(pad_to="batch", side="left", one_letter=True)):
        script = text_script(prepare_text(recipe, data.texts, data.labels), "texts, labels = [], []")
        assert max(map(len, script.splitlines())) <= 110
