"""One at a time, or all at once: what a loop over the steps must hand on, and how it is told when it does not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import torch
from torch import Tensor, nn

from lstm_viz.equalities import gaps
from lstm_viz.feeding import ExampleFive, Feeding, compare_feeding, example_five
from lstm_viz.lessons.depending import depends_on
from lstm_viz.lessons.pictures import Dependency, Depending, Grid, Numbers, Picture, Shapes
from lstm_viz.lessons.records import Behind, Claim, Knob, Lesson, Measured, Step, Task, Values, Verdict, choice
from lstm_viz.lessons.running import forward, gives
from lstm_viz.random_state import seeded
from lstm_viz.spec import NetworkSpec

_UNITS = ("unit 0", "unit 1", "unit 2")


@cache
def example() -> ExampleFive:
    """The source's own program, run once."""
    return example_five()


@lru_cache(maxsize=32)
def fed(steps: int) -> Feeding:
    """The source's layer with its own state, fed the first ``steps`` of a longer row of inputs, in three ways."""
    with seeded(2):
        torch.randn(400)  # past what the example drew
        more = torch.randn(16, 1, 4)
    x = torch.cat([example().x, more])[:steps]  # (T, B, F)
    return compare_feeding(example().lstm, x, example().state)


def words(values: Values) -> NetworkSpec:
    """A sentence as one sequence, time first."""
    return NetworkSpec(
        batch_size=values.get("B", 1),
        sequence_length=values["T"],
        features=values["F"],
        hidden_size=3,
        layers=values.get("L", 1),
        batch_first=bool(values.get("first", 0)),
        head="every_step_3d",
        data="random",
        seed=2,
    )


def _grid(title: str, values: Tensor, note: str = "", marked: Sequence[int] = (), good: bool = True) -> Grid:
    """(T, B, H) with B = 1 as a table of T rows."""
    rows = values.flatten(0, -2).tolist()
    names = tuple(f"t = {step}" for step in range(len(rows)))
    return Grid(title, tuple(map(tuple, rows)), names, _UNITS, note, frozenset(marked), good)


def _loop(values: Values) -> Picture:
    shown = example().one_by_one[: values["fed"]]
    note = "Every number as the source prints it." if example().reproduced else "This PyTorch draws other numbers."
    return Numbers((_grid("out, one step after the other", shown, note, [values["fed"] - 1]),))


def _loop_measured(values: Values) -> Measured:
    row = [round(number, 4) for number in example().one_by_one[values["fed"] - 1, 0].tolist()]
    return {"row": row, "inputs": "1 input" if values["fed"] == 1 else f"{values['fed']} inputs"}


def _at_once(values: Values) -> Picture:
    found = example()
    return Numbers(
        (
            _grid("output", found.at_once),
            _grid("one at a time, from before", found.one_by_one),
            Grid("c_n", tuple(map(tuple, found.c_n[0].tolist())), ("layer 0",), _UNITS),
        )
    )


def _at_once_measured(values: Values) -> Measured:
    found = example()
    return {"gap": float(gaps(found.at_once, found.one_by_one).max()), "c_n": tuple(found.c_n.shape)}


def reasons(values: Values) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """The greatest difference of each step between the loop and all at once, by which state all at once begins with."""
    found = example()
    if values["start"] == 0:
        apart = gaps(found.one_by_one, found.at_once).amax((1, 2))  # (T,)
        return tuple(apart.tolist()), ("from a fresh state",)
    return found.feeding.same_state.differences, ("from the loop’s own state",)


def _reasons(values: Values) -> Picture:
    apart, names = reasons(values)
    rows = tuple((gap,) for gap in apart)
    same = [step for step, gap in enumerate(apart) if gap < 1e-6]
    steps = tuple(f"t = {step}" for step in range(len(rows)))
    title = "how far the loop is from all at once"
    return Numbers((Grid(title, rows, steps, names, "0 is the same.", frozenset(same), digits=6),))


def _reasons_measured(values: Values) -> Measured:
    apart, _ = reasons(values)
    if values["start"] == 0:
        return {"said": f"every step differs, by up to {max(apart):.2f}"}
    return {"said": f"step 0 is the same now, and the others still differ by up to {max(apart):.2f}"}


def another_state(values: Values) -> Verdict:
    """Whether the initial state explains the difference."""
    same = example().feeding.same_state
    steps = ", ".join(f"{gap:.4f}" for gap in same.differences)
    return Verdict(
        f"the same h_0 and c_0 for both; difference at t = 0 … 4: {steps}",
        "From the very same state, only t = 0 agrees. The loop never hands the new state on: each step begins again.",
        holds=same.agrees,
    )


def handed(values: Values) -> Tensor:
    """The loop's output (T, 1, 3), with the state handed on or not."""
    found = fed(values["T"])
    way = found.carried if values["carry"] else found.same_state
    return way.output.transpose(0, 1)


def _handed(values: Values) -> Picture:
    found = fed(values["T"])
    way = found.carried if values["carry"] else found.same_state
    agreeing = [step for step, gap in enumerate(way.differences) if gap <= way.rounding]
    return Numbers(
        (
            _grid("the loop", handed(values), "Framed: the same as all at once.", agreeing),
            _grid("all at once", found.at_once.output.transpose(0, 1)),
        )
    )


def agrees(values: Values) -> bool:
    """Whether the loop gives what all at once gives, to 1e-6 at every step."""
    return float(gaps(handed(values), fed(values["T"]).at_once.output.transpose(0, 1)).max()) < 1e-6


def _handed_measured(values: Values) -> Measured:
    gap = float(gaps(handed(values), fed(values["T"]).at_once.output.transpose(0, 1)).max())
    return {
        "line": "out, state = lstm(x_t, state)" if values["carry"] else "out, _ = lstm(x_t, state)",
        "gap": f"{gap:.1e}" if gap < 1e-4 else f"{gap:.4f}",
    }


def forgotten(values: Values) -> tuple[Depending, Depending]:
    """Which step of the output depends on which input, without and with the state handed on."""
    T = values["T"]  # noqa: N806
    with seeded(2):
        lstm, x = nn.LSTM(4, 3, batch_first=True), torch.randn(1, T, 4)

    def loop(x: Tensor, carry: bool) -> Tensor:
        outputs, state = [], None
        for x_t in torch.split(x, 1, dim=1):
            out, new = lstm(x_t, state)
            state = new if carry else None
            outputs.append(out)
        return torch.cat(outputs, dim=1)

    return (
        Depending(
            "not handed on", "out, _ = lstm(x_t, state)", depends_on(lambda x: loop(x, False), x, (lstm,)), False
        ),
        Depending("handed on", "out, state = lstm(x_t, state)", depends_on(lambda x: loop(x, True), x, (lstm,)), True),
    )


def _forgotten_measured(values: Values) -> Measured:
    without, with_it = forgotten(values)
    return {"without": int(without.map.depends[-1].sum()), "with": int(with_it.map.depends[-1].sum())}


def _states(values: Values) -> Measured:
    trace = forward(words(values)).trace
    return {"h_n": trace["h_n"].shape, "c_n": trace["c_n"].shape, "output": trace["output"].shape}


def _query(values: Values) -> dict[str, str]:
    return words(values).to_query()


ONE_BY_ONE = Lesson(
    key="one-by-one",
    title="One at a time, or all at once",
    about="Feed a sequence step by step or whole: when both give the same, and what a loop must never drop.",
    source="“LSTM Structure”, a thread on feeding an LSTM",
    steps=(
        Step(
            key="sentence",
            title="A sentence of 4 words",
            words="One sentence, {T} words, {F} numbers for each: x is ({T}, 1, {F}). Out come {T} states of 3 units, "
            "{output}, and the last h and c: h_n {h_n}, c_n {c_n}, for one layer and one sentence.",
            code="output, (h_n, c_n) = nn.LSTM({F}, 3)(x)",
            picture=lambda values: Shapes(words(values)),
            sizes=(Knob("T", 4, 1, 12), Knob("F", 4, 1, 8)),
            fixed={"B": 1},
            measured=_states,
            task=Task(
                "Add a word: make output (5, 1, 3).",
                gives(words, "output", (5, 1, 3)),
                "h_n is still {h_n}: a longer sentence makes no larger state.",
                {"T": 5},
            ),
            behind=Behind("", _query),
        ),
        Step(
            key="time-first",
            title="Here time comes first",
            words="`nn.LSTM` by itself reads (T, B, F): the first axis is time. With `batch_first=True` it reads (B, "
            "T, F). x and output turn; h_n and c_n never do.",
            code="nn.LSTM({F}, 3, batch_first={which})",
            picture=lambda values: Shapes(words(values)),
            sizes=(choice("first", "batch_first", "False", "True"), Knob("B", 1, 1, 4)),
            fixed={"T": 5, "F": 4},
            measured=lambda values: {**_states(values), "which": bool(values["first"])},
            task=Task(
                "Make x (2, 5, 4).",
                gives(words, "x", (2, 5, 4)),
                "output is {output}, and h_n stays {h_n}: layers first, whatever the layout.",
                {"first": 1, "B": 2},
            ),
            behind=Behind("", _query),
        ),
        Step(
            key="loop",
            title="One at a time",
            words="Seed 2, `nn.LSTM(4, 3)`, five inputs, one h_0 and one c_0. The source’s loop gives every input to "
            "the layer with the same (h_0, c_0). After {inputs}: {row}.",
            code="for x_t in inputs: out, _ = lstm(x_t.view(1, 1, -1), (h_0, c_0))",
            picture=_loop,
            sizes=(Knob("fed", 1, 1, 5, "inputs fed"),),
            measured=_loop_measured,
            task=Task(
                "Feed until the row −0.3328, 0.0437, 0.3817 comes out.",
                lambda values: _loop_measured(values)["row"] == [-0.3328, 0.0437, 0.3817],
                "The fifth input. PyTorch draws the source’s numbers again, digit for digit.",
                {"fed": 5},
            ),
            behind=Behind("cell", lambda values: words({"T": 5, "F": 4}).to_query()),
        ),
        Step(
            key="at-once",
            title="All at once",
            words="Then `torch.cat` makes them one sequence, (5, 1, 4), with a fresh random state. The same layer, "
            "the same inputs, and other numbers: they differ by up to {gap:.2f}. c_n is {c_n}.",
            code="output, (h_n, c_n) = lstm(torch.cat(inputs).view(5, 1, 4), fresh_state)",
            picture=_at_once,
            measured=_at_once_measured,
            behind=Behind("cell", lambda values: words({"T": 5, "F": 4}).to_query()),
        ),
        Step(
            key="reason",
            title="Why do they differ?",
            words="The source blames the other initial state. Start all at once from the loop’s own state and look: "
            "{said}.",
            code="output, _ = lstm(x, {state})",
            picture=_reasons,
            sizes=(choice("start", "All at once begins with", "a fresh state", "the loop’s own state"),),
            measured=lambda values: {
                **_reasons_measured(values),
                "state": "(h_0, c_0)" if values["start"] else "fresh_state",
            },
            task=Task(
                "Take the initial state away as a reason.",
                lambda values: values["start"] == 1 and reasons(values)[0][0] < 1e-6,
                "Both begin alike, and part at t = 1: there must be another reason.",
                {"start": 1},
            ),
            claim=Claim(
                "The outputs differ because the initial states are different random numbers.",
                "lstm(x, (h_0, c_0))  # the very state of the loop",
                another_state,
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "state-not-handed-on"}),
        ),
        Step(
            key="hand-on",
            title="Hand the state on",
            words="The loop drops what the layer returns. Take it and give it to the next step, and both ways agree. "
            "Greatest difference now: **{gap}**.",
            code="{line}",
            picture=_handed,
            sizes=(choice("carry", "The loop", "out, _ = …", "out, state = …"), Knob("T", 5, 1, 16)),
            measured=_handed_measured,
            task=Task(
                "Make the loop agree with all at once.",
                lambda values: agrees(values) and values["T"] > 1,
                "To 1e-6 at each of the {T} steps: that is all that `lstm(x)` does inside.",
                {"carry": 1},
            ),
            behind=Behind("cell", lambda values: words({"T": values["T"], "F": 4}).to_query()),
        ),
        Step(
            key="forgets",
            title="What such a loop forgets",
            words="By gradients: without the state, the last output depends on **{without}** of the {T} inputs; with "
            "it, on **{with}**. Nothing raises, and the network still learns something: that is why it is not seen.",
            code="torch.autograd.grad(output[-1].sum(), x)",
            picture=lambda values: Dependency(forgotten(values)),
            sizes=(Knob("T", 5, 1, 12),),
            measured=_forgotten_measured,
            task=Task(
                "At which length does the mistake do no harm?",
                lambda values: values["T"] == 1,
                "One step has nothing before it: 1 of 1 either way.",
                {"T": 1},
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "state-not-handed-on", "sizes": f"T-{values['T']}"}),
        ),
        Step(
            key="states",
            title="What h_n and c_n hold",
            words="A row for each layer: h_n {h_n}, c_n {c_n}. To go on with a sequence later, keep both and hand "
            "them in again; to begin a new one, hand in nothing, which means zeros.",
            code="output, state = lstm(x); more, state = lstm(x_next, state)",
            picture=lambda values: Shapes(words(values), unrolled=True),
            sizes=(Knob("L", 1, 1, 3), Knob("T", 5, 1, 8)),
            fixed={"F": 4, "B": 1},
            measured=_states,
            task=Task(
                "Make h_n (2, 1, 3).",
                gives(words, "h_n", (2, 1, 3)),
                "Two layers, two rows; output has the upper layer’s alone, {output}.",
                {"L": 2},
            ),
            behind=Behind("", _query),
        ),
    ),
)
