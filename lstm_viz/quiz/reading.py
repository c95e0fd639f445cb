"""Reading a typed answer: ``(4, 12, 5)``, ``4 x 12 x 5``, ``torch.Size([4, 12, 5])``, ``B, T, D*H``."""

from __future__ import annotations

import re

from lstm_viz.dims import SYMBOLS, Sizes
from lstm_viz.quiz.records import LABELS, AnswerError, Numbers

LONGEST, LARGEST, MOST_AXES = 200, 10_000_000, 8
_WORDS = {
    "batch_size": "B",
    "batch": "B",
    "sequence_length": "T",
    "seq_len": "T",
    "seq_length": "T",
    "time_steps": "T",
    "features": "F",
    "input_size": "F",
    "hidden_size": "H",
    "hidden": "H",
    "num_layers": "L",
    "layers": "L",
    "num_directions": "D",
    "directions": "D",
    "proj_size": "P",
    "vocabulary_size": "V",
    "num_embeddings": "V",
    "embedding_size": "E",
    "embedding_dim": "E",
    "outputs": "O",
    "out_features": "O",
    "gates": "G",
}
_WRAPPED = re.compile(r"^(?:[\w.]*\.)?(?:torch\.size|size|shape|tuple)\s*(?:is|[:=])?\s*(?=[(\[])", re.IGNORECASE)
_NAME = re.compile(r"[a-z]+_?[a-z_]+")
_TIMES = re.compile(r"(?<=[\w)])\s*[x×]\s*(?=[\w(])|(?<=[0-9)a-z])\s+by\s+(?=[\w(])", re.IGNORECASE)
_TOKEN = re.compile(r"\d+|[A-Za-z]|[-+*()]")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def read_shape(text: str, sizes: Sizes) -> Numbers:
    """The numbers of a typed shape; letters stand for their sizes. Raises AnswerError."""
    plain = _plain(text)
    inner = _unwrapped(plain)
    if not inner:
        if plain in ("()", "[]"):
            return ()
        raise AnswerError(f"Type a shape, {_how(sizes)}.")
    parts = _parts(inner)
    if len(parts) > MOST_AXES:
        raise AnswerError(f"Expected at most {MOST_AXES} axes, got {len(parts)}. Type a shape, {_how(sizes)}.")
    return tuple(_value(part, text, sizes, f"Type a shape, {_how(sizes)}.") for part in parts)


def read_number(text: str, sizes: Sizes) -> Numbers:
    """A typed number, or a product or sum of numbers and letters. Raises AnswerError."""
    how = f"Type a whole number, 48 or {_product(sizes)}."
    plain = _plain(text).replace(",", "") if re.fullmatch(r"\s*\d{1,3}(,\d{3})+\s*", text) else _plain(text)
    inner = _unwrapped(plain) if plain.startswith("[") or plain.lower().startswith("torch") else plain
    if not inner:
        raise AnswerError(how)
    return (_value(inner.rstrip(","), text, sizes, how),)


def read_choice(text: str, count: int) -> int:
    """The place, from 0, of what was chosen by its number, or its letter A to D. Raises AnswerError."""
    plain = text.strip().strip("().").upper()
    keys = {key: place for labels in (LABELS, "ABCD") for place, key in enumerate(labels[:count])}
    if plain not in keys:
        raise AnswerError(f"Choose one of {', '.join(LABELS[:count])}; got {_shown(text)}.")
    return keys[plain]


def _plain(text: str) -> str:
    if len(text) > LONGEST:
        raise AnswerError(f"Expected a short answer, got {len(text)} characters.")
    spelled = text.strip().rstrip(".;").replace("·", "*").replace("⋅", "*").replace("∙", "*").replace("−", "-")
    return _NAME.sub(lambda found: _WORDS.get(found[0], found[0]), spelled)


def _unwrapped(text: str) -> str:
    inner = _WRAPPED.sub("", text).strip()
    while inner and inner[0] in _BRACKETS and _closes(inner):
        inner = inner[1:-1].strip()
    return inner


def _closes(text: str) -> bool:
    """Whether the first bracket is closed by the last letter, and not before."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in _BRACKETS) - (letter in _BRACKETS.values())
        if depth == 0:
            return place == len(text) - 1 and _BRACKETS[text[0]] == letter
    return False


def _parts(inner: str) -> list[str]:
    """The axes: between commas, else between crosses, else between blanks."""
    if re.search(r"[,;]", inner):
        parts = re.split(r"[,;]", inner)
        return [part.strip() for part in (parts[:-1] if not parts[-1].strip() else parts)]
    if _TIMES.search(inner):
        return [part.strip() for part in _TIMES.split(inner)]
    return re.sub(r"\s*([*+()-])\s*", r"\1", inner).split()


def _value(part: str, whole: str, sizes: Sizes, how: str) -> int:
    tokens = _TOKEN.findall(part)
    if not tokens or "".join(tokens) != re.sub(r"\s", "", part) or not part.isascii():
        raise AnswerError(
            f"{_shown(part)} is no size. {how}" if part else f"A size is missing in {_shown(whole)}. {how}"
        )
    if strange := next((word for word in re.findall("[A-Za-z]+", part) if not set(word.upper()) <= set(sizes)), None):
        absent = len(strange) == 1 and strange.upper() in SYMBOLS
        known = f"{strange.upper()} is not in this question" if absent else f"{_shown(strange)} is no size here"
        raise AnswerError(f"{known}: its letters are {', '.join(sizes)}. {how}")
    value, rest = _sum(tokens, sizes, how, 0)
    if rest:
        raise AnswerError(f"{_shown(part)} cannot be read. {how}")
    if not 0 <= value <= LARGEST:
        raise AnswerError(
            f"Expected sizes from 0 to {LARGEST:,}, got {value if abs(value) < 10**12 else 'far more'}. {how}"
        )
    return value


def _sum(tokens: list[str], sizes: Sizes, how: str, depth: int) -> tuple[int, list[str]]:
    total, rest = _term(tokens, sizes, how, depth)
    while rest and rest[0] in "+-":
        sign = 1 if rest[0] == "+" else -1
        value, rest = _term(rest[1:], sizes, how, depth)
        total += sign * value
    return total, rest


def _term(tokens: list[str], sizes: Sizes, how: str, depth: int) -> tuple[int, list[str]]:
    """A product; its sign may be left out: 2H, B T."""
    product, rest = _factor(tokens, sizes, how, depth)
    while rest and (rest[0] in "*(" or rest[0].isalpha()):
        value, rest = _factor(rest[1:] if rest[0] == "*" else rest, sizes, how, depth)
        product = min(product * value, 10**13)
    return product, rest


def _factor(tokens: list[str], sizes: Sizes, how: str, depth: int) -> tuple[int, list[str]]:
    if tokens and tokens[0].isdigit():
        return min(int(tokens[0]), 10**13), tokens[1:]
    if tokens and tokens[0].isalpha():
        return sizes[tokens[0].upper()], tokens[1:]
    if tokens and tokens[0] == "(" and depth < 20:
        value, rest = _sum(tokens[1:], sizes, how, depth + 1)
        if rest and rest[0] == ")":
            return value, rest[1:]
    raise AnswerError(f"Something is missing beside {_shown(tokens[0]) if tokens else 'an operator'}. {how}")


def _how(sizes: Sizes) -> str:
    numbers = "(4, 12, 5), 4 x 12 x 5"
    return f"for example {numbers}, or with the letters {', '.join(sizes)} as in (B, T, {_product(sizes)})"


def _product(sizes: Sizes) -> str:
    return "D*H" if {"D", "H"} <= set(sizes) else "B*T"


def _shown(text: str) -> str:
    short = text.strip()
    return repr(short if len(short) <= 40 else f"{short[:40]}…")
