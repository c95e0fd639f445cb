"""What stands behind the layer: a Linear, and the reshaping before it."""

from __future__ import annotations

from lstm_viz.dims import Axis, describe, shape
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import asks_number, asks_shape
from lstm_viz.quiz.records import Question
from lstm_viz.quiz.scene import draw_scene


def head(dice: Dice) -> Question:
    """A Linear behind the layer."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    step = scene.step
    flat = Axis.of("T") * step
    found = [
        (
            "fc(output[:, -1])",
            step,
            shape("B, O"),
            "The last step alone goes into the Linear, which changes the last axis: (B, O).",
            "last_step",
        ),
        (
            "fc(output)",
            step,
            shape("B, T, O"),
            "A Linear changes the last axis and leaves the others: a prediction at every step.",
            "every_step_3d",
        ),
        (
            "fc(h_n[-1])",
            scene.unit,
            shape("B, O"),
            "h_n[-1] is (B, H), and the Linear makes (B, O) of it.",
            "last_hidden",
        ),
        (
            f"fc(output.reshape(-1, {{{step}}}))",
            step,
            shape("B·T, O"),
            "reshape lays every step of every sample in a row: B·T rows, sample by sample.",
            "every_step",
        ),
        (
            "fc(output.flatten(1))",
            flat,
            shape("B, O"),
            "flatten(1) lays a sample's steps side by side, and one Linear sees them all.",
            "flatten",
        ),
        (
            "fc(output[:, -1]).squeeze(1)",
            step,
            shape("B, O"),
            "squeeze(1) takes an axis away only where it has size 1: with O > 1 it does nothing.",
            "last_step",
        ),
    ]
    look, inputs, axes, why, kind = dice.one(found[: (2, 4, 6)[dice.level - 1]])
    lines = scene.code(f"fc = nn.Linear({{{inputs}}}, {{O}})", f"y = {look}")
    return asks_shape(
        "What is the shape of `y`?",
        lines,
        "y",
        axes,
        scene,
        why,
        head=kind if scene.size_of["D"] == 1 or kind != "last_hidden" else "last_step",
        outputs=scene.size_of["O"],
    )


def in_features(dice: Dice) -> Question:
    """What a Linear must be given so that it fits."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    step, unit = scene.step, scene.unit
    found = [
        ("output[:, -1]", step, "One step of output has {what} numbers."),
        ("h_n[-1]", unit, "h_n[-1] is (B, H): one direction of the top layer."),
        ("output.flatten(1)", Axis.of("T") * step, "flatten(1) lays all steps of a sample side by side: {what}."),
        (
            "torch.cat([h_n[0], h_n[-1]], dim=1)",
            Axis.of(2) * unit,
            "Two states of H side by side are 2·H, whatever they are.",
        ),
    ]
    look, axis, why = dice.one(found if scene.size_of["L"] * scene.size_of["D"] > 1 else found[:3])
    mistakes = {
        "H": "You wrote H alone: D is missing, both directions are in the last axis."
        if "D" in axis.symbols
        else "You wrote H alone: it is more than one state.",
        "D·H": "You wrote D·H: h_n keeps the directions in rows of its first axis, its last is H."
        if look == "h_n[-1]"
        else "You wrote D·H: T is missing, flatten takes every step.",
        "F": "You wrote F: that is what the recurrent layer reads, not what it gives.",
        "T·H": "You wrote T·H: D is missing."
        if scene.both_ways and look.endswith("flatten(1)")
        else "You wrote T·H: only one step is taken, T does not count.",
        "B": "You wrote B: a Linear never sees how many samples there are, only the last axis.",
        "B·H": "You wrote B·H: the samples stay apart, only the last axis counts.",
    }
    code = scene.code(f"features = {look}", "fc = nn.Linear(features.shape[-1], {O})")
    asked = "The Linear has to fit. Which number is `fc.in_features`?"
    return asks_number(
        asked,
        code,
        "fc.in_features",
        axis,
        scene.sizes,
        scene.spec(outputs=scene.size_of["O"]),
        why.replace("{what}", describe((axis,)).strip("(),")),
        mistakes,
    )


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
