"""A company's volume: five prices of a day say how much was traded, and what such a network cannot know."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor, nn, optim

from lstm_viz.lessons.depending import depends_on
from lstm_viz.lessons.pictures import Curves, DataWay, Dependency, Depending, Grid, Line, Numbers, Picture, Shapes
from lstm_viz.lessons.records import Behind, Claim, Knob, Lesson, Measured, Step, Task, Values, Verdict
from lstm_viz.lessons.running import gives, prepared
from lstm_viz.preparation.leak import Leak, leak
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.random_state import seeded
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.examples import VolumeNetwork
from lstm_viz.training.presets import preset_named

_EVERY = 100
"""Epochs between two printed losses, as in the source."""
_CHUNK = 8
_PRESET = "Coffee company's volume"


def recipe(values: Values) -> Recipe:
    """The source's preparation: five prices of a row and that row's volume, nothing shuffled."""
    return Recipe(
        data="coffee",
        features=(0, 1, 2, 3, 4),
        target=5,
        window=values.get("T", 1),
        target_offset=0,
        test=values.get("test", 53),
        scaling="standard",
        target_scaling="minmax01",
        shuffle=False,
    )


def spec(values: Values) -> NetworkSpec:
    """The recurrent layer of the source, with a single Linear behind it."""
    return NetworkSpec(
        batch_size=values["B"],
        sequence_length=values["T"],
        features=5,
        hidden_size=values["H"],
        layers=values.get("L", 1),
        head="last_hidden",
        data="random",
    )


def _counts(values: Values) -> Measured:
    found = prepared(recipe(values))
    assert found.table is not None
    x = found.x[found.parts["train"].starts]
    return {
        "rows": found.table.rows,
        "columns": len(found.table.columns),
        "names": ", ".join(found.table.columns[:5]),
        "train": len(found.parts["train"].rows),
        "x": x.shape,
        "pairs": x.shape[0],
    }


@lru_cache(maxsize=16)
def leaking(test: int) -> Leak:
    """Every column scaled by the training rows, and by all of them."""
    found = recipe({"test": test})
    table = prepared(found).table
    assert table is not None
    return leak(found, table)


def _fits(values: Values) -> Picture:
    columns = leaking(values["test"]).columns
    rows = tuple((each.honest.mean, each.leaking.mean, each.difference) for each in columns if each.role == "feature")
    names = tuple(each.name for each in columns if each.role == "feature")
    heads = ("mean of training rows", "mean of all rows", "test values move by")
    note = "The last column is in units of a standard deviation: what the network is told too early."
    return Numbers((Grid("StandardScaler, fitted twice", rows, names, heads, note, digits=2),))


def scaled_on_all(values: Values) -> Verdict:
    """What changes where the scalers see every row."""
    found = leaking(values["test"])
    worst = max(found.columns, key=lambda each: each.difference)
    return Verdict(
        f"{worst.name}: mean {worst.honest.mean:.2f} of the training rows, {worst.leaking.mean:.2f} of all",
        f"The mean already knows where the last {values['test']} days go: scaled test values move by up to "
        f"**{worst.difference:.2f}**. Fit on training rows, then transform both.",
    )


def days_seen(values: Values) -> tuple[Depending, ...]:
    """Which days the prediction of each window of T days depends on, the windows following one another."""
    T = values["T"]  # noqa: N806
    with seeded(0):
        lstm, fc = nn.LSTM(5, 2, batch_first=True), nn.Linear(2, 1)
        days = torch.randn(1, _CHUNK, 5)
    wide = depends_on(
        lambda days: fc(lstm(days.unfold(1, T, 1)[0].transpose(1, 2))[1][0][-1]),  # (B, T, F) of one row of days
        days,
        (lstm, fc),
    )
    window = [[k <= day < k + T for day in range(_CHUNK)] for k in range(_CHUNK - T + 1)]
    wide = replace(wide, expected=torch.tensor(window))
    title = "one row is one sequence" if T == 1 else f"windows of {T} days"
    return (Depending(title, f"x = windows of {T}  # ({_CHUNK - T + 1}, {T}, 5)", wide, None),)


def _days_measured(values: Values) -> Measured:
    found = days_seen(values)[0].map
    count = int(found.depends[-1].sum())
    return {"days": "1 day" if count == 1 else f"{count} days", "before": count - 1}


def _network_measured(values: Values) -> Measured:
    H = values["H"]  # noqa: N806
    network = VolumeNetwork(hidden_size=H)
    with torch.no_grad():
        _, (h_n, _) = network.lstm(torch.zeros(values["B"], values["T"], 5))
        last = h_n.view(-1, H)
        wide = network.widen(last.relu())
        prediction = network.fc(wide.relu())
    return {name: tuple(each.shape) for name, each in locals().items() if isinstance(each, Tensor)}


def stacked(values: Values) -> Tensor:
    """h_n.view(-1, H) of L layers: (L·B, H)."""
    with seeded(0), torch.no_grad():
        lstm = nn.LSTM(5, values["H"], values["L"], batch_first=True)
        _, (h_n, _) = lstm(torch.randn(values["B"], 1, 5))
    rows: Tensor = h_n.view(-1, values["H"])
    return rows


def _stacked(values: Values) -> Picture:
    B, L = values["B"], values["L"]  # noqa: N806
    rows = tuple(map(tuple, stacked(values).tolist()))
    names = tuple(f"layer {layer}, sample {sample}" for layer in range(L) for sample in range(B))
    units = tuple(f"unit {unit}" for unit in range(values["H"]))
    top = frozenset(range((L - 1) * B, L * B))
    note = "Framed: what h_n[-1] is, the top layer, a row for each sample."
    return Numbers((Grid(f"h_n.view(-1, {values['H']})", rows, names, units, note, top),))


def view_for_batch(values: Values) -> Verdict:
    """Whether h_n.view(-1, H) has a row for each sample."""
    B, rows = values["B"], len(stacked(values))  # noqa: N806
    if rows == B:
        return Verdict(f"{rows} rows for {B} samples", "True with **one** layer. Add a second one.", holds=True)
    return Verdict(
        f"{rows} rows for {B} samples",
        "The layers are stacked into the batch, (L·B, H) = ({L·B}, {H}): the loss then meets {L·B} predictions, or "
        "broadcasts them. `h_n[-1]` is ({B}, {H}) with any number of layers.",
    )


@dataclass(frozen=True, eq=False)
class _Trained:
    network: VolumeNetwork
    optimizer: optim.Adam
    losses: tuple[float, ...]


@lru_cache(maxsize=16)
@torch.enable_grad()
def trained(hundreds: int) -> _Trained:
    """The source's training: MSE, Adam with lr 0.001, all 200 rows at once; ``losses`` has that of every 100 epochs."""
    if hundreds == 0:
        with seeded(0):
            network = VolumeNetwork()
        return _Trained(network, optim.Adam(network.parameters(), lr=0.001), ())
    before = trained(hundreds - 1)
    network = copy.deepcopy(before.network)
    optimizer = optim.Adam(network.parameters(), lr=0.001)
    optimizer.load_state_dict(before.optimizer.state_dict())
    x, y = prepared(recipe({})).samples(prepared(recipe({})).parts["train"].starts)  # (200, 1, 5), (200, 1)
    loss_fn, losses = nn.MSELoss(), list(before.losses)
    for epoch in range(_EVERY):
        loss = loss_fn(network(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch == 0:
            losses.append(loss.item())
    return _Trained(network, optimizer, tuple(losses))


def _losses(values: Values) -> Picture:
    losses = trained(values["hundreds"]).losses
    epochs = tuple(float(_EVERY * place) for place in range(len(losses)))
    return Curves(
        "Loss, every 100 epochs", (Line("training", epochs, losses, "T", dots=True),), "epoch", "MSE", log=True
    )


def _losses_measured(values: Values) -> Measured:
    losses = trained(values["hundreds"]).losses
    count = _EVERY * values["hundreds"]
    return {"epochs": f"{count:,}", "first": losses[0], "last": losses[-1], "count": len(losses)}


@lru_cache(maxsize=16)
def series(hundreds: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Actual and predicted volume of all 253 rows, in real units."""
    found = prepared(recipe({}))
    network = trained(hundreds).network
    with torch.no_grad():
        predicted = network(torch.from_numpy(found.x))  # (253, 1)
    return tuple(found.inverse(found.y)[:, 0].tolist()), tuple(found.inverse(predicted)[:, 0].tolist())


def errors(hundreds: int) -> tuple[float, float]:
    """Mean absolute error on the test rows: of the network, and of always saying the mean of the training rows."""
    actual, predicted = series(hundreds)
    mean = sum(actual[:200]) / 200
    test = range(200, len(actual))
    own = sum(abs(actual[row] - predicted[row]) for row in test) / len(test)
    return own, sum(abs(actual[row] - mean) for row in test) / len(test)


def _plot(values: Values) -> Picture:
    actual, predicted = series(values["hundreds"])
    rows = tuple(float(row) for row in range(len(actual)))
    lines = (Line("actual", rows, _millions(actual), "B"), Line("predicted", rows, _millions(predicted), "O"))
    return Curves("Volume", lines, "row", "million shares", across=200, across_name="row 200: test")


def _millions(numbers: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(number / 1e6 for number in numbers)


def _plot_measured(values: Values) -> Measured:
    own, mean = errors(values["hundreds"])
    verdict = "better than" if own < 0.98 * mean else "no better than"
    return {
        "own": f"{own / 1e6:.2f}",
        "mean": f"{mean / 1e6:.2f}",
        "verdict": verdict,
        "epochs": f"{_EVERY * values['hundreds']:,}",
    }


def _training_query() -> dict[str, str]:
    preset = preset_named(_PRESET)
    return {**recipe({}).to_query(), **preset.spec.to_query(), "tnet": _PRESET, "data": "prepared"}


COFFEE = Lesson(
    key="coffee",
    title="A company’s volume",
    about="From a table of 253 days to a trained network, and the three traps on the way: a leak, T = 1, and a view.",
    source="“How to apply LSTM using PyTorch”, with the table of a made-up coffee company",
    steps=(
        Step(
            key="table",
            title="Five columns say the sixth",
            words="**{rows}** days, {columns} columns. {names} go in; volume comes out. Nothing is shuffled: the first "
            "{train} rows train, the last {test} test.",
            code="x, y = table.iloc[:, :5], table.iloc[:, 5:]  # {rows} − {test} = {train} rows train",
            picture=lambda values: DataWay(recipe(values)),
            sizes=(Knob("test", 53, 13, 103, "days for the test"),),
            measured=_counts,
            task=Task(
                "Let 180 days train.",
                lambda values: _counts(values)["train"] == 180,
                "{rows} − {test} = {train}: the split is a row number, not a lottery.",
                {"test": 73},
            ),
            behind=Behind("data", lambda values: recipe(values).to_query()),
        ),
        Step(
            key="leak",
            title="Fit the scalers on training rows only",
            words="Prices are scaled to mean 0 and deviation 1, the volume to (0, 1). The source fits both scalers on "
            "all 253 rows. Here are both fits side by side.",
            code="scaler = StandardScaler().fit(x[:{train}])  # not .fit(x)",
            picture=_fits,
            sizes=(Knob("test", 53, 13, 103, "days for the test"),),
            measured=_counts,
            claim=Claim(
                "It is the same whether a scaler is fitted on {train} rows or on all {rows}.",
                "StandardScaler().fit(x)",
                scaled_on_all,
                who="The source’s code supposes",
            ),
            behind=Behind("data", lambda values: recipe(values).to_query()),
        ),
        Step(
            key="reshape",
            title="(200, 5) → (200, 1, 5)",
            words="An LSTM wants (B, T, F). The source puts an axis of 1 between rows and features: {B} sequences of "
            "**{T}** step, {F} features a step. It runs, and that is all that it means.",
            code="x = x.reshape({B}, {T}, {F})  # rows, steps, features",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("B", 200, 1, 200), Knob("T", 1, 1, 8)),
            fixed={"F": 5, "H": 2},
            task=Task(
                "Make x (50, 4, 5): 200 days as 50 sequences of 4.",
                gives(spec, "x", (50, 4, 5)),
                "50 · 4 = 200 days, and now something can be carried over {T} of them.",
                {"B": 50, "T": 4},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="one-step",
            title="T = 1: nothing is carried from day to day",
            words="Each row of the map is a prediction, each column a day. With windows of {T}, the last prediction "
            "depends on **{days}**: on its own day and on {before} before it. With T = 1 the LSTM has no yesterday.",
            code="x = torch.from_numpy(rows).unfold(0, {T}, 1).transpose(1, 2)  # windows of {T}",
            picture=lambda values: Dependency(days_seen(values)),
            sizes=(Knob("T", 1, 1, 6),),
            measured=_days_measured,
            task=Task(
                "Let each prediction know four days.",
                lambda values: int(days_seen(values)[0].map.depends[-1].sum()) == 4,
                "Windows of {T}: today and the {before} days before.",
                {"T": 4},
            ),
            claim=Claim(
                "The LSTM remembers the days before.",
                "x.reshape({T·N}, 1, 5)",
                lambda values: Verdict(
                    f"one day in, {int(days_seen({'T': 1})[0].map.depends[-1].sum())} of {_CHUNK} days used",
                    "By gradients: a sequence of one step depends on that step alone. h and c begin at zero each time.",
                ),
                who="The source supposes",
            ),
            fixed={"N": 200},
            behind=Behind("pitfalls", lambda values: {"pitfall": "window-as-features"}),
        ),
        Step(
            key="network",
            title="The network: 5 → 2 → 128 → 1",
            words="h_n {h_n} is viewed as {last}; ReLU, `nn.Linear({H}, 128)` gives {wide}; ReLU, `nn.Linear(128, 1)` "
            "gives {prediction}. The picture has the layer and one Linear.",
            code="y = fc(widen(h_n.view(-1, {H}).relu()).relu())",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("H", 2, 1, 16), Knob("B", 200, 1, 200)),
            fixed={"T": 1, "F": 5},
            measured=_network_measured,
            task=Task(
                "Make h_n (1, 200, 8).",
                gives(spec, "h_n", (1, 200, 8)),
                "h_n {h_n}, viewed {last}: with one layer, the same numbers without the first axis.",
                {"H": 8},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="view",
            title="h_n.view(-1, H), with two layers",
            words="h_n is (L·D, B, H) = ({L·D}, {B}, {H}). The view lays layer under layer. Add a layer and count the "
            "rows.",
            code="h_n.view(-1, {H})  # ({L·B}, {H})",
            picture=_stacked,
            sizes=(Knob("L", 1, 1, 3), Knob("B", 4, 1, 6)),
            fixed={"H": 2, "D": 1},
            task=Task(
                "Get twelve rows out of four samples.",
                lambda values: values["B"] == 4 and len(stacked(values)) == 12,
                "Three layers: L·B = 3·4 = {L·B} rows, and nothing is raised.",
                {"L": 3},
            ),
            claim=Claim("h_n.view(-1, {H}) has a row for each sample.", "h_n.view(-1, {H}).shape", view_for_batch),
            behind=Behind("pitfalls", lambda values: {"pitfall": "h-n-layers-into-batch"}),
        ),
        Step(
            key="train",
            title="1,000 epochs",
            words="Mean squared error, Adam, learning rate 0.001, all 200 rows at once, the loss printed every 100 "
            "epochs. After {epochs}: from {first:.4f} to **{last:.4f}**. It is trained here, when you move the slider.",
            code="loss = loss_fn(model(x), y); optimizer.zero_grad(); loss.backward(); optimizer.step()",
            picture=_losses,
            sizes=(Knob("hundreds", 2, 1, 10, "hundreds of epochs"),),
            measured=_losses_measured,
            task=Task(
                "Train for the source’s 1,000 epochs.",
                lambda values: len(trained(values["hundreds"]).losses) == 10,
                "{count} losses were printed, the last one {last:.4f}.",
                {"hundreds": 10},
            ),
            behind=Behind("training", lambda values: _training_query()),
        ),
        Step(
            key="plot",
            title="Actual and predicted, in real units",
            words="`inverse_transform` brings predictions back to shares. Right of row 200 it never saw a day: its "
            "mean error there is {own} million, {verdict} saying the mean of the training rows ({mean} million).",
            code="predicted = scaler.inverse_transform(model(x).detach())  # after {epochs} epochs",
            picture=_plot,
            sizes=(Knob("hundreds", 10, 1, 10, "hundreds of epochs"),),
            measured=_plot_measured,
            behind=Behind("training", lambda values: _training_query()),
        ),
    ),
)
