"""The table of weights: torch's own shapes and counts, with names and arithmetic that give the same numbers."""

from __future__ import annotations

import re

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from lstm_viz.dims import describe, shape_size
from lstm_viz.network import build
from lstm_viz.parameters import ParameterTable, parameters
from lstm_viz.spec import NetworkSpec
from tests.specs import random_specs

MODELS: dict[str, nn.Module] = {
    "several of a kind": nn.Sequential(nn.Linear(4, 8), nn.LSTM(8, 5), nn.GRU(5, 7), nn.Linear(7, 3), nn.Linear(3, 1)),
    "convolution": nn.Sequential(nn.Conv1d(3, 16, 3), nn.BatchNorm1d(16), nn.LSTM(16, 5), nn.Linear(5, 1)),
    "transformer": nn.TransformerEncoderLayer(16, 4, 32),
    "cells": nn.ModuleList([nn.LSTMCell(3, 5), nn.GRUCell(5, 5), nn.RNNCell(5, 2, bias=False)]),
    "bag": nn.Sequential(nn.EmbeddingBag(7, 3), nn.Linear(3, 7)),
    "one number": nn.PReLU(),
    "weight norm": weight_norm(nn.Linear(3, 5)),
    "bilinear": nn.Bilinear(2, 3, 4),
    "nothing": nn.ReLU(),
    "bare": nn.LSTM(3, 5, num_layers=2, bidirectional=True, proj_size=2),
    "on meta": nn.LSTM(10_000, 50_000, device="meta"),
}


def axes(table: ParameterTable) -> dict[str, str]:
    return {row.name: describe(row.axes) for row in table.rows}


def value(text: str) -> int:
    return int(eval(text.replace(",", "").replace("·", "*")))


def check_against_torch(module: nn.Module, table: ParameterTable) -> None:
    named = dict(module.named_parameters())
    assert [row.name for row in table.rows] == list(named)
    assert table.total == sum(weight.numel() for weight in module.parameters())
    assert sum(count.count for count in table.modules) == table.total
    for row in table.rows:
        assert row.shape == tuple(named[row.name].shape) == shape_size(row.axes, table.sizes)
        assert row.count == named[row.name].numel() == value(row.arithmetic.split(" = ")[0])
        assert row.name == (f"{row.module}.{row.local}" if row.module else row.local)
        assert "".join(gate.letter for gate in row.gates) in ("", "ifgo", "rzn")
        assert not row.gates or [row.gates[0].start, row.gates[-1].stop] == [0, row.shape[0]]
    for part in (part for count in table.modules for part in count.parts):
        assert part.count == value(part.arithmetic.split(" = ")[0])
        in_numbers = re.sub(r"[A-Z][₀-₉]*", lambda symbol: str(table.sizes[plain(symbol[0])]), part.formula)
        assert part.count == value(in_numbers)


def plain(symbol: str) -> str:
    return symbol.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789"))


@pytest.mark.parametrize("name", MODELS)
def test_any_module(name: str) -> None:
    check_against_torch(MODELS[name], parameters(MODELS[name]))


def test_random_specs() -> None:
    for spec in random_specs(150, seed=2):
        network = build(spec)
        table = parameters(network, spec.sequence_length)
        check_against_torch(network, table)
        for row in table.rows:
            assert all(axis.symbols for axis in row.axes), f"{spec}: {row.name} has the axes {describe(row.axes)}"
        assert describe(table["fc.weight"].axes).startswith("(O, ")


def test_counts_of_the_issue() -> None:
    (lstm,) = parameters(nn.LSTM(1, 5)).modules
    assert lstm.arithmetic == "4·5·1 + 4·5·5 + 2·4·5 = 160"
    assert lstm.parts[0].formula == "4·H·F + 4·H·H + 2·4·H"


def test_several_layers_are_counted_layer_by_layer() -> None:
    (lstm,) = parameters(nn.LSTM(1, 5, num_layers=2, bidirectional=True)).modules
    assert [(part.label, part.formula, part.arithmetic) for part in lstm.parts] == [
        ("layer 0", "D·(4·H·F + 4·H·H + 2·4·H)", "2·(4·5·1 + 4·5·5 + 2·4·5) = 320"),
        ("layer 1", "D·(4·H·D·H + 4·H·H + 2·4·H)", "2·(4·5·2·5 + 4·5·5 + 2·4·5) = 680"),
    ]
    assert lstm.arithmetic == "320 + 680 = 1,000"


def test_axes_of_a_bidirectional_projected_lstm() -> None:
    found = axes(parameters(nn.LSTM(3, 5, num_layers=2, bidirectional=True, proj_size=2)))
    assert found["weight_ih_l0"] == "(4·H, F)"
    assert found["weight_hh_l0"] == "(4·H, P)"
    assert found["weight_hr_l0_reverse"] == "(P, H)"
    assert found["weight_ih_l1_reverse"] == "(4·H, D·P)"
    assert found["bias_hh_l1"] == "(4·H,)"


def test_axes_of_the_other_cells() -> None:
    assert axes(parameters(nn.GRU(3, 5)))["weight_ih_l0"] == "(3·H, F)"
    assert axes(parameters(nn.RNN(3, 5, num_layers=2)))["weight_ih_l1"] == "(H, H)"
    assert axes(parameters(nn.LSTMCell(3, 5)))["weight_hh"] == "(4·H, H)"


def test_symbols_of_a_model_with_several_of_a_kind() -> None:
    table = parameters(MODELS["several of a kind"])
    found = axes(table)
    assert found["0.weight"] == "(O₃, F)"
    assert found["1.weight_ih_l0"] == "(4·H, O₃)"
    assert found["2.weight_ih_l0"] == "(3·H₂, H)"
    assert found["3.weight"] == "(O₂, H₂)"
    assert found["4.weight"] == "(O, O₂)"
    assert {symbol: table.sizes[symbol] for symbol in ("H", "H2", "O", "O2", "O3", "F")} == {
        "H": 5, "H2": 7, "O": 1, "O2": 3, "O3": 8, "F": 4,
    }  # fmt: skip


def test_a_layer_behind_one_of_another_kind_reads_a_number() -> None:
    found = axes(parameters(MODELS["convolution"]))
    assert found["0.weight"] == "(16, 3, 3)"
    assert found["2.weight_ih_l0"] == "(4·H, 16)"


def test_a_flattened_input_is_a_product_where_t_is_known() -> None:
    network = build(NetworkSpec(head="flatten", bidirectional=True))
    assert axes(parameters(network, 12))["fc.weight"] == "(O, T·D·H)"
    assert axes(parameters(network))["fc.weight"] == "(O, 120)"


def test_gates_are_the_rows_that_torch_splits() -> None:
    gates = parameters(nn.LSTM(1, 5))["weight_ih_l0"].gates
    assert [(gate.letter, gate.start, gate.stop) for gate in gates] == [
        ("i", 0, 5),
        ("f", 5, 10),
        ("g", 10, 15),
        ("o", 15, 20),
    ]
    assert "".join(gate.letter for gate in parameters(nn.GRU(1, 5))["bias_hh_l0"].gates) == "rzn"
    assert parameters(nn.LSTM(1, 5, proj_size=2))["weight_hr_l0"].gates == ()
    assert parameters(nn.RNN(1, 5))["weight_ih_l0"].gates == ()


def test_shared_weights_are_counted_once() -> None:
    model = nn.Sequential(nn.Embedding(7, 5), nn.GRU(5, 5), nn.Linear(5, 7, bias=False))
    model[2].weight = model[0].weight
    table = parameters(model)
    assert table["0.weight"].also == ("2.weight",)
    assert table["2.weight"] is table["0.weight"]
    check_against_torch(model, table)


def test_frozen_weights_are_not_trainable() -> None:
    model = nn.Sequential(nn.LSTM(1, 5), nn.Linear(5, 1)).requires_grad_(False)
    model[1].requires_grad_(True)
    table = parameters(model)
    assert (table.total, table.trainable) == (166, 6)


def test_each_weight_of_a_known_layer_says_what_it_is_for() -> None:
    for spec in random_specs(20, seed=3):
        assert all(row.purpose for row in parameters(build(spec)).rows)
    table = parameters(nn.LSTM(1, 5, num_layers=2, bidirectional=True))
    assert table["weight_ih_l1_reverse"].purpose == "carries the output of layer 0 into the gates, read from the end"


def test_weights_that_a_subclass_adds_are_plain() -> None:
    class Warm(nn.LSTM):
        def __init__(self) -> None:
            super().__init__(3, 5)
            self.temperature = nn.Parameter(torch.ones(()))
            self.weight_extra = nn.Parameter(torch.ones(2, 3))

    table = parameters(Warm())
    assert (table["temperature"].axes, table["temperature"].count, table["temperature"].gates) == ((), 1, ())
    assert describe(table["weight_extra"].axes) == "(2, 3)"


def test_a_lazy_module_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"^weight: expected a weight with a shape, got a lazy one .* Run the module"):
        parameters(nn.LazyLinear(3))


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(KeyError, match="no weight 'w'; there are weight, bias"):
        parameters(nn.Linear(1, 1))["w"]


def test_to_frame() -> None:
    frame = parameters(build(NetworkSpec())).to_frame()
    assert list(frame.columns) == ["name", "shape", "axes", "count", "formula", "arithmetic", "gates", "for", "trained"]
    assert frame["count"].sum() == 166
    assert frame.loc[0, "axes"] == "(4·H, F)"
    assert frame.loc[0, "gates"] == "i 0:5, f 5:10, g 10:15, o 15:20"
    assert parameters(nn.ReLU()).to_frame().empty


def test_a_letter_with_a_number_is_explained_below_the_table() -> None:
    module = nn.Sequential(nn.LSTM(3, 5), nn.LSTM(5, 7), nn.Linear(7, 2))
    assert str(parameters(module)).splitlines()[-1] == "H₂ = 7, a second H (hidden size) beside H = 5"
    assert str(parameters(nn.LSTM(3, 5))).splitlines()[-1].startswith("in all")
