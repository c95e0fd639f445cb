"""view, permute and their kin: every element is followed, and torch itself agrees on all the rest."""

from __future__ import annotations

import random
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from torch import Tensor

from lstm_viz.drawing.origins import origins_diagram
from lstm_viz.preparation.layouts import OPERATIONS, Rearranged, rearrange
from tests.support.pictures import SVG, check_picture, said


def random_batch(rng: random.Random) -> Tensor:
    shape = [rng.randint(1, 5) for _ in range(rng.choice([2, 3, 3]))]
    return torch.randn(shape, generator=torch.Generator().manual_seed(rng.randrange(1000)))


def random_call(rng: random.Random, shape: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    operation = rng.choice(OPERATIONS)
    axes = list(range(len(shape)))
    if operation == "permute":
        rng.shuffle(axes)
        return operation, tuple(axis - len(axes) * rng.randint(0, 1) for axis in axes)
    if operation == "transpose":
        return operation, (rng.choice(axes), rng.choice(axes))
    if operation == "contiguous":
        return operation, ()
    total = int(np.prod(shape))
    first = rng.choice([size for size in range(1, total + 1) if total % size == 0])
    sizes = rng.choice(
        [(first, total // first), (first, -1), (-1,), tuple(rng.sample(shape, len(shape))), (total + 1, 2)]
    )
    return operation, tuple(map(int, sizes))


def calls(seed: int) -> tuple[Tensor, list[tuple[str, tuple[int, ...]]], bool]:
    rng = random.Random(seed)
    x = random_batch(rng)
    return x, [random_call(rng, tuple(x.shape)) for _ in range(rng.choice([1, 1, 2]))], rng.random() < 0.7


def carried_out(seed: int) -> tuple[Tensor, Tensor | None, str, Rearranged]:
    """A random chain: the batch, torch's own result or what it says instead, and ours."""
    x, chain, batch_first = calls(seed)
    plain: Tensor = x
    found: Tensor | Rearranged = x
    for operation, arguments in chain:
        found = rearrange(found, operation, *arguments, batch_first=batch_first)
        try:
            plain = getattr(plain, operation)(*arguments)
        except (RuntimeError, IndexError) as error:
            return x, None, str(error).splitlines()[0], found
    assert isinstance(found, Rearranged)
    return x, plain, "", found


@pytest.mark.parametrize("seed", range(80))
def test_every_element_came_from_where_it_says(seed: int) -> None:
    x, plain, error, found = carried_out(seed)
    if plain is None:
        assert found.after is None
        assert found.error == error
        assert any(error in sentence for sentence in found.sentences())
        return
    assert found.after is not None
    assert found.result is not None
    assert torch.equal(found.result, plain)
    assert found.after.shape == tuple(plain.shape)
    assert found.after.strides == plain.stride()
    assert found.after.is_contiguous == plain.is_contiguous()
    for code, value in zip(found.after.codes.reshape(-1).tolist(), plain.reshape(-1).tolist(), strict=True):
        place = found.origin(code)
        assert x[tuple(place[name] for name in found.origin_names)].item() == value
        assert found.label(code).split(",")[0] == str(place["sample"])


@pytest.mark.parametrize("seed", range(80))
def test_the_memory_row_is_torchs_own_memory(seed: int) -> None:
    x, plain, _, found = carried_out(seed)
    if plain is None or found.after is None:
        return
    memory = torch.as_strided(plain, (len(found.after.storage),), (1,), plain.storage_offset())
    assert torch.equal(memory, x.reshape(-1)[torch.from_numpy(found.after.storage)])
    assert np.array_equal(found.after.storage[found.after.reads], found.after.codes.reshape(-1))
    shared = plain.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    if found.before.expression == "x":
        assert found.copied is not shared


@pytest.mark.parametrize("seed", range(60))
def test_samples_are_mixed_where_a_sequence_holds_several(seed: int) -> None:
    _, plain, _, found = carried_out(seed)
    if plain is None or found.after is None:
        return
    for place in range(found.after.shape[found.samples_along]):
        samples = {found.origin(code)["sample"] for code in found.sequence(place).tolist()}
        assert found.mixed.get(place, ()) == (tuple(sorted(samples)) if len(samples) > 1 else ())
    rows = found.after.codes.reshape(-1, found.after.shape[-1])
    mixed = [len({found.origin(code)["sample"] for code in row}) > 1 for row in rows.tolist()]
    assert len(found.mixed_rows) == sum(mixed)


def test_view_scrambles_what_permute_moves() -> None:
    x = torch.randn(4, 6, 2)
    scrambled, moved = rearrange(x, "view", 6, 4, 2), rearrange(x, "permute", 1, 0, 2)
    assert scrambled.after is not None
    assert moved.after is not None
    assert scrambled.after.shape == moved.after.shape == (6, 4, 2)
    assert [str(axis) for axis in scrambled.after.axes] == ["T", "B", "F"]
    assert scrambled.mixed == dict.fromkeys(range(4), (0, 1, 2, 3))
    assert not moved.mixed
    assert "mixes samples: y[:, 0] is read as one sample" in scrambled.sentences()[0]
    assert "keeps samples apart" in moved.sentences()[0]
    assert "the same memory, strides (12, 2, 1) → (2, 12, 1), no longer" in moved.sentences()[1]


def test_a_refused_view_says_what_torch_says_and_what_to_do() -> None:
    moved = rearrange(torch.randn(4, 6, 2), "permute", 1, 0, 2)
    refused = rearrange(moved, "view", 24, 2)
    assert refused.error_kind == "RuntimeError"
    assert refused.expression == "x.permute(1, 0, 2).view(24, 2)"
    assert "contiguous()" in refused.sentences()[1]
    copied = rearrange(moved, "reshape", 24, 2)
    assert copied.copied
    assert copied.moved > 0
    with pytest.raises(ValueError, match="nothing can follow it"):
        rearrange(refused, "contiguous")


@pytest.mark.parametrize(
    ("x", "operation", "message"),
    [
        (torch.zeros(2, 3), "flip", "expected one of view, reshape"),
        (torch.zeros(2), "view", r"expected a batch \(B, T, F\) or \(B, T\)"),
        (torch.zeros(0, 3), "view", "with elements in it"),
    ],
)
def test_what_is_no_batch_is_refused(x: Tensor, operation: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rearrange(x, operation, 6)


def test_the_samples_axis_can_be_said() -> None:
    x = torch.randn(3, 4, 2)
    assert rearrange(x, "view", 4, 3, 2, samples_along=0).mixed == {1: (0, 1), 2: (1, 2)}
    with pytest.raises(ValueError, match="samples_along: expected an axis from 0 to 1"):
        rearrange(x, "view", 12, 2, samples_along=2)


def cells(svg: str) -> list[ElementTree.Element]:
    return [group for group in ElementTree.fromstring(svg).iter(f"{SVG}g") if "data-code" in group.attrib]


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("width", [1080.0, 400.0])
def test_the_picture_stands_for_the_elements(seed: int, width: float) -> None:
    found = carried_out(seed)[-1]
    svg = origins_diagram(found, width=width)
    check_picture(svg)
    for cell in cells(svg):
        code = int(cell.attrib["data-code"])
        where = found.origin(code)
        assert {name: int(cell.attrib[f"data-{name}"]) for name in where} == where
        assert said(cell.find(f"{SVG}text")) == found.label(code)  # type: ignore[arg-type]
        assert f"o{where['sample'] % 6}" in cell.find(f"{SVG}rect").attrib["class"]  # type: ignore[union-attr]
        assert cell.findtext(f"{SVG}title") == "came from " + ", ".join(f"{key} {at}" for key, at in where.items())


def test_cells_are_drawn_in_the_order_of_the_tensor_and_of_its_memory() -> None:
    found: Any = rearrange(torch.randn(2, 3, 2), "permute", 1, 0, 2)
    expected = [*range(12), *range(12)]  # x, and its memory
    expected += found.after.codes.reshape(-1).tolist()
    expected += found.after.storage.tolist()
    expected += [*found.sequence(0).tolist(), *found.sequence(1).tolist()]
    assert [int(cell.attrib["data-code"]) for cell in cells(origins_diagram(found))] == expected


def test_the_picture_says_what_is_not_in_it() -> None:
    svg = origins_diagram(rearrange(torch.randn(32, 50, 9), "permute", 1, 0, 2))
    assert "of B = 32" in svg
    assert "of T = 50" in svg
    assert "of 14,400 elements" in svg
    assert svg.count("<g ") < 900
    check_picture(svg)


def test_the_picture_shows_torchs_refusal() -> None:
    svg = origins_diagram(rearrange(rearrange(torch.randn(2, 3, 2), "transpose", 0, 1), "view", 6, 2))
    assert "RuntimeError: view size is not compatible" in " ".join(
        said(text) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")
    )
