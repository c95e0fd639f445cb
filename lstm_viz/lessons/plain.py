"""Runs beside an RNN: a plain network, the losses of the steps, the shares of a gradient, clipping, and packing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_viz.equalities import gaps
from lstm_viz.lessons.records import Values, Verdict
from lstm_viz.lessons.running import caught
from lstm_viz.random_state import seeded

WORDS = ("I", "am", "Ahmad", "not", "Hassan")
MADE_FOR = 4
"""How many words the plain network is made for."""
_F, _H = 4, 3


def too_long(values: Values) -> Verdict:
    """What a Linear over a whole sentence says to another length."""
    F, T = values["F"], values["T"]  # noqa: N806
    with seeded(0):
        fc, sentence_of_words = nn.Linear(MADE_FOR * F, 1), torch.randn(1, T, F)  # fc as in made_for_four
    said = caught(lambda: fc(sentence_of_words.flatten(1)))
    if said:
        return Verdict(said, f"{{T·F}} numbers meet weights for {MADE_FOR * F}.", raised=True)
    return Verdict(f"prediction {tuple(fc(sentence_of_words.flatten(1)).shape)}", "For this one length.", holds=True)


def sentence(swapped: bool) -> tuple[str, ...]:
    """The sentence, or the one with both names changed over."""
    if not swapped:
        return WORDS
    change = {"Ahmad": "Hassan", "Hassan": "Ahmad"}
    return tuple(change.get(word, word) for word in WORDS)


@cache
def made_for_four() -> tuple[float, ...]:
    """The weights of the plain network, 4·F of them."""
    with seeded(0):
        fc = nn.Linear(MADE_FOR * _F, 1)
    return tuple(fc.weight.detach().flatten().tolist())


@cache
def _read(reader: int) -> tuple[Tensor, Tensor]:
    """What a reader holds after each word of the sentence and of its swap, (2, T, ·), and its predictions (2,)."""
    with seeded(0), torch.no_grad():
        embedding, rnn = nn.Embedding(len(WORDS), _F), nn.RNN(_F, _H, batch_first=True)
        fc = nn.Linear(_H if reader else _F, 1)
        tokens = torch.tensor([[WORDS.index(word) for word in sentence(swapped)] for swapped in (False, True)])
        embedded = embedding(tokens)  # (B, T, E)
        read = torch.arange(1, len(WORDS) + 1)[:, None]  # (T, 1)
        held = rnn(embedded)[0] if reader else embedded.cumsum(1) / read
        return held, fc(held[:, -1]).flatten()


def held_after(reader: int, swapped: bool) -> tuple[tuple[float, ...], ...]:
    """What a reader holds after each word: the mean so far (0), or the state of an RNN (1)."""
    return tuple(tuple(row) for row in _read(reader)[0][int(swapped)].tolist())


def readings(reader: int) -> tuple[float, float]:
    """The prediction for the sentence and for its swap: by the mean of the words (0) or by an RNN (1)."""
    first, second = _read(reader)[1].tolist()
    return first, second


@cache
def counts(steps: int) -> tuple[int, int]:
    """The parameters of nn.Linear(T·F, H) and of nn.RNN(F, H), counted on real modules without numbers."""
    with torch.device("meta"):
        modules = nn.Linear(steps * _F, _H), nn.RNN(_F, _H)
    plain, recurrent = (sum(each.numel() for each in module.parameters()) for module in modules)
    return plain, recurrent


@cache
def by_position(place: int) -> tuple[tuple[float, ...], float]:
    """The gradient of one word alone: its length in the Linear's weights for each place, and in an RNN's weight_ih."""
    with seeded(0):
        fc, rnn, word = nn.Linear(MADE_FOR * _F, _H), nn.RNN(_F, _H, batch_first=True), torch.randn(_F)
    x = torch.zeros(1, MADE_FOR, _F)
    x[0, place] = word
    (plain,) = torch.autograd.grad(fc(x.flatten(1)).pow(2).sum(), [fc.weight])  # (H, T·F)
    (shared,) = torch.autograd.grad(rnn(x)[0].pow(2).sum(), [dict(rnn.named_parameters())["weight_ih_l0"]])  # (H, F)
    return tuple(float(block.norm()) for block in torch.split(plain, _F, dim=1)), float(shared.norm())


@cache
def losses(steps: int) -> tuple[float, ...]:
    """The squared error of each step of an untrained RNN that should say the next number."""
    with seeded(0), torch.no_grad():
        rnn, fc, series = nn.RNN(1, _H, batch_first=True), nn.Linear(_H, 1), torch.randn(1, steps + 1, 1)
        prediction = fc(rnn(series[:, :-1])[0])  # (1, T, 1)
        each = (prediction - series[:, 1:]).pow(2).flatten()  # (T,)
    return tuple(each.tolist())


@dataclass(frozen=True)
class Shares:
    """The length of each step's share in the gradient of W_hh, and how far their sum is from PyTorch's own."""

    norms: tuple[float, ...]
    gap: float


@cache
def shares(steps: int) -> Shares:
    """A loss after the last step, differentiated by W_hh at each of its uses, and by all of them at once.

    >>> shares(5).gap < 1e-6
    True
    """
    with seeded(0):
        rnn, x = nn.RNN(_F, _H, batch_first=True), torch.randn(1, steps, _F)
    weights = dict(rnn.named_parameters())
    (whole,) = torch.autograd.grad(rnn(x)[0][:, -1].pow(2).sum(), [weights["weight_hh_l0"]])  # (H, H)
    copies = [weights["weight_hh_l0"].detach().clone().requires_grad_() for _ in range(steps)]
    h = torch.zeros(1, _H)
    for t, W_hh in enumerate(copies):  # noqa: N806
        given = x[:, t] @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]
        h = torch.tanh(given + h @ W_hh.T + weights["bias_hh_l0"])  # (1, H)
    each = torch.autograd.grad(h.pow(2).sum(), copies)
    summed = cast(Tensor, sum(each))
    return Shares(tuple(float(share.norm()) for share in each), float(gaps(summed, whole).max()))


@lru_cache(maxsize=512)
def clipping(limit: float) -> tuple[float, float, float]:
    """The norm of all gradients before and after clip_grad_norm_, and the cosine of the angle between both."""
    with seeded(0):
        rnn, x = nn.RNN(_F, _H, batch_first=True), 3 * torch.randn(8, 20, _F)
    with torch.no_grad():
        dict(rnn.named_parameters())["weight_hh_l0"].mul_(3)
    rnn(x)[0][:, -1].pow(2).sum(1).mean().backward()
    parameters = list(rnn.parameters())
    before = torch.cat([cast(Tensor, each.grad).flatten() for each in parameters]).clone()
    norm = nn.utils.clip_grad_norm_(parameters, limit)
    after = torch.cat([cast(Tensor, each.grad).flatten() for each in parameters])
    return float(norm), float(after.norm()), float(nn.functional.cosine_similarity(before, after, dim=0))


@dataclass(frozen=True)
class Packed:
    """Two sentences packed: the steps that were read of those that were padded, the output of the shorter, (T, H).

    ``gap`` is how far the shorter one's h_n is from that of the sentence fed alone.
    """

    steps: int
    padded: int
    output: tuple[tuple[float, ...], ...]
    gap: float


@cache
def packed(short: int) -> Packed:
    """A batch of a sentence of 6 words and one of ``short``.

    >>> packed(3).steps, packed(3).gap < 1e-6
    (9, True)
    """
    with seeded(0), torch.no_grad():
        rnn, x = nn.RNN(_F, _H, batch_first=True), torch.randn(2, 6, _F)
        x[1, short:] = 0
        together = pack_padded_sequence(x, torch.tensor([6, short]), batch_first=True)
        output, h_n = rnn(together)
        padded, _ = pad_packed_sequence(output, batch_first=True)  # (B, T, H)
        _, alone = rnn(x[1:, :short])
    rows = tuple(tuple(row) for row in padded[1].tolist())
    return Packed(len(together.data), x.shape[0] * x.shape[1], rows, float(gaps(h_n[:, 1], alone[:, 0]).max()))
