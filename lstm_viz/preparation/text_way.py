"""The way of a text as steps: each thing that is there on it, with shape, code and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from torch import Tensor

from lstm_viz.preparation.errors import counted, listing
from lstm_viz.preparation.loading import batches_text
from lstm_viz.preparation.prepared import SHOWN, Stage, Step
from lstm_viz.preparation.prepared_text import PreparedText, TextPart
from lstm_viz.preparation.script import code_lines
from lstm_viz.preparation.script_lines import Line
from lstm_viz.preparation.text_lines import text_lines

_READING = {
    "messages": "from lstm_viz.datasets import messages\n\ntexts, labels = messages().texts, messages().labels",
    "zen": "from lstm_viz.datasets import zen\n\ntext = zen().texts[0]",
    "text": "# the text that you brought",
}


def text_way(ready: PreparedText) -> tuple[Step, ...]:
    """The steps from the text to the last batch, in their order."""
    lines = text_lines(ready, _READING[ready.recipe.data] if _as_bundled(ready) else _READING["text"])
    start = _words(ready) if ready.recipe.unit == "words" else _characters(ready)
    return tuple(_with_code(parts, lines) for parts in (*start, *_batches(ready)))


def _as_bundled(ready: PreparedText) -> bool:
    return ready.recipe.data == ("messages" if ready.recipe.unit == "words" else "zen")


def _with_code(parts: dict[str, Any], lines: Mapping[Stage, list[Line]]) -> Step:
    of_stage = lines[parts["stage"]]
    name = parts["name"]
    found = (code for code, _ in of_stage if name in code.split(" = ")[0].split(", "))
    expression = next((code.split(" = ", 1)[1] for code in found), name)
    about: dict[str, Any] = {"expression": expression} | parts
    return Step(**about, code=tuple(code_lines(of_stage)))


def _step(stage: Stage, name: str, axes: tuple[str, ...], sentence: str, **more: Any) -> dict[str, Any]:
    return {"stage": stage, "name": name, "axes": axes, "sentence": sentence, "values": None, "dtype": ""} | more


def _tensor(
    stage: Stage, name: str, values: Tensor, axes: tuple[str, ...], sentence: str, **more: Any
) -> dict[str, Any]:
    """A step with a tensor; of its values only the first are copied."""
    first = max(1, SHOWN // max(1, values[:1].numel()))
    shown = values[:first].numpy().copy() if values[:1].numel() <= SHOWN else None
    about = {"shape": tuple(values.shape), "dtype": str(values.dtype).removeprefix("torch."), "values": shown}
    return _step(stage, name, axes, sentence, **(about | more))


def _words(ready: PreparedText) -> Iterator[dict[str, Any]]:
    recipe, count = ready.recipe, len(ready.texts)
    by_class = ", ".join(f"{ready.labels.count(label):,} {label}" for label in ready.classes[:6])
    sentence = f"{counted(count, 'message')}: {by_class}."
    yield _step("texts", "texts", ("messages",), sentence, shape=(count,), values=_objects(ready.texts))
    lengths = [len(words) for words in ready.tokens]
    every = f"{counted(sum(lengths), 'word')}, {min(lengths)} to {max(lengths)} in a message"
    case = "small letters, " if recipe.lowercase else ""
    sentence = f"{every}: {case}without punctuation{'' if recipe.one_letter else ' and words of one letter'}."
    first = _objects([" ".join(words) for words in ready.tokens[: SHOWN // 10]])
    yield _step("tokens", "tokens", ("messages",), sentence, shape=(count,), values=first)
    yield from _split(ready, "message")
    size, entries = len(ready.vocabulary), ready.vocabulary.entries
    kept = "0 is padding and 1 every unknown word; then" if recipe.reserved else "no index is kept for padding;"
    start = 2 if recipe.reserved else 0
    sentence = f"V = {size:,} entries, from training messages alone: {kept} {listing(entries[start : start + 3])} …"
    yield _step("vocabulary", "index", ("V",), sentence, shape=(size,), values=_objects(entries))
    sentence = "Each word is its index; the messages still differ in length."
    encoded = _objects([str(ready.vocabulary.encode(words)) for words in ready.tokens[: SHOWN // 10]])
    yield _step("indices", "encoded", ("messages",), sentence, shape=(count,), values=encoded)
    names = listing([f"{place} {label}" for place, label in enumerate(ready.classes)])
    sentence = f"The labels as class indices: {names}; the most frequent one is 0."
    yield _step("indices", "labels", ("messages",), sentence, shape=(count,), dtype="int64")
    for name, part in ready.parts.items():
        yield from _padded(ready, name, part)


def _objects(values: tuple[str, ...] | list[str]) -> np.ndarray[Any, Any]:
    return np.array(values[: SHOWN // 10], dtype=object)


def _padded(ready: PreparedText, name: str, part: TextPart) -> Iterator[dict[str, Any]]:
    T = part.x.shape[1]  # noqa: N806
    padding = part.x.numel() - int(part.lengths.sum())
    where = "after" if ready.recipe.side == "right" else "before"
    share = f"{padding:,} of {part.x.numel():,} are padding, {where} the words" if padding else "none is padding"
    how = {
        "length": f"Truncated or padded to T = {T}",
        "longest": f"Padded to T = {T}, the longest training message",
        "batch": f"Padded to T = {T}, the longest of this part; the loader trims each batch to its own longest",
    }[ready.recipe.pad_to]
    yield _tensor("padded", f"x_{name}", part.x, ("N", "T"), f"{how}: {share}.", part=name)
    sentence = f"How many steps of each message are words: {int(part.lengths.min())} to {int(part.lengths.max())}."
    yield _tensor("padded", f"lengths_{name}", part.lengths, ("N",), sentence, part=name)
    sentence = "The mask: True at words, False at padding. Its sums along T are the lengths."
    yield _tensor("padded", f"mask_{name}", part.mask, ("N", "T"), sentence, part=name)
    binary = ready.recipe.task == "binary"
    sentence = (
        f"1 for {ready.classes[1]}, 0 for {ready.classes[0]}: float, for BCE, and (N, 1) as the prediction has it."
        if binary
        else "Class indices, int64 and (N,), as cross-entropy takes them."
    )
    yield _tensor("padded", f"y_{name}", part.target, ("N", "O") if binary else ("N",), sentence, part=name)


def _characters(ready: PreparedText) -> Iterator[dict[str, Any]]:
    text, C = ready.texts[0], len(ready.vocabulary)  # noqa: N806
    sentence = f"A text of {counted(len(text), 'character')}."
    yield _step("texts", "text", ("characters",), sentence, shape=(len(text),), values=_objects(list(text[:SHOWN])))
    sentence = f"C = {C} different characters, in the order of their code points."
    yield _step("vocabulary", "entries", ("V",), sentence, shape=(C,), values=_objects(ready.vocabulary.entries))
    sentence = f"Each character is its place in the alphabet, 0 to {C - 1}."
    yield _step("indices", "codes", ("characters",), sentence, shape=(len(text),), dtype="int64")
    yield from _split(ready, "character")
    T, stride = ready.recipe.length, ready.recipe.stride  # noqa: N806
    for name, part in ready.parts.items():
        count = len(part.items)
        sum_ = f"{count:,} − {T:,}" if stride == 1 else f"({count:,} − {T:,} − 1) // {stride:,} + 1"
        about = {"part": name, "arithmetic": f"{sum_} = {len(part):,}"}
        sentence = f"Windows of T = {T}, each {counted(stride, 'character')} after the one before."
        yield _tensor("windows", f"x_{name}", part.x, ("N", "T"), sentence, **about)
        if ready.recipe.many_to_many:
            sentence = "The same windows one character later: the next one at every step. Class indices, not one-hot."
            yield _tensor("windows", f"y_{name}", part.target, ("N", "T"), sentence, **about)
        else:
            sentence = "The one character after each window, as a class index, not one-hot: (N,) and not (N, 1)."
            yield _tensor("windows", f"y_{name}", part.target, ("N",), sentence, **about)


def _split(ready: PreparedText, noun: str) -> Iterator[dict[str, Any]]:
    words = ready.recipe.unit == "words"
    sizes = [len(part.items) for part in ready.parts.values()]
    every = len(ready.texts) if words else len(ready.texts[0])
    text = f"{' + '.join(f'{size:,}' for size in sizes)} = {every:,}" if len(sizes) > 1 else ""
    for (name, part), where in zip(ready.parts.items(), _where(len(sizes)), strict=True):
        sentence = f"The {where} {counted(len(part.items), noun)}, in order: {name}."
        variable = f"{name}_rows" if words else f"{name}_codes"
        about = {"part": name, "arithmetic": text, "shape": (len(part.items),)}
        yield _step("split", variable, (f"{noun}s",), sentence, **about)


def _where(parts: int) -> tuple[str, ...]:
    return {1: ("whole",), 2: ("first", "last")}.get(parts, ("first", "next", "last"))


def _batches(ready: PreparedText) -> Iterator[dict[str, Any]]:
    recipe = ready.recipe
    for name, part in ready.parts.items():
        order, text = ready.order(name), batches_text(recipe.loading, len(part), name)
        shuffled = recipe.shuffle and name == "train"
        sentence = "The samples are shuffled, the steps in each are not." if shuffled else "In their order."
        about = {"shape": (len(order),), "part": name, "arithmetic": text}
        yield _step("loader", f"{name}_loader", ("batches",), sentence, **about)
    one_hot = recipe.encoding == "one-hot"
    kind = "one-hot vectors, float32" if one_hot else "indices, int64: an Embedding takes them"
    count = len(ready.order())
    for which in ("first", "last") if count > 1 else ("first",):
        x, target, *rest = ready.batch(0 if which == "first" else -1)
        missing = recipe.batch_size - len(x)
        smaller = f", {missing:,} fewer than the others" if which == "last" and missing else ""
        prefix = "" if which == "first" else "last "
        code = "next(iter(train_loader))" if which == "first" else "the last of train_loader"
        about = {"part": "train", "expression": code}
        sentence = f"The {which} batch: {counted(len(x), 'sample')}{smaller}, as {kind}."
        yield _tensor("batches", f"{prefix}x", x, ("B", "T", "F") if one_hot else ("B", "T"), sentence, **about)
        sentence = f"The target of the {which} batch."
        every = ("B", "O") if target.is_floating_point() else ("B", "T")[: target.dim()]
        yield _tensor("batches", f"{prefix}target", target, every, sentence, **about)
        for lengths in rest:
            yield _tensor("batches", f"{prefix}lengths", lengths, ("B",), "Its lengths, for packing.", **about)
