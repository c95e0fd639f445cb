"""Which axis a number is, and which expression gives the same numbers."""

from __future__ import annotations

from lstm_viz.dims import Axis
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import asks_choice, options
from lstm_viz.quiz.records import Question
from lstm_viz.quiz.scene import draw_scene

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
    named = look in ("output", "h_n") or "weight" in look
    name = look if named else "z"
    lines = scene.code() if named else scene.code(f"z = {look}")
    axis = Axis.parse(right)
    others = dice.shuffled([text for text in _AXES if Axis.parse(text).size(size) != axis.size(size) and text != right])
    near = [text for text in others if set(Axis.parse(text).symbols) & set(axis.symbols)][:2]
    wrong = [*near, *(text for text in others if text not in near)][:3]
    found_options = options(right, [(text, f"{_AXES[text]}: {Axis.parse(text).size(size)} here.") for text in wrong])
    asked = f"In the shape of `{name}`, what is the {axis.size(size)}?"  # no template: its colour would tell
    return asks_choice(dice, asked, lines, scene, "axis", why, found_options, f"{name}.shape[{place}]")


def equals(dice: Dice) -> Question:
    """Two ways to the same numbers."""
    scene = draw_scene(dice, batch_first=True, projected=False)
    lstm, both = scene.cell == "lstm", scene.both_ways
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
    if scene.size_of["L"] > 1:
        near.append(("h_n[0]", "h_n[0] is the lowest layer's row."))
    if lstm:
        near.append(("c_n[-1]", "c_n is the memory, before the output gate and tanh."))
    look, right, why = dice.one(found)
    wrong = dice.shuffled([pair for pair in near if pair[0] not in (right, look)])[:3]
    return asks_choice(
        dice, f"Which of these equals `{look}`?", lines, scene, "equals", why, options(right, wrong), look
    )
