"""What stands before and behind the layer: embeddings, windows, packing, heads, reshaping."""

from __future__ import annotations

from lstm_viz.dims import Axis, Shape, describe, shape
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.kinds.making import asks_number, asks_shape
from lstm_viz.quiz.records import Question, Slip
from lstm_viz.quiz.scene import Scene, draw_scene


def embedding(dice: Dice) -> Question:
    """Tokens, one-hot and embedded."""
    scene = draw_scene(dice, batch_first=True, projected=False, letters="VE")
    tokens = "tokens = torch.randint({V}, ({B}, {T}))"
    embed = ["embedding = nn.Embedding({V}, {E})", tokens]
    layer = [*embed, scene.layer("E"), f"output, {scene.state} = {scene.cell}(embedding(tokens))"]
    found: list[tuple[str, list[str], Shape, str]] = [
        ("embedding(tokens)", embed, shape("B, T, E"), "Each token becomes a row of E numbers: an axis more, behind."),
        (
            "nn.functional.one_hot(tokens, {V})",
            [tokens],
            shape("B, T, V"),
            "One-hot puts an axis of V behind: a place for each word.",
        ),
        ("embedding.weight", embed, shape("V, E"), "An embedding is a table: a row of E numbers for each of V words."),
        ("tokens", embed, shape("B, T"), "Tokens are whole numbers, one a step: (B, T), without an axis for features."),
        (
            "output",
            layer,
            scene.per_step(scene.step),
            "The layer reads E numbers a step. V and E end before it: output has H.",
        ),
        (
            f"{scene.cell}.weight_ih_l0",
            layer,
            shape("G·H, E"),
            "The layer's input size is E: V is the embedding's alone.",
        ),
    ]
    look, lines, axes, why = dice.one(found[: 3 + dice.level])
    name = look if "{" not in look else "one_hot"
    code = "\n".join([*lines, f"one_hot = {look}"] if name == "one_hot" else lines)
    more = {"input": "tokens", "vocabulary_size": scene.size_of["V"], "embedding_size": scene.size_of["E"]}
    return asks_shape(f"What is the shape of `{name}`?", code, name, axes, scene, why, **more)


def windows(dice: Dice) -> Question:
    """A table cut into windows: how many there are, and how they lie."""
    scene = draw_scene(dice, layers=1, both_ways=False, batch_first=True, projected=False)
    size = scene.size_of
    rows, T = size["B"] + size["T"] + dice.whole(20, 160), size["T"]
    scene = Scene(scene.cell, (*((n, rows - T if n == "B" else s) for n, s in scene.sizes),), True, False)
    lines = [
        f"table = torch.randn({rows}, {{F}})",
        "starts = range(len(table) - {T})",
        "x = torch.stack([table[i : i + {T}] for i in starts])",
        "y = torch.stack([table[i + {T}] for i in starts])",
    ]
    off = f"B is one too many: a table of {rows} rows has {rows - T + 1} windows of {T}, and the last has no row after it for y."
    every = f"B is not the number of rows: a window needs T = {T} rows and one after them, so {rows} − {T} = {rows - T} fit."
    parts = f"B is not rows ÷ T: the windows overlap, each begins one row after the one before. {rows} − {T} = {rows - T} fit."
    counts = {
        rows - T + 1: off,
        rows: every,
        rows // T: parts,
        rows - T - 1: f"B is one too few: the windows begin at rows 0 to {rows - T - 1}, so there are {rows - T}.",
    }
    why = f"A window for each start: {rows} rows − {{T}} steps = {{B}} samples, with a target each."
    code, name = "\n".join(lines), dice.one(("len(x)", "x", "y", "x"))
    spec = scene.spec()
    if name == "len(x)":
        asked = f"Windows of {{T}} steps are cut from {rows} rows, and each has the row after it as its target. How many samples are there?"
        return asks_number(
            asked, code, name, Axis.of("B"), scene.sizes, spec, why, {str(n): says for n, says in counts.items()}
        )
    axes = shape("B, T, F") if name == "x" else shape("B, F")
    more = [Slip((Axis.of(n), *axes[1:]), ("B",), says) for n, says in counts.items()]
    return asks_shape(
        f"Windows are cut from {rows} rows. What is the shape of `{name}`?", code, name, axes, scene, why, more
    )


def packed(dice: Dice) -> Question:
    """Sequences of different lengths, packed and padded."""
    scene = draw_scene(dice, layers=1, batch_first=True, projected=False)
    size = scene.size_of
    B, T = size["B"], size["T"]
    lengths = sorted([T, *(dice.whole(1, T) for _ in range(B - 1))], reverse=True)
    while sum(lengths) == B * T or sum(lengths) in size.values():
        lengths = sorted([T, *(dice.whole(1, T) for _ in range(B - 1))], reverse=True)
    N = sum(lengths)
    scene = Scene(scene.cell, (*scene.sizes, ("N", N)), True, False)
    lines = [
        "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence",
        "",
        f"lengths = {lengths}",
        "x = torch.randn({B}, {T}, {F})  # padded",
        "packed = pack_padded_sequence(x, lengths, batch_first=True)",
        scene.layer(),
        f"output, {scene.state} = {scene.cell}(packed)",
    ]
    sum_of = f"N = {N} is the sum of the lengths"
    found = [
        ("packed.data", shape("N, F"), f"Packing leaves the padding out and lays the steps in one row: {sum_of}."),
        (
            "packed.batch_sizes",
            shape("T"),
            "batch_sizes says for each step how many sequences still run: one number a step, as many as the longest has.",
        ),
        (
            "output.data",
            (Axis.of("N"), scene.step),
            f"The layer gives a PackedSequence back: {sum_of}, and each step has its state.",
        ),
        (
            "h_n",
            (scene.rows, Axis.of("B"), scene.unit),
            "h_n is not packed: each sequence has its last real step's state.",
        ),
        (
            "pad_packed_sequence(output, batch_first=True)[0]",
            scene.per_step(scene.step),
            "Padding brings (B, T, ·) back, with T the longest length.",
        ),
    ]
    look, axes, why = dice.one(found)
    more = []
    if axes[0] == Axis.of("N"):
        folded = (Axis.of("B", "T"), *axes[1:])
        more = [
            Slip(folded, ("B", "T", "N"), f"B·T = {B * T} counts the padding too: packing leaves it out, {sum_of}.")
        ]
    name = look if len(look) < 20 else "padded"
    code = "\n".join([*lines, f"padded = {look.removesuffix('[0]')}[0]"] if name == "padded" else lines)
    return asks_shape(f"What is the shape of `{name}`?", code, name, axes, scene, why, more)


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
    B, T = Axis.of("B"), Axis.of("T")
    found = [
        (
            f"output.reshape(-1, {{{step}}})",
            (Axis.of("B", "T"), step),
            "Every step of every sample is a row of its own: B·T rows.",
        ),
        (
            "output.transpose(0, 1)",
            (T, B, step),
            "transpose(0, 1) exchanges the first two axes, and every number stays with its sample.",
        ),
        (
            "output.permute(0, 2, 1)",
            (B, step, T),
            "permute(0, 2, 1) takes axis 0, then 2, then 1: what CrossEntropyLoss wants, (B, C, T).",
        ),
        ("output.flatten(1)", (B, T * step), "flatten(1) keeps axis 0 and lays the rest side by side."),
        ("output.mean(1)", (B, step), "The mean over axis 1 takes time away."),
        (
            "h_n.transpose(0, 1).reshape({B}, -1)",
            (B, Axis.of("L", "D", "H")),
            "First the samples to the front, then all states of a sample in one row.",
        ),
        ("output.unsqueeze(1)", (B, Axis.of(1), T, step), "unsqueeze(1) puts an axis of size 1 at place 1."),
    ]
    look, axes, why = dice.one(found)
    return asks_shape("What is the shape of `z`?", scene.code(f"z = {look}"), "z", axes, scene, why)
