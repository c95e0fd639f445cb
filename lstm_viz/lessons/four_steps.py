"""The four steps inside an LSTM: forget, store, update, output; and its gates as valves from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable

from lstm_viz.lessons.pictures import CellStep, Curves, Grid, Line, Numbers, Picture
from lstm_viz.lessons.records import Behind, Claim, Knob, Lesson, Measured, Step, Task, Values, at_place
from lstm_viz.lessons.valve import by_hand, forget_everything, inside, lasts, memory, opening, rows_of_gates
from lstm_viz.spec import NetworkSpec

_GATES = "ifgo"
_LONGEST = 60


def network(values: Values) -> NetworkSpec:
    """A small LSTM on the airline passengers, one sample."""
    return NetworkSpec(batch_size=1, hidden_size=values["H"], seed=1)


def _cell(stage: int) -> Callable[[Values], Picture]:
    return lambda values: CellStep(network(values), values["t"], values["unit"], stage)


def _hidden(values: Values) -> bool:
    found = inside(network(values), values["t"], values["unit"])
    return found.c > 0.4 and abs(found.h) < 0.18


def _signed(number: float) -> str:
    return f"{number:+.3f}".replace("-", "−")


def _inside(values: Values) -> Measured:
    found = inside(network(values), values["t"], values["unit"])
    shown = {name: _signed(getattr(found, name)) for name in ("g", "before", "kept", "stored", "c", "h")}
    gates = {name: f"{getattr(found, name):.2f}" for name in ("f", "i", "o")}
    return {**shown, **gates, "share": f"{100 * found.f:.0f} %", "written": f"{100 * found.i:.0f} %"}


def _query(values: Values) -> dict[str, str]:
    return network(values).to_query() | at_place(step=values["t"], unit=values["unit"])


_TURN = Knob("turn", 18, 0, 32, "a, the pre-activation", part=0.5, zero=16)
_BIAS = Knob("bias", 2, 0, 16, "forget bias", part=0.5)


def _turned(values: Values) -> float:
    return _TURN.meaning(values)


def _valve(values: Values) -> Picture:
    x = tuple(step / 4 for step in range(-32, 33))
    return Curves(
        "A gate by its pre-activation",
        (Line("σ(a)", x, tuple(map(opening, x)), "F"),),
        "a, the weighted sum that the gate is given",
        "how far it is open",
        across=_turned(values),
        across_name=f"a = {_turned(values):g}",
    )


def _valve_measured(values: Values) -> Measured:
    found = opening(_turned(values))
    return {"a": f"{_turned(values):g}".replace("-", "−"), "open": f"{found:.3f}", "through": f"{10 * found:.2f}"}


def _hand(values: Values) -> Picture:
    found = by_hand(network(values))
    names = tuple(f"t = {step}" for step in range(len(found.ours)))
    units = tuple(f"unit {unit}" for unit in range(found.ours.shape[1]))
    ours, theirs = (tuple(map(tuple, each.tolist())) for each in (found.ours, found.torchs))
    return Numbers((Grid("h in four lines", ours, names, units), Grid("nn.LSTM", theirs, names, units)))


def _rows(values: Values) -> Picture:
    (_, features), weight = rows_of_gates(values["H"], values["F"])
    names = tuple(f"{gate}, unit {unit}" for gate in _GATES for unit in range(values["H"]))
    columns = tuple(f"x[{feature}]" for feature in range(features))
    return Numbers((Grid("weight_ih_l0", tuple(map(tuple, weight.tolist())), names, columns, digits=2),))


def _memory(values: Values) -> Picture:
    kept = memory(_BIAS.meaning(values), _LONGEST)
    steps = tuple(float(step) for step in range(_LONGEST))
    lines = (Line(f"forget bias {_BIAS.meaning(values):g}", steps, kept, "T"),)
    title = "What is left of a memory that was written at step 0"
    return Curves(title, lines, "step t", "c_t", across=50.0, across_name="50 steps later")


def share_after(values: Values) -> float:
    """What part of the memory is left 50 steps later."""
    kept = memory(_BIAS.meaning(values), _LONGEST)
    return kept[50] / kept[0]


def _memory_measured(values: Values) -> Measured:
    bias = _BIAS.meaning(values)
    return {
        "bias": f"{bias:g}",
        "f": f"{opening(bias):.3f}",
        "left": f"{100 * share_after(values):.1f} %",
        "half": f"{lasts(bias):.0f}" if lasts(bias) >= 2 else f"{lasts(bias):.1f}",
    }


def _place(unit: int) -> tuple[Knob, Knob]:
    return Knob("t", 4, 0, 11, "step t"), Knob("unit", unit, 0, 4, "hidden unit")


FOUR_STEPS = Lesson(
    key="four-steps",
    title="The four steps inside an LSTM",
    about="Forget, store, update, output, with the numbers of a real run; and why such a memory lasts.",
    source="Written for this program, along the second article",
    steps=(
        Step(
            key="two-states",
            title="Two things go from step to step",
            words="An LSTM hands on **h**, what it says, and **c**, what it remembers. Move t: c comes in above on "
            "the left and leaves on the right, hardly touched; everything below decides what is done to it.",
            code="h, c = lstm_cell(x[t], (h, c))",
            picture=_cell(0),
            sizes=(Knob("t", 4, 0, 11, "step t"), Knob("H", 5, 2, 6)),
            fixed={"unit": 0},
            behind=Behind("cell", _query),
        ),
        Step(
            key="valve",
            title="A gate is a valve from 0 to 1",
            words="σ squeezes any number into 0 … 1: shut, half open, open. A gate is multiplied with what should "
            "pass. At a = {a} it is **{open}** open: of 10, {through} come through.",
            code="gate = torch.sigmoid(a); through = gate * value",
            picture=_valve,
            sizes=(_TURN,),
            measured=_valve_measured,
            task=Task(
                "Shut it: let less than 0.5 of 10 through.",
                lambda values: opening(_turned(values)) < 0.05,
                "At a = {a}, {through} of 10. It never shuts altogether: σ reaches 0 nowhere.",
                {"turn": 10},
            ),
            behind=Behind("cell", lambda values: NetworkSpec(batch_size=1, hidden_size=5, seed=1).to_query()),
        ),
        Step(
            key="forget",
            title="1. Forget",
            words="f looks at x_t and the last h and says how much of each memory stays. Unit {unit} at t = {t}: f = "
            "{f}, so {share} of its memory {before} stays: {kept}.",
            code="f = torch.sigmoid(W_if @ x + W_hf @ h + b_f); kept = f * c",
            picture=_cell(1),
            sizes=_place(0),
            fixed={"H": 5},
            measured=_inside,
            task=Task(
                "Go to a step at which there is nothing to forget yet.",
                lambda values: inside(network(values), values["t"], values["unit"]).before == 0,
                "At t = 0 the memory is zeros: whatever f says, {kept} stays.",
                {"t": 0},
            ),
            claim=Claim(
                "A forget gate of 1 forgets everything.",
                "f = torch.sigmoid(torch.tensor(12.)); c = f * c",
                forget_everything,
                who="The name suggests",
            ),
            behind=Behind("cell", _query),
        ),
        Step(
            key="store",
            title="2. Choose what to store",
            words="g, by tanh from −1 to 1, is what could be written; i, a valve, how much of it is. Unit {unit} at t "
            "= {t}: i = {i} of g = {g} is {stored}.",
            code="i = torch.sigmoid(…); g = torch.tanh(…); stored = i * g",
            picture=_cell(2),
            sizes=_place(1),
            fixed={"H": 5},
            measured=_inside,
            task=Task(
                "Find a unit that writes a negative value.",
                lambda values: inside(network(values), values["t"], values["unit"]).stored < 0,
                "Unit {unit}: {stored}. The valve has no sign; the sign is that of g = {g}.",
                {"unit": 0},
            ),
            behind=Behind("cell", _query),
        ),
        Step(
            key="update",
            title="3. Update the memory",
            words="The new memory is what was kept and what is stored, added: {kept} and {stored} make **{c}**. An "
            "addition and no matrix: that is why a gradient comes back through c so far.",
            code="c = f * c + i * g",
            picture=_cell(3),
            sizes=_place(3),
            fixed={"H": 5},
            measured=_inside,
            behind=Behind("cell", _query),
        ),
        Step(
            key="output",
            title="4. Output",
            words="o decides how much of the memory is said: h = {o} · tanh({c}) = **{h}**. This h goes to `output`, "
            "and to the gates of the next step; c stays inside.",
            code="o = torch.sigmoid(…); h = o * torch.tanh(c)",
            picture=_cell(4),
            sizes=_place(0),
            fixed={"H": 5},
            measured=_inside,
            task=Task(
                "Find a memory above 0.4 of which less than 0.18 is said.",
                _hidden,
                "Memory {c}, said {h}: o is {o}. What is not said is not lost.",
                {"unit": 3},
            ),
            behind=Behind("cell", _query),
        ),
        Step(
            key="by-hand",
            title="Four lines are the whole LSTM",
            words="On the weights of a real `nn.LSTM`, the four lines give its h at each of the {T} steps and {H} "
            "units: greatest difference {gap}. There is nothing else inside.",
            code="c = f * c + i * g; h = o * c.tanh()",
            picture=_hand,
            sizes=(Knob("H", 3, 1, 6),),
            fixed={"T": 12},
            measured=lambda values: {"gap": f"{by_hand(network(values)).gap:.0e}"},
            behind=Behind("cell", lambda values: network(values).to_query()),
        ),
        Step(
            key="rows",
            title="Four gates in one matrix",
            words="PyTorch keeps the weights of all gates below one another, in the order **i, f, g, o**: "
            "weight_ih_l0 is ({4·H}, {F}) = (4·H, F). `chunk(4)` cuts the sum into the gates.",
            code="i, f, g, o = (W_ih @ x + W_hh @ h + b).chunk(4)",
            picture=_rows,
            sizes=(Knob("H", 3, 1, 6), Knob("F", 2, 1, 6)),
            task=Task(
                "Make weight_ih_l0 (20, 4).",
                lambda values: rows_of_gates(values["H"], values["F"])[0] == (20, 4),
                "4·{H} = {4·H} rows, a column for each of {F} features.",
                {"H": 5, "F": 4},
            ),
            behind=Behind("cell", lambda values: NetworkSpec(hidden_size=values["H"], features=values["F"]).to_query()),
        ),
        Step(
            key="lasts",
            title="Why it remembers",
            words="One unit, written once, then left alone: what stays is f · f · f … With forget bias {bias} the "
            "gate is σ({bias}) = {f}. Half is gone after {half} steps, and {left} is left 50 steps later.",
            code="lstm.bias_ih_l0[H : 2 * H] = {bias}  # the forget gate’s rows",
            picture=_memory,
            sizes=(_BIAS,),
            measured=_memory_measured,
            task=Task(
                "Keep more than half of it for 50 steps.",
                lambda values: share_after(values) > 0.5,
                "f = {f} keeps {left}: an open forget gate is a long memory.",
                {"bias": 10},
            ),
            behind=Behind("gradients", lambda values: {"gfb": f"{_BIAS.meaning(values):g}"} if values["bias"] else {}),
        ),
    ),
)
