"""audit: nothing to say of a correct model, every mistake by its name, and nothing of a person's own is touched.

Each run takes a sample; ``LSTM_VIZ_EVERY_AUDIT=1`` runs 200 correct models and 20 variants of every mistake.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_viz.audit import Audit, AuditError, assert_clean, audit
from lstm_viz.audit.dependency import spans
from lstm_viz.audit.reading import shifted_axis
from lstm_viz.pitfalls.keys import TITLES
from tests.specs import random_specs
from tests.support.mistaken_models import MISTAKES, mistaken
from tests.support.models import Attention, ConvLSTM, Forecaster
from tests.support.sound_models import SOUND, Model, Sizes, Subject, sound

EVERY = bool(os.environ.get("LSTM_VIZ_EVERY_AUDIT"))
CORRECT = range(200) if EVERY else range(0, 3 * len(SOUND), 3)
VARIANTS = 20 if EVERY else 1


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def audited(subject: Subject) -> Audit:
    return audit(subject.model, subject.x, subject.target, subject.loss, **subject.options)


@pytest.mark.parametrize("number", CORRECT)
def test_a_correct_model_gets_a_clean_bill(number: int) -> None:
    subject = sound(number)
    assert audited(subject).keys == (), subject.name


@pytest.mark.parametrize("variant", range(VARIANTS))
@pytest.mark.parametrize("make", MISTAKES, ids=lambda make: make.__name__)
def test_every_mistake_is_found_by_its_name(make: Callable[[Sizes], Subject], variant: int) -> None:
    subject = mistaken(make, variant)
    found = audited(subject)
    assert found.keys == (subject.key,), subject.name
    (finding,) = found.findings
    assert finding.pitfall in TITLES or finding.pitfall == ""
    assert finding.title
    assert finding.why
    assert finding.fix
    assert finding.seen.endswith((".", '"'))


@pytest.mark.parametrize("number", range(24 if EVERY else 6))
def test_networks_of_a_spec_are_clean_unless_they_are_the_mistake_itself(number: int) -> None:
    from lstm_viz import build
    from lstm_viz.batch import make_batch

    spec = random_specs(60, seed=11)[number]
    found = audit(build(spec), make_batch(spec).x)
    known = []
    if spec.sequence_length == 1:
        known.append("one-step")
    elif spec.bidirectional and spec.head == "last_step":
        known.append("bidirectional-last-step")
    assert list(found.keys) == known, spec


def test_the_map_of_the_forgotten_batch_first() -> None:
    torch.manual_seed(0)
    lstm, fc = nn.LSTM(2, 5), nn.Linear(5, 1)
    found = audit(lambda x: fc(lstm(x)[0][:, -1]), torch.randn(4, 6, 2))
    chart = found.map
    assert chart is not None
    assert (chart.samples, chart.steps) == (4, 6)
    assert [place.text for place in chart.outputs] == ["y[0]", "y[1]", "y[2]", "y[3]"]
    assert chart.inputs[7].text == "x[1, 1]"
    expected = torch.zeros(4, 4, 6, dtype=torch.bool)
    for row in range(4):
        expected[row, : row + 1, 5] = True
    assert torch.equal(chart.depends.view(4, 4, 6), expected)
    assert int(chart.unexpected.sum()) == 6
    assert chart.sentence(3) == "y[3] depends on step 5 of x[0] to x[3]."
    (finding,) = found.findings
    assert finding.pitfall == "batch-first-forgotten"
    assert "nn.LSTM(2, 5) reads x (4, 6, 2) as (T, B, F)" in finding.seen
    assert finding.fix.startswith("nn.LSTM(2, 5, batch_first=True)")


def test_the_map_is_what_the_gradient_says() -> None:
    torch.manual_seed(0)
    model = Forecaster(outputs=1).eval()
    x = torch.randn(3, 5, 3, requires_grad=True)
    chart = audit(model, x.detach()).map
    assert chart is not None
    for row, place in enumerate(chart.outputs):
        assert place.sample is not None
        (gradient,) = torch.autograd.grad(model(x)[place.sample].sum(), x)
        theirs = gradient.abs().sum(dim=-1).flatten().double()
        ours = chart.strength[row]
        assert torch.allclose(ours / ours.max(), theirs / theirs.max(), atol=1e-5)
        assert torch.equal(chart.depends[row], theirs != 0)


def test_findings_and_maps_are_frozen() -> None:
    found = audit(nn.GRU(2, 3, dropout=0.0, batch_first=True), torch.randn(2, 1, 2))
    with pytest.raises(FrozenInstanceError):
        found.findings[0].key = "other"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        found.findings = ()  # type: ignore[misc]


def test_a_saturated_network_is_not_taken_for_one_without_memory() -> None:
    torch.manual_seed(0)
    model = Forecaster()
    with torch.no_grad():
        for parameter in model.lstm.parameters():
            parameter.mul_(40)
    found = audit(model, torch.randn(2, 60, 3))
    assert found.clean
    assert found.map is not None
    assert found.map.depends.view(2, 2, 60)[0, 0].all()


def test_a_gradient_that_is_cut_off_is_replaced_by_changing_the_input() -> None:
    class Frozen(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features, self.gru, self.fc = nn.Linear(3, 4), nn.GRU(4, 5, batch_first=True), nn.Linear(5, 1)
            self.features.requires_grad_(False)

        def forward(self, x: Tensor) -> Tensor:
            with torch.no_grad():
                features = self.features(x)
            return self.fc(self.gru(features)[1][-1])  # type: ignore[no-any-return]

    found = audit(Frozen(), torch.randn(2, 4, 3))
    assert found.clean
    assert found.map is not None
    assert torch.equal(found.map.depends, found.map.expected)


def snapshot(model: nn.Module) -> dict[str, Any]:
    hooks = [len(part._forward_hooks) + len(part._forward_pre_hooks) for part in model.modules()]
    tensors = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    flags = [(p.requires_grad, p.grad) for p in model.parameters()]
    return {"hooks": hooks, "tensors": tensors, "flags": flags, "modes": [part.training for part in model.modules()]}


@pytest.mark.parametrize("make", [ConvLSTM, Attention, Forecaster])
def test_the_model_and_the_random_state_stay_as_they_were(make: Callable[[], nn.Module]) -> None:
    model = make().train()
    x, target = torch.randn(3, 8, 3), torch.randn(3, 2)
    before, state = snapshot(model), torch.get_rng_state()
    audit(model, x, target, nn.MSELoss())
    after = snapshot(model)
    assert torch.equal(torch.get_rng_state(), state)
    assert after["hooks"] == before["hooks"]
    assert after["modes"] == before["modes"]
    assert after["flags"] == before["flags"]
    assert all(torch.equal(after["tensors"][name], tensor) for name, tensor in before["tensors"].items())


def test_what_a_function_remembers_stays_as_it_was() -> None:
    lstm, state, seen = nn.LSTM(2, 3, batch_first=True), None, [0]

    def predict(x: Tensor) -> Tensor:
        nonlocal state
        output, state = lstm(x, state)
        seen.append(1)
        return output[:, -1]

    found = audit(predict, torch.randn(2, 4, 2))
    assert found.keys == ("backward-twice",)
    assert state is None
    assert seen == [0]
    assert lstm.weight_ih_l0.grad is None


def test_audits_of_several_threads_do_not_disturb_each_other() -> None:
    torch.manual_seed(0)
    model, x = Forecaster(outputs=1), torch.randn(3, 5, 3)
    lstm = nn.LSTM(3, 4)
    jobs = [(model, ()), (lambda x: lstm(x)[0][:, -1], ("batch-first-forgotten",))] * 2
    found: list[Any] = [None] * len(jobs)

    def run(place: int) -> None:
        found[place] = audit(jobs[place][0], x).keys

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [keys for _, keys in jobs]


def test_assert_clean_says_everything_and_lets_through_what_is_allowed() -> None:
    model = nn.GRU(2, 3, batch_first=True)
    x = torch.randn(4, 1, 2)
    with pytest.raises(AssertionError, match=r"1 mistake:\n\nEach sample is a single step") as raised:
        assert_clean(model, x)
    assert "Seen: The layer reads" in str(raised.value)
    assert "Instead:" in str(raised.value)
    assert_clean(model, x, allow={"one-step"})
    assert_clean(model, torch.randn(4, 3, 2))


def test_a_model_that_raises_raises() -> None:
    with pytest.raises(AuditError, match="the model raised RuntimeError") as raised:
        audit(nn.LSTM(3, 5), torch.randn(4, 6, 2))
    assert isinstance(raised.value.__cause__, RuntimeError)


@pytest.mark.parametrize(("given", "got"), [(3, "got int"), (nn.LSTM, "got the class LSTM")])
def test_what_cannot_be_called_is_said(given: Any, got: str) -> None:
    with pytest.raises(TypeError, match=f"expected a torch.nn.Module or a function of x, {got}"):
        audit(given, torch.randn(2, 3, 4))


def test_it_says_what_it_did_not_check() -> None:
    every_step = Model(lambda self, x: self.fc(self.rnn(x)[0]), rnn=nn.GRU(2, 3, batch_first=True), fc=nn.Linear(3, 1))
    found = audit(every_step, torch.randn(2, 5, 2))
    assert any('say predicts="next step"' in sentence for sentence in found.not_checked)
    assert any("pass target and loss" in sentence for sentence in found.not_checked)
    assert "Not checked: The loss" in str(found)
    with_loss = audit(every_step, torch.randn(2, 5, 2), torch.randn(2, 5, 1), nn.MSELoss(), predicts="next step")
    assert with_loss.not_checked == ()
    assert str(with_loss) == "Model: no mistake found"
    assert any("Two training steps" in sentence for sentence in with_loss.checked)


def test_a_batch_of_one_is_made_larger_so_that_mixed_samples_show() -> None:
    rnn, fc = nn.LSTM(2, 3, batch_first=True), nn.Linear(3, 1)
    found = audit(lambda x: fc(rnn(x)[0].reshape(-1, 3))[-1], torch.randn(1, 12, 2))
    assert found.keys == ("view-rows-last",)
    assert found.sizes["B"] == 3
    assert any("B = 3" in sentence for sentence in found.checked)


def test_a_large_batch_is_looked_at_in_part() -> None:
    model = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 1))
    found = audit(model, torch.randn(512, 100, 8))
    assert found.clean
    assert found.map is not None
    assert found.map.samples <= 8


def test_the_target_shows_that_the_next_step_is_predicted() -> None:
    tokens = torch.randint(9, (3, 12))
    assert shifted_axis(tokens[:, :-1], tokens[:, 1:]) == 1
    assert shifted_axis(tokens[:, :-1], tokens[:, 1:].flatten()) == 1
    assert shifted_axis(tokens.t()[:-1], tokens.t()[1:]) == 0
    assert shifted_axis(nn.functional.one_hot(tokens[:, :-1], 9).float(), tokens[:, 1:]) == 1
    series = torch.randn(2, 10, 3)
    assert shifted_axis(series[:, :-1], series[:, 1:, :1]) == 1
    assert shifted_axis(tokens[:, :-1], torch.randint(9, (3, 11))) is None
    assert shifted_axis(torch.zeros(2, 5), torch.zeros(2, 5)) is None


def silent_programs() -> list[Any]:
    """Short programs as people write them, functions over modules of their own; each raises nothing."""
    torch.manual_seed(0)
    gru = nn.GRU(7, 12, num_layers=2, batch_first=True)

    def unpacked(batch: Tensor) -> Tensor:
        y, (hidden, cell) = gru(batch)  # noqa: RUF059
        return hidden

    sorter = nn.LSTM(5, 6, batch_first=True)
    sizes = torch.tensor([3, 7, 5, 4])

    def ordered(x: Tensor) -> Tensor:
        longest_first, places = sizes.sort(descending=True)
        return sorter(pack_padded_sequence(x[places], longest_first, batch_first=True))[1][0][-1]

    reader, head = nn.RNN(20, 16), nn.Linear(16, 10)

    def classify(pictures: Tensor) -> Tensor:
        states, _ = reader(pictures)
        return head(states[:, -1, :])  # type: ignore[no-any-return]

    deep = nn.GRU(4, 6, num_layers=3)
    both = nn.GRU(4, 5, bidirectional=True, batch_first=True)
    tagger = nn.GRU(3, 4, bidirectional=True, batch_first=True)
    body, middle = nn.LSTM(6, 32, batch_first=True), nn.Linear(32, 48)
    table = torch.randn(90, 6)
    low, span = table.amin(0), table.amax(0)
    memory: Any = None
    runner = nn.GRU(4, 8, batch_first=True)

    def streaming(x: Tensor) -> Tensor:
        nonlocal memory
        states, memory = runner(x, memory)
        memory = memory.detach()
        return states[:, -1]

    words = torch.cat([torch.randn(1, 4, 3), torch.zeros(1, 3, 3)], dim=1)
    return [
        pytest.param(unpacked, torch.randn(6, 9, 7), {}, "gru-layers-unpacked", id="gru unpacked"),
        pytest.param(ordered, torch.randn(4, 7, 5), {}, "pack-order-lost", id="order lost"),
        pytest.param(classify, torch.randn(30, 20, 20), {}, "batch-first-forgotten", id="pictures"),
        pytest.param(lambda x: deep(x)[1][0], torch.randn(8, 2, 4), {}, "h-n-lowest-layer", id="first layer"),
        pytest.param(lambda x: both(x)[1].view(3, 10), torch.randn(3, 8, 4), {}, "h-n-view", id="view of the state"),
        pytest.param(tagger, words, {}, "padding-reverse", id="padding first"),
        pytest.param(
            lambda x: middle(body(x)[1][0][-1]),
            torch.randn(100, 5, 6),
            {"target": torch.randint(3, (100,)), "loss": nn.CrossEntropyLoss()},
            "too-many-classes",
            id="last layer missing",
        ),
        pytest.param(streaming, torch.randn(3, 5, 4), {"samples": "independent"}, "state-across-samples", id="memory"),
        pytest.param(lambda y: y * span + low, torch.randn(20, 1), {}, "scaler-broadcast", id="scaled back"),
    ]


@pytest.mark.parametrize(("program", "x", "options", "key"), silent_programs())
def test_programs_that_are_silently_wrong(program: Any, x: Any, options: dict[str, Any], key: str) -> None:
    assert audit(program, x, **options).keys == (key,)


def test_places_are_said_shortly() -> None:
    assert spans([0, 1, 2, 3]) == "0 to 3"
    assert spans([0, 1, 5]) == "0, 1 and 5"
    assert spans([2], "x[{}]") == "x[2]"
