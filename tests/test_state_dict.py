"""Networks from saved weights: what is inferred equals what the module was made with, and nothing is executed."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from contextlib import suppress
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lstm_viz.network import build
from lstm_viz.spec import NetworkSpec
from lstm_viz.state_dict import LARGEST_FILE, StateDictError, expected_shapes, network_of, read_state_dict
from tests.specs import valid_specs


def saved(held: Any) -> bytes:
    file = io.BytesIO()
    torch.save(held, file)
    return file.getvalue()


KINDS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


@st.composite
def recurrent(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    cell = draw(st.sampled_from(sorted(KINDS)))
    options = {
        "input_size": draw(st.integers(1, 13)),
        "hidden_size": draw(st.integers(1, 13)),
        "num_layers": draw(st.integers(1, 4)),
        "bidirectional": draw(st.booleans()),
        "bias": draw(st.booleans()),
    }
    if cell == "lstm" and options["hidden_size"] > 1 and draw(st.booleans()):
        options["proj_size"] = draw(st.integers(1, options["hidden_size"] - 1))
    return cell, options


@given(made=recurrent(), prefix=st.sampled_from(["", "lstm.", "module.encoder.rnn.", "_orig_mod.0."]))
def test_every_recurrent_module_is_read_from_its_shapes(made: tuple[str, dict[str, Any]], prefix: str) -> None:
    cell, options = made
    with torch.device("meta"):
        module = KINDS[cell](**options)
    shapes = {f"{prefix}{name}": tuple(weight.shape) for name, weight in module.state_dict().items()}
    (layer,) = network_of(shapes).layers
    assert (layer.path, layer.cell) == (prefix.rstrip("."), cell)
    assert (layer.input_size, layer.hidden_size) == (options["input_size"], options["hidden_size"])
    assert (layer.layers, layer.bidirectional) == (options["num_layers"], options["bidirectional"])
    assert (layer.bias, layer.proj_size) == (options["bias"], options.get("proj_size", 0))
    assert expected_shapes(layer) == {name: tuple(weight.shape) for name, weight in module.state_dict().items()}


@given(spec=valid_specs)
def test_a_whole_network_gives_its_own_spec_back(spec: NetworkSpec) -> None:
    found = network_of({name: tuple(weight.shape) for name, weight in build(spec).state_dict().items()})
    read, _ = found.spec(found.layers[0], spec)
    for name in ("cell", "hidden_size", "layers", "bidirectional", "bias", "proj_size", "outputs", "input_size"):
        assert getattr(read, name) == getattr(spec, name), name
    shapes = {name: weight.shape for name, weight in build(spec).state_dict().items()}
    assert {name: weight.shape for name, weight in build(read).state_dict().items()} == shapes


def test_rows_that_two_cells_could_have_are_told_apart_by_the_columns() -> None:
    # 12 rows are an LSTM's with H = 3, a GRU's with H = 4 and an RNN's with H = 12
    for hidden, cell in ((3, "lstm"), (4, "gru"), (12, "rnn")):
        (layer,) = network_of({"weight_ih_l0": (12, 2), "weight_hh_l0": (12, hidden)}).layers
        assert (layer.cell, layer.hidden_size) == (cell, hidden)
    (layer,) = network_of({"weight_ih_l0": (12, 2), "weight_hh_l0": (12, 1), "weight_hr_l0": (1, 3)}).layers
    assert (layer.cell, layer.hidden_size, layer.proj_size) == ("lstm", 3, 1)


@pytest.mark.parametrize("kind", [nn.LSTMCell, nn.GRUCell, nn.RNNCell])
def test_a_cell_is_one_layer(kind: type[nn.Module]) -> None:
    found = read_state_dict(saved(nn.ModuleDict({"cell": kind(3, 5)}).state_dict()))
    assert str(found.layers[0]) == f"cell: nn.{kind.__name__}(3, 5)"
    spec, notes = found.spec(found.layers[0])
    assert (spec.features, spec.hidden_size, spec.layers) == (3, 5, 1)
    assert any("one step" in note for note in notes)


@pytest.mark.parametrize("keys", [(), ("model",), ("state_dict",), ("checkpoint", "model_state_dict")])
def test_checkpoints_are_understood(keys: tuple[str, ...]) -> None:
    held: Any = nn.Sequential(nn.GRU(3, 7)).state_dict()
    for key in reversed(keys):
        held = {"epoch": 3, "loss": 0.5, key: held, "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}}}
    assert str(read_state_dict(saved(held)).layers[0]) == "0: nn.GRU(3, 7)"


def test_several_layers_with_an_embedding_and_a_head() -> None:
    class Translator(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(50, 8)
            self.encoder = nn.LSTM(8, 16, bidirectional=True)
            self.decoder = nn.GRU(32, 32)
            self.out = nn.Linear(32, 50)

    found = read_state_dict(saved(Translator().state_dict()))
    encoder, decoder = found.layers
    assert (str(encoder), str(decoder)) == ("encoder: nn.LSTM(8, 16, bidirectional=True)", "decoder: nn.GRU(32, 32)")
    assert found.embedding(encoder) == ("words.weight", 50, 8)
    assert found.embedding(decoder) is None
    spec, notes = found.spec(encoder)
    assert (spec.input, spec.vocabulary_size, spec.embedding_size, spec.outputs) == ("tokens", 50, 8, 50)
    assert any("out.weight is taken for the head" in note for note in notes)


def test_a_head_that_reads_all_steps_says_how_many_there_are() -> None:
    found = network_of({"l.weight_ih_l0": (20, 3), "l.weight_hh_l0": (20, 5), "fc.weight": (2, 60), "fc.bias": (2,)})
    spec, _ = found.spec(found.layers[0])
    assert (spec.head, spec.sequence_length, spec.outputs, spec.data) == ("flatten", 12, 2, "random")


class Dangerous:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("was_executed",)


def zipped(compression: int, size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("archive/data.pkl", b"\0" * size)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 but no more", "torch.save"),
        (pickle.dumps({"weight_ih_l0": 3}), "no file that torch.save wrote"),
        (saved({"lstm": Dangerous()}), "Nothing of it was executed"),
        (saved(nn.LSTM(2, 3)), "Nothing of it was executed"),
        (zipped(zipfile.ZIP_DEFLATED, 10_000_000), "compressed archive"),
        (zipped(zipfile.ZIP_STORED, 100), "cannot be read"),
        (saved([1, 2]), "but a list"),
        (saved({"epoch": 3}), "no weights by name"),
        (saved(nn.Linear(3, 4).state_dict()), "none of an LSTM, GRU or RNN"),
        (saved({"lstm.weight_ih_l0": torch.zeros(20, 3)}), "lstm.weight_hh_l0 is missing"),
        (saved({"weight_ih_l0": torch.zeros(7, 3), "weight_hh_l0": torch.zeros(7, 5)}), "no LSTM (4·H rows)"),
        (saved({"weight_ih_l0": torch.zeros(7), "weight_hh_l0": torch.zeros(7, 5)}), "expected two axes"),
        (saved({**nn.LSTM(2, 3, 2).state_dict(), "weight_ih_l1": torch.zeros(12, 9)}), "expected weight_ih_l1 (12, 3)"),
    ],
)
def test_what_cannot_be_read_is_answered_by_a_sentence(
    content: bytes, sentence: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StateDictError) as refused:
        read_state_dict(content)
    assert sentence in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_too_large_is_not_opened() -> None:
    with pytest.raises(StateDictError, match="at most 50 MB"):
        read_state_dict(bytes(LARGEST_FILE + 1))


@given(content=st.binary(max_size=300), place=st.integers(0, 2000))
def test_any_damage_ends_in_a_sentence(content: bytes, place: int) -> None:
    whole = saved(nn.GRU(1, 2).state_dict())
    for damaged in (content, whole[:place], whole[:place] + content + whole[place + len(content) :]):
        with suppress(StateDictError):  # any other error fails
            read_state_dict(damaged)
