"""A message that no rule knows: said so, with what can be read from its numbers."""

from __future__ import annotations

import re

from lstm_viz.diagnosis.evidence import Evidence, pair_products
from lstm_viz.diagnosis.finding import Diagnosis, Numbers
from lstm_viz.diagnosis.reading import Message, shape_in
from lstm_viz.diagnosis.rules import SHAPE, written

_NUMBER = re.compile(r"(?<![\w.])\d{1,9}(?![\w.]\d|\w)")
_SHAPES = re.compile(SHAPE)
_MOST = 8


def answer(message: Message, seen: Evidence) -> Diagnosis:
    """That the message is not known, and what its numbers could be."""
    shapes = [shape_in(found[1]) for found in _SHAPES.finditer(message.text)][:4]
    shapes = [sizes for sizes in shapes if sizes]
    found = list(dict.fromkeys(int(number) for number in _NUMBER.findall(message.text)))[:_MOST]
    sentences = ["This message is not known here."]
    numbers = _numbers(tuple(found), seen)
    if shapes:
        sentences.append("It names the shapes " + " and ".join(map(written, shapes)) + _difference(shapes))
    if numbers:
        sentences.append(
            "What its numbers could be: " + "; ".join(f"{number} is {words}" for number, words in numbers) + "."
        )
    elif found:
        sentences.append("Enter the sizes of your network (B, T, F, H …): then its numbers can be compared with them.")
    else:
        sentences.append("It has no numbers to read. Paste the whole traceback, to its last line.")
    return Diagnosis(
        key="unknown",
        title="This message is not known",
        explanation=" ".join(sentences),
        numbers=numbers,
        fix="Print the shape of each tensor on the line that the traceback ends with, and compare it with what the "
        "layer wants: x is (B, T, F) with batch_first=True, states are (L·D, B, H), output is (B, T, D·H).",
        fixed_code="print(x.shape, x.dtype, x.device)",
        confidence=0.1,
    )


def _numbers(found: tuple[int, ...], seen: Evidence) -> Numbers:
    products = pair_products(found)
    meanings = []
    for number in found:
        names = [name for name in seen.meanings(number) if not {"+", "−"} & set(name)]
        if names:
            meanings.append((number, " or ".join(names[:3])))
        elif number in products:
            first, second = products[number]
            meanings.append((number, f"{first} · {second}"))
    return tuple(meanings)


def _difference(shapes: list[tuple[int, ...]]) -> str:
    first, second = shapes[0], shapes[1] if len(shapes) > 1 else shapes[0]
    if len(first) != len(second):
        return f": they have {len(first)} and {len(second)} axes."
    places = [place for place, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
    if not places:
        return "."
    return ": they differ on axis " + " and ".join(map(str, places)) + "."
