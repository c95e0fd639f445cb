"""A week of prices, and the next character: four shapes in a row, and three corrections."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor, nn

from lstm_viz.lessons.pictures import Dependency, Grid, Numbers, Picture, Shapes, Windows
from lstm_viz.lessons.records import Behind, Claim, Knob, Lesson, Measured, Step, Task, Values, Verdict, choice
from lstm_viz.lessons.running import both_ways, caught, forward, gives, prepared, shape
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.random_state import seeded
from lstm_viz.spec import Head, NetworkSpec
from lstm_viz.training.presets import preset_named

_HEADS: tuple[Head, ...] = ("every_step", "last_step")
_CHARACTERS = "Next character"


def recipe(values: Values) -> Recipe:
    """Closing prices of one company: a week predicts the next price."""
    return Recipe(data="prices", window=values["T"], test=0.2)


def spec(values: Values) -> NetworkSpec:
    """The source's network for prices, with a prediction at every step or at the last."""
    return NetworkSpec(
        batch_size=values["B"],
        sequence_length=values["T"],
        hidden_size=values["H"],
        layers=values.get("L", 2),
        head=_HEADS[values.get("head", 0)],
        data="prices",
    )


def characters(values: Values) -> NetworkSpec:
    """The source's network for characters: C one-hot classes in, C scores out at every step."""
    return NetworkSpec(
        batch_size=values["B"],
        sequence_length=values["T"],
        input="one-hot",
        features=values["O"],
        hidden_size=values["H"],
        layers=2,
        head="every_step",
        outputs=values["O"],
        task="classification",
        data="random",
    )


def _pairs(values: Values) -> Measured:
    found = prepared(recipe(values))
    assert found.table is not None
    train = found.parts["train"]
    return {"rows": found.table.rows, "train": len(train.rows), "pairs": len(train), "company": found.table.columns[0]}


def _shapes(values: Values) -> Measured:
    trace = forward(spec(values)).trace
    return {record.name: tuple(record.shape) for record in trace}


def _character_shapes(values: Values) -> Measured:
    trace = forward(characters(values)).trace
    x = trace["x"]
    return {record.name: tuple(record.shape) for record in trace} | {
        "dtype": str(trace["target"].dtype).removeprefix("torch."),
        "x_dtype": str(x.dtype).removeprefix("torch."),
    }


def _loss(values: Values) -> Measured:
    loss = forward(characters(values)).trace["loss"].values
    assert loss is not None
    guess = float(torch.tensor(float(values["O"])).log())
    return {**_character_shapes(values), "loss": float(loss), "guess": guess}


def without_batch_first(values: Values) -> Verdict:
    """What nn.LSTM makes of (B, T, F) when nobody has said that the batch comes first."""
    B, T = values["B"], values["T"]  # noqa: N806
    wrong, _ = both_ways("batch-first-forgotten", values)
    with seeded(0), torch.no_grad():
        output, (h_n, _) = nn.LSTM(1, values["H"])(torch.randn(B, T, 1))
    others = int(wrong.map.unexpected.any(1).sum())
    return Verdict(
        f"no error; output {tuple(output.shape)}, h_n {tuple(h_n.shape)}",
        f"output has the expected shape, and h_n gives it away: its batch is {h_n.shape[1]}, the number of steps. "
        f"The layer read {B} steps of {T} samples; {others} of {len(wrong.map.outputs)} predictions "
        "depend on other samples.",
    )


def column_target(values: Values) -> Verdict:
    """What cross-entropy says of a target of (N, 1)."""
    rows, classes = values["B"] * values["T"], values["O"]
    with seeded(0):
        scores, target = torch.randn(rows, classes), torch.randint(0, classes, (rows, 1))
    said = caught(lambda: nn.CrossEntropyLoss()(scores, target))
    right = nn.CrossEntropyLoss()(scores, target.squeeze(1))
    return Verdict(
        said, f"A class number for each row is ({rows},): with `target.squeeze(1)` the loss is {right:.3f}.", True
    )


@lru_cache(maxsize=8)
def one_hot_rows(classes: int) -> Tensor:
    """The one-hot vectors of the first five classes: (5, C)."""
    return nn.functional.one_hot(torch.arange(5), classes).float()


def _one_hot(values: Values) -> Picture:
    classes = values["O"]
    shown = min(classes, 10)
    rows = tuple(map(tuple, one_hot_rows(classes)[:, :shown].tolist()))
    names = tuple(f"class {place}" for place in range(5))
    note = f"The first {shown} of {classes} columns. The target says the same as one whole number: 0, 1, 2, 3, 4."
    return Numbers((Grid("x[0, :5]", rows, names, tuple(map(str, range(shown))), note, digits=0),))


def one_hot_target(values: Values) -> Verdict:
    """What cross-entropy makes of one-hot targets of whole numbers."""
    classes = values["O"]
    scores, target = torch.zeros(5, classes), nn.functional.one_hot(torch.arange(5), classes)
    said = caught(lambda: nn.CrossEntropyLoss()(scores, target))
    return Verdict(said, "It wants the class number of each row, `target.argmax(-1)`, (5,), int64.", True)


def _characters_recipe() -> dict[str, str]:
    preset = preset_named(_CHARACTERS)
    return dict(preset.data.recipe.to_query())  # type: ignore[attr-defined]


def _both(values: Values) -> NetworkSpec:
    return characters(values) if values["task"] else spec(values)


def _training(name: str) -> dict[str, str]:
    preset = preset_named(name)
    assert preset.network is not None
    recipe = preset.data.recipe  # type: ignore[attr-defined]
    kind = {"from": "text"} if name == _CHARACTERS else {}
    return {**preset.network.to_query(), **kind, **recipe.to_query(), **preset.spec.to_query(), "data": "prepared"}


PRICES = Lesson(
    key="prices",
    title="Seven prices, and the next character",
    about="The way of the data in four shapes, for numbers and for classes, and what silently goes wrong.",
    source="“LSTMs in PyTorch”",
    steps=(
        Step(
            key="windows",
            title="Seven prices predict the eighth",
            words="{rows} weekly closing prices of {company}. Each window of {T} asks for the price after it: {train} "
            "training rows − {T} = **{pairs}** pairs. Slide the window along.",
            code="x, y = prices[i : i + {T}], prices[i + {T}]",
            picture=lambda values: Windows(recipe(values), values["pair"]),
            sizes=(Knob("T", 7, 2, 20), Knob("pair", 0, 0, 60, "the window’s place")),
            measured=_pairs,
            task=Task(
                "Let two weeks’ worth, 14 prices, predict the next.",
                lambda values: values["T"] == 14 and _pairs(values)["pairs"] == 70,
                "{train} − {T} = {pairs} pairs are left to learn from.",
                {"T": 14},
            ),
            behind=Behind("data", lambda values: recipe(values).to_query()),
        ),
        Step(
            key="input",
            title="First shape: (B, T, F)",
            words="x is {x}: {B} windows, {T} prices each, one number a step. F is 1, and the axis is there all the "
            "same: without it PyTorch reads something else.",
            code="x = torch.tensor(windows).unsqueeze(-1)  # ({B}, {T}, 1)",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("B", 4, 1, 16), Knob("T", 7, 1, 14)),
            fixed={"H": 100, "F": 1, "head": 1},
            measured=_shapes,
            task=Task(
                "Make x (16, 7, 1).",
                gives(spec, "x", (16, 7, 1)),
                "Only B has changed: {x}. The weights do not know how many windows there are.",
                {"B": 16},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="layer",
            title="Second shape: (B, T, H)",
            words="`nn.LSTM(1, {H}, {L})` gives output {output}: {H} numbers after each price, from the top layer. The "
            "states are {h_n}, a row for each of the {L} layers.",
            code="output, (h_n, c_n) = lstm(x)  # ({B}, {T}, {H})",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("H", 100, 1, 100), Knob("L", 2, 1, 4)),
            fixed={"B": 4, "T": 7, "head": 1},
            measured=_shapes,
            task=Task(
                "Make output (4, 7, 32) and h_n (3, 4, 32).",
                lambda values: shape(spec(values)) == (4, 7, 32) and shape(spec(values), "h_n") == (3, 4, 32),
                "H is in both. L is in h_n alone.",
                {"H": 32, "L": 3},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="rows",
            title="Third shape: (B·T, H)",
            words="`reshape(-1, {H})` lays the steps of all samples below one another: {B} · {T} = **{B·T}** rows, "
            "{steps}. Batch and time become one axis, sample by sample; no number moves.",
            code="steps = output.reshape(-1, {H})  # ({B·T}, {H})",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("B", 4, 1, 8), Knob("T", 7, 1, 14)),
            fixed={"H": 10, "head": 0},
            measured=_shapes,
            task=Task(
                "Make 21 rows.",
                lambda values: shape(spec(values), "steps")[0] == 21,
                "{B} · {T} = {B·T}: a 21 by itself could be 3·7 or 7·3; its name says B·T.",
                {"B": 3},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="linear",
            title="Fourth shape: (B·T, O)",
            words="`nn.Linear({H}, 1)` reads each row by itself: prediction {prediction}, one for each step of each "
            "window. It would have read output without the reshape as well: a Linear acts on the last axis.",
            code="prediction = fc(steps)  # ({B·T}, 1)",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("B", 4, 1, 8), Knob("H", 10, 1, 100)),
            fixed={"T": 7, "head": 0},
            measured=_shapes,
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="sliced",
            title="Beside it: output[:, -1]",
            words="For **one** answer per window, cut before the Linear. Now there are {prediction} predictions for "
            "{B} windows of {T}.",
            code="prediction = fc(output[:, -1])  # ({B}, 1)",
            picture=lambda values: Shapes(spec(values)),
            sizes=(choice("head", "What fc reads", "every step", "output[:, -1]"), Knob("B", 4, 1, 8)),
            fixed={"T": 7, "H": 10},
            measured=_shapes,
            task=Task(
                "One prediction for each of the 4 windows: make it (4, 1).",
                gives(spec, "prediction", (4, 1)),
                "Day 8 is asked for once a window, so the target is (4, 1) too.",
                {"head": 1},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="batch-first",
            title="Without batch_first, and no error",
            words="Each row is a prediction, each column a step of a sample; ✗ marks what it should not depend on. Say "
            "`batch_first=True` once, where the layer is made.",
            code="lstm = nn.LSTM({F}, {H}, batch_first=True)",
            picture=lambda values: Dependency(both_ways("batch-first-forgotten", values)),
            sizes=(Knob("B", 3, 2, 4), Knob("T", 5, 2, 6)),
            fixed={"F": 1, "H": 5},
            claim=Claim(
                "The data are batch first: ({B}, {T}, 1). The layer is nn.LSTM(1, {H}).",
                "output, (h_n, c_n) = nn.LSTM(1, {H})(x)",
                without_batch_first,
                who="The source’s words and its code say",
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "batch-first-forgotten"}),
        ),
        Step(
            key="one-hot",
            title="Classes go in one-hot, and come back as numbers",
            words="A character is one of {O} classes. x holds it as {O} numbers, all 0 but one, {x_dtype}: {x}. The "
            "target holds the place of that one, {dtype}: {target}.",
            code="x = one_hot(indices, {O}).float()  # ({B}, {T}, {O}); target = indices",
            picture=_one_hot,
            sizes=(Knob("O", 50, 5, 60, "classes"),),
            fixed={"B": 4, "T": 12, "H": 100},
            measured=_character_shapes,
            claim=Claim(
                "Targets are one-hot, as the inputs are.",
                "CrossEntropyLoss()(scores, one_hot(target))",
                one_hot_target,
                who="Many think",
            ),
            behind=Behind("data", lambda values: {"from": "text", **_characters_recipe()}),
        ),
        Step(
            key="scores",
            title="The next character: C scores at every step",
            words="The same four shapes, with C for F and for O: x {x}, output {output}, {B·T} rows, prediction "
            "{prediction}. Untrained, the loss is {loss:.2f}; guessing among {O} classes costs ln {O} = {guess:.2f}.",
            code="loss = nn.CrossEntropyLoss()(prediction, target)  # ({B·T}, {O}), ({B·T},)",
            picture=lambda values: Shapes(characters(values)),
            sizes=(Knob("B", 4, 1, 8), Knob("T", 12, 1, 16), Knob("O", 50, 5, 60, "classes")),
            fixed={"H": 100},
            measured=_loss,
            task=Task(
                "Make prediction (24, 50).",
                gives(characters, "prediction", (24, 50)),
                "B·T = {B·T} rows of {O} scores, and a target of {target}.",
                {"B": 2},
            ),
            behind=Behind("", lambda values: characters(values).to_query()),
        ),
        Step(
            key="target",
            title="The target is (N,), not (N, 1)",
            words="Cross-entropy wants a row of scores and **one** number for each row: ({B·T}, {O}) and ({B·T},). A "
            "column is refused.",
            code="loss = loss_fn(prediction, target)  # target ({B·T},), int64",
            picture=lambda values: Shapes(characters(values)),
            sizes=(Knob("B", 4, 1, 8), Knob("T", 12, 1, 16)),
            fixed={"O": 50, "H": 100},
            claim=Claim(
                "The target has the shape (minibatch, 1).", "CrossEntropyLoss()(prediction, target)", column_target
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "cross-entropy-target-column"}),
        ),
        Step(
            key="train",
            title="Train both",
            words="Prices hardly follow from prices: the page says whether the network beats the last value. The "
            "characters it soon knows by heart; let it write with a temperature.",
            code="prediction = model(x); loss = loss_fn(prediction, target)  # {way}",
            picture=lambda values: Shapes(_both(values)),
            sizes=(choice("task", "Train on", "prices", "characters"),),
            fixed={"B": 4, "T": 7, "H": 100, "O": 50, "head": 1},
            measured=lambda values: {"way": ("MSELoss", "CrossEntropyLoss")[values["task"]]},
            behind=Behind("training", lambda values: _training(("A week of prices", _CHARACTERS)[values["task"]])),
        ),
    ),
)
