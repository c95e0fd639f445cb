"""What stands behind the layer: a Linear, and the reshaping before it."""

from __future__ import annotations

from lstm_viz.dims import Axis, shape
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import asks_number, asks_shape
from lstm_viz.quiz.records import Question
from lstm_viz.quiz.scene import Scene, draw_scene


def head(dice: Dice) -> Question:
    """A Linear behind the layer."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    look, inputs, axes, why, kind = dice.one(_heads(scene)[: 2 * dice.level])
    code = scene.code(f"fc = nn.Linear({{{inputs}}}, {{O}})", f"y = {look}")
    spec = {"head": kind, "outputs": scene.size_of["O"]}
    return asks_shape("What is the shape of `y`?", code, "y", shape(axes), scene, why, spec=spec)


def _heads(scene: Scene) -> list[tuple[str, Axis, str, str, str]]:
    """What goes into the Linear and how wide it is, what comes out and why, and what the head is called in a spec."""
    step = scene.step
    rows, flat = f"fc(output.reshape(-1, {{{step}}}))", Axis.of("T") * step
    last = "The last step alone goes into the Linear, which changes the last axis."
    every = "A Linear changes the last axis and leaves the others: a prediction at every step."
    folded = "reshape lays every step of every sample in a row, sample by sample: B·T rows."
    squeezed = "squeeze(1) takes an axis away only where its size is 1: with O > 1 it does nothing."
    return [
        ("fc(output[:, -1])", step, "B, O", last, "last_step"),
        ("fc(output)", step, "B, T, O", every, "every_step_3d"),
        ("fc(h_n[-1])", scene.unit, "B, O", "h_n[-1] is (B, H), and the Linear makes (B, O) of it.", "last_hidden"),
        (rows, step, "B·T, O", folded, "every_step"),
        ("fc(output.flatten(1))", flat, "B, O", "flatten(1) lays a sample's steps side by side.", "flatten"),
        ("fc(output[:, -1]).squeeze(1)", step, "B, O", squeezed, "last_step"),
    ]


def in_features(dice: Dice) -> Question:
    """What a Linear must be given so that it fits."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    step, unit, rows = scene.step, scene.unit, scene.size_of["L"] * scene.size_of["D"]
    found = [
        ("output[:, -1]", step, f"One step of output has {step} numbers."),
        ("h_n[-1]", unit, "h_n[-1] is (B, H): one direction of the top layer."),
        ("output.flatten(1)", Axis.of("T") * step, f"flatten(1) lays all steps of a sample side by side: T·{step}."),
        ("torch.cat([h_n[0], h_n[-1]], dim=1)", Axis.of(2) * unit, "Two states of H side by side are 2·H."),
    ]
    look, axis, why = dice.one(found if rows > 1 else found[:3])
    code = scene.code(f"features = {look}", "fc = nn.Linear(features.shape[-1], {O})")
    spec = scene.spec(outputs=scene.size_of["O"])
    asked = "The Linear has to fit. Which number is `fc.in_features`?"
    return asks_number(asked, code, "fc.in_features", axis, scene.sizes, spec, why, _misfits(scene, look, axis))


def _misfits(scene: Scene, look: str, axis: Axis) -> dict[str, str]:
    """The numbers that people give a Linear, with what to say then."""
    flat, state = "T" in axis.symbols, look == "h_n[-1]"
    both = (
        "D is missing, both directions are in the last axis." if "D" in axis.symbols else "it is more than one state."
    )
    single = "h_n keeps the directions in rows of its first axis, its last is H."
    return {
        "H": f"You wrote H alone: {both}",
        "D·H": f"You wrote D·H: {single if state else 'T is missing, flatten takes every step.'}",
        "F": "You wrote F: that is what the recurrent layer reads, not what it gives.",
        "T·H": f"You wrote T·H: {'D is missing.' if flat else 'only one step is taken, T does not count.'}",
        "B": "You wrote B: a Linear never sees how many samples there are, only the last axis.",
        "B·H": "You wrote B·H: the samples stay apart, only the last axis counts.",
    }


def reshape(dice: Dice) -> Question:
    """Axes that are folded, turned and taken apart."""
    scene = draw_scene(dice, batch_first=True, projected=False)
    step = scene.step
    batch, time = Axis.of("B"), Axis.of("T")
    found = [
        (
            f"output.reshape(-1, {{{step}}})",
            (Axis.of("B", "T"), step),
            "Every step of every sample is a row of its own: B·T rows.",
        ),
        (
            "output.transpose(0, 1)",
            (time, batch, step),
            "transpose(0, 1) exchanges the first two axes, and every number stays with its sample.",
        ),
        (
            "output.permute(0, 2, 1)",
            (batch, step, time),
            "permute(0, 2, 1) takes axis 0, then 2, then 1: what CrossEntropyLoss wants, (B, C, T).",
        ),
        ("output.flatten(1)", (batch, time * step), "flatten(1) keeps axis 0 and lays the rest side by side."),
        ("output.mean(1)", (batch, step), "The mean over axis 1 takes time away."),
        (
            "h_n.transpose(0, 1).reshape({B}, -1)",
            (batch, Axis.of("L", "D", "H")),
            "First the samples to the front, then all states of a sample in one row.",
        ),
        ("output.unsqueeze(1)", (batch, Axis.of(1), time, step), "unsqueeze(1) puts an axis of size 1 at place 1."),
    ]
    look, axes, why = dice.one(found)
    return asks_shape("What is the shape of `z`?", scene.code(f"z = {look}"), "z", axes, scene, why)
