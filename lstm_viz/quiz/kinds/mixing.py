"""Which of four codes lets a sample depend on another, without a word from PyTorch."""

from __future__ import annotations

from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import asks_choice, options
from lstm_viz.quiz.records import Question
from lstm_viz.quiz.scene import Scene, draw_scene


def mixes(dice: Dice) -> Question:
    """Which code lets one sample's result depend on another sample: nothing is raised."""
    scene = draw_scene(dice, batch_first=True, projected=False, layers=dice.one((1, 3)))
    code = "\n".join([scene.layer(), scene.input])
    right, why = dice.one(_mixing(scene))
    wrong = [(text, f"This is clean: {says}") for text, says in dice.shuffled(_clean(scene))[:3]]
    asked = "x is (B, T, F). Which code mixes samples? None of them raises."
    return asks_choice(dice, asked, code, scene, "mixes", why, options(right, wrong))


def _state(scene: Scene) -> str:
    return "lstm(x)[1][0]" if scene.cell == "lstm" else f"{scene.cell}(x)[1]"


def _clean(scene: Scene) -> list[tuple[str, str]]:
    cell, h_n = scene.cell, _state(scene)
    return [
        (f"y = {cell}(x)[0][:, -1]", "it is the last step of each sample."),
        (f"y = {cell}(x)[0].flatten(1)", "flatten(1) keeps the samples apart."),
        (f"y = {h_n}.transpose(0, 1).flatten(1)", "the samples come to the front before anything is folded."),
        (f"y = {cell}(x)[0].mean(1)", "it is a mean over time, for each sample."),
        (f"y = {h_n}[-1]", "it is the top layer's last state of each sample."),
        (f"y = {cell}(x.flip(1))[0][:, -1]", "time runs backwards, in each sample for itself."),
        (f"y = {cell}(x.mT.transpose(1, 2))[0][:, 0]", "turned around twice, x is as it was."),
        (f"y = {cell}(x)[0].softmax(1)", "softmax over axis 1 sums over the steps of one sample."),
    ]


def _mixing(scene: Scene) -> list[tuple[str, str]]:
    cell, step = scene.cell, scene.step
    last = f"y = {cell}(z)[0][:, -1]"
    found = [
        (
            f"z = x.transpose(0, 1)\ny = {cell}(z)[0].transpose(0, 1)[:, -1]",
            "the state goes from sample to sample: z is (T, B, F).",
        ),
        (
            f"z = x.reshape(1, -1, {{F}})\ny = {cell}(z)[0].reshape({{B}}, {{T}}, {{{step}}})[:, -1]",
            "all samples are one long sequence.",
        ),
        (f"z = x.transpose(0, 1).reshape({{B}}, {{T}}, {{F}})\n{last}", "reshape does not turn axes: it counts anew."),
        (f"z = (x - x.mean(0)) / x.std(0)\n{last}", "the mean over axis 0 is over the samples of this batch."),
        (f"y = {cell}(x)[0].softmax(0)", "softmax over axis 0 sums over the samples."),
        (
            f"y = nn.BatchNorm1d({{{step}}})({cell}(x)[0][:, -1])",
            "BatchNorm1d in training takes its mean over the samples.",
        ),
        (f"y = {cell}(x)[0] - {cell}(x)[0].mean(0)", "the mean over axis 0 is over the samples."),
    ]
    if scene.size_of["L"] * scene.size_of["D"] > 1:
        rows = "h_n is (L·D, B, H): a row of y takes states of several samples."
        found.append((f"y = {_state(scene)}.reshape({{B}}, -1)", rows))
    return found
