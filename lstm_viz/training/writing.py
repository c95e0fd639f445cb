"""A character model writes: each character is drawn from its scores, and becomes part of what it reads next."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from lstm_viz.preparation.prepared_text import PreparedText
from lstm_viz.spec import NetworkSpec
from lstm_viz.training.batches import Layout

_SAMPLE, _SAMPLE_TEMPERATURE = 80, 0.7


@torch.no_grad()
def generate(
    model: nn.Module,
    prepared: PreparedText,
    prompt: str,
    length: int = 200,
    temperature: float = 1.0,
    seed: int = 0,
    network: NetworkSpec | None = None,
) -> str:
    """What a model writes after ``prompt``: so many characters, without the prompt.

    It reads the last T characters each time, as in training. Scores are divided by ``temperature`` before the softmax:
    below 1 the likely becomes likelier, above 1 all become alike; 0 always takes the likeliest. The same seed writes
    the same. Torch's own random state and the model's mode stay as they were. Raises ValueError for an empty prompt, a
    character that the text does not have, and a temperature below 0.
    """
    if temperature < 0:
        raise ValueError(f"temperature: expected 0 or more, got {temperature:g}. 0 always takes the likeliest.")
    codes = _codes(prepared, prompt)
    steps = prepared.parts["train"].x.shape[1]
    generator = torch.Generator().manual_seed(seed)
    was_training = model.training
    model.eval()
    try:
        for _ in range(length):
            read = torch.tensor(_filled(codes[-steps:], steps, network))  # (T,)
            scores = last_scores(model, read, network)  # (C,)
            codes.append(_drawn(scores, temperature, generator))
    finally:
        model.train(was_training)
    return prepared.decode(codes[len(codes) - length :])


def last_scores(model: nn.Module, codes: Tensor, network: NetworkSpec | None) -> Tensor:
    """The scores (C,) after the last of some characters (T,)."""
    x = codes[None]  # (1, T)
    if network is not None:
        layout = Layout(network)
        shape = (1, len(codes)) if network.head in ("every_step", "every_step_3d") else (1,)
        x, _ = layout(x, torch.zeros(shape, dtype=torch.int64))
        scores = layout.samples_first(model(x), 1)  # (1, C) or (1, T, C)
    else:
        scores = model(x)
    return scores.reshape(-1, scores.shape[-1])[-1]


def writes(prepared: PreparedText) -> Callable[[nn.Module, NetworkSpec | None], str]:
    """A short text from the beginning of the training text, always drawn alike: what changes is the model."""
    steps = prepared.parts["train"].x.shape[1]
    prompt = prepared.texts[0][:steps]
    return lambda model, network: generate(model, prepared, prompt, _SAMPLE, _SAMPLE_TEMPERATURE, 0, network)


def _codes(prepared: PreparedText, prompt: str) -> list[int]:
    if not prompt:
        raise ValueError("prompt: expected at least one character to begin with, got none.")
    if unknown := sorted(set(prompt) - set(prepared.vocabulary.entries)):
        advice = "The model knows the characters of its text alone: leave them out."
        raise ValueError(f"prompt: expected characters of the text, got {', '.join(map(repr, unknown))}. {advice}")
    return prepared.vocabulary.encode(prompt)


def _filled(codes: list[int], steps: int, network: NetworkSpec | None) -> list[int]:
    """As many as the network must have: a flatten head takes no fewer than T, so the first is repeated before them."""
    pinned = network is not None and network.head == "flatten"
    return [codes[0]] * (steps - len(codes)) + codes if pinned else codes


def _drawn(scores: Tensor, temperature: float, generator: torch.Generator) -> int:
    if temperature == 0:
        return int(scores.argmax())
    chances = torch.softmax(scores / temperature, dim=-1)  # (C,)
    return int(torch.multinomial(chances, 1, generator=generator))
