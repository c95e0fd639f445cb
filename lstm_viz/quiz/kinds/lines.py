"""Which of four lines raises, or runs."""

from __future__ import annotations

from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import asks_choice, options
from lstm_viz.quiz.records import Question
from lstm_viz.quiz.scene import Scene, draw_scene

_LOSS = "loss = loss_of(scores, torch.zeros({}, dtype=torch.long))"
_OF_SAMPLES = {
    "{B}, 1": "The target has no axis beside B: (B,), not (B, 1).",
    "{B}, {O}": "Whole numbers are class numbers, one for each sample: O is in the scores alone.",
    "{O}": "A class for each sample, not for each class: B numbers.",
    "{B}, {T}": "One prediction for each sample has one target: T is gone.",
}
_OF_STEPS = {
    "{B}": "One class for each sample is not enough: each step has scores of its own, (B, T).",
    "{T}, {B}": "B and T have changed places.",
    "{B}, {T}, {O}": "Class numbers have no axis for the classes: O is in the scores alone.",
    "{B}, {O}": "O is the scores' axis: the target has the others, (B, T).",
}


def raises(dice: Dice) -> Question:
    """Which line PyTorch refuses."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    code = scene.code(f"fc = nn.Linear({{{scene.step}}}, {{O}})")
    right, why = dice.one(_raising(scene))
    wrong = [(text, f"This runs: {says}") for text, says in dice.shuffled(_running(scene))[:3]]
    return asks_choice(dice, "Which line raises an error?", code, scene, "raises", why, options(right, wrong))


def _raising(scene: Scene) -> list[tuple[str, str]]:
    step, cell = scene.step, scene.cell
    found = [
        ("y = fc(output.transpose(1, 2))", f"the last axis of output, {step}, has changed places with T."),
        (f"y = output.view({{B}}, {{{step}}}, {{T+1}})", "view keeps the count of numbers, and T + 1 steps are more."),
        (f"y = {cell}(x.transpose(1, 2))[0]", "the last axis of x has to be F: transposed, it is T."),
        ("y = fc(x)", f"the Linear wants {step}, and x ends with F."),
        ("y = torch.cat([output, x], dim=1)", "cat joins along one axis, and the others have to be equal."),
        ("y = output + x", "the last axes differ, and neither is 1."),
    ]
    if scene.both_ways:
        found.append(("y = fc(h_n[-1])", "h_n[-1] is one direction, (B, H): the Linear wants D·H."))
    if cell == "lstm":
        found.append(("y = lstm(x, h_n)[0]", "an LSTM's state is a pair, (h_n, c_n): h_n alone is refused."))
        turned = "y = lstm(x, (h_n.transpose(0, 1), c_n))[0]"
        found.append((turned, "h_0 is (L·D, B, H), with batch_first too: turned around it is refused."))
    elif scene.size_of["L"] * scene.size_of["D"] != 2:  # two rows are split without a word
        found.append((f"y, (h, c) = {cell}(x)", f"a {cell.upper()} has one state and no c: its rows are no pair."))
    return found


def _running(scene: Scene) -> list[tuple[str, str]]:
    cell = scene.cell
    found = [
        ("y = fc(output)", "a Linear changes the last axis of any shape."),
        ("y = fc(output[:, -1])", "it is one step of every sample."),
        (f"y = fc(output.reshape(-1, {{{scene.step}}}))", "every step is a row."),
        ("y = output.transpose(0, 1)", "any two axes can be exchanged."),
        (f"y = {cell}(x[:, :2])[0]", "the layer takes any number of steps."),
        (f"y = {cell}(x[:1])[0]", "the layer takes any number of samples."),
        (f"y = {cell}(x[0])[0]", "(T, F) is one sequence without a batch."),
        ("y = output.flatten(1)", "any axes that follow each other can be folded."),
        (f"y = {cell}(x.transpose(0, 1))[0]", "B and T have changed places, and PyTorch cannot know."),
    ]
    if cell == "lstm":
        found.append(("y = lstm(x, (h_n, c_n))[0]", "the pair is what an LSTM starts with."))
    return found


def target(dice: Dice) -> Question:
    """Which target a loss takes."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="O")
    steps = dice.level > 1 and dice.chance(0.6)
    scores = "fc(output).transpose(1, 2)  # (B, O, T)" if steps else "fc(output[:, -1])  # (B, O)"
    more = [f"fc = nn.Linear({{{scene.step}}}, {{O}})", f"scores = {scores}", "loss_of = nn.CrossEntropyLoss()"]
    good, shapes = ("{B}, {T}", _OF_STEPS) if steps else ("{B}", _OF_SAMPLES)
    wrong = [(_LOSS.replace("{}", each), says) for each, says in dice.shuffled(list(shapes.items()))[:3]]
    rest = "(B, T)" if steps else "(B,)"
    why = f"CrossEntropyLoss takes scores with the classes at axis 1, and class numbers with the other axes: {rest}."
    lines = options(_LOSS.replace("{}", good), wrong)
    spec = {"outputs": scene.size_of["O"], "task": "classification"}
    return asks_choice(dice, "Which line runs?", scene.code(*more), scene, "runs", why, lines, spec=spec)
