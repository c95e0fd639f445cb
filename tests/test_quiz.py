"""The quiz: a thousand questions against real forward passes, typed answers, and the axis that was wrong."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lstm_viz
from lstm_viz.dims import Axis, shape_size
from lstm_viz.links import SpecError
from lstm_viz.pitfalls.filling import fill
from lstm_viz.quiz.asking import kind_of, question
from lstm_viz.quiz.explaining import explain, named_axes
from lstm_viz.quiz.kinds import KINDS
from lstm_viz.quiz.limits import LEVELS
from lstm_viz.quiz.reading import read_choice, read_number, read_shape
from lstm_viz.quiz.records import AnswerError, Numbers, Question
from lstm_viz.quiz.scoring import TEN, Answered, card, round_of, spots, streak
from lstm_viz.quiz.settling import settle

SEED = 20
THOUSAND = [(level, number) for level in LEVELS for number in range(1, 335)]
SIZES = {"B": 4, "T": 12, "F": 3, "H": 5, "L": 1, "D": 2, "G": 4}
PLACES = st.builds(question, st.integers(1, 999_999), st.sampled_from(LEVELS), st.integers(1, 60))


def asked(kind: str, level: int, seed: int = SEED) -> Question:
    return next(question(seed, level, n) for n in range(1, 60) if kind_of(seed, level, n).name == kind)


def typed(asked: Question) -> str:
    """The right answer, as PyTorch gives it."""
    truth = settle(asked).truth
    return str(truth) if asked.settles == "shape" else str(truth[0] + (asked.settles != "number"))


@pytest.fixture(scope="module")
def thousand() -> list[Question]:
    return [question(SEED, level, number) for level, number in THOUSAND]


@pytest.fixture(scope="module")
def truths(thousand: list[Question]) -> dict[Question, Numbers]:
    """What PyTorch says of each; a choice that is not the only right one raises."""
    return {each: settle(each).truth for each in thousand}


def test_pytorch_says_of_a_thousand_questions_what_their_axes_say(truths: dict[Question, Numbers]) -> None:
    assert len(truths) > 1000
    for each, truth in truths.items():
        if each.settles in ("shape", "number"):
            assert truth == each.named, str(each)
        if each.options and each.settles == "shape":
            assert [option.text for option in each.options].count(str(truth)) == 1
        else:
            assert not each.options or 0 <= truth[0] < 4


def test_the_questions_vary(thousand: list[Question]) -> None:
    texts = Counter(str(each).split("\n", 1)[1] for each in thousand)
    assert max(texts.values()) <= 3
    assert len(texts) > 990
    for level in LEVELS:
        kinds = {each.kind for each in thousand if each.level == level}
        assert kinds == {kind.name for kind in KINDS if level in kind.levels}
        assert len(kinds) >= 12
    assert len({each.topic for each in thousand}) >= 14


def test_choices_differ_and_stand_in_every_place(truths: dict[Question, Numbers]) -> None:
    chosen = {each: truth for each, truth in truths.items() if each.choices}
    assert all(len(set(each.choices or ())) == 4 for each in chosen)
    places = {(each.settles, truth) for each, truth in chosen.items() if each.settles != "shape"}
    for settles in {settles for settles, _ in places}:
        assert {place for found, (place,) in places if found == settles} == {0, 1, 2, 3}


def test_sizes_that_must_be_told_apart_differ(thousand: list[Question]) -> None:
    for each in thousand:
        sizes = [size for letter, size in each.sizes if letter not in "LDG" and letter != "N"]
        assert len(set(sizes)) == len(sizes), str(each)
        for one, other in itertools.combinations(each.axes, 2):
            alike = set(one.symbols) - {"G"} == set(other.symbols) - {"G"}  # an RNN's G is 1
            assert alike or one.size(each.size_of) != other.size(each.size_of), str(each)


def test_no_slip_is_the_truth_and_none_is_another(thousand: list[Question]) -> None:
    for each in thousand:
        numbers = [shape_size(slip.axes, each.size_of) for slip in each.slips]
        assert len(set(numbers)) == len(numbers)
        assert not each.axes or each.named not in numbers


def test_every_slip_is_explained_by_its_axis(thousand: list[Question]) -> None:
    for each in thousand:
        for slip in each.slips:
            said = shape_size(slip.axes, each.size_of)
            sentence = explain(each, said)
            assert all(name in sentence for name in slip.names), (str(each), said, sentence)
            assert named_axes(each, said) == slip.axes


def test_batch_first_is_blamed_only_where_it_decides(thousand: list[Question]) -> None:
    blamed = 0
    for each in thousand:
        for slip in each.slips:
            if "batch_first" in slip.sentence:
                layer = re.search(r"nn\.(LSTM|GRU|RNN)\(.*", each.code)
                assert layer is not None, str(each)
                assert ("without batch_first" in slip.sentence) == ("batch_first" not in layer[0])
                wanted = "L·D" if "does not move" in slip.sentence else "T" if "without" in slip.sentence else "B"
                assert str(each.axes[0]) == wanted, (str(each), slip.sentence)
                blamed += 1
    assert blamed > 100


@given(PLACES, st.lists(st.integers(0, 200), max_size=6))
def test_any_other_answer_is_explained_by_its_axes(each: Question, numbers: list[int]) -> None:
    said = tuple(numbers)
    if each.settles != "shape" or said == each.named:
        return
    sentence = explain(each, said)
    wrong = [axis for axis, size in zip(each.axes, said, strict=False) if axis.size(each.size_of) != size]
    if len(said) == len(each.axes):
        assert any(str(axis) in sentence for axis in wrong), sentence
    else:
        assert str(len(each.axes)) in sentence or any(
            symbol in sentence for axis in each.axes for symbol in axis.symbols
        )
    assert len(named_axes(each, said)) == len(said)
    assert shape_size(named_axes(each, said), each.size_of) == said


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_right_and_wrong_answers_of_every_kind(kind: object) -> None:
    for level in kind.levels:  # type: ignore[attr-defined]
        each = asked(kind.name, level)  # type: ignore[attr-defined]
        verdict = each.check(typed(each))
        assert verdict.right
        assert verdict.ran.printed
        for answer in ("1", "2", "3", "4") if each.options else ("77", "(77, 78)"):
            if each.settles == "number" and "(" in answer:
                continue
            found = each.check(answer)
            assert found.right == (found.said == verdict.true)
            assert found.right or (len(found.explanation) > 20 and found.truth in str(found))
        assert each.words in str(each)
        assert all(line in str(each) for line in each.code.splitlines())


def test_what_ran_prints_the_same_as_a_script() -> None:
    for kind in ("output", "packed", "cell-object", "count", "windows"):
        each = asked(kind, 2)
        printed: list[str] = []
        verdict = each.check("1")
        with torch.random.fork_rng():
            exec(verdict.ran.code, {"print": lambda text, into=printed: into.append(str(text))})
        assert printed == [verdict.ran.printed]


def test_the_mistakes_that_people_make_are_named() -> None:
    seen = set()
    for number in range(1, 200):
        each = question(3, 2, number)
        if each.kind == "state" and "batch_first=True" in each.code and each.look == "h_n":
            axes = (each.axes[1], each.axes[0], each.axes[2])
            said = each.check(str(shape_size(axes, each.size_of))).explanation
            assert said.startswith("You wrote B first: batch_first does not move `h_n`")
            seen.add("state")
        if each.kind == "output" and each.size_of["D"] == 2:
            wrong = (*each.named[:2], each.size_of["H"])
            assert each.check(str(wrong)).explanation.startswith("D is missing: both directions are in it")
            seen.add("D")
        if each.kind == "output" and "batch_first" not in each.code:
            wrong = (each.named[1], each.named[0], each.named[2])
            assert "without batch_first, time stands first" in each.check(str(wrong)).explanation
            seen.add("T")
    assert seen == {"state", "D", "T"}


def test_the_same_seed_gives_the_same_everywhere_and_torch_is_left_alone() -> None:
    state, pythons = torch.random.get_rng_state(), random.getstate()
    first = [(str(each), each.check("1").ran) for each in itertools.islice(lstm_viz.quiz(seed=7, level=2), 22)]
    assert torch.equal(torch.random.get_rng_state(), state)
    assert random.getstate() == pythons
    again = [(str(each), each.check("1").ran) for each in itertools.islice(lstm_viz.quiz(seed=7, level=2), 22)]
    assert first == again
    assert first != [(str(each), each.check("1").ran) for each in itertools.islice(lstm_viz.quiz(seed=8, level=2), 22)]


def test_a_question_stays_what_it_is() -> None:
    """A link is kept by people: this very question must not become another one."""
    each = question(4711, 1, 1)
    assert (each.kind, each.words, each.code.splitlines()[0]) == KEPT


KEPT = ("equals", "Which of these equals `output[:, -1]`?", "gru = nn.GRU(8, 10, batch_first=True)")


@pytest.mark.parametrize(("level", "number"), [(0, 1), (4, 1), (2, 0), (1, -3)])
def test_what_does_not_exist_is_refused(level: int, number: int) -> None:
    with pytest.raises(SpecError, match="expected"):
        question(1, level, number)


@pytest.mark.parametrize(
    "text",
    [
        "(4, 12, 10)",
        "4,12,10",
        "4, 12, 10,",
        "4 12 10",
        "4 x 12 x 10",
        "4x12x10",
        "4×12×10",
        "4 by 12 by 10",
        "[4, 12, 10]",
        "torch.Size([4, 12, 10])",
        "Size([4,12,10])",
        "output.shape = (4, 12, 10)",
        "shape: (4, 12, 10)",
        "tuple(4, 12, 10)",
        "((4, 12, 10))",
        "(4; 12; 10)",
        "B,T,D*H",
        "(B, T, D·H)",
        "b, t, 2*h",
        "B x T x 2H",
        "B T DH",
        "B T D * H",
        "batch, seq_len, 2 * hidden_size",
        "(batch_size, T, H + H)",
        "B, 3*B, (1+1)*H",
        "4, 12, 10.",
        " ( 4 , 12 , 10 ) ",
        "B, T, H-(-0)*1+H".replace("-(-0)*1", ""),
    ],
)
def test_a_shape_is_read_as_people_type_it(text: str) -> None:
    assert read_shape(text, SIZES) == (4, 12, 10)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Type a shape"),
        ("   ", "Type a shape"),
        ("what", "'what' is no size here: its letters are B, T"),
        ("what?", "'what?' is no size. Type a shape"),
        ("B, T, P", "P is not in this question: its letters are"),
        ("(4, 12", "Type a shape"),
        ("4, , 5", "A size is missing"),
        ("4, 12 5, 3", "cannot be read"),
        ("4, -3, 5", "Something is missing beside '-'"),
        ("4, 1-3, 5", "Expected sizes from 0"),
        ("99999999999999999999999", "far more"),
        ("4.5, 3", "Type a shape"),
        ("1," * 20, "at most 8 axes"),
        ("x" * 500, "Expected a short answer, got 500"),
        ("2 +", "Something is missing"),
        ("²,³", "is no size"),
    ],
)
def test_what_cannot_be_read_is_told_what_to_type(text: str, says: str) -> None:
    with pytest.raises(AnswerError, match=None) as caught:
        read_shape(text, SIZES)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "number"), [("48", 48), ("1,234", 1234), ("B*T", 48), ("(4*12)", 48), ("D*H", 10), ("[7]", 7), ("2 H", 10)]
)
def test_a_number_is_read(text: str, number: int) -> None:
    assert read_number(text, SIZES) == (number,)


@pytest.mark.parametrize("text", ["", "4, 12", "many", "-", "()", "()()", "*"])
def test_no_number_is_told_what_to_type(text: str) -> None:
    with pytest.raises(AnswerError, match="Type a whole number"):
        read_number(text, SIZES)


def test_a_choice_may_be_written_out() -> None:
    each = asked("which-axis", 1)
    (place,) = settle(each).truth
    assert each.check((each.choices or ())[place]).right


def test_a_choice_is_read() -> None:
    assert [read_choice(text, 4) for text in ("1", "(4)", "b", "C.", " 2 ")] == [0, 3, 1, 2, 1]
    for text in ("5", "e", "", "12", "0"):
        with pytest.raises(AnswerError, match="Choose one of 1, 2, 3, 4"):
            read_choice(text, 4)


@given(st.text(max_size=300) | st.text("0123456789BTHDx×*·+-()[], ", max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for read in (read_shape, read_number, lambda text, _: (read_choice(text, 4),)):
        try:
            found = read(text, SIZES)  # type: ignore[operator]
        except AnswerError as error:
            assert str(error)  # noqa: PT017
        else:
            assert all(0 <= number <= 10_000_000 for number in found)


@given(
    st.lists(st.integers(0, 9999), min_size=1, max_size=6), st.sampled_from(["{}", "({})", "[{}]", "torch.Size([{}])"])
)
def test_every_way_of_writing_gives_the_same(numbers: list[int], form: str) -> None:
    for between in (", ", ",", " x ", " × ", "x", " "):
        text = form.format(between.join(map(str, numbers)))
        assert read_shape(text, SIZES) == tuple(numbers)


@given(PLACES)
def test_the_letters_of_the_truth_are_a_right_answer(each: Question) -> None:
    if each.settles == "shape":
        letters = ", ".join(str(axis) for axis in each.axes)
        assert each.check(letters).right
        assert each.check(str(each.named)).right


def test_the_parts_of_a_product_are_named() -> None:
    each = next(
        each for each in lstm_viz.quiz(seed=1, level=3) if each.kind == "reshape" and "B·T" in map(str, each.axes)
    )
    rest: Numbers = each.named[1:]
    assert each.check(str((each.size_of["B"], *rest))).explanation.startswith("T is missing")
    assert each.check(str((each.size_of["T"], *rest))).explanation.startswith("B is missing")


def test_templates_hold_nothing_but_sizes(thousand: list[Question]) -> None:
    """What runs is the package's own text: with other sizes filled in, nothing but numbers changes."""
    for each in thousand[::7]:
        larger = {letter: size + 1 for letter, size in each.sizes}
        plain = "".join(" " if letter.isdigit() else letter for letter in each.code)
        other = "".join(" " if letter.isdigit() else letter for letter in fill(each.program, larger))
        assert "".join(plain.split()) == "".join(other.split())


def test_axes_are_the_vocabulary_s(thousand: list[Question]) -> None:
    for each in thousand:
        for axis in (*each.axes, *(axis for slip in each.slips for axis in slip.axes)):
            assert Axis.parse(str(axis)) == axis


def answers(*right: bool, topics: str = "abcdefghij") -> list[Answered]:
    return [Answered(4711, 2, place + 1, topics[place], each) for place, each in enumerate(right)]


def test_the_score() -> None:
    given_answers = answers(True, False, True, True, topics="abab")
    assert streak(given_answers) == 2
    assert streak(answers(True, False)) == 0
    weakest = spots(given_answers)
    assert [(spot.topic, spot.right, spot.asked) for spot in weakest] == [("b", 1, 2), ("a", 2, 2)]
    assert weakest[0].missed == given_answers[1]
    assert list(round_of(10)) == list(range(1, 11))
    assert round_of(11)[0] == 11
    assert TEN == 10


def test_the_card() -> None:
    given_answers = [
        Answered(4711, 2, number, "h_n and c_n" if number == 2 else "packing", number not in (2, 5))
        for number in range(1, 11)
    ]
    assert card(given_answers, 4711, 2, 10) == "8 of 10 · level 2 · room 4711 · missed: h_n and c_n, packing"
    assert card(given_answers[:1], 4711, 2, 1) == "1 of 10 · level 2 · room 4711 · 9 not answered"
    assert "questions 11 to 20" in card(given_answers, 4711, 2, 15)
