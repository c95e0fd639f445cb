"""The training loop and what belongs to it, compared with plain torch and scikit-learn."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import fields, replace
from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from lstm_viz.batch import make_batch
from lstm_viz.datasets.texts import Texts
from lstm_viz.network import build, classes_last, loss_function
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.preparation.sources import prepared_of, prepared_text_of
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.random_state import preserved
from lstm_viz.spec import QUERY_NAMES as NETWORK_NAMES
from lstm_viz.spec import NetworkSpec, SpecError
from lstm_viz.training import Epoch, Job, TableData, TextData, TrainingSpec, curves_csv, start, thin, train
from lstm_viz.training.batches import Batches, Layout, side_by_side
from lstm_viz.training.comparison import comparison_jobs, train_in_turn
from lstm_viz.training.data import TrainingData, check_fits, fitted, from_prepared, from_tensors
from lstm_viz.training.examples import MessageNetwork, VolumeNetwork
from lstm_viz.training.keeping import Training
from lstm_viz.training.lesson import STEPS, first_batches
from lstm_viz.training.measures import NotFinite
from lstm_viz.training.metrics import baselines, predict, report, verdict
from lstm_viz.training.parts import LossError, make_loss
from lstm_viz.training.prediction import PredictionError, free_running, one_step_ahead
from lstm_viz.training.presets import PRESETS
from lstm_viz.training.scoring import score_words
from lstm_viz.training.script import ScriptError, training_script
from lstm_viz.training.spec import QUERY_NAMES
from lstm_viz.training.state import between_batches, undetached_error
from lstm_viz.training.writing import generate
from tests.specs import random_specs

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")

AIRLINE = Job(NetworkSpec(hidden_size=3), TableData(Recipe()), TrainingSpec(epochs=2))
CHARACTERS = TextRecipe(data="zen", unit="characters", encoding="one-hot", length=6, many_to_many=True)


@pytest.fixture(autouse=True)
def random_state_kept() -> Any:
    with preserved():
        yield


def losses(curve: list[Epoch]) -> list[tuple[float, float | None]]:
    return [(epoch.train_loss, epoch.validation_loss) for epoch in curve]


# The settings.


def test_every_setting_has_its_name_in_a_link_and_none_of_a_network() -> None:
    assert set(QUERY_NAMES) == {field.name for field in fields(TrainingSpec)}
    assert all(short.startswith("t") for short in QUERY_NAMES.values())
    assert not set(QUERY_NAMES.values()) & set(NETWORK_NAMES.values())


def test_a_spec_comes_back_from_its_link() -> None:
    rng = Random(0)
    for _ in range(200):
        spec = TrainingSpec(
            optimizer=rng.choice(["adam", "sgd", "adamw", "rmsprop"]),
            learning_rate=rng.choice([0.001, 1.0, 3e-5]),
            momentum=rng.choice([0.0, 0.9]),
            schedule=rng.choice(["none", "step", "cosine", "plateau"]),
            batch_size=rng.randint(1, 99),
            epochs=rng.randint(1, 999),
            shuffle=(shuffle := rng.random() < 0.5),
            state="reset" if shuffle else rng.choice(["reset", "carried", "undetached"]),
            clip=rng.choice([0.0, 1.0, 2.5]),
            patience=rng.randint(0, 9),
            loss=rng.choice(["auto", "huber"]),
            seed=rng.randint(0, 9),
        )
        assert TrainingSpec.from_query(spec.to_query()) == (spec, ())


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("learning_rate", 0.0, "learning_rate: expected a number from 1e-08 to 1,000, got 0.0."),
        ("learning_rate", math.nan, "learning_rate: expected a number from 1e-08 to 1,000, got nan."),
        ("epochs", 1.5, "epochs: expected a whole number from 1 to 100,000, got 1.5."),
        ("epochs", True, "epochs: expected a whole number from 1 to 100,000, got True."),
        ("shuffle", 1, "shuffle: expected True or False, got 1."),
        ("optimizer", "lion", "optimizer: expected one of adam, sgd, adamw, rmsprop, got 'lion'."),
        ("state", "carried", "shuffle: expected False with state=carried, got True. A state goes on where the last"),
    ],
)
def test_a_wrong_setting_is_named(field: str, value: Any, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        TrainingSpec(**{field: value})
    assert str(caught.value).startswith(said)


def test_a_wrong_link_is_read_as_far_as_it_goes() -> None:
    spec, problems = TrainingSpec.from_query(
        {"tep": "7", "tlr": "much", "topt": "lion", "tstate": "carried", "what": "1", "H": "3"}, NETWORK_NAMES.values()
    )
    assert spec == TrainingSpec(epochs=7)
    assert sorted(problem.split(":")[0] for problem in problems) == [
        "The link has an entry 'what' that is not known here.",
        "The link's tlr=much was left out",
        "The link's topt=lion was left out",
        "The link's tstate=carried was left out",
    ]


# The loop, against a loop that is written out.


def by_hand(spec: TrainingSpec, x: Tensor, y: Tensor, x_test: Tensor, y_test: Tensor) -> list[tuple[float, float]]:
    """The airline network of AIRLINE trained as a person would write it."""
    model = build(NetworkSpec(hidden_size=3))
    torch.manual_seed(spec.seed)
    order = torch.Generator().manual_seed(spec.seed)
    options: dict[str, Any] = {"lr": spec.learning_rate, "weight_decay": spec.weight_decay}
    optimizer: torch.optim.Optimizer = {
        "adam": lambda: torch.optim.Adam(model.parameters(), **options),
        "sgd": lambda: torch.optim.SGD(model.parameters(), momentum=spec.momentum, **options),
        "adamw": lambda: torch.optim.AdamW(model.parameters(), **options),
        "rmsprop": lambda: torch.optim.RMSprop(model.parameters(), **options),
    }[spec.optimizer]()
    schedulers = torch.optim.lr_scheduler
    scheduler: Any = {
        "none": lambda: None,
        "step": lambda: schedulers.StepLR(optimizer, spec.schedule_every, spec.schedule_factor),
        "cosine": lambda: schedulers.CosineAnnealingLR(optimizer, spec.epochs),
        "plateau": lambda: schedulers.ReduceLROnPlateau(
            optimizer, factor=spec.schedule_factor, patience=spec.schedule_every
        ),
    }[spec.schedule]()
    compare = {
        "auto": nn.MSELoss(),
        "mse": nn.MSELoss(),
        "mae": nn.L1Loss(),
        "huber": nn.HuberLoss(),
    }[spec.loss]
    found = []
    for _ in range(spec.epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=order).split(spec.batch_size):
            optimizer.zero_grad()
            loss = compare(model(x[rows]), y[rows])
            loss.backward()
            if spec.clip:
                nn.utils.clip_grad_norm_(model.parameters(), spec.clip)
            optimizer.step()
            total += loss.item() * len(rows)
        with torch.no_grad():
            validation = compare(model(x_test), y_test).item()
        if scheduler:
            scheduler.step(*([validation] if spec.schedule == "plateau" else []))
        found.append((total / len(x), validation))
    return found


@pytest.mark.parametrize(
    "spec",
    [
        TrainingSpec(epochs=4),
        TrainingSpec(epochs=3, optimizer="sgd", learning_rate=0.1, momentum=0.5, clip=0.05, batch_size=17),
        TrainingSpec(epochs=4, optimizer="adamw", weight_decay=0.1, schedule="step", schedule_every=2, loss="mae"),
        TrainingSpec(epochs=4, optimizer="rmsprop", schedule="cosine", loss="huber", seed=5),
        TrainingSpec(epochs=25, learning_rate=0.5, schedule="plateau", schedule_every=1, batch_size=120),
    ],
)
def test_the_losses_are_those_of_a_loop_written_out(spec: TrainingSpec) -> None:
    data = from_prepared(prepared_of(Recipe()))
    assert data.test is not None
    curve = list(start(replace(AIRLINE, spec=spec)).epochs())
    expected = by_hand(spec, data.train.x, data.train.target, data.test.x, data.test.target)
    assert np.allclose(losses(curve), expected, rtol=1e-6)
    assert [epoch.epoch for epoch in curve] == list(range(1, spec.epochs + 1))
    assert curve[0].learning_rate == spec.learning_rate
    assert (curve[-1].learning_rate < spec.learning_rate) == (spec.schedule != "none")


def test_the_gradient_norm_is_the_one_before_clipping() -> None:
    free, clipped = (
        next(start(replace(AIRLINE, spec=TrainingSpec(epochs=1, batch_size=120, clip=clip))).epochs())
        for clip in (0.0, 0.001)
    )
    assert free.gradient_norm == pytest.approx(clipped.gradient_norm)
    assert free.gradient_norm > 0.001


def test_every_kind_of_network_trains_on_its_batch() -> None:
    """Heads, tasks, inputs, cells and layouts, with the loss that the network itself is given elsewhere."""
    for network in random_specs(60, seed=3):
        batch = make_batch(network)
        model = build(network)
        with torch.no_grad():
            scores = model.eval()(batch.x)
            scores = scores.transpose(1, 2) if classes_last(network) else scores
            expected = loss_function(network)(scores, batch.target).item()
        pair = [(batch.x, batch.target)]
        epoch = next(train(network, pair, pair, TrainingSpec(epochs=1, learning_rate=1e-8)))
        assert epoch.validation_loss == pytest.approx(expected, rel=1e-4), network


def test_layouts_turn_there_and_back() -> None:
    for network in random_specs(60, seed=4, input="numbers", task="regression"):
        B, T, F, O = 3, network.sequence_length, network.features, network.outputs  # noqa: N806, E741
        every = network.head in ("every_step", "every_step_3d")
        x, target = torch.randn(B, T, F), torch.randn((B, T, O) if every else (B, O))
        layout = Layout(network)
        turned, answers = layout(x, target)
        prediction = build(network)(turned)
        assert prediction.shape == answers.shape
        assert torch.equal(layout.samples_first(answers, B), target)


def test_dropout_and_order_have_the_training_seed() -> None:
    network = NetworkSpec(layers=2, dropout=0.5, hidden_size=3)
    job = replace(AIRLINE, model=network)
    one, same, other = (
        losses(list(start(replace(job, spec=TrainingSpec(epochs=2, seed=seed))).epochs())) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_early_stopping_puts_the_best_weights_back() -> None:
    spec = TrainingSpec(epochs=200, learning_rate=0.3, patience=4)
    started = start(replace(AIRLINE, spec=spec))
    curve = list(started.epochs())
    best = min(curve, key=lambda epoch: epoch.validation_loss or math.inf)
    assert len(curve) == best.epoch + 4 < 200
    assert best.best
    assert started.training.best.epoch == best.epoch
    assert started.data.test is not None
    prediction = predict(started.training.model, started.data.test, started.network)
    assert nn.functional.mse_loss(prediction, started.data.test.target).item() == pytest.approx(best.validation_loss)


def test_a_checkpoint_goes_on_as_if_nothing_had_been() -> None:
    network = NetworkSpec(hidden_size=3, layers=2, dropout=0.3)
    job = replace(AIRLINE, model=network, spec=TrainingSpec(epochs=8, schedule="step", schedule_every=3))
    whole = list(start(job).epochs())
    first = start(job)
    curve = first.epochs()
    begun = [next(curve) for _ in range(4)]
    checkpoint = first.training.checkpoint(first.batches.shuffling)
    second = start(job)
    second.training.go_on(checkpoint, second.batches.shuffling)
    assert losses(begun + list(second.epochs())) == losses(whole)


def test_a_loss_that_is_no_number_is_said_with_its_epoch() -> None:
    job = replace(AIRLINE, spec=TrainingSpec(optimizer="sgd", learning_rate=1000.0))
    with pytest.raises(NotFinite, match=r"The loss became .* in epoch \d+: expected a finite number\. Lower the lear"):
        list(start(job).epochs())


def test_a_module_of_ones_own_with_data_loaders() -> None:
    x = torch.randn(40, 6, 2)
    loader = DataLoader(TensorDataset(x, x.sum((1, 2))[:, None]), batch_size=8)

    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.GRU(2, 8, batch_first=True), nn.Linear(8, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.rnn(x)[0][:, -1])  # type: ignore[no-any-return]

    curve = list(train(Own(), loader, loader, TrainingSpec(epochs=15, learning_rate=0.02)))
    assert curve[-1].train_loss < curve[0].train_loss / 2
    assert all(epoch.samples_per_second > 0 for epoch in curve)


def test_shapes_that_torch_would_broadcast_are_refused() -> None:
    x = torch.randn(4, 12, 1)
    with pytest.raises(LossError, match=re.escape("shape (4, 1) and the target (4,): mse compares number")):
        list(train(NetworkSpec(), [(x, torch.zeros(4))]))
    with pytest.raises(LossError, match="expected scores with an axis of classes and class indices, got a prediction"):
        make_loss("cross-entropy")(torch.zeros(4, 3), torch.zeros(4, 1, dtype=torch.int64))
    with pytest.raises(LossError, match=r"expected float32\. Write target\.float\(\)"):
        make_loss("bce")(torch.zeros(4), torch.zeros(4, dtype=torch.int64))


# The state between batches.


def test_a_carried_state_is_the_one_of_the_whole_sequence() -> None:
    for spec in random_specs(20, seed=5, bidirectional=False, input="numbers", head="every_step_3d", dropout=0.0):
        model = build(spec).eval()
        axis = 1 if spec.batch_first else 0
        x = torch.randn((3, 8, spec.features) if spec.batch_first else (8, 3, spec.features))
        whole = model(x)
        with between_batches(model, "carried"):
            parts = [model(part) for part in x.split(2, dim=axis)]
        assert torch.allclose(torch.cat(parts, dim=axis), whole, atol=1e-5), spec
        assert torch.equal(model(x), whole), "outside, each pass starts at zeros"


def test_a_carried_state_is_detached_and_an_undetached_one_raises_torchs_error() -> None:
    job = replace(AIRLINE, spec=TrainingSpec(epochs=2, batch_size=5, state="carried", shuffle=False))
    assert len(list(start(job).epochs())) == 2
    broken = replace(job, spec=replace(job.spec, state="undetached"))
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        list(start(broken).epochs())
    started = start(job)
    found = undetached_error(started.training.model, started.batches, started.loss_function)
    assert found is not None
    assert found.batch == 2
    assert found.error.startswith("Trying to backward through the graph a second time")
    assert all(weight.grad is None for weight in started.training.model.parameters())


def test_samples_side_by_side_go_on_where_the_batch_before_ended() -> None:
    for count, size, apart in [(120, 4, 12), (33, 5, 1), (7, 20, 3), (100, 1, 7)]:
        order = side_by_side(count, size, apart)
        rows = order.reshape(-1, min(size, -(-count // apart)))
        assert ((rows[1:] - rows[:-1]) == apart).all()
        assert len(set(order.tolist())) == len(order)
        assert order.max() < count


# What it is worth.


def test_metrics_are_scikit_learns_in_real_units() -> None:
    started = start(AIRLINE)
    list(started.epochs())
    found = report(started.training.model, started.data, started.network)
    samples = started.data.test
    assert found is not None
    assert samples is not None
    table = prepared_of(Recipe()).table
    assert table is not None
    real = table.values[132:, 0]
    mine = started.data.inverse(predict(started.training.model, samples, started.network).numpy())[:, 0]
    assert found.metrics["MAE"] == pytest.approx(sklearn.metrics.mean_absolute_error(real, mine), rel=1e-5)
    assert found.metrics["RMSE"] == pytest.approx(sklearn.metrics.root_mean_squared_error(real, mine), rel=1e-5)
    last = sklearn.metrics.mean_absolute_error(real, table.values[131:-1, 0])
    mean = sklearn.metrics.mean_absolute_error(real, np.full(12, table.values[12:132, 0].mean()))
    assert found.baselines["last value"]["MAE"] == pytest.approx(last, rel=1e-5)
    assert found.baselines["mean of training"]["MAE"] == pytest.approx(mean, rel=1e-5)
    assert found.confusion is None
    assert found.part == "test"


def test_the_last_value_is_one_that_was_known() -> None:
    for recipe in (
        Recipe(horizon=3),
        Recipe(many_to_many=True),
        Recipe(target_offset=2),
        Recipe(data="prices", test=9),
    ):
        prepared = prepared_of(recipe)
        data = from_prepared(prepared)
        assert data.test is not None
        assert prepared.table is not None
        assert data.test.before is not None
        assert data.test.before.shape == tuple(data.test.target.shape)
        first = prepared.target_rows(0, "test")[0]
        expected = prepared.table.values[first - 1, prepared.target_place]
        assert np.ravel(data.test.before[0])[-1] == expected


@pytest.mark.parametrize("task", ["binary", "classification"])
def test_classes_have_accuracy_f1_and_a_confusion_matrix(task: Any) -> None:
    recipe = Recipe(task=task, classes=3)
    data = from_prepared(prepared_of(recipe))
    network = fitted(NetworkSpec(), data)
    started = start(Job(network, TableData(recipe), TrainingSpec(epochs=1)))
    list(started.epochs())
    found = report(started.training.model, data, network)
    assert found is not None
    assert data.test is not None
    scores = predict(started.training.model, data.test, network)
    given = (scores > 0).int() if task == "binary" else scores.argmax(-1)
    target, answer = data.test.target.flatten().numpy(), given.flatten().numpy()
    assert found.metrics["accuracy"] == sklearn.metrics.accuracy_score(target, answer)
    average = "binary" if task == "binary" else "macro"
    if max(target.max(), answer.max()) > 1 or task == "binary":
        assert found.metrics["F1"] == sklearn.metrics.f1_score(target, answer, average=average, zero_division=0)
    assert found.confusion is not None
    assert found.confusion.sum() == len(target)
    assert found.confusion.trace() == (target == answer).sum()
    assert set(found.baselines) == {"last value", "most frequent class"}


def test_a_verdict_says_plainly_who_is_better() -> None:
    job = replace(AIRLINE, model=NetworkSpec(hidden_size=32), spec=TrainingSpec(epochs=60, learning_rate=0.01))
    trained = start(job)
    list(trained.epochs())
    fresh = start(AIRLINE)
    good, bad = (report(each.training.model, each.data, each.network) for each in (trained, fresh))
    assert good is not None
    assert bad is not None
    assert good.verdict.startswith("Better than both baselines: RMSE ")
    assert bad.verdict.startswith("Not better than a baseline, the last value: RMSE ")


def test_a_verdict_names_the_one_baseline_and_writes_large_numbers_out() -> None:
    ours, plain = {"RMSE": 2_433_123.4}, {"mean of training": {"RMSE": 2_521_000.0}}
    assert verdict("regression", ours, plain) == (
        "Better than the baseline, the mean of training: RMSE 2,433,000 against 2,521,000 (lower is better)."
    )


def test_data_that_do_not_fit_are_named() -> None:
    data = from_prepared(prepared_of(Recipe(window=5)))
    with pytest.raises(SpecError, match="sequence_length: expected 5 as in the data, got 12"):
        check_fits(NetworkSpec(), data)
    every = from_prepared(prepared_of(Recipe(many_to_many=True)))
    with pytest.raises(SpecError, match="head: expected every_step or every_step_3d, got 'last_step'"):
        check_fits(NetworkSpec(), every)
    for recipe in (Recipe(window=5, horizon=2), Recipe(many_to_many=True), Recipe(data="copy", samples=60, window=8)):
        data = from_prepared(prepared_of(recipe))
        check_fits(fitted(NetworkSpec(), data), data)
    with pytest.raises(SpecError, match="data: expected a table with data=table, got None"):
        TableData(Recipe(data="table")).load()


def test_large_data_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    small = from_prepared(prepared_of(Recipe(stride=3)))
    monkeypatch.setattr("lstm_viz.training.data.LARGEST_COPY", 10)
    large = from_prepared(prepared_of(Recipe(stride=3)))
    assert torch.equal(small.train.x, large.train.x)
    assert large.train.x.stride()[0] == 3
    pairs = zip(
        Batches(small.train.x, small.train.target, 7), Batches(large.train.x, large.train.target, 7), strict=True
    )
    assert all(torch.equal(one[0], other[0]) for one, other in pairs)


# Curves.


def test_a_thin_curve_keeps_ends_lowest_and_peaks() -> None:
    rng = np.random.default_rng(0)
    for count in (1, 5, 399, 400, 401, 5_000):
        values = rng.normal(size=count) ** 2
        curve = [Epoch(n + 1, 1.0, float(value), 0, 0, 0, 0) for n, value in enumerate(values)]
        short = thin(curve, 400)
        assert len(short) <= 400
        assert list(short) == sorted(short, key=lambda epoch: epoch.epoch)
        numbers = {epoch.epoch for epoch in short}
        assert {1, count, int(values.argmin()) + 1, int(values.argmax()) + 1} <= numbers
        assert count > 400 or short == tuple(curve)
    with pytest.raises(ValueError, match="at_most: expected 4 or more points, got 3"):
        thin([], 3)


def test_the_download_is_whole_and_exact() -> None:
    curve = list(start(replace(AIRLINE, spec=TrainingSpec(epochs=50))).epochs())
    rows = list(csv.DictReader(io.StringIO(curves_csv(curve))))
    assert [float(row["train_loss"]) for row in rows] == [epoch.train_loss for epoch in curve]
    measured = [epoch.epoch for epoch in curve if epoch.metrics]
    assert [int(row["epoch"]) for row in rows if row["RMSE"]] == measured
    assert measured[0] == 1
    assert measured[-1] == 50
    assert len(measured) <= 21


# The lesson.


@pytest.mark.parametrize("network", random_specs(12, seed=6, input="numbers", features=1, task="regression", outputs=1))
def test_the_lesson_shows_the_first_batches_as_they_are_trained(network: NetworkSpec) -> None:
    recipe = Recipe(many_to_many=network.head in ("every_step", "every_step_3d"))
    network = replace(network, sequence_length=12)
    job = Job(network, TableData(recipe), TrainingSpec(epochs=1, batch_size=50))
    lessons = first_batches(job, 3)
    assert [lesson.samples for lesson in lessons] == [50, 50, 20] if not recipe.many_to_many else True
    epoch = next(start(job).epochs())
    assert epoch.gradient_norm == pytest.approx(max(lesson.gradient_norm for lesson in lessons), rel=1e-5)
    total = sum(lesson.loss * lesson.samples for lesson in lessons) / sum(lesson.samples for lesson in lessons)
    assert epoch.train_loss == pytest.approx(total, rel=1e-5)
    for lesson in lessons:
        assert tuple(step.name for step in lesson.steps) == STEPS
        cleared, forward, loss, backward, step = lesson.steps
        assert [tensor.name for tensor in forward.tensors] == ["x", "output", "prediction"]
        assert all(len(tensor.axes) == len(tensor.shape) for tensor in (*forward.tensors, *loss.tensors))
        assert all(weight.gradient_shape is None for weight in cleared.weights)
        assert all(weight.gradient_shape == weight.shape for weight in backward.weights)
        assert sum(weight.gradient_norm**2 for weight in backward.weights if weight.gradient_norm) ** 0.5 == (
            pytest.approx(lesson.gradient_norm, rel=1e-4)
        )
        assert any(weight.change for weight in step.weights)


# Prediction.


def test_one_step_ahead_meets_every_target_in_real_units() -> None:
    started = start(AIRLINE)
    prepared = started.data.prepared
    found = one_step_ahead(started.training.model, prepared, started.network)
    assert found.kind == "one step ahead"
    assert (found.labels[0], found.labels[-1], len(found.rows)) == ("1950-01", "1960-12", 132)
    assert found.parts.count("test") == 12
    assert found.actual[0] == 115
    x, _ = prepared.samples(np.array([0]))
    with torch.no_grad():
        expected = prepared.inverse(started.training.model(x).numpy())[0, 0]
    assert found.predicted[0] == pytest.approx(expected, rel=1e-4)


def test_running_free_feeds_the_predictions_back() -> None:
    started = start(replace(AIRLINE, spec=TrainingSpec(epochs=20, learning_rate=0.02)))
    list(started.epochs())
    model, prepared = started.training.model, started.data.prepared
    found = free_running(model, prepared, 20, started.network)
    assert (found.kind, found.labels[0], found.labels[11:13]) == ("running free", "1960-01", ("1960-12", "+1"))
    assert np.isnan(found.actual[12:]).all()
    ahead = one_step_ahead(model, prepared, started.network)
    place = ahead.labels.index("1960-01")
    assert found.predicted[0] == pytest.approx(ahead.predicted[place], rel=1e-4), "the first step is the same"
    assert not np.allclose(found.predicted[1:12], ahead.predicted[place + 1 :])
    window = prepared.x_scaler.transform(prepared.table.values[120:132, :1])
    for value in found.predicted[:5]:
        with torch.no_grad():
            scaled = model(torch.tensor(window[None], dtype=torch.float32)).numpy()
        assert prepared.inverse(scaled)[0, 0] == pytest.approx(value, rel=1e-4)
        window = np.vstack([window[1:], prepared.x_scaler.transform([[value]])])


def test_what_cannot_run_free_says_why() -> None:
    prepared = prepared_of(Recipe(features=(1,)))
    with pytest.raises(PredictionError, match="expected 'passengers' among them, got month of the year"):
        free_running(build(NetworkSpec()), prepared, 3)
    with pytest.raises(PredictionError, match="expected regression on a table, got binary"):
        one_step_ahead(build(NetworkSpec()), prepared_of(Recipe(task="binary")))
    with pytest.raises(PredictionError, match="start: expected a row from 12 to 144"):
        free_running(build(NetworkSpec()), prepared_of(Recipe()), 3, NetworkSpec(), start=5)


@pytest.mark.parametrize("head", ["every_step", "every_step_3d", "last_step", "flatten"])
@pytest.mark.parametrize("batch_first", [True, False])
def test_a_character_model_writes(head: Any, batch_first: bool) -> None:
    recipe = replace(CHARACTERS, many_to_many=head.startswith("every"))
    data = TextData(recipe).load()
    network = fitted(NetworkSpec(head=head, batch_first=batch_first, task="classification", outputs=2), data)
    model = build(network)
    before = torch.get_rng_state()
    text = generate(model, data.prepared, "Bea", 20, 1.0, 7, network)
    assert len(text) == 20
    assert text == generate(model, data.prepared, "Bea", 20, 1.0, 7, network)
    assert text != generate(model, data.prepared, "Bea", 20, 1.0, 8, network)
    assert len({generate(model, data.prepared, "Bea", 5, 0, seed, network) for seed in range(3)}) == 1
    assert torch.equal(before, torch.get_rng_state())
    assert model.training
    with pytest.raises(ValueError, match="prompt: expected characters of the text, got '€'"):
        generate(model, data.prepared, "€")
    with pytest.raises(ValueError, match="at least one character"):
        generate(model, data.prepared, "")


def test_a_message_is_scored_word_by_word() -> None:
    data = TextData(TextRecipe()).load()
    model = MessageNetwork(data.sizes["vocabulary_size"]).eval()
    found = score_words(model, data.prepared, "Win a free xylograph today or call me now")
    assert [word.word for word in found.words] == ["win", "free", "xylograph", "today", "or", "call", "me", "now"]
    assert [word.known for word in found.words][2] is False
    assert [word.read for word in found.words] == [True] * 5 + [False] * 3
    assert all(sum(word.probabilities) == pytest.approx(1) for word in found.words)
    codes = torch.tensor([data.prepared.vocabulary.encode(["win", "free"])])
    with torch.no_grad():
        assert found.words[1].probabilities[1] == pytest.approx(model.probability(codes).item())
        assert found.words[1].state == pytest.approx(model.lstm(model.embedding(codes))[1][0][-1, 0].tolist())
    assert found.padded == pytest.approx(found.words[4].probabilities), "the first five words fill x"
    with pytest.raises(ValueError, match="at least one word that the tokenizer keeps"):
        score_words(model, data.prepared, "!!!")


# The worked examples.


def test_the_examples_are_the_articles_models() -> None:
    volume = VolumeNetwork()
    assert [tuple(weight.shape) for weight in volume.fc.parameters()] == [(1, 128), (1,)]
    assert volume(torch.randn(200, 1, 5)).shape == (200, 1)
    messages = MessageNetwork(50).eval()
    x = torch.randint(50, (4, 5))
    assert messages(x).shape == (4, 1)
    loss = nn.functional.binary_cross_entropy_with_logits(messages(x)[:, 0], torch.ones(4))
    assert loss.item() == pytest.approx(
        nn.functional.binary_cross_entropy(messages.probability(x)[:, 0], torch.ones(4)).item()
    )


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_trains(preset: Any) -> None:
    job = preset.job()
    started = start(replace(job, spec=replace(job.spec, epochs=2)))
    curve = list(started.epochs())
    assert all(math.isfinite(epoch.train_loss) and epoch.validation_loss is not None for epoch in curve)
    assert report(started.training.model, started.data, started.network) is not None


def test_the_figures_of_the_worked_examples() -> None:
    jobs = {preset.name: preset.job() for preset in PRESETS}
    airline, coffee, words, characters = (
        jobs[name] for name in ("Airline passengers", "Coffee company's volume", "Spam or ham", "Next character")
    )
    assert isinstance(airline.model, NetworkSpec)
    assert (airline.model.hidden_size, airline.model.sequence_length) == (3, 12)
    assert tuple(airline.data.load().train.x.shape) == (120, 12, 1)
    assert (coffee.spec.epochs, coffee.spec.learning_rate) == (1_000, 0.001)
    assert tuple(coffee.data.load().train.x.shape) == (200, 1, 5)
    assert isinstance(words.model, partial)
    assert tuple(words.data.load().train.x.shape)[1:] == (5,)
    assert isinstance(characters.model, NetworkSpec)
    assert (characters.model.hidden_size, characters.model.layers) == (100, 2)


def test_the_cells_are_compared_on_the_same_data() -> None:
    found = list(train_in_turn(replace(AIRLINE, spec=TrainingSpec(epochs=2))))
    assert [each.cell for each in found] == ["lstm", "gru", "rnn"]
    assert found[0].weights > found[1].weights > found[2].weights
    assert found[0].weights == sum(weight.numel() for weight in build(NetworkSpec(hidden_size=3)).parameters())
    assert all(each.metrics and each.seconds > 0 and len(each.epochs) == 2 for each in found)
    with pytest.raises(SpecError, match="cell: expected a network made from its settings, got 'VolumeNetwork'"):
        comparison_jobs(Job(VolumeNetwork(), AIRLINE.data))


# The script.


def test_a_script_is_only_written_where_it_can_be_true() -> None:
    data = from_tensors((torch.zeros(4, 3, 1), torch.zeros(4, 1)))
    with pytest.raises(ScriptError, match="expected a prepared table or text, got tensors"):
        training_script(AIRLINE, data)
    with pytest.raises(ScriptError, match="got code of one's own"):
        training_script(replace(AIRLINE, model=VolumeNetwork()))


def test_texts_of_ones_own_are_used() -> None:
    texts = Texts("mine", ("abcabcabcabcabcabcabcabcabc" * 3,))
    recipe = TextRecipe(data="text", unit="characters", encoding="indices", length=4)
    assert prepared_text_of(recipe, texts).vocabulary.entries == ("a", "b", "c")
    data = TextData(recipe, texts).load()
    assert data.sizes["vocabulary_size"] == 3
    network = fitted(NetworkSpec(), data)
    started = start(Job(network, TextData(recipe, texts), TrainingSpec(epochs=60, learning_rate=0.05)))
    list(started.epochs())
    found = report(started.training.model, data, network)
    assert found is not None
    assert found.metrics["accuracy"] == 1
    assert generate(started.training.model, data.prepared, "abc", 6, 0, network=network) == "abcabc"
    assert baselines(data, data.judged or data.train)["last value"]["accuracy"] == 0


def test_best_keeps_a_copy() -> None:
    training = Training(nn.Linear(2, 1), TrainingSpec())
    assert training.best.offer(1.0, 1)
    kept = {name: tensor.clone() for name, tensor in training.best.weights.items()}
    with torch.no_grad():
        training.model.weight.add_(1)  # type: ignore[operator, union-attr]
    assert not training.best.offer(2.0, 2)
    assert not training.best.offer(math.nan, 3)
    training.best.put_back()
    assert all(torch.equal(tensor, kept[name]) for name, tensor in training.model.state_dict().items())


def test_data_without_any_other_part_train_all_the_same() -> None:
    data = TrainingData(train=from_tensors((torch.zeros(4, 3, 1), torch.zeros(4, 1))).train)
    assert report(nn.Linear(1, 1), data) is None
