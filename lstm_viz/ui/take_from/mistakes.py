"""What the Mistakes page offers: both programs of the mistake that is looked at, and the page."""

from __future__ import annotations

import html
from collections.abc import Callable

from lstm_viz.drawing.dependency import dependency_diagram
from lstm_viz.drawing.standalone import Block, Code, Drawing, Markup, Prose, Section, Sheet
from lstm_viz.pitfalls import Outcome, Ran
from lstm_viz.spreadsheet import Grid
from lstm_viz.ui.pitfall_catalogue import shown_outcome
from lstm_viz.ui.pitfall_detail import prose, worst_output
from lstm_viz.ui.tabs import MISTAKE_TABS
from lstm_viz.ui.take_away import File, script_files, take_away

_MAP_WIDTH = 440.0


def take_from_mistakes() -> None:
    """Mount the menu. On the tabs where a visitor brings what is theirs there is the link alone."""
    if MISTAKE_TABS.to_query():
        take_away("mistakes")
        return
    stem = f"mistake-{shown_outcome().pitfall.key}"
    files: list[File] = []
    for side in ("wrong", "right"):
        for file in script_files(f"{stem}-{side}", f"{shown_outcome().pitfall.title} ({side})", _program(side)):
            files.append(File(f"{side.capitalize()}: {file.label.lower()}", file.name, file.make))
    take_away(stem, files, _sheet)


def _program(side: str) -> Callable[[], str]:
    return lambda: str(getattr(shown_outcome(), side).program)


def _sheet() -> Sheet:
    outcome = shown_outcome()
    pitfall, sizes = outcome.pitfall, outcome.sizes
    words = [("Why", pitfall.why), ("Why PyTorch’s words mislead", pitfall.misleads), ("How it shows", pitfall.symptom)]
    return Sheet(
        f"{pitfall.title} · LSTM Shapes",
        [
            Section("", [Markup(f"<p>{prose(pitfall.problem, sizes)}</p>")]),
            _side(outcome, "Wrong", outcome.wrong, 0),
            _side(outcome, "Right", outcome.right, 1),
            *(Section(title, [Markup(f"<p>{prose(text, sizes)}</p>")]) for title, text in words if text),
            Section("What to do", [Markup(f"<p>{prose(pitfall.fix, sizes)}</p>")]),
        ],
    )


def _side(outcome: Outcome, title: str, ran: Ran, side: int) -> Section:
    said = [ran.raised, *ran.warned] if not ran.clean else ["PyTorch says nothing. It runs."]
    blocks: list[Block] = [Code(ran.program), *(Markup(f"<p>{html.escape(text)}</p>") for text in said if text)]
    if ran.shapes:
        blocks.append(Grid("", ("tensor", "shape"), [(name, str(shape)) for name, shape in ran.shapes]))
    if outcome.maps is not None:
        found = outcome.maps[side]
        drawing = dependency_diagram(found, _MAP_WIDTH, title)
        blocks += [Drawing(drawing), Prose(found.sentence(worst_output(outcome.maps[0])))]
    if outcome.harms:
        rows = [(harm.what, (harm.wrong, harm.right)[side]) for harm in outcome.harms]
        blocks.append(Grid("", ("measure (0 is harmless)", "value"), rows))
    return Section(title, blocks)
