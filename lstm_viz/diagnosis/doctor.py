"""diagnose: from what a person pasted to answers, best first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lstm_viz.diagnosis.code_facts import read_code
from lstm_viz.diagnosis.evidence import Evidence
from lstm_viz.diagnosis.families import FAMILIES, unknown
from lstm_viz.diagnosis.finding import Diagnoses, Diagnosis
from lstm_viz.diagnosis.reading import Message, cleaned, messages, one_line, shortened
from lstm_viz.dims import SYMBOLS
from lstm_viz.spec import NetworkSpec
from lstm_viz.traced import TraceError

MOST_ANSWERS = 5
_EARLIER = 0.6
_LONGEST = 1_200
_WHOLE = 0.95


def diagnose(
    message: str | BaseException, *, code: str | None = None, sizes: Mapping[str, int] | NetworkSpec | None = None
) -> Diagnoses:
    """What ``message``, an exception, or its text, or a whole traceback, means in its own numbers, best answer first.

    ``code`` is the person's program, which is read and never executed; ``sizes`` what they say of it, by symbol, or a
    network's settings. There is always an answer: the last resort says that the message is not known, and what can be
    read from its numbers. It never raises for any text.

    >>> found = diagnose("RuntimeError: Expected hidden[0] size (2, 4, 128), got [2, 64, 128]")[0]
    >>> found.key, found.numbers[0]
    ('hidden-last-batch', (64, 'the batch that h_0 was made for'))
    """
    text = cleaned(message if isinstance(message, str) else _text_of(message))
    seen = _evidence(text, code or "", sizes)
    answers: dict[str, Diagnosis] = {}
    for place, each in enumerate(messages(text)):
        for answer in _answers(each, seen):
            weighed = replace(answer, confidence=round(answer.confidence * (_EARLIER if place else 1.0), 3))
            if answer.key not in answers or answers[answer.key].confidence < weighed.confidence:
                answers[answer.key] = weighed
    if not answers:
        for answer in _answers(Message("", one_line(shortened(text, _LONGEST))), seen):
            answers.setdefault(answer.key, replace(answer, confidence=round(answer.confidence * _WHOLE, 3)))
    if not answers:
        return Diagnoses([unknown.answer(messages(text)[0], seen)])
    return Diagnoses(sorted(answers.values(), key=lambda answer: -answer.confidence)[:MOST_ANSWERS])


def _text_of(error: BaseException) -> str:
    """An exception as Python prints it; of a trace that ended early, what the model raised."""
    cause = error.__cause__ if isinstance(error, TraceError) and error.__cause__ else error
    return f"{type(cause).__name__}: {cause}"


def _answers(message: Message, seen: Evidence) -> list[Diagnosis]:
    """What every family says of one message."""
    text = f"{message.exception}: {message.text}" if message.exception else message.text
    return [answer for family in FAMILIES for rule in family for answer in rule.answers(text, seen)]


def _evidence(text: str, code: str, sizes: Mapping[str, int] | NetworkSpec | None) -> Evidence:
    read = read_code(code) if code.strip() else read_code(text)
    given = sizes.sizes if isinstance(sizes, NetworkSpec) else sizes or {}
    plain = {
        symbol: size for symbol, size in given.items() if symbol in SYMBOLS and type(size) is int and 0 < size < 10**12
    }
    return Evidence(one_line(text), read, {**read.sizes(), **plain})
