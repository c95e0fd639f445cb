"""Questions whose answer is one of four: which axis, which line, which code, which expression."""

from __future__ import annotations

from lstm_viz.dims import Axis
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import options
from lstm_viz.quiz.records import Option, Question, Settles
from lstm_viz.quiz.scene import Scene, draw_scene

_AXES = {
    "B·T": "B·T would be the rows of samples and steps, folded together",
    "D·H": "D·H would be both directions side by side",
    "H": "H would be one state",
    "B": "B would be the samples",
    "T": "T would be the steps",
    "L·D": "L·D would be the rows of h_n",
    "G·H": "G·H would be the gates of every unit",
    "T·H": "T·H would be the states of all steps",
    "T·D·H": "T·D·H would be the states of all steps, both ways",
    "L·D·H": "L·D·H would be all states of a sample",
    "F": "F would be the features",
    "B·H": "B·H would be samples and units folded together, which nothing here does",
    "T·F": "T·F would be all the numbers of one sample",
}


def which_axis(dice: Dice) -> Question:
    """What a number in a shape stands for."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    size, cell = scene.size_of, scene.cell
    step = str(scene.step)
    found = [
        (f"output.reshape(-1, {{{step}}})", 0, "B·T", "The steps of all samples are rows of their own."),
        ("output.flatten(1)", 1, f"T·{step}", "flatten(1) lays a sample's steps side by side."),
        (f"{cell}.weight_hh_l0", 0, "G·H", "The gates are stacked in the first axis of a weight."),
        (f"{cell}.weight_ih_l0", 1, "F", "The columns of weight_ih are what is read: the features."),
        ("output", 2, step, "The last axis of output is a state, of both directions if there are two."),
        ("h_n.transpose(0, 1).flatten(1)", 1, "L·D·H", "All states of a sample stand in one row."),
        ("x.flatten(1)", 1, "T·F", "flatten(1) lays a sample's steps of features side by side."),
    ]
    if size["L"] * size["D"] > 1:
        found.append(("h_n", 0, "L·D", "h_n has a row for each layer and direction."))
    look, place, right, why = dice.one(found)
    named = look in ("output", "h_n") or "." in look and "weight" in look
    name = look if named else "z"
    lines = scene.code() if named else scene.code(f"z = {look}")
    axis = Axis.parse(right)
    others = dice.shuffled([text for text in _AXES if Axis.parse(text).size(size) != axis.size(size) and text != right])
    near = [text for text in others if set(Axis.parse(text).symbols) & set(axis.symbols)][:2]
    wrong = [*near, *(text for text in others if text not in near)][:3]
    found_options = options(right, [(text, f"{_AXES[text]}: {Axis.parse(text).size(size)} here.") for text in wrong])
    asked = f"In the shape of `{name}`, what is the {{{right}}}?"
    return _choice(dice, asked, lines, scene, "axis", why, found_options, f"{name}.shape[{place}]")


def raises(dice: Dice) -> Question:
    """Which line PyTorch refuses."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    both, L, D = scene.both_ways, scene.size_of["L"], scene.size_of["D"]
    step, lstm = scene.step, scene.cell == "lstm"
    lines = scene.code(f"fc = nn.Linear({{{step}}}, {{O}})")
    whole = "output is (B, T, D·H)" if both else "output is (B, T, H)"
    bad = [
        ("y = fc(output.transpose(1, 2))", f"{whole}: transposed, its last axis is T, and the Linear wants {step}."),
        (
            f"y = output.view({{B}}, {{{step}}}, {{T+1}})",
            "view keeps the count of numbers: T + 1 steps are more than there are.",
        ),
        (f"y = {scene.cell}(x.transpose(1, 2))[0]", "The last axis of x has to be F: transposed, it is T."),
        ("y = fc(x)", f"The Linear wants {step}, and x has F."),
        (
            "y = torch.cat([output, x], dim=1)",
            "cat joins along one axis, and the others have to be equal: the last are not.",
        ),
        ("y = output + x", "The last axes differ, and neither is 1."),
    ]
    if both:
        bad.append(("y = fc(h_n[-1])", "h_n[-1] is one direction, (B, H): the Linear wants D·H."))
    if lstm:
        bad.append(("y = lstm(x, h_n)[0]", "An LSTM's state is a pair, (h_n, c_n): h_n alone is refused."))
        bad.append(
            (
                "y = lstm(x, (h_n.transpose(0, 1), c_n))[0]",
                "h_0 is (L·D, B, H), also with batch_first: turned around it is refused.",
            )
        )
    else:
        bad.append(
            (f"y, (h, c) = {scene.cell}(x[:1])", f"One state cannot be split in two: a {scene.cell.upper()} has no c.")
        )
    if L * D == 2 and not lstm:
        bad = bad[:-1]  # two rows are split without a word
    fine = [
        ("y = fc(output)", "This runs: a Linear changes the last axis of any shape."),
        ("y = fc(output[:, -1])", "This runs: one step of every sample."),
        (f"y = fc(output.reshape(-1, {{{step}}}))", "This runs: every step is a row."),
        ("y = output.transpose(0, 1)", "This runs: any two axes can be exchanged."),
        (f"y = {scene.cell}(x[:, :2])[0]", "This runs: the layer takes any number of steps."),
        (f"y = {scene.cell}(x[:1])[0]", "This runs: the layer takes any number of samples."),
        (f"y = {scene.cell}(x[0])[0]", "This runs: (T, F) is one sequence without a batch."),
        ("y = output.flatten(1)", "This runs: any axes that follow each other can be folded."),
        (
            f"y = {scene.cell}(x.transpose(0, 1))[0]",
            "This runs, and is wrong in silence: B and T have changed places, and PyTorch cannot know.",
        ),
    ]
    if lstm:
        fine.append(("y = lstm(x, (h_n, c_n))[0]", "This runs: the pair is what an LSTM takes as its start."))
    right, why = dice.one(bad)
    wrong = dice.shuffled(fine)[:3]
    return _choice(dice, "Which line raises an error?", lines, scene, "raises", why, options(right, wrong))


def target(dice: Dice) -> Question:
    """Which target a loss takes."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    steps = dice.level > 1 and dice.chance(0.6)
    look = "fc(output).transpose(1, 2)  # (B, O, T)" if steps else "fc(output[:, -1])  # (B, O)"
    lines = scene.code(
        f"fc = nn.Linear({{{scene.step}}}, {{O}})", f"scores = {look}", "loss_of = nn.CrossEntropyLoss()"
    )
    form = "loss = loss_of(scores, torch.zeros({}, dtype=torch.long))"
    if steps:
        good, shapes = (
            "{B}, {T}",
            {
                "{B}": "One class for each sample is not enough: each step has scores of its own, (B, T).",
                "{T}, {B}": "B and T have changed places.",
                "{B}, {T}, {O}": "Class numbers have no axis for the classes: O is in the scores alone.",
                "{B}, {O}": "O is the scores' axis: the target has the others, (B, T).",
            },
        )
    else:
        good, shapes = (
            "{B}",
            {
                "{B}, 1": "The target has no axis beside B: (B,), not (B, 1).",
                "{B}, {O}": "Whole numbers are class numbers, one for each sample: O is in the scores alone.",
                "{O}": "A class for each sample, not for each class: B numbers.",
                "{B}, {T}": "One prediction for each sample has one target: T is gone.",
            },
        )
    wrong = [(form.format(each), says) for each, says in dice.shuffled(list(shapes.items()))[:3]]
    why = "CrossEntropyLoss takes scores (B, C, …) and class numbers with the same axes but C: " + (
        "(B, T)." if steps else "(B,)."
    )
    return _choice(
        dice,
        "Which line runs?",
        lines,
        scene,
        "runs",
        why,
        options(form.format(good), wrong),
        outputs=scene.size_of["O"],
        task="classification",
    )


def mixes(dice: Dice) -> Question:
    """Which code lets one sample's result depend on another sample: nothing is raised."""
    scene = draw_scene(dice, batch_first=True, projected=False, layers=dice.one((1, 3)))
    cell, step = scene.cell, scene.step
    lines = "\n".join([scene.layer(), scene.input])
    h_n = "lstm(x)[1][0]" if cell == "lstm" else f"{cell}(x)[1]"
    fine = [
        (f"y = {cell}(x)[0][:, -1]", "This is clean: the last step of each sample."),
        (f"y = {cell}(x)[0].flatten(1)", "This is clean: flatten(1) keeps the samples apart."),
        (
            f"y = {h_n}.transpose(0, 1).flatten(1)",
            "This is clean: the samples come to the front before anything is folded.",
        ),
        (f"y = {cell}(x)[0].mean(1)", "This is clean: a mean over time, for each sample."),
        (f"y = {h_n}[-1]", "This is clean: the top layer's last state of each sample."),
        (f"y = {cell}(x.flip(1))[0][:, -1]", "This is clean: time runs backwards, each sample for itself."),
        (
            f"y = {cell}(x.permute(0, 2, 1).transpose(1, 2))[0][:, 0]",
            "This is clean: turned around twice, x is as it was.",
        ),
    ]
    bad = [
        (
            f"y = {cell}(x.transpose(0, 1))[0].transpose(0, 1)[:, -1]",
            "The layer is batch_first: turned around, it takes samples for steps, and the state goes from one to the next.",
        ),
        (
            f"y = {cell}(x.reshape(1, -1, {{F}}))[0].reshape({{B}}, {{T}}, {{{step}}})[:, -1]",
            "One long sequence: the state goes from one sample into the next.",
        ),
        (f"y = {cell}(x)[0].mean(0, keepdim=True) + {cell}(x)[0]", "A mean over axis 0 is over the samples."),
        (
            "z = x.transpose(0, 1).reshape({B}, {T}, {F})\n" + f"y = {cell}(z)[0][:, -1]",
            "reshape does not turn axes: it counts the numbers anew, and steps of several samples come to stand in one.",
        ),
        (f"y = {cell}(x)[0].softmax(0)", "softmax over axis 0 sums over the samples."),
        (
            f"y = nn.BatchNorm1d({{{step}}})({cell}(x)[0][:, -1])",
            "BatchNorm1d in training takes its mean over the samples.",
        ),
        (
            "z = (x - x.mean(0)) / x.std(0)\n" + f"y = {cell}(z)[0][:, -1]",
            "The mean over axis 0 is over the samples of this batch.",
        ),
    ]
    if scene.size_of["L"] * scene.size_of["D"] > 1:
        bad.append(
            (
                f"y = {h_n}.reshape({{B}}, -1)",
                "h_n is (L·D, B, H): reshape takes its rows in that order, and a row of y holds several samples.",
            )
        )
    right, why = dice.one(bad)
    wrong = dice.shuffled(fine)[:3]
    asked = "x is (B, T, F). Which code mixes samples? PyTorch raises nothing in any of them."
    return _choice(dice, asked, lines, scene, "mixes", why, options(right, wrong))


def equals(dice: Dice) -> Question:
    """Two ways to the same numbers."""
    scene = draw_scene(dice, batch_first=True, projected=False)
    lstm, both, L = scene.cell == "lstm", scene.both_ways, scene.size_of["L"]
    lines = scene.code()
    if both:
        found = [
            (
                "output[:, -1, :{H}]",
                "h_n[-2]",
                "The forward direction ends at the last step: its last state is row −2 of h_n.",
            ),
            (
                "output[:, 0, {H}:]",
                "h_n[-1]",
                "The backward direction ends at step 0: its last state is row −1 of h_n.",
            ),
        ]
        near = [
            ("h_n[-1]", "h_n[-1] is the backward direction's: it has ended at step 0."),
            ("h_n[-2]", "h_n[-2] is the forward direction's: it has ended at the last step."),
            ("output[:, -1, {H}:]", "That is the backward direction at the last step, where it has only begun."),
            ("output[:, 0, :{H}]", "That is the forward direction at step 0, where it has only begun."),
        ]
    else:
        found = [
            ("output[:, -1]", "h_n[-1]", "The last step of output is the top layer's last state, the last row of h_n.")
        ]
        near = [
            ("output[-1]", "output[-1] is the last sample, not the last step."),
            ("output[:, 0]", "That is the first step."),
            ("h_n[:, -1]", "Axis 1 of h_n is B: that is the last sample's state."),
            ("output.mean(1)", "That is a mean over all steps."),
        ]
    if L > 1:
        near.append(("h_n[0]", "h_n[0] is the lowest layer's row."))
    if lstm:
        near.append(("c_n[-1]", "c_n is the memory, before the output gate and tanh."))
    look, right, why = dice.one(found)
    wrong = dice.shuffled([pair for pair in near if pair[0] not in (right, look)])[:3]
    return _choice(dice, f"Which of these equals `{look}`?", lines, scene, "equals", why, options(right, wrong), look)


def _choice(
    dice: Dice,
    asked: str,
    code: str,
    scene: Scene,
    settles: Settles,
    why: str,
    found: list[Option],
    look: str = "",
    **spec: object,
) -> Question:
    """The right option stands first in ``found``; it is shown anywhere."""
    return Question(asked, code, scene.sizes, settles, why, look, (), dice.shuffled(found), (), scene.spec(**spec))
