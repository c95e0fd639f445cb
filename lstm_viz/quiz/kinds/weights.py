"""Parameters: their shapes, how many there are, and what a layer's cell holds."""

from __future__ import annotations

from lstm_viz.dims import Axis, shape
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import asks_number, asks_shape
from lstm_viz.quiz.records import Question
from lstm_viz.quiz.scene import draw_scene


def weights(dice: Dice) -> Question:
    """The shape of one weight."""
    scene = draw_scene(dice, layers=dice.one((1, 3)), projected=False, both_ways=dice.level > 2 and dice.chance(0.6))
    cell = scene.cell
    found = [
        (
            f"{cell}.weight_ih_l0",
            "G·H, F",
            "weight_ih takes the input in: a row for each gate's unit, a column for each feature.",
        ),
        (
            f"{cell}.weight_hh_l0",
            "G·H, H",
            "weight_hh takes the last state in: a row for each gate's unit, a column for each unit.",
        ),
        (f"{cell}.bias_ih_l0", "G·H", "A bias has one number for each gate's unit."),
    ]
    if scene.size_of["L"] > 1:
        above = "G·H, D·H" if scene.both_ways else "G·H, H"
        found.append((f"{cell}.weight_ih_l1", above, "The second layer reads what the first puts out, and not x."))
    name, axes, why = dice.one(found)
    gates = {"lstm": "An LSTM has four gates", "gru": "A GRU has three gates", "rnn": "An RNN has no gates, G = 1"}[
        cell
    ]
    return asks_shape(f"What is the shape of `{name}`?", scene.layer(), name, shape(axes), scene, f"{why} {gates}.")


def count(dice: Dice) -> Question:
    """How many numbers a layer learns."""
    scene = draw_scene(dice, layers=1, both_ways=dice.chance(0.4), projected=False)
    size, cell = scene.size_of, scene.cell
    F, H, G, D = (size[letter] for letter in "FHGD")  # noqa: N806
    weights, biases = G * H * (F + H), 2 * G * H
    truth = D * (weights + biases)
    factor = "2 · " if D == 2 else ""
    gated = {"lstm": "four gates", "gru": "three gates", "rnn": "no gates"}[cell]
    mistakes = {
        str(D * weights): "The biases are missing: there are two of them, bias_ih and bias_hh, each G·H.",
        str(D * (weights + G * H)): "One bias is missing: PyTorch keeps two, bias_ih and bias_hh, each G·H.",
        str(weights + biases): "D is missing: each direction has weights of its own.",
        str(D * (H * (F + H) + 2 * H)): f"G is missing: {cell.upper()} has {gated}, stacked in each weight.",
        str(D * (G * H * F + biases)): "H·H is missing: weight_hh takes the last state in.",
        str(D * (G * H * H + biases)): "F is missing: weight_ih takes the input in.",
    }
    why = f"{factor}G·H·(F + H + 2) = {factor}{G}·{H}·({F} + {H} + 2) = {truth:,}: weight_ih, weight_hh and two biases."
    look = f"sum(p.numel() for p in {cell}.parameters())"
    asked = f"How many parameters has `{cell}`?"
    return asks_number(asked, scene.layer(), look, Axis.of(truth), scene.sizes, scene.spec(), why, mistakes)


def cell_object(dice: Dice) -> Question:
    """LSTMCell and GRUCell: one step at a time, without an axis for time."""
    scene = draw_scene(
        dice, cell=dice.one(("lstm", "gru")), layers=1, both_ways=False, batch_first=True, projected=False
    )
    kind = scene.cell.upper()
    lstm = scene.cell == "lstm"
    lines = [f"cell = nn.{kind}Cell({{F}}, {{H}})", "x = torch.randn({B}, {T}, {F})", "h = torch.zeros({B}, {H})"]
    lines += ["c = torch.zeros({B}, {H})"] * lstm
    lines += ["hs = []", "for t in range({T}):"]
    lines += ["    h, c = cell(x[:, t], (h, c))" if lstm else "    h = cell(x[:, t], h)", "    hs.append(h)"]
    found = [
        ("h", "B, H", f"A {kind}Cell takes one step, (B, F), and gives the state after it, (B, H): no L·D, no T."),
        ("x[:, t]", "B, F", "x[:, t] is one step of every sample: T is gone."),
        ("torch.stack(hs)", "T, B, H", "stack puts a new axis first: the list goes over time, so it is T."),
        (
            "torch.stack(hs, dim=1)",
            "B, T, H",
            "stack with dim=1 puts the new axis, T, behind B: as output of a batch_first layer.",
        ),
        (
            "torch.cat(hs, dim=1)",
            "B, T·H",
            "cat makes no axis: the states of all steps stand side by side in the last one.",
        ),
        ("cell.weight_ih", "G·H, F", "A cell's weights are those of one layer: (G·H, F), without _l0 in their name."),
    ]
    name, axes, why = dice.one(found[: 2 + 2 * dice.level])
    asked = f"What is the shape of `{name}`{'' if name.startswith('cell') else ' after the loop'}?"
    return asks_shape(asked, "\n".join(lines), name, shape(axes), scene, why)
