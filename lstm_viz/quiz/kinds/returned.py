"""What a recurrent layer returns: output, h_n and c_n, in both layouts, of one sample and of several layers."""

from __future__ import annotations

from lstm_viz.dims import Axis, shape
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import asks_shape
from lstm_viz.quiz.records import Question
from lstm_viz.quiz.scene import draw_scene

_OUTPUT = "output holds the top layer's state at every step"
_STATE = "h_n holds the last state of every layer and direction, with the layers first in both layouts."
_MEMORY = "c_n is laid out as h_n, but a projection does not change it: its last axis stays H."


def output(dice: Dice) -> Question:
    """The shape of output."""
    scene = draw_scene(dice)
    why = f"{_OUTPUT}{', both directions side by side' if scene.both_ways else ''}."
    axes = scene.per_step(scene.step)
    return asks_shape("What is the shape of `output`?", scene.code(), "output", axes, scene, why)


def state(dice: Dice) -> Question:
    """The shape of h_n or c_n."""
    scene = draw_scene(dice)
    memory = scene.cell == "lstm" and dice.chance(0.35)
    name, last = ("c_n", Axis.of("H")) if memory else ("h_n", scene.unit)
    axes = (scene.rows, Axis.of("B"), last)
    return asks_shape(f"What is the shape of `{name}`?", scene.code(), name, axes, scene, _MEMORY if memory else _STATE)


def batch_first(dice: Dice) -> Question:
    """x is turned around before the layer that wants it so: what comes out, and in which order?"""
    scene = draw_scene(dice, projected=False)
    given, named = ("{T}, {B}, {F}", "time first") if scene.batch_first else ("{B}, {T}, {F}", "batch first")
    lines = [
        scene.layer(),
        f"x = torch.randn({given})  # {named}",
        f"output, {scene.state} = {scene.cell}(x.transpose(0, 1))",
    ]
    name = dice.one(("output", "output", "h_n"))
    axes = scene.per_step(scene.step) if name == "output" else (scene.rows, Axis.of("B"), scene.unit)
    why = "batch_first decides the order of x and output. h_n and c_n are (L·D, B, H) either way."
    return asks_shape(
        f"x is turned around for the layer. What is the shape of `{name}`?", "\n".join(lines), name, axes, scene, why
    )


def unbatched(dice: Dice) -> Question:
    """A 2-D input is one sample without a batch."""
    scene = draw_scene(dice, projected=False, batch_first=dice.chance(0.5))
    lines = [scene.layer(), "x = torch.randn({T}, {F})", scene.call]
    name = dice.one(("output", "h_n"))
    axes = (Axis.of("T"), scene.step) if name == "output" else (scene.rows, scene.unit)
    why = (
        "A 2-D input is one sequence without a batch, (T, F), whatever batch_first says: nothing that comes out has B."
    )
    return asks_shape(f"x has two axes. What is the shape of `{name}`?", "\n".join(lines), name, axes, scene, why)


def both_directions(dice: Dice) -> Question:
    """Where the two directions are, and how they are taken apart."""
    scene = draw_scene(dice, both_ways=True, projected=False, batch_first=True)
    name, axes, why = dice.one(
        (
            ("output[:, -1]", "B, D·H", "One step of output is (B, D·H): → beside ←."),
            ("output[:, :, :{H}]", "B, T, H", "The first H numbers of output are the forward direction's."),
            ("h_n[-1]", "B, H", "h_n[-1] is one row of h_n: the top layer's backward direction."),
            ("output.view({B}, {T}, 2, {H})", "B, T, D, H", "D·H is taken apart into two axes, the direction first."),
            (
                "torch.cat([h_n[-2], h_n[-1]], dim=1)",
                "B, D·H",
                "The two directions' last states, each (B, H), side by side.",
            ),
        )
    )
    line = f"taken = {name}"
    return asks_shape("What is the shape of `taken`?", scene.code(line), "taken", shape(axes), scene, why)


def stacked(dice: Dice) -> Question:
    """Several layers: what of them is in h_n and output."""
    scene = draw_scene(dice, layers=3 + dice.whole(0, 1), projected=False, batch_first=True)
    one, two = Axis.of("B"), scene.unit
    name, axes, why = dice.one(
        (
            ("h_n[-1]", (one, two), "h_n[-1] is the last row of h_n, the top layer's: the first axis is gone."),
            ("h_n[:1]", (Axis.of(1), one, two), "A slice keeps its axis: h_n[:1] is one row, (1, B, H)."),
            ("output[:, :1]", (one, Axis.of(1), scene.step), "A slice keeps its axis: one step of output, (B, 1, ·)."),
            (
                "h_n.view({L}, {D}, {B}, {H})",
                (Axis.of("L"), Axis.of("D"), one, two),
                "The rows of h_n go layer by layer, and in each layer by direction: L·D is taken apart into L and D.",
            ),
            (
                "h_n.transpose(0, 1).flatten(1)",
                (one, Axis.of("L", "D", "H")),
                "transpose puts the samples first, and flatten(1) lays all states of a sample in one row.",
            ),
        )
    )
    return asks_shape("What is the shape of `taken`?", scene.code(f"taken = {name}"), "taken", axes, scene, why)


def projection(dice: Dice) -> Question:
    """proj_size makes h smaller than c."""
    scene = draw_scene(dice, cell="lstm", projected=True)
    name, axes = dice.one(
        (
            ("output", scene.per_step(scene.step)),
            ("h_n", (scene.rows, Axis.of("B"), Axis.of("P"))),
            ("c_n", (scene.rows, Axis.of("B"), Axis.of("H"))),
            ("lstm.weight_hr_l0", shape("P, H")),
            ("lstm.weight_hh_l0", shape("G·H, P")),
        )
    )
    why = (
        "proj_size multiplies h by a (P, H) matrix at each step: output and h_n have P, c_n keeps H, weight_hh reads P."
    )
    return asks_shape(f"What is the shape of `{name}`?", scene.code(), name, axes, scene, why)


def gru(dice: Dice) -> Question:
    """One state and three gates."""
    scene = draw_scene(dice, cell="gru")
    lines = [scene.layer(), scene.input, "result = gru(x)"]
    name, axes, why = dice.one(
        (
            (
                "result[1]",
                (scene.rows, Axis.of("B"), scene.unit),
                "A GRU has one state: result[1] is h_n itself, not a pair.",
            ),
            ("result[0]", scene.per_step(scene.step), "result[0] is output, laid out as an LSTM's."),
            ("gru.weight_ih_l0", shape("G·H, F"), "A GRU has three gates, r, z and n: G = 3 where an LSTM has 4."),
            ("gru.weight_hh_l0", shape("G·H, H"), "A GRU has three gates, r, z and n: G = 3 where an LSTM has 4."),
        )
    )
    return asks_shape(f"What is the shape of `{name}`?", "\n".join(lines), name, axes, scene, why)
