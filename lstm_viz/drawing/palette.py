"""One colour for each symbol and one scale for values, on light and on dark; every text colour has AA contrast."""

from __future__ import annotations

LIGHT = {
    "B": "#9a6200",
    "T": "#0a5fb4",
    "F": "#0a7a50",
    "H": "#b0246f",
    "L": "#6444c0",
    "D": "#0b7285",
    "P": "#8f3a84",
    "V": "#7d4f24",
    "E": "#5a6f00",
    "O": "#c2380a",
    "G": "#4b5563",
    "N": "#475569",
    "ink": "#18212f",
    "soft": "#556070",
    "line": "#3d4858",
    "faint": "#cfd6e0",
    "paper": "#ffffff",
    "box": "#f1f4f9",
    "blank": "#e6eaf1",
    "good": "#1a7f37",
}
DARK = {
    "B": "#f0b445",
    "T": "#74b9ff",
    "F": "#54d3a0",
    "H": "#ff8fc7",
    "L": "#b7a5ff",
    "D": "#62cfe0",
    "P": "#e59bdc",
    "V": "#dcae82",
    "E": "#bcd35f",
    "O": "#ff9a76",
    "G": "#b4bdca",
    "N": "#aab6c6",
    "ink": "#eef2f8",
    "soft": "#a6b1c2",
    "line": "#b6c0cf",
    "faint": "#3a4557",
    "paper": "#12171f",
    "box": "#1c2430",
    "blank": "#2a3443",
    "good": "#5fd38a",
}

_GROUNDS = ("paper", "box", "blank")
STEPS = 6
"""How many shades a value has on each side of zero."""

_BELOW, _ABOVE = (43, 91, 196), (205, 62, 38)
_ZERO = {"light": (247, 248, 251), "dark": (38, 47, 61)}


STRONG = 7.8
"""The contrast of a text with the paper on a projector, which washes colours out; on a tinted ground it still has 7."""


def strong(theme: str) -> dict[str, str]:
    """The palette of a theme with its text colours moved away from the paper until their contrast is STRONG."""
    named = LIGHT if theme == "light" else DARK
    colours = {name: colour if name in _GROUNDS else stronger(colour, theme) for name, colour in named.items()}
    return colours | {"faint": stronger(named["faint"], theme, 3.0)}


def stronger(colour: str, theme: str, least: float = STRONG) -> str:
    """``colour``, darker on light and lighter on dark, until its contrast with paper and boxes is ``least``."""
    named, end = (LIGHT, 0) if theme == "light" else (DARK, 255)
    parts = _parts(colour)
    for share in range(101):
        mixed = _hex(tuple(round(part + (end - part) * share / 100) for part in parts))
        if all(contrast(mixed, named[ground]) >= least for ground in ("paper", "box")):
            return mixed
    raise ValueError(f"no colour has a contrast of {least} on the papers of the {theme} theme")


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return round((light + 0.05) / (dark + 0.05), 2)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (p / 255 for p in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def shades(theme: str) -> dict[int, str]:
    """The colours of values, from −STEPS (least) over 0 to STEPS (largest)."""
    zero = _ZERO[theme]
    lift = 0 if theme == "light" else 40
    mixed = {0: _hex(zero)}
    for step in range(1, STEPS + 1):
        share = (step / STEPS) ** 0.8
        for sign, far in ((-1, _BELOW), (1, _ABOVE)):
            mixed[sign * step] = _hex(
                tuple(round(a + (min(255, b + lift) - a) * share) for a, b in zip(zero, far, strict=True))
            )
    return mixed


def variables(theme: str) -> str:
    """The palette as CSS custom properties."""
    named = LIGHT if theme == "light" else DARK
    colours = [f"--{name}:{colour}" for name, colour in named.items()]
    return ";".join(colours + [f"--v{step}:{colour}" for step, colour in shades(theme).items()])


def _hex(colour: tuple[int, ...]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
