"""The lines of a text's script, stage by stage: plain torch and scikit-learn."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from lstm_viz.preparation.prepared import Stage
from lstm_viz.preparation.prepared_text import PreparedText, TextPart
from lstm_viz.preparation.script_lines import Line
from lstm_viz.preparation.words import tokenizer_code

LARGEST_WRITTEN = 60_000
"""Texts of more characters are not written into a script: it reads a file."""
_ZEN = """\
module = runpy.run_module("this", init_globals={"print": lambda *_: None})  # imported, it would print
text = codecs.decode(module["s"], "rot13")"""
_FROM_CSV = """\
table = pd.read_csv("your_file.csv")  # put the names of your file and its columns here
texts, labels = table["text"].tolist(), table["label"].tolist()"""
_FROM_FILE = 'text = pathlib.Path("your_file.txt").read_text(encoding="utf-8")  # put the name of your file here'


def text_lines(ready: PreparedText, reading_code: str | None = None) -> dict[Stage, list[Line]]:
    """The code of each stage. ``reading_code`` makes ``texts`` and ``labels``, lists of str; for characters ``text``.

    Without it, texts that are not too long are written down, and others read from a file to be named.
    """
    reading = reading_code if reading_code is not None else _reading(ready)
    lines = [(line, "") for line in reading.strip("\n").splitlines()]
    if ready.recipe.unit == "characters":
        lines.append(('print("text", len(text))', f"{len(ready.texts[0]):,} characters"))
        return {
            "texts": lines,
            "vocabulary": list(_alphabet(ready)),
            "indices": list(_codes(ready)),
            "split": [
                (f"{name}_codes = codes[{_span(part)}]", f"({len(part.items)},)") for name, part in _parts(ready)
            ],
            "windows": list(_windows(ready)),
            "loader": list(_loader(ready)),
            "batches": list(_batches(ready)),
        }
    lines.append(('print("texts", len(texts))', f"{len(ready.texts):,} messages"))
    return {
        "texts": lines,
        "tokens": list(_tokens(ready)),
        "split": list(_split(ready)),
        "vocabulary": list(_vocabulary(ready)),
        "indices": list(_indices(ready)),
        "padded": list(_padded(ready)),
        "loader": list(_loader(ready)),
        "batches": list(_batches(ready)),
    }


def text_imports(ready: PreparedText, reading_code: str | None = None) -> list[str]:
    """The import lines that the stages need, grouped as a formatter would."""
    words = ready.recipe.unit == "words"
    own = _reading(ready) if reading_code is None else ""
    standard = [f"import {name}" for name in ("codecs", "pathlib", "runpy") if f"{name}." in own]
    standard += ["from collections import Counter"] if words else []
    others = ["import pandas as pd"] if "pd." in own else []
    others.append("import torch")
    if words:
        others.append("from sklearn.feature_extraction.text import CountVectorizer")
    if words or ready.recipe.encoding == "one-hot":
        others.append("from torch.nn import functional")
    if words:
        others.append("from torch.nn.utils.rnn import pad_sequence")
    others.append("from torch.utils.data import DataLoader, TensorDataset")
    return [*standard, *([""] if standard else []), *others]


def _parts(ready: PreparedText) -> Iterator[tuple[str, TextPart]]:
    yield from ready.parts.items()


def _span(part: TextPart) -> str:
    return f"{part.items.start}:{part.items.stop}"


def _reading(ready: PreparedText) -> str:
    large = sum(map(len, ready.texts)) > LARGEST_WRITTEN
    if ready.recipe.unit == "words":
        both = zip(map(_literal, ready.labels), map(_literal, ready.texts), strict=True)
        pairs = [f"    ({label}, {text})," for label, text in both]
        return _FROM_CSV if large else "\n".join(["messages = [", *pairs, "]", "labels, texts = zip(*messages)"])
    if ready.recipe.data == "zen":
        return _ZEN
    lines = [f"    {_literal(line)}" for line in ready.texts[0].splitlines(keepends=True)]
    return _FROM_FILE if large else "\n".join(["text = (", *lines, ")"])


def _literal(text: str) -> str:
    """A text as Python writes it, in double quotes; what cannot be seen is escaped."""
    return json.dumps(text, ensure_ascii=False) if text.removesuffix("\n").isprintable() else repr(text)


def _tokens(ready: PreparedText) -> Iterator[Line]:
    lengths = [len(words) for words in ready.tokens]
    yield f"analyze = {tokenizer_code(ready.recipe.lowercase, ready.recipe.one_letter)}", ""
    yield (
        "tokens = [analyze(text) for text in texts]",
        f"{len(lengths):,} lists of {min(lengths)} to {max(lengths)} words",
    )


def _split(ready: PreparedText) -> Iterator[Line]:
    for name, part in _parts(ready):
        yield f"{name}_rows = range({part.items.start}, {part.items.stop})", f"{len(part.items):,} messages, in order"


def _vocabulary(ready: PreparedText) -> Iterator[Line]:
    recipe = ready.recipe
    yield "counts = Counter(word for row in train_rows for word in tokens[row])", "of training messages alone"
    yield "ranked = sorted(counts, key=lambda word: (-counts[word], word))", "the most frequent first"
    if recipe.min_count > 1:
        yield f"ranked = [word for word in ranked if counts[word] >= {recipe.min_count}]", ""
    if recipe.most:
        yield f"ranked = ranked[:{recipe.most}]", ""
    start, why = (
        (", start=2", "0 is padding, 1 is unknown") if recipe.reserved else ("", "0 is a word, and padding too")
    )
    yield f"index = {{word: place for place, word in enumerate(ranked{start})}}", why
    yield f"V = len(index){' + 2' if recipe.reserved else ''}", f"{len(ready.vocabulary):,}"


def _indices(ready: PreparedText) -> Iterator[Line]:
    recipe = ready.recipe
    each = (
        "[index.get(word, 1) for word in words]"
        if recipe.reserved
        else "[index[word] for word in words if word in index]"
    )
    one = " or [1]" if recipe.empty == "unknown" else ""
    yield f"encoded = [{each}{one} for words in tokens]", "lists of unequal lengths"
    if recipe.empty == "drop":
        for name in ready.parts:
            yield f"{name}_rows = [row for row in {name}_rows if encoded[row]]", "none without a word"
    yield from _wrapped("classes = [", ", ".join(map(_literal, ready.classes)), "]")
    yield "labels = torch.tensor([classes.index(label) for label in labels])", f"({len(ready.labels)},)"


def _padded(ready: PreparedText) -> Iterator[Line]:
    recipe = ready.recipe
    span = "-T:" if recipe.cut == "start" else ":T"
    room = "(0, T - x.shape[1])" if recipe.side == "right" else "(T - x.shape[1], 0)"
    yield "def padded(sequences, T):", ""
    yield f"    rows = [torch.tensor(each[{span}], dtype=torch.int64) for each in sequences]", ""
    yield f'    x = pad_sequence(rows, batch_first=True, padding_side="{recipe.side}")', "with 0"
    yield f"    x = functional.pad(x, {room})", "(N, T)"
    yield "    return x, torch.tensor([len(row) for row in rows])", "and the lengths (N,)"
    yield "", ""
    yield "", ""
    if recipe.pad_to == "length":
        yield f"T = {recipe.length}", "words of each message"
    elif recipe.pad_to == "longest":
        yield "T = max(len(encoded[row]) for row in train_rows)", f"{ready.parts['train'].x.shape[1]}"
    target = "labels[list({rows})].float()[:, None]" if recipe.task == "binary" else "labels[list({rows})]"
    for name, part in _parts(ready):
        yield f"{name}_messages = [encoded[row] for row in {name}_rows]", ""
        steps = "max(map(len, {name}_messages))" if recipe.pad_to == "batch" else "T"
        made = f"padded({name}_messages, {steps.format(name=name)})"
        yield f"x_{name}, lengths_{name} = {made}", f"{tuple(part.x.shape)} = (N, T), ({len(part)},)"
        width = f"x_{name}.shape[1]" if recipe.pad_to == "batch" else "T"
        real = f"< lengths_{name}[:, None]" if recipe.side == "right" else f">= {width} - lengths_{name}[:, None]"
        yield f"mask_{name} = torch.arange({width}) {real}", f"{tuple(part.x.shape)} = (N, T), False at padding"
        yield f"y_{name} = {target.format(rows=f'{name}_rows')}", f"{tuple(part.target.shape)}"


def _alphabet(ready: PreparedText) -> Iterator[Line]:
    yield "entries = sorted(set(text))", f"C = {len(ready.vocabulary)} different characters"
    yield "index = {character: place for place, character in enumerate(entries)}", ""


def _codes(ready: PreparedText) -> Iterator[Line]:
    count = len(ready.texts[0])
    yield "codes = torch.tensor([index[character] for character in text])", f"({count},) = (characters,)"


def _windows(ready: PreparedText) -> Iterator[Line]:
    recipe = ready.recipe
    yield f"T = {recipe.length}", "characters in a window"
    for name, part in _parts(ready):
        yield f"x_{name} = {name}_codes[:-1].unfold(0, T, {recipe.stride})", f"{tuple(part.x.shape)} = (N, T), a view"
        if recipe.many_to_many:
            yield (
                f"y_{name} = {name}_codes[1:].unfold(0, T, {recipe.stride})",
                f"{tuple(part.target.shape)}: shifted by one",
            )
        else:
            stride = "" if recipe.stride == 1 else f":{recipe.stride}"
            after = f"{name}_codes[T:{stride}][: len(x_{name})]"
            yield f"y_{name} = {after}", f"{tuple(part.target.shape)}: what follows each window"
        if recipe.with_lengths:
            yield f"lengths_{name} = torch.full((len(x_{name}),), T)", "every window is full"


def _loader(ready: PreparedText) -> Iterator[Line]:
    recipe = ready.recipe
    trims = recipe.unit == "words" and recipe.pad_to == "batch"
    one_hot = recipe.encoding == "one-hot"
    lengths = trims or recipe.with_lengths
    yield from _collate(ready, trims, one_hot, lengths)
    for name in ready.parts:
        yield f"{name} = TensorDataset(x_{name}, y_{name}{f', lengths_{name}' if lengths else ''})", ""
    options = f", shuffle=True, generator=torch.Generator().manual_seed({recipe.seed})" if recipe.shuffle else ""
    options += ", drop_last=True" if recipe.drop_last else ""
    collated = ", collate_fn=collate" if trims or one_hot else ""
    for name in ready.parts:
        own = options if name == "train" else ""
        yield f"{name}_loader = DataLoader({name}, batch_size={recipe.batch_size}{own}{collated})", ""


def _collate(ready: PreparedText, trims: bool, one_hot: bool, lengths: bool) -> Iterator[Line]:
    if not (trims or one_hot):
        return
    yield "def collate(samples):", ""
    yield f"    x, target{', lengths' if lengths else ''} = map(torch.stack, zip(*samples))", ""
    if trims:
        span = ":longest" if ready.recipe.side == "right" else "-longest:"
        yield "    longest = max(1, int(lengths.max()))", ""
        yield f"    x = x[:, {span}]", "no more padding than this batch needs"
    if one_hot:
        size = "V" if ready.recipe.unit == "words" else "len(entries)"
        yield f"    x = functional.one_hot(x, {size}).float()", f"(B, T, {len(ready.vocabulary)})"
    yield f"    return x, target{', lengths' if ready.recipe.with_lengths else ''}", ""
    yield "", ""
    yield "", ""


def _batches(ready: PreparedText) -> Iterator[Line]:
    x, target = ready.batch()[:2]
    rest = ", lengths" if ready.recipe.with_lengths else ""
    yield f"x, target{rest} = next(iter(train_loader))", f"{tuple(x.shape)} and {tuple(target.shape)}"
    yield 'print("x", tuple(x.shape), x.dtype)', ""
    yield 'print("target", tuple(target.shape), target.dtype)', ""
    for name in ready.parts:
        yield f'print("{name} batches of", [len(batch[0]) for batch in {name}_loader])', ""


def _wrapped(start: str, inner: str, end: str) -> Iterator[Line]:
    if len(start + inner + end) <= 88:
        yield start + inner + end, ""
        return
    yield start, ""
    yield from ((line, "") for line in textwrap.wrap(inner, 88, initial_indent="    ", subsequent_indent="    "))
    yield end, ""
