"""Packing is torch's own, element by element; its picture and the states that are read after it say the same."""

from __future__ import annotations

import copy
import random
import re
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_viz.drawing.data_style import SAMPLE_COLOURS
from lstm_viz.drawing.staircase import MOST_SAMPLES, staircase_svg
from lstm_viz.preparation.last_states import (
    AT_THE_END,
    GATHERED,
    H_N,
    PACKED,
    PACKED_LEFT,
    UNPACKED,
    LastStates,
    last_states,
)
from lstm_viz.preparation.packing import Packing, packing
from lstm_viz.preparation.text_errors import TextError

_SVG = "{http://www.w3.org/2000/svg}"


def batch(seed: int, features: int | None = 3) -> tuple[Tensor, list[int]]:
    """A padded batch (B, T, F), or (B, T) of indices, and its lengths; T may be more than the longest."""
    rng = random.Random(seed)
    B = rng.randint(1, 7)  # noqa: N806
    lengths = [rng.randint(1, 9) for _ in range(B)]
    T = max(lengths) + rng.choice([0, 0, 2])  # noqa: N806
    generator = torch.Generator().manual_seed(seed)
    if features is None:
        x = torch.randint(1, 20, (B, T), generator=generator)
    else:
        x = torch.randn(B, T, features, generator=generator)
    for sample, length in enumerate(lengths):
        x[sample, length:] = 0
    return x, lengths


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("features", [None, 1, 3])
def test_it_is_what_torch_packs_and_unpacks(seed: int, features: int | None) -> None:
    x, lengths = batch(seed, features)
    in_order = seed % 3 == 0
    if in_order:
        order = sorted(range(len(lengths)), key=lambda sample: -lengths[sample])
        x, lengths = x[order], [lengths[sample] for sample in order]
    total = x.shape[1] if seed % 2 else None
    found = packing(x, lengths, enforce_sorted=in_order, total_length=total)
    theirs = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=in_order)
    assert torch.equal(found.data, theirs.data)
    assert list(found.batch_sizes) == theirs.batch_sizes.tolist()
    if theirs.sorted_indices is None:
        assert found.sorted_indices is None
        assert found.unsorted_indices is None
    else:
        assert found.unsorted_indices is not None
        assert list(found.order) == theirs.sorted_indices.tolist()
        assert [found.order[place] for place in found.unsorted_indices] == list(range(len(lengths)))
    back, back_lengths = pad_packed_sequence(theirs, batch_first=True, total_length=total)
    assert torch.equal(found.unpacked, back)
    assert list(found.unpacked_lengths) == back_lengths.tolist() == lengths


@pytest.mark.parametrize("seed", range(30))
def test_every_packed_element_knows_its_sample_and_step(seed: int) -> None:
    x, lengths = batch(seed)
    found = packing(x, lengths)
    assert len(found.origins) == sum(lengths) == sum(found.batch_sizes)
    for place, (sample, step) in enumerate(found.origins):
        assert torch.equal(found.data[place], x[sample, step])
        assert found.place(sample, step) == place
    everywhere = [(sample, step) for sample in range(len(lengths)) for step in range(x.shape[1])]
    assert [at for at in everywhere if found.place(*at) is not None] == [
        at for at in everywhere if at[1] < lengths[at[0]]
    ]
    assert found.padding == len(everywhere) - sum(lengths)
    assert list(found.batch_sizes) == [sum(length > step for length in lengths) for step in range(max(lengths))]


def test_the_code_shown_gives_the_same() -> None:
    for total in (None, 12):
        x, lengths = batch(4)
        found = packing(x, lengths, total_length=total)
        names: dict[str, Any] = {"x": x, "lengths": torch.tensor(lengths)}
        exec("from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence", names)
        exec(found.code, names)
        assert torch.equal(names["unpacked"], found.unpacked)


def test_the_sentences_have_its_numbers() -> None:
    found = packing(torch.zeros(3, 6), [2, 4, 3])
    assert found.sentences == (
        "Of B·T = 3 · 6 = 18 steps, 9 are padding: packing keeps N = 9, the sum of the lengths.",
        "The samples are packed longest first; unsorted_indices puts h_n and the output back.",
        "Unpacked it has 4 steps, the greatest length, and not the 6 of x: total_length=6 keeps them.",
    )
    assert packing(torch.zeros(1, 1), [1], True).sentences[1:] == (
        "With enforce_sorted=True torch takes the samples in the order that they have.",
        "Unpacked it has the 1 step of x again.",
    )


_EMPTY = "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
_UNSORTED = "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True."


@pytest.mark.parametrize(
    ("lengths", "options", "place", "said", "message"),
    [
        ([3, 0], {}, 1, _EMPTY, "lengths: expected at least 1, got 0 for sample 1. torch says: Length of all samples"),
        ([3, 0], {}, 1, _EMPTY, "Leave an empty message out, or give it one word, the unknown one."),
        (
            [2, 3],
            {"enforce_sorted": True},
            1,
            _UNSORTED,
            "expected the longest first with enforce_sorted=True, got 3 aft",
        ),
        ([2, 3], {"enforce_sorted": True}, 1, _UNSORTED, "enforce_sorted=False sorts, and puts the results back"),
        (
            [2, 3],
            {"total_length": 2},
            None,
            "Expected total_length to be at least",
            "expected at least 3, the greatest",
        ),
        (
            [2, 5],
            {},
            1,
            "",
            "expected at most T = 4, the steps of x, got 5 for sample 1. torch says nothing, and batch_",
        ),
        ([2], {}, None, "", "expected B = 2, one for each sample, got 1. torch says nothing and leaves out the other"),
        ([2, 3, 4], {}, None, "", "expected B = 2, one for each sample, got 3. Count every sample's steps."),
        (torch.tensor(3), {}, None, "", "expected (B,) whole numbers, got shape () of int64. mask.sum(1) counts them"),
        (torch.tensor([1.0, 2.0]), {}, None, "", "expected (B,) whole numbers, got shape (2,) of float32"),
    ],
)
def test_what_cannot_be_packed_is_explained_with_torchs_own_words(
    lengths: Any, options: dict[str, Any], place: int | None, said: str, message: str
) -> None:
    with pytest.raises(TextError, match=re.escape(message)) as raised:
        packing(torch.zeros(2, 4, 3), lengths, **options)
    assert raised.value.place == place
    assert raised.value.torch_message.startswith(said)
    assert bool(raised.value.torch_message) == bool(said)


def test_torch_is_indeed_silent_where_the_message_says_so() -> None:
    x = torch.zeros(2, 4, 3)
    few = pack_padded_sequence(x, torch.tensor([2]), batch_first=True, enforce_sorted=False)
    assert len(few.data) == 2
    long = pack_padded_sequence(x, torch.tensor([2, 5]), batch_first=True, enforce_sorted=False)
    assert int(long.batch_sizes.sum()) > len(long.data)


def test_no_steps_are_no_batch() -> None:
    with pytest.raises(
        TextError, match=r"x: expected a padded batch \(B, T\) or \(B, T, F\) with steps in it, got shape"
    ):
        packing(torch.zeros(0, 4), [])
    with pytest.raises(TextError, match=r"got shape \(4,\). pad_sequence"):
        packing(torch.zeros(4), [4])


def cells(svg: str) -> list[ElementTree.Element]:
    return [group for group in ElementTree.fromstring(svg).iter(f"{_SVG}g") if "data-sample" in group.attrib]


def words(svg: str) -> str:
    return " ".join("".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{_SVG}text"))


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("width", [1080.0, 400.0])
def test_the_staircase_has_every_element_where_it_is(seed: int, width: float) -> None:
    x, lengths = batch(seed)
    found = packing(x, lengths)
    svg = staircase_svg(found, width=width)
    root = ElementTree.fromstring(svg)
    _, _, right, bottom = map(float, root.attrib["viewBox"].split())
    for cell in cells(svg):
        sample, step = int(cell.attrib["data-sample"]), int(cell.attrib["data-step"])
        box, title = cell.find(f"{_SVG}rect"), cell.find(f"{_SVG}title")
        assert box is not None
        assert title is not None
        assert 0 <= float(box.attrib["x"]) <= right - float(box.attrib["width"])
        assert 0 <= float(box.attrib["y"]) <= bottom - float(box.attrib["height"])
        if step < lengths[sample]:
            assert cell.attrib["data-place"] == str(found.place(sample, step))
            assert box.attrib["class"] == f"cell o{sample % len(SAMPLE_COLOURS['light'])}"
            texts = [text.text for text in cell.iter(f"{_SVG}text")]
            assert f"{sample},{step}" in texts
            assert title.text == f"sample {sample}, step {step}, place {found.place(sample, step)} of data"
        else:
            assert box.attrib["class"] == "padded"
            assert title.text == f"padding: sample {sample} has {lengths[sample]} steps, this is step {step}"
    assert f"batch_sizes = tensor([{', '.join(map(str, found.batch_sizes))}])" in words(svg)
    assert root.attrib["aria-label"].startswith(f"Packing: {len(lengths)} samples of up to {x.shape[1]} steps")


def test_the_columns_of_the_staircase_are_as_high_as_their_batch() -> None:
    found = packing(torch.zeros(4, 6), [2, 6, 1, 4])
    placed = [(cell, cell.find(f"{_SVG}rect")) for cell in cells(staircase_svg(found))]
    small = [
        (int(cell.attrib["data-step"]), float(box.attrib["y"]))
        for cell, box in placed
        if box is not None and len(list(cell.iter(f"{_SVG}text"))) == 2
    ]
    rows = sorted({y for _, y in small})[:4]
    for step, size in enumerate(found.batch_sizes):
        assert sorted(y for at, y in small if at == step and y in rows) == rows[:size]


def test_words_stand_in_the_cells_and_long_ones_are_cut() -> None:
    found = packing(torch.ones(2, 2, dtype=torch.int64), [2, 1])
    svg = staircase_svg(found, [["<b>&", "extraordinarily"], ["tea", "<pad>"]])
    text = words(svg)
    assert "<b>&" in text
    assert "extraordi…" in text
    assert "extraordinarily" not in text
    assert "extraordinarily: sample 0, step 1, place 2 of data" in svg
    assert "<pad>" not in text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_light_and_dark_have_their_colours(theme: str) -> None:
    svg = staircase_svg(packing(torch.zeros(2, 3), [2, 3]))
    assert all(colour in svg for colour in SAMPLE_COLOURS[theme])
    assert "url(#lv-hatch)" in svg
    assert 'id="lv-hatch"' in svg


def test_of_much_the_first_is_drawn_and_it_is_said() -> None:
    x, lengths = torch.zeros(50, 80), [80 - sample for sample in range(50)]
    svg = staircase_svg(packing(x, lengths))
    assert len(svg) < 200_000
    text = words(svg)
    assert f"the first {MOST_SAMPLES} of B = 50 samples, in their order and the first" in text
    assert "of T = 80 steps" in text
    assert "of N = 2,775" in text
    assert "⋯" in text


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([["a", "b"]], "expected one row for each of 2 samples, got 1"),
        ([["a"], ["b"]], "expected 2 for the steps of samp"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels: list[list[str]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        staircase_svg(packing(torch.zeros(2, 2), [2, 1]), labels)


def module_of(seed: int) -> Any:
    rng = random.Random(seed)
    kind = rng.choice([nn.LSTM, nn.GRU, nn.RNN])
    options: dict[str, Any] = {"num_layers": rng.randint(1, 2), "bidirectional": rng.random() < 0.4}
    options |= {"batch_first": rng.random() < 0.5}
    if kind is nn.LSTM and rng.random() < 0.3:
        options["proj_size"] = 2
    if options["num_layers"] == 2:
        options["dropout"] = 0.5
    torch.manual_seed(seed)
    return kind(3, 4, **options)


def left(x: Tensor, lengths: list[int]) -> Tensor:
    return torch.stack([row.roll(x.shape[1] - length, 0) for row, length in zip(x, lengths, strict=True)])


def state_alone(module: nn.Module, x: Tensor) -> Tensor:
    """h_n of the last layer for one sample (T, F) by itself, worked out from the module alone."""
    quiet = copy.deepcopy(module).eval()
    _, state = quiet(x)
    h_n: Tensor = state[0] if isinstance(state, tuple) else state
    return torch.cat([h_n[-2], h_n[-1]]) if quiet.bidirectional else h_n[-1]


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("side", ["right", "left"])
def test_the_packed_state_is_that_of_each_sample_alone(seed: int, side: Any) -> None:
    x, lengths = batch(seed)
    module = module_of(seed)
    found = last_states(module, x if side == "right" else left(x, lengths), lengths, side)
    with torch.no_grad():
        alone = torch.stack([state_alone(module, row[:length]) for row, length in zip(x, lengths, strict=True)])
    torch.testing.assert_close(found[PACKED].values, alone, atol=1e-6, rtol=0)
    assert max(found.alone) <= 1e-6
    for reading in found.readings:
        apart = (reading.values - found[PACKED].values).abs().amax(1).tolist()
        assert list(reading.differences) == apart
    full = [sample for sample, length in enumerate(lengths) if length == x.shape[1]]
    if side == "right":
        assert found.last_steps == tuple(length - 1 for length in lengths)
        assert found[UNPACKED].exact, "h_n and the unpacked output are the same run: equal to the last bit"
        if not module.bidirectional:
            assert found[GATHERED].right
            assert not set(found[AT_THE_END].wrong_samples) & set(full)
            assert set(found[AT_THE_END].wrong_samples) == set(range(len(lengths))) - set(full)
    else:
        assert found.last_steps == (x.shape[1] - 1,) * len(lengths)
        assert set(found[PACKED_LEFT].wrong_samples) == set(range(len(lengths))) - set(full)
    assert not set(found[H_N].wrong_samples) & set(full)


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("seed", range(12))
def test_the_code_shown_gives_the_numbers_shown(seed: int, side: Any) -> None:
    x, lengths = batch(seed)
    x = x if side == "right" else left(x, lengths)
    bidirectional = seed % 2 == 0
    kind = [nn.LSTM, nn.GRU, nn.RNN][seed % 3]
    torch.manual_seed(seed)
    module = kind(3, 4, batch_first=True, bidirectional=bidirectional)
    for reading in last_states(module, x, lengths, side).readings:
        names: dict[str, Any] = {
            "torch": torch,
            "x": x,
            "lengths": torch.tensor(lengths),
            kind.__name__.lower(): module,
        }
        exec("from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence", names)
        *before, last = reading.code.splitlines()
        with torch.no_grad():
            exec("\n".join(before), names)
            torch.testing.assert_close(eval(last, names), reading.values, atol=1e-6, rtol=0)


def states(module: Any, side: Any = "right") -> LastStates:
    x = torch.randn(3, 5, 3, generator=torch.Generator().manual_seed(0))
    lengths = [5, 2, 3]
    for sample, length in enumerate(lengths):
        x[sample, length:] = 0
    return last_states(module, x if side == "right" else left(x, lengths), lengths, side)


def test_the_sentences_say_what_was_measured() -> None:
    found = states("lstm")
    by = found[AT_THE_END].greatest
    assert found.sentences[1] == (
        f"output[:, -1] of the padded batch: not the same for 2 of 3 samples, apart by up to {by:.2g}. "
        "After the last word the state went on through the padding."
    )
    assert found.sentences[4] == "output at the last word, unpacked again: the same to the last bit."
    found = states("gru", "left")
    assert found.sentences[1].endswith("but the state came through the padding before the first one.")
    assert found.sentences[3].endswith("where padding stands: the last words are cut off.")
    both = states(nn.LSTM(3, 4, bidirectional=True))
    assert both.sentences[3].endswith(
        "The forward half is right; the reverse direction came through the padding first."
    )
    assert both.sentences[1].endswith("its state is at step 0.")


def test_padding_on_the_left_does_nothing_where_zeros_leave_the_state_at_zero() -> None:
    assert states(nn.LSTM(3, 4, bias=False), "left")[AT_THE_END].right
    assert not states(nn.LSTM(3, 4), "left")[AT_THE_END].right


def test_the_module_and_the_random_state_are_left_as_they_were() -> None:
    module = nn.LSTM(3, 4, 2, dropout=0.5)
    before = copy.deepcopy(module.state_dict())
    state = torch.get_rng_state()
    states(module)
    states("rnn")
    assert torch.equal(torch.get_rng_state(), state)
    assert (module.training, module.batch_first) == (True, False)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())


def test_indices_are_looked_up_first() -> None:
    x = torch.tensor([[5, 6, 7], [8, 0, 0]])
    embedding = nn.Embedding(9, 3, padding_idx=0)
    found = last_states("gru", x, [3, 1], embedding=embedding)
    again = last_states("gru", embedding(x).detach(), [3, 1])
    assert torch.equal(found[PACKED].values, again[PACKED].values)
    assert last_states("lstm", x, torch.tensor([3, 1])).lengths == (3, 1)
    with pytest.raises(TextError, match="expected indices up to 7, as the embedding has 8 rows, got 8"):
        last_states("gru", x, [3, 1], embedding=nn.Embedding(8, 3))
    with pytest.raises(TextError, match="Leave an empty message out"):
        last_states("gru", x, [3, 0])


def test_a_packing_is_frozen() -> None:
    found: Packing = packing(torch.zeros(1, 2), [1])
    with pytest.raises(AttributeError):
        found.lengths = (2,)  # type: ignore[misc]
