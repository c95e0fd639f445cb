"""Checking an answer: it is read, PyTorch runs, and the two are compared axis by axis."""

from __future__ import annotations

from contextlib import suppress

from lstm_viz.dims import Shape, describe
from lstm_viz.pitfalls.filling import fill
from lstm_viz.quiz.explaining import describe_number, explain, named_axes
from lstm_viz.quiz.reading import read_choice, read_number, read_shape
from lstm_viz.quiz.records import LABELS, AnswerError, Numbers, Question, Verdict
from lstm_viz.quiz.settling import Settled, UnsettledError, settle

_TYPED = ("shape", "number")


def read(question: Question, answer: str) -> Numbers:
    """The answer as numbers: a shape's, one, or the place of a choice. Raises AnswerError."""
    if question.settles in _TYPED:
        if question.options:
            with suppress(AnswerError):
                return read_shape(question.choices[read_choice(answer, len(question.options))], question.size_of)  # type: ignore[index]
        return (read_shape if question.settles == "shape" else read_number)(answer, question.size_of)
    choices = question.choices or ()
    if answer.strip() in choices:  # a choice may be written out as well
        return (choices.index(answer.strip()),)
    return (read_choice(answer, len(choices)),)


def check(question: Question, answer: str) -> Verdict:
    """Read the answer, run PyTorch, compare. Raises AnswerError where the answer cannot be read."""
    said = read(question, answer)
    settled = settle(question)
    if question.settles in _TYPED and settled.truth != question.named:
        raise UnsettledError(f"{question.look} is {settled.truth}, its names give {question.named}")
    right = said == settled.truth
    axes: Shape = named_axes(question, said) if question.settles == "shape" else ()
    shown = (_shown(question, settled.truth), _shown(question, said))
    return Verdict(right, *shown, _explanation(question, said, settled, right), settled.ran, said, settled.truth, axes)


def _shown(question: Question, numbers: Numbers) -> str:
    if question.settles == "shape":
        return str(numbers)
    if question.settles == "number":
        return f"{numbers[0]:,}"
    return f"{LABELS[numbers[0]]}: {(question.choices or ())[numbers[0]]}"


def _explanation(question: Question, said: Numbers, settled: Settled, right: bool) -> str:
    rule = fill(question.why, question.size_of)
    if right:
        return f"{_named_truth(question)}{rule[0].upper() if question.settles not in _TYPED else rule[0]}{rule[1:]}"
    if question.settles in _TYPED:
        return f"{explain(question, said)} {rule}"
    says = fill(question.options[said[0]].says, question.size_of)
    return f"{says} The right one, {LABELS[settled.truth[0]]}: {rule}" if says else rule


def _named_truth(question: Question) -> str:
    if question.settles == "shape":
        return f"`{question.look}` is {describe(question.axes)}. "
    return f"It is {describe_number(question)}. " if question.settles == "number" else ""
