"""load_state_dict: what the sizes and names in a checkpoint say of the model that it was saved from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.finding import Diagnosis
from lstm_viz.diagnosis.rules import SHAPE, Found, rules, shape, worded, written

_NAME = re.compile(r"(?P<kind>weight|bias)_(?P<part>ih|hh|hr)_l(?P<layer>\d+)(?P<reverse>_reverse)?")
_MISMATCH = re.compile(
    rf"size mismatch for (?P<name>[\w.]{{1,100}}): copying a param with shape {SHAPE} from checkpoint, the shape in "
    rf"current model is {SHAPE}"
)
_HYPER = """model = Model(**settings)  # the same sizes as when it was saved
model.load_state_dict(torch.load("model.pt"))"""


def _sizes(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """Each pair of shapes says which setting differs."""
    reasons: list[str] = []
    numbers: list[tuple[int, str]] = []
    for each in _MISMATCH.finditer(found.string):
        saved, now = shape(each, 2), shape(each, 3)
        for reason, pair in _differences(each["name"], saved, now):
            if reason not in reasons:
                reasons.append(reason)
                numbers += [(pair[0], f"in the checkpoint: {reason}"), (pair[1], f"in the model: {reason}")]
    first = found["name"]
    text = " ".join(
        f"{reason}: {a[0]} when it was saved, {b[0]} now."
        for reason, a, b in zip(reasons, numbers[::2], numbers[1::2], strict=True)
    )
    yield Diagnosis(
        key="checkpoint-sizes",
        title="The model has other sizes than the one that was saved",
        explanation=f"{first} is {written(shape(found, 2))} in the checkpoint and {written(shape(found, 3))} in the "
        f"model. weight_ih_l0 is (G·H, F), weight_hh_l0 is (G·H, H), with G = 4 for an LSTM, 3 for a GRU. {text}",
        numbers=tuple(numbers[:6]),
        axis=f"the axes of {first}",
        misleading="A first axis of 4·hidden_size is four gates side by side: divide by 4.",
        fix="Make the model with the settings that it was saved with, and save these beside the weights. strict=False "
        "does not help against other sizes.",
        fixed_code=_HYPER,
        pitfall="",
        confidence=0.96,
    )


def _differences(name: str, saved: tuple[int, ...], now: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Setting → its size then and now."""
    parts = _NAME.search(name)
    if not parts:
        if len(saved) == len(now) == 2 and saved[1] != now[1]:
            word = "embedding_dim (E)" if "emb" in name.lower() else f"in_features of {name.rsplit('.', 1)[0]}"
            yield word, (saved[1], now[1])
        if saved and now and saved[0] != now[0]:
            word = (
                "num_embeddings (V), the vocabulary"
                if "emb" in name.lower()
                else f"out_features of {name.rsplit('.', 1)[0]} (O)"
            )
            yield word, (saved[0], now[0])
        return
    if saved[:1] != now[:1]:
        gates = 4 if saved[0] % 4 == 0 and now[0] % 4 == 0 else 3 if saved[0] % 3 == 0 and now[0] % 3 == 0 else 1
        if saved[0] * 3 == now[0] * 4 or saved[0] * 4 == now[0] * 3:
            yield "gates · hidden_size, so an LSTM (4·H) and a GRU (3·H)", (saved[0], now[0])
        elif gates > 1:
            yield f"hidden_size (H), the first axis divided by {gates}", (saved[0] // gates, now[0] // gates)
        else:
            yield "hidden_size (H)", (saved[0], now[0])
    if len(saved) == len(now) == 2 and saved[1] != now[1] and parts["part"] == "ih":
        word = (
            "input_size (F)" if parts["layer"] == "0" else f"what layer {parts['layer']} gets from the one below (D·H)"
        )
        yield word, (saved[1], now[1])


def _keys(found: Found, seen: Evidence) -> Iterator[Diagnosis]:
    """Missing and unexpected names."""
    text = found.string
    place = text.lower().find("unexpected key(s)")
    missing = text[: place if place >= 0 else len(text)] if "issing key(s)" in text else ""
    unexpected = text[place:] if place >= 0 else ""
    why, fix, code = _why_keys(missing, unexpected)
    yield Diagnosis(
        key="checkpoint-names",
        title="The checkpoint's names are not the model's",
        explanation=why,
        axis="the names of the weights",
        misleading="Missing are names that the model has; unexpected are names that the checkpoint has.",
        fix=fix,
        fixed_code=code,
        tells_apart="Compare list(checkpoint) with list(model.state_dict()). strict=False loads what fits and leaves "
        "the rest as it was made.",
        confidence=0.95,
    )


def _why_keys(missing: str, unexpected: str) -> tuple[str, str, str]:
    if '"module.' in unexpected or '"module.' in missing:
        return (
            "The names begin with “module.” on one side: nn.DataParallel puts it before each name when it wraps the "
            "model.",
            "Take it away: {name.removeprefix('module.'): weight for name, weight in checkpoint.items()}; or save "
            "model.module.state_dict().",
            "checkpoint = torch.load('model.pt')\n"
            "model.load_state_dict({name.removeprefix('module.'): w for name, w in checkpoint.items()})",
        )
    if any(word in unexpected for word in ("state_dict", "epoch", "optimizer")):
        return (
            "The file holds a dictionary with the weights in it, beside epoch or optimizer.",
            "Load the entry of the weights: checkpoint['model_state_dict'].",
            "model.load_state_dict(torch.load('model.pt')['model_state_dict'])",
        )
    for side, other, where in (
        (missing, unexpected, "the model has, and the checkpoint has not"),
        (unexpected, missing, "the checkpoint has, and the model has not"),
    ):
        names = {(n["layer"], bool(n["reverse"])) for n in _NAME.finditer(side)}
        others = {(n["layer"], bool(n["reverse"])) for n in _NAME.finditer(other)}
        if any(reverse for _, reverse in names) and not any(reverse for _, reverse in others):
            return (
                f"There are weights with _reverse that {where}: one of them is bidirectional.",
                "Set bidirectional alike in both.",
                _HYPER,
            )
        if names and not others and "0" not in {layer for layer, _ in names}:
            top = max(int(layer) for layer, _ in names) + 1
            return (
                f"There are weights of layers up to _l{top - 1} that {where}: one of them has num_layers={top}.",
                "Set num_layers alike in both.",
                _HYPER,
            )
        if "bias_" in side and "weight_" not in side and "weight_" not in other:
            return (
                f"There are biases that {where}: one of them was made with bias=False.",
                "Set bias alike in both.",
                _HYPER,
            )
    return (
        "The layers have other names (self.lstm and self.rnn are two names), or the model is another one.",
        "Give the layers the names that they had, or rename the entries of the checkpoint.",
        "checkpoint = {name.replace('rnn.', 'lstm.'): w for name, w in torch.load('model.pt').items()}\n"
        "model.load_state_dict(checkpoint)",
    )


RULES = rules(
    (
        rf"size mismatch for (?P<name>[\w.]{{1,100}}): copying a param with shape {SHAPE} from checkpoint, the shape "
        rf"in current model is {SHAPE}",
        _sizes,
    ),
    (r"(?:Missing|Unexpected) key\(s\) in state_dict|unexpected key \"|missing keys in state_dict", _keys),
    (
        r"Expected state_dict to be dict-like, got|'(?P<kind>str|\w+)' object has no attribute "
        r"'(?:copy|keys|state_dict|load_state_dict)'",
        worded(
            Diagnosis(
                key="checkpoint-kind",
                title="load_state_dict wants the dictionary of weights",
                explanation="It got a file's name, or the whole model that was saved.",
                fix="Load the file first: model.load_state_dict(torch.load(path)). Of a saved model take "
                ".state_dict().",
                fixed_code='model.load_state_dict(torch.load("model.pt"))',
                confidence=0.85,
            )
        ),
    ),
)
