"""Airline passengers: the questions of a long forum thread on input and output dimensions, each answered by a run."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from lstm_viz.lessons.depending import depends_on
from lstm_viz.lessons.pictures import DataWay, Dependency, Depending, Grid, Numbers, Picture, Shapes, Windows
from lstm_viz.lessons.records import Behind, Claim, Knob, Lesson, Measured, Step, Task, Values, Verdict, choice
from lstm_viz.lessons.running import both_ways, forward, gives, prepared, shape
from lstm_viz.preparation.recipe import Recipe
from lstm_viz.random_state import seeded
from lstm_viz.spec import Head, NetworkSpec

_HEADS: tuple[Head, ...] = ("last_step", "every_step", "flatten")


def spec(values: Values) -> NetworkSpec:
    """The thread's network at some sizes: a prediction from the last step."""
    return NetworkSpec(
        batch_size=values["B"], sequence_length=values["T"], features=values["F"], hidden_size=values["H"]
    )


def every_step(values: Values) -> NetworkSpec:
    """The same with a prediction for every step, as the thread first had it."""
    return NetworkSpec(
        batch_size=values["B"],
        sequence_length=values["T"],
        features=values["F"],
        hidden_size=values["H"],
        head="every_step_3d",
    )


def three_ways(values: Values) -> NetworkSpec:
    """The head that the reader has chosen."""
    return NetworkSpec(
        batch_size=values["B"], sequence_length=values["T"], hidden_size=values["H"], head=_HEADS[values["head"]]
    )


def last_hidden(values: Values) -> NetworkSpec:
    """Many-to-one by h_n[-1]."""
    return NetworkSpec(batch_size=values["B"], sequence_length=values["T"], hidden_size=values["H"], head="last_hidden")


def recipe(values: Values) -> Recipe:
    """Windows of T months, the last ``test`` months kept for testing."""
    return Recipe(window=values["T"], test=values.get("test", 12))


def counted(values: Values) -> Measured:
    """Rows, months and pairs, as the preparation has them."""
    found = prepared(recipe(values))
    assert found.table is not None
    rows = found.parts["train"].rows
    return {
        "rows": found.table.rows,
        "first": found.table.labels[0],
        "last": found.table.labels[-1],
        "train": len(rows),
        "pairs": len(found.parts["train"]),
        "lowest": f"{found.table.values[: len(rows), 0].min():g}",
        "highest": f"{found.table.values[: len(rows), 0].max():g}",
    }


def _pair(values: Values) -> Measured:
    found = prepared(recipe(values))
    x, y = found.train[0]
    return {**counted(values), "x": tuple(x.shape), "y": tuple(y.shape)}


def _of_shapes(values: Values) -> Measured:
    found = forward(spec(values)).trace
    return {"x": found["x"].shape, "output": found["output"].shape, "prediction": found["prediction"].shape}


def two_axes(values: Values) -> Verdict:
    """What PyTorch makes of x without a batch axis."""
    with seeded(0), torch.no_grad():
        output, (h_n, _) = nn.LSTM(1, values["H"])(torch.randn(values["T"], 1))
    return Verdict(
        f"output {tuple(output.shape)}, h_n {tuple(h_n.shape)}",
        "Two axes are **one** sequence of {T} steps, without a batch axis: h_n is one row of {H}. `view(1, {T}, 1)` "
        "says the same and names the batch.",
    )


def columns_of(values: Values) -> tuple[Tensor, Tensor]:
    """output[0] (T, H) and h_n[-1, 0] (H,) of the run."""
    trace = forward(every_step(values)).trace
    output, h_n = trace["output"].values, trace["h_n"].values
    assert output is not None
    assert h_n is not None
    return output[0], h_n[-1, 0]


def _columns(values: Values) -> Picture:
    output, _ = columns_of(values)
    return Numbers(
        (
            Grid(
                "output[0]",
                tuple(map(tuple, output.tolist())),
                rows=tuple(f"t = {step}" for step in range(len(output))),
                columns=tuple(f"unit {unit}" for unit in range(output.shape[1])),
                marked=frozenset({len(output) - 1}),
                note="Down: the steps. Across: the hidden units. The framed row is h_n[-1, 0], number for number.",
            ),
        )
    )


def _columns_measured(values: Values) -> Measured:
    output, last = columns_of(values)
    return {"gap": float((output[-1] - last).abs().max())}


def _flattened(values: Values) -> Measured:
    found = forward(three_ways(values)).trace
    read = {"last_step": "last", "every_step": "steps", "flatten": "flat"}[_HEADS[values["head"]]]
    prediction = found["prediction"].shape
    code = {"last": "output[:, -1]", "steps": f"output.view(-1, {values['H']})", "flat": "output.flatten(1)"}[read]
    return {
        "way": code,
        "read": found[read].shape,
        "inputs": found[read].shape[1],
        "prediction": prediction,
        "count": _predictions(prediction[0]),
    }


def rows_last(values: Values) -> tuple[Depending, Depending]:
    """view(-1, H) followed by out[-1], and output[:, -1], on the same weights and the same x."""
    B, T, H = values["B"], values["T"], values["H"]  # noqa: N806
    with seeded(0):
        lstm, fc, x = nn.LSTM(1, H, batch_first=True), nn.Linear(H, 1), torch.randn(B, T, 1)
    used = (lstm, fc)
    wrong = depends_on(lambda x: fc(lstm(x)[0].reshape(-1, H))[-1:], x, used)
    right = depends_on(lambda x: fc(lstm(x)[0][:, -1]), x, used)
    return (
        Depending("view(-1, H), then out[-1]", f"out = fc(output.view(-1, {H}))\ny = out[-1]", wrong, B == 1),
        Depending("output[:, -1]", "y = fc(output[:, -1])", right, True),
    )


def _rows_last_measured(values: Values) -> Measured:
    wrong, right = rows_last(values)
    mixed = int(wrong.map.unexpected.any())
    return {
        "answers": _predictions(len(wrong.map.outputs)),
        "wanted": _predictions(len(right.map.outputs)),
        "other": values["B"] - 1,
        "said": "Its one answer is that of the **last** sample, and stands where the first one's should be."
        if mixed
        else "With a batch of one, the last row is the right one: the two mistakes cancel.",
    }


def _predictions(count: int) -> str:
    return "1 prediction" if count == 1 else f"{count} predictions"


def _same(values: Values) -> Measured:
    fact = next(fact for fact in forward(last_hidden(values)).facts if "h_n[-1]" in fact.statement)
    return {"fact": fact.statement}


def shifted(values: Values) -> tuple[Tensor, Tensor, Tensor]:
    """x, and its T predictions: all steps at once (T,), and each from a sequence of its own that ends there (T,)."""
    T, H = values["T"], values["H"]  # noqa: N806
    with seeded(0), torch.no_grad():
        lstm, fc = nn.LSTM(1, H, batch_first=True), nn.Linear(H, 1)
        x = torch.arange(1.0, T + 1).view(1, T, 1)  # (B, T, F)
        at_once = fc(lstm(x)[0]).flatten()  # (T,)
        alone = torch.cat([fc(lstm(x[:, : step + 1])[0][:, -1]) for step in range(T)]).flatten()  # (T,)
    return x.flatten(), at_once, alone


def _many(values: Values) -> Picture:
    x, at_once, alone = shifted(values)
    rows = tuple(
        (float(number), float(number + 1), first, second)
        for number, first, second in zip(x, at_once.tolist(), alone.tolist(), strict=True)
    )
    note = "Untrained, so the predictions are far from their targets; what counts is that both columns are the same."
    return Numbers(
        (
            Grid(
                "many-to-many",
                rows,
                rows=tuple(f"x[:{step + 1}] → " for step in range(len(rows))),
                columns=("x[t]", "target", "all at once", "alone"),
                note=note,
            ),
        )
    )


def _many_measured(values: Values) -> Measured:
    x, at_once, alone = shifted(values)
    numbers = [int(number) for number in x]
    return {
        "gap": f"{float((at_once - alone).abs().max()):.0e}",
        "x": numbers,
        "target": [number + 1 for number in numbers],
    }


def _future(values: Values) -> Measured:
    wrong, right = both_ways("future-linear", values)
    return {"wrong": int(wrong.map.depends[0].sum()), "right": int(right.map.depends[0].sum())}


def _network(values: Values) -> Mapping[str, str]:
    return spec(values).to_query()


_T, _F, _H = 12, 1, 3

AIRLINE = Lesson(
    key="airline",
    title="Airline passengers",
    about="Seven questions on the dimensions of an LSTM, each answered by a run, and three traps behind them.",
    source="A long forum thread on input and output dimensions",
    steps=(
        Step(
            key="months",
            title="One number for each month",
            words="**{rows}** months, {first} to {last}, a number of passengers each. The last {test} months are kept "
            "for the test; the {train} before them train. They are scaled to (−1, 1) by the training months alone: "
            "{lowest} and {highest} are their least and greatest.",
            code="scaler = MinMaxScaler((-1, 1)).fit(train)  # {rows} − {test} = {train} months",
            picture=lambda values: DataWay(recipe(values)),
            sizes=(Knob("test", 12, 6, 48, "months for the test"),),
            fixed={"T": _T},
            measured=counted,
            behind=Behind("data", lambda values: recipe(values).to_query()),
        ),
        Step(
            key="label",
            title="Why is the label a single value?",
            words="A window of {T} months is x {x}; the month after it is y {y}. {train} months give {train} − {T} = "
            "**{pairs}** pairs. Each asks for one number, so its label is one number. Slide the window along.",
            code="x, y = data[i : i + {T}], data[i + {T}]",
            picture=lambda values: Windows(recipe(values), values["pair"]),
            sizes=(Knob("T", _T, 1, 24), Knob("pair", 0, 0, 107, "the window’s place")),
            measured=_pair,
            task=Task(
                "Set T so that {train} months give 126 pairs.",
                lambda values: counted(values)["pairs"] == 126,
                "{train} − {T} = {pairs}: the shorter the window, the more of them.",
                {"T": 6},
            ),
            behind=Behind("data", lambda values: recipe(values).to_query()),
        ),
        Step(
            key="batch-size",
            title="What is the batch size here?",
            words="One window goes in at a time, so it is **1**. `view(1, {T}, 1)` puts that axis in front: x ({B}, "
            "{T}, {F}) becomes output ({B}, {T}, {H}), a state of {H} numbers for each month. The thread begins with "
            "3 hidden units and later takes 100.",
            code="output, (h_n, c_n) = lstm(x.view({B}, {T}, {F}))",
            picture=lambda values: Shapes(every_step(values)),
            sizes=(Knob("H", _H, 1, 100),),
            fixed={"B": 1, "T": _T, "F": _F},
            task=Task(
                "Set H so that output is (1, 12, 100).",
                gives(every_step, "output", (1, 12, 100)),
                "The last axis of output is H, and only that has changed.",
                {"H": 100},
            ),
            claim=Claim(
                "x of ({T}, 1) is a batch of {T} with one number each.",
                "nn.LSTM(1, {H})(torch.randn({T}, 1))",
                two_axes,
                who="Many read it so",
            ),
            behind=Behind("", lambda values: every_step(values).to_query()),
        ),
        Step(
            key="two-sequences",
            title="Two sequences at a time",
            words="Stack windows in front: x is ({B}, {T}, {F}). Every tensor that has a B grows with it; the weights "
            "do not, and no sample hears of another.",
            code="x = torch.stack(windows[:{B}])  # ({B}, {T}, {F})",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("B", 1, 1, 8), Knob("T", _T, 1, 24)),
            fixed={"F": _F, "H": _H},
            measured=_of_shapes,
            task=Task(
                "Set the batch size so that output is (2, 12, 3).",
                gives(spec, "output", (2, 12, 3)),
                "x is {x}, output {output}, and there are two predictions: {prediction}.",
                {"B": 2},
            ),
            behind=Behind("", _network),
        ),
        Step(
            key="two-variables",
            title="Two variables at each step",
            words="A second number for each month makes F = 2: x is ({B}, {T}, {F}). Only x and the weights that read "
            "it change; output stays ({B}, {T}, {H}).",
            code="lstm = nn.LSTM(input_size={F}, hidden_size={H}, batch_first=True)",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("F", 1, 1, 3), Knob("B", 2, 1, 8)),
            fixed={"T": _T, "H": _H},
            measured=_of_shapes,
            task=Task(
                "Make x (2, 12, 2).",
                gives(spec, "x", (2, 12, 2)),
                "x is {x}, and output still {output}: features go in, hidden units come out.",
                {"F": 2, "B": 2},
            ),
            behind=Behind("", _network),
        ),
        Step(
            key="columns",
            title="What is each column of the output?",
            words="A hidden unit: column k is what unit k said after each month. They have no names and no order. The "
            "last row is the state at the end, h_n: greatest difference {gap:g}.",
            code="output[0]  # ({T}, {H})",
            picture=_columns,
            sizes=(Knob("H", _H, 1, 8), Knob("T", _T, 2, 16)),
            fixed={"B": 1, "F": _F},
            measured=_columns_measured,
            task=Task(
                "Give output five columns.",
                lambda values: columns_of(values)[0].shape[1] == 5,
                "H = {H} units, {H} columns.",
                {"H": 5},
            ),
            behind=Behind("cell", lambda values: every_step(values).to_query()),
        ),
        Step(
            key="flatten",
            title="How to flatten, and why 12 predictions came out",
            words="`view(-1, {H})` puts all steps below one another: fc then predicts at each of them. For one "
            "prediction per window read the last step, or lay all steps side by side. Now: `{way}` is {read}, and "
            "there are **{count}**, {prediction}.",
            code="fc = nn.Linear({inputs}, 1); prediction = fc({way})",
            picture=lambda values: Shapes(three_ways(values)),
            sizes=(
                choice("head", "What fc reads", "output[:, -1]", "output.view(-1, H)", "output.flatten(1)", start=1),
                Knob("B", 1, 1, 4),
            ),
            fixed={"T": _T, "F": _F, "H": _H},
            measured=_flattened,
            task=Task(
                "Which way gives one prediction a window from all 12 months’ states, with nn.Linear(36, 1)?",
                lambda values: shape(three_ways(values), "flat") == (values["B"], 36) if values["head"] == 2 else False,
                "{read}: T·H = 12·3 = {inputs} numbers of one window, one prediction.",
                {"head": 2},
            ),
            behind=Behind("", lambda values: three_ways(values).to_query()),
        ),
        Step(
            key="two-mistakes",
            title="Two mistakes that cancel, for a batch of one",
            words="`view(-1, {H})` mixes samples and steps in one axis; `out[-1]` then takes its last row. Wanted: "
            "{wanted}; what comes out: **{answers}**. {said}",
            code="y = fc(output.view(-1, {H}))[-1]",
            picture=lambda values: Dependency(rows_last(values)),
            sizes=(Knob("B", 1, 1, 4), Knob("T", 6, 2, 12)),
            fixed={"H": _H},
            measured=_rows_last_measured,
            task=Task(
                "Find a batch size at which the first way is wrong.",
                lambda values: bool(rows_last(values)[0].map.unexpected.any()),
                "From a batch of 2 on: the answer for sample 0 is read from sample {other}, and PyTorch says nothing.",
                {"B": 2},
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "view-rows-last"}),
        ),
        Step(
            key="many-to-one",
            title="The clean way: h_n[-1]",
            words="The state after the last step of the last layer is ({B}, {H}), whatever the layout, and there is no "
            "axis to get wrong. {fact}.",
            code="prediction = fc(h_n[-1])  # ({B}, {H}) → ({B}, 1)",
            picture=lambda values: Shapes(last_hidden(values)),
            sizes=(Knob("B", 2, 1, 8), Knob("T", _T, 1, 24), Knob("H", _H, 1, 16)),
            measured=_same,
            behind=Behind("", lambda values: last_hidden(values).to_query()),
        ),
        Step(
            key="many-to-many",
            title="Many-to-many: targets shifted by one",
            words="x = {x} asks for {target}: a target at every step. It is the same as {T} many-to-one pairs, the "
            "longest being all of x: fed alone, each gives the same prediction (greatest difference {gap}).",
            code="prediction = fc(output)  # (1, {T}, 1), target x shifted by one",
            picture=_many,
            sizes=(Knob("T", 4, 2, 10), Knob("H", _H, 1, 8)),
            measured=_many_measured,
            task=Task(
                "Make it seven pairs in one.",
                lambda values: len(shifted(values)[0]) == 7,
                "One pass over x = {x} trains {T} predictions.",
                {"T": 7},
            ),
            behind=Behind("data", lambda values: Recipe(window=values["T"], many_to_many=True).to_query()),
        ),
        Step(
            key="future",
            title="Linear(T·H, T) looks into the future",
            words="Flattening for {T} answers lets the first one see the last input: it depends on {wrong} of the {T} "
            "months. One `Linear({H}, 1)` at every step sees up to its own: {right}.",
            code="fc = nn.Linear({T·H}, {T})  # wrong: each answer reads every month",
            picture=lambda values: Dependency(both_ways("future-linear", values)),
            sizes=(Knob("T", 6, 2, 8), Knob("B", 2, 1, 3)),
            fixed={"F": 1, "H": 4},
            measured=_future,
            task=Task(
                "Set T so that the first answer depends on 4 months.",
                lambda values: _future(values)["wrong"] == 4,
                "All {T} of them, 3 in its future. Correctly it knows {right}.",
                {"T": 4},
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "future-linear"}),
        ),
        Step(
            key="several-features",
            title="Several features, one prediction",
            words="Passengers and the number of the month, 1 to 12, go in: x ({B}, {T}, {F}). Only passengers are "
            "predicted: prediction {prediction}. F belongs to x, O to the answer; they need not be equal.",
            code='x = table[["passengers", "month of the year"]]  # F = 2, O = 1',
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("F", 2, 1, 3), Knob("B", 4, 1, 8), Knob("H", _H, 1, 16)),
            fixed={"T": _T},
            measured=_of_shapes,
            behind=Behind(
                "training",
                lambda values: {
                    **Recipe(features=(0, 1)).to_query(),
                    "F": "2",
                    "H": str(values["H"]),
                    "data": "prepared",
                    "B": "32",
                },
            ),
        ),
    ),
)
