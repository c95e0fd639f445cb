"""What stands before the layer: embeddings, windows of a table, packed sequences."""

from __future__ import annotations

from dataclasses import replace

from lstm_viz.dims import Axis, Shape, shape
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
    return asks_shape(f"What is the shape of `{name}`?", code, name, axes, scene, why, spec=more)


def windows(dice: Dice) -> Question:
    """A table cut into windows: how many there are, and how they lie."""
    drawn = draw_scene(dice, layers=1, both_ways=False, batch_first=True, projected=False)
    steps = drawn.size_of["T"]
    samples = drawn.size_of["B"] + dice.whole(20, 160)
    rows = samples + steps
    scene = replace(drawn, sizes=tuple({**drawn.size_of, "B": samples}.items()))
    code = "\n".join(
        [
            f"table = torch.randn({rows}, {{F}})",
            "starts = range(len(table) - {T})",
            "x = torch.stack([table[i : i + {T}] for i in starts])",
            "y = torch.stack([table[i + {T}] for i in starts])",
        ]
    )
    counts, why = _miscounted(rows, steps), f"A window for each start: {rows} rows − {{T}} steps = {{B}} samples."
    start = f"Windows of {{T}} steps are cut from {rows} rows, each with the row after it as its target."
    look = dice.one(("len(x)", "x", "y", "x"))
    if look == "len(x)":
        asked, spec = f"{start} How many samples are there?", scene.spec()
        return asks_number(asked, code, look, Axis.of("B"), scene.sizes_of("BTF"), spec, why, counts)
    axes = shape("B, T, F") if look == "x" else shape("B, F")
    more = [Slip((Axis.parse(n), *axes[1:]), ("B",), says) for n, says in counts.items()]
    return asks_shape(f"{start} What is the shape of `{look}`?", code, look, axes, scene, why, more)


def _miscounted(rows: int, steps: int) -> dict[str, str]:
    """The numbers of windows that people write, with what to say then."""
    fit = f"{rows} − {steps} = {rows - steps} fit"
    return {
        str(rows - steps + 1): f"B is one too many: the last window has no row after it for its target, so {fit}.",
        str(rows): f"B is not the number of rows: a window needs T = {steps} of them and one after, so {fit}.",
        str(rows // steps): f"B is not rows ÷ T: windows overlap, each begins one row after the one before. {fit}.",
        str(rows - steps - 1): f"B is one too few: windows begin at rows 0 to {rows - steps - 1}, so {fit}.",
    }


def packed(dice: Dice) -> Question:
    """Sequences of different lengths, packed and padded."""
    drawn = draw_scene(dice, layers=1, batch_first=True, projected=False)
    lengths = _lengths(dice, drawn)
    steps = sum(lengths)
    scene = replace(drawn, sizes=(*drawn.sizes, ("N", steps)))
    look, axes, why = dice.one(_packed_tensors(scene, f"N = {steps} is the sum of the lengths"))
    lines = [
        "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence",
        "",
        f"lengths = {lengths}",
        "x = torch.randn({B}, {T}, {F})  # padded",
        "packed = pack_padded_sequence(x, lengths, batch_first=True)",
        scene.layer(),
        f"output, {scene.state} = {scene.cell}(packed)",
        *["padded = pad_packed_sequence(output, batch_first=True)[0]"] * (look == "padded"),
    ]
    more = []
    if axes[0] == Axis.of("N"):
        counted = f"B·T = {scene.size_of['B'] * scene.size_of['T']} counts the padding too"
        folded = (Axis.of("B", "T"), *axes[1:])
        more.append(Slip(folded, ("B", "T", "N"), f"{counted}: packed, N = {steps} steps are left."))
    return asks_shape(f"What is the shape of `{look}`?", "\n".join(lines), look, axes, scene, why, more)


def _lengths(dice: Dice, scene: Scene) -> list[int]:
    """The longest first, and one of them T; their sum is no other size."""
    size = scene.size_of
    while True:
        others = [dice.whole(1, size["T"]) for _ in range(size["B"] - 1)]
        lengths = sorted([size["T"], *others], reverse=True)
        if sum(lengths) not in (size["B"] * size["T"], *size.values()):
            return lengths


def _packed_tensors(scene: Scene, sum_of: str) -> list[tuple[str, Shape, str]]:
    """What can be asked about: its name, its axes, and why."""
    state = (scene.rows, Axis.of("B"), scene.unit)
    return [
        ("packed.data", shape("N, F"), f"Packing leaves the padding out and lays the steps in one row: {sum_of}."),
        ("packed.batch_sizes", shape("T"), "batch_sizes says for each step how many sequences still run: T numbers."),
        (
            "output.data",
            (Axis.of("N"), scene.step),
            f"A PackedSequence comes back, and {sum_of}: a state for each step.",
        ),
        ("h_n", state, "h_n is not packed: it holds the state after each sequence's last real step."),
        ("padded", scene.per_step(scene.step), "Padding brings B and T back, with T the longest length."),
    ]
