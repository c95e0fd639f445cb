"""Why recurrent at all: order, any length, weights shared over time; unrolling, its gradients, and what vanishes."""

from __future__ import annotations

from lstm_viz.gradients.networks import CELLS, flow_of
from lstm_viz.gradients.spec import GradientSpec
from lstm_viz.gradients.words import number
from lstm_viz.lessons.pictures import CellStep, Curves, Grid, Line, Numbers, Picture, Shapes
from lstm_viz.lessons.plain import (
    MADE_FOR,
    WORDS,
    by_position,
    clipping,
    counts,
    held_after,
    losses,
    made_for_four,
    packed,
    readings,
    sentence,
    shares,
    too_long,
)
from lstm_viz.lessons.records import Behind, Claim, Knob, Lesson, Measured, Step, Task, Values, at_place, choice
from lstm_viz.lessons.running import shape, unrolled
from lstm_viz.spec import NetworkSpec

_COLOURS = {"rnn": "O", "gru": "F", "lstm": "T"}
_SCALE = Knob("scale", 10, 5, 40, "W_hh is multiplied by", part=0.1)
_CLIP = Knob("clip", 10, 1, 40, "the largest norm", part=0.1)
_NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}


def network(values: Values) -> NetworkSpec:
    """A plain RNN on random numbers."""
    return NetworkSpec(
        cell="rnn",
        batch_size=values.get("B", 1),
        sequence_length=values["T"],
        features=values.get("F", 4),
        hidden_size=values["H"],
        head="every_step_3d",
        data="random",
    )


def through_time(values: Values) -> GradientSpec:
    """The networks of the Gradients page at some length and scale of W_hh."""
    scale = _SCALE.meaning(values) if "scale" in values else 1.0
    return GradientSpec(steps=values["T"], hidden_size=16, weight_scale=scale, forget_bias=float(values.get("bias", 0)))


def _order(values: Values) -> Picture:
    found = readings(values["reader"])
    grids = [
        Grid(
            " ".join(sentence(swapped)),
            held,
            sentence(swapped),
            tuple(f"{('mean', 'h')[values['reader']]}[{unit}]" for unit in range(len(held[0]))),
            f"prediction {found[swapped]:+.6f}".replace("-", "−"),
            frozenset({len(held) - 1}),
            digits=3,
        )
        for swapped in (False, True)
        for held in (held_after(values["reader"], swapped),)
    ]
    return Numbers(tuple(grids))


def _order_measured(values: Values) -> Measured:
    first, second = readings(values["reader"])
    gap = abs(first - second)
    return {
        "gap": "0" if gap < 1e-6 else f"{gap:.4f}",
        "line": ("fc(embedded.mean(1))", "fc(rnn(embedded)[0][:, -1])")[values["reader"]],
    }


def _words(values: Values) -> Picture:
    T, F = values["T"], values["F"]  # noqa: N806
    weight = made_for_four()  # (1, 4·F)
    rows = tuple(tuple(weight[step * F : (step + 1) * F]) for step in range(MADE_FOR))
    names = tuple(f"word {step}" for step in range(MADE_FOR))
    missing = T - MADE_FOR
    note = (
        f"Words {MADE_FOR} to {T - 1} find no weights."
        if missing > 1
        else f"Word {MADE_FOR} finds no weights."
        if missing == 1
        else f"{-missing} of these rows would get no word."
        if missing
        else "Each word meets its own row."
    )
    columns = tuple(f"x[{feature}]" for feature in range(F))
    marked = frozenset(range(T, MADE_FOR))
    return Numbers((Grid("the Linear’s weights, a row for each place", rows, names, columns, note, marked, False, 3),))


def _lengths(values: Values) -> Picture:
    steps = tuple(range(1, 41))
    plain = tuple(float(counts(T)[0]) for T in steps)
    recurrent = tuple(float(counts(T)[1]) for T in steps)
    return Curves(
        "Parameters by the length of the sequence",
        (Line("Linear(T·F, H)", steps, plain, "O"), Line("RNN(F, H)", steps, recurrent, "T")),
        "T, steps of the sequence",
        "parameters",
        across=float(values["T"]),
        across_name=f"T = {values['T']}",
    )


def _places(values: Values) -> Picture:
    plain, recurrent = by_position(values["place"])
    names = tuple(f"place {place}" for place in range(len(plain)))
    note = "What was learnt of the word there stays there."
    return Numbers(
        (
            Grid("|gradient| of the Linear’s weights", tuple((n,) for n in plain), names, ("for this place",), note),
            Grid("|gradient| of weight_ih_l0", ((recurrent,),), ("every place",), ("the one matrix",)),
        )
    )


def _step_measured(values: Values) -> Measured:
    found = unrolled(network(values)).at(0)
    t = values["t"]
    return {
        "t": t,
        "h": f"{float(found.h[0, t, 0]):+.4f}".replace("-", "−"),
        "before": f"{float(found.h_before[0, t, 0]):+.4f}".replace("-", "−"),
    }


def _losses(values: Values) -> Picture:
    each = losses(values["T"])
    steps = tuple(f"t = {step}" for step in range(len(each)))
    return Numbers(
        (
            Grid("loss of each step", tuple((loss,) for loss in each), steps, ("(prediction − target)²",)),
            Grid("together", ((sum(each),), (sum(each) / len(each),)), ("sum", "mean"), ("loss",)),
        )
    )


def _losses_measured(values: Values) -> Measured:
    each = losses(values["T"])
    return {"sum": sum(each), "mean": sum(each) / len(each), "last": f"t = {len(each) - 1}"}


def _shares(values: Values) -> Picture:
    found = shares(values["T"])
    steps = tuple(float(step) for step in range(len(found.norms)))
    return Curves(
        "The share of each step in the gradient of W_hh",
        (Line("|share of step t|", steps, found.norms, "H", dots=True),),
        "step t at which W_hh was used",
        "length of its share in W_hh.grad",
    )


def _flow(values: Values, cells: tuple[str, ...]) -> Picture:
    spec = through_time(values)
    steps = tuple(float(step) for step in range(spec.steps))
    lines = tuple(Line(_NAMES[cell], steps, flow_of(spec, cell).h, _COLOURS[cell]) for cell in CELLS if cell in cells)
    return Curves("How much of the loss reaches the state of each step", lines, "step t", "|∂loss/∂h_t|", log=True)


def _flow_measured(values: Values) -> Measured:
    spec = through_time(values)
    found = {cell: flow_of(spec, cell) for cell in ("rnn", "lstm")}
    return {
        "factor": f"{found['rnn'].factor:.2f}",
        "lstm": f"{found['lstm'].factor:.2f}",
        "first": number(found["rnn"].h[0]),
        "end": number(found["rnn"].h[-1]),
        "ends": spec.steps - 1,
        "scale": f"{spec.weight_scale:g}",
    }


def _clip(values: Values) -> Picture:
    before, after, same = clipping(_CLIP.meaning(values))
    rows = ((before,), (after,), (same,))
    names = ("norm before", "norm after", "cosine of both")
    note = "A cosine of 1: it points where it pointed, and is only shorter."
    return Numbers((Grid("all gradients as one long arrow", rows, names, ("",), note),))


def _clip_measured(values: Values) -> Measured:
    before, after, _ = clipping(_CLIP.meaning(values))
    said = "It was cut." if after < before * 0.999 else "It was short enough, and stays."
    return {"limit": f"{_CLIP.meaning(values):g}", "before": f"{before:.2f}", "after": f"{after:.2f}", "said": said}


def _packed(values: Values) -> Picture:
    found = packed(values["short"])
    names = tuple(f"t = {step}" for step in range(len(found.output)))
    note = "Steps past the end are zeros that pad_packed_sequence puts there; no step was read for them."
    marked = frozenset(range(values["short"]))
    return Numbers(
        (Grid("output[1], the shorter sentence", found.output, names, ("unit 0", "unit 1", "unit 2"), note, marked),)
    )


def _packed_measured(values: Values) -> Measured:
    found = packed(values["short"])
    return {"steps": found.steps, "gap": f"{found.gap:.0e}" if found.gap else "0", "padded": found.padded}


def _gradients(values: Values) -> dict[str, str]:
    return through_time(values).to_query()


WHY_RECURRENT = Lesson(
    key="why-recurrent",
    title="Why recurrent at all",
    about="What a plain network cannot read, what one step of an RNN does, and what its gradients do over time.",
    source="Written for this program, along the second article",
    steps=(
        Step(
            key="fixed-length",
            title="A plain network has one length",
            words="A Linear over a whole sentence has weights for each place: made for 4 words of {F} numbers it takes "
            "{4·F}. Give it another number of words and it cannot even begin.",
            code="nn.Linear({4·F}, 1)(sentence.flatten(1))  # sentence (1, {T}, {F})",
            picture=_words,
            sizes=(Knob("T", 5, 1, 8),),
            fixed={"F": 4},
            claim=Claim(
                "A plain network can read a sentence of {T} words.",
                "nn.Linear({4·F}, 1)(torch.randn(1, {T}, {F}).flatten(1))",
                too_long,
                who="Suppose",
            ),
            task=Task(
                "Find the one length that it can read.",
                lambda values: values["T"] == MADE_FOR,
                "{T} words, {T·F} numbers: the length that it was made for, and no other.",
                {"T": 4},
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "linear-in-features"}),
        ),
        Step(
            key="order",
            title="Order matters",
            words="“I am Ahmad, not Hassan” and its swap hold the same words. The mean of their vectors is the same, "
            "so a network on it cannot tell who speaks. A recurrent one reads word after word. Difference now: "
            "**{gap}**.",
            code="prediction = {line}",
            picture=_order,
            sizes=(choice("reader", "Who reads", "the mean of the words", "an RNN, word after word"),),
            measured=_order_measured,
            task=Task(
                "Choose the reader that knows Ahmad from Hassan.",
                lambda values: abs(readings(values["reader"])[0] - readings(values["reader"])[1]) > 1e-4,
                "They differ by {gap}: what came before changes what the next word does.",
                {"reader": 1},
            ),
            behind=Behind("", lambda values: network({"T": len(WORDS), "H": 3}).to_query()),
        ),
        Step(
            key="any-length",
            title="Any length, the same weights",
            words="The plain network needs new weights for each further step: {plain} for T = {T}. The RNN uses its "
            "{rnn} at every step, however many there are.",
            code="nn.RNN(4, 3)  # its weights do not know T",
            picture=_lengths,
            sizes=(Knob("T", 4, 1, 40),),
            measured=lambda values: {"plain": f"{counts(values['T'])[0]:,}", "rnn": counts(values["T"])[1]},
            task=Task(
                "From which length on does the plain one need more weights than the RNN?",
                lambda values: values["T"] == next(T for T in range(1, 41) if counts(T)[0] > counts(T)[1]),
                "{plain} against {rnn}; one step fewer, and it is not so.",
                {"T": next(T for T in range(1, 41) if counts(T)[0] > counts(T)[1])},
            ),
            behind=Behind("", lambda values: network({"T": values["T"], "H": 3}).to_query()),
        ),
        Step(
            key="shared",
            title="Weights shared over time",
            words="A sentence has one word, at place {place}. In the plain network only the weights of that place get "
            "a gradient: at another place the word is new. The RNN’s one matrix learns it wherever it stands.",
            code="loss.backward(); weight.grad",
            picture=_places,
            sizes=(Knob("place", 1, 0, 3, "the word’s place"),),
            task=Task(
                "Let the weights of the last place learn.",
                lambda values: values["place"] == 3,
                "The other three know nothing of it; weight_ih_l0 learns as before.",
                {"place": 3},
            ),
            behind=Behind("cell", lambda values: network({"T": 4, "H": 3}).to_query()),
        ),
        Step(
            key="step",
            title="One step of an RNN",
            words="hₜ = tanh(W_hh hₜ₋₁ + W_xh xₜ): the new state is made of the old one and of what comes in. "
            "Unit 0 at t = {t}: from {before} to {h}.",
            code="h = torch.tanh(W_hh @ h + W_xh @ x[t] + b)",
            picture=lambda values: CellStep(network(values), values["t"]),
            sizes=(Knob("t", 1, 0, 5, "step t"), Knob("H", 3, 1, 6)),
            fixed={"T": 6, "F": 4},
            measured=_step_measured,
            task=Task(
                "Go to the step that begins with zeros.",
                lambda values: values["t"] == 0,
                "t = 0: nothing has been read, so h before it is {before}.",
                {"t": 0},
            ),
            behind=Behind("cell", lambda values: network(values).to_query() | at_place(step=values["t"])),
        ),
        Step(
            key="unrolled",
            title="Unrolled over time",
            words="Written out, the loop is a network as deep as the sequence is long: {T} cells in a row. They are "
            "one and the same cell, with the same weights; only h differs.",
            code="for t in range({T}): h = cell(x[:, t], h)",
            picture=lambda values: Shapes(network(values), unrolled=True),
            sizes=(Knob("T", 5, 1, 10), Knob("H", 3, 1, 6)),
            task=Task(
                "Unroll it over eight steps.",
                lambda values: shape(network(values))[1] == 8,
                "Eight cells, and not one weight more.",
                {"T": 8},
            ),
            behind=Behind("", lambda values: network(values).to_query()),
        ),
        Step(
            key="loss",
            title="A loss at each step, and their sum",
            words="Every step predicts, so every step has a loss. Training makes one number of them: the sum, "
            "{sum:.4f}, or the mean, {mean:.4f}, which is what `nn.MSELoss()` gives. It is the sum divided by T.",
            code="loss = ((prediction - target) ** 2).sum()  # reduction='sum'",
            picture=_losses,
            sizes=(Knob("T", 5, 1, 10),),
            measured=_losses_measured,
            behind=Behind("training", lambda values: {"dmm": "1", "data": "prepared", "head": "every_step_3d"}),
        ),
        Step(
            key="backwards",
            title="Backpropagation through time",
            words="W_hh was used at every step, so its gradient is a sum with a share for every step. Added up here, "
            "the {T} shares differ from PyTorch’s own `grad` by {gap}. The later steps, near the loss, have the most "
            "to say.",
            code="loss_at_the_end.backward(); rnn.weight_hh_l0.grad",
            picture=_shares,
            sizes=(Knob("T", 8, 3, 20),),
            measured=lambda values: {"gap": f"{shares(values['T']).gap:.0e}"},
            behind=Behind("gradients", _gradients),
        ),
        Step(
            key="vanishes",
            title="What vanishes",
            words="Each step back multiplies by W_hh and by tanh’s slope. Here that makes ×{factor} a step: {end} at "
            "the end, {first} at step 0. What happened first is no longer learnt. The LSTM, as it starts, has "
            "×{lstm}; how much its memory keeps is up to its forget gate.",
            code="torch.autograd.grad(loss, h[0])",
            picture=lambda values: _flow(values, ("rnn", "lstm")),
            sizes=(Knob("T", 40, 5, 80), Knob("bias", 0, 0, 6, "LSTM’s forget bias")),
            measured=_flow_measured,
            task=Task(
                "Open the LSTM’s forget gate until its factor is above 0.9 a step.",
                lambda values: flow_of(through_time(values), "lstm").factor > 0.9,
                "×{lstm} a step for the LSTM, ×{factor} for the RNN, over the same {T} steps.",
                {"bias": 6},
            ),
            behind=Behind("gradients", _gradients),
        ),
        Step(
            key="explodes",
            title="What explodes",
            words="With larger weights the same product grows: W_hh ×{scale} makes ×{factor} a step, from {end} at "
            "step {ends} to {first} at step 0. One update of that size throws all weights away.",
            code="rnn.weight_hh_l0.data *= {scale}",
            picture=lambda values: _flow(values, ("rnn",)),
            sizes=(_SCALE, Knob("T", 40, 5, 80)),
            measured=_flow_measured,
            task=Task(
                "Make the gradient grow on its way back.",
                lambda values: flow_of(through_time(values), "rnn").factor > 1,
                "×{factor} a step: over 100 steps that is no number to learn from.",
                {"scale": 30},
            ),
            behind=Behind("gradients", _gradients),
        ),
        Step(
            key="clipping",
            title="Clipping",
            words="`clip_grad_norm_` takes all gradients as one long arrow. If it is longer than {limit}, it is "
            "scaled to {limit}; its direction stays. Before {before}, after {after}. {said}",
            code="nn.utils.clip_grad_norm_(model.parameters(), {limit})",
            picture=_clip,
            sizes=(_CLIP,),
            measured=_clip_measured,
            task=Task(
                "Set a limit that leaves this gradient as it is.",
                lambda values: clipping(_CLIP.meaning(values))[1] > clipping(_CLIP.meaning(values))[0] * 0.999,
                "{before} is below {limit}: nothing to cut. Against vanishing it does not help at all.",
                {"clip": 40},
            ),
            behind=Behind("gradients", lambda values: {"gview": "clipping", "gscale": "2", "gstart": "orthogonal"}),
        ),
        Step(
            key="lengths",
            title="Different lengths in one batch",
            words="Two sentences, 6 words and {short}, padded to (2, 6, 4). Packed, only {steps} steps are read, not "
            "{padded}, and the state of the shorter one is that of its own last word: as fed alone (difference {gap}).",
            code="pack_padded_sequence(x, lengths=[6, {short}], batch_first=True)",
            picture=_packed,
            sizes=(Knob("short", 3, 1, 6, "words of the shorter"),),
            measured=_packed_measured,
            task=Task(
                "Make the packed batch read 8 steps.",
                lambda values: packed(values["short"]).steps == 8,
                "6 + {short} = {steps} steps; the padding is never read.",
                {"short": 2},
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "padding-last-step"}),
        ),
    ),
)
