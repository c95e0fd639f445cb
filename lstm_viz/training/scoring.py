"""A message scored word by word: what the network would say if the message ended there."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lstm_viz.preparation.padding import pad
from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.preparation.vocabulary import UNKNOWN
from lstm_viz.preparation.words import tokenizer
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.batches import Layout
from lstm_viz.training.state import first, recurrent_layer


@dataclass(frozen=True)
class WordScore:
    """After ``word``: the probability of each class, and the hidden state of the last layer.

    ``known`` says whether the vocabulary has the word; ``read`` whether it is among the words that training reads, or
    is cut off there.
    """

    word: str
    known: bool
    read: bool
    probabilities: tuple[float, ...]
    state: tuple[float, ...]


@dataclass(frozen=True)
class MessageScore:
    """``words`` are scored one after another without padding; ``classes`` names their probabilities.

    ``padded`` holds the probabilities of the message as it is in a batch, cut and padded, which is what training saw.
    """

    classes: tuple[str, ...]
    words: tuple[WordScore, ...]
    padded: tuple[float, ...]


@torch.no_grad()
def score_words(
    model: nn.Module, prepared: PreparedText, message: str, network: NetworkSpec | None = None
) -> MessageScore:
    """The score with the state after each word of a message. The model's mode stays as it was.

    Raises ValueError for a message without a word, and for a head that takes T words and no fewer.
    """
    recipe, vocabulary = prepared.recipe, prepared.vocabulary
    if network is not None and network.head == "flatten":
        raise ValueError("head: expected last_step or last_hidden, got flatten. It cannot be asked after fewer words.")
    words = tokenizer(recipe.lowercase, recipe.one_letter)(message)
    encoded = [(word, code) for word in words if (code := vocabulary.index(word)) is not None]
    if not encoded:
        raise ValueError("message: expected at least one word that the tokenizer keeps, got none. Write a longer one.")
    codes = [code for _, code in encoded]
    steps = prepared.parts["train"].x.shape[1]
    read = range(max(len(codes) - steps, 0), len(codes)) if recipe.cut == "start" else range(min(len(codes), steps))
    was_training = model.training
    model.eval()
    try:
        scored = []
        for place, (word, code) in enumerate(encoded):
            chances, state = _after(model, torch.tensor(codes[: place + 1]), network)
            known = not (recipe.reserved and code == UNKNOWN)
            scored.append(WordScore(word, known, place in read, chances, state))
        padded = pad([codes], steps, recipe.side, recipe.cut).x[0]  # (T,)
        return MessageScore(prepared.classes, tuple(scored), _after(model, padded, network)[0])
    finally:
        model.train(was_training)


def _after(model: nn.Module, codes: Tensor, network: NetworkSpec | None) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The probabilities (C,) and the last layer's state (H,) after some words (T,)."""
    x = codes[None]  # (1, T)
    if network is not None:
        x, _ = Layout(network)(x, torch.zeros(1))
    states: list[Tensor] = []
    layer = recurrent_layer(model)
    hook = layer.register_forward_hook(lambda _, __, result: states.append(first(result[1]))) if layer else None
    try:
        scores = model(x).reshape(-1)  # (1,) or (C,)
    finally:
        if hook:
            hook.remove()
    state = tuple(states[-1][-1, 0].tolist()) if states else ()
    if len(scores) == 1:
        chance = float(torch.sigmoid(scores[0]))
        return (1 - chance, chance), state
    return tuple(torch.softmax(scores, dim=0).tolist()), state
