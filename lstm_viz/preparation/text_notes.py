"""What there is to know about texts that were prepared, a sentence for each thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lstm_viz.preparation.errors import counted, listing
from lstm_viz.preparation.padding import Padded
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.text_recipe import TextRecipe, TextRecipeError
from lstm_viz.preparation.words import tokenizer


def word_notes(ready: PreparedText, encoded: Sequence[tuple[list[int], list[int]]]) -> Iterator[str]:
    """On words that are left out or unknown, and messages without any. ``encoded`` holds each message's indices."""
    recipe, vocabulary = ready.recipe, ready.vocabulary
    if vocabulary.left_out:
        kind = "counts as unknown (index 1)" if recipe.reserved else "falls away"
        words = counted(vocabulary.left_out, "different word")
        yield f"The vocabulary's limits leave out {words} of training: each {kind}."
    if not recipe.one_letter:
        every = tokenizer(recipe.lowercase, one_letter=True)
        lost = sum(len(every(text)) for text in ready.texts) - sum(map(len, ready.tokens))
        if lost:
            yield f"scikit-learn's tokenizer drops words of one letter, as I and a: {lost:,} here."
    empty = [at for at, words in enumerate(ready.tokens) if not words]
    fell = [at for at, words in enumerate(ready.tokens) if words and not encoded[at][0]]
    if empty:
        yield f"{_which(empty)} no word that the tokenizer keeps{_treated(recipe)}."
    if fell:
        yield f"{_which(fell)} no word that the vocabulary has{_treated(recipe)}."
    if recipe.reserved:
        known = set(vocabulary.entries[2:])
        strange = [at for at, words in enumerate(ready.tokens) if words and known.isdisjoint(words)]
        if strange:
            yield f"{_which(strange)} only unknown words: x holds nothing but 1 there."


def part_notes(ready: PreparedText, padded: Mapping[str, Padded]) -> Iterator[str]:
    """On what truncation cost, and on labels that training does not see."""
    truncated, count = sum(each.truncated for each in padded.values()), sum(len(each.x) for each in padded.values())
    if truncated:
        lost = sum(each.lost for each in padded.values())
        end = "end" if ready.recipe.cut == "end" else "start"
        yield f"{truncated:,} of {count:,} messages are longer and lose their {end}, {counted(lost, 'word')} in all."
    present = {ready.labels[at] for at in ready.parts["train"].items}
    if missing := [label for label in ready.classes if label not in present]:
        yield f"Not in any training message: {listing(missing)}. The network cannot learn it."


def batch_notes(ready: PreparedText) -> Iterator[str]:
    """On a batch that is not full. Raises TextRecipeError where ``drop_last`` would drop the only one."""
    recipe, count = ready.recipe, len(ready.parts["train"])
    if recipe.drop_last and count < recipe.batch_size:
        allowed = f"at most {count:,} with drop_last=True and {counted(count, 'training sample')}"
        advice = "The only batch would be dropped: make it smaller, or keep the last batch."
        raise TextRecipeError("batch_size", allowed, recipe.batch_size, advice, ("drop_last",))
    if count < recipe.batch_size:
        samples = counted(count, "training sample")
        yield f"A batch of {recipe.batch_size:,} is not full with {samples}: there is a single, smaller one."


def _which(places: Sequence[int]) -> str:
    """How many messages, and the first of them: ``1 message (number 4) has``."""
    if len(places) == 1:
        return f"1 message (number {places[0] + 1}) has"
    return f"{len(places):,} messages (the first is number {places[0] + 1}) have"


def _treated(recipe: TextRecipe) -> str:
    return {
        "unknown": ": one unknown word stands for it",
        "drop": " and is left out",
        "keep": ": its length is 0, which pack_padded_sequence refuses",
    }[recipe.empty]
