"""The rules that the pictures of the data share: colours for samples, numbers on shades, what lights up together."""

from __future__ import annotations

from functools import cache

from lstm_viz.drawing.cell_style import on_top_of
from lstm_viz.drawing.palette import shades

SAMPLE_COLOURS = {
    "light": ("#ffd48a", "#a9d2ff", "#a6e6c6", "#f7bcd9", "#d2c4ff", "#dfe08a"),
    "dark": ("#7a5310", "#1d5590", "#17664a", "#7d2a56", "#53409a", "#5c6113"),
}
"""Grounds for the ink of each theme; a seventh sample has the first's colour again, and its number tells them apart."""


def sample_class(sample: int) -> str:
    """The class of what came from a sample."""
    return f"o{sample % len(SAMPLE_COLOURS['light'])}"


def _variables(theme: str) -> str:
    samples = [f"--o{place}:{colour}" for place, colour in enumerate(SAMPLE_COLOURS[theme])]
    return ";".join(samples + [f"--vt{step}:{on_top_of(colour)}" for step, colour in shades(theme).items()])


@cache
def data_style() -> str:
    """CSS for a drawing that has the class ``data-lv`` beside ``lv``."""
    samples = "".join(f".lv .o{place}{{fill:var(--o{place})}}" for place in range(len(SAMPLE_COLOURS["light"])))
    numbers = "".join(f".lv .v{step}+text{{fill:var(--vt{step})}}" for step in shades("light"))
    return (
        f".data-lv{{{_variables('light')}}}"
        f"@media(prefers-color-scheme:dark){{.data-lv:not([data-theme=light]){{{_variables('dark')}}}}}"
        f".data-lv[data-theme=dark]{{{_variables('dark')}}}"
        ".data-lv .cell{stroke:var(--line);stroke-width:.7}"
        ".data-lv .lit>.cell,.data-lv .lit>.front{stroke:var(--ink);stroke-width:3}"
        ".data-lv .lit>text{font-weight:800}"
        ".data-lv .wrong{fill:var(--O);font-weight:700}.data-lv .right{fill:var(--good);font-weight:700}"
        ".data-lv .refusal{fill:var(--box);stroke:var(--O);stroke-width:1.6}"
        ".data-lv .jump{fill:none;stroke:var(--soft);stroke-width:1.1}"
        f"{samples}{numbers}"
    )
