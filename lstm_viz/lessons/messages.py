"""Spam or ham: words become indices, indices vectors, and one number says whether a message is wanted."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor, nn

from lstm_viz.lessons.pictures import CellStep, DataWay, Grid, Numbers, Picture, Shapes
from lstm_viz.lessons.records import Behind, Claim, Knob, Lesson, Measured, Step, Task, Values, Verdict, choice
from lstm_viz.lessons.running import caught, forward, gives, unrolled
from lstm_viz.preparation.last_states import AT_THE_END, GATHERED, PACKED, LastStates, last_states
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.sources import prepared_text_of
from lstm_viz.preparation.text_recipe import TextRecipe
from lstm_viz.random_state import seeded
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.presets import preset_named

_E, _H, _L = 10, 3, 2
_PRESET = "Spam or ham"
_GATES = {"i": "input", "f": "forget", "g": "candidate", "o": "output"}


def recipe(values: Values) -> TextRecipe:
    """The source's preparation: cut or filled to T words, the last fifth for the test, batches of B."""
    reserved = bool(values.get("reserved", 1))
    return TextRecipe(
        length=values.get("T", 5),
        batch_size=values.get("B", 4),
        reserved=reserved,
        empty="unknown" if reserved else "drop",
    )


@lru_cache(maxsize=32)
def prepared(found: TextRecipe) -> PreparedText:
    """The bundled messages, prepared."""
    return prepared_text_of(found)


def spec(values: Values) -> NetworkSpec:
    """Embedding, two layers with dropout, the last step, one logit."""
    layers = values.get("L", _L)
    return NetworkSpec(
        input="tokens",
        batch_size=values["B"],
        sequence_length=values["T"],
        vocabulary_size=vocabulary(),
        embedding_size=values.get("E", _E),
        hidden_size=values.get("H", _H),
        layers=layers,
        dropout=0.3 if layers > 1 else 0.0,
        task="binary",
        data="random",
    )


def vocabulary() -> int:
    """V: the words of the training messages, and two entries for padding and the unknown."""
    return len(prepared(TextRecipe()).vocabulary)


def _counts(values: Values) -> Measured:
    found = prepared(recipe(values))
    return {
        "messages": len(found.texts),
        "train": len(found.parts["train"]),
        "test": len(found.parts["test"]),
        "vocabulary": f"{len(found.vocabulary):,}",
        "first": " ".join(found.tokens[0]),
        "indices": found.x[0].tolist(),
        "x": tuple(found.x.shape),
    }


def _shapes(values: Values) -> Measured:
    trace = forward(spec(values)).trace
    return {record.name: tuple(record.shape) for record in trace} | {"vocabulary": f"{vocabulary():,}"}


def one_tensor(values: Values) -> Verdict:
    """What the second thing is that nn.LSTM returns."""
    B, L = values["B"], values["L"]  # noqa: N806
    with seeded(0), torch.no_grad():
        _, state = nn.LSTM(_E, _H, L, batch_first=True)(torch.randn(B, 5, _E))
    return Verdict(
        caught(lambda: state.shape),
        f"`state` is a {type(state).__name__} of {len(state)} tensors, h_n and c_n, each {tuple(state[0].shape)}. "
        f"There is no tensor (2, {L}, {B}, {_H}).",
        raised=True,
    )


def _fact(values: Values) -> Measured:
    fact = next(fact for fact in forward(spec(values)).facts if "h_n[-1]" in fact.statement)
    return {"fact": fact.statement}


@lru_cache(maxsize=32)
def readings(length: int, side: str) -> LastStates:
    """The state after the last word of four messages, read in every way; T = ``length``."""
    found = prepared(TextRecipe(length=length, side="left" if side == "left" else "right"))
    chosen = _of_unequal_length(found)
    with seeded(0):
        embedding = nn.Embedding(len(found.vocabulary), _E)
    of = found.parts["train"]
    x, lengths = of.x[chosen], of.lengths[chosen]
    return last_states("lstm", x, lengths, found.recipe.side, embedding, hidden_size=_H)


def _of_unequal_length(found: PreparedText) -> Tensor:
    """The first message of full length, then the first three that are shorter, each by another number of words."""
    lengths = found.parts["train"].lengths.tolist()
    places = [lengths.index(found.x.shape[1])]
    for place, length in enumerate(lengths):
        if length not in {lengths[each] for each in places} and len(places) < 4:
            places.append(place)
    return torch.tensor(places)


def _read(values: Values) -> LastStates:
    return readings(values["T"], ("right", "left")[values["side"]])


def _padded(values: Values) -> Picture:
    found = _read(values)
    names = tuple(f"{length} of {values['T']} words" for length in found.lengths)
    units = tuple(f"unit {unit}" for unit in range(_H))
    ways = [PACKED, AT_THE_END] + ([GATHERED] if found.side == "right" else [])
    return Numbers(
        tuple(
            Grid(
                name,
                tuple(map(tuple, found[name].values.tolist())),
                names,
                units,
                marked=frozenset(found[name].wrong_samples),
                good=False,
            )
            for name in ways
        )
    )


def _padded_measured(values: Values) -> Measured:
    found = _read(values)
    wrong = len(found[AT_THE_END].wrong_samples)
    return {"gap": found[AT_THE_END].greatest, "wrong": wrong, "all": len(found.lengths)}


def read_at_the_end(values: Values) -> Verdict:
    """Whether output[:, -1] is the state after the last word."""
    found = _read(values)
    return Verdict(
        f"{len(found[AT_THE_END].wrong_samples)} of {len(found.lengths)} messages differ from packing, by up to "
        f"{found[AT_THE_END].greatest:.3f}",
        "The LSTM reads padding as it reads words, and its state goes on. Pack the batch, or take each message’s own "
        "last step: `output[torch.arange(B), lengths - 1]`.",
    )


def _index_zero(values: Values) -> Picture:
    return DataWay(recipe(values))


def _zero_measured(values: Values) -> Measured:
    found = prepared(recipe(values))
    entry = found.vocabulary.entries[0]
    if found.collision is None:
        return {"entry": entry, "said": "Now it means one thing, and `padding_idx=0` keeps its vector at zero."}
    return {"entry": entry, "said": found.collision.sentence}


def squeezed(values: Values) -> Verdict:
    """What squeeze() makes of the predictions of a batch, and what the loss says."""
    B = values["B"]  # noqa: N806
    prediction, target = torch.full((B, 1), 0.5), torch.ones(B)
    said = caught(lambda: nn.BCELoss()(prediction.squeeze(), target))
    shape = tuple(prediction.squeeze().shape)
    if said:
        meaning = "With one sample `squeeze()` takes the batch axis too: a number without axes is left, {shape}. "
        meaning = meaning.replace("{shape}", f"`{shape}`")
        return Verdict(said, meaning + "`squeeze(1)` names the axis: (1,).", raised=True)
    return Verdict(
        f"({B}, 1) → {shape}", f"It fits a target of ({B},). Now try the last batch, of **one** message.", holds=True
    )


def _squeezed(values: Values) -> Picture:
    trace = forward(spec(values)).trace
    prediction = trace["prediction"].values
    assert prediction is not None
    rows = tuple((number,) for number in prediction.sigmoid().flatten().tolist())
    names = tuple(f"message {sample}" for sample in range(len(rows)))
    return Numbers((Grid("sigmoid(fc(last))", rows, names, ("unwanted",), "One probability for each message."),))


def inside(values: Values) -> Verdict:
    """Whether a gate's numbers sum to one, as those of a softmax do."""
    found = unrolled(spec(values)).at(0)
    gates = {name: found.gates[name][0, values["step"]] for name in _GATES}
    sums = ", ".join(f"{name} {float(gate.sum()):.2f}" for name, gate in gates.items())
    before = {name: found.pre_activation[name][0, values["step"]] for name in _GATES}
    apart = max(
        float((gate - (before[name].tanh() if name == "g" else before[name].sigmoid())).abs().max())
        for name, gate in gates.items()
    )
    return Verdict(
        f"sums of the gates at this step: {sums}",
        f"A softmax would sum to 1. Sigmoid for i, f, o and tanh for g give these: greatest difference {apart:g}.",
    )


def _training_query() -> dict[str, str]:
    preset = preset_named(_PRESET)
    return {"from": "text", **preset.spec.to_query(), "tnet": _PRESET, "data": "prepared"}


MESSAGES = Lesson(
    key="messages",
    title="Spam or ham",
    about="From words to one probability: indices, embedding, two layers, and five claims that do not hold.",
    source="“Decoding LSTM using PyTorch”, with short messages written for this program",
    steps=(
        Step(
            key="indices",
            title="Words become indices",
            words="{messages} messages, the first {train} to train and the last {test} to test. “{first}” becomes "
            "{indices}: cut or filled with 0 to {T} words. A batch is {x}, whole numbers.",
            code="x = torch.tensor(indices)  # ({B}, {T}), int64",
            picture=lambda values: DataWay(recipe(values)),
            sizes=(Knob("T", 5, 2, 12), Knob("B", 4, 1, 8)),
            measured=_counts,
            task=Task(
                "Make the batch (4, 7): the first message has seven words.",
                lambda values: _counts(values)["x"] == (4, 7),
                "Nothing is cut from it now: {indices}.",
                {"T": 7},
            ),
            behind=Behind("data", lambda values: {"from": "text", **recipe(values).to_query()}),
        ),
        Step(
            key="embedding",
            title="Indices become vectors",
            words="`nn.Embedding({vocabulary}, {E})` is a table of a row for each word. x {x} has no feature axis; "
            "embedded {embedded} has one: E stands where F stood.",
            code="embedded = embedding(x)  # ({B}, {T}, {E})",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("E", _E, 2, 16), Knob("B", 4, 1, 8)),
            fixed={"T": 5},
            measured=_shapes,
            task=Task(
                "Make embedded (4, 5, 16).",
                gives(spec, "embedded", (4, 5, 16)),
                "Only the table of the embedding has grown; x is still {x}.",
                {"E": 16},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="layers",
            title="Two layers, three hidden units",
            words="output {output} has what the **top** layer said at each word; h_n {h_n} has a row for each layer. "
            "Between the layers dropout of 0.3 works, while training only.",
            code="output, (h_n, c_n) = lstm(embedded)  # nn.LSTM({E}, {H}, {L}, dropout=0.3)",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("L", _L, 1, 4), Knob("H", _H, 1, 8), Knob("B", 4, 1, 8)),
            fixed={"T": 5, "E": _E},
            measured=_shapes,
            task=Task(
                "Make h_n and c_n (3, 4, 3).",
                gives(spec, "h_n", (3, 4, 3)),
                "A third layer, a third row. output did not notice: {output}.",
                {"L": 3},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="pair",
            title="(h_n, c_n) is a pair",
            words="The second thing that comes back is a tuple of two tensors, h_n {h_n} and c_n {c_n}. Unpack it; "
            "there is no axis that counts h and c.",
            code="output, (h_n, c_n) = lstm(embedded)",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("L", _L, 1, 3), Knob("B", 4, 1, 8)),
            fixed={"T": 5, "H": _H, "E": _E},
            measured=_shapes,
            claim=Claim(
                "The state is one tensor, (2, {L}, {B}, {H}).", "_, state = lstm(embedded); state.shape", one_tensor
            ),
            behind=Behind("pitfalls", lambda values: {"pitfall": "tuple-output"}),
        ),
        Step(
            key="last",
            title="output[:, -1] equals h_n[-1]",
            words="The last step of the top layer, taken from output or from h_n: {fact}. It holds while every message "
            "is {T} words long, and reads in one direction.",
            code="last = output[:, -1, :]  # ({B}, {H})",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("B", 4, 1, 8), Knob("T", 5, 1, 8), Knob("H", _H, 1, 8)),
            fixed={"L": _L, "E": _E},
            measured=_fact,
            task=Task(
                "Make last (8, 3).",
                gives(spec, "last", (8, 3)),
                "Eight messages, three numbers each, and still: {fact}.",
                {"B": 8},
            ),
            behind=Behind("", lambda values: spec(values).to_query()),
        ),
        Step(
            key="padding",
            title="With padding, the last step is not the last word",
            words="Four messages of unequal length. Against packing, the state read at the end of the padded batch is "
            "wrong for **{wrong}** of {all}, by up to {gap:.3f}. Framed rows are the wrong ones.",
            code="packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)",
            picture=_padded,
            sizes=(Knob("T", 8, 5, 12), choice("side", "Padding", "right", "left")),
            fixed={"B": 4, "H": _H},
            measured=_padded_measured,
            task=Task(
                "Does padding on the left help? Try it.",
                lambda values: values["side"] == 1 and bool(_read(values)[AT_THE_END].wrong_samples),
                "The last step is now the last word, and {wrong} of {all} are still wrong: the state came through the "
                "padding first.",
                {"side": 1},
            ),
            claim=Claim("output[:, -1] is what the LSTM knew after the last word.", "output[:, -1]", read_at_the_end),
            behind=Behind("pitfalls", lambda values: {"pitfall": "padding-last-step"}),
        ),
        Step(
            key="zero",
            title="Index 0 is padding, and a word as well",
            words="Index 0 is the entry “{entry}”. {said}",
            code="vocabulary = {{word: place + 2 for place, word in enumerate(words)}}  # 0 padding, 1 unknown",
            picture=_index_zero,
            sizes=(choice("reserved", "Indices 0 and 1", "are words", "are reserved"),),
            fixed={"T": 5, "B": 4},
            measured=_zero_measured,
            task=Task(
                "Keep index 0 for padding.",
                lambda values: prepared(recipe(values)).collision is None,
                "Index 0 is “{entry}” and nothing else.",
                {"reserved": 1},
            ),
            behind=Behind("data", lambda values: {"from": "text", **recipe(values).to_query()}),
        ),
        Step(
            key="squeeze",
            title="squeeze() and the last batch",
            words="prediction is ({B}, 1), the target ({B},). The source squeezes the prediction to fit. 489 messages "
            "in batches of 4 leave a last batch of one: set B to 1.",
            code="loss = nn.BCELoss()(prediction.squeeze(), target)",
            picture=_squeezed,
            sizes=(Knob("B", 4, 1, 8),),
            fixed={"T": 5, "H": _H, "E": _E},
            task=Task(
                "Make it fail.",
                lambda values: squeezed(values).raised,
                "One sample is enough. `squeeze(1)`, or a target of ({B}, 1), and it never happens.",
                {"B": 1},
            ),
            claim=Claim("prediction.squeeze() has the target’s shape.", "prediction.squeeze()", squeezed),
            behind=Behind("pitfalls", lambda values: {"pitfall": "squeeze-batch-of-one"}),
        ),
        Step(
            key="inside",
            title="Inside: sigmoid and tanh, no softmax",
            words="Each gate opens or closes each unit by itself: sigmoid for input, forget and output, tanh for the "
            "candidate. The one sigmoid outside makes a probability of the logit, ({B}, 1).",
            code="i, f, o = sigmoid(…), sigmoid(…), sigmoid(…); g = tanh(…)",
            picture=lambda values: CellStep(spec(values), values["step"]),
            sizes=(Knob("step", 0, 0, 4, "word"),),
            fixed={"B": 4, "T": 5, "H": _H, "L": 1, "E": _E},
            claim=Claim("The cell’s inner activation is a softmax.", "i.sum(), f.sum(), g.sum(), o.sum()", inside),
            behind=Behind("cell", lambda values: spec(values).to_query()),
        ),
        Step(
            key="train",
            title="Train it, and type a message",
            words="Dropout, `nn.Linear({H}, 1)`, sigmoid, binary cross-entropy, Adam: the Training page runs it on "
            "{train} messages, and shows the score after each word of what you type.",
            code="loss = nn.BCEWithLogitsLoss()(fc(dropout(last)), target)  # ({B}, 1), float32",
            picture=lambda values: Shapes(spec(values)),
            sizes=(Knob("B", 4, 1, 8), Knob("H", _H, 1, 8)),
            fixed={"T": 5, "E": _E, "L": _L},
            measured=lambda values: {"train": len(prepared(TextRecipe()).parts["train"])},
            behind=Behind("training", lambda values: _training_query()),
        ),
    ),
)
