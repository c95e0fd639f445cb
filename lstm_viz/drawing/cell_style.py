"""The cell diagram's own rules: a scale for gates, numbers that are legible on every shade, steps that light up."""

from __future__ import annotations

from functools import cache

from lstm_viz.drawing.palette import STEPS, contrast, shades

_OPEN = {"light": (0, 128, 118), "dark": (38, 166, 152)}
_SHUT = {"light": (247, 248, 251), "dark": (38, 47, 61)}
_LEGIBLE = 7.1
_STAGES = range(1, 5)


def gate_shades(theme: str) -> dict[int, str]:
    """The colours of a gate, from 0 (shut) to STEPS (open)."""
    shut, fully = _SHUT[theme], _OPEN[theme]
    mixed = {}
    for step in range(STEPS + 1):
        colour = (round(a + (b - a) * step / STEPS) for a, b in zip(shut, fully, strict=True))
        mixed[step] = "#" + "".join(f"{part:02x}" for part in colour)
    return mixed


def on_top_of(colour: str) -> str:
    """Black or white, whichever is the easier to read on ``colour``.

    >>> on_top_of("#f7f8fb"), on_top_of("#2b5bc4")
    ('#000', '#fff')
    """
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#fff"


def strong_cells(theme: str) -> dict[str, str]:
    """The shades of values and gates, paler, so that one ink is legible on each of them: for a projector."""
    ink, zero = ("#000000", _SHUT["light"]) if theme == "light" else ("#ffffff", _SHUT["dark"])
    named = {f"v{step}": colour for step, colour in shades(theme).items()}
    named |= {f"g{step}": colour for step, colour in gate_shades(theme).items()}
    pale = {name: _towards(colour, zero, ink) for name, colour in named.items()}
    return pale | {f"{name[0]}t{name[1:]}": ink for name in named}


def _towards(colour: str, ground: tuple[int, int, int], ink: str) -> str:
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    for share in range(101):
        mixed = (round(part + (to - part) * share / 100) for part, to in zip(parts, ground, strict=True))
        text = "#" + "".join(f"{part:02x}" for part in mixed)
        if contrast(text, ink) >= _LEGIBLE:
            return text
    raise ValueError(f"{ink} is not legible on {ground}")


def cell_variables(theme: str) -> str:
    """The scale of gates, and what is written on each shade, as CSS custom properties."""
    gates, values = gate_shades(theme), shades(theme)
    parts = [f"--g{step}:{colour};--gt{step}:{on_top_of(colour)}" for step, colour in gates.items()]
    return ";".join(parts + [f"--vt{step}:{on_top_of(colour)}" for step, colour in values.items()])


@cache
def cell_style() -> str:
    """CSS for a drawing that has the class ``cell-lv`` beside ``lv``."""
    gates = "".join(f".lv .g{n}{{fill:var(--g{n})}}.lv .g{n}+text{{fill:var(--gt{n})}}" for n in range(STEPS + 1))
    texts = "".join(f".lv .v{n}+text{{fill:var(--vt{n})}}" for n in range(-STEPS, STEPS + 1))
    lit = "".join(
        f".cell-lv[data-stage='{n}'] .part:not([data-stages~='{n}']){{opacity:.22}}"
        f".cell-lv[data-stage='{n}'] .region[data-stages~='{n}']{{stroke:var(--T);stroke-width:2.5}}"
        for n in _STAGES
    )
    return (
        f".cell-lv{{{cell_variables('light')}}}"
        f"@media(prefers-color-scheme:dark){{.cell-lv:not([data-theme=light]){{{cell_variables('dark')}}}}}"
        f".cell-lv[data-theme=dark]{{{cell_variables('dark')}}}"
        ".cell-lv .part{transition:opacity .15s}"
        "@media(prefers-reduced-motion:reduce){.cell-lv .part{transition:none}}"
        ".cell-lv .region{fill:var(--box);stroke:var(--faint);stroke-width:1.2}"
        ".cell-lv .matrix{fill:var(--paper);stroke:var(--line);stroke-width:1.3}"
        ".cell-lv .plate{fill:var(--paper);stroke:var(--line);stroke-width:1.4}"
        ".cell-lv .unit{cursor:pointer}.cell-lv .unit:hover .cell{stroke:var(--T);stroke-width:2.4}"
        ".cell-lv .unit.chosen .cell{stroke:var(--ink);stroke-width:2.6}.cell-lv .unit.chosen text{font-weight:700}"
        ".cell-lv .on-line{paint-order:stroke;stroke:var(--paper);stroke-width:5px;stroke-linejoin:round}"
        ".cell-lv .badge{fill:var(--T)}.lv .badge+text{fill:var(--paper)}"
        ".cell-lv .bus{fill:none;stroke:var(--line);stroke-width:1.6}"
        ".cell-lv .bus.H{stroke:var(--H)}.cell-lv .bus.F{stroke:var(--F)}"
        ".cell-lv circle.H{fill:var(--H)}.cell-lv circle.F{fill:var(--F)}"
        f"{gates}{texts}{lit}"
    )
