"""trace(): what it records, what it leaves alone, and what it says when something goes wrong."""

from __future__ import annotations

import gc
import linecache
import random
import threading
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_viz.dims import describe
from lstm_viz.keeping import EDGE
from lstm_viz.trace import Trace, TraceError, trace
from tests.support import models
from tests.support.models import numbered

X = numbered((4, 12, 3))


def made_by(found: Trace) -> dict[str, str]:
    return {record.name: record.expression for record in found}


def values(found: Trace, name: str) -> Tensor:
    kept = found[name].values
    assert kept is not None
    return kept


def module_of(forward: Any, **parts: nn.Module) -> nn.Module:
    """A module with these parts and this forward."""

    class Made(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, part in parts.items():
                self.add_module(name, part)

    Made.forward = forward
    return Made().eval()


# ---- what it records


def test_the_values_are_those_of_a_plain_run() -> None:
    model = models.Forecaster(num_layers=2, bidirectional=True).eval()
    found = trace(model, X)
    with torch.no_grad():
        output, (h_n, c_n) = model.lstm(X)
        prediction = model(X)
    expected = {"x": X, "output": output, "h_n": h_n, "c_n": c_n, "last": output[:, -1], "fc": prediction}
    assert [record.name for record in found] == list(expected)
    for name, tensor in expected.items():
        assert torch.equal(values(found, name), tensor)
        assert found[name].dtype == tensor.dtype
        assert found[name].nbytes == tensor.nbytes
    assert found.returned == ("fc",)
    assert found["fc"].parents == ("last",)
    assert found["fc"].module == "fc"
    assert found["fc"].layer == "nn.Linear(in_features=12, out_features=2, bias=True)"
    assert found["last"].operation == "__getitem__"
    assert found.seconds is not None


def test_every_expression_is_the_persons_own_text() -> None:
    found = trace(models.Formatting(), X)
    texts = made_by(found)
    assert texts["output"] == texts["h_n"] == "self.lstm(x,)"
    assert texts["peak"] == "output.amax(dim=1)"
    assert texts["fc"] == "self.fc( peak )"
    assert texts["peak #2"] == "peak += self.fc( peak )"
    assert texts["picked"] == "output[:, 0]"
    assert texts["output[:, 1]"] == "output[:, 1]"
    assert texts["value.tanh()"] == texts["value.tanh() #2"] == "value.tanh()"
    assert texts["first"] == texts["second"] == "torch.stack(parts)"
    assert texts["text"] == "first + second * 1e-3"
    assert texts["kept"] == "text - 1"
    assert found.returned == ("self.kept + peak + picked",)


def test_a_model_of_a_notebook_cell() -> None:
    cell = "class Cell(nn.Module):\n    def forward(self, x):\n        doubled = x * 2\n        return doubled\n"
    name = "<ipython-input-1-test>"
    linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"nn": nn}
    exec(compile(cell, name, "exec"), scope)
    assert made_by(trace(scope["Cell"](), X)) == {"x": "input", "doubled": "x * 2"}


def test_a_model_without_its_source_gets_expressions_that_could_have_been_written() -> None:
    text = """
class Bare(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.LSTM(3, 6, batch_first=True)])
    def forward(self, x):
        a, (b, c) = self.layers[0](x)
        d = a[:, -1, ..., 1:5:2]
        e = torch.cat([d, d], dim=1) + 1
        return torch.relu(e.T) @ nn.functional.softmax(e, dim=-1)
"""
    scope: dict[str, Any] = {"nn": nn, "torch": torch}
    exec(compile(text, "<nowhere>", "exec"), scope)
    texts = made_by(trace(scope["Bare"](), X))
    assert list(texts.values())[1:4] == ["self.layers[0](x)"] * 3
    assert texts["getitem"] == "output[:, -1, ..., 1:5:2]"
    assert texts["cat"] == "torch.cat([getitem, getitem], dim=1)"
    assert texts["add"] == "cat + 1"
    assert texts["T"] == "add.T"
    assert texts["softmax"].startswith("F.softmax(add, dim=-1")
    assert texts["matmul"] == "relu @ softmax"


def test_packing_is_one_step_and_a_packed_sequence_one_object() -> None:
    lengths = torch.tensor([3, 12, 5, 5])
    found = trace(models.Packing(), X, lengths)
    packed = pack_padded_sequence(X, lengths, batch_first=True, enforce_sorted=False)
    names = ["x", "lengths", "packed", "output", "h_n", "c_n", "output #2", "out_lengths", "fc"]
    assert [record.name for record in found] == names
    assert found["packed"].packed is not None
    assert found["packed"].packed.lengths == (3, 12, 5, 5)
    assert found["packed"].packed.batch_sizes == tuple(packed.batch_sizes.tolist())
    assert torch.equal(values(found, "packed"), packed.data)
    assert found["packed_output"].packed == found["packed"].packed
    assert found["output #2"].packed is None
    assert found["packed"].expression.startswith("pack_padded_sequence(x, lengths")
    assert set(found["packed"].parents) == {"x", "lengths"}
    assert torch.equal(values(found, "out_lengths"), lengths)


@pytest.mark.parametrize("enforce_sorted", [True, False])
def test_a_packed_input(enforce_sorted: bool) -> None:
    lengths = [12, 7, 5, 5] if enforce_sorted else [7, 12, 5, 5]
    packed = pack_padded_sequence(numbered((12, 4, 3)), lengths, enforce_sorted=enforce_sorted)
    model = models.PackedIn().eval()
    found = trace(model, packed)
    assert found["packed"].packed is not None
    assert found["packed"].packed.lengths == tuple(lengths)
    with torch.no_grad():
        output, last = model(packed)
    assert found.returned == ("output", "h_n[-1]")
    assert torch.equal(values(found, "output"), output.data)
    assert torch.equal(values(found, "h_n[-1]"), last)
    assert pad_packed_sequence(output)[1].tolist() == lengths


@pytest.mark.parametrize(
    ("form", "returned"),
    [
        ("dict", ("output", "last")),
        ("dataclass", ("output", "last")),
        ("tuple", ("output", "last")),
        ("input", ("x",)),
        ("nothing", ()),
    ],
)
def test_what_a_model_returns(form: str, returned: tuple[str, ...]) -> None:
    assert trace(models.Returning(form), X).returned == returned


def test_arguments_of_every_kind() -> None:
    mask = torch.ones(4, 12, dtype=torch.bool)
    found = trace(models.Arguments(), 2.0, X, numbered((5,)), bias=numbered((6,)), mask=mask)
    inputs = {record.name: describe(record.axes) for record in found if record.kind == "input"}
    assert inputs == {"x": "(B, T, F)", "more[0]": "(5,)", "bias": "(6,)", "mask": "(B, T)"}
    assert torch.equal(values(found, "mask"), mask)


def test_inputs_in_a_dict_and_none_at_all() -> None:
    found = trace(module_of(lambda self, batch: batch["x"] * batch["scale"][0]), {"x": X, "scale": [2]})
    assert next(record.name for record in found) == "batch"
    assert describe(found["batch"].axes) == "(B, T, F)"
    assert [record.name for record in trace(module_of(lambda self: torch.ones(3)))] == ["torch.ones(3)"]


def test_a_module_called_twice_and_tied_weights() -> None:
    found = trace(models.Tied(), torch.arange(48).reshape(4, 12) % 20)
    assert [found[name].module for name in ("output", "output #2")] == ["lstm", "lstm"]
    assert found["once"].name == "output"
    assert found["twice"].name == "output #2"
    assert found["output #2"].parents == ("output",)
    assert found["embedding.weight"].kind == "parameter"
    assert found["embedding.weight"].expression == "self.embedding.weight"
    assert found["again"].parents == ("output #2", "embedding.weight")


def test_values_are_those_at_the_time() -> None:
    given = X.clone()
    found = trace(models.InPlace(), given)
    after = X.clone()
    after[:, 0] = 100
    assert torch.equal(values(found, "first"), X)
    assert torch.equal(values(found, "view"), X[:, 0])
    assert torch.equal(values(found, "row"), X[:, 1])
    assert torch.equal(values(found, "first #2"), after)
    assert torch.equal(values(found, "first.relu_()"), after.relu())
    assert torch.equal(values(found, "torch.mul(row, 0, out=row)"), torch.zeros(4, 3))
    assert torch.equal(values(found, "second #2"), values(found, "second") + 1)
    texts = made_by(found)
    assert texts["first #2"] == "first[:, 0] = 100"
    assert texts["second #2"] == "second += 1"
    given.zero_()
    assert torch.equal(values(found, "x"), X)


def test_an_input_that_the_model_writes_into() -> None:
    given = numbered((3, 7, 3))  # the sizes of another run
    trace(module_of(lambda self, x: x.add_(1)), given)
    assert torch.equal(given, numbered((3, 7, 3)) + 1)  # once, as by the model itself


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_floats_of_other_widths(dtype: torch.dtype) -> None:
    found = trace(models.Forecaster().to(dtype), X.to(dtype))
    assert {record.dtype for record in found} == {dtype}
    assert found["output"].nbytes == 4 * 12 * 6 * dtype.itemsize


def test_complex_integers_and_truth_values() -> None:
    def forward(self: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
        spectrum = torch.fft.fft(x, dim=1)
        loud = spectrum.abs() > 1
        return torch.view_as_real(spectrum), loud.long().argmax(dim=-1)

    found = trace(module_of(forward), X)
    assert [found[name].dtype for name in ("spectrum", "loud")] == [torch.complex64, torch.bool]
    assert describe(found["torch.view_as_real(spectrum)"].axes) == "(B, T, F, 2)"
    assert describe(found.tensors[-1].axes) == "(B, T)"


def test_batches_of_none_and_tensors_without_memory() -> None:
    assert trace(models.Forecaster(), X[:0])["fc"].shape == (0, 2)
    found = trace(models.ConvLSTM().to("meta"), X.to("meta"))
    assert found["fc"].shape == (4, 2)
    assert found["fc"].values is None


def test_sparse_and_nested_tensors() -> None:
    def forward(self: nn.Module, x: Tensor) -> Tensor:
        sparse = x[0].to_sparse()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nested = torch.nested.nested_tensor([x[0], x[1, :3]])
        return (sparse * 2).to_dense() + nested.to_padded_tensor(0.0)[0]

    found = trace(module_of(forward), X)
    assert found["sparse"].shape == (12, 3)
    assert torch.equal(values(found, found.returned[0]), X[0] * 3)


def test_what_no_mode_is_told_of() -> None:
    found = trace(models.Unseen().eval(), X)
    assert found["there"].kind == "unseen"
    assert found["there"].parents == ()
    assert found["fc"].parents == ("there",)


def test_hundreds_of_layers() -> None:
    found = trace(models.Deep(500), numbered((4, 8)))
    assert len(found) == 501
    assert found.returned == ("layers.499",)
    assert found["layers.499"].expression == "self.layers[499](layers.498)"


def test_hooks_of_the_models_own() -> None:
    layer = nn.Linear(3, 6)
    layer.register_forward_hook(lambda module, given, result: result * 2)
    layer.register_forward_pre_hook(lambda module, given: (given[0] + 1,))
    model = module_of(lambda self, x: self.layer(x), layer=layer)
    found = trace(model, X)
    assert torch.equal(values(found, found.returned[0]), model(X))
    assert found["layer"].operation == "Linear"
    assert len(layer._forward_hooks) == len(layer._forward_pre_hooks) == 1


def test_torchs_own_modules_of_every_make() -> None:
    weighted = parametrizations.weight_norm(nn.Linear(3, 6))
    assert [r.name for r in trace(module_of(lambda self, x: self.layer(x), layer=weighted), X)] == ["x", "layer"]
    assert [r.name for r in trace(nn.MultiheadAttention(8, 2), *[numbered((12, 4, 8))] * 3)][-1] == (
        "multiheadattention #2"
    )

    class Own(nn.LSTM):
        """The same forward."""

    assert [record.name for record in trace(Own(3, 6), X)] == ["input", "output", "h_n", "c_n"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lazy = nn.Sequential(nn.LazyLinear(5), nn.ReLU())
    assert describe(trace(lazy, numbered((4, 3)))["0"].axes) == "(B, O)"
    assert nn.parameter.is_lazy(lazy[0].weight)


def test_scripted_modules_are_said_not_to_be_entered() -> None:
    with pytest.warns(DeprecationWarning, match="torch.jit.script"):
        scripted = torch.jit.script(models.Forecaster())
    model = module_of(lambda self, x: self.inner(x).tanh(), inner=scripted)
    note = "is a scripted module: it cannot be entered, so only what goes in and comes out is shown."
    found = trace(model, X)
    assert [record.name for record in found] == ["x", "inner", "self.inner(x).tanh()"]
    assert found.notes == (f"inner {note}",)
    assert describe(found["inner"].axes) == "(B, 2)"
    scripted.train()
    found = trace(scripted, X)
    assert [record.name for record in found] == ["x", "forecaster"]
    assert found.notes == (f"The model {note}",)
    assert scripted.training
    assert scripted.lstm.training


def test_a_compiled_model_is_watched_uncompiled() -> None:
    compiled = torch.compile(models.Forecaster(), backend="eager")
    assert [record.name for record in trace(compiled, X)] == ["x", "output", "h_n", "c_n", "last", "fc"]


# ---- the budget


def test_past_the_budget_the_ends_of_each_axis_are_kept() -> None:
    model = models.Forecaster().eval()
    x = numbered((3, 100, 3))
    found = trace(model, x, values=1000)
    whole = trace(model, x)
    assert torch.equal(values(found, "x"), x)
    assert found["output"].values is None
    ends = [*range(EDGE), *range(100 - EDGE, 100)]
    assert found["output"].corner is not None
    assert torch.equal(found["output"].corner, values(whole, "output")[:, ends])
    assert sum(record.values.numel() for record in found if record.values is not None) <= 1000
    nothing = trace(model, x, values=0)
    assert all(record.values is None and record.corner is not None for record in nothing)


def test_past_the_budget_nothing_is_kept_alive() -> None:
    alive: list[weakref.ref[Tensor]] = []
    most = 0

    def forward(self: nn.Module, x: Tensor) -> Tensor:
        nonlocal most
        for _ in range(20):
            x = x + 1
            alive.append(weakref.ref(x))
            most = max(most, sum(tensor() is not None for tensor in alive))
        return x

    found = trace(module_of(forward), numbered((100, 100)), values=10, names=False)
    assert most <= 2
    assert max(record.corner.untyped_storage().nbytes() for record in found if record.corner is not None) < 100 * 100


def test_a_small_part_does_not_keep_its_large_base() -> None:
    found = trace(module_of(lambda self, x: x.repeat(1000, 1, 1)[0, 0]), X, values=200)
    assert values(found, found.returned[0]).untyped_storage().nbytes() == 3 * 4


# ---- what it leaves alone


def test_the_model_is_left_as_it_was() -> None:
    model = models.Counting()
    model.norm.eval()
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    objects = {name: id(tensor) for name, tensor in (*model.named_parameters(), *model.named_buffers())}
    plain, modes = model.plain, {name: part.training for name, part in model.named_modules()}
    for training in (False, True):
        trace(model, numbered((6, 3)), training=training)
        assert {name: part.training for name, part in model.named_modules()} == modes
        assert model.state_dict().keys() == state.keys()
        assert all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())
        assert {name: id(t) for name, t in (*model.named_parameters(), *model.named_buffers())} == objects
        assert model.plain is plain
        assert plain.tolist() == [0, 0]
        assert model.fc.bias.requires_grad


def test_attributes_and_what_is_in_them_are_left_as_they_were() -> None:
    model = models.Stateful()
    history, options, before = model.history, model.options, dict(vars(model))
    first = trace(model, X)
    assert vars(model) == before
    assert model.history is history
    assert history == []
    assert model.options is options
    assert options == {"seen": 0}
    model(X)
    assert torch.equal(values(trace(model, X), "h_n"), values(trace(model, X), "h_n"))
    assert not torch.equal(values(trace(model, X), "h_n"), values(first, "h_n"))
    assert trace(model, X).pinned == {"B": 4}
    assert len(history) == 1


def test_after_an_error_the_model_is_as_it_was_too() -> None:
    model = models.Stateful()

    def raising(module: nn.Module, given: Any, result: Any) -> None:
        raise ValueError("no")

    handle = model.register_forward_hook(raising)
    before = dict(vars(model))
    with pytest.raises(TraceError):
        trace(model, X)
    assert vars(model) == before
    assert model.history == []
    assert model.training
    handle.remove()
    assert not nn.modules.module._global_forward_hooks
    assert not nn.modules.module._global_forward_pre_hooks


def test_an_interrupt_leaves_nothing_behind() -> None:
    def interrupting(module: nn.Module, given: Any) -> None:
        raise KeyboardInterrupt

    model = models.Forecaster()
    model.lstm.register_forward_pre_hook(interrupting)
    with pytest.raises(KeyboardInterrupt):
        trace(model, X)
    assert torch.overrides._get_current_function_mode() is None
    assert not nn.modules.module._global_forward_hooks
    assert model.training


def test_gradients_and_the_grad_mode_are_left_alone() -> None:
    model = models.Forecaster()
    model(X).sum().backward()
    grads = [parameter.grad for parameter in model.parameters()]
    kept = [grad.clone() for grad in grads if grad is not None]
    found = trace(model, X, gradients=True, training=True, loss=lambda y, t: y.sum(), target=X)
    assert all(now.grad is before for now, before in zip(model.parameters(), grads, strict=True))
    assert all(torch.equal(grad, before) for grad, before in zip(grads, kept, strict=True) if grad is not None)
    assert not values(found, "fc").requires_grad
    assert torch.is_grad_enabled()


def test_random_states_are_left_alone_and_every_run_draws_the_same() -> None:
    drawn: list[tuple[float, float]] = []

    def forward(self: nn.Module, x: Tensor) -> Tensor:
        drawn.append((torch.rand(1).item(), random.random()))
        return x * drawn[-1][0]

    torch.manual_seed(3)
    random.seed(3)
    expected = torch.rand(1).item(), random.random()
    torch.manual_seed(3)
    random.seed(3)
    trace(module_of(forward), X)
    assert len(drawn) >= 3
    assert set(drawn) == {expected}
    assert (torch.rand(1).item(), random.random()) == expected


def test_dropout_acts_in_training_alone() -> None:
    model = module_of(lambda self, x: self.dropout(x), dropout=nn.Dropout(0.5))
    assert torch.equal(values(trace(model, X), "dropout"), X)
    dropped = values(trace(model, X, training=True), "dropout")
    assert 0 < (dropped == 0).float().mean() < 1


def test_rows_that_an_embedding_shortens_are_put_back() -> None:
    embedding = nn.Embedding(20, 4, max_norm=0.1)
    before = embedding.weight.detach().clone()
    trace(embedding, torch.arange(12).reshape(3, 4))
    assert torch.equal(embedding.weight, before)


def test_what_the_other_runs_print_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def forward(self: nn.Module, x: Tensor) -> Tensor:
        print(tuple(x.shape))
        return x * 2

    trace(module_of(forward), X)
    assert capsys.readouterr().out == "(4, 12, 3)\n"


def test_no_reference_to_the_model_stays() -> None:
    model = models.Stateful()
    reference = weakref.ref(model)
    found = trace(model, X)
    del model
    gc.collect()
    assert reference() is None
    assert len(found) == 4


# ---- threads


def signature(found: Trace) -> list[Any]:
    return [
        (
            r.name,
            r.variable,
            r.expression,
            r.axes,
            r.shape,
            r.parents,
            r.values.sum().item() if r.values is not None else 0,
        )
        for r in found
    ]


def test_four_threads_at_once_give_what_one_gives() -> None:
    shared = models.Forecaster(num_layers=2).eval()
    cases: list[tuple[nn.Module, tuple[Any, ...]]] = [
        (shared, (X,)),
        (shared, (numbered((2, 5, 3)),)),
        (models.Attention().eval(), (X,)),
        (models.Packing().eval(), (X, torch.tensor([3, 12, 5, 5]))),
        (models.CellLoop().eval(), (X,)),
    ]
    alone = [signature(trace(model, *inputs)) for model, inputs in cases]
    jobs = list(range(len(cases))) * 8
    random.Random(0).shuffle(jobs)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda job: signature(trace(cases[job][0], *cases[job][1])), jobs))
    assert all(result == alone[job] for job, result in zip(jobs, results, strict=True))


def test_a_plain_run_in_another_thread_is_neither_disturbed_nor_recorded() -> None:
    model = models.Forecaster().eval()
    stop = threading.Event()
    problems: list[Exception] = []
    with torch.no_grad():
        expected = model(X)

    def run() -> None:
        try:
            with torch.no_grad():
                while not stop.is_set():
                    assert torch.equal(model(X), expected)
        except Exception as error:
            problems.append(error)

    others = [threading.Thread(target=run) for _ in range(2)]
    for other in others:
        other.start()
    try:
        alone = signature(trace(model, X))
        results = [signature(trace(model, X)) for _ in range(30)]
    finally:
        stop.set()
        for other in others:
            other.join()
    assert problems == []
    assert results == [alone] * 30
    assert [entry[0] for entry in alone] == ["x", "output", "h_n", "c_n", "last", "fc"]


# ---- errors


def test_an_error_halfway_keeps_what_ran() -> None:
    with pytest.raises(TraceError) as caught:
        trace(models.Halfway(), X)
    partial = caught.value.partial
    assert [record.name for record in partial] == ["x", "output", "h_n", "c_n", "last"]
    assert [describe(record.axes) for record in partial][1:] == ["(B, T, H)", "(L·D, B, H)", "(L·D, B, H)", "(B, H)"]
    assert partial.returned == ()
    expected = "the forward pass raised RuntimeError in self.fc(last), after last: mat1 and mat2 shapes cannot be"
    assert str(caught.value).startswith(expected)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_errors_of_every_origin() -> None:
    def hook(module: nn.Module, given: Any, result: Any) -> None:
        raise LookupError("in a hook")

    layer = nn.Linear(3, 6)
    layer.register_forward_hook(hook)
    with pytest.raises(TraceError, match="the forward pass raised LookupError, after layer: in a hook"):
        trace(module_of(lambda self, x: self.layer(x), layer=layer), X)
    with pytest.raises(TraceError, match=r"the forward pass raised TypeError, after input 1: .*forward\(\) takes"):
        trace(models.Forecaster(), X, X)
    with pytest.raises(TraceError, match=r"raised RuntimeError in self.lstm\(x\), after x: .*Expected 3, got 5"):
        trace(models.Forecaster(), numbered((4, 12, 5)))
    with pytest.raises(TraceError, match=r"the loss raised ValueError, after target: .*batch_size") as caught:
        trace(models.Forecaster(), X, target=torch.zeros(5).long(), loss=nn.functional.cross_entropy)
    assert caught.value.partial.returned == ("fc",)


def test_an_error_that_the_numbers_decide_still_has_names() -> None:
    def forward(self: Any, x: Tensor) -> Tensor:
        output, _ = self.lstm(x)
        if len(x) == 4:
            raise ValueError("four")
        return output

    with pytest.raises(TraceError) as caught:
        trace(module_of(forward, lstm=nn.LSTM(3, 6, batch_first=True)), X)
    assert describe(caught.value.partial["output"].axes) == "(B, T, H)"


def test_arguments_that_make_no_sense() -> None:
    anything: Any = lambda x: x  # noqa: E731
    with pytest.raises(TypeError, match=r"trace: expected a torch.nn.Module, got function. Pass the model itself"):
        trace(anything, X)
    with pytest.raises(TypeError, match=r"trace: target goes with loss, and no loss was given. If it is an argument"):
        trace(models.Forecaster(), X, target=X)


# ---- reading a trace


def test_a_tensor_is_found_by_its_name_and_by_its_variable() -> None:
    found = trace(models.Packing(), X, torch.tensor([3, 12, 5, 5]))
    assert found["packed_output"] is found["output"]
    assert "packed_output" in found
    assert "nothing" not in found
    assert len(found) == len(list(found)) == 9
    with pytest.raises(KeyError, match="no tensor 'nothing' in this trace; it has x, lengths, packed, output"):
        found["nothing"]


def test_a_trace_as_a_table_and_as_text() -> None:
    found = trace(models.Forecaster(), X)
    frame = found.to_frame()
    columns = ["tensor", "made by", "axes", "shape", "dtype", "elements", "bytes", "module", "from"]
    assert list(frame.columns) == columns
    row = ["h_n", "self.lstm(x)", "(L·D, B, H)", "(1, 4, 6)", "float32", 24, 96, "lstm", "x"]
    assert frame.iloc[2].tolist() == row
    text = str(found)
    assert text.startswith("Forecaster: B = 4, T = 12")
    assert "output[:, -1]" in text
    assert str(trace(models.Pinned(), X)).endswith("its forward pass raises.")
    empty = Trace((), {}, "Nothing")
    assert list(empty.to_frame().columns) == columns
    assert str(empty) == "Nothing\nNo tensor was made."
