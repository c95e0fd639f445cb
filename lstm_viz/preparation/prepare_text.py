"""prepare_text(recipe, texts, labels): the whole way from messages or a text to batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor

from lstm_viz.preparation.characters import alphabet, encode
from lstm_viz.preparation.errors import counted, listing
from lstm_viz.preparation.padding import Padded, pad, padding_collision
from lstm_viz.preparation.prepared_text import PADDED, STAND_IN, PreparedText, TextPart
from lstm_viz.preparation.recipe import RecipeError
from lstm_viz.preparation.splitting import PARTS, border_rows
from lstm_viz.preparation.text_errors import TextError
from lstm_viz.preparation.text_notes import batch_notes, part_notes, word_notes
from lstm_viz.preparation.text_recipe import TextRecipe, TextRecipeError
from lstm_viz.preparation.text_way import text_way
from lstm_viz.preparation.vocabulary import UNKNOWN, Vocabulary, make_vocabulary
from lstm_viz.preparation.words import tokenizer

LARGEST_STEPS, LARGEST_ONE_HOT = 5_000_000, 50_000_000
"""Steps of a part's messages together, padding included, and numbers of a one-hot batch: more would fill the memory."""


def prepare_text(recipe: TextRecipe, texts: Sequence[str], labels: Sequence[str] = ()) -> PreparedText:
    """Carry out ``recipe`` on messages with their labels, or on a text: several are then joined by line ends.

    Raises TextError where the text itself cannot become batches (none, one character, labels of one class), and
    TextRecipeError where it is the recipe that does not fit it (a window longer than the text, no message to train on).

    >>> ready = prepare_text(TextRecipe(length=3, test=0), ["win a car", "tea at four"], ["bad", "good"])
    >>> ready.x.tolist(), ready.decode(ready.x[0]), ready.origin(0, 1).text
    ([[6, 3, 0], [5, 2, 4]], 'win car <pad>', 'car')
    >>> ready = prepare_text(TextRecipe(unit="characters", test=0), ["banana, bandana"])
    >>> ready.x.shape, ready.decode(ready.x[0]), ready.decode(ready.target[:1])
    (torch.Size([4, 5]), 'banan', 'a')
    """
    ready = _words(recipe, texts, labels) if recipe.unit == "words" else _characters(recipe, texts)
    _check_one_hot(ready)
    ready = replace(ready, notes=(*ready.notes, *batch_notes(ready)))
    return replace(ready, steps=text_way(ready))


def _words(recipe: TextRecipe, texts: Sequence[str], labels: Sequence[str]) -> PreparedText:
    _check_messages(texts, labels)
    split = _split(recipe, len(texts), "message")
    classes = _classes(recipe, labels, split["train"])
    analyze = tokenizer(recipe.lowercase, recipe.one_letter)
    tokens = tuple(tuple(analyze(text)) for text in texts)
    vocabulary = make_vocabulary((tokens[at] for at in split["train"]), recipe.min_count, recipe.most, recipe.reserved)
    _check_vocabulary(recipe, tokens, vocabulary, split["train"])
    encoded = [_encode(recipe, vocabulary, words) for words in tokens]
    targets = _targets(recipe, labels, classes)
    parts, padded = _message_parts(recipe, encoded, targets, split)
    ready = PreparedText(recipe, tuple(texts), tuple(labels), tokens, vocabulary, classes, parts)
    notes = (*word_notes(ready, encoded), *part_notes(ready, padded))
    return replace(ready, notes=notes, collision=padding_collision(vocabulary, padded["train"]))


def _check_one_hot(ready: PreparedText) -> None:
    B, T, V = ready.recipe.batch_size, ready.parts["train"].x.shape[1], len(ready.vocabulary)  # noqa: N806
    if ready.recipe.encoding == "one-hot" and B * T * V > LARGEST_ONE_HOT:
        allowed = f"indices for a batch of {B:,} · {T:,} steps and {V:,} entries"
        advice = f"One-hot it would hold {B * T * V:,} numbers: an Embedding looks the same rows up."
        raise TextRecipeError("encoding", allowed, "one-hot", advice, ("batch_size", "length"))


def _check_messages(texts: Sequence[str], labels: Sequence[str]) -> None:
    if not texts:
        raise TextError("texts: expected messages, got none. Bring a text with a message on each line.")
    if len(labels) != len(texts):
        advice = "A word's message needs a label to learn: bring them, or choose unit=characters, which needs none."
        raise TextError(
            f"labels: expected one for each of {counted(len(texts), 'message')}, got {len(labels):,}. {advice}"
        )
    if len(set(labels)) < 2:
        only = listing([labels[0]])
        advice = "With one class there is nothing to tell apart: bring messages of another."
        raise TextError(f"labels: expected 2 classes or more, got only {only} in {len(labels):,} messages. {advice}")


def _split(recipe: TextRecipe, count: int, noun: str) -> dict[str, range]:
    """The messages or characters of each part, in order; only those that are not empty."""
    try:
        validation, test = border_rows(recipe.loading, count)
    except RecipeError:
        allowed = f"fewer than {counted(count, noun)} for validation and test together"
        advice = "Nothing is left to train on: make them smaller."
        raise TextRecipeError("test", allowed, recipe.test, advice, ("validation",)) from None
    spans = [range(*borders) for borders in pairwise((0, validation, test, count))]
    return {name: span for name, span in zip(PARTS, spans, strict=True) if len(span)}


def _classes(recipe: TextRecipe, labels: Sequence[str], training: range) -> tuple[str, ...]:
    """The labels, the most frequent in training first: the rare one of two is class 1."""
    counts = Counter(labels[at] for at in training)
    classes = tuple(sorted(set(labels), key=lambda label: (-counts[label], label)))
    if len(counts) < 2:
        only = f"only {listing([classes[0]])} in the first {counted(len(training), 'message')}"
        advice = "The messages are sorted by label: mix them, or make validation and test smaller."
        raise TextError(f"labels: expected 2 classes or more to train on, got {only}. {advice}")
    if recipe.task == "binary" and len(classes) > 2:
        advice = f"There are {len(classes):,} labels, {listing(classes)}: choose task=classification."
        raise TextRecipeError("task", "classification with more than 2 labels", recipe.task, advice)
    return classes


def _check_vocabulary(
    recipe: TextRecipe, tokens: Sequence[Sequence[str]], vocabulary: Vocabulary, training: range
) -> None:
    if len(vocabulary) > (2 if recipe.reserved else 0):
        return
    most = Counter(word for at in training for word in tokens[at]).most_common(1)
    if not most:
        raise TextError(
            f"texts: expected words, got none in {counted(len(training), 'training message')}. The tokenizer drops "
            "punctuation and words of one letter: choose one_letter=True, or unit=characters."
        )
    word, count = most[0]
    advice = f"The most frequent word, {listing([word])}, is there {counted(count, 'time')}: all would be unknown."
    raise TextRecipeError("min_count", f"at most {count}", recipe.min_count, advice)


def _encode(recipe: TextRecipe, vocabulary: Vocabulary, words: Sequence[str]) -> tuple[list[int], list[int]]:
    """The indices of a message's words, and which of its words they are."""
    found = [(index, place) for place, word in enumerate(words) if (index := vocabulary.index(word)) is not None]
    if not found and recipe.empty == "unknown":
        return [UNKNOWN], [STAND_IN]
    return [index for index, _ in found], [place for _, place in found]


def _targets(recipe: TextRecipe, labels: Sequence[str], classes: Sequence[str]) -> Tensor:
    places = {label: place for place, label in enumerate(classes)}
    indices = torch.tensor([places[label] for label in labels])  # (messages,)
    return indices[:, None].float() if recipe.task == "binary" else indices  # (messages, 1) or (messages,)


def _message_parts(
    recipe: TextRecipe,
    encoded: Sequence[tuple[list[int], list[int]]],
    targets: Tensor,
    split: Mapping[str, range],
) -> tuple[dict[str, TextPart], dict[str, Padded]]:
    parts, all_padded, length = {}, {}, recipe.length if recipe.pad_to == "length" else 0
    for name, items in split.items():
        kept = [at for at in items if encoded[at][0] or recipe.empty == "keep"]
        if not kept:
            allowed = f"a {name} part in which a message has words"
            got = f"none in {counted(len(items), 'message')}"
            raise TextRecipeError(
                "empty", allowed, got, "Choose unknown, or bring more messages.", ("test", "validation")
            )
        steps = length or max(1, *(len(encoded[at][0]) for at in kept))
        if steps * len(kept) > LARGEST_STEPS:
            allowed = f"at most {LARGEST_STEPS // len(kept):,} steps for each of {counted(len(kept), 'message')}"
            raise TextRecipeError("length", allowed, steps, "Truncate them: choose pad_to=length.", ("pad_to",))
        padded = pad([encoded[at][0] for at in kept], steps, recipe.side, recipe.cut)
        if name == "train" and recipe.pad_to == "longest":
            length = padded.x.shape[1]
        places = pad([encoded[at][1] for at in kept], steps, recipe.side, recipe.cut, PADDED).x
        messages = torch.tensor(kept)
        parts[name] = TextPart(name, items, padded.x, targets[messages], padded.lengths, messages, places)
        all_padded[name] = padded
    return parts, all_padded


def _characters(recipe: TextRecipe, texts: Sequence[str]) -> PreparedText:
    text = "\n".join(texts)
    vocabulary = alphabet(text)
    codes = encode(text, vocabulary)  # (characters,)
    T = recipe.length  # noqa: N806
    if len(text) <= T:
        allowed = f"at most {len(text) - 1:,} with a text of {counted(len(text), 'character')}"
        advice = "A window needs one character after it: make it shorter, or bring a longer text."
        raise TextRecipeError("length", allowed, T, advice)
    parts = {}
    for name, items in _split(recipe, len(text), "character").items():
        if len(items) <= T:
            allowed = f"a {name} part of more than {counted(T, 'character')}, a window and what follows it"
            advice = "Make the window shorter, or the part larger."
            field = "validation" if name == "validation" else "test"
            raise TextRecipeError(field, allowed, len(items), advice, ("length", "validation", "test"))
        parts[name] = _windows(recipe, name, items, codes[items.start : items.stop])
    return PreparedText(recipe, (text,), (), (), vocabulary, vocabulary.entries, parts)


def _windows(recipe: TextRecipe, name: str, items: range, codes: Tensor) -> TextPart:
    T, stride = recipe.length, recipe.stride  # noqa: N806
    x = codes[:-1].unfold(0, T, stride)  # (N, T), a view
    target = codes[1:].unfold(0, T, stride) if recipe.many_to_many else codes[T::stride][: len(x)]  # (N, T) or (N,)
    places = torch.arange(items.start, items.stop - 1).unfold(0, T, stride)  # (N, T), a view
    full, first = torch.tensor(T).expand(len(x)), torch.tensor(0).expand(len(x))
    return TextPart(name, items, x, target, full, first, places)
