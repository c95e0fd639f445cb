"""Making a question of a shape or a number, with the mistakes that go with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lstm_viz.dims import Axis, Shape, shape_size
from lstm_viz.quiz.dice import Dice
from lstm_viz.quiz.records import Option, Question, Settles, Slip
from lstm_viz.quiz.scene import Scene
from lstm_viz.quiz.slips import letters_of, slips
from lstm_viz.spec import NetworkSpec

Pairs = tuple[tuple[str, int], ...]
NOTHING: Mapping[str, object] = MappingProxyType({})


def asks_shape(
    asked: str,
    program: str,
    look: str,
    axes: Shape,
    scene: Scene,
    why: str,
    more: Iterable[Slip] = (),
    spec: Mapping[str, object] = NOTHING,
) -> Question:
    """Which shape has ``look``? The names of its axes are ``axes``."""
    sizes = _sizes_of(scene, program, axes)
    first = scene.batch_first if _has_layer(scene, program) else None
    found = slips(look, axes, dict(sizes), first, more)
    return Question(asked, program, sizes, "shape", why, look, axes, (), found, scene.spec(**spec))


def asks_number(
    asked: str,
    program: str,
    look: str,
    axis: Axis,
    sizes: Pairs,
    spec: NetworkSpec,
    why: str,
    mistakes: Mapping[str, str],
) -> Question:
    """Which number is ``look``? ``mistakes`` are the axes, or numbers, that people write instead, with what to say."""
    known = dict(sizes)
    found: dict[tuple[int, ...], Slip] = {}
    for text, sentence in mistakes.items():
        wrong = Axis.parse(text)
        if wrong.size(known) != axis.size(known):
            found.setdefault(shape_size((wrong,), known), Slip((wrong,), wrong.symbols, sentence))
    return Question(asked, program, sizes, "number", why, look, (axis,), (), tuple(found.values()), spec)


def _sizes_of(scene: Scene, program: str, axes: Shape) -> Pairs:
    """The sizes that the code knows: without a recurrent layer those that are written in it, or come out of it."""
    if _has_layer(scene, program):
        return tuple(pair for pair in scene.sizes if pair[0] != "F" or "{F}" in program)
    made = letters_of(axes)
    return tuple(pair for pair in scene.sizes if f"{{{pair[0]}}}" in program or pair[0] in made)


def _has_layer(scene: Scene, program: str) -> bool:
    return f"= nn.{scene.cell.upper()}(" in program


def options(right: str, wrong: Iterable[tuple[str, str]]) -> list[Option]:
    """The right line first, and each wrong one with what to say of it."""
    return [Option(right), *(Option(text, says) for text, says in wrong)]


def asks_choice(
    dice: Dice,
    asked: str,
    code: str,
    scene: Scene,
    settles: Settles,
    why: str,
    found: list[Option],
    look: str = "",
    spec: Mapping[str, object] = NOTHING,
) -> Question:
    """The right option stands first in ``found``; it is shown anywhere."""
    return Question(asked, code, scene.sizes, settles, why, look, (), dice.shuffled(found), (), scene.spec(**spec))
