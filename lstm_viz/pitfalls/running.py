"""Running a mistake: both programs with the sizes filled in, and all that PyTorch says caught."""

from __future__ import annotations

import itertools
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import torch

from lstm_viz.pitfalls.filling import checked, code_pieces
from lstm_viz.pitfalls.measures import DEPENDS, dependency, reach
from lstm_viz.pitfalls.records import Harm, Outcome, Pitfall, Ran
from lstm_viz.random_state import seeded

_HEAD = "import torch\nfrom torch import nn\n"
_SEED = "torch.manual_seed(0)\n"
_BENIGN = "LSTM with projections is not supported with oneDNN"  # slower, and as right as ever
_COUNT = itertools.count(1)


def run(pitfall: Pitfall, sizes: Mapping[str, int] | None = None) -> Outcome:
    """Run the wrong and the right program of a mistake at its own sizes, changed by ``sizes``.

    Both begin with the same seed; the random state is left as it was. What runs is the catalogue's own text with whole
    numbers in it. Raises SizeError for sizes that the mistake cannot have.
    """
    chosen = checked(pitfall, sizes)
    (wrong, made_wrong), (right, made_right) = (
        execute(program(pitfall, side, chosen), pitfall.shows) for side in ("wrong", "right")
    )
    if wrong.raised or right.raised:
        return Outcome(pitfall, chosen, wrong, right)
    with seeded(0), _heard([]):
        for made in (made_wrong, made_right) if pitfall.maps else ():
            made[DEPENDS] = reach(made)
        harms = tuple(Harm(each.what, each.of(made_wrong), each.of(made_right)) for each in pitfall.measures)
        maps = (dependency(made_wrong), dependency(made_right)) if pitfall.maps else None
    return Outcome(pitfall, chosen, wrong, right, harms, maps)


def program(pitfall: Pitfall, side: str, sizes: Mapping[str, int]) -> str:
    """The whole text of one side, ``"wrong"`` or ``"right"``: it runs on its own."""
    return "".join(text for text, _ in code_pieces(template(pitfall, side), sizes))


def template(pitfall: Pitfall, side: str) -> str:
    """The text of one side before its sizes are filled in."""
    head = _HEAD + (f"{pitfall.imports}\n" if pitfall.imports else "") + f"\n{_SEED}"
    return "".join([head, f"{pitfall.given}\n" if pitfall.given else "", "\n", getattr(pitfall, side), "\n"])


def execute(text: str, shows: tuple[str, ...] = ()) -> tuple[Ran, dict[str, Any]]:
    """Run a program of the catalogue: what was said, and the variables that it made."""
    filename = f"<pitfall {next(_COUNT)}>"
    names: dict[str, Any] = {"__name__": "pitfall"}
    raised, line = "", 0
    warned: list[str] = []
    with seeded(0), _heard(warned):
        try:
            exec(compile(text, filename, "exec"), names)  # whole numbers in our templates  # nosec B102
        except Exception as error:  # whatever PyTorch raises is what is shown
            raised, line = f"{type(error).__name__}: {error}", _line(error.__traceback__, filename)
    shapes = tuple((name, tuple(names[name].shape)) for name in shows if isinstance(names.get(name), torch.Tensor))
    return Ran(text, raised, line, tuple(dict.fromkeys(warned)), shapes), names


def _line(traceback: TracebackType | None, filename: str) -> int:
    found = 0
    while traceback:
        if traceback.tb_frame.f_code.co_filename == filename:
            found = traceback.tb_lineno
            break
        traceback = traceback.tb_next
    return found


@contextmanager
def _heard(into: list[str]) -> Iterator[None]:
    """Collect the warnings of this thread. Filters are the process's own: called under the lock of ``seeded``."""
    ours, others = threading.get_ident(), warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        if threading.get_ident() == ours:
            into.append(f"{category.__name__}: {message}")
        else:
            others(message, category, *rest, **named)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", _BENIGN)
        warnings.showwarning = show
        yield
